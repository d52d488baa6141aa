package channel

import (
	"bytes"
	"context"
	"strconv"
	"time"
)

func (s *MemoryStore) claimTable(k claimKey) *claimTable {
	return &s.claims[k[0]&uint64(s.claimRoom.shards-1)]
}

// Claim implements [Store].
func (s *MemoryStore) Claim(_ context.Context, key Key, lease, keep time.Duration) (Claim, error) {
	s.init()
	k := s.claimKey(key)
	t := s.claimTable(k)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := s.now()
	place, ok := t.places[k]
	if !ok {
		place = t.add(k)
		s.planSweep()
	}
	c := t.rows.at(place)
	switch {
	case !ok:
	case c.idle(now):
		t.clear(place)
	case c.done:
		return Claim{Key: key, State: ClaimDone, Answer: t.answers[place]}, nil
	case now < c.until:
		return Claim{Key: key, State: ClaimBusy, Until: s.start.Add(c.until)}, nil
	case c.token != 0: // the lease ran out
		c.failed++
	}
	var text string
	c.token, text = t.newToken(&s.tokens)
	c.until = after(now, lease)
	c.forget = after(now, keep)
	return Claim{Key: key, State: ClaimWon, Token: text, Attempt: int(c.failed) + 1}, nil
}

// held calls f with the work that c claimed, if c's token is still its token.
func (s *MemoryStore) held(c Claim, f func(t *claimTable, place uint32, now time.Duration) error) error {
	s.init()
	k := s.claimKey(c.Key)
	token, err := strconv.ParseUint(c.Token, 16, 64)
	if err != nil {
		return ErrConflict
	}
	t := s.claimTable(k)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := s.now()
	place, ok := t.places[k]
	if !ok || t.rows.at(place).idle(now) || t.rows.at(place).token != token || token == 0 {
		return ErrConflict
	}
	return f(t, place, now)
}

// Renew implements [Store].
func (s *MemoryStore) Renew(_ context.Context, c Claim, lease time.Duration) error {
	return s.held(c, func(t *claimTable, place uint32, now time.Duration) error {
		m := t.rows.at(place)
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
	err := s.held(c, func(t *claimTable, place uint32, now time.Duration) error {
		if t.rows.at(place).done {
			return nil
		}
		t.rows.at(place).forget = after(now, keep)
		t.commit(place, bytes.Clone(answer))
		evicted = t.evict(s.claimRoom.share)
		return nil
	})
	s.claimRoom.note(s.Logger, evicted)
	return err
}

// Release implements [Store].
func (s *MemoryStore) Release(_ context.Context, c Claim, counts bool) error {
	return s.held(c, func(t *claimTable, place uint32, _ time.Duration) error {
		m := t.rows.at(place)
		if m.done {
			return ErrConflict
		}
		if counts {
			m.failed++
		}
		m.token, m.until = 0, 0
		if m.failed == 0 { // there is nothing to remember
			t.remove(place)
		}
		return nil
	})
}
