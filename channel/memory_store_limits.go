package channel

import (
	"context"
	"fmt"
	"math/bits"
	"time"
)

// taking is what a Reserve takes of one bucket.
type taking struct {
	key    memoryKey
	shard  *shard[*memoryBucket]
	bucket *memoryBucket // nil: there is none yet
	made   bool          // for this
	n      int
	per    time.Duration
	cost   int
}

// Reserve implements [Store].
func (s *MemoryStore) Reserve(_ context.Context, buckets []Bucket, maxWait time.Duration) (time.Duration, error) {
	s.init()
	var room [4]taking // most calls have one limit of the account, one of the chat, and one of the group
	takings, shards := room[:0], uint32(0)
	for _, b := range buckets {
		if err := checkBucket(b); err != nil {
			return 0, err
		}
		key := newMemoryKey(b.Key)
		i := s.spread(key.id, memoryShards)
		shards |= 1 << i
		takings = append(takings, taking{key: key, shard: &s.buckets[i], n: b.N, per: b.Per, cost: b.Cost})
	}
	takings, err := merge(takings)
	if err != nil {
		return 0, err
	}
	s.lock(shards)
	defer s.unlock(shards)
	now := s.now()
	t := earliest(takings, now)
	if t-now > maxWait {
		return t - now, nil
	}
	for i := range takings {
		s.take(&takings[i], now, t)
	}
	for i := range takings { // not before: what is idle may be a bucket that is taken from here
		if takings[i].made {
			takings[i].shard.forgetSome(now)
		}
	}
	return t - now, nil
}

// lock locks shards of buckets in their order, so that no two calls wait for each other.
func (s *MemoryStore) lock(shards uint32) {
	for ; shards != 0; shards &= shards - 1 {
		s.buckets[bits.TrailingZeros32(shards)].mu.Lock()
	}
}

func (s *MemoryStore) unlock(shards uint32) {
	for ; shards != 0; shards &= shards - 1 {
		s.buckets[bits.TrailingZeros32(shards)].mu.Unlock()
	}
}

func checkBucket(b Bucket) error {
	switch {
	case b.Cost < 0:
		return invalidBucket("a cost of %d", b.Cost)
	case b.Cost > 0 && (b.N <= 0 || b.Per <= 0):
		return invalidBucket("a limit of %d in %v", b.N, b.Per)
	case b.Cost > b.N && b.Cost > 0:
		return invalidBucket("a cost of %d in a limit of %d", b.Cost, b.N)
	}
	return nil
}

func invalidBucket(format string, args ...any) error {
	return &Error{Reason: ErrInvalid, Scope: ScopeMessage, Op: "reserve", Message: fmt.Sprintf(format, args...)}
}

// merge adds up the costs of a bucket that is named twice: each alone might fit where both do not.
func merge(takings []taking) ([]taking, error) {
	merged := takings[:0]
next:
	for _, t := range takings {
		for i := range merged {
			m := &merged[i]
			if m.key != t.key {
				continue
			}
			if t.cost > 0 && m.cost > 0 {
				m.n, m.per = min(m.n, t.n), max(m.per, t.per)
			} else if t.cost > 0 {
				m.n, m.per = t.n, t.per
			}
			if m.cost += t.cost; m.cost > m.n && m.cost > 0 {
				return nil, invalidBucket("a cost of %d in a limit of %d", m.cost, m.n)
			}
			continue next
		}
		merged = append(merged, t)
	}
	return merged, nil
}

// earliest is the first time from now on that all buckets allow. A later time that one bucket asks for may be one that
// another does not allow any more, because of what is reserved there; so it asks around until nobody objects.
func earliest(takings []taking, now time.Duration) time.Duration {
	for i := range takings {
		t := &takings[i]
		t.bucket = t.shard.entries[t.key]
		if t.bucket != nil {
			t.bucket.prune(now, t.per)
		}
	}
	at := now
	for agreed := 0; agreed < len(takings); {
		agreed = 0
		for i := range takings {
			t := &takings[i]
			if t.bucket != nil {
				if later := t.bucket.earliest(at, t.n, t.per, t.cost); later > at {
					at, agreed = later, 0
				}
			}
			agreed++
		}
	}
	return at
}

// take takes the cost of t at the time at.
func (s *MemoryStore) take(t *taking, now, at time.Duration) {
	if t.cost == 0 {
		return
	}
	if t.bucket == nil {
		t.bucket, t.made = new(memoryBucket), true
		t.shard.put(t.key.own(), t.bucket)
		s.planSweep()
	}
	t.bucket.take(now, at, t.per, t.cost)
}

// Pause implements [Store].
func (s *MemoryStore) Pause(_ context.Context, bucket Key, until time.Time) error {
	s.init()
	k := newMemoryKey(bucket)
	sh := &s.buckets[s.spread(k.id, memoryShards)]
	sh.mu.Lock()
	defer sh.mu.Unlock()
	end := until.Sub(s.start)
	if end <= s.now() {
		return nil
	}
	b, ok := sh.entries[k]
	if !ok {
		b = new(memoryBucket)
		sh.put(k.own(), b)
		s.planSweep()
	}
	b.pause = max(b.pause, end)
	return nil
}

// Reset implements [Store].
func (s *MemoryStore) Reset(_ context.Context, bucket Key) error {
	s.init()
	k := newMemoryKey(bucket)
	sh := &s.buckets[s.spread(k.id, memoryShards)]
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.remove(k)
	return nil
}
