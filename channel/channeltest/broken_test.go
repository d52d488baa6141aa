package channeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
)

// broken is the in-memory channel with something wrong.
type broken struct {
	*Memory
	webhook func(h channel.Handler) http.Handler
	send    func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error)
	user    func(ctx context.Context, id string) (channel.User, error)
	limits  func(l channel.Limits) channel.Limits
	kept    []channel.Message // not sent yet
}

func (b *broken) Webhook(h channel.Handler) http.Handler {
	if b.webhook == nil {
		return b.Memory.Webhook(h)
	}
	return b.webhook(h)
}

func (b *broken) Send(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
	if b.send == nil {
		return b.Memory.Send(ctx, chatID, m)
	}
	return b.send(ctx, chatID, m)
}

func (b *broken) User(ctx context.Context, id string) (channel.User, error) {
	if b.user == nil {
		return b.Memory.User(ctx, id)
	}
	return b.user(ctx, id)
}

func (b *broken) Limits() channel.Limits {
	if b.limits == nil {
		return b.Memory.Limits()
	}
	return b.limits(b.Memory.Limits())
}

// rewired has each handler of the channel replaced.
func (b *broken) rewired(f func(h channel.Handler) channel.Handler) {
	b.webhook = func(h channel.Handler) http.Handler { return b.Memory.Webhook(f(h)) }
}

// retimed has each update read as f changes it.
func (b *broken) retimed(f func(u *memoryUpdate)) {
	b.rebatched(func(all []memoryUpdate) {
		for i := range all {
			f(&all[i])
		}
	})
}

// rebatched has each request read as f changes it.
func (b *broken) rebatched(f func(all []memoryUpdate)) {
	b.webhook = func(h channel.Handler) http.Handler {
		next := b.Memory.Webhook(h)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var got memoryBatch
			if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
				http.Error(w, "malformed", http.StatusBadRequest)
				return
			}
			var changed []memoryUpdate
			for _, raw := range got.Updates {
				var u memoryUpdate
				if err := json.Unmarshal(raw, &u); err != nil {
					http.Error(w, "malformed", http.StatusBadRequest)
					return
				}
				changed = append(changed, u)
			}
			f(changed)
			next.ServeHTTP(w, b.server.request(memoryBody(changed...)))
		})
	}
}

// paced has each send wait for the one before and for the time of one.
func (b *broken) paced(each time.Duration) {
	turn := make(chan struct{}, 1)
	b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
		turn <- struct{}{}
		time.Sleep(each)
		<-turn
		return b.Memory.Send(ctx, chatID, m)
	}
}

// unpaced has each send leave at once.
func (b *broken) unpaced() {
	b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
		var id string
		for {
			err := b.driver.call(ctx, "send", memorySend{Chat: chatID, Message: m}, &id)
			if err == nil {
				return channel.Sent{ChatID: chatID, MessageIDs: []string{id}}, nil
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// answering is a context that no longer says what it is for.
type answering struct{ context.Context }

func (answering) Value(any) any { return nil }

// mangled has each message replaced by what f makes of it.
func (b *broken) mangled(f func(m *channel.Message)) {
	b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
		m.Styles = slices.Clone(m.Styles)
		f(&m)
		return b.Memory.Send(ctx, chatID, m)
	}
}

// resigned signs every request itself, and so believes all of them.
func resigned(m *Memory, h channel.Handler) http.Handler {
	next := m.Webhook(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "short", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, m.server.request(body))
	})
}

// strict answers what it does not understand as a server does that has no idea.
func strict(m *Memory, h channel.Handler) http.Handler {
	next := m.Webhook(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b struct{ Updates []memoryUpdate }
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &b)
		}
		if err != nil {
			http.Error(w, "?", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, m.server.request(body))
	})
}

// forgetful gives each delivery's updates IDs of their own.
func forgetful(m *Memory, h channel.Handler) http.Handler {
	next := m.Webhook(h)
	var n atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "short", http.StatusBadRequest)
			return
		}
		body = bytes.Replace(body, []byte(`"id":"u`), fmt.Appendf(nil, `"id":"%du`, n.Add(1)), -1)
		next.ServeHTTP(w, m.server.request(body))
	})
}
