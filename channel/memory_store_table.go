package channel

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

// claimKey stands for a [Key]: two hashes of it with seeds that nobody knows. Two of a million keys are the same once in
// 10^26 times.
type claimKey [2]uint64

func (s *MemoryStore) claimKey(k Key) claimKey {
	return claimKey{maphash.Comparable(s.seed, k), maphash.Comparable(s.seed2, k)}
}

// claimTable is a part of the claims, under a lock of its own. There may be a million of them, each made for one event:
// they point nowhere, so that the collector need not look at them.
type claimTable struct {
	mu sync.Mutex
	claimRows
	token uint64 // the last that was given out
	texts string // of those to come
}

const (
	tokenDigits = 12
	tokenTexts  = 32 // made at once, in one piece of memory
)

// newToken returns a token that no table gave out, and its text.
func (t *claimTable) newToken(all *atomic.Uint64) (uint64, string) {
	if t.texts == "" {
		t.token = all.Add(tokenTexts) - tokenTexts
		var texts [tokenTexts * tokenDigits]byte
		for i := range texts {
			token := t.token + 1 + uint64(i/tokenDigits)
			texts[i] = "0123456789abcdef"[token>>(4*(tokenDigits-1-i%tokenDigits))&15]
		}
		t.texts = string(texts[:])
	}
	text := t.texts[:tokenDigits]
	t.texts = t.texts[tokenDigits:]
	t.token++
	return t.token, text
}

type claimRows struct {
	places  map[claimKey]uint32 // in rows
	rows    claimPages          // the first is the end of the list of those committed
	answers map[uint32][]byte   // of those that have one, which are few
	free    uint32              // a row that is not used, whose newer is the next one; 0: there is none
	listed  int                 // how many are committed
}

// claimPages are rows that never move, however many come.
type claimPages struct {
	pages []*[pageRows]memoryClaim
	n     int // rows there are
}

const pageRows = 64

func (p *claimPages) at(place uint32) *memoryClaim { return &p.pages[place/pageRows][place%pageRows] }

// more makes a row.
func (p *claimPages) more() (place uint32) {
	if p.n%pageRows == 0 {
		p.pages = append(p.pages, new([pageRows]memoryClaim))
	}
	p.n++
	return uint32(p.n - 1)
}

// memoryClaim is a piece of work.
type memoryClaim struct {
	key          claimKey
	until        time.Duration
	forget       time.Duration
	token        uint64 // of who has the lease, or who committed; 0: it was given back
	failed       int32  // attempts that counted
	used         bool
	done         bool
	older, newer uint32 // once committed: its neighbours in the list by age
}

// idle: what a lease protects is never forgotten, however short the work is to be remembered.
func (c *memoryClaim) idle(now time.Duration) bool {
	return now >= c.forget && (c.done || now >= c.until)
}

// add makes room for a claim.
func (t *claimRows) add(k claimKey) (place uint32) {
	if t.places == nil {
		t.places = make(map[claimKey]uint32)
		t.rows.more()
	}
	if place = t.free; place != 0 {
		t.free = t.rows.at(place).newer
	} else {
		place = t.rows.more()
	}
	*t.rows.at(place) = memoryClaim{key: k, used: true}
	t.places[k] = place
	return place
}

func (t *claimRows) remove(place uint32) {
	t.clear(place)
	delete(t.places, t.rows.at(place).key)
	*t.rows.at(place) = memoryClaim{newer: t.free}
	t.free = place
}

// clear has a claim be as it was added.
func (t *claimRows) clear(place uint32) {
	c := t.rows.at(place)
	if c.done {
		t.rows.at(c.older).newer, t.rows.at(c.newer).older = c.newer, c.older
		t.listed--
		delete(t.answers, place)
	}
	*c = memoryClaim{key: c.key, used: true}
}

// commit makes a claim the youngest of those done.
func (t *claimRows) commit(place uint32, answer []byte) {
	c, end := t.rows.at(place), t.rows.at(0)
	c.done, c.older, c.newer = true, end.older, 0
	t.rows.at(end.older).newer, end.older = place, place
	t.listed++
	if answer == nil {
		return
	}
	if t.answers == nil {
		t.answers = make(map[uint32][]byte)
	}
	t.answers[place] = answer
}

// evict forgets the oldest that are committed beyond limit, and returns how many.
func (t *claimRows) evict(limit int) (n int) {
	for t.listed > limit {
		t.remove(t.rows.at(0).newer)
		n++
	}
	return n
}

// sweep forgets what is idle, gives back the room of a table that was much larger once, and returns what is left.
func (t *claimTable) sweep(now time.Duration) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := 1; i < t.rows.n; i++ {
		if i%sweepAtOnce == 0 {
			t.mu.Unlock() // rows do not move but in a sweep; who waits is let in
			t.mu.Lock()
		}
		if i >= t.rows.n {
			break
		}
		if c := t.rows.at(uint32(i)); c.used && c.idle(now) {
			t.remove(uint32(i))
		}
	}
	n := len(t.places)
	switch {
	case n == 0:
		t.claimRows = claimRows{}
	case n < t.rows.n/4:
		t.claimRows = t.copied()
	}
	return n
}

// copied has the same claims in as many rows as they need.
func (t *claimRows) copied() claimRows {
	c := claimRows{places: make(map[claimKey]uint32, len(t.places))}
	c.rows.more()
	for i := range uint32(t.rows.n) {
		if row := t.rows.at(i); row.used && !row.done {
			*c.rows.at(c.add(row.key)) = *row
		}
	}
	for i := t.rows.at(0).newer; i != 0; i = t.rows.at(i).newer {
		row := t.rows.at(i)
		place := c.add(row.key)
		*c.rows.at(place) = *row
		c.commit(place, t.answers[i])
	}
	return c
}
