package adapter

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
)

// throttles counts how often in a row a platform threw us out of a bucket without saying for how long.
type throttles struct {
	mu sync.Mutex
	of map[channel.Key]throttle
	n  atomic.Int32 // len(of), to pass by without the lock
}

type throttle struct {
	times int
	until time.Time
}

const (
	firstThrottle = time.Second
	lastThrottle  = time.Minute
	maxThrottles  = 4096 // remembered; beyond, all start anew
)

// again returns until when to pause: a second, twice as long each time, at most a minute. Refusals of calls that were
// under way together count once.
func (t *throttles) again(key channel.Key) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	state := t.of[key]
	if now.Before(state.until) {
		return state.until
	}
	state.until = now.Add(min(firstThrottle<<min(state.times, 10), lastThrottle)).UTC()
	state.times++
	if t.of == nil || len(t.of) >= maxThrottles {
		t.of = make(map[channel.Key]throttle)
	}
	t.of[key] = state
	t.n.Store(int32(len(t.of)))
	return state.until
}

// over forgets what a success in these buckets disproves.
func (t *throttles) over(buckets []channel.Bucket) {
	if t.n.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, b := range buckets {
		delete(t.of, b.Key)
	}
	t.n.Store(int32(len(t.of)))
}
