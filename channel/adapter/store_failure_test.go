package adapter_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestAStoreThatFailsIsNotTheEventsFault(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{MaxAttempts: 2,
		DeadLetter: channel.HandlerFunc(func(context.Context, *channel.Event) error {
			t.Error("nothing is wrong with the event")
			return nil
		})})
	h := &recorder{}
	event := wireEvent{ID: "1", Chat: "c", Time: time.Now(), Implies: &channel.Subscription{State: channel.StateActive}}
	for range 5 {
		w.store.failing("swap", 1)
		assert.Equal(t, 503, w.post(h, event).Code)
	}
	assert.Empty(t, h.ids(), "it is not handled before what it tells is known")
	assert.Equal(t, 200, w.post(h, event).Code)
	assert.Len(t, h.ids(), 1)
}

func TestTheLastDeliveryDoesNotVanishWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	dead := &recorder{}
	w := newWire(t, adapter.Rules{}, channel.Options{DeadLetter: dead})
	h := &recorder{}
	for i, last := range []string{"", "1"} {
		w.store.failing("claim", 1)
		r := request(wireEvent{ID: "1", Chat: "c"})
		if last != "" {
			r.Header.Set("X-Last", last)
		}
		assert.Equal(t, []int{503, 200}[i], w.send(h, r).Code)
	}
	assert.Empty(t, h.ids())
	assert.Equal(t, []string{"1"}, dead.ids())
}
