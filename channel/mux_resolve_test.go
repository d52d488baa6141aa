package channel_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMuxResolvesOnceForAllWhoAskAtOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var calls atomic.Int32
		m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
			calls.Add(1)
			time.Sleep(time.Second)
			return newMuxFake(a), nil
		}}
		got := make([]channel.Channel, 1000)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() {
				var err error
				got[i], err = m.Channel(t.Context(), muxAlpha)
				assert.NoError(t, err)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, calls.Load())
		for _, ch := range got {
			require.Same(t, got[0], ch)
		}
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxFailsAllWhoAskedAtOnceAndAsksAgainThen(t *testing.T) {
	for name, resolve := range map[string]func() (channel.Channel, error){
		"an error":            func() (channel.Channel, error) { return nil, errors.New("down") },
		"a panic":             func() (channel.Channel, error) { panic("nil map") },
		"an ended goroutine":  func() (channel.Channel, error) { runtime.Goexit(); return nil, nil },
		"no channel":          func() (channel.Channel, error) { return nil, nil },
		"the wrong account":   func() (channel.Channel, error) { return newMuxFake(muxBeta), nil },
		"a wrapped panic nil": func() (channel.Channel, error) { panic(error(nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T) {
				var calls atomic.Int32
				m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
					if calls.Add(1) > 1 {
						return newMuxFake(a), nil
					}
					time.Sleep(time.Second)
					return resolve()
				}}
				var all sync.WaitGroup
				for range 100 {
					all.Go(func() {
						assert.Equal(t, http.StatusServiceUnavailable, muxPost(&m, "/telegram/123456").Code)
					})
				}
				all.Wait()
				assert.EqualValues(t, 1, calls.Load())
				assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code)
				require.NoError(t, m.Shutdown(t.Context()))
			})
		})
	}
}

type muxContextKey struct{}

func TestMuxGoesOnResolvingWhenTheFirstCallerLeaves(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var calls atomic.Int32
		m := channel.Mux{Resolve: func(ctx context.Context, a channel.Account) (channel.Channel, error) {
			calls.Add(1)
			assert.Equal(t, "trace", ctx.Value(muxContextKey{}))
			select {
			case <-time.After(10 * time.Second):
				return newMuxFake(a), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}
		first, cancel := context.WithCancel(context.WithValue(t.Context(), muxContextKey{}, "trace"))
		var all sync.WaitGroup
		all.Go(func() {
			assert.Equal(t, http.StatusServiceUnavailable, muxPostContext(first, &m, "/telegram/123456").Code)
		})
		synctest.Wait()
		all.Go(func() { assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code) })
		synctest.Wait()
		cancel()
		all.Wait()
		assert.EqualValues(t, 1, calls.Load())
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxKeepsWhatWasResolvedAfterAllCallersLeft(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var calls atomic.Int32
		m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
			calls.Add(1)
			time.Sleep(10 * time.Second)
			return newMuxFake(a), nil
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := m.Send(ctx, channel.Address{Account: muxAlpha, ChatID: "7"}, channel.Text("hello"))
		require.ErrorIs(t, err, channel.ErrUnavailable)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(6 * time.Second)
		assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code)
		assert.EqualValues(t, 1, calls.Load())
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxDoesNotWaitForAResolverThatIsStuck(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var calls atomic.Int32
		m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
			calls.Add(1)
			time.Sleep(time.Hour)
			return newMuxFake(a), nil
		}}
		start := time.Now()
		assert.Equal(t, http.StatusServiceUnavailable, muxPost(&m, "/telegram/123456").Code)
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.Equal(t, http.StatusServiceUnavailable, muxPost(&m, "/telegram/123456").Code)
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.EqualValues(t, 1, calls.Load(), "once at a time")
		assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram").Code)
		require.NoError(t, m.Shutdown(t.Context()), "which waits for it")
		assert.Equal(t, time.Hour, time.Since(start))
	})
}

func TestMuxPrefersTheChannelAddedWhileItResolves(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		added := newMuxFake(muxAlpha)
		var m channel.Mux
		m.Resolve = func(context.Context, channel.Account) (channel.Channel, error) {
			m.Add(added)
			return nil, errors.New("too late")
		}
		ch, err := m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Same(t, added, ch)
		time.Sleep(time.Hour)
		ch, err = m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Same(t, added, ch, "it is never dropped")
	})
}

func TestMuxRemembersAMissForAMinute(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		tenants := &muxTenants{gone: map[channel.Account]bool{muxAlpha: true}}
		m := channel.Mux{Resolve: tenants.resolve}
		for range 3 {
			assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram/123456").Code)
			_, err := m.Channel(t.Context(), muxAlpha)
			require.ErrorIs(t, err, channel.ErrNotFound)
		}
		time.Sleep(time.Minute - 1)
		assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram/123456").Code)
		assert.Equal(t, 1, tenants.count(muxAlpha))

		time.Sleep(time.Nanosecond)
		assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram/123456").Code)
		assert.Equal(t, 2, tenants.count(muxAlpha))

		delete(tenants.gone, muxAlpha)
		time.Sleep(time.Minute)
		assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code)
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxForgetsAMissThatIsAdded(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		tenants := &muxTenants{gone: map[channel.Account]bool{muxAlpha: true}}
		m := channel.Mux{Resolve: tenants.resolve}
		assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram/123456").Code)
		m.Add(newMuxFake(muxAlpha))
		assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code)
	})
}

func TestMuxRemembersABoundedNumberOfMisses(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		tenants := &muxTenants{gone: map[channel.Account]bool{}}
		made := func(i int) channel.Account {
			return channel.Account{Platform: "telegram", ID: fmt.Sprint(i)}
		}
		m := channel.Mux{Resolve: tenants.resolve}
		for i := range 4097 {
			tenants.gone[made(i)] = true
			assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram/"+made(i).ID).Code)
		}
		for i := 4096; i > 0; i-- { // the newest are remembered
			assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram/"+made(i).ID).Code)
			require.Equal(t, 1, tenants.count(made(i)))
		}
		assert.Equal(t, http.StatusNotFound, muxPost(&m, "/telegram/0").Code)
		assert.Equal(t, 2, tenants.count(made(0)), "the oldest made room")
	})
}
