package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// rig is a bot, its platform, and all that could show what it should not.
type rig struct {
	t        *testing.T
	platform *telegramtest.Server
	bot      *telegram.Channel
	events   recorder // the handler's
	learnt   recorder // of OnSubscription

	mu   sync.Mutex
	said bytes.Buffer // logs, errors, results, what the Store was given
}

// newRig makes a bot; when the test is over nothing that it said may hold a secret.
func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, platform: telegramtest.NewServer(t)}
	r.bot = r.another(&witness{Store: channel.NewMemoryStore(), rig: r}, r.platform.Token())
	t.Cleanup(r.search)
	return r
}

// another is a channel of the same platform, with a store and a token.
func (r *rig) another(store channel.Store, token string) *telegram.Channel {
	r.t.Helper()
	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(token), Secret: webhookSecret,
		Options: channel.Options{
			Store: store, Client: r.platform.Client(), OnSubscription: &r.learnt,
			Logger: slog.New(slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})),
		},
	})
	require.NoError(r.t, err)
	return bot
}

// hooked has the platform deliver to the bot, which was told so by its own Register.
func (r *rig) hooked() *rig {
	r.t.Helper()
	r.platform.Serve(r.bot.Webhook(&r.events))
	require.NoError(r.t, r.bot.Register(r.t.Context(), webhookURL))
	return r
}

// writer is a person who wrote to the bot.
func (r *rig) writer(name string) *telegramtest.User {
	r.t.Helper()
	u := r.platform.NewUser(name)
	require.NoError(r.t, u.Write("hello"))
	return u
}

func (r *rig) send(to *telegramtest.User, m channel.Message) (channel.Sent, error) {
	sent, err := r.bot.Send(r.t.Context(), to.ChatID(), m)
	r.say(fmt.Sprintf("%+v", sent))
	return sent, r.note(err)
}

// calls is how often a method was called.
func (r *rig) calls(method string) (n int) {
	for _, request := range r.platform.Requests() {
		if request.Method == method {
			n++
		}
	}
	return n
}

// Write is the log's.
func (r *rig) Write(p []byte) (int, error) {
	r.say(string(p))
	return len(p), nil
}

func (r *rig) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said.WriteString(text + "\n")
}

// note keeps an error, as it can be printed, and returns it.
func (r *rig) note(err error) error {
	for e := err; e != nil; {
		r.say(fmt.Sprintf("%v\n%+v\n%#v", e, e, e))
		switch u := e.(type) {
		case interface{ Unwrap() error }:
			e = u.Unwrap()
		case interface{ Unwrap() []error }:
			e = u.Unwrap()[len(u.Unwrap())-1]
		default:
			e = nil
		}
	}
	return err
}

func (r *rig) search() {
	for _, e := range slices.Concat(r.events.all(), r.learnt.all()) {
		b, err := json.Marshal(e)
		assert.NoError(r.t, err)
		r.say(string(b) + fmt.Sprintf("%+v", e))
	}
	_, tokenSecret, _ := strings.Cut(r.platform.Token(), ":")
	r.mu.Lock()
	defer r.mu.Unlock()
	said := r.said.String()
	assert.NotEmpty(r.t, said)
	for _, secret := range []string{tokenSecret, webhookSecret} {
		if i := strings.Index(said, secret); i >= 0 {
			r.t.Errorf("a secret was said: …%s", said[max(0, i-100):i+len(secret)])
		}
	}
}

// recorder is a handler that keeps what it got, and answers with then.
type recorder struct {
	mu     sync.Mutex
	events []channel.Event
	then   func(ctx context.Context, e *channel.Event) error // nil: acknowledges
}

func (r *recorder) HandleEvent(ctx context.Context, e *channel.Event) error {
	r.mu.Lock()
	r.events = append(r.events, *e)
	then := r.then
	r.mu.Unlock()
	if then == nil {
		return nil
	}
	return then(ctx, e)
}

func (r *recorder) all() []channel.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

func (r *recorder) kinds() []channel.EventKind {
	var kinds []channel.EventKind
	for _, e := range r.all() {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// witness is a Store that tells the rig what it was given.
type witness struct {
	channel.Store
	rig *rig
}

func (w *witness) Claim(ctx context.Context, key channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	w.rig.say(key.String())
	return w.Store.Claim(ctx, key, lease, keep)
}

func (w *witness) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	w.rig.say(string(answer))
	return w.Store.Commit(ctx, c, answer, keep)
}

func (w *witness) CompareAndSwap(ctx context.Context, key channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	w.rig.say(key.String() + string(new))
	return w.Store.CompareAndSwap(ctx, key, old, new, ttl)
}

func (w *witness) Reserve(ctx context.Context, buckets []channel.Bucket, maxWait time.Duration) (time.Duration, error) {
	for _, b := range buckets {
		w.rig.say(b.Key.String())
	}
	return w.Store.Reserve(ctx, buckets, maxWait)
}
