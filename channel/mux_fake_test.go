package channel_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/parley-go/parley/channel"
)

var (
	muxAlpha = channel.Account{Platform: "telegram", ID: "123456"}
	muxBeta  = channel.Account{Platform: "viber", ID: "pa:59250001"}
)

// muxFake is a channel whose webhook gives its handler one event for each request, and whose sends succeed.
type muxFake struct {
	channel.Channel // nil: what the Mux has no use for
	account         channel.Account
	webhooks        atomic.Int32 // calls of Webhook

	mu   sync.Mutex
	sent []string
}

func newMuxFake(a channel.Account) *muxFake { return &muxFake{account: a} }

func (c *muxFake) Account() channel.Account { return c.account }

func (c *muxFake) Send(_ context.Context, chatID string, m channel.Message) (channel.Sent, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, chatID+": "+m.Text)
	return channel.Sent{ChatID: chatID}, nil
}

func (c *muxFake) Webhook(h channel.Handler) http.Handler {
	c.webhooks.Add(1)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &channel.Event{Kind: channel.EventMessage, Account: c.account, Chat: channel.Chat{ID: "7"}}
		if err := h.HandleEvent(r.Context(), e); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// muxFakePoller and muxFakeRegistrar have an ability beside.
type (
	muxFakePoller struct {
		*muxFake
		poll func(ctx context.Context, h channel.Handler) error
	}
	muxFakeRegistrar struct {
		*muxFake
		urls []string
		err  error
	}
	muxWrapper struct{ channel.Channel }
)

func (c *muxFakePoller) Poll(ctx context.Context, h channel.Handler) error { return c.poll(ctx, h) }

func (c *muxFakeRegistrar) Register(_ context.Context, url string) error {
	c.urls = append(c.urls, url)
	return c.err
}

func (c *muxFakeRegistrar) Registered(context.Context) (channel.Registration, error) {
	return channel.Registration{}, nil
}

func (c *muxFakeRegistrar) Unregister(context.Context) error { return nil }

func (c muxWrapper) Unwrap() channel.Channel { return c.Channel }

var (
	_ channel.Poller    = (*muxFakePoller)(nil)
	_ channel.Registrar = (*muxFakeRegistrar)(nil)
)

// muxTenants is a resolver that has every account but those in gone, and counts.
type muxTenants struct {
	mu    sync.Mutex
	calls map[channel.Account]int
	gone  map[channel.Account]bool
}

func (s *muxTenants) resolve(_ context.Context, a channel.Account) (channel.Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls == nil {
		s.calls = make(map[channel.Account]int)
	}
	s.calls[a]++
	if s.gone[a] {
		return nil, channel.ErrNotFound
	}
	return newMuxFake(a), nil
}

func (s *muxTenants) count(a channel.Account) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[a]
}

// inFakeTime runs f in a bubble of its own.
func inFakeTime(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, f)
}

func muxPost(m http.Handler, path string) *httptest.ResponseRecorder {
	return muxPostContext(context.Background(), m, path)
}

func muxPostContext(ctx context.Context, m http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, path, nil))
	return w
}
