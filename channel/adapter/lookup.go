package adapter

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/parley-go/parley/channel"
)

// gather is how long a look-up waits for others to go with it, where one call takes several.
const gather = 5 * time.Millisecond

// lookups asks a platform about people or chats. Look-ups of one ID at the same time are one call, and so are those of
// several within a few milliseconds, where the platform takes several. The zero value is ready.
type lookups[T any] struct {
	mu      sync.Mutex
	running map[string]*lookup[T] // by ID, from before the call until its end
	open    *lookup[T]            // takes more IDs; nil: none does
}

// lookup is one call. It ends early when everybody who waits for it left.
type lookup[T any] struct {
	ids     []string
	waiting int
	end     context.CancelFunc
	full    chan struct{} // closed when nothing more goes in
	done    chan struct{} // closed when found and err are set
	found   map[string]T
	err     error
}

// get asks about one ID with call, which takes up to size of them and leaves out of its result what was not found.
func (l *lookups[T]) get(
	ctx context.Context, id string, size int, call func(ctx context.Context, ids []string) (map[string]T, error),
) (v T, found bool, err error) {
	one := l.join(ctx, id, size, call)
	select {
	case <-one.done:
	case <-ctx.Done():
		l.leave(one)
		return v, false, ctx.Err()
	}
	if one.err != nil {
		return v, false, one.err
	}
	v, found = one.found[id]
	return v, found, nil
}

func (l *lookups[T]) join(
	ctx context.Context, id string, size int, call func(ctx context.Context, ids []string) (map[string]T, error),
) *lookup[T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.running[id]; one != nil {
		one.waiting++
		return one
	}
	one := l.open
	if one == nil {
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		one = &lookup[T]{end: cancel, full: make(chan struct{}), done: make(chan struct{})}
		l.open = one
		go l.run(shared, one, call)
	}
	one.ids = append(one.ids, id)
	one.waiting++
	if l.running == nil {
		l.running = make(map[string]*lookup[T])
	}
	l.running[id] = one
	if len(one.ids) >= size {
		l.shut(one)
	}
	return one
}

// shut lets nothing more into a look-up. The caller holds the lock.
func (l *lookups[T]) shut(one *lookup[T]) {
	if l.open == one {
		l.open = nil
		close(one.full)
	}
}

// forget has later look-ups of the same IDs be calls of their own. The caller holds the lock.
func (l *lookups[T]) forget(one *lookup[T]) {
	for _, id := range one.ids {
		if l.running[id] == one {
			delete(l.running, id)
		}
	}
}

func (l *lookups[T]) leave(one *lookup[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.waiting--; one.waiting == 0 {
		l.shut(one)
		l.forget(one)
		one.end()
	}
}

func (l *lookups[T]) run(
	ctx context.Context, one *lookup[T], call func(ctx context.Context, ids []string) (map[string]T, error),
) {
	defer one.end()
	timer := time.NewTimer(gather)
	defer timer.Stop()
	select {
	case <-one.full:
	case <-timer.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	l.shut(one)
	l.mu.Unlock()
	one.found, one.err = call(ctx, one.ids)
	l.mu.Lock()
	l.forget(one)
	l.mu.Unlock()
	close(one.done)
}

// surviving has a panic of the driver in a look-up be a failure of that: it runs in a goroutine of its own, where nobody
// else recovers, and others than its first caller wait for it.
func surviving[T any](
	c *Channel, call func(ctx context.Context, ids []string) (map[string]T, error),
) func(ctx context.Context, ids []string) (map[string]T, error) {
	return func(ctx context.Context, ids []string) (found map[string]T, err error) {
		defer func() {
			if recover() != nil { // whose text is not logged: it may hold a URL with the token
				c.log.Error("a look-up failed: the driver panicked", "stack", string(debug.Stack()))
				found, err = nil, &channel.Error{Reason: channel.ErrUnavailable, Message: "the driver panicked"}
			}
		}()
		return call(ctx, ids)
	}
}

// lookupFailed is the failure of a look-up: its own, or that its caller did not wait for it.
func (c *Channel) lookupFailed(ctx context.Context, op string, err error) *channel.Error {
	var e *channel.Error
	if !errors.As(err, &e) && ctx.Err() != nil {
		return &channel.Error{
			Reason: channel.ErrUnavailable, Scope: channel.ScopeMessage, Platform: c.account.Platform, Op: op,
			Message: "not answered in time: " + err.Error(), Err: err,
		}
	}
	return c.fail(op, err)
}
