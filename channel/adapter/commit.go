package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	commitTries = 3
	commitPause = 200 * time.Millisecond // doubled after each try
)

// commit records that the event needs no handler any more. Until that is recorded it is refused, and remembered here.
func (c *Channel) commit(ctx context.Context, a *arrival, claim channel.Claim, answer []byte) result {
	err := c.tryCommit(ctx, claim, answer)
	switch {
	case err == nil:
		c.receiver.undone.remove(a.id)
		return result{answer: answer}
	case errors.Is(err, channel.ErrConflict):
		c.log.Error("event may be handled twice: its lease ran out", "event", a.id)
	default:
		c.log.Error("event refused though handled: the store failed", "event", a.id, "error", err)
	}
	c.receiver.undone.add(a.id, handled{claim, answer, time.Now().Add(c.rules.Redelivery)})
	return result{err: err}
}

func (c *Channel) tryCommit(ctx context.Context, claim channel.Claim, answer []byte) (err error) {
	for i := range commitTries {
		if i > 0 {
			time.Sleep(commitPause << (i - 1))
		}
		err = c.store.Commit(ctx, claim, answer, c.rules.Redelivery)
		if err == nil || errors.Is(err, channel.ErrConflict) {
			return err
		}
	}
	return err
}

// giveBack frees the claim, so that the event's next delivery wins it.
func (c *Channel) giveBack(ctx context.Context, claim channel.Claim, counts bool, cause error) result {
	if err := c.store.Release(ctx, claim, counts); err != nil {
		c.log.Warn("claim not released: its lease runs out", "event", claim.Key.ID, "error", err)
	}
	return result{err: cause}
}

// deadLetter hands an event over that its handler failed for good; whoever takes it acknowledges it. The lease is kept
// meanwhile.
func (c *Channel) deadLetter(ctx context.Context, a *arrival, claim channel.Claim, cause error) result {
	held, stop := c.keepLease(ctx, claim)
	err := c.bury(held, a, cause)
	stop()
	if err != nil {
		return c.giveBack(ctx, claim, true, err)
	}
	return c.commit(ctx, a, claim, nil)
}

// bury gives an event to Options.DeadLetter, or without one logs it, whole.
func (c *Channel) bury(ctx context.Context, a *arrival, cause error) error {
	if c.options.DeadLetter == nil {
		c.log.Error("event failed for good", "event", a.id, "kind", a.Event.Kind, "error", cause, "dead_letter", asText(&a.Event))
		return nil
	}
	ctx, cancel := context.WithTimeout(channel.WithFailure(ctx, cause), c.options.HandlerTimeout)
	defer cancel()
	err := handle(ctx, c.options.DeadLetter, new(owned).copy(&a.Event))
	if err != nil {
		c.log.Error("event refused: the dead letter handler failed", "event", a.id, "error", err, "cause", cause)
	}
	return err
}

// asText is an event for a log, whole.
func asText(e *channel.Event) string {
	b, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
