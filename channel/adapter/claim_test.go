package adapter_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestALeaseIsRenewedWhileTheHandlerRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		one := newWire(t, adapter.Rules{}, channel.Options{Store: store, HandlerTimeout: time.Hour})
		two := newWire(t, adapter.Rules{}, channel.Options{Store: store})
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			time.Sleep(10 * time.Minute)
			return nil
		}}
		go one.post(h, wireEvent{ID: "1"})
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 503, two.post(h, wireEvent{ID: "1"}).Code, "another replica waits and is refused for now")
		time.Sleep(6 * time.Minute)
		assert.Equal(t, 200, two.post(h, wireEvent{ID: "1"}).Code)
		assert.Len(t, h.ids(), 1)
	})
}

func TestAnEventOfACrashedReplicaIsHandledByAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWire(t, adapter.Rules{Deadline: time.Minute}, channel.Options{Store: store})
		key := channel.Key{Account: w.Account(), Kind: channel.KeyEvent, ID: "1"}
		crashed, err := store.Claim(t.Context(), key, 10*time.Second, time.Hour)
		require.NoError(t, err)
		require.Equal(t, channel.ClaimWon, crashed.State)
		start := time.Now()
		h := &recorder{}
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
		assert.InDelta(t, 10*time.Second, time.Since(start), float64(time.Second))
		assert.Len(t, h.ids(), 1)
	})
}

func TestAReplicaThatLostItsLeaseStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		flaky := &flakyStore{Store: store}
		one := newWire(t, adapter.Rules{}, channel.Options{Store: flaky})
		two := newWire(t, adapter.Rules{Deadline: 30 * time.Second}, channel.Options{Store: store})
		flaky.failing("renew", 4) // away for longer than a lease
		slow := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			<-ctx.Done()
			return context.Cause(ctx)
		}}
		code := make(chan int)
		go func() { code <- one.post(slow, wireEvent{ID: "1"}).Code }()
		time.Sleep(time.Second)
		other := &recorder{do: func(context.Context, *channel.Event, int) error {
			time.Sleep(10 * time.Second)
			return nil
		}}
		assert.Equal(t, 200, two.post(other, wireEvent{ID: "1"}).Code)
		assert.Equal(t, 503, <-code)
		assert.Len(t, other.ids(), 1)
		assert.Contains(t, one.log.String(), "given up")
	})
}

func TestAFailedCommitIsMadeUpForWithoutTheHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		h := &recorder{}
		w.store.failing("commit", 2)
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code, "it is retried")

		w.store.failing("commit", 5)
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "2"}).Code)
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "2"}).Code, "the process remembers it")
		assert.Equal(t, []string{"1", "2"}, h.ids())
	})
}

func TestAnEventIsRefusedWhenItCannotBeClaimed(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	w.store.failing("claim", 1)
	assert.Equal(t, 503, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Empty(t, h.ids())
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
}
