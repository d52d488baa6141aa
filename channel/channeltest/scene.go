package channeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/internal/inmem"
	"github.com/stretchr/testify/require"
)

// scene is a check at work: the harness, what the handler got, and all that could show a secret.
type scene struct {
	testing.TB
	Harness
	factory func(o channel.Options) Harness

	store   *spyStore
	in      *inbox // the handler's
	dead    *inbox // of Options.DeadLetter, if the check sets it
	learnt  *inbox // of Options.OnSubscription
	handler http.Handler
	web     web           // of Options.Fetch
	polled  bool          // the platform is not to deliver
	ends    time.Duration // how long what the check began may go on after it

	mu     sync.Mutex
	log    bytes.Buffer
	said   []string // what was printed, answered, returned
	errors []error
}

func newScene(t testing.TB, factory func(o channel.Options) Harness) *scene {
	return &scene{TB: t, factory: factory, ends: time.Hour, in: &inbox{}, dead: &inbox{}, learnt: &inbox{}, store: &spyStore{Store: channel.NewMemoryStore()}}
}

// open makes the harness, with o and with what the scene watches by, and has the platform deliver to s.in.
func (s *scene) open(o channel.Options) {
	s.Helper()
	o.Store = s.store
	o.Logger = slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if o.OnSubscription == nil {
		o.OnSubscription = s.learnt
	}
	if o.Fetch == nil {
		o.Fetch = &http.Client{Transport: &s.web}
	}
	if o.Publish == nil {
		o.Publish = s.publish
	}
	s.Harness = s.factory(o)
	require.NotNil(s, s.Channel, "the harness has no Channel")
	require.NotEmpty(s, s.Secrets, "the harness names no Secrets")
	if s.Deadline == 0 {
		s.Deadline = 5 * time.Second
	}
	s.say(fmt.Sprintf("%v %+v %#v", s.Channel, s.Channel, s.Channel))
	s.handler = s.Channel.Webhook(s.in)
	if s.Serve != nil && !s.polled {
		s.Serve(s.handler)
	}
}

// Write is the log's.
func (s *scene) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *scene) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, text)
}

// note keeps an error for the search, and returns it.
func (s *scene) note(err error) error {
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.errors = append(s.errors, err)
	}
	return err
}

// deliver makes one webhook request and returns the answer. One that did not come in time has Status 0.
func (s *scene) deliver(r *http.Request) inmem.Answer { return s.deliverTo(s.handler, r) }

func (s *scene) deliverTo(h http.Handler, r *http.Request) inmem.Answer {
	answer, err := inmem.Serve(h, r, 2*s.Deadline)
	s.note(err)
	s.say(fmt.Sprint(answer.Status, answer.Header, string(answer.Body)))
	return answer
}

func acknowledged(a inmem.Answer) bool { return a.Status >= 200 && a.Status < 300 }
func refused(a inmem.Answer) bool      { return a.Status >= 400 && a.Status < 500 }

func (s *scene) send(chatID string, m channel.Message) (channel.Sent, error) {
	return s.sendWithin(s.Context(), chatID, m)
}

func (s *scene) sendWithin(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
	sent, err := s.Channel.Send(ctx, chatID, m)
	s.say(fmt.Sprintf("%+v", sent))
	return sent, s.note(err)
}

// writer is a person who wrote.
func (s *scene) writer(name string) Person {
	s.Helper()
	p := s.User(name)
	p.Write("hello")
	require.NotEmpty(s, s.in.messages(), "a message reached the handler")
	return p
}

// inbox is a handler that keeps what it got. Its zero value acknowledges.
type inbox struct {
	mu     sync.Mutex
	events []channel.Event
	do     func(ctx context.Context, e *channel.Event) error
}

func (i *inbox) HandleEvent(ctx context.Context, e *channel.Event) error {
	i.mu.Lock()
	i.events = append(i.events, *e)
	do := i.do
	i.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(ctx, e)
}

// handle has f handle events from now on.
func (i *inbox) handle(f func(ctx context.Context, e *channel.Event) error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.do = f
}

func (i *inbox) all() []channel.Event {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.events)
}

func (i *inbox) forget() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.events = nil
}

func (i *inbox) kinds() []channel.EventKind {
	kinds := []channel.EventKind{}
	for _, e := range i.all() {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// messages are the texts of messages, in order.
func (i *inbox) messages() []string {
	texts := []string{}
	for _, e := range i.all() {
		if e.Kind == channel.EventMessage && e.Message != nil {
			texts = append(texts, e.Message.Text)
		}
	}
	return texts
}

// plain is the events as JSON, sorted, without what follows from the payload's spelling: Raw, and the ID of one that the
// platform gives none.
func (i *inbox) plain(t testing.TB) []string {
	var all []string
	for _, e := range i.all() {
		e.Raw = nil
		if e.Kind == channel.EventOther {
			e.ID = ""
		}
		b, err := json.Marshal(e)
		require.NoError(t, err)
		all = append(all, string(b))
	}
	slices.Sort(all)
	return all
}

// spyStore is a Store that keeps what it was given, and fails when it is told to.
type spyStore struct {
	channel.Store

	mu      sync.Mutex
	given   []string
	failing map[string]int // how often a method is still to fail
}

var errStore = errors.New("the store is down")

func (s *spyStore) fail(method string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing == nil {
		s.failing = make(map[string]int)
	}
	s.failing[method] = times
}

// renew has the store forget everything, when nobody is at it.
func (s *spyStore) renew() { s.Store = channel.NewMemoryStore() }

// uses is how often something was taken or written.
func (s *spyStore) uses() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.given)
}

func (s *spyStore) spy(method string, key channel.Key, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given = append(s.given, key.String(), string(value))
	if s.failing[method] > 0 {
		s.failing[method]--
		return errStore
	}
	return nil
}

func (s *spyStore) Claim(ctx context.Context, key channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	if err := s.spy("Claim", key, nil); err != nil {
		return channel.Claim{}, err
	}
	return s.Store.Claim(ctx, key, lease, keep)
}

func (s *spyStore) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	if err := s.spy("Commit", c.Key, answer); err != nil {
		return err
	}
	return s.Store.Commit(ctx, c, answer, keep)
}

func (s *spyStore) CompareAndSwap(ctx context.Context, key channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	if err := s.spy("CompareAndSwap", key, new); err != nil {
		return false, err
	}
	return s.Store.CompareAndSwap(ctx, key, old, new, ttl)
}

func (s *spyStore) Reserve(ctx context.Context, buckets []channel.Bucket, maxWait time.Duration) (time.Duration, error) {
	for _, b := range buckets {
		if err := s.spy("Reserve", b.Key, nil); err != nil {
			return 0, err
		}
	}
	return s.Store.Reserve(ctx, buckets, maxWait)
}
