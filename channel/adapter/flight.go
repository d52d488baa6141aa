package adapter

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
)

// flights are the events that this process is handling, by ID. The receiver locks them.
type flights map[string]*flight

// flight is one event being handled.
type flight struct {
	last   atomic.Bool   // a duplicate came that the platform will not repeat
	done   chan struct{} // closed when result is set; nil: nobody waits for that
	result result
}

// begin makes f the flight of an event, or returns the one under way, whose done is closed when its result is there.
func (fs *flights) begin(id string, f *flight) (other *flight) {
	if other := (*fs)[id]; other != nil {
		if other.done == nil {
			other.done = make(chan struct{})
		}
		return other
	}
	if *fs == nil {
		*fs = make(flights)
	}
	(*fs)[id] = f
	return nil
}

func (fs flights) end(id string, f *flight, r result) {
	delete(fs, id)
	f.result = r
	if f.done != nil {
		close(f.done)
	}
}

// undone are events that were handled and whose commit failed: when they come again only the commit is made up for.
type undone struct {
	mu sync.Mutex
	m  map[string]handled
	n  atomic.Int32 // len(m), to pass by without the lock
}

// handled is an event that needs no handler any more.
type handled struct {
	claim  channel.Claim
	answer []byte
	until  time.Time // the platform does not repeat it later
}

// maxUndone bounds what a store that is away for long costs in memory. An event beyond it is handled again.
const maxUndone = 100_000

func (u *undone) add(id string, h handled) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.m == nil {
		u.m = make(map[string]handled)
	}
	if len(u.m) >= maxUndone {
		now := time.Now()
		for id, h := range u.m {
			if now.After(h.until) {
				delete(u.m, id)
			}
		}
	}
	if len(u.m) < maxUndone {
		u.m[id] = h
	}
	u.n.Store(int32(len(u.m)))
}

func (u *undone) get(id string) (handled, bool) {
	if u.n.Load() == 0 {
		return handled{}, false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	h, ok := u.m[id]
	return h, ok
}

func (u *undone) remove(id string) {
	if u.n.Load() == 0 {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.m, id)
	u.n.Store(int32(len(u.m)))
}
