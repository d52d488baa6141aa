package adapter

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	pollPause    = time.Second // after a failure, doubled each time
	pollPauseMax = time.Minute
)

// Poll receives by calling fetch, which waits for native updates and returns them, until ctx ends or fetch fails for
// good. It calls fetch again once every update of the last call is committed, or with its dead letter: what a platform
// acknowledges by the offset of the next call may be derived from that. So an event whose handler fails holds up the next
// call until it is handled, or a dead letter. Failures of fetch that may pass are retried, slower and slower; an account
// that the platform refuses, and another poller, end it.
func Poll(ctx context.Context, c *Channel, h channel.Handler, fetch func(ctx context.Context) ([][]byte, error)) error {
	if h == nil {
		h = channel.Handlers{}
	}
	pause := backoff{}
	for {
		updates, err := Do(ctx, c, Call{Op: "poll", Repeatable: true}, fetch)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case ofAccount(err) && !errors.Is(err, channel.ErrRateLimited) && !errors.Is(err, channel.ErrUnavailable):
			return err
		case err != nil:
			c.log.Warn("poll failed", "error", err)
			pause.wait(ctx)
		default:
			pause = backoff{}
			if err := c.deliverAll(ctx, h, updates); err != nil {
				return err
			}
		}
	}
}

// deliverAll delivers updates, and those that were refused for now again, until none is left or ctx ends. Handlers that
// run when it ends are waited for.
func (c *Channel) deliverAll(ctx context.Context, h channel.Handler, updates [][]byte) error {
	var events []Incoming
	for _, native := range updates {
		decoded, err := c.decode(native)
		if err != nil {
			c.log.Error("update acknowledged though it cannot be understood", "error", err)
			continue
		}
		events = append(events, decoded...)
	}
	for pause := (backoff{}); len(events) > 0; pause.wait(ctx) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		arrivals := c.deliver(context.WithoutCancel(ctx), h, events, delivery{over: ctx})
		again := events[:0]
		for i := range arrivals {
			if arrivals[i].result.err != nil {
				again = append(again, events[i])
			}
		}
		events = again
		if len(events) == 0 {
			break
		}
	}
	return nil
}

// decode is the driver's. An update at which it panics is EventOther: the poll would stop there for ever.
func (c *Channel) decode(native []byte) (events []Incoming, err error) {
	defer func() {
		if recover() != nil { // whose text is not logged: it may hold a URL with the token
			c.log.Error("the driver panicked", "stack", string(debug.Stack()))
			other := channel.Event{Kind: channel.EventOther, Time: time.Now(), Raw: native}
			events, err = []Incoming{{Event: other}}, nil
		}
	}()
	return c.driver.Decode(native)
}

// backoff is a wait that doubles.
type backoff struct{ last time.Duration }

func (b *backoff) wait(ctx context.Context) {
	b.last = min(max(2*b.last, pollPause), pollPauseMax)
	timer := time.NewTimer(b.last)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
