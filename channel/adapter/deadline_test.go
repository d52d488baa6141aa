package adapter_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestASlowHandlerIsAnsweredForAtTheDeadlineAndGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: 5 * time.Second}, channel.Options{})
		h := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			select {
			case <-time.After(30 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		start := time.Now()
		fast := newEarly()
		r := request(wireEvent{ID: "1", Chat: "c"})
		ctx, hangUp := context.WithCancel(r.Context())
		over := make(chan struct{})
		go func() {
			w.Webhook(h).ServeHTTP(fast, r.WithContext(ctx))
			close(over)
		}()
		<-fast.flushed
		assert.Equal(t, 503, fast.code)
		assert.Equal(t, "0", fast.Header().Get("Content-Length"))
		assert.Equal(t, 5*time.Second, time.Since(start))
		hangUp()

		second := time.Now()
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "1", Chat: "c"}).Code, "a duplicate waits for its own deadline")
		assert.Equal(t, 5*time.Second, time.Since(second))

		<-over
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Chat: "c"}).Code)
		assert.Len(t, h.ids(), 1)
	})
}

// early is a ResponseWriter that tells when the answer is complete.
type early struct {
	header  http.Header
	code    int
	flushed chan struct{}
}

func newEarly() *early { return &early{header: http.Header{}, flushed: make(chan struct{})} }

func (e *early) Header() http.Header         { return e.header }
func (e *early) WriteHeader(code int)        { e.code = code }
func (e *early) Write(b []byte) (int, error) { return len(b), nil }
func (e *early) Flush()                      { close(e.flushed) }

func TestAHandlerEndsAtItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{HandlerTimeout: 20 * time.Second})
		start := time.Now()
		h := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "1"}).Code)
		assert.Equal(t, 20*time.Second, time.Since(start))
	})
}
