package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestEveryReceiverReachesItsHandlerOnceForEveryKind(t *testing.T) {
	t.Parallel()
	for _, r := range receivers() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			const n = 200 // more than the kinds, and than the peers' channels hold
			var handled atomic.Int64
			all := make(chan struct{})
			webhook, stop, err := r.make(func() {
				if handled.Add(1) == n {
					close(all)
				}
			})
			require.NoError(t, err)
			defer stop()
			f, d := newFeed(), newDelivery()
			for range n {
				require.Equal(t, http.StatusOK, d.to(webhook, f.body()))
			}
			<-all
			assert.EqualValues(t, n, handled.Load())
		})
	}
}

func TestTheReceiversThatVerifyDoSo(t *testing.T) {
	t.Parallel()
	for _, r := range receivers() {
		if r.name == "tgbotapi" { // it leaves that to its user
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			webhook, stop, err := r.make(func() { t.Error("handled without the secret") })
			require.NoError(t, err)
			defer stop()
			d := newDelivery()
			d.r.Header.Set(secretHeader, "another")
			d.to(webhook, newFeed().body())
		})
	}
}

func TestTheFeedNeverRepeatsAnUpdate(t *testing.T) {
	t.Parallel()
	f := newFeed()
	seen, kindsSeen := make(map[int64]bool), make(map[string]bool)
	for range 2 * len(f.bodies) {
		var u struct {
			ID       int64 `json:"update_id"`
			Message  *struct{}
			Callback *struct{} `json:"callback_query"`
		}
		body := f.body()
		require.NoError(t, json.Unmarshal(body, &u), "%s", body)
		require.False(t, seen[u.ID])
		require.True(t, (u.Message != nil) != (u.Callback != nil))
		seen[u.ID] = true
		kindsSeen[string(body[len(body)-20:])] = true
	}
	assert.GreaterOrEqual(t, len(kindsSeen), len(kinds))
}

func TestEverySenderSendsTheTextAndReadsTheAnswer(t *testing.T) {
	t.Parallel()
	for _, s := range senders() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			witness := &witness{t: t}
			send, err := s.make(&http.Client{Transport: witness}, channel.NewMemoryStore())
			require.NoError(t, err)
			require.NoError(t, send(firstChat, "hello"))
			assert.EqualValues(t, 1, witness.calls.Load())
		})
	}
}

// witness looks at calls before the platform answers them.
type witness struct {
	t     *testing.T
	calls atomic.Int64
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.calls.Add(1)
	assert.True(w.t, strings.HasSuffix(r.URL.Path, "/sendMessage"), r.URL.Path)
	body, err := io.ReadAll(r.Body)
	assert.NoError(w.t, err)
	assert.Contains(w.t, string(body), "hello")
	assert.Contains(w.t, string(body), "5512345678")
	return platform{}.RoundTrip(r)
}

func BenchmarkReceive(b *testing.B) {
	for _, r := range receivers() {
		b.Run(r.name, func(b *testing.B) { require.NoError(b, r.work(b)) })
	}
}

func BenchmarkSend(b *testing.B) {
	for _, s := range senders() {
		b.Run(s.name, func(b *testing.B) { require.NoError(b, s.work(b)) })
	}
}
