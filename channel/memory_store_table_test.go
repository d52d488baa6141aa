package channel

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATableThatGaveBackItsRoomKnowsAllThatIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &MemoryStore{MaxClaims: 1500, Logger: slog.New(slog.DiscardHandler)}
		for i := range 1000 { // soon forgotten
			require.NoError(t, s.Commit(t.Context(), claimTestKey(t, s, 10_000+i), nil, time.Minute))
		}
		for i := range 40 {
			require.NoError(t, s.Commit(t.Context(), claimTestKey(t, s, i), fmt.Append(nil, i), time.Hour))
		}
		failed, err := s.Claim(t.Context(), testKey(KeyEvent, 100), time.Minute, time.Hour)
		require.NoError(t, err)
		require.NoError(t, s.Release(t.Context(), failed, true))
		running, err := s.Claim(t.Context(), testKey(KeyEvent, 101), time.Hour, time.Hour)
		require.NoError(t, err)
		rows := size(&s.claims[0]).rows

		time.Sleep(2 * sweepEvery)
		require.Equal(t, []int{42, 0, 0}, entries(s))
		assert.Less(t, size(&s.claims[0]).rows, rows/4)
		for i := range 40 {
			c := claimTestKey(t, s, i)
			assert.Equal(t, ClaimDone, c.State)
			assert.Equal(t, fmt.Sprint(i), string(c.Answer))
		}
		assert.Equal(t, 2, claimTestKey(t, s, 100).Attempt)
		assert.NoError(t, s.Renew(t.Context(), running, time.Minute))

		for i := range 1490 { // the oldest go first, still
			require.NoError(t, s.Commit(t.Context(), claimTestKey(t, s, 20_000+i), nil, time.Hour))
		}
		for i := range 40 {
			s.claims[0].mu.Lock()
			_, known := s.claims[0].places[s.claimKey(testKey(KeyEvent, i))]
			s.claims[0].mu.Unlock()
			assert.Equal(t, i >= 30, known, i)
		}
	})
}

func TestARowIsUsedAgain(t *testing.T) {
	t.Parallel()
	s := NewMemoryStore()
	for i := range 100 {
		require.NoError(t, s.Release(t.Context(), claimTestKey(t, s, i), false))
	}
	rows := 0
	for i := range s.claims {
		rows += size(&s.claims[i]).rows
	}
	assert.LessOrEqual(t, rows, 2*memoryShards, "each shard has its end, and one row")
}

func TestATokenIsWrittenAsItIsAndGivenOutOnce(t *testing.T) {
	t.Parallel()
	var all atomic.Uint64
	all.Store(1<<40 - 40) // so that digits are carried
	tables := make([]claimTable, 3)
	seen := make(map[string]bool)
	for i := range 300 {
		token, text := tables[i%3].newToken(&all)
		require.Equal(t, fmt.Sprintf("%0*x", tokenDigits, token), text)
		require.False(t, seen[text])
		seen[text] = true
	}
}
