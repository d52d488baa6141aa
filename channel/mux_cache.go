package channel

import (
	"container/list"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	muxIdle      = 15 * time.Minute // a resolved channel is dropped after
	muxMissFor   = time.Minute      // a miss is remembered for
	muxMissMax   = 4096             // misses remembered, so that made-up accounts cannot fill the memory
	muxMaxLength = 256              // bytes of an account that is worth asking for
)

// muxEntry is a channel that a Mux holds.
type muxEntry struct {
	account Account
	ch      Channel
	once    sync.Once
	webhook http.Handler // made by once

	// Guarded by Mux.mu.
	pins  int
	used  time.Time     // of one that was resolved: when it was last let go of
	place *list.Element // in Mux.recent; nil: it was added, and is never dropped
}

// insert mounts ch. It and the methods below want m.mu held, but for pin, unpin and sweep.
func (m *Mux) insert(a Account, ch Channel) *muxEntry {
	if m.entries == nil {
		m.entries = make(map[Account]*muxEntry)
	}
	e := &muxEntry{account: a, ch: ch}
	m.entries[a] = e
	return e
}

// expire has e dropped when it was idle for long enough.
func (m *Mux) expire(e *muxEntry) {
	e.used, e.place = time.Now(), m.recent.PushBack(e)
	if m.sweeper == nil {
		m.sweeper = time.AfterFunc(muxIdle, m.sweep)
	}
}

func (m *Mux) unpin(e *muxEntry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.pins--
	if e.place == nil {
		return
	}
	e.used = time.Now()
	m.recent.MoveToBack(e.place)
	m.letGo(e)
}

// letGo drops what would be left behind after Shutdown.
func (m *Mux) letGo(e *muxEntry) {
	if m.empty && e.pins == 0 && e.place != nil {
		m.drop(e)
	}
}

func (m *Mux) drop(e *muxEntry) {
	m.recent.Remove(e.place)
	delete(m.entries, e.account)
	if m.recent.Len() == 0 && m.sweeper != nil {
		m.sweeper.Stop()
		m.sweeper = nil
	}
}

// sweep drops what was idle for long enough, and comes again when the next will have been.
func (m *Mux) sweep() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for place := m.recent.Front(); place != nil; place = m.recent.Front() {
		e := place.Value.(*muxEntry)
		if left := muxIdle - now.Sub(e.used); left > 0 {
			m.sweeper.Reset(left)
			return
		}
		if e.pins > 0 {
			e.used = now // in use is not idle; unpin starts its time anew
			m.recent.MoveToBack(place)
			continue
		}
		m.drop(e)
	}
}

// clear drops everything that is not in use and was not added.
func (m *Mux) clear() {
	m.misses = muxMisses{}
	for place := m.recent.Front(); place != nil; {
		e := place.Value.(*muxEntry)
		place = place.Next()
		m.letGo(e)
	}
}

// muxMisses remembers the accounts that were not found. All are remembered for the same time, so that the order in which
// they came is that in which they go.
type muxMisses struct {
	until map[Account]time.Time
	order []Account
}

func (s *muxMisses) has(a Account, now time.Time) bool { return now.Before(s.until[a]) }

func (s *muxMisses) forget(a Account) { delete(s.until, a) }

func (s *muxMisses) add(a Account, now time.Time) {
	for len(s.order) > 0 && (len(s.order) >= muxMissMax || !s.has(s.order[0], now)) {
		delete(s.until, s.order[0])
		s.order = s.order[1:]
	}
	if s.until == nil {
		s.until = make(map[Account]time.Time)
	}
	s.until[a] = now.Add(muxMissFor)
	s.order = append(s.order, a)
}

// plausible reports whether an account is worth asking for: databases refuse other text, which would not be a miss.
func (a Account) plausible() bool {
	text := a.Platform + a.ID
	return a.Platform != "" && a.ID != "" && len(text) <= muxMaxLength && utf8.ValidString(text) &&
		strings.IndexByte(text, 0) < 0
}
