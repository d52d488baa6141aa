package channel_test

import (
	"context"
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

func TestMuxDropsAResolvedChannelAfter15IdleMinutes(t *testing.T) {
	use := map[string]func(m *channel.Mux) error{
		"a request": func(m *channel.Mux) error { muxPost(m, "/telegram/123456"); return nil },
		"a Send": func(m *channel.Mux) error {
			_, err := m.Send(context.Background(), channel.Address{Account: muxAlpha, ChatID: "7"}, channel.Text("hello"))
			return err
		},
		"a With": func(m *channel.Mux) error {
			return m.With(context.Background(), muxAlpha, func(channel.Channel, channel.Handler) error { return nil })
		},
		"a Channel": func(m *channel.Mux) error { _, err := m.Channel(context.Background(), muxAlpha); return err },
	}
	for name, use := range use {
		t.Run("after "+name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T) {
				tenants := new(muxTenants)
				m := channel.Mux{Resolve: tenants.resolve}
				for range 4 { // each use starts the time anew
					require.NoError(t, use(&m))
					time.Sleep(15*time.Minute - 1)
					synctest.Wait()
				}
				require.NoError(t, use(&m))
				assert.Equal(t, 1, tenants.count(muxAlpha))
				time.Sleep(15 * time.Minute)
				synctest.Wait()
				require.NoError(t, use(&m))
				assert.Equal(t, 2, tenants.count(muxAlpha))
				require.NoError(t, m.Shutdown(t.Context()))
			})
		})
	}
}

func TestMuxDropsEachChannelInItsOwnTime(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		tenants := new(muxTenants)
		m := channel.Mux{Resolve: tenants.resolve}
		account := func(i int) channel.Account { return channel.Account{Platform: "vk", ID: fmt.Sprint(i)} }
		for i := range 10 {
			muxPost(&m, "/vk/"+account(i).ID)
			time.Sleep(time.Minute)
		}
		time.Sleep(10*time.Minute - 1) // accounts 0 to 4 were used 15 minutes ago or longer, 5 almost
		synctest.Wait()
		for i := range 10 {
			muxPost(&m, "/vk/"+account(i).ID)
			want := 1
			if i < 5 {
				want = 2
			}
			assert.Equal(t, want, tenants.count(account(i)), i)
		}
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxKeepsAChannelWhileItIsInUse(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		tenants := new(muxTenants)
		m := channel.Mux{
			Resolve: tenants.resolve,
			Handler: channel.HandlerFunc(func(context.Context, *channel.Event) error { time.Sleep(100 * time.Minute); return nil }),
		}
		var all sync.WaitGroup
		all.Go(func() { muxPost(&m, "/telegram/123456") })
		all.Go(func() {
			err := m.With(t.Context(), muxBeta, func(channel.Channel, channel.Handler) error {
				time.Sleep(100 * time.Minute)
				return nil
			})
			assert.NoError(t, err)
		})
		time.Sleep(99 * time.Minute)
		for _, a := range []channel.Account{muxAlpha, muxBeta} {
			_, err := m.Channel(t.Context(), a)
			require.NoError(t, err)
			assert.Equal(t, 1, tenants.count(a))
		}
		all.Wait()
		time.Sleep(15*time.Minute - 1)
		_, err := m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Equal(t, 1, tenants.count(muxAlpha), "it is idle since the handler ended")
		time.Sleep(2 * time.Nanosecond)
		_, err = m.Channel(t.Context(), muxBeta)
		require.NoError(t, err)
		assert.Equal(t, 2, tenants.count(muxBeta))
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxNeverHasTwoChannelsOfAnAccountInUse(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var resolved atomic.Int32
		var mu sync.Mutex
		inUse := map[channel.Channel]int{}
		m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
			resolved.Add(1)
			time.Sleep(time.Millisecond)
			return newMuxFake(a), nil
		}}
		var all sync.WaitGroup
		for range 8 { // all of them arrive at the moment at which the channel is dropped
			all.Go(func() {
				for range 50 {
					err := m.With(t.Context(), muxAlpha, func(ch channel.Channel, _ channel.Handler) error {
						mu.Lock()
						inUse[ch]++
						assert.Len(t, inUse, 1)
						mu.Unlock()
						time.Sleep(time.Second)
						mu.Lock()
						defer mu.Unlock()
						if inUse[ch]--; inUse[ch] == 0 {
							delete(inUse, ch)
						}
						return nil
					})
					assert.NoError(t, err)
					time.Sleep(15 * time.Minute)
				}
			})
		}
		all.Wait()
		assert.LessOrEqual(t, resolved.Load(), int32(50))
		before := resolved.Load()
		time.Sleep(15*time.Minute + time.Second) // and when nobody arrives at that moment, it is dropped
		_, err := m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Equal(t, before+1, resolved.Load())
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxNeverDropsAnAddedChannel(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var m channel.Mux
		alpha := newMuxFake(muxAlpha)
		m.Add(alpha)
		muxPost(&m, "/telegram/123456")
		time.Sleep(48 * time.Hour)
		assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code)
		require.NoError(t, m.Shutdown(t.Context()))
		ch, err := m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Same(t, alpha, ch)
	})
}

func TestMuxLetsGoOfAChannelWhenItsHandlerPanics(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		tenants := new(muxTenants)
		m := channel.Mux{
			Resolve: tenants.resolve,
			Handler: channel.HandlerFunc(func(context.Context, *channel.Event) error { panic("a bug") }),
		}
		assert.Panics(t, func() { muxPost(&m, "/telegram/123456") })
		assert.Panics(t, func() {
			_ = m.With(t.Context(), muxAlpha, func(channel.Channel, channel.Handler) error { panic("a bug") })
		})
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		_, err := m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Equal(t, 2, tenants.count(muxAlpha))
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

// It does not run in parallel: it measures the heap, which has the fake channel's own 48 bytes too.
func TestMuxHoldsAFewHundredBytesAnAccount(t *testing.T) {
	const accounts = 20_000
	m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
		return &muxStateless{account: a}, nil
	}}
	before := muxHeap()
	for i := range accounts {
		require.Equal(t, http.StatusOK, muxPost(&m, fmt.Sprintf("/telegram/%d", 1_000_000_000+i)).Code)
	}
	each := (muxHeap() - before) / accounts
	t.Logf("%d bytes", each)
	assert.Less(t, each, int64(512))
	require.NoError(t, m.Shutdown(t.Context()))
	assert.Less(t, muxHeap()-before, int64(accounts*200), "what is left of the map")
	runtime.KeepAlive(&m)
}

type muxStateless struct {
	channel.Channel
	account channel.Account
}

var muxAcknowledges = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

func (c *muxStateless) Account() channel.Account             { return c.account }
func (c *muxStateless) Webhook(channel.Handler) http.Handler { return muxAcknowledges }

func muxHeap() int64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
