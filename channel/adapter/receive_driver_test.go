package adapter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const wireSecret = "canary-secret"

// wireDriver is a platform over a trivial wire, for the tests of receiving.
type wireDriver struct {
	adapter.Base
	rules    adapter.Rules
	complete func(in *adapter.Incoming) error

	mu      sync.Mutex
	presses []string
	sent    []string
}

type wireEvent struct {
	ID           string                `json:"id,omitempty"`
	Kind         channel.EventKind     `json:"kind,omitempty"`
	Chat         string                `json:"chat,omitempty"`
	User         string                `json:"user,omitempty"`
	Text         string                `json:"text,omitempty"`
	Press        string                `json:"press,omitempty"`
	Receipt      *channel.Receipt      `json:"receipt,omitempty"`
	Subscription *channel.Subscription `json:"subscription,omitempty"`
	Implies      *channel.Subscription `json:"implies,omitempty"`
	Time         time.Time             `json:"time,omitzero"`
	Welcome      bool                  `json:"welcome,omitempty"`
	Incomplete   bool                  `json:"incomplete,omitempty"`
}

func (d *wireDriver) Account() channel.Account {
	return channel.Account{Platform: "wire", ID: "1"}
}

func (d *wireDriver) Limits() channel.Limits { return channel.Limits{} }

func (d *wireDriver) Rules() adapter.Rules { return d.rules }

func (d *wireDriver) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	if r.Method == http.MethodGet {
		return adapter.Delivery{Handshake: &adapter.Response{Body: []byte("challenge")}}, nil
	}
	switch r.Header.Get("X-Secret") {
	case wireSecret:
	case "":
		return adapter.Delivery{}, channel.ErrForbidden
	default:
		return adapter.Delivery{}, channel.ErrUnauthorized
	}
	events, err := d.Decode(body)
	return adapter.Delivery{Events: events, Last: r.Header.Get("X-Last") != ""}, err
}

func (d *wireDriver) Decode(native []byte) ([]adapter.Incoming, error) {
	var raws []json.RawMessage
	if err := json.Unmarshal(native, &raws); err != nil {
		return nil, &channel.Error{Reason: channel.ErrInvalid, Message: "not a JSON array"}
	}
	var events []adapter.Incoming
	for _, raw := range raws {
		var w wireEvent
		in := adapter.Incoming{}
		if json.Unmarshal(raw, &w) != nil {
			w.Kind = channel.EventOther
		}
		in.Event = channel.Event{ID: w.ID, Kind: w.Kind, Time: w.Time, Chat: channel.Chat{ID: w.Chat},
			User: channel.User{ID: w.User}, Receipt: w.Receipt, Subscription: w.Subscription, Raw: raw}
		if w.Kind == "" {
			in.Event.Kind = channel.EventMessage
			in.Event.Message = &channel.Message{ID: w.ID, Text: w.Text}
		}
		if w.Press != "" {
			in.Event.Kind = channel.EventPostback
			in.Event.Postback = &channel.Postback{ID: w.Press, Data: w.Text}
		}
		if w.Welcome {
			in.Answer = func(p *adapter.Part) ([]byte, error) { return []byte(p.Message.Text), nil }
		}
		in.Implies = w.Implies
		in.Incomplete = w.Incomplete
		events = append(events, in)
	}
	return events, nil
}

func (d *wireDriver) Complete(_ context.Context, in *adapter.Incoming) error { return d.complete(in) }

func (d *wireDriver) Encode(p *adapter.Part) error { return nil }

func (d *wireDriver) Send(_ context.Context, p *adapter.Part) (channel.Sent, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, p.ChatID+": "+p.Message.Text)
	return channel.Sent{}, nil
}

func (d *wireDriver) AnswerPress(_ context.Context, e *channel.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.presses = append(d.presses, e.Postback.ID)
	return nil
}

func (d *wireDriver) answeredPresses() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.presses...)
}

func (d *wireDriver) Verdict(err error) adapter.Verdict {
	var e *channel.Error
	if errors.As(err, &e) {
		return adapter.Verdict{Error: *e, Executed: adapter.ExecutedNo}
	}
	return adapter.Verdict{Error: channel.Error{Reason: channel.ErrInvalid, Message: err.Error()}}
}

// wire is a channel over a wireDriver, and what it logged.
type wire struct {
	*adapter.Channel
	driver *wireDriver
	store  *flakyStore
	log    *logBuffer
}

func newWire(t *testing.T, rules adapter.Rules, o channel.Options) *wire {
	t.Helper()
	w := &wire{driver: &wireDriver{rules: rules}, log: new(logBuffer)}
	if o.Store == nil {
		w.store = &flakyStore{Store: channel.NewMemoryStore()}
		o.Store = w.store
	}
	o.Logger = slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c, err := adapter.New(w.driver, o)
	require.NoError(t, err)
	w.Channel = c
	return w
}

// post delivers events as the platform does and returns its response.
func (w *wire) post(h channel.Handler, events ...wireEvent) *httptest.ResponseRecorder {
	return w.send(h, request(events...))
}

func (w *wire) send(h channel.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.Webhook(h).ServeHTTP(rec, r)
	return rec
}

func request(events ...wireEvent) *http.Request {
	body, err := json.Marshal(events)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("X-Secret", wireSecret)
	return r
}

// recorder is a handler that notes what it gets and returns what it is told.
type recorder struct {
	mu     sync.Mutex
	events []channel.Event
	do     func(ctx context.Context, e *channel.Event, nth int) error
}

func (h *recorder) HandleEvent(ctx context.Context, e *channel.Event) error {
	h.mu.Lock()
	h.events = append(h.events, *e)
	nth := len(h.events)
	h.mu.Unlock()
	if h.do == nil {
		return nil
	}
	return h.do(ctx, e, nth)
}

func (h *recorder) ids() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := []string{}
	for _, e := range h.events {
		ids = append(ids, e.ID)
	}
	return ids
}

// flakyStore fails the methods it is told to.
type flakyStore struct {
	channel.Store
	mu   sync.Mutex
	fail map[string]int // how often a method fails yet
}

var errStore = errors.New("store away")

func (s *flakyStore) failing(method string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.fail = map[string]int{}
	}
	s.fail[method] = times
}

func (s *flakyStore) fails(method string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail[method] > 0 {
		s.fail[method]--
		return errStore
	}
	return nil
}

func (s *flakyStore) Claim(ctx context.Context, k channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	if err := s.fails("claim"); err != nil {
		return channel.Claim{}, err
	}
	return s.Store.Claim(ctx, k, lease, keep)
}

func (s *flakyStore) Renew(ctx context.Context, c channel.Claim, lease time.Duration) error {
	if err := s.fails("renew"); err != nil {
		return err
	}
	return s.Store.Renew(ctx, c, lease)
}

func (s *flakyStore) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	if err := s.fails("commit"); err != nil {
		return err
	}
	return s.Store.Commit(ctx, c, answer, keep)
}

func (s *flakyStore) Get(ctx context.Context, k channel.Key) ([]byte, error) {
	if err := s.fails("get"); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, k)
}

func (s *flakyStore) CompareAndSwap(ctx context.Context, k channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	if err := s.fails("swap"); err != nil {
		return false, err
	}
	return s.Store.CompareAndSwap(ctx, k, old, new, ttl)
}

type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
