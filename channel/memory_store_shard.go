package channel

import (
	"sync"
	"time"
)

// shard is a part of the entries of one sort, under a lock of its own.
type shard[E memoryEntry] struct {
	mu      sync.Mutex
	entries map[memoryKey]E
	peak    int  // the most entries since the map was made: a map does not shrink by itself
	old     ages // the entries that may be evicted
}

type memoryEntry interface {
	comparable
	idle(now time.Duration) bool // it is past its time, and can be forgotten
	aged() *age                  // its place in the order of eviction; nil: it has none
}

// sweepAtOnce is how many entries are looked at before others get their turn.
const sweepAtOnce = 1024

func (s *shard[E]) put(k memoryKey, e E) {
	if s.entries == nil {
		s.entries = make(map[memoryKey]E)
	}
	s.entries[k] = e
	s.peak = max(s.peak, len(s.entries))
}

func (s *shard[E]) remove(k memoryKey) {
	e, ok := s.entries[k]
	if !ok {
		return
	}
	if a := e.aged(); a != nil {
		s.old.remove(a)
	}
	delete(s.entries, k)
}

// sweep forgets what is idle, gives back the room of a map that was much larger once, and returns what is left.
func (s *shard[E]) sweep(now time.Duration) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := 0
	for k, e := range s.entries {
		if seen++; seen%sweepAtOnce == 0 {
			s.mu.Unlock() // a map may change while it is walked; who waits is let in
			s.mu.Lock()
			e = s.entries[k]
		}
		if e != *new(E) && e.idle(now) {
			s.remove(k)
		}
	}
	n := len(s.entries)
	switch {
	case n == 0:
		s.entries, s.peak = nil, 0
	case n < s.peak/4:
		smaller := make(map[memoryKey]E, n)
		for k, e := range s.entries {
			smaller[k] = e
		}
		s.entries, s.peak = smaller, n
	}
	return n
}

// forgetSome looks at eight entries, whichever, and forgets those that are idle. Called for each new one, it keeps those
// of a second from staying until the next sweep: most limits are of a second.
func (s *shard[E]) forgetSome(now time.Duration) {
	seen := 0
	for k, e := range s.entries {
		if seen == 8 {
			return
		}
		seen++
		if e.idle(now) {
			s.remove(k)
		}
	}
}

// evict forgets the oldest entries beyond limit, and returns how many.
func (s *shard[E]) evict(limit int) (n int) {
	for s.old.n > limit {
		s.remove(s.old.first.key)
		n++
	}
	return n
}

// age is an entry's place in a list by age.
type age struct {
	key        memoryKey
	prev, next *age
	listed     bool
}

// ages is a list of entries, the oldest first.
type ages struct {
	first, last *age
	n           int
}

// renew makes a the youngest.
func (l *ages) renew(a *age) {
	l.remove(a)
	a.prev, a.next, a.listed = l.last, nil, true
	if l.last == nil {
		l.first = a
	} else {
		l.last.next = a
	}
	l.last = a
	l.n++
}

func (l *ages) remove(a *age) {
	if !a.listed {
		return
	}
	if a.prev == nil {
		l.first = a.next
	} else {
		a.prev.next = a.next
	}
	if a.next == nil {
		l.last = a.prev
	} else {
		a.next.prev = a.prev
	}
	a.prev, a.next, a.listed = nil, nil, false
	l.n--
}
