package adapter_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestOnSubscriptionMayWelcomeSomebodyBack(t *testing.T) {
	t.Parallel()
	var w *wire
	w = newWire(t, adapter.Rules{}, channel.Options{
		OnSubscription: channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
			if e.Subscription.State != channel.StateActive {
				return nil
			}
			_, err := w.Send(ctx, e.Chat.ID, channel.Text("welcome back"))
			return err
		})})
	now := time.Now()
	w.post(nil, wireEvent{ID: "1", Kind: channel.EventSubscription, Chat: "c", Time: now,
		Subscription: &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked}})
	h := &recorder{}
	rec := w.post(h, wireEvent{ID: "2", Chat: "c", Time: now.Add(time.Minute), Implies: &channel.Subscription{State: channel.StateActive}})
	assert.Equal(t, 200, rec.Code)
	assert.Equal(t, []string{"2"}, h.ids())
	assert.Equal(t, []string{"c: welcome back"}, w.driver.sent)
}

func TestAFailureOfOnSubscriptionIsNotForGood(t *testing.T) {
	t.Parallel()
	n := 0
	w := newWire(t, adapter.Rules{}, channel.Options{
		OnSubscription: channel.HandlerFunc(func(context.Context, *channel.Event) error {
			if n++; n == 1 {
				return &channel.Error{Reason: channel.ErrBlocked, Scope: channel.ScopeChat}
			}
			return nil
		})})
	h := &recorder{}
	event := wireEvent{ID: "1", Chat: "c", Time: time.Now(), Implies: &channel.Subscription{State: channel.StateActive}}
	assert.Equal(t, 503, w.post(h, event).Code)
	assert.Empty(t, h.ids(), "the handler gets the event when what it tells is told")
	assert.Equal(t, 200, w.post(h, event).Code)
	assert.Equal(t, []string{"1"}, h.ids())
	assert.Equal(t, 2, n)
}
