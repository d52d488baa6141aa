package adapter_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestSubscriptionKnowledgeIsTheNewestByThePlatformsTime(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Second)
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	w.post(h, wireEvent{ID: "2", Kind: channel.EventMessage, Chat: "c", Time: now,
		Implies: &channel.Subscription{State: channel.StateActive}})
	w.post(h, wireEvent{ID: "1", Kind: channel.EventSubscription, Chat: "c", Time: now.Add(-time.Minute),
		Subscription: &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed}})
	require.Len(t, h.events, 2)
	assert.Equal(t, channel.StateActive, h.events[1].Subscription.State, "as it now is, though the event is late")
	sub, err := w.Subscription(t.Context(), "c")
	require.NoError(t, err)
	assert.Equal(t, channel.StateActive, sub.State)
	assert.Equal(t, now, sub.Since)
}
