package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/parley-go/parley/channel"
)

// lesson is what an event tells of the right to write.
type lesson struct {
	at      time.Time
	seq     int64
	seen    time.Time
	implied *channel.Subscription // what it tells beside
	told    *channel.Subscription // what it tells outright
	about   bool                  // the event is about the subscription: it decides NoPromotion
	passing bool                  // what implied and told say is a right for a while alone
	failure channel.Reason        // of a message that did not arrive
}

// learn notes what an event tells of its person and of the right to write, before it is handled: it feeds the profile
// cache, merges in.Implies and Event.Subscription into what is known, sets an Event.Subscription to the outcome, starts
// paces anew, and calls OnSubscription when a state changed that no EventSubscription tells of. Its error means that the
// event must come again.
//
// The common message, of a person known to be there, writes nothing.
func (c *Channel) learn(ctx context.Context, in *Incoming) error {
	return c.learnAt(ctx, in, time.Now())
}

func (c *Channel) learnAt(ctx context.Context, in *Incoming, now time.Time) error {
	e := &in.Event
	if e.Kind == channel.EventChatMoved {
		c.noteMove(ctx, e.Chat.FormerID, e.Chat.ID)
	}
	if e.User.ID != "" {
		c.learnProfile(ctx, &e.User, now)
	}
	if in.Resets && e.Chat.ID != "" {
		c.resetPaces(ctx, e.Chat.ID)
	}
	l := lesson{
		at: e.Time, seq: in.Seq, seen: now, implied: in.Implies, told: e.Subscription,
		about: e.Kind == channel.EventSubscription, passing: in.Passing,
	}
	if e.Receipt != nil && e.Receipt.Status == channel.ReceiptFailed {
		l.failure = lessonOf(e.Receipt.Error)
	}
	if e.Chat.ID == "" || l.implied == nil && l.told == nil && l.failure == "" {
		return nil
	}
	if len(e.User.Aliases) > 0 && e.User.ID == e.Chat.ID {
		if err := c.learnAliases(ctx, e.Chat.ID, e.User.Aliases); err != nil {
			return c.notLearnt(err)
		}
	}
	chatID := c.chatOf(e.Chat.ID)
	if e.Subscription == nil {
		if _, ok := c.people.amend(chatID, l.seen.Add(-memoForLearn), l.apply); ok {
			return nil
		}
	}
	var refused error // by OnSubscription
	before := func(k *known) error {
		if e.Kind != channel.EventSubscription {
			refused = c.onSubscription(ctx, e)(k)
		}
		return refused
	}
	k, err := c.revise(ctx, chatID, l.apply, before)
	switch {
	case refused != nil && !ofAccount(refused): // no failure of OnSubscription is for good: the handler has not had the event
		return fmt.Errorf("adapter: OnSubscription failed: %v", refused)
	case refused != nil:
		return refused
	case err != nil:
		return c.notLearnt(err)
	}
	if e.Subscription != nil {
		s := k.on(e.Time)
		e.Subscription = &s
	}
	return nil
}

// notLearnt is the failure of a Store: it is not the event's, so no attempt is counted and no dead letter made.
func (c *Channel) notLearnt(err error) error {
	return c.fail("learn", &channel.Error{
		Reason: channel.ErrUnavailable, Scope: channel.ScopeAccount, Message: "the store does not answer", Err: err,
	})
}

// learnFailure notes what a failure tells of a chat, and calls OnSubscription when that is news. What was learnt of the
// chat after since stands.
func (c *Channel) learnFailure(ctx context.Context, chatID string, e *channel.Error, since time.Time) {
	reason := lessonOf(e)
	if reason == "" || chatID == "" {
		return
	}
	now := time.Now().UTC()
	cause := channel.Event{ID: "failed:" + chatID + ":" + stamp(now), Time: now, Chat: channel.Chat{ID: chatID}}
	c.reviseAndTell(context.WithoutCancel(ctx), &cause, func(k *known) { k.failed(reason, now, since) })
}

// reviseAndTell changes what is known of a chat by what no event tells, and calls OnSubscription when that makes its
// State another. Nothing will repeat the cause, so no failure undoes it: where the Store fails this process goes by it
// alone, and an error of OnSubscription is logged. That is called last, because a send to the chat, or a look at it, in
// there must go by what is known now, not find the same out again and again.
func (c *Channel) reviseAndTell(ctx context.Context, cause *channel.Event, change func(k *known)) known {
	chatID := c.chatOf(cause.Chat.ID)
	var was channel.State
	noted := func(k *known) {
		was = k.State
		change(k)
	}
	k, err := c.revise(ctx, chatID, noted, nil)
	if err != nil {
		c.log.Warn("what a call told of a chat was not stored", "chat", chatID, "error", err)
		k = c.assume(chatID, noted)
	}
	if k.State == was {
		return k
	}
	if err := c.onSubscription(ctx, cause)(&k); err != nil {
		c.log.Warn("OnSubscription failed", "chat", chatID, "error", err)
	}
	return k
}

// lessonOf is the reason of an error that tells something of the right to write to its chat; empty: it does not.
func lessonOf(e *channel.Error) channel.Reason {
	if e == nil || e.Scope != channel.ScopeChat {
		return ""
	}
	switch e.Reason {
	case channel.ErrBlocked, channel.ErrGone, channel.ErrNotSubscribed, channel.ErrWindowClosed:
		return e.Reason
	default:
		return ""
	}
}

// onSubscription returns what tells Options.OnSubscription of a change that cause tells in other words, or nothing does.
func (c *Channel) onSubscription(ctx context.Context, cause *channel.Event) func(k *known) error {
	h := c.options.OnSubscription
	if h == nil {
		return func(*known) error { return nil }
	}
	return func(k *known) error {
		ctx, cancel := context.WithTimeout(ctx, c.options.HandlerTimeout)
		defer cancel()
		s := k.on(cause.Time)
		return handle(ctx, h, new(owned).copy(&channel.Event{
			ID: cause.ID + ":subscription", Kind: channel.EventSubscription, Account: c.account, Time: cause.Time,
			Chat: cause.Chat, User: cause.User, Subscription: &s,
		}))
	}
}

func stamp(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

// learnAliases has the other IDs of a person find what is known of the chat. What was known under one of them alone is
// given up for that.
func (c *Channel) learnAliases(ctx context.Context, chatID string, aliases []string) error {
	for _, alias := range aliases {
		if alias == "" || alias == chatID {
			continue
		}
		if m, ok := c.people.memo(alias); ok && m.known.AliasOf == chatID && time.Since(m.read) < refresh {
			continue
		}
		if err := c.pointTo(ctx, alias, chatID); err != nil {
			return err
		}
	}
	return nil
}

func (c *Channel) pointTo(ctx context.Context, alias, chatID string) error {
	for range maxSwaps {
		m, err := c.recallOne(ctx, alias)
		if err != nil || m.known.AliasOf == chatID {
			return err
		}
		pointer := known{AliasOf: chatID}
		value, err := json.Marshal(pointer)
		if err != nil {
			return err
		}
		ok, err := c.store.CompareAndSwap(ctx, c.key(channel.KeySubscription, alias), m.value, value, keepSubscription)
		if err != nil {
			return err
		}
		if ok {
			c.people.wrote(alias, m.value, memo{known: pointer, stored: pointer, value: value, read: time.Now()})
			return nil
		}
	}
	return errors.New("others keep changing what is known of the chat")
}

// resetPaces starts the paces of a chat anew that its person's writing does.
func (c *Channel) resetPaces(ctx context.Context, chatID string) {
	for i := range c.rules.Paces {
		if p := &c.rules.Paces[i]; p.Resets {
			c.startAnew(ctx, c.limitKey(p, chatID))
		}
	}
}
