package adapter

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	busyPoll     = 250 * time.Millisecond // how often to look whether another replica is done
	completeWait = 10 * time.Second       // for Driver.Complete
)

// errNotYet refuses an event that somebody else is still handling.
var errNotYet = errors.New("adapter: not handled yet")

// inTurn waits until the events of the chat that came before are over, and takes this one through.
func (c *Channel) inTurn(ctx context.Context, a *arrival) result {
	if err := a.ticket.wait(ctx); err != nil {
		return result{err: err}
	}
	if a.slots != nil {
		a.slots <- struct{}{}
		defer func() { <-a.slots }()
	}
	done, handled := c.receiver.undone.get(a.id)
	if handled {
		if r := c.commit(ctx, a, done.claim, done.answer); !errors.Is(r.err, channel.ErrConflict) {
			return r
		}
	}
	claim, err := c.claim(ctx, a)
	switch {
	case err != nil && a.last() && !errors.Is(err, errNotYet): // the store failed, and the event will not come again
		return result{err: c.bury(ctx, a, err)}
	case err != nil:
		return result{err: err}
	case claim.State == channel.ClaimDone:
		c.receiver.undone.remove(a.id)
		return result{answer: claim.Answer}
	case handled: // the store forgot that it was this process's
		return c.commit(ctx, a, claim, done.answer)
	default:
		return c.run(ctx, a, claim)
	}
}

// claim asks the store for the event until it is this process's to handle, or somebody else committed it.
func (c *Channel) claim(ctx context.Context, a *arrival) (channel.Claim, error) {
	for {
		claim, err := c.store.Claim(ctx, c.key(channel.KeyEvent, a.id), lease, c.rules.Redelivery)
		if err != nil {
			c.log.Error("event refused: the store failed", "event", a.id, "error", err)
			return claim, err
		}
		if claim.State != channel.ClaimBusy {
			return claim, nil
		}
		timer := time.NewTimer(min(max(time.Until(claim.Until), time.Millisecond), busyPoll))
		select {
		case <-timer.C:
		case <-a.d.over.Done():
			timer.Stop()
			return claim, errNotYet
		}
	}
}

// run makes one attempt at an event, with its lease renewed all the while, and sees to the outcome.
func (c *Channel) run(ctx context.Context, a *arrival, claim channel.Claim) result {
	a.work.begin(ctx, c, claim)
	defer a.work.end()
	if c.outranked(ctx, &a.Event) {
		return c.commit(ctx, a, claim, nil)
	}
	answer, err := c.attempt(a, claim)
	lost := a.work.lost()
	a.work.end()
	unanswered := c.receiver.presses.take(pressID(&a.Event))
	switch {
	case err == nil:
		r := c.commit(ctx, a, claim, answer)
		if unanswered {
			c.answerPress(ctx, &a.Event)
		}
		return r
	case lost:
		c.log.Error("event given up to another replica", "event", a.id, "error", err)
		return result{err: errLeaseLost}
	case c.forGood(err, a, claim):
		return c.deadLetter(ctx, a, claim, err)
	default:
		c.log.Warn("event refused for now", "event", a.id, "kind", a.Event.Kind, "attempt", claim.Attempt, "error", err)
		return c.giveBack(ctx, claim, !ofAccount(err), err)
	}
}

// attempt completes an event, learns from it and gives it to its handler. An event that brought the process down as
// often as it may fail is not tried again.
func (c *Channel) attempt(a *arrival, claim channel.Claim) ([]byte, error) {
	if claim.Attempt > c.options.MaxAttempts {
		return nil, fmt.Errorf("adapter: none of %d attempts succeeded", claim.Attempt-1)
	}
	if a.Incomplete {
		c.complete(a.work.whole(), a)
	}
	now := time.Now()
	a.work.endAt(now.Add(c.options.HandlerTimeout))
	var ctx context.Context = &a.work
	if err := c.learnAt(ctx, a.Incoming, now); err != nil {
		return nil, err
	}
	c.receiver.presses.add(pressID(&a.Event))
	var s *slot
	if a.Answer != nil && a.d.answers {
		s = &slot{c: c, chatID: a.Event.Chat.ID, encode: a.Answer}
		defer s.close()
		ctx = context.WithValue(ctx, slotKey{}, s)
	}
	if err := handle(ctx, a.h, a.own.copy(&a.Event)); err != nil {
		return nil, err
	}
	return s.close(), nil
}

// complete has the driver read the rest of an event, in a time of its own. Without it the event is delivered as it came.
func (c *Channel) complete(ctx context.Context, a *arrival) {
	ctx, cancel := context.WithTimeout(ctx, completeWait)
	defer cancel()
	_, err := Do(ctx, c, Call{Op: "complete", Repeatable: true}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.driver.Complete(ctx, a.Incoming)
	})
	if err != nil {
		c.log.Warn("event delivered as it came: it could not be completed", "event", a.id, "error", err)
	}
	a.Event.ID = a.id
	c.prepare(a.Incoming)
}

// handle gives h an event, which it may change: it must be a copy where a later handler is to get it as it came. A panic
// is a failure like any other.
func handle(ctx context.Context, h channel.Handler, e *channel.Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("adapter: the handler panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return h.HandleEvent(ctx, e)
}

// forGood reports whether the failure of an attempt is the last: no repeat can mend it, there were enough, or there will
// be none. A failure of the account says nothing about the event; but what will not come again must not vanish.
func (c *Channel) forGood(err error, a *arrival, claim channel.Claim) bool {
	if a.last() {
		return true
	}
	if ofAccount(err) {
		return false
	}
	return among(err, (*channel.Error).Permanent) || claim.Attempt >= c.options.MaxAttempts
}

// ofAccount reports whether any of the errors that err joins is about the account.
func ofAccount(err error) bool {
	return among(err, func(e *channel.Error) bool { return e.Scope == channel.ScopeAccount })
}

// among reports whether an *channel.Error that err is, wraps or joins is as wanted.
func among(err error, wanted func(e *channel.Error) bool) bool {
	switch e := err.(type) {
	case nil:
		return false
	case *channel.Error:
		return wanted(e)
	case interface{ Unwrap() error }:
		return among(e.Unwrap(), wanted)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), func(err error) bool { return among(err, wanted) })
	default:
		return false
	}
}
