package adapter

import (
	"slices"
	"sync"

	"github.com/parley-go/parley/channel"
)

// resets tells those who wait for a pace that it starts anew: the Store forgets what they reserved there.
type resets struct {
	mu      sync.Mutex
	waiting map[channel.Key][]chan struct{}
}

// watch returns what gets a value when one of the buckets starts anew, until stop is called. Nil: none ever does.
func (r *resets) watch(keys []channel.Key) (anew <-chan struct{}, stop func()) {
	if len(keys) == 0 {
		return nil, func() {}
	}
	ch := make(chan struct{}, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = make(map[channel.Key][]chan struct{})
	}
	for _, key := range keys {
		r.waiting[key] = append(r.waiting[key], ch)
	}
	return ch, func() { r.forget(keys, ch) }
}

func (r *resets) forget(keys []channel.Key, ch chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		left := slices.DeleteFunc(r.waiting[key], func(other chan struct{}) bool { return other == ch })
		if len(left) == 0 {
			delete(r.waiting, key)
		} else {
			r.waiting[key] = left
		}
	}
}

// tell has those who wait for the bucket ask for it anew.
func (r *resets) tell(key channel.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ch := range r.waiting[key] {
		select {
		case ch <- struct{}{}:
		default: // it was told already
		}
	}
}
