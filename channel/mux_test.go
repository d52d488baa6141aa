package channel_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMuxAddPanicsOnWhatCannotBeMounted(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(m *channel.Mux){
		"a nil channel":           func(m *channel.Mux) { m.Add(newMuxFake(muxAlpha), nil) },
		"the same account twice":  func(m *channel.Mux) { m.Add(newMuxFake(muxAlpha), newMuxFake(muxAlpha)) },
		"no ID":                   func(m *channel.Mux) { m.Add(newMuxFake(channel.Account{Platform: "vk"})) },
		"no platform":             func(m *channel.Mux) { m.Add(newMuxFake(channel.Account{ID: "1"})) },
		"an account added before": func(m *channel.Mux) { m.Add(newMuxFake(muxAlpha)); m.Add(newMuxFake(muxAlpha)) },
		"an account resolved before": func(m *channel.Mux) {
			m.Resolve = new(muxTenants).resolve
			muxPost(m, "/telegram/123456")
			m.Add(newMuxFake(muxAlpha))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := new(channel.Mux)
			assert.Panics(t, func() { add(m) })
			m.Add(newMuxFake(muxBeta)) // the lock is free
			assert.Equal(t, http.StatusOK, muxPost(m, "/viber/pa:59250001").Code)
		})
	}
}

func TestMuxSendFindsTheAccountOfTheAddress(t *testing.T) {
	t.Parallel()
	alpha, beta := newMuxFake(muxAlpha), newMuxFake(muxBeta)
	var m channel.Mux
	m.Add(alpha, beta)

	sent, err := m.Send(t.Context(), channel.Address{Account: muxBeta, ChatID: "9"}, channel.Text("hello"))

	require.NoError(t, err)
	assert.Equal(t, "9", sent.ChatID)
	assert.Equal(t, []string{"9: hello"}, beta.sent)
	assert.Empty(t, alpha.sent)
}

func TestMuxErrorsSayWhatIsWrongWithTheAccount(t *testing.T) {
	t.Parallel()
	database := errors.New("database is down")
	for name, tt := range map[string]struct {
		resolve func(context.Context, channel.Account) (channel.Channel, error)
		reason  channel.Reason
		scope   channel.Scope
		text    string
		cause   error
	}{
		"no resolver": {reason: channel.ErrNotFound, scope: channel.ScopeChat, text: "telegram: resolve: not found"},
		"not found": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) { return nil, channel.ErrNotFound },
			reason:  channel.ErrNotFound, scope: channel.ScopeChat, text: "telegram: resolve: not found",
		},
		"another error": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) { return nil, database },
			reason:  channel.ErrUnavailable, scope: channel.ScopeAccount, text: "telegram: resolve: unavailable", cause: database,
		},
		"an error with a reason": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) {
				return nil, errors.Join(database, channel.ErrUnauthorized)
			},
			reason: channel.ErrUnauthorized, scope: channel.ScopeAccount, text: "telegram: resolve: unauthorized", cause: database,
		},
		"an Error of the platform": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) {
				return nil, &channel.Error{Reason: channel.ErrInvalid, Op: "new", Message: "no token"}
			},
			reason: channel.ErrInvalid, scope: channel.ScopeAccount, text: "telegram: new: no token",
		},
		"a context that ended": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) { return nil, context.DeadlineExceeded },
			reason:  channel.ErrUnavailable, scope: channel.ScopeAccount, text: "telegram: resolve: context deadline exceeded",
		},
		"a panic": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) {
				panic(`dsn "postgres://u:hunter2@db"`)
			},
			reason: channel.ErrUnavailable, scope: channel.ScopeAccount, text: "telegram: resolve: the resolver panicked",
		},
		"no channel": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) { return nil, nil },
			reason:  channel.ErrUnavailable, scope: channel.ScopeAccount, text: "telegram: resolve: the resolver returned no channel",
		},
		"a nil pointer": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) { return (*muxFake)(nil), nil },
			reason:  channel.ErrUnavailable, scope: channel.ScopeAccount, text: "telegram: resolve: the resolver panicked",
		},
		"the channel of another account": {
			resolve: func(context.Context, channel.Account) (channel.Channel, error) { return newMuxFake(muxBeta), nil },
			reason:  channel.ErrUnavailable, scope: channel.ScopeAccount,
			text: "telegram: resolve: the resolver returned the channel of viber:pa%3A59250001",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := channel.Mux{Resolve: tt.resolve}
			_, sendErr := m.Send(t.Context(), channel.Address{Account: muxAlpha, ChatID: "7"}, channel.Text("hello"))
			_, channelErr := m.Channel(t.Context(), muxAlpha)
			withErr := m.With(t.Context(), muxAlpha, func(channel.Channel, channel.Handler) error { return nil })
			for _, err := range []error{sendErr, channelErr, withErr} {
				var e *channel.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, tt.reason, e.Reason)
				assert.Equal(t, tt.scope, e.Scope)
				assert.Equal(t, "telegram", e.Platform)
				assert.Equal(t, tt.text, e.Error())
				if tt.cause != nil {
					assert.ErrorIs(t, err, tt.cause)
				}
			}
			status := http.StatusServiceUnavailable
			if tt.reason == channel.ErrNotFound {
				status = http.StatusNotFound
			}
			assert.Equal(t, status, muxPost(&m, "/telegram/123456").Code)
		})
	}
}

func TestMuxWithGivesTheChannelAndTheHandler(t *testing.T) {
	t.Parallel()
	alpha := newMuxFake(muxAlpha)
	failure := errors.New("failure")
	m := channel.Mux{Handler: channel.HandlerFunc(func(context.Context, *channel.Event) error { return failure })}
	m.Add(alpha)

	err := m.With(t.Context(), muxAlpha, func(ch channel.Channel, h channel.Handler) error {
		assert.Same(t, alpha, ch)
		return h.HandleEvent(t.Context(), &channel.Event{})
	})

	assert.Same(t, failure, err)
}

func TestMuxWithoutAHandlerAcknowledges(t *testing.T) {
	t.Parallel()
	var m channel.Mux
	m.Add(newMuxFake(muxAlpha))
	assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code)
	assert.NoError(t, m.With(t.Context(), muxAlpha, func(_ channel.Channel, h channel.Handler) error {
		return h.HandleEvent(t.Context(), &channel.Event{Kind: channel.EventMessage})
	}))
}

func TestMuxMayBeUsedByManyAtOnce(t *testing.T) {
	t.Parallel()
	tenants := new(muxTenants)
	m := channel.Mux{Resolve: tenants.resolve}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			m.Add(newMuxFake(channel.Account{Platform: "vk", ID: string(rune('a' + i))}))
			for j := range 50 {
				a := channel.Account{Platform: "telegram", ID: string(rune('a' + j%10))}
				assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/"+a.ID).Code)
				_, err := m.Send(t.Context(), channel.Address{Account: a, ChatID: "7"}, channel.Text("hello"))
				assert.NoError(t, err)
				_, err = m.Channel(t.Context(), a)
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
	assert.NoError(t, m.Shutdown(t.Context()))
	for j := range 10 {
		assert.Equal(t, 1, tenants.count(channel.Account{Platform: "telegram", ID: string(rune('a' + j))}))
	}
}
