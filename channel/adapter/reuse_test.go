package adapter_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// strict is a ResponseWriter that knows when its request is over.
type strict struct {
	mu sync.Mutex
	*httptest.ResponseRecorder
	answers int
	over    bool
	late    bool // something was written after the request
}

func (s *strict) WriteHeader(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers++
	s.late = s.late || s.over
	s.ResponseRecorder.WriteHeader(code)
}

type requestID struct{}

// What is used again for the next request must not be in anybody's hands any more: not in those of a deadline, nor of a
// handler that goes on or keeps what it got.
func TestManyRequestsAroundTheDeadlineGetAnAnswerEachAndKeepTheirEvents(t *testing.T) {
	t.Parallel()
	const deadline = 4 * time.Second
	for _, major := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP/", major), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, adapter.Rules{Deadline: deadline}, channel.Options{})
				var mu sync.Mutex
				events, contexts := map[string]*channel.Event{}, map[string]context.Context{}
				webhook := w.Webhook(channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
					mu.Lock()
					events[e.ID], contexts[e.ID] = e, ctx
					mu.Unlock()
					takes, err := time.ParseDuration(e.Message.Text)
					time.Sleep(takes)
					assert.NoError(t, ctx.Err())
					return err
				}))
				var all sync.WaitGroup
				for i := range 600 {
					takes := []time.Duration{0, deadline - 1, deadline, deadline + 1, 2 * deadline}[i%5]
					id := fmt.Sprint(i)
					all.Go(func() {
						time.Sleep(time.Duration(i/50) * deadline / 2)
						r := request(wireEvent{ID: id, Chat: id, Text: takes.String()})
						r.ProtoMajor = major
						rec := &strict{ResponseRecorder: httptest.NewRecorder()}
						webhook.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), requestID{}, id)))
						rec.mu.Lock()
						rec.over = true
						rec.mu.Unlock()
						time.Sleep(4 * deadline)
						rec.mu.Lock()
						defer rec.mu.Unlock()
						assert.Equal(t, 1, rec.answers)
						assert.False(t, rec.late)
						switch {
						case takes < deadline:
							assert.Equal(t, http.StatusOK, rec.Code)
						case takes > deadline:
							assert.Equal(t, http.StatusServiceUnavailable, rec.Code)
						}
					})
				}
				all.Wait()
				assert.Len(t, events, 600)
				for id, e := range events {
					assert.Equal(t, id, e.ID)
					assert.Equal(t, id, contexts[id].Value(requestID{}))
					assert.Error(t, contexts[id].Err())
				}
			})
		})
	}
}
