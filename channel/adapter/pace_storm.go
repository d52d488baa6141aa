package adapter

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	stormChats = 3           // refused one after another
	stormLasts = time.Minute // at most, since the platform named no time for the account
)

// storm is the refusals of chats by a platform that does not say whom it limits: several of them, and no success between,
// mean the account. Chats that are slow by themselves do not: meanwhile calls to others succeed.
type storm struct {
	mu    sync.Mutex
	until map[channel.Key]time.Time // the ends of the pauses of chats
	n     atomic.Int32              // len(until), to pass by without the lock
}

// refused notes that a chat's limit is paused, and returns until when the account is to be too; zero: it is not.
func (s *storm) refused(key channel.Key, until time.Time) time.Time {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.until, func(_ channel.Key, end time.Time) bool { return !end.After(now) })
	if s.until == nil || len(s.until) >= maxThrottles {
		s.until = make(map[channel.Key]time.Time)
	}
	s.until[key] = until
	s.n.Store(int32(len(s.until)))
	if len(s.until) < stormChats {
		return time.Time{}
	}
	first := now.Add(stormLasts).UTC()
	for _, end := range s.until {
		if end.Before(first) {
			first = end
		}
	}
	return first
}

// over forgets what the success of a call to a chat disproves.
func (s *storm) over(l *limits) {
	if s.n.Load() == 0 || l.account == len(l.buckets) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.until)
	s.n.Store(0)
}
