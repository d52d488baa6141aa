package adapter

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

type workValue struct{}

// newWork begins work under a claim of the store.
func newWork(t *testing.T, store channel.Store) *work {
	t.Helper()
	c := &Channel{store: store}
	c.receiver.leases.after = renewEvery
	claim, err := store.Claim(t.Context(), channel.Key{ID: "1"}, lease, time.Hour)
	require.NoError(t, err)
	w, _ := c.keepLease(context.WithValue(context.Background(), workValue{}, "of the request"), claim)
	return w
}

func TestWorkIsAContextLikeAnyOther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		asked bool // before it ends
		end   func(w *work)
		want  error
	}{
		{"that is over", false, (*work).end, context.Canceled},
		{"that is over, and was asked", true, (*work).end, context.Canceled},
		{"at its limit", false, func(*work) { time.Sleep(time.Minute) }, context.DeadlineExceeded},
		{"at its limit, and was asked", true, func(*work) { time.Sleep(time.Minute) }, context.DeadlineExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWork(t, channel.NewMemoryStore())
				defer w.end()
				w.endAt(time.Now().Add(time.Minute))
				limit, ok := w.Deadline()
				assert.True(t, ok)
				assert.Equal(t, time.Minute, time.Until(limit))
				assert.NoError(t, w.Err())
				child := context.Background()
				if c.asked {
					derived, cancel := context.WithTimeout(w, time.Hour)
					defer cancel()
					child = derived
					assert.Equal(t, "of the request", child.Value(workValue{}))
				}
				assert.Equal(t, "of the request", w.Value(workValue{}))

				c.end(w)
				synctest.Wait()
				assert.Equal(t, c.want, w.Err())
				assert.Equal(t, c.want, context.Cause(w))
				if c.asked {
					assert.Equal(t, c.want, child.Err())
				}
				<-w.Done()
				late, cancel := context.WithCancel(w)
				defer cancel()
				assert.Error(t, late.Err())
			})
		})
	}
}

func TestWorkThatWasAtItsLimitStaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWork(t, channel.NewMemoryStore())
		w.endAt(time.Now().Add(time.Minute))
		time.Sleep(time.Minute)
		require.Equal(t, context.DeadlineExceeded, w.Err())
		w.end()
		assert.Equal(t, context.DeadlineExceeded, w.Err())
		<-w.Done()
		assert.Equal(t, context.DeadlineExceeded, context.Cause(w))
	})
}

func TestALeaseIsRenewedPastTheLimitUntilTheWorkEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWork(t, store)
		w.endAt(time.Now().Add(time.Second))
		again := func() channel.ClaimState {
			claim, err := store.Claim(t.Context(), channel.Key{ID: "1"}, lease, time.Hour)
			require.NoError(t, err)
			return claim.State
		}
		time.Sleep(5 * lease)
		assert.Equal(t, channel.ClaimBusy, again(), "a handler that does not look at its context has the event still")
		assert.False(t, w.lost())
		w.end()
		time.Sleep(lease)
		assert.Equal(t, channel.ClaimWon, again())
	})
}

func TestWorkWhoseClaimAnotherTookIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWork(t, store)
		w.endAt(time.Now().Add(time.Hour))
		require.NoError(t, store.Release(t.Context(), w.claim, true))
		<-w.Done()
		assert.True(t, w.lost())
		assert.Equal(t, context.Canceled, w.Err())
		w.end()
		assert.True(t, w.lost(), "the first cause stands")
	})
}
