package adapter

import (
	"context"
	"sync"
)

// queue has for each key a line that is served in the order of arrival, one at a time. A line without anybody in it takes
// no memory. The zero value is ready.
type queue struct {
	mu   sync.Mutex
	last map[string]*ticket // of each line
}

// ticket is a place in a line. It must be given back with leave, whether its turn came or not.
type ticket struct {
	q            *queue
	key          string
	ahead, after *ticket
	turn         chan struct{} // closed when it is this one's turn; nil: it was at once
	gone         bool
}

// enter takes the last place in the line of key. It does not block.
func (q *queue) enter(key string) *ticket {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := new(ticket)
	t.enterLocked(q, key)
	return t
}

// enterLocked is enter with the queue's lock held.
func (t *ticket) enterLocked(q *queue, key string) {
	*t = ticket{q: q, key: key, ahead: q.last[key]}
	if t.ahead != nil {
		t.ahead.after = t
		t.turn = make(chan struct{})
	}
	if q.last == nil {
		q.last = make(map[string]*ticket)
	}
	q.last[key] = t
}

// wait returns nil when it is this one's turn, or the error of ctx when that ends first; the place is kept until leave.
func (t *ticket) wait(ctx context.Context) error {
	if t.turn == nil {
		return nil
	}
	select {
	case <-t.turn:
		return nil
	default:
	}
	select {
	case <-t.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave gives the place up; the next in line moves on. A second leave does nothing.
func (t *ticket) leave() {
	t.q.mu.Lock()
	defer t.q.mu.Unlock()
	t.leaveLocked()
}

// leaveLocked is leave with the queue's lock held.
func (t *ticket) leaveLocked() {
	if t.gone {
		return
	}
	t.gone = true
	switch {
	case t.after != nil:
		t.after.ahead = t.ahead
	case t.ahead != nil:
		t.q.last[t.key] = t.ahead
	default:
		delete(t.q.last, t.key)
	}
	if t.ahead != nil {
		t.ahead.after = t.after
	} else if t.after != nil {
		close(t.after.turn)
	}
	t.ahead, t.after = nil, nil // who keeps an event of long ago must not keep all that came behind it
}
