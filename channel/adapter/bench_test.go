package adapter_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// benchDriver decodes nothing, so that what is measured is the engine.
type benchDriver struct {
	wireDriver
	n int
}

func (d *benchDriver) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	d.n++
	id := strconv.Itoa(d.n)
	return adapter.Delivery{Events: []adapter.Incoming{{
		Event: channel.Event{ID: id, Kind: channel.EventMessage, Time: time.Unix(1795300000, 0),
			Chat: channel.Chat{ID: "5512345678", Kind: channel.ChatPrivate}, User: channel.User{ID: "5512345678", Name: "Ann"},
			Message: &channel.Message{ID: id, Text: "hi"}, Raw: body},
		RawValid: true, // as the adapters' decoders see to it
		Implies:  &channel.Subscription{State: channel.StateActive},
	}}}, nil
}

// BenchmarkReceive is one event through the engine alone: a webhook request with a driver that decodes nothing, to a
// handler that does nothing.
func BenchmarkReceive(b *testing.B) {
	c, err := adapter.New(&benchDriver{}, channel.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(b, err)
	handler := channel.HandlerFunc(func(context.Context, *channel.Event) error { return nil })
	webhook := c.Webhook(handler)
	body := []byte(`{"update_id":700001,"message":{"message_id":11,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"date":1795300000,"text":"hi"}}`)
	reader := bytes.NewReader(body)
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.ContentLength = int64(len(body))
	w := &nullWriter{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(body)
		r.Body = io.NopCloser(reader)
		webhook.ServeHTTP(w, r)
	}
	require.Equal(b, http.StatusOK, w.code)
}

type nullWriter struct {
	header http.Header
	code   int
}

func (w *nullWriter) Header() http.Header         { return w.header }
func (w *nullWriter) WriteHeader(code int)        { w.code = code }
func (w *nullWriter) Write(b []byte) (int, error) { return len(b), nil }
