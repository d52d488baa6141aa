package adapter

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
)

const opSend = "send"

// sender is what the sends of a channel share.
type sender struct {
	lines     queue // of chats: their sends leave in the order of the calls
	bulk      queue // of chats: a reply must not wait behind a broadcast, so that has lines of its own
	keys      queue // of sends with a Key: a repeat waits for the one that runs
	moves     moves
	throttles throttles
	storm     storm
	resets    resets

	once       sync.Once
	limiter    *channel.MemoryStore // of this process alone, for when the Store fails
	complained atomic.Int64         // when the Store's failure was logged last, Unix nanoseconds
}

// complain logs that the Store fails, at most once a minute: every send would.
func (s *sender) complain(c *Channel, what string, err error) {
	now, last := time.Now().UnixNano(), s.complained.Load()
	if (last == 0 || now-last >= int64(time.Minute)) && s.complained.CompareAndSwap(last, now) {
		c.log.Warn(what, "error", err)
	}
}

// Send sends m to a chat. What goes wrong before the first call leaves nothing sent; a later failure leaves the parts
// after it unsent: Sent.Rest.
//
// With a Key, a repeat returns what the first Send did, goes on at the first part that is unsent, or is
// ErrOutcomeUnknown for as long as that is so; either the message or the Rest may be repeated, and Sent then tells of all
// parts together. A message that is the answer of a webhook request is not remembered under its Key: a request that
// comes again needs its answer again.
//
// A bulk send keeps its place among those to its chat that are bulk too, and among no others.
func (c *Channel) Send(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
	sent, err := c.send(ctx, chatID, m)
	if err == nil {
		return sent, nil
	}
	if sent.Rest == nil {
		rest := m
		sent.Rest = &rest
	}
	return sent, err
}

func (c *Channel) send(ctx context.Context, chatID string, m channel.Message) (channel.Sent, *channel.Error) {
	if chatID == "" {
		return channel.Sent{}, c.fail(opSend, &channel.Error{Reason: channel.ErrInvalid, Message: "no chat ID"})
	}
	d := outgoing{c: c, asked: chatID, message: m, patience: c.patience(), seed: rand.Uint64()}
	d.sent.ChatID = c.latest(chatID)
	if c.welcomes(ctx, d.sent.ChatID) {
		if taken, err := d.welcome(ctx); taken || err != nil {
			return d.sent, err
		}
	}
	err := d.inLine(ctx)
	if err != nil { // out of the line: OnSubscription may well send
		c.learnFailure(ctx, d.sent.ChatID, d.try.told, d.try.began)
	}
	return d.sent, err
}

func (d *outgoing) inLine(ctx context.Context) *channel.Error {
	if d.message.Key != "" {
		return d.once(ctx)
	}
	d.enter(ctx)
	defer d.place.leave()
	return d.run(ctx)
}

// outgoing is one Send under way.
type outgoing struct {
	c        *Channel
	asked    string // the chat's ID as the caller gave it
	message  channel.Message
	place    *ticket // in the chat's line
	patience patience
	seed     uint64
	first    int    // Part.Index of the first part of message
	key      *keyed // nil without a Message.Key
	sent     channel.Sent

	part *Part        // that is being sent
	try  attempt      // at it
	chat [1]string    // of it
	got  channel.Sent // of it
}

var _ job = (*outgoing)(nil)

// welcome has the message be the answer of the webhook request that ctx belongs to.
func (d *outgoing) welcome(ctx context.Context) (taken bool, err *channel.Error) {
	p, err := d.plan(ctx, channel.Subscription{})
	if err != nil {
		return false, err
	}
	if len(p.parts) != 1 {
		return false, d.c.fail(opSend, &channel.Error{
			Reason:  channel.ErrUnsupported,
			Message: "the answer of a webhook request is one message, and this takes several",
		})
	}
	if err := d.publish(ctx, &p); err != nil {
		return false, err
	}
	taken, failed := d.c.welcome(ctx, p.parts[0])
	if failed != nil {
		return false, d.c.fail(opSend, failed)
	}
	return taken, nil
}

func (d *outgoing) plan(ctx context.Context, sub channel.Subscription) (plan, *channel.Error) {
	p, err := d.c.plan(ctx, draft{
		chatID: d.sent.ChatID, message: d.message, sub: sub, moved: d.moved(), first: d.first, seed: d.seed,
	})
	if err != nil {
		return plan{}, d.c.fail(opSend, err)
	}
	d.degrade(p.degraded...)
	return p, nil
}

// moved reports whether the message goes to another chat than the one it was written for.
func (d *outgoing) moved() bool { return d.sent.ChatID != d.asked }

func (d *outgoing) degrade(features ...channel.Feature) {
	for _, f := range features {
		if !slices.Contains(d.sent.Degraded, f) {
			d.sent.Degraded = append(d.sent.Degraded, f)
		}
	}
}

// publish publishes what p has that only a URL can be sent of.
func (d *outgoing) publish(ctx context.Context, p *plan) *channel.Error {
	if err := d.c.publish(ctx, p); err != nil {
		return d.c.fail(opSend, err)
	}
	return nil
}

// run sends what is not sent yet, when it is d's turn.
func (d *outgoing) run(ctx context.Context) *channel.Error {
	expected := d.c.expected(ctx, d.sent.ChatID)
	p, err := d.plan(ctx, expected.on(time.Now()))
	if err != nil {
		return d.key.outcome(err)
	}
	if d.key != nil {
		p.from(d.key.record.Next)
	}
	if len(p.parts) == 0 {
		return nil // all was sent under the Key
	}
	if err := d.ready(ctx, &p, &expected); err != nil {
		d.leave(p.rests[0])
		return d.key.outcome(err)
	}
	for i, part := range p.parts {
		d.part = part
		if err := d.sendPart(ctx); err != nil {
			d.keepRest(&p, i, err)
			return err
		}
	}
	return nil
}

// ready sees to all that must be so before the first call: the right to write, the URLs, and d's turn.
func (d *outgoing) ready(ctx context.Context, p *plan, expected *known) *channel.Error {
	if d.key.unsure() && time.Since(d.key.record.Tried) >= d.c.rules.Deduplicates {
		return d.c.fail(opSend, channel.ErrOutcomeUnknown) // whatever could be said of another try: there is none
	}
	if err := d.check(expected); err != nil {
		return err
	}
	if err := d.publish(ctx, p); err != nil {
		return err
	}
	if err := d.wait(ctx); err != nil {
		return err
	}
	if d.place.turn != nil { // those before may have taught something
		taught := d.c.expected(ctx, d.sent.ChatID)
		return d.check(&taught)
	}
	return nil
}

// check is the error for want of the right to write, as far as that is known.
func (d *outgoing) check(k *known) *channel.Error {
	err := k.check(time.Now(), d.message)
	if err == nil {
		return nil
	}
	e := d.c.fail(opSend, err)
	e.Scope = channel.ScopeChat
	return e
}

// leave notes what is still to send.
func (d *outgoing) leave(rest channel.Message) {
	rest.Key = d.message.Key
	if d.moved() {
		rest.ReplyTo = ""
	}
	d.sent.Rest = &rest
}

// enter takes a place in the line of the chat.
func (d *outgoing) enter(ctx context.Context) {
	line := &d.c.sender.lines
	if channel.IsBulk(ctx) {
		line = &d.c.sender.bulk
	}
	d.place = line.enter(d.sent.ChatID)
}

// wait is for d's turn in the line of its chat, no longer than it may wait for the pace that those before it wait for.
// Where no send waits for its pace, the line is as long as their calls take.
func (d *outgoing) wait(ctx context.Context) *channel.Error {
	if d.place.turn == nil || !d.patience.bounded || d.patience.left == 0 {
		if err := d.place.wait(ctx); err != nil {
			return d.c.ended(opSend, err)
		}
		return nil
	}
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, d.patience.left)
	defer cancel()
	if err := d.place.wait(limited); err != nil {
		if ctx.Err() != nil {
			return d.c.ended(opSend, err)
		}
		return d.c.fail(opSend, &channel.Error{
			Reason: channel.ErrRateLimited, Scope: channel.ScopeChat, Message: "earlier messages to this chat are waiting",
			RetryAt: time.Now().UTC(),
		})
	}
	d.patience.left = max(d.patience.left-time.Since(began), 0)
	return nil
}
