package channel

import (
	"bytes"
	"context"
	"strconv"
	"time"
)

// memoryClaim is a piece of work.
type memoryClaim struct {
	age           // once committed
	answer []byte // once committed
	until  time.Duration
	forget time.Duration
	token  uint64 // of who has the lease, or who committed; 0: it was given back
	failed int32  // attempts that counted
	done   bool
}

func (c *memoryClaim) aged() *age { return &c.age }

// idle: what a lease protects is never forgotten, however short the work is to be remembered.
func (c *memoryClaim) idle(now time.Duration) bool {
	return now >= c.forget && (c.done || now >= c.until)
}

func (s *MemoryStore) claimShard(k memoryKey) *shard[*memoryClaim] {
	return &s.claims[s.spread(k.id, s.claimRoom.shards)]
}

// Claim implements [Store].
func (s *MemoryStore) Claim(_ context.Context, key Key, lease, keep time.Duration) (Claim, error) {
	s.init()
	k := newMemoryKey(key)
	sh := s.claimShard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	now := s.now()
	c, ok := sh.entries[k]
	switch {
	case !ok:
		c = &memoryClaim{age: age{key: k.own()}}
		sh.put(c.key, c)
		s.planSweep()
	case c.idle(now):
		sh.old.remove(&c.age)
		*c = memoryClaim{age: age{key: c.key}}
	case c.done:
		return Claim{Key: key, State: ClaimDone, Answer: c.answer}, nil
	case now < c.until:
		return Claim{Key: key, State: ClaimBusy, Until: s.start.Add(c.until)}, nil
	case c.token != 0: // the lease ran out
		c.failed++
	}
	c.token = s.tokens.Add(1)
	c.until = after(now, lease)
	c.forget = after(now, keep)
	return Claim{Key: key, State: ClaimWon, Token: strconv.FormatUint(c.token, 36), Attempt: int(c.failed) + 1}, nil
}

// held calls f with the work that c claimed, if c's token is still its token.
func (s *MemoryStore) held(c Claim, f func(sh *shard[*memoryClaim], m *memoryClaim, now time.Duration) error) error {
	s.init()
	k := newMemoryKey(c.Key)
	token, err := strconv.ParseUint(c.Token, 36, 64)
	if err != nil {
		return ErrConflict
	}
	sh := s.claimShard(k)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	now := s.now()
	m, ok := sh.entries[k]
	if !ok || m.idle(now) || m.token != token || token == 0 {
		return ErrConflict
	}
	return f(sh, m, now)
}

// Renew implements [Store].
func (s *MemoryStore) Renew(_ context.Context, c Claim, lease time.Duration) error {
	return s.held(c, func(_ *shard[*memoryClaim], m *memoryClaim, now time.Duration) error {
		if m.done {
			return ErrConflict
		}
		m.until = after(now, lease)
		return nil
	})
}

// Commit implements [Store].
func (s *MemoryStore) Commit(_ context.Context, c Claim, answer []byte, keep time.Duration) error {
	evicted := 0
	err := s.held(c, func(sh *shard[*memoryClaim], m *memoryClaim, now time.Duration) error {
		if m.done {
			return nil
		}
		m.done, m.answer, m.forget = true, bytes.Clone(answer), after(now, keep)
		sh.old.renew(&m.age)
		evicted = sh.evict(s.claimRoom.share)
		return nil
	})
	s.claimRoom.note(s.Logger, evicted)
	return err
}

// Release implements [Store].
func (s *MemoryStore) Release(_ context.Context, c Claim, counts bool) error {
	return s.held(c, func(sh *shard[*memoryClaim], m *memoryClaim, _ time.Duration) error {
		if m.done {
			return ErrConflict
		}
		if counts {
			m.failed++
		}
		m.token, m.until = 0, 0
		if m.failed == 0 { // there is nothing to remember
			sh.remove(m.key)
		}
		return nil
	})
}
