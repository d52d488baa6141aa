package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	lease       = 10 * time.Second       // of a claim: how soon another may take over from a crash
	renewEvery  = lease / 3              // so that two renewals may fail
	busyPoll    = 250 * time.Millisecond // how often to look whether another replica is done
	commitTries = 3
	commitPause = 200 * time.Millisecond // doubled after each try
	answerWait  = 5 * time.Second        // for the empty answer to a press
)

// errNotYet refuses an event that somebody else is still handling.
var errNotYet = errors.New("adapter: not handled yet")

// errLeaseLost cancels a handler whose event another replica took over.
var errLeaseLost = errors.New("adapter: the lease ran out and another replica has the event")

// claim asks the store for the event until it is this process's to handle, or somebody else committed it. Meanwhile the
// event keeps its place: what came after it in the chat waits too.
func (c *Channel) claim(ctx context.Context, h channel.Handler, in *Incoming, t *ticket, d delivery,
	slots chan struct{}) result {
	id := in.Event.ID
	if done, ok := c.receiver.undone.get(id); ok {
		return c.commit(ctx, in, done.claim, done.answer)
	}
	for {
		claim, err := c.store.Claim(ctx, c.key(channel.KeyEvent, id), lease, c.rules.Redelivery)
		if err != nil {
			c.log.Error("event refused: the store failed", "event", id, "error", err)
			return result{err: err}
		}
		switch claim.State {
		case channel.ClaimDone:
			return result{answer: claim.Answer}
		case channel.ClaimWon:
			return c.inTurn(ctx, h, in, claim, t, d, slots)
		}
		timer := time.NewTimer(min(max(time.Until(claim.Until), time.Millisecond), busyPoll))
		select {
		case <-timer.C:
		case <-d.over:
			timer.Stop()
			return result{err: errNotYet}
		}
	}
}

// inTurn waits until the events of the chat that came before are over, and handles this one. The lease is renewed all
// the while.
func (c *Channel) inTurn(ctx context.Context, h channel.Handler, in *Incoming, claim channel.Claim, t *ticket,
	d delivery, slots chan struct{}) result {
	ctx, stop := c.keepLease(ctx, claim)
	defer stop()
	if err := t.wait(ctx); err != nil {
		return result{err: context.Cause(ctx)}
	}
	if slots != nil {
		slots <- struct{}{}
		defer func() { <-slots }()
	}
	if c.outranked(ctx, &in.Event) {
		return c.commit(ctx, in, claim, nil)
	}
	answer, err := c.attempt(ctx, h, in, claim)
	switch {
	case err == nil:
		r := c.commit(ctx, in, claim, answer)
		c.answerPress(ctx, &in.Event, r)
		return r
	case errors.Is(context.Cause(ctx), errLeaseLost):
		c.log.Error("event given up to another replica", "event", in.Event.ID, "error", err)
		return result{err: errLeaseLost}
	case c.forGood(err, claim, d):
		return c.deadLetter(ctx, in, claim, err)
	default:
		c.log.Warn("event refused for now", "event", in.Event.ID, "kind", in.Event.Kind, "attempt", claim.Attempt,
			"error", err)
		return c.giveBack(ctx, claim, !ofAccount(err), err)
	}
}

// keepLease renews a claim until stop is called; the context ends when another took the claim.
func (c *Channel) keepLease(ctx context.Context, claim channel.Claim) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	first := time.AfterFunc(renewEvery, func() {
		tick := time.NewTicker(renewEvery)
		defer tick.Stop()
		for {
			if err := c.store.Renew(ctx, claim, lease); errors.Is(err, channel.ErrConflict) {
				cancel(errLeaseLost)
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return ctx, func() {
		first.Stop()
		cancel(nil)
	}
}

// attempt completes an event, learns from it and gives it to its handler. An event that brought the process down as
// often as it may fail is not tried again.
func (c *Channel) attempt(ctx context.Context, h channel.Handler, in *Incoming, claim channel.Claim) ([]byte, error) {
	if claim.Attempt > c.options.MaxAttempts {
		return nil, fmt.Errorf("adapter: %d attempts ended without an outcome", claim.Attempt-1)
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.HandlerTimeout)
	defer cancel()
	if in.Incomplete {
		if err := c.complete(ctx, in); err != nil {
			c.log.Warn("event delivered as it came: it could not be completed", "event", in.Event.ID, "error", err)
		}
	}
	if err := c.learn(ctx, in); err != nil {
		return nil, err
	}
	if in.Event.Kind == channel.EventPostback && in.Event.Postback != nil && in.Event.Postback.ID != "" {
		c.receiver.presses.add(in.Event.Postback.ID)
	}
	var s *slot
	if in.Answer != nil {
		s = &slot{c: c, chatID: in.Event.Chat.ID, encode: in.Answer}
		defer s.close()
		ctx = context.WithValue(ctx, slotKey{}, s)
	}
	err := handle(ctx, h, in.Event)
	if err != nil {
		c.receiver.presses.drop(in.Event.Postback)
		return nil, err
	}
	return s.close(), nil
}

func (c *Channel) complete(ctx context.Context, in *Incoming) error {
	_, err := Do(ctx, c, Call{Op: "complete", Repeatable: true}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.driver.Complete(ctx, in)
	})
	return err
}

// handle gives h an event of its own; a panic is a failure like any other.
func handle(ctx context.Context, h channel.Handler, e channel.Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("adapter: the handler panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return h.HandleEvent(ctx, &e)
}

// forGood reports whether the failure of an attempt is the last: no repeat can mend it, there were enough, or there will
// be none. A failure of the account says nothing about the event; but what will not come again must not vanish.
func (c *Channel) forGood(err error, claim channel.Claim, d delivery) bool {
	if d.last {
		return true
	}
	if ofAccount(err) {
		return false
	}
	var e *channel.Error
	return errors.As(err, &e) && e.Permanent() || claim.Attempt >= c.options.MaxAttempts
}

func ofAccount(err error) bool {
	var e *channel.Error
	return errors.As(err, &e) && e.Scope == channel.ScopeAccount
}

// deadLetter hands an event over that its handler failed for good; whoever takes it acknowledges it.
func (c *Channel) deadLetter(ctx context.Context, in *Incoming, claim channel.Claim, cause error) result {
	if c.options.DeadLetter == nil {
		c.log.Error("event failed for good", "event", in.Event.ID, "kind", in.Event.Kind, "attempt", claim.Attempt,
			"error", cause, "dead_letter", eventJSON(in.Event))
		return c.commit(ctx, in, claim, nil)
	}
	hctx, cancel := context.WithTimeout(channel.WithFailure(ctx, cause), c.options.HandlerTimeout)
	defer cancel()
	if err := handle(hctx, c.options.DeadLetter, in.Event); err != nil {
		c.log.Error("event refused: the dead letter handler failed", "event", in.Event.ID, "error", err, "cause", cause)
		return c.giveBack(ctx, claim, true, err)
	}
	return c.commit(ctx, in, claim, nil)
}

func eventJSON(e channel.Event) string {
	b, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// commit records that the event needs no handler any more. Until that is recorded it is refused, and remembered here.
func (c *Channel) commit(ctx context.Context, in *Incoming, claim channel.Claim, answer []byte) result {
	id := in.Event.ID
	var err error
	for i := range commitTries {
		if i > 0 {
			time.Sleep(commitPause << (i - 1))
		}
		err = c.store.Commit(context.WithoutCancel(ctx), claim, answer, c.rules.Redelivery)
		if err == nil || errors.Is(err, channel.ErrConflict) {
			break
		}
	}
	switch {
	case err == nil:
		c.receiver.undone.remove(id)
		return result{answer: answer}
	case errors.Is(err, channel.ErrConflict):
		c.receiver.undone.remove(id)
		c.log.Error("event handled twice: its lease ran out", "event", id)
	default:
		c.receiver.undone.add(id, handled{claim, answer, time.Now().Add(c.rules.Redelivery)})
		c.log.Error("event refused though handled: the store failed", "event", id, "error", err)
	}
	return result{err: err}
}

// giveBack frees the claim, so that the event's next delivery wins it.
func (c *Channel) giveBack(ctx context.Context, claim channel.Claim, counts bool, cause error) result {
	if err := c.store.Release(context.WithoutCancel(ctx), claim, counts); err != nil {
		c.log.Warn("claim not released: its lease runs out", "event", claim.Key.ID, "error", err)
	}
	return result{err: cause}
}

// answerPress answers a press that its handler left unanswered, so that the button stops waiting.
func (c *Channel) answerPress(ctx context.Context, e *channel.Event, r result) {
	if e.Postback == nil || e.Postback.ID == "" || !c.receiver.presses.take(e.Postback.ID) {
		return
	}
	if c.options.ManualAnswer || r.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	_, err := Do(ctx, c, Call{Op: "answer", Repeatable: true}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.driver.AnswerPress(ctx, e)
	})
	if err != nil {
		c.log.Warn("press not answered", "event", e.ID, "error", err)
	}
}
