package telegramtest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAGroupTakesTwentyMessagesAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewServer(t)
		group := &chat{kind: "group"}
		for range 20 {
			require.Nil(t, s.limit(group))
			time.Sleep(time.Second)
		}
		refusal := s.limit(group)
		require.NotNil(t, refusal)
		assert.Equal(t, 40, refusal.retryAfter)
		time.Sleep(40*time.Second - 1)
		assert.NotNil(t, s.limit(group))
		time.Sleep(time.Nanosecond)
		assert.Nil(t, s.limit(group))
	})
}

func TestAnAlbumCountsItsItemsForTheGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewServer(t)
		group := &chat{kind: "group"}
		require.Nil(t, s.limitAlbum(group, 10))
		time.Sleep(time.Second)
		require.Nil(t, s.limit(group))
		time.Sleep(time.Second)
		refusal := s.limitAlbum(group, 10)
		require.NotNil(t, refusal, "one too many")
		assert.Equal(t, 58, refusal.retryAfter)
		require.Nil(t, s.limitAlbum(group, 9))
		time.Sleep(58 * time.Second)
		assert.Nil(t, s.limitAlbum(group, 10))
	})
}

func TestRetryDelaysDependOnTheSeedAlone(t *testing.T) {
	t.Parallel()
	delays := func(seed uint64) (all []time.Duration) {
		s, err := New(Config{Seed: seed})
		require.NoError(t, err)
		defer s.Close()
		for n := 1; n < 40; n++ {
			d := s.retryDelay(&update{id: 7, attempts: n}, outcome{})
			assert.LessOrEqual(t, d, highestRetryCap)
			all = append(all, d)
		}
		return all
	}
	assert.Equal(t, delays(1), delays(1))
	assert.NotEqual(t, delays(1), delays(2))
}

func TestTenSecondsWithoutSuccessLeaveOneConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hookState{webhookSettings: webhookSettings{url: "https://bot.example", connections: 40}}
		h.note(outcome{failure: "x"})
		assert.Equal(t, 40, h.connections())
		time.Sleep(singleAfter)
		assert.Equal(t, 1, h.connections())
		h.note(outcome{})
		assert.Equal(t, 40, h.connections())
	})
}
