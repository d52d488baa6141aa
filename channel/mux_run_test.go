package channel_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMuxRegistersEveryAccountThatCan(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://bots.example.com/hooks", "https://bots.example.com/hooks/"} {
		tenants := new(muxTenants)
		m := channel.Mux{Resolve: tenants.resolve}
		first := &muxFakeRegistrar{muxFake: newMuxFake(muxBeta), err: errors.New("viber: register: no such url (1)")}
		second := &muxFakeRegistrar{muxFake: newMuxFake(channel.Account{Platform: "vk", ID: "a/b"})}
		third := &muxFakeRegistrar{muxFake: newMuxFake(channel.Account{Platform: "vk", ID: "2"}), err: channel.ErrUnauthorized}
		m.Add(newMuxFake(muxAlpha), first, muxWrapper{second}, third)
		muxPost(&m, "/telegram/resolved")

		err := m.Register(t.Context(), base)

		assert.EqualError(t, err, "viber:pa%3A59250001: viber: register: no such url (1)\nvk:2: unauthorized")
		assert.ErrorIs(t, err, channel.ErrUnauthorized)
		assert.Equal(t, []string{"https://bots.example.com/hooks/viber/pa:59250001"}, first.urls)
		assert.Equal(t, []string{"https://bots.example.com/hooks/vk/a%2Fb"}, second.urls)
		assert.Equal(t, []string{"https://bots.example.com/hooks/vk/2"}, third.urls)
		require.NoError(t, m.Shutdown(t.Context()))
	}
}

func TestMuxRegistersAtAnAbsoluteURLAlone(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		"", "/hooks", "bots.example.com", "bots.example.com:443/hooks", "ftp://bots.example.com", "https://", "https://:443", "https:bots",
		"https://bots.example.com/?a=b", "https://bots.example.com/?", "https://bots.example.com/#top", "https://bots.example.com/%zz",
		"https://user:hunter2@bots example.com",
	} {
		var m channel.Mux
		ch := &muxFakeRegistrar{muxFake: newMuxFake(muxAlpha)}
		m.Add(ch)
		err := m.Register(t.Context(), base)
		require.ErrorIs(t, err, channel.ErrInvalid, base)
		assert.EqualError(t, err, "register: base must be an absolute http or https URL without a query")
		assert.Empty(t, ch.urls)
	}
}

func TestMuxPollsUntilItsContextOrShutdownEndsIt(t *testing.T) {
	for name, end := range map[string]func(m *channel.Mux, cancel func()) error{
		"the context": func(_ *channel.Mux, cancel func()) error { cancel(); return nil },
		"Shutdown":    func(m *channel.Mux, _ func()) error { return m.Shutdown(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T) {
				var events []channel.Account
				m := channel.Mux{Handler: channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
					events = append(events, e.Account)
					return nil
				})}
				poller := &muxFakePoller{muxFake: newMuxFake(muxAlpha)}
				poller.poll = func(ctx context.Context, h channel.Handler) error {
					assert.NoError(t, h.HandleEvent(ctx, &channel.Event{Account: muxAlpha}))
					<-ctx.Done()
					time.Sleep(time.Second) // its handlers end
					return ctx.Err()
				}
				m.Add(newMuxFake(muxBeta), muxWrapper{poller})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ended := make(chan error, 1)
				go func() { ended <- m.Poll(ctx) }()
				synctest.Wait()
				assert.Equal(t, []channel.Account{muxAlpha}, events)
				assert.Empty(t, ended)

				require.NoError(t, end(&m, cancel))
				assert.NoError(t, <-ended)
				require.NoError(t, m.Shutdown(t.Context()))
				assert.NoError(t, m.Poll(t.Context()), "after Shutdown there is nothing to poll for")
			})
		})
	}
}

func TestMuxPollsOnWhenAnAccountFails(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var m channel.Mux
		add := func(id string, poll func(ctx context.Context, h channel.Handler) error) {
			m.Add(&muxFakePoller{muxFake: newMuxFake(channel.Account{Platform: "vk", ID: id}), poll: poll})
		}
		add("1", func(context.Context, channel.Handler) error { return channel.ErrUnauthorized })
		add("2", func(context.Context, channel.Handler) error { time.Sleep(time.Second); panic("a bug") })
		add("3", func(context.Context, channel.Handler) error { runtime.Goexit(); return nil })
		add("4", func(ctx context.Context, _ channel.Handler) error { <-ctx.Done(); return ctx.Err() })
		add("5", func(ctx context.Context, _ channel.Handler) error { <-ctx.Done(); return channel.ErrConflict })
		ended := make(chan error, 1)
		go func() { ended <- m.Poll(t.Context()) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Empty(t, ended)

		require.NoError(t, m.Shutdown(t.Context()))
		assert.EqualError(t, <-ended, "vk:1: unauthorized\nvk:2: poll: panic of a string\nvk:5: conflict")
	})
}

func TestMuxPollEndsWithTheLastOfItsAccounts(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var m channel.Mux
		assert.NoError(t, m.Poll(t.Context()), "there is none")
		m.Add(&muxFakePoller{newMuxFake(muxAlpha), func(context.Context, channel.Handler) error { return channel.ErrConflict }})
		assert.ErrorIs(t, m.Poll(t.Context()), channel.ErrConflict)
	})
}

// muxBusy is a Mux with a handler that runs until release is closed, and one request in it.
func muxBusy(t *testing.T) (m *channel.Mux, release chan struct{}, status chan int) {
	t.Helper()
	m, release, status = new(channel.Mux), make(chan struct{}), make(chan int, 1)
	m.Add(newMuxFake(muxAlpha), newMuxFake(muxBeta))
	m.Handler = channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
		<-release
		_, err := m.Send(ctx, e.Address(), channel.Text("I am still here"))
		return err
	})
	go func() { status <- muxPost(m, "/telegram/123456").Code }()
	synctest.Wait()
	return m, release, status
}

func TestMuxShutdownWaitsForHandlersAndLetsThemAnswer(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		m, release, status := muxBusy(t)
		ended := make(chan error, 2)
		go func() { ended <- m.Shutdown(t.Context()) }()
		go func() { ended <- m.Shutdown(t.Context()) }()
		synctest.Wait()
		assert.Empty(t, ended)
		for _, path := range []string{"/telegram/123456", "/viber/pa:59250001", "/telegram/unknown"} {
			w := muxPost(m, path)
			assert.Equal(t, http.StatusServiceUnavailable, w.Code)
			assert.Equal(t, "close", w.Header().Get("Connection"))
			assert.NotEmpty(t, w.Header().Get("Retry-After"))
		}
		err := m.With(t.Context(), muxAlpha, func(channel.Channel, channel.Handler) error { t.Error("called"); return nil })
		assert.EqualError(t, err, "telegram: resolve: shutting down")
		assert.ErrorIs(t, err, channel.ErrUnavailable)

		close(release)
		assert.NoError(t, <-ended)
		assert.NoError(t, <-ended)
		assert.Equal(t, http.StatusOK, <-status)
		assert.NoError(t, m.Shutdown(t.Context()), "again")
	})
}

func TestMuxShutdownWaitsAsLongAsItsContext(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		m, release, status := muxBusy(t)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		assert.ErrorIs(t, m.Shutdown(ctx), context.DeadlineExceeded)
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.ErrorIs(t, m.Shutdown(ctx), context.DeadlineExceeded)
		assert.Equal(t, http.StatusServiceUnavailable, muxPost(m, "/telegram/123456").Code)

		close(release)
		assert.Equal(t, http.StatusOK, <-status)
		assert.NoError(t, m.Shutdown(ctx), "nothing runs: its context does not matter")
	})
}

func TestMuxShutdownWaitsForWith(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var m channel.Mux
		m.Add(newMuxFake(muxAlpha))
		go func() {
			assert.Panics(t, func() {
				_ = m.With(t.Context(), muxAlpha, func(channel.Channel, channel.Handler) error {
					time.Sleep(time.Second)
					panic("a bug")
				})
			})
		}()
		synctest.Wait()
		start := time.Now()
		require.NoError(t, m.Shutdown(t.Context()))
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestMuxShutdownOfAnUnusedMux(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var m channel.Mux
		require.NoError(t, m.Shutdown(t.Context()))
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxHoldsNoResolvedChannelAfterShutdown(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		tenants := new(muxTenants)
		m := channel.Mux{Resolve: tenants.resolve}
		muxPost(&m, "/telegram/123456")
		require.NoError(t, m.Shutdown(t.Context()))

		for i := range 3 { // it can be sent to, and is let go of each time
			_, err := m.Send(t.Context(), channel.Address{Account: muxAlpha, ChatID: "7"}, channel.Text("bye"))
			require.NoError(t, err)
			assert.Equal(t, 2+i, tenants.count(muxAlpha))
		}
	})
}

func TestMuxShutdownWaitsForTheResolverOfACallerWhoLeft(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var built int
		m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
			time.Sleep(10 * time.Second)
			built++
			return newMuxFake(a), nil
		}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.Equal(t, http.StatusServiceUnavailable, muxPostContext(ctx, &m, "/telegram/123456").Code)
		require.NoError(t, m.Shutdown(t.Context()))
		assert.Equal(t, 1, built)
		_, err := m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Equal(t, 2, built, "what nobody waited for is not kept")
	})
}

func TestMuxKeepsNothingThatIsResolvedForNobodyAfterShutdown(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		var built int
		m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
			time.Sleep(10 * time.Second)
			built++
			return newMuxFake(a), nil
		}}
		start := time.Now()
		require.NoError(t, m.Shutdown(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := m.Channel(ctx, muxAlpha)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, m.Shutdown(t.Context()), "which does not wait for what began after it")
		assert.Equal(t, time.Second, time.Since(start))

		time.Sleep(10 * time.Second)
		_, err = m.Channel(t.Context(), muxAlpha)
		require.NoError(t, err)
		assert.Equal(t, 2, built)
	})
}
