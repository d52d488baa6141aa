package adapter

import (
	"sync"
	"time"
)

// alarms ring for what is not over after some time, the same for all of them. They ring in the order in which they were
// set, so that one timer does for all: a timer for each would cost more than most events do.
type alarms struct {
	after time.Duration

	mu          sync.Mutex
	first, last *alarm
	timed       bool // a timer runs, for the first or for one before it that was stopped
}

// alarm is set for something that rings. It is the alarms' own while it is set.
type alarm struct {
	at         time.Time
	rings      ringer // nil: it is not set
	prev, next *alarm
}

type ringer interface{ ring() }

// set has r ring, in a goroutine of its own, unless a is stopped before. It must not be set already.
func (s *alarms) set(a *alarm, r ringer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*a = alarm{at: time.Now().Add(s.after), rings: r, prev: s.last}
	if s.last == nil {
		s.first = a
	} else {
		s.last.next = a
	}
	s.last = a
	if !s.timed {
		s.timed = true
		time.AfterFunc(s.after, s.ring)
	}
}

// stop reports whether a has not rung and will not.
func (s *alarms) stop(a *alarm) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.rings == nil {
		return false
	}
	s.remove(a)
	return true
}

func (s *alarms) remove(a *alarm) {
	if a.prev == nil {
		s.first = a.next
	} else {
		a.prev.next = a.next
	}
	if a.next == nil {
		s.last = a.prev
	} else {
		a.next.prev = a.prev
	}
	*a = alarm{}
}

// ring rings those whose time has come.
func (s *alarms) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for s.first != nil && !s.first.at.After(now) {
		r := s.first.rings
		s.remove(s.first)
		go r.ring()
	}
	s.timed = s.first != nil
	if s.timed {
		time.AfterFunc(s.first.at.Sub(now), s.ring)
	}
}
