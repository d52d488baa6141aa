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
	"github.com/parley-go/parley/channel/adapter"
)

// broken is the in-memory channel with something wrong.
type broken struct {
	*Memory
	webhook func(h channel.Handler) http.Handler
	send    func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error)
	user    func(ctx context.Context, id string) (channel.User, error)
	limits  func(l channel.Limits) channel.Limits

	edit     func(ctx context.Context, chatID, messageID string, m channel.Message) error
	upload   func(ctx context.Context, a channel.Attachment) (channel.Attachment, error)
	download func(ctx context.Context, a channel.Attachment) (io.ReadCloser, error)

	kept []channel.Message // not sent yet
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

func (b *broken) Edit(ctx context.Context, chatID, messageID string, m channel.Message) error {
	if b.edit == nil {
		return b.Memory.Edit(ctx, chatID, messageID, m)
	}
	return b.edit(ctx, chatID, messageID, m)
}

func (b *broken) Upload(ctx context.Context, a channel.Attachment) (channel.Attachment, error) {
	if b.upload == nil {
		return b.Memory.Upload(ctx, a)
	}
	return b.upload(ctx, a)
}

func (b *broken) Download(ctx context.Context, a channel.Attachment) (io.ReadCloser, error) {
	if b.download == nil {
		return b.Memory.Download(ctx, a)
	}
	return b.download(ctx, a)
}

// driven has another driver.
func (b *broken) driven(d adapter.Driver, o channel.Options) {
	engine, err := adapter.New(d, o)
	if err != nil {
		panic(err)
	}
	b.Memory.Channel, b.engine = engine, engine
}

// lacking makes the platform one that lacks a feature.
func (b *broken) lacking(f channel.Feature, o channel.Options) {
	b.driven(poorer{b.driver, without(f)}, o)
}

// untold has what became simpler not said.
func (b *broken) untold() {
	b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
		sent, err := b.Memory.Send(ctx, chatID, m)
		sent.Degraded = nil
		return sent, err
	}
}

// reopened has each file opened as f says.
func (b *broken) reopened(f func(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error)) {
	b.mangled(func(m *channel.Message) {
		for i, a := range m.Attachments {
			if a.Open != nil {
				m.Attachments[i].Open = f(a.Open)
			}
		}
	})
}

// retold has each message of a person read as f changes it.
func (b *broken) retold(f func(m *channel.Message)) {
	b.rewired(func(h channel.Handler) channel.Handler {
		return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
			if e.Message != nil {
				f(e.Message)
			}
			return h.HandleEvent(ctx, e)
		})
	})
}

// encoding is the driver with each part changed before it is encoded.
type encoding struct {
	*memoryDriver
	change func(p *adapter.Part)
}

func (d encoding) Encode(p *adapter.Part) error {
	d.change(p)
	return d.memoryDriver.Encode(p)
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
		m.Styles, m.Attachments = slices.Clone(m.Styles), slices.Clone(m.Attachments)
		m.Contacts, m.Cards = slices.Clone(m.Contacts), slices.Clone(m.Cards)
		if m.Location != nil {
			l := *m.Location
			m.Location = &l
		}
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
