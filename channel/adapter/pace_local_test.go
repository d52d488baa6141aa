package adapter

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// breaking is a store whose limits fail once broken is set.
func breaking(store channel.Store) (channel.Store, *atomic.Bool) {
	var broken atomic.Bool
	return &failingStore{Store: store, fail: func(op string, _ channel.Key) bool {
		return broken.Load() && (op == "reserve" || op == "pause" || op == "reset")
	}}, &broken
}

func TestPaceIsKeptWhenTheStoreBeginsToFail(t *testing.T) {
	t.Parallel()
	t.Run("by what was taken", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			store, broken := breaking(channel.NewMemoryStore())
			d := paced(Pace{Name: "all", N: 5, Per: time.Minute})
			c := newSender(t, d, channel.Options{Store: store})
			for i := range 12 {
				broken.Store(i >= 5)
				_, err := c.Send(t.Context(), "chat", channel.Text("x"))
				require.NoError(t, err)
			}
			requirePace(t, d.all(), 5, time.Minute)
			assert.Equal(t, time.Minute, d.all()[5].at.Sub(d.all()[0].at), "nor is it slower than it must be")
		})
	})
	t.Run("by what is reserved for later", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			store, broken := breaking(channel.NewMemoryStore())
			d := paced(Pace{Name: "all", N: 5, Per: time.Minute})
			c := newSender(t, d, channel.Options{Store: store})
			var all sync.WaitGroup
			send := func(n int) {
				for i := range n {
					all.Go(func() {
						_, err := c.Send(t.Context(), fmt.Sprint(i), channel.Text("x"))
						assert.NoError(t, err)
					})
				}
				synctest.Wait()
			}
			send(8)
			time.Sleep(time.Second)
			broken.Store(true)
			send(8)
			all.Wait()
			requirePace(t, d.all(), 5, time.Minute)
			assert.Len(t, d.all(), 16)
		})
	})
}

func TestPauseHoldsWhenTheStoreBeginsToFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, broken := breaking(channel.NewMemoryStore())
		d := paced(perAccount)
		until := time.Now().Add(time.Hour)
		d.send = failingFirst(1, &native{Verdict{
			Error: channel.Error{Reason: channel.ErrRateLimited, RetryAt: until}, Executed: ExecutedNo, Pause: "account",
		}})
		c := newSender(t, d, channel.Options{Store: store, MaxWait: -1})
		for range 2 {
			_, err := c.Send(t.Context(), "chat", channel.Text("x"))
			require.ErrorIs(t, err, channel.ErrRateLimited)
			broken.Store(true)
		}
		assert.Len(t, d.all(), 1)
		time.Sleep(time.Until(until))
		_, err := c.Send(t.Context(), "chat", channel.Text("x"))
		require.NoError(t, err)
	})
}

func TestPaceThatOthersStartAnewDoesNotPileUpHere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := channel.NewMemoryStore()
		store, broken := breaking(shared)
		p := Pace{Name: "chat", N: 1, Per: 24 * time.Hour, Chat: true, Resets: true}
		here := newSender(t, paced(p), channel.Options{Store: store})
		there := newSender(t, paced(p), channel.Options{Store: shared})
		for range 20 { // the webhooks come to the other replica
			_, err := here.Send(t.Context(), "chat", channel.Text("x"))
			require.NoError(t, err)
			time.Sleep(time.Minute)
			wrote(t, there)
		}
		broken.Store(true)
		began := time.Now()
		_, err := here.Send(t.Context(), "chat", channel.Text("x"))
		require.NoError(t, err)
		assert.LessOrEqual(t, time.Since(began), 24*time.Hour)
		wrote(t, here)
		began = time.Now()
		_, err = here.Send(t.Context(), "chat", channel.Text("x"))
		require.NoError(t, err)
		assert.Zero(t, time.Since(began), "it starts anew here too")
	})
}
