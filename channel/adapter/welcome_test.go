package adapter_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestAWelcomeIsTheResponseOnceAndIsReplayed(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	h.do = func(ctx context.Context, e *channel.Event, _ int) error {
		_, err := w.Send(ctx, "other", channel.Text("elsewhere"))
		require.NoError(t, err)
		sent, err := w.Send(ctx, e.Chat.ID, channel.Text("welcome"))
		require.NoError(t, err)
		assert.Equal(t, "c", sent.ChatID)
		_, err = w.Send(ctx, e.Chat.ID, channel.Text("second"))
		return err
	}
	for range 2 {
		rec := w.post(h, wireEvent{ID: "1", Kind: channel.EventStarted, Chat: "c", Welcome: true})
		assert.Equal(t, 200, rec.Code)
		assert.Equal(t, "welcome", rec.Body.String())
		assert.Equal(t, "application/json", rec.Header().Get("Content-Type"))
	}
	assert.Len(t, h.ids(), 1)
	assert.Equal(t, []string{"other: elsewhere", "c: second"}, w.driver.sent)
}

func TestAWelcomeToAPersonWhoIsNotSubscribedIsAllThatMayBeSent(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	h.do = func(ctx context.Context, e *channel.Event, _ int) error {
		_, err := w.Send(ctx, e.Chat.ID, channel.Text("welcome"))
		require.NoError(t, err)
		_, err = w.Send(ctx, e.Chat.ID, channel.Text("second"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		return nil
	}
	rec := w.post(h, wireEvent{ID: "1", Kind: channel.EventStarted, Chat: "c", Welcome: true, Time: time.Now(),
		Implies: &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed}})
	assert.Equal(t, "welcome", rec.Body.String())
	_, err := w.Send(t.Context(), "c", channel.Text("from elsewhere"))
	require.ErrorIs(t, err, channel.ErrNotSubscribed)
	assert.Empty(t, w.driver.sent)
}

func TestAWelcomeThatCameTooLateIsReplayed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Second}, channel.Options{})
		h := &recorder{}
		h.do = func(ctx context.Context, e *channel.Event, _ int) error {
			time.Sleep(2 * time.Second)
			_, err := w.Send(ctx, e.Chat.ID, channel.Text("welcome"))
			return err
		}
		event := wireEvent{ID: "1", Chat: "c", Welcome: true}
		assert.Equal(t, 503, w.post(h, event).Code)
		assert.Equal(t, "welcome", w.post(h, event).Body.String())
		assert.Len(t, h.ids(), 1)
	})
}

func TestAWelcomeIsReplayedWhenItsCommitIsMadeUpFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		h := &recorder{do: func(ctx context.Context, e *channel.Event, _ int) error {
			_, err := w.Send(ctx, e.Chat.ID, channel.Text("welcome"))
			return err
		}}
		event := wireEvent{ID: "1", Chat: "c", Welcome: true}
		w.store.failing("commit", 3)
		assert.Equal(t, 503, w.post(h, event).Code)
		assert.Equal(t, "welcome", w.post(h, event).Body.String())
		assert.Equal(t, "welcome", w.post(h, event).Body.String())
	})
}

func TestAResponseIsNotWrittenAfterItsHandlerFailed(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	var late context.Context
	h := &recorder{do: func(ctx context.Context, e *channel.Event, _ int) error {
		late = ctx
		return errors.New("fails")
	}}
	assert.Equal(t, 503, w.post(h, wireEvent{ID: "1", Chat: "c", Welcome: true}).Code)
	_, err := w.Send(context.WithoutCancel(late), "c", channel.Text("too late for the response"))
	require.NoError(t, err)
	assert.Equal(t, []string{"c: too late for the response"}, w.driver.sent)
}
