package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestPollingGoesTheSameWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		h := &recorder{do: func(_ context.Context, e *channel.Event, nth int) error {
			if e.ID == "2" && nth < 5 {
				return errors.New("not yet")
			}
			return nil
		}}
		batches := [][]wireEvent{
			{{ID: "1", Chat: "a"}, {ID: "2", Chat: "b"}},
			{{ID: "2", Chat: "b"}, {ID: "3", Chat: "a"}},
		}
		fetched := 0
		ctx, cancel := context.WithCancel(t.Context())
		err := adapter.Poll(ctx, w.Channel, h, func(ctx context.Context) ([][]byte, error) {
			switch fetched++; fetched {
			case 1, 3:
				batch, err := json.Marshal(batches[fetched/2])
				return [][]byte{batch, []byte("not JSON")}, err
			case 2:
				require.Contains(t, h.ids(), "2", "the first batch is over")
				return nil, &channel.Error{Reason: channel.ErrUnavailable}
			default:
				cancel()
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		got := h.ids()
		assert.Equal(t, "3", got[len(got)-1])
		assert.Equal(t, 1, count(got, "1"))
		assert.Equal(t, 1, count(got, "3"))
		assert.Contains(t, w.log.String(), "cannot be understood")
	})
}

func count(ids []string, id string) (n int) {
	for _, i := range ids {
		if i == id {
			n++
		}
	}
	return n
}

func TestPollingEndsWhenTheAccountIsRefused(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	err := adapter.Poll(t.Context(), w.Channel, nil, func(context.Context) ([][]byte, error) {
		return nil, &channel.Error{Reason: channel.ErrConflict, Scope: channel.ScopeAccount}
	})
	require.ErrorIs(t, err, channel.ErrConflict)
}

func TestPollingWaitsForRunningHandlersWhenItEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		finished := false
		h := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			cancel()
			time.Sleep(time.Second)
			finished = ctx.Err() == nil
			return nil
		}}
		err := adapter.Poll(ctx, w.Channel, h, func(context.Context) ([][]byte, error) {
			return [][]byte{[]byte(`[{"id":"1"}]`)}, nil
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.True(t, finished)
	})
}

func TestPollingGoesOnAfterItWasTooMuch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		fetched := 0
		err := adapter.Poll(ctx, w.Channel, nil, func(context.Context) ([][]byte, error) {
			if fetched++; fetched > 20 {
				cancel()
			}
			return nil, &channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount}
		})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestAPolledUpdateAtWhichTheDriverPanicsIsOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := odd()
		d.decode = func(b []byte) ([]adapter.Incoming, error) {
			if string(b) == `[1]` {
				panic("a bug")
			}
			return d.wireDriver.Decode(b)
		}
		w := newOdd(t, d, channel.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		h := &recorder{}
		fetched := false
		err := adapter.Poll(ctx, w.Channel, h, func(ctx context.Context) ([][]byte, error) {
			if fetched {
				cancel()
				return nil, ctx.Err()
			}
			fetched = true
			return [][]byte{[]byte(`[1]`), []byte(`[{"id":"2","chat":"c"}]`)}, nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Len(t, h.events, 2)
		for _, e := range h.events {
			if e.ID != "2" {
				assert.Equal(t, channel.EventOther, e.Kind)
				assert.Equal(t, json.RawMessage(`[1]`), e.Raw)
			}
		}
	})
}
