package channeltest

import (
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

var claimTests = []storeLeaf{
	{"the first claim wins and the next is told until when it is busy", func(s *storeTest) {
		c := s.win("1")
		assert.Equal(s, 1, c.Attempt)
		s.sleep(1)
		busy := s.claim("1")
		assert.Equal(s, channel.ClaimBusy, busy.State)
		assert.Empty(s, busy.Token)
		s.near(s.units(9), busy.Until.Sub(s.Now()), "the rest of the lease")
		assert.Equal(s, 1, s.win("2").Attempt, "other work is free")
	}},
	{"what is committed is done and replays its answer", func(s *storeTest) {
		s.commit(s.win("1"), `{"text":"welcome"}`)
		done := s.claim("1")
		assert.Equal(s, channel.ClaimDone, done.State)
		assert.Equal(s, `{"text":"welcome"}`, string(done.Answer))
		assert.Empty(s, done.Token)
	}},
	{"an answer can be empty", func(s *storeTest) {
		require.NoError(s, s.Store.Commit(s.Context(), s.win("1"), nil, s.units(100)))
		done := s.claim("1")
		assert.Equal(s, channel.ClaimDone, done.State)
		assert.Empty(s, done.Answer)
	}},
	{"an answer is kept as it was when it was committed", func(s *storeTest) {
		c, answer := s.win("1"), []byte("before")
		require.NoError(s, s.Store.Commit(s.Context(), c, answer, s.units(100)))
		copy(answer, "after!")
		assert.Equal(s, "before", string(s.claim("1").Answer))
	}},
	{"what is committed is remembered for as long as was asked and no longer", func(s *storeTest) {
		s.commit(s.win("1"), "")
		s.sleep(98)
		assert.Equal(s, channel.ClaimDone, s.claim("1").State)
		s.sleep(3)
		assert.Equal(s, 1, s.win("1").Attempt, "it begins anew")
	}},
	{"committing again with the same token changes nothing", func(s *storeTest) {
		c := s.win("1")
		s.commit(c, "first")
		s.commit(c, "second")
		assert.Equal(s, "first", string(s.claim("1").Answer))
	}},
	{"what is committed can neither be renewed nor given back", func(s *storeTest) {
		c := s.win("1")
		s.commit(c, "")
		assert.ErrorIs(s, s.Store.Renew(s.Context(), c, s.units(10)), channel.ErrConflict)
		assert.ErrorIs(s, s.Store.Release(s.Context(), c, false), channel.ErrConflict)
		assert.Equal(s, channel.ClaimDone, s.claim("1").State)
	}},
	{"a lease that ran out is another's, and counts as an attempt", func(s *storeTest) {
		first := s.win("1")
		s.sleep(9)
		assert.Equal(s, channel.ClaimBusy, s.claim("1").State)
		s.sleep(2)
		second := s.win("1")
		assert.Equal(s, 2, second.Attempt)
		assert.NotEqual(s, first.Token, second.Token)
		s.stale(first)
		assert.Equal(s, channel.ClaimBusy, s.claim("1").State, "the stale token touched nothing")
		s.commit(second, "second")
		s.stale(first)
		assert.Equal(s, "second", string(s.claim("1").Answer))
	}},
	{"a renewed lease lasts from then on", func(s *storeTest) {
		c := s.win("1")
		for range 5 {
			s.sleep(7)
			require.NoError(s, s.Store.Renew(s.Context(), c, s.units(10)))
		}
		busy := s.claim("1")
		require.Equal(s, channel.ClaimBusy, busy.State)
		s.near(s.units(10), busy.Until.Sub(s.Now()), "the lease")
		s.commit(c, "")
	}},
	{"a lease is in force longer than its attempts are remembered", func(s *storeTest) {
		c := s.win("1")
		require.NoError(s, s.Store.Renew(s.Context(), c, s.units(200)))
		s.sleep(150)
		assert.Equal(s, channel.ClaimBusy, s.claim("1").State)
		s.commit(c, "late")
		assert.Equal(s, "late", string(s.claim("1").Answer))
	}},
	{"a lease that ran out and that nobody took can be renewed", func(s *storeTest) {
		c := s.win("1")
		s.sleep(20)
		require.NoError(s, s.Store.Renew(s.Context(), c, s.units(10)))
		assert.Equal(s, channel.ClaimBusy, s.claim("1").State)
	}},
	{"a lease that ran out and that nobody took can be committed", func(s *storeTest) {
		c := s.win("1")
		s.sleep(20)
		s.commit(c, "late")
		assert.Equal(s, "late", string(s.claim("1").Answer))
	}},
	{"a lease that ran out and that nobody took can be given back", func(s *storeTest) {
		c := s.win("1")
		s.sleep(20)
		require.NoError(s, s.Store.Release(s.Context(), c, false))
		assert.Equal(s, 1, s.win("1").Attempt)
	}},
	{"what is given back is free at once, and the attempt counts if that was said", func(s *storeTest) {
		for _, step := range []struct {
			counts bool
			next   int
		}{{false, 1}, {true, 2}, {false, 2}, {true, 3}, {true, 4}} {
			c := s.win("1")
			require.NoError(s, s.Store.Release(s.Context(), c, step.counts))
			s.stale(c)
			next := s.win("1")
			assert.Equal(s, step.next, next.Attempt)
			assert.NotEqual(s, c.Token, next.Token)
			require.NoError(s, s.Store.Release(s.Context(), next, false))
		}
	}},
	{"an attempt that was given back is counted once, however late the next", func(s *storeTest) {
		require.NoError(s, s.Store.Release(s.Context(), s.win("1"), true))
		s.sleep(50)
		assert.Equal(s, 2, s.win("1").Attempt)
	}},
	{"attempts are forgotten some time after the last claim", func(s *storeTest) {
		require.NoError(s, s.Store.Release(s.Context(), s.win("1"), true))
		s.sleep(98)
		c := s.win("1")
		assert.Equal(s, 2, c.Attempt)
		require.NoError(s, s.Store.Release(s.Context(), c, true))
		s.sleep(98)
		c = s.win("1")
		assert.Equal(s, 3, c.Attempt)
		require.NoError(s, s.Store.Release(s.Context(), c, true))
		s.sleep(102)
		assert.Equal(s, 1, s.win("1").Attempt)
	}},
	{"a token that was never given is stale", func(s *storeTest) {
		s.stale(channel.Claim{Key: s.key(channel.KeyEvent, "1"), Token: "1"})
		s.win("1")
		s.stale(channel.Claim{Key: s.key(channel.KeyEvent, "1")})
		s.stale(channel.Claim{Key: s.key(channel.KeyEvent, "1"), Token: "never: given"})
		assert.Equal(s, channel.ClaimBusy, s.claim("1").State)
	}},
	{"a token is good for its own key only", func(s *storeTest) {
		one, two := s.win("1"), s.win("2")
		s.stale(channel.Claim{Key: two.Key, Token: one.Token})
		s.commit(one, "1")
		assert.Equal(s, channel.ClaimBusy, s.claim("2").State)
	}},
}
