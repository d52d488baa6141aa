package adapter

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// stuck is a Store all of whose methods hang until their context ends.
type stuck struct{ channel.Store }

func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (stuck) Claim(ctx context.Context, _ channel.Key, _, _ time.Duration) (channel.Claim, error) {
	return channel.Claim{}, hang(ctx)
}
func (stuck) Renew(ctx context.Context, _ channel.Claim, _ time.Duration) error { return hang(ctx) }
func (stuck) Commit(ctx context.Context, _ channel.Claim, _ []byte, _ time.Duration) error {
	return hang(ctx)
}
func (stuck) Release(ctx context.Context, _ channel.Claim, _ bool) error  { return hang(ctx) }
func (stuck) Get(ctx context.Context, _ channel.Key) ([]byte, error)      { return nil, hang(ctx) }
func (stuck) Pause(ctx context.Context, _ channel.Key, _ time.Time) error { return hang(ctx) }
func (stuck) Reset(ctx context.Context, _ channel.Key) error              { return hang(ctx) }
func (stuck) CompareAndSwap(ctx context.Context, _ channel.Key, _, _ []byte, _ time.Duration) (bool, error) {
	return false, hang(ctx)
}
func (stuck) Reserve(ctx context.Context, _ []channel.Bucket, _ time.Duration) (time.Duration, error) {
	return 0, hang(ctx)
}

func TestAStoreThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(ctx context.Context, s channel.Store) error{
		"claim": func(ctx context.Context, s channel.Store) error {
			_, err := s.Claim(ctx, channel.Key{}, 0, 0)
			return err
		},
		"renew":   func(ctx context.Context, s channel.Store) error { return s.Renew(ctx, channel.Claim{}, 0) },
		"commit":  func(ctx context.Context, s channel.Store) error { return s.Commit(ctx, channel.Claim{}, nil, 0) },
		"release": func(ctx context.Context, s channel.Store) error { return s.Release(ctx, channel.Claim{}, true) },
		"get":     func(ctx context.Context, s channel.Store) error { _, err := s.Get(ctx, channel.Key{}); return err },
		"swap": func(ctx context.Context, s channel.Store) error {
			_, err := s.CompareAndSwap(ctx, channel.Key{}, nil, nil, 0)
			return err
		},
		"reserve": func(ctx context.Context, s channel.Store) error { _, err := s.Reserve(ctx, nil, 0); return err },
		"pause":   func(ctx context.Context, s channel.Store) error { return s.Pause(ctx, channel.Key{}, time.Time{}) },
		"reset":   func(ctx context.Context, s channel.Store) error { return s.Reset(ctx, channel.Key{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				require.ErrorIs(t, call(context.WithoutCancel(t.Context()), inTime(stuck{})), context.DeadlineExceeded)
				assert.LessOrEqual(t, time.Since(start), storeWait)
			})
		})
	}
	assert.IsType(t, new(channel.MemoryStore), inTime(channel.NewMemoryStore()), "which never waits")
}

func TestAStoreThatHangsDoesNotStopASend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perAccount)
		c := newSender(t, d, channel.Options{Store: stuck{}})
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err, "it paces by itself")
		assert.Len(t, d.all(), 1)
	})
}

func TestEmptyMessageIDsAreNone(t *testing.T) {
	t.Parallel()
	d := &sendDriver{send: failingFirst(1, refusal(channel.ErrUnavailable, channel.ScopeMessage))}
	d.sent = func(n int, _ *Part) channel.Sent { return channel.Sent{MessageIDs: []string{""}} }
	synctest.Test(t, func(t *testing.T) {
		sent, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err, "nothing of it was sent, so it is tried again")
		assert.Empty(t, sent.MessageIDs)
	})
}
