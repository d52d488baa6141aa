package channel

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heap is the bytes in use. The collector runs twice, because what a finalizer or a pool holds goes with the second.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// It measures the heap of the process, so it is not parallel.
func TestALimitTakesFewBytesPerChatAndNoneWhenIdle(t *testing.T) {
	for _, chats := range sizes() {
		t.Run(fmt.Sprint(chats), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := NewMemoryStore()
				account := Account{"telegram", "123456"}
				before := heap()
				for i := range chats {
					b := Bucket{Key: Key{account, KeyLimit, fmt.Sprint("chat:", 5512345678+i)}, N: 1, Per: time.Second, Cost: 1}
					wait, err := store.Reserve(t.Context(), []Bucket{b}, 0)
					require.NoError(t, err)
					require.Zero(t, wait)
				}
				perChat := float64(heap()-before) / float64(chats)
				t.Logf("%.0f bytes per chat", perChat)
				assert.LessOrEqual(t, perChat, 200.0)

				time.Sleep(2 * sweepEvery)
				assert.LessOrEqual(t, float64(heap()-before)/float64(chats), 1.0, "bytes per idle chat")
				assert.Zero(t, entries(store)[2])
				assert.False(t, store.sweeping.Load(), "an idle store has no timer")
				runtime.KeepAlive(store)
			})
		})
	}
}

// sizes are several, because the map's load, and so the bytes of an entry, differs with the number of entries.
func sizes() []int {
	if testing.Short() {
		return []int{20_000}
	}
	return []int{60_000, 80_000, 100_000, 120_000}
}
