package channeltest

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
)

// registrar is the in-memory channel on a platform with webhooks that are registered.
type registrar struct {
	*Memory
	deaf  bool // Register points the platform nowhere
	loyal bool // Unregister leaves the platform delivering

	mu      sync.Mutex
	handler http.Handler
	url     string
}

func (r *registrar) serve(h http.Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handler = h
	r.Serve(h)
}

func (r *registrar) Register(_ context.Context, url string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.url = url
	r.Serve(r.handler)
	if r.deaf {
		r.Serve(http.NotFoundHandler())
	}
	return nil
}

func (r *registrar) Registered(context.Context) (channel.Registration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return channel.Registration{URL: r.url}, nil
}

func (r *registrar) Unregister(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.url = ""
	if !r.loyal {
		r.Serve(http.NotFoundHandler())
	}
	return nil
}

var _ channel.Registrar = (*registrar)(nil)

func TestTheSuiteFindsFlawsOfARegistrar(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		flaw func(r *registrar)
		says string // empty: nothing
	}{
		"none":                          {func(*registrar) {}, ""},
		"delivers nothing":              {func(r *registrar) { r.deaf = true }, "registered"},
		"delivers what nobody asks for": {func(r *registrar) { r.loyal = true }, "taken away"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got := report(t, "a registered webhook is delivered to, and none that was taken away", func(o channel.Options) Harness {
					m, h := memoryHarness(t, o)
					r := &registrar{Memory: m}
					tt.flaw(r)
					h.Channel, h.Serve = r, r.serve
					return h
				})
				if tt.says == "" {
					assert.Empty(t, got)
				}
				assert.Contains(t, got, tt.says)
			})
		})
	}
}
