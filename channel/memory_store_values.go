package channel

import (
	"bytes"
	"context"
	"math"
	"time"
)

// memoryValue is a value.
type memoryValue struct {
	age  // of a profile
	data []byte
	ends time.Duration
}

func (v *memoryValue) aged() *age                  { return &v.age }
func (v *memoryValue) idle(now time.Duration) bool { return now >= v.ends }

func (s *MemoryStore) valueShard(k memoryKey) *shard[*memoryValue] {
	return &s.values[s.spread(k.id, s.profileRoom.shards)]
}

// Get implements [Store].
func (s *MemoryStore) Get(_ context.Context, key Key) ([]byte, error) {
	s.init()
	k := newMemoryKey(key)
	sh := s.valueShard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	v, ok := sh.entries[k]
	if !ok || v.idle(s.now()) {
		return nil, nil
	}
	return v.data, nil
}

// CompareAndSwap implements [Store].
func (s *MemoryStore) CompareAndSwap(_ context.Context, key Key, old, new []byte, ttl time.Duration) (bool, error) {
	s.init()
	k := newMemoryKey(key)
	sh := s.valueShard(k)
	swapped, evicted := s.swap(sh, k, old, new, ttl)
	s.profileRoom.note(s.Logger, evicted)
	return swapped, nil
}

func (s *MemoryStore) swap(sh *shard[*memoryValue], k memoryKey, old, new []byte, ttl time.Duration) (swapped bool, evicted int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	now := s.now()
	v, ok := sh.entries[k]
	present := ok && !v.idle(now)
	if present != (old != nil) || present && !bytes.Equal(v.data, old) {
		return false, 0
	}
	if new == nil {
		sh.remove(k)
		return true, 0
	}
	if !ok {
		v = &memoryValue{age: age{key: k.own()}}
		sh.put(v.key, v)
		s.planSweep()
	}
	v.data, v.ends = bytes.Clone(new), math.MaxInt64 // a copy: who called Get before has the old one
	if ttl != 0 {
		v.ends = after(now, ttl)
	}
	if k.scope.Value().kind == KeyProfile {
		sh.old.renew(&v.age)
		evicted = sh.evict(s.profileRoom.share)
	}
	return true, evicted
}
