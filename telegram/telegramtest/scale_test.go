package telegramtest_test

import (
	"encoding/json"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// pile has people write at the same time to a bot that is not there yet, and waits until all of it is queued.
func pile(srv *telegramtest.Server, people, each int) (acknowledged <-chan error) {
	done := make(chan error, people*each)
	for i := range people {
		u := srv.NewUser("Person " + strconv.Itoa(i))
		for range each {
			go func() { done <- u.Write("x") }()
		}
	}
	synctest.Wait()
	return done
}

// pollAll polls until there is nothing more, and counts.
func pollAll(t testing.TB, srv *telegramtest.Server) (count int) {
	offset := int64(0)
	for {
		var updates []struct {
			ID int64 `json:"update_id"`
		}
		require.NoError(t, json.Unmarshal(mustCall(t, srv, "getUpdates", in{"offset": offset}).Result, &updates))
		if len(updates) == 0 {
			return count
		}
		for _, u := range updates {
			require.True(t, offset == 0 || u.ID == offset, "update %d after %d", u.ID, offset-1)
			offset = u.ID + 1
		}
		count += len(updates)
	}
}

func TestWhatPiledUpIsToldOnceAndInOrder(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(t testing.TB, srv *telegramtest.Server) int{
		"by polling": pollAll,
		"to a webhook": func(t testing.TB, srv *telegramtest.Server) int {
			b := hooked(t, srv, nil)
			synctest.Wait()
			return len(b.got())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := unlimited(t)
				acknowledged := pile(srv, 50, 40)
				assert.Equal(t, 2000, take(t, srv))
				for range 2000 {
					require.NoError(t, <-acknowledged)
				}
			})
		})
	}
}

// BenchmarkSend is a message that follows many others to the same chat.
func BenchmarkSend(b *testing.B) {
	srv, ann := known(b)
	b.ReportAllocs()
	for b.Loop() {
		mustCall(b, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "hello"})
	}
}

// BenchmarkAcknowledge is an update that many others wait behind.
func BenchmarkAcknowledge(b *testing.B) {
	srv := unlimited(b)
	u := srv.NewUser("Ann")
	done := make(chan error, b.N)
	for range b.N {
		go func() { done <- u.Write("x") }()
	}
	for pending := 0; pending < b.N; runtime.Gosched() {
		var info struct {
			Pending int `json:"pending_update_count"`
		}
		require.NoError(b, json.Unmarshal(mustCall(b, srv, "getWebhookInfo", nil).Result, &info))
		pending = info.Pending
	}
	b.ResetTimer()
	require.Equal(b, b.N, pollAll(b, srv))
	for range b.N {
		require.NoError(b, <-done)
	}
}
