package channel

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testKey(kind KeyKind, i int) Key {
	return Key{Account: Account{"viber", "1"}, Kind: kind, ID: strconv.Itoa(i)}
}

func claimTestKey(t *testing.T, s *MemoryStore, i int) Claim {
	t.Helper()
	c, err := s.Claim(t.Context(), testKey(KeyEvent, i), time.Minute, time.Hour)
	require.NoError(t, err)
	return c
}

func setTestValue(t *testing.T, s *MemoryStore, kind KeyKind, i int) {
	t.Helper()
	old, err := s.Get(t.Context(), testKey(kind, i))
	require.NoError(t, err)
	ok, err := s.CompareAndSwap(t.Context(), testKey(kind, i), old, []byte("v"), time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
}

// present says which of the keys 0 to n-1 have a value.
func present(t *testing.T, s *MemoryStore, kind KeyKind, n int) (have []int) {
	t.Helper()
	for i := range n {
		v, err := s.Get(t.Context(), testKey(kind, i))
		require.NoError(t, err)
		if v != nil {
			have = append(have, i)
		}
	}
	return have
}

func TestAFullStoreForgetsTheOldestCommittedClaims(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &MemoryStore{MaxClaims: 3, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	running := claimTestKey(t, s, 100)
	first := claimTestKey(t, s, 0)
	for i := 1; i <= 3; i++ {
		require.NoError(t, s.Commit(t.Context(), claimTestKey(t, s, i), nil, time.Hour))
	}
	assert.Empty(t, log.String())
	require.NoError(t, s.Commit(t.Context(), first, nil, time.Hour), "claimed first, committed last")
	for i, state := range []ClaimState{ClaimDone, ClaimWon, ClaimDone, ClaimDone} {
		assert.Equal(t, state, claimTestKey(t, s, i).State, i)
	}
	assert.Equal(t, ClaimBusy, claimTestKey(t, s, 100).State, "what is under way is never forgotten")
	assert.NoError(t, s.Renew(t.Context(), running, time.Minute))
	assert.Contains(t, log.String(), `what="committed claims" max=3 forgotten=1`)
}

func TestAFullStoreForgetsTheOldestProfilesAndNothingElse(t *testing.T) {
	t.Parallel()
	s := &MemoryStore{MaxProfiles: 3, Logger: slog.New(slog.DiscardHandler)}
	for i := range 3 {
		setTestValue(t, s, KeyProfile, i)
	}
	setTestValue(t, s, KeyProfile, 0) // it is the youngest now
	setTestValue(t, s, KeyProfile, 3)
	setTestValue(t, s, KeyProfile, 4)
	assert.Equal(t, []int{0, 3, 4}, present(t, s, KeyProfile, 5))
	for _, kind := range []KeyKind{KeySubscription, KeySend, KeyMoved, KeyReceipt, KeyDriver} {
		for i := range 20 {
			setTestValue(t, s, kind, i)
		}
		assert.Len(t, present(t, s, kind, 20), 20, kind)
	}
	assert.Equal(t, []int{0, 3, 4}, present(t, s, KeyProfile, 5))
}

func TestAnEvictedOrDeletedProfileMakesRoom(t *testing.T) {
	t.Parallel()
	s := &MemoryStore{MaxProfiles: 2, Logger: slog.New(slog.DiscardHandler)}
	for i := range 2 {
		setTestValue(t, s, KeyProfile, i)
	}
	ok, err := s.CompareAndSwap(t.Context(), testKey(KeyProfile, 1), []byte("v"), nil, 0)
	require.NoError(t, err)
	require.True(t, ok)
	setTestValue(t, s, KeyProfile, 2)
	assert.Equal(t, []int{0, 2}, present(t, s, KeyProfile, 3))
}

func TestALargeRoomIsSharedByShards(t *testing.T) {
	t.Parallel()
	const most = 20_000
	s := &MemoryStore{MaxClaims: most, Logger: slog.New(slog.DiscardHandler)}
	for i := range 2 * most {
		require.NoError(t, s.Commit(t.Context(), claimTestKey(t, s, i), nil, time.Hour))
	}
	n := 0
	for i := range s.claims {
		have := size(&s.claims[i])
		assert.Equal(t, have.listed, have.claims)
		n += have.claims
	}
	assert.InDelta(t, most, n, most/50)
	assert.Greater(t, s.claimRoom.shards, 1)
}

func TestEvictionIsLoggedOnceInSoMany(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &MemoryStore{MaxClaims: 10, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	for i := range 3510 {
		require.NoError(t, s.Commit(t.Context(), claimTestKey(t, s, i), nil, time.Hour))
	}
	var forgotten []string
	for line := range strings.Lines(log.String()) {
		_, n, _ := strings.Cut(strings.TrimSpace(line), "forgotten=")
		forgotten = append(forgotten, n)
	}
	assert.Equal(t, []string{"1", "1000", "2000", "3000"}, forgotten)
}

func TestWhatIsPastItsTimeIsSweptAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewMemoryStore()
		for i := range 1000 {
			c := claimTestKey(t, s, i)
			if i%2 == 0 {
				require.NoError(t, s.Commit(t.Context(), c, nil, time.Hour))
			}
			setTestValue(t, s, KeyReceipt, i)
			setTestValue(t, s, KeyProfile, i)
			require.NoError(t, s.Pause(t.Context(), testKey(KeyLimit, i), time.Now().Add(time.Hour)))
		}
		ok, err := s.CompareAndSwap(t.Context(), testKey(KeySubscription, 0), nil, []byte("v"), 0)
		require.NoError(t, err)
		require.True(t, ok)

		time.Sleep(time.Hour - time.Second)
		assert.Equal(t, []int{1000, 2001, 1000}, entries(s))
		time.Sleep(sweepEvery + time.Second)
		assert.Equal(t, []int{0, 1, 0}, entries(s), "what does not end stays")
		assert.Zero(t, size(&s.claims[0]).listed)

		ok, err = s.CompareAndSwap(t.Context(), testKey(KeySubscription, 0), []byte("v"), nil, 0)
		require.NoError(t, err)
		require.True(t, ok)
		time.Sleep(sweepEvery + time.Second)
		assert.False(t, s.sweeping.Load(), "an empty store has no timer")
		setTestValue(t, s, KeyReceipt, 1)
		assert.True(t, s.sweeping.Load())
		time.Sleep(time.Hour + sweepEvery)
		assert.Equal(t, []int{0, 0, 0}, entries(s), "and has one again when it is needed")
	})
}

// entries counts the claims, values and limits.
func entries(s *MemoryStore) []int {
	n := make([]int, 3)
	for i := range memoryShards {
		n[0] += size(&s.claims[i]).claims
		n[1] += count(&s.values[i])
		n[2] += count(&s.buckets[i])
	}
	return n
}

type tableSize struct{ claims, rows, listed int }

func size(t *claimTable) tableSize {
	t.mu.Lock()
	defer t.mu.Unlock()
	return tableSize{len(t.places), t.rows.n, t.listed}
}

func count[E memoryEntry](s *shard[E]) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

func TestASweepTakesNothingFromThoseAtWork(t *testing.T) {
	t.Parallel()
	s := NewMemoryStore()
	s.init() // a sweep does not come before the first use
	const chats, workers = 2 * sweepAtOnce * memoryShards, 4
	var taken, won atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range chats {
				if i%(2*sweepAtOnce) == 0 {
					s.sweep()
				}
				b := Bucket{Key: testKey(KeyLimit, i), N: 1, Per: time.Hour, Cost: 1}
				brief := Bucket{Key: testKey(KeyLimit, chats+i), N: 1, Per: time.Nanosecond, Cost: 1}
				if wait, err := s.Reserve(t.Context(), []Bucket{b}, 0); err == nil && wait == 0 {
					taken.Add(1)
				}
				_, err := s.Reserve(t.Context(), []Bucket{brief}, time.Second)
				assert.NoError(t, err)
				c, err := s.Claim(t.Context(), testKey(KeyEvent, i), time.Hour, time.Hour)
				assert.NoError(t, err)
				if c.State == ClaimWon {
					won.Add(1)
					assert.NoError(t, s.Commit(t.Context(), c, nil, time.Hour))
				}
			}
		})
	}
	wg.Wait()
	s.sweep()
	assert.EqualValues(t, chats, taken.Load())
	assert.EqualValues(t, chats, won.Load())
	assert.Equal(t, []int{chats, 0, chats}, entries(s))
}

func TestALimitOfAnHourSurvivesSweeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewMemoryStore()
		b := []Bucket{{Key: testKey(KeyLimit, 1), N: 1, Per: time.Hour, Cost: 1}}
		wait, err := s.Reserve(t.Context(), b, 0)
		require.NoError(t, err)
		require.Zero(t, wait)
		time.Sleep(50 * time.Minute)
		wait, err = s.Reserve(t.Context(), b, 0)
		require.NoError(t, err)
		assert.Equal(t, 10*time.Minute, wait)
	})
}

func TestTimesWithoutEndDoNotOverflow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const endless = time.Duration(1<<63 - 1)
		s, ctx := NewMemoryStore(), context.Background()
		setTestValue(t, s, KeyReceipt, 0)
		time.Sleep(time.Second)
		c, err := s.Claim(ctx, testKey(KeyEvent, 1), endless, endless)
		require.NoError(t, err)
		assert.Equal(t, ClaimBusy, claimTestKey(t, s, 1).State)
		require.NoError(t, s.Renew(ctx, c, endless))
		require.NoError(t, s.Commit(ctx, c, nil, endless))
		ok, err := s.CompareAndSwap(ctx, testKey(KeyMoved, 1), nil, []byte("v"), endless)
		require.NoError(t, err)
		require.True(t, ok)
		time.Sleep(100 * time.Hour)
		assert.Equal(t, ClaimDone, claimTestKey(t, s, 1).State)
		assert.Equal(t, []int{1}, present(t, s, KeyMoved, 2))
		require.NoError(t, s.Pause(ctx, testKey(KeyLimit, 1), time.Now().AddDate(5000, 0, 0)))
		for i := range 2 {
			b := Bucket{Key: testKey(KeyLimit, i), N: 1, Per: endless, Cost: 1}
			for j := range 3 {
				wait, err := s.Reserve(ctx, []Bucket{b}, 0)
				require.NoError(t, err)
				assert.Equal(t, i+j > 0, wait > 0, "limit %d, call %d", i, j)
			}
		}
	})
}

func TestAKeyDoesNotHoldOnToTheTextItWasCutFrom(t *testing.T) {
	t.Parallel()
	s, body := NewMemoryStore(), "a large request with the ID 123"
	k := Key{Account: Account{"viber", "1"}, Kind: KeyEvent, ID: body[len(body)-3:]}
	_, err := s.Claim(t.Context(), k, time.Hour, time.Hour)
	require.NoError(t, err)
	_, err = s.CompareAndSwap(t.Context(), k, nil, []byte("v"), 0)
	require.NoError(t, err)
	require.NoError(t, s.Pause(t.Context(), k, time.Now().Add(time.Hour)))
	for i := range memoryShards {
		assertOwn(t, s.values[i].entries, k.ID)
		assertOwn(t, s.buckets[i].entries, k.ID)
	}
	assert.Equal(t, []int{1, 1, 1}, entries(s))
}

func assertOwn[E any](t *testing.T, entries map[memoryKey]E, id string) {
	for k := range entries {
		assert.Equal(t, id, k.id)
		assert.NotSame(t, unsafe.StringData(id), unsafe.StringData(k.id))
	}
}
