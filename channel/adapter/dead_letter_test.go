package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestAnEventThatFailsForGoodGoesToTheDeadLetterHandler(t *testing.T) {
	t.Parallel()
	fails := errors.New("fails")
	permanent := &channel.Error{Reason: channel.ErrBlocked, Scope: channel.ScopeChat}
	account := &channel.Error{Reason: channel.ErrUnauthorized, Scope: channel.ScopeAccount}
	tests := []struct {
		name       string
		rules      adapter.Rules
		options    channel.Options
		err        error
		last       bool
		deliveries int // it takes until it is acknowledged; 0: it never is
	}{
		{"after MaxAttempts", adapter.Rules{}, channel.Options{MaxAttempts: 3}, fails, false, 3},
		{"after ten by default", adapter.Rules{}, channel.Options{}, fails, false, 10},
		{"after what the platform delivers", adapter.Rules{Deliveries: 6}, channel.Options{}, fails, false, 6},
		{"after ten though the platform delivers more", adapter.Rules{Deliveries: 60}, channel.Options{}, fails, false, 10},
		{"at once if no repeat can mend it", adapter.Rules{}, channel.Options{}, permanent, false, 1},
		{"at once if no repeat can mend what it wraps", adapter.Rules{}, channel.Options{}, fmt.Errorf("handler: %w", permanent), false, 1},
		{"at the platform's last delivery", adapter.Rules{}, channel.Options{}, fails, true, 1},
		{"never because of the account", adapter.Rules{}, channel.Options{MaxAttempts: 1}, account, false, 0},
		{"never because of the account, whatever else failed", adapter.Rules{}, channel.Options{}, errors.Join(permanent, account), false, 0},
		{"because of the account at the last delivery, lest it vanish", adapter.Rules{}, channel.Options{}, account, true, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var dead []string
			o := tt.options
			o.DeadLetter = channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				dead = append(dead, e.ID)
				assert.ErrorIs(t, channel.Failure(ctx), tt.err)
				return nil
			})
			w := newWire(t, tt.rules, o)
			h := &recorder{do: func(context.Context, *channel.Event, int) error { return tt.err }}
			for i := 1; i <= 20; i++ {
				r := request(wireEvent{ID: "1", Chat: "c"})
				if tt.last {
					r.Header.Set("X-Last", "1")
				}
				code := w.send(h, r).Code
				if i < tt.deliveries || tt.deliveries == 0 {
					require.Equal(t, 503, code, "delivery %d", i)
				} else {
					require.Equal(t, 200, code, "delivery %d", i)
				}
			}
			if tt.deliveries == 0 {
				assert.Empty(t, dead)
				assert.Len(t, h.ids(), 20)
				return
			}
			assert.Equal(t, []string{"1"}, dead)
			assert.Len(t, h.ids(), tt.deliveries)
		})
	}
}

func TestAFailureOfTheAccountIsNotAnAttempt(t *testing.T) {
	t.Parallel()
	var dead atomic.Int32
	w := newWire(t, adapter.Rules{}, channel.Options{MaxAttempts: 2,
		DeadLetter: channel.HandlerFunc(func(context.Context, *channel.Event) error { dead.Add(1); return nil })})
	h := &recorder{do: func(_ context.Context, _ *channel.Event, nth int) error {
		if nth <= 5 {
			return &channel.Error{Reason: channel.ErrQuota, Scope: channel.ScopeAccount}
		}
		if nth == 6 {
			return errors.New("fails")
		}
		return nil
	}}
	for range 7 {
		w.post(h, wireEvent{ID: "1"})
	}
	assert.Zero(t, dead.Load())
	assert.Len(t, h.ids(), 7)
}

func TestADeadLetterIsLoggedWholeByDefault(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{MaxAttempts: 1})
	h := &recorder{do: func(context.Context, *channel.Event, int) error { return errors.New("fails") }}
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Chat: "c", Text: "the whole text"}).Code)
	assert.Contains(t, w.log.String(), "the whole text")
}

func TestADeadLetterHandlerThatFailsGetsTheEventAgain(t *testing.T) {
	t.Parallel()
	n := 0
	w := newWire(t, adapter.Rules{}, channel.Options{MaxAttempts: 1,
		DeadLetter: channel.HandlerFunc(func(context.Context, *channel.Event) error {
			if n++; n == 1 {
				panic("no")
			}
			return nil
		})})
	h := &recorder{do: func(context.Context, *channel.Event, int) error { return errors.New("fails") }}
	assert.Equal(t, 503, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Equal(t, 2, n)
}

func TestAnEventThatBroughtTheProcessDownTooOftenIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWire(t, adapter.Rules{}, channel.Options{Store: store, MaxAttempts: 3})
		for range 3 {
			_, err := store.Claim(t.Context(), channel.Key{Account: w.Account(), Kind: channel.KeyEvent, ID: "1"}, time.Second, time.Hour)
			require.NoError(t, err)
			time.Sleep(2 * time.Second)
		}
		h := &recorder{}
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
		assert.Empty(t, h.ids())
		assert.Contains(t, w.log.String(), "failed for good")
	})
}

func TestADeadLetterHandlerHasATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := newWire(t, adapter.Rules{}, channel.Options{MaxAttempts: 1, HandlerTimeout: 20 * time.Second,
			DeadLetter: channel.HandlerFunc(func(ctx context.Context, _ *channel.Event) error {
				<-ctx.Done()
				return ctx.Err()
			})})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { return errors.New("fails") }}
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "1"}).Code)
		assert.Equal(t, 20*time.Second, time.Since(start))
	})
}
