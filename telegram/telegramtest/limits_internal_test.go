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
			require.Nil(t, s.limit(group, 1, perBot))
			time.Sleep(time.Second)
		}
		refusal := s.limit(group, 1, perBot)
		require.NotNil(t, refusal)
		assert.Equal(t, 40, refusal.retryAfter)
		time.Sleep(40*time.Second - 1)
		assert.NotNil(t, s.limit(group, 1, perBot))
		time.Sleep(time.Nanosecond)
		assert.Nil(t, s.limit(group, 1, perBot))
	})
}

func TestAnAlbumCountsItsItemsForTheGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewServer(t)
		group := &chat{kind: "group"}
		require.Nil(t, s.limit(group, 10, perBot))
		time.Sleep(time.Second)
		require.Nil(t, s.limit(group, 1, perBot))
		time.Sleep(time.Second)
		refusal := s.limit(group, 10, perBot)
		require.NotNil(t, refusal, "one too many")
		assert.Equal(t, 58, refusal.retryAfter)
		require.Nil(t, s.limit(group, 9, perBot))
		time.Sleep(58 * time.Second)
		assert.Nil(t, s.limit(group, 10, perBot))
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

func TestAPaidBroadcastTakesAThousandMessagesASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewServerWith(t, Config{PaidBroadcasts: true})
		send := func(as string) *apiError {
			c := &call{s: s, params: params{values: map[string]string{"allow_paid_broadcast": as}}}
			return c.limit(&chat{kind: private}, 1)
		}
		for range 30 {
			require.Nil(t, send("false"))
		}
		require.NotNil(t, send("false"))
		for range 970 {
			require.Nil(t, send("true"))
		}
		require.NotNil(t, send("true"))
		time.Sleep(time.Second)
		assert.Nil(t, send("false"))
		s.cfg.PaidBroadcasts = false
		for range 29 {
			require.Nil(t, send("true"))
		}
		assert.NotNil(t, send("true"), "nobody pays")
	})
}
