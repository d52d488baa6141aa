package adapter_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestAnEventIsHandledOnceAndAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{Ack: adapter.Response{Body: []byte("ok")}}, channel.Options{})
	h := &recorder{}
	for range 3 {
		rec := w.post(h, wireEvent{ID: "1", Chat: "c", Text: "hi"})
		assert.Equal(t, http.StatusOK, rec.Code)
		assert.Equal(t, "ok", rec.Body.String())
	}
	require.Equal(t, []string{"1"}, h.ids())
	assert.Equal(t, channel.Account{Platform: "wire", ID: "1"}, h.events[0].Account)
	assert.JSONEq(t, `{"id":"1","chat":"c","text":"hi"}`, string(h.events[0].Raw))
}

func TestARawEventIsReadableByEveryEncoder(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`[{"id":"1","id":"1","text":"\ud800"}]`))
	r.Header.Set("X-Secret", wireSecret)
	require.Equal(t, http.StatusOK, w.send(h, r).Code)
	assert.Equal(t, `{"id":"1","text":"`+"\ufffd"+`"}`, string(h.events[0].Raw))
}

func TestAnEventWithoutAnIDIsKnownByItsContent(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	w.post(h, wireEvent{Text: "a"})
	w.post(h, wireEvent{Text: "b"})
	w.post(h, wireEvent{Text: "a"})
	assert.Len(t, h.ids(), 2)
}

func TestAFailedEventComesAgain(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{NotYet: adapter.Response{Status: 500}}, channel.Options{})
	h := &recorder{do: func(_ context.Context, _ *channel.Event, nth int) error {
		switch nth {
		case 1:
			return errors.New("database away")
		case 2:
			panic("oops")
		default:
			return nil
		}
	}}
	assert.Equal(t, 500, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Equal(t, 500, w.post(h, wireEvent{ID: "1"}).Code, "a panic is a failure")
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Len(t, h.ids(), 3)
	assert.Contains(t, w.log.String(), "database away")
}

func TestTheSameEventAtOnceIsHandledOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		status int
	}{
		{"and all are acknowledged when it succeeds", nil, 200},
		{"and all are refused when it fails", errors.New("no"), 503},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, adapter.Rules{}, channel.Options{})
				h := &recorder{do: func(context.Context, *channel.Event, int) error {
					time.Sleep(time.Second)
					return tt.err
				}}
				codes := make(chan int, 32)
				for range 32 {
					go func() { codes <- w.post(h, wireEvent{ID: "1", Chat: "c"}).Code }()
				}
				for range 32 {
					assert.Equal(t, tt.status, <-codes)
				}
				assert.Len(t, h.ids(), 1)
			})
		})
	}
}

func TestAnIncompleteEventIsCompletedAfterItsClaim(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		text string
	}{
		{"and delivered whole", nil, "whole"},
		{"and delivered as it came if that fails", &channel.Error{Reason: channel.ErrNotFound}, "cut"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, adapter.Rules{}, channel.Options{})
			calls := 0
			w.driver.complete = func(in *adapter.Incoming) error {
				calls++
				if tt.err == nil {
					in.Event.Message.Text = "whole"
				}
				return tt.err
			}
			h := &recorder{}
			for range 2 {
				assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Text: "cut", Incomplete: true}).Code)
			}
			assert.Equal(t, 1, calls)
			assert.Equal(t, tt.text, h.events[0].Message.Text)
		})
	}
}
