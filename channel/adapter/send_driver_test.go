package adapter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// sendDriver is a platform that says what a test tells it to, and remembers when it was called.
type sendDriver struct {
	Base
	rules  Rules
	limits channel.Limits
	costs  []Cost                                          // of a part
	send   func(ctx context.Context, n int, p *Part) error // the n-th call, from 1; nil: succeeds
	sent   func(n int, p *Part) channel.Sent               // what a call tells; nil: an ID of its own
	users  func(ids []string) (map[string]channel.User, error)
	asked  func(ids []string) (map[string]channel.Subscription, error)

	mu      sync.Mutex
	calls   []sendCall
	lookups [][]string
}

type sendCall struct {
	at     time.Time
	chatID string
	text   string
	index  int
	nonce  uint64
	sub    channel.Subscription
}

// native is an error of the platform's own.
type native struct{ verdict Verdict }

func (e *native) Error() string { return "native" }

func refusal(reason channel.Reason, scope channel.Scope) error {
	return &native{Verdict{Error: channel.Error{Reason: reason, Scope: scope, Code: "42", Message: "no"}, Executed: ExecutedNo}}
}

func (d *sendDriver) Account() channel.Account { return channel.Account{Platform: "test", ID: "1"} }
func (d *sendDriver) Limits() channel.Limits   { return d.limits }
func (d *sendDriver) Rules() Rules             { return d.rules }

func (d *sendDriver) Receive(*http.Request, []byte) (Delivery, error) { return Delivery{}, nil }
func (d *sendDriver) Decode([]byte) ([]Incoming, error)               { return nil, nil }

func (d *sendDriver) Encode(p *Part) error {
	if len(p.Message.Text) > max(d.limits.Text.Max, 4096) {
		return channel.ErrTooLarge
	}
	p.Encoded, p.Costs = p.ChatID, d.costs
	return nil
}

func (d *sendDriver) Send(ctx context.Context, p *Part) (channel.Sent, error) {
	if p.Encoded != p.ChatID {
		return channel.Sent{}, errors.New("the part was encoded for another chat")
	}
	d.mu.Lock()
	d.calls = append(d.calls, sendCall{time.Now(), p.ChatID, p.Message.Text, p.Index, p.Nonce, p.Subscription})
	n := len(d.calls)
	d.mu.Unlock()
	if d.send != nil {
		if err := d.send(ctx, n, p); err != nil {
			if d.sent != nil {
				return d.sent(n, p), err
			}
			return channel.Sent{}, err
		}
	}
	if d.sent != nil {
		return d.sent(n, p), nil
	}
	return channel.Sent{MessageIDs: []string{fmt.Sprint("m", n)}}, nil
}

func (d *sendDriver) Users(ctx context.Context, ids []string) (map[string]channel.User, error) {
	d.mu.Lock()
	d.lookups = append(d.lookups, append([]string(nil), ids...))
	d.mu.Unlock()
	if d.users == nil {
		return d.Base.Users(ctx, ids)
	}
	return d.users(ids)
}

func (d *sendDriver) Subscriptions(ctx context.Context, ids []string) (map[string]channel.Subscription, error) {
	d.mu.Lock()
	d.lookups = append(d.lookups, append([]string(nil), ids...))
	d.mu.Unlock()
	if d.asked == nil {
		return d.Base.Subscriptions(ctx, ids)
	}
	return d.asked(ids)
}

func (d *sendDriver) Verdict(err error) Verdict {
	var e *native
	if errors.As(err, &e) {
		return e.verdict
	}
	return Verdict{}
}

func (d *sendDriver) all() []sendCall {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]sendCall(nil), d.calls...)
}

func (d *sendDriver) texts() (texts []string) {
	for _, call := range d.all() {
		texts = append(texts, call.text)
	}
	return texts
}

func newSender(t testing.TB, d *sendDriver, o channel.Options) *Channel {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c, err := New(d, o)
	require.NoError(t, err)
	return c
}

// failingStore fails the operations that fail says, each time they are called.
type failingStore struct {
	channel.Store
	fail func(op string, key channel.Key) bool
}

var errBroken = errors.New("the store is broken")

func (s *failingStore) broken(op string, key channel.Key) error {
	if s.fail(op, key) {
		return errBroken
	}
	return nil
}

func (s *failingStore) Claim(ctx context.Context, k channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	if err := s.broken("claim", k); err != nil {
		return channel.Claim{}, err
	}
	return s.Store.Claim(ctx, k, lease, keep)
}

func (s *failingStore) Renew(ctx context.Context, c channel.Claim, lease time.Duration) error {
	if err := s.broken("renew", c.Key); err != nil {
		return err
	}
	return s.Store.Renew(ctx, c, lease)
}

func (s *failingStore) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	if err := s.broken("commit", c.Key); err != nil {
		return err
	}
	return s.Store.Commit(ctx, c, answer, keep)
}

func (s *failingStore) Release(ctx context.Context, c channel.Claim, counts bool) error {
	if err := s.broken("release", c.Key); err != nil {
		return err
	}
	return s.Store.Release(ctx, c, counts)
}

func (s *failingStore) Get(ctx context.Context, k channel.Key) ([]byte, error) {
	if err := s.broken("get", k); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, k)
}

func (s *failingStore) CompareAndSwap(ctx context.Context, k channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	if err := s.broken("swap", k); err != nil {
		return false, err
	}
	return s.Store.CompareAndSwap(ctx, k, old, new, ttl)
}

func (s *failingStore) Reserve(ctx context.Context, b []channel.Bucket, maxWait time.Duration) (time.Duration, error) {
	if err := s.broken("reserve", channel.Key{Kind: channel.KeyLimit}); err != nil {
		return 0, err
	}
	return s.Store.Reserve(ctx, b, maxWait)
}

func (s *failingStore) Pause(ctx context.Context, k channel.Key, until time.Time) error {
	if err := s.broken("pause", k); err != nil {
		return err
	}
	return s.Store.Pause(ctx, k, until)
}

func (s *failingStore) Reset(ctx context.Context, k channel.Key) error {
	if err := s.broken("reset", k); err != nil {
		return err
	}
	return s.Store.Reset(ctx, k)
}

// failure is the *channel.Error that err must be.
func failure(t *testing.T, err error) *channel.Error {
	t.Helper()
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	return e
}

// requirePace checks that no window of length per held more than n of the calls.
func requirePace(t *testing.T, calls []sendCall, n int, per time.Duration) {
	t.Helper()
	for i := n; i < len(calls); i++ {
		require.GreaterOrEqual(t, calls[i].at.Sub(calls[i-n].at), per, "calls %d to %d", i-n, i)
	}
}
