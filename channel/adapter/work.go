package adapter

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	lease      = 10 * time.Second // of a claim: how soon another may take over from a crash
	renewEvery = lease / 4        // so that two renewals may fail
)

var (
	errLeaseLost = errors.New("adapter: the lease ran out and another replica has the event")
	errWorkOver  = errors.New("adapter: the event is over")
)

// work is what goes on under a claim, whose lease is renewed until it ends. It is a context, with the values of the
// request's, that ends with the work, when another took the claim, and at a limit. Most handlers never ask whether it
// ended: the contexts and the timer that tell are made for those that do.
type work struct {
	context.Context // without end
	c               *Channel
	claim           channel.Claim
	renewal         alarm

	stopped bool // by end

	mu      sync.Mutex
	ended   error           // why; nil: it is under way
	limit   time.Time       // zero: none
	held    context.Context // ends with the work
	limited context.Context // ends with held, and at the limit
	free    [2]func()       // what held and limited hold
}

// keepLease renews a claim until stop is called.
func (c *Channel) keepLease(ctx context.Context, claim channel.Claim) (w *work, stop func()) {
	w = new(work)
	w.begin(ctx, c, claim)
	return w, w.end
}

func (w *work) begin(ctx context.Context, c *Channel, claim channel.Claim) {
	w.Context, w.c, w.claim = ctx, c, claim
	c.receiver.leases.set(&w.renewal, w)
}

// end ends the renewals, so that none comes after the commit. A second time it does nothing.
func (w *work) end() {
	if w.stopped {
		return
	}
	w.stopped = true
	w.cancel(errWorkOver)
	w.c.receiver.leases.stop(&w.renewal)
}

// ring renews the lease.
func (w *work) ring() {
	w.mu.Lock()
	held := w.holding()
	if w.ended == nil { // first: a renewal that hangs must not cost the next one
		w.c.receiver.leases.set(&w.renewal, w)
	}
	w.mu.Unlock()
	if held.Err() != nil {
		return
	}
	if err := w.c.store.Renew(held, w.claim, lease); errors.Is(err, channel.ErrConflict) {
		w.cancel(errLeaseLost)
	}
}

// cancel ends the context. The first cause stands.
func (w *work) cancel(cause error) {
	w.mu.Lock()
	if w.ended != nil {
		w.mu.Unlock()
		return
	}
	w.ended = cause
	free := w.free
	w.mu.Unlock()
	for _, f := range free { // unlocked: contexts made of this one look at it
		if f != nil {
			f()
		}
	}
}

// lost reports whether another took the claim.
func (w *work) lost() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended == errLeaseLost
}

// endAt sets the limit. The context must not have been asked before.
func (w *work) endAt(limit time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limit = limit
}

// whole is the context without the limit.
func (w *work) whole() context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.holding()
}

// holding is whole with the lock held.
func (w *work) holding() context.Context {
	if w.held == nil {
		held, cancel := context.WithCancel(w.Context)
		w.held, w.free[0] = held, cancel
		if w.ended != nil {
			cancel()
		}
	}
	return w.held
}

// Deadline is the limit.
func (w *work) Deadline() (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.limit, !w.limit.IsZero()
}

// Done makes the context that tells.
func (w *work) Done() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.telling().Done()
}

// telling makes the context that tells, with the lock held.
func (w *work) telling() context.Context {
	switch {
	case w.limited != nil:
	case w.limit.IsZero():
		w.limited = w.holding()
	default:
		w.limited, w.free[1] = context.WithDeadline(w.holding(), w.limit)
	}
	return w.limited
}

// Err is nil while the work goes on, within the limit.
func (w *work) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	over := w.ended != nil || !w.limit.IsZero() && !time.Now().Before(w.limit)
	if w.limited == nil && !over {
		return nil
	}
	return w.telling().Err() // what is told once stands, whatever comes later
}

// Value is that of the context that Done made, so that those made of this one end with it without a goroutine.
func (w *work) Value(key any) any {
	w.mu.Lock()
	ctx := w.Context
	if w.limited != nil {
		ctx = w.limited
	}
	w.mu.Unlock()
	return ctx.Value(key)
}
