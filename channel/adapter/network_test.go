package adapter_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// slowServer serves events on loopback; the first event's handler blocks until the test lets it go.
func slowServer(t *testing.T, h2 bool) (client *http.Client, post func(id, chat string) (*http.Response, error), release func()) {
	t.Helper()
	w := newWire(t, adapter.Rules{Deadline: 200 * time.Millisecond}, channel.Options{})
	gate := make(chan struct{})
	h := &recorder{do: func(_ context.Context, e *channel.Event, _ int) error {
		if e.ID == "slow" {
			<-gate
		}
		return nil
	}}
	srv := httptest.NewUnstartedServer(w.Webhook(h))
	srv.EnableHTTP2 = h2
	if h2 {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	var once sync.Once
	release = func() { once.Do(func() { close(gate) }) }
	t.Cleanup(func() { release(); srv.CloseClientConnections(); srv.Close() })
	client = srv.Client()
	client.Timeout = time.Minute
	return client, func(id, chat string) (*http.Response, error) {
		body, _ := json.Marshal([]wireEvent{{ID: id, Chat: chat}})
		r, _ := http.NewRequest(http.MethodPost, srv.URL, strings.NewReader(string(body)))
		r.Header.Set("X-Secret", wireSecret)
		return client.Do(r)
	}, release
}

func TestTheNextRequestDoesNotWaitForAHandlerThatWasAnsweredFor(t *testing.T) {
	t.Parallel()
	_, post, _ := slowServer(t, false)
	resp, err := post("slow", "a")
	require.NoError(t, err)
	_, _ = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	require.Equal(t, 503, resp.StatusCode)
	start := time.Now()
	resp, err = post("fast", "b") // of another chat, on the connection that is kept alive
	if assert.NoError(t, err, "after %v", time.Since(start)) {
		_ = resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
	}
}

func TestTheEarlyAnswerOverHTTP2IsComplete(t *testing.T) {
	t.Parallel()
	_, post, _ := slowServer(t, true)
	start := time.Now()
	resp, err := post("slow", "a")
	require.NoError(t, err)
	require.Equal(t, 2, resp.ProtoMajor)
	_, err = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	assert.NoError(t, err, "after %v", time.Since(start))
}

func TestTheDeadlineCountsFromTheRequestNotFromTheEndOfItsBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: 5 * time.Second}, channel.Options{})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { time.Sleep(time.Minute); return nil }}
		r := request(wireEvent{ID: "1", Chat: "c"})
		body := r.Body
		r.Body = slowBody{body}
		answer := newEarly()
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() { w.Webhook(h).ServeHTTP(answer, r) })
		<-answer.flushed
		assert.LessOrEqual(t, time.Since(start), 5*time.Second)
		wg.Wait()
	})
}

type slowBody struct{ io.ReadCloser }

func (b slowBody) Read(p []byte) (int, error) {
	time.Sleep(2 * time.Second)
	return b.ReadCloser.Read(p)
}

func TestAShutdownWaitsForAHandlerThatWasAnsweredForOverHTTP2(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{Deadline: 50 * time.Millisecond}, channel.Options{})
	gate := make(chan struct{})
	mux := new(channel.Mux)
	mux.Handler = channel.HandlerFunc(func(context.Context, *channel.Event) error { <-gate; return nil })
	mux.Add(w.Channel)
	srv := httptest.NewUnstartedServer(mux)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()

	r := request(wireEvent{ID: "1", Chat: "c"})
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	post, err := http.NewRequest(http.MethodPost, srv.URL+"/wire/1", strings.NewReader(string(body)))
	require.NoError(t, err)
	post.Header = r.Header
	resp, err := srv.Client().Do(post)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 503, resp.StatusCode)

	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, mux.Shutdown(impatient), context.Canceled, "the handler still runs")
	close(gate)
	require.NoError(t, mux.Shutdown(t.Context()))
}
