package adapter_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestNoRenewalCancelsTheAnswerOfAPress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := odd()
		var answered error = errors.New("not called")
		d.answer = func(ctx context.Context, _ *channel.Event) error {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
			answered = ctx.Err()
			return answered
		}
		d.rules.Deadline = 10 * time.Second
		w := newOdd(t, d, channel.Options{})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { time.Sleep(3 * time.Second); return nil }}
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Chat: "c", Press: "p"}).Code)
		assert.NoError(t, answered, "the handler took 3 s, the answer takes 1")
	})
}

// swapStore is a Store that can be replaced, as a server that lost its memory.
type swapStore struct{ channel.Store }

func TestAnEventWhoseCommitFailedIsRememberedThoughTheStoreForgot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flaky := &flakyStore{Store: channel.NewMemoryStore()}
		store := &swapStore{flaky}
		w := newWire(t, adapter.Rules{}, channel.Options{Store: store})
		h := &recorder{}
		event := wireEvent{ID: "1", Chat: "c"}
		flaky.failing("commit", 3)
		assert.Equal(t, 503, w.post(h, event).Code)
		store.Store = channel.NewMemoryStore() // the store died in the commit, and is back empty
		for range 3 {
			w.post(h, event)
		}
		assert.Len(t, h.ids(), 1, "this process knew that it was handled")
	})
}

// hangStore hangs in a method until its context ends, once.
type hangStore struct {
	channel.Store
	method string
	hung   atomic.Bool
}

func (s *hangStore) hang(ctx context.Context, method string) error {
	if s.method != method || s.hung.Swap(true) {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (s *hangStore) Renew(ctx context.Context, c channel.Claim, lease time.Duration) error {
	if err := s.hang(ctx, "renew"); err != nil {
		return err
	}
	return s.Store.Renew(ctx, c, lease)
}

func TestOneRenewalThatHangsDoesNotLoseTheLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := channel.NewMemoryStore()
		one := newWire(t, adapter.Rules{}, channel.Options{Store: &hangStore{Store: shared, method: "renew"}})
		two := newWire(t, adapter.Rules{}, channel.Options{Store: shared})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { time.Sleep(30 * time.Second); return nil }}
		var wg sync.WaitGroup
		wg.Go(func() { one.post(h, wireEvent{ID: "1", Chat: "c"}) })
		time.Sleep(12 * time.Second)
		two.post(h, wireEvent{ID: "1", Chat: "c"})
		assert.Len(t, h.ids(), 1, "two replicas handle it at once")
		wg.Wait()
	})
}

func TestCallsOfTheStoreHaveADeadline(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"claim", "commit"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			store := &deadlineStore{hangStore: &hangStore{Store: channel.NewMemoryStore()}}
			w := newWire(t, adapter.Rules{}, channel.Options{Store: store})
			w.post(&recorder{}, wireEvent{ID: "1", Chat: "c"})
			assert.True(t, store.bounded[method], "nothing bounds the call: a store that hangs once blocks the chat for ever")
		})
	}
}

type deadlineStore struct {
	*hangStore
	bounded map[string]bool
}

func (s *deadlineStore) note(ctx context.Context, method string) {
	if s.bounded == nil {
		s.bounded = map[string]bool{}
	}
	_, ok := ctx.Deadline()
	s.bounded[method] = ok
}

func (s *deadlineStore) Commit(ctx context.Context, c channel.Claim, a []byte, keep time.Duration) error {
	s.note(ctx, "commit")
	return s.hangStore.Commit(ctx, c, a, keep)
}

func (s *deadlineStore) Claim(ctx context.Context, k channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	s.note(ctx, "claim")
	return s.hangStore.Claim(ctx, k, lease, keep)
}
