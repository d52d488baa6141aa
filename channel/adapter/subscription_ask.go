package adapter

import (
	"context"
	"time"

	"github.com/parley-go/parley/channel"
)

// Subscription tells what is known, asking the platform where it answers and what is known is older than a day. Where
// that fails it tells what is known beside the error.
func (c *Channel) Subscription(ctx context.Context, chatID string) (channel.Subscription, error) {
	if chatID == "" {
		return channel.Subscription{}, c.fail(opSubscription, &channel.Error{Reason: channel.ErrInvalid, Message: "no chat ID"})
	}
	chatID = c.latest(chatID)
	m, err := c.recall(ctx, c.chatOf(chatID))
	if err != nil {
		if ctx.Err() != nil {
			return channel.Subscription{}, c.ended(opSubscription, ctx.Err())
		}
		return channel.Subscription{}, c.fail(opSubscription, err)
	}
	now := time.Now()
	if now.Sub(m.known.Asked) <= believed || m.known.State != channel.StateUnknown && now.Sub(m.known.Seen) <= believed {
		return m.known.on(now), nil
	}
	s, failed := c.askSubscription(ctx, chatID)
	if to := c.latest(chatID); failed != nil && to != chatID { // which the failure told
		s, failed = c.askSubscription(ctx, to)
	}
	switch {
	case failed == nil:
		return s, nil
	case failed.Reason == channel.ErrUnsupported:
		return m.known.on(now), nil
	default:
		return m.known.on(now), failed
	}
}

// askSubscription asks the platform, and notes what it says. Where that has no answer it is ErrUnsupported.
func (c *Channel) askSubscription(ctx context.Context, chatID string) (channel.Subscription, *channel.Error) {
	if c.rules.Tells != nil && !c.rules.Tells(chatID) {
		return channel.Subscription{}, c.fail(opSubscription, channel.ErrUnsupported)
	}
	chatID = c.chatOf(chatID)
	since := time.Now()
	s, found, err := c.people.subscriptions.get(ctx, chatID, c.rules.SubscriptionBatch,
		surviving(c, func(ctx context.Context, ids []string) (map[string]channel.Subscription, error) {
			var found map[string]channel.Subscription
			err := c.carryOut(ctx, &attempt{
				op: opSubscription, chatIDs: ids, costs: c.rules.SubscriptionCosts, repeatable: true, bulk: channel.IsBulk(ctx),
				patience: c.patience(),
				job: callFunc(func(ctx context.Context) (err error) {
					found, err = c.driver.Subscriptions(ctx, ids)
					return err
				}),
			})
			return found, err
		}))
	if err != nil {
		return channel.Subscription{}, c.lookupFailed(ctx, opSubscription, err)
	}
	if !found {
		s = channel.Subscription{}
	}
	cause := channel.Event{ID: "asked:" + chatID + ":" + stamp(since), Time: since.UTC(), Chat: channel.Chat{ID: chatID}}
	k := c.reviseAndTell(ctx, &cause, func(k *known) { k.asked(&s, since) })
	return k.on(time.Now()), nil
}
