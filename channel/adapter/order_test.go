package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestEventsOfOneChatComeOneAtATimeAsTheyArrived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		var running atomic.Int32
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			assert.EqualValues(t, 1, running.Add(1))
			time.Sleep(time.Second)
			running.Add(-1)
			return nil
		}}
		codes := make(chan int)
		var want []string
		for i := range 50 {
			id := fmt.Sprint(i)
			want = append(want, id)
			go func() { codes <- w.post(h, wireEvent{ID: id, Chat: "c"}).Code }()
			synctest.Wait() // it has arrived
		}
		for range 50 {
			assert.Equal(t, 200, <-codes)
		}
		assert.Equal(t, want, h.ids())
	})
}

func TestChatsDoNotWaitForOneAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		stuck := make(chan struct{})
		h := &recorder{do: func(_ context.Context, e *channel.Event, _ int) error {
			if e.Chat.ID == "slow" {
				<-stuck
			}
			return nil
		}}
		go w.post(h, wireEvent{ID: "1", Chat: "slow"})
		synctest.Wait()
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "2", Chat: "quick"}).Code)
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "3", User: "u"}).Code, "without a chat the user orders")
		close(stuck)
	})
}

func TestABatchIsHandledSixteenChatsAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		var running, most atomic.Int32
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			n := running.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second)
			running.Add(-1)
			return nil
		}}
		var events []wireEvent
		for i := range 40 {
			events = append(events, wireEvent{ID: fmt.Sprintf("%da", i), Chat: fmt.Sprint(i)}, wireEvent{ID: fmt.Sprintf("%db", i), Chat: fmt.Sprint(i)})
		}
		assert.Equal(t, 200, w.post(h, events...).Code)
		assert.EqualValues(t, 16, most.Load())
		assert.Len(t, h.ids(), 80)
		at := map[string]int{}
		for i, id := range h.ids() {
			at[id] = i
		}
		for i := range 40 {
			assert.Less(t, at[fmt.Sprintf("%da", i)], at[fmt.Sprintf("%db", i)])
		}
	})
}

func TestABatchIsRefusedIfAnyOfItMustComeAgain(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{do: func(_ context.Context, e *channel.Event, nth int) error {
		if e.ID == "2" && nth <= 3 {
			return errors.New("no")
		}
		return nil
	}}
	batch := []wireEvent{{ID: "1", Chat: "a"}, {ID: "2", Chat: "b"}, {ID: "3", Chat: "c"}}
	assert.Equal(t, 503, w.post(h, batch...).Code)
	assert.Equal(t, 200, w.post(h, batch...).Code)
	assert.ElementsMatch(t, []string{"1", "2", "3", "2"}, h.ids(), "the committed ones are skipped")
}

func TestTwoBatchesOfTheSameChatsDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { time.Sleep(time.Second); return nil }}
		batch := func(name string, from, step int) []wireEvent {
			var events []wireEvent
			for i := range 50 {
				chat := (from + step*i + 500) % 50
				events = append(events, wireEvent{ID: fmt.Sprint(name, chat), Chat: fmt.Sprint(chat)})
			}
			return events
		}
		codes := make(chan int)
		go func() { codes <- w.post(h, batch("a", 0, 1)...).Code }()
		go func() { codes <- w.post(h, batch("b", 49, -1)...).Code }()
		assert.Equal(t, 200, <-codes)
		assert.Equal(t, 200, <-codes)
		assert.Len(t, h.ids(), 100)
	})
}

func TestTheSameBatchAtOnceIsHandledOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			time.Sleep(100 * time.Millisecond)
			return nil
		}}
		batch := []wireEvent{{ID: "1", Chat: "a"}, {ID: "2", Chat: "a"}, {ID: "3", Chat: "b"}, {ID: "4", Chat: "a"}}
		codes := make(chan int, 32)
		for range 32 {
			go func() { codes <- w.post(h, batch...).Code }()
		}
		for range 32 {
			assert.Equal(t, 200, <-codes)
		}
		assert.Len(t, h.ids(), 4)
	})
}

func TestABatchThatWaitsForAnotherReplicaGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWire(t, adapter.Rules{}, channel.Options{Store: store})
		claim, err := store.Claim(t.Context(), channel.Key{Account: w.Account(), Kind: channel.KeyEvent, ID: "1"}, 3*time.Second, time.Hour)
		require.NoError(t, err)
		require.Equal(t, channel.ClaimWon, claim.State)
		h := &recorder{}
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Chat: "a"}, wireEvent{ID: "2", Chat: "a"}).Code)
		assert.Equal(t, []string{"1", "2"}, h.ids())
	})
}

func TestEventsWithoutAChatAreOrderedByTheirUser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { time.Sleep(time.Minute); return nil }}
		start := time.Now()
		w.post(h, wireEvent{ID: "1", User: "ann"}, wireEvent{ID: "2", User: "ann"}, wireEvent{ID: "3", User: "bob"})
		assert.Equal(t, 2*time.Minute, time.Since(start))
	})
}
