package adapter

import (
	"context"
	"time"

	"github.com/parley-go/parley/channel"
)

// attempt is one call of a driver in the engine's care: a part of a Send, a look-up, a native call.
type attempt struct {
	job        job
	op         string
	chatIDs    []string
	costs      []Cost
	limits     limits
	repeatable bool
	bulk       bool
	teaches    bool // its failure tells something of its only chat, and nobody else notes it
	patience   patience

	// A platform that deduplicates may be asked again after an unknown outcome, for so long after the first try.
	deduplicates time.Duration
	first        time.Time // when it was first tried; zero: not yet
	began        time.Time // when the last call began; zero: none did
	unsure       bool      // an earlier try may have been carried out

	moved   bool // the call was made to the chat's new ID
	fetched bool // the call was made with bytes that the platform could not fetch

	told *channel.Error // what the platform said of the last call that failed, whatever the caller gets
}

// job is what an attempt is at. Its methods are called one at a time.
type job interface {
	// begin is called before each call, once its pace is had.
	begin(ctx context.Context) *channel.Error

	call(ctx context.Context) error

	// undone reports whether the call that failed did nothing at all of what was asked.
	undone() bool

	// move has the next call go to the chat's new ID, and returns its costs, or reports that it cannot.
	move(to string) (costs []Cost, moves bool, err *channel.Error)

	// fetch has the next call upload what the platform could not fetch, and returns its costs, or reports that it cannot.
	fetch(ctx context.Context) (costs []Cost, fetches bool, err *channel.Error)
}

// callFunc is a job of a call alone.
type callFunc func(ctx context.Context) error

func (f callFunc) begin(context.Context) *channel.Error { return nil }
func (f callFunc) call(ctx context.Context) error       { return f(ctx) }
func (f callFunc) undone() bool                         { return true }

func (f callFunc) move(string) ([]Cost, bool, *channel.Error)           { return nil, false, nil }
func (f callFunc) fetch(context.Context) ([]Cost, bool, *channel.Error) { return nil, false, nil }

const (
	firstBackoff   = 500 * time.Millisecond // doubled each time
	triesIfDown    = 3                      // in all
	triesIfLimited = 5                      // in all
)

// carryOut makes the call: it waits for the pace, tries again what is safe, and learns from a failure. A wait keeps
// nobody else from going on, and ends with ctx and with a's patience; the error then is that of the last try.
func (c *Channel) carryOut(ctx context.Context, a *attempt) error {
	if err := c.carry(ctx, a); err != nil {
		return err
	}
	return nil
}

func (c *Channel) carry(ctx context.Context, a *attempt) (failed *channel.Error) {
	var err *channel.Error
	if a.limits, err = c.limitsOf(a.op, a.chatIDs, a.costs); err != nil {
		return err
	}
	for tries := 1; ; tries++ {
		if err := c.start(ctx, a); err != nil {
			return a.outcome(failed, err)
		}
		a.began = time.Now()
		if a.first.IsZero() {
			a.first = a.began
		}
		err := a.job.call(ctx)
		if err == nil {
			c.sender.throttles.over(a.limits.buckets)
			c.sender.storm.over(&a.limits)
			return nil
		}
		v := c.verdict(a.op, err)
		if v.Pause != "" {
			c.pause(ctx, a, &v)
		}
		a.unsure = a.unsure || v.Executed == ExecutedMaybe && !a.repeatable
		switch changed, err := c.change(ctx, a, &v); {
		case err != nil:
			return err
		case changed:
			continue
		}
		a.told = &v.Error
		failed = a.outcome(nil, a.told)
		if a.teaches && len(a.chatIDs) == 1 {
			c.learnFailure(ctx, a.chatIDs[0], a.told, a.began)
		}
		if !a.again(&v, tries) || !c.rest(ctx, a, &v, tries) {
			return failed
		}
	}
}

// change makes the call of a, which did nothing, one that may succeed, if there is such a one: to the chat's new ID, or
// with the bytes of what the platform could not fetch. It does so once each.
func (c *Channel) change(ctx context.Context, a *attempt, v *Verdict) (changed bool, err *channel.Error) {
	var costs []Cost
	to := c.movedTo(ctx, a, v)
	switch {
	case v.Executed != ExecutedNo:
		return false, nil
	case to != "" && !a.moved:
		a.moved = true
		if costs, changed, err = a.job.move(to); changed {
			a.chatIDs = []string{to}
		}
	case v.Refetch && !a.fetched:
		a.fetched = true
		costs, changed, err = a.job.fetch(ctx)
	}
	if err != nil || !changed {
		return false, err
	}
	a.costs = costs
	a.limits, err = c.limitsOf(a.op, a.chatIDs, a.costs)
	return true, err
}

// start waits until the call may be made.
func (c *Channel) start(ctx context.Context, a *attempt) *channel.Error {
	if err := c.pace(ctx, a); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return c.ended(a.op, err)
	}
	if a.unsure && time.Since(a.first) >= a.deduplicates {
		return c.fail(a.op, channel.ErrOutcomeUnknown)
	}
	return a.job.begin(ctx)
}

// outcome is what the caller gets: the failure of the last call that was made rather than of the wait for one more, and
// ErrOutcomeUnknown when any of the calls may have been carried out, whatever became of the others.
func (a *attempt) outcome(failed, err *channel.Error) *channel.Error {
	if failed != nil {
		copied := *failed
		if err.RetryAt.After(copied.RetryAt) {
			copied.RetryAt = err.RetryAt
		}
		err = &copied
	}
	if a.unsure && err.Reason != channel.ErrOutcomeUnknown {
		copied := *err
		copied.Reason, copied.Scope = channel.ErrOutcomeUnknown, channel.ScopeMessage
		err = &copied
	}
	return err
}

// again reports whether a failed call may be tried once more.
func (a *attempt) again(v *Verdict, tries int) bool {
	if v.Executed == ExecutedMaybe && !a.repeatable && time.Since(a.first) >= a.deduplicates {
		return false
	}
	if !a.job.undone() {
		return false
	}
	switch v.Error.Reason {
	case channel.ErrRateLimited:
		return tries < triesIfLimited
	case channel.ErrUnavailable, channel.ErrOutcomeUnknown:
		return tries < triesIfDown
	default:
		return false
	}
}

// rest waits between two tries, and reports whether there is time for the next. After a pause of the call's own pace it
// does not wait: the pace will, in line with everybody else.
func (c *Channel) rest(ctx context.Context, a *attempt, v *Verdict, tries int) bool {
	if v.Pause != "" && named(a.costs, v.Pause) {
		return ctx.Err() == nil
	}
	wait := firstBackoff << (tries - 1)
	if v.Error.Reason == channel.ErrRateLimited && !v.Error.RetryAt.After(time.Now()) {
		wait = firstThrottle << (tries - 1)
	}
	wait = max(wait, time.Until(v.Error.RetryAt))
	return wait <= a.patience.allows(ctx) && a.patience.sleep(ctx, wait) == nil
}
