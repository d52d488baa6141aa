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

// They measure the heap of the process, so they are not parallel.

func TestALimitTakesFewBytesPerChatAndNoneWhenIdle(t *testing.T) {
	for _, chats := range sizes() {
		t.Run(fmt.Sprint(chats), func(t *testing.T) {
			measureLimits(t, chats, 0, func(i int) []Bucket { return []Bucket{chatLimit(i)} })
		})
	}
}

// A group has a limit a second, which is over when the next group is written to, and one a minute.
func TestTheLimitsOfAGroupTakeFewBytesWhenManyAreWrittenToInAMinute(t *testing.T) {
	for _, groups := range sizes() {
		t.Run(fmt.Sprint(groups), func(t *testing.T) {
			measureLimits(t, groups, time.Minute, func(i int) []Bucket {
				minute := Bucket{Key: Key{telegramBot, KeyLimit, fmt.Sprint("group:-100", 5512345678+i)}, N: 20, Per: time.Minute, Cost: 1}
				return []Bucket{chatLimit(-i), minute}
			})
		})
	}
}

var telegramBot = Account{"telegram", "123456"}

func chatLimit(i int) Bucket {
	return Bucket{Key: Key{telegramBot, KeyLimit, fmt.Sprint("chat:", 5512345678+i)}, N: 1, Per: time.Second, Cost: 1}
}

// measureLimits has chats written to, all within a time, and checks the bytes that each takes.
func measureLimits(t *testing.T, chats int, within time.Duration, limits func(i int) []Bucket) {
	synctest.Test(t, func(t *testing.T) {
		store := NewMemoryStore()
		before := heap()
		for i := range chats {
			wait, err := store.Reserve(t.Context(), limits(i), 0)
			require.NoError(t, err)
			require.Zero(t, wait)
			if within > 0 {
				time.Sleep(within / time.Duration(chats+1))
			}
		}
		perChat := float64(heap()-before) / float64(chats)
		assert.LessOrEqual(t, perChat, 200.0)
		time.Sleep(2 * sweepEvery)
		perIdle := float64(heap()-before) / float64(chats)
		assert.LessOrEqual(t, perIdle, 1.0, "bytes per idle chat")
		t.Logf("limiter: %.0f bytes per chat, %.0f when idle", perChat, max(perIdle, 0))
		assert.Zero(t, entries(store)[2])
		assert.False(t, store.sweeping.Load(), "an idle store has no timer")
		runtime.KeepAlive(store)
	})
}

// sizes are several, because the map's load, and so the bytes of an entry, differs with the number of entries.
func sizes() []int {
	if testing.Short() {
		return []int{20_000}
	}
	return []int{60_000, 80_000, 100_000, 120_000}
}
