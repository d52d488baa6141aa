package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestACompletedEventIsPreparedLikeAnyOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := odd()
		d.comp = func(_ context.Context, in *adapter.Incoming) error {
			in.Event.Raw = json.RawMessage(`{"a":1,"a":2}`)
			in.Event.Time = time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("X", 3600))
			return nil
		}
		w := newOdd(t, d, channel.Options{})
		h := &recorder{}
		w.post(h, wireEvent{ID: "1", Chat: "c", Incomplete: true})
		require.Len(t, h.events, 1)
		assert.JSONEq(t, `{"a":2}`, string(h.events[0].Raw))
		assert.NotEqual(t, `{"a":1,"a":2}`, string(h.events[0].Raw), "unique keys")
		assert.Equal(t, time.UTC, h.events[0].Time.Location())
	})
}

func TestEventsWithoutIDAndRawAreNotOneEvent(t *testing.T) {
	t.Parallel()
	d := odd()
	d.decode = func([]byte) ([]adapter.Incoming, error) {
		return []adapter.Incoming{
			{Event: channel.Event{Kind: channel.EventMessage, Chat: channel.Chat{ID: "a"}, Message: &channel.Message{Text: "one"}}},
			{Event: channel.Event{Kind: channel.EventMessage, Chat: channel.Chat{ID: "b"}, Message: &channel.Message{Text: "two"}}},
		}, nil
	}
	w := newOdd(t, d, channel.Options{})
	h := &recorder{}
	code := w.post(h).Code
	assert.Len(t, h.ids(), 2, "answered %d", code)
}

func TestAnEventWithAnEmptyRawMarshals(t *testing.T) {
	t.Parallel()
	d := odd()
	d.decode = func(b []byte) ([]adapter.Incoming, error) {
		return []adapter.Incoming{{Event: channel.Event{ID: "1", Kind: channel.EventOther, Raw: b[:0]}}}, nil
	}
	w := newOdd(t, d, channel.Options{})
	h := &recorder{}
	w.post(h)
	require.Len(t, h.events, 1)
	_, err := json.Marshal(h.events[0])
	assert.NoError(t, err)
}

func TestAnEventOfAnImpossibleTimePoisonsNothing(t *testing.T) {
	t.Parallel()
	dead := &recorder{}
	d := odd()
	d.decode = func(b []byte) ([]adapter.Incoming, error) {
		return []adapter.Incoming{{
			Event:   channel.Event{ID: "1", Kind: channel.EventMessage, Chat: channel.Chat{ID: "c"}, Time: time.Unix(1_767_225_600_000, 0)}, // ms for s
			Implies: &channel.Subscription{State: channel.StateActive},
		}}, nil
	}
	w := newOdd(t, d, channel.Options{MaxAttempts: 2, DeadLetter: dead})
	h := &recorder{}
	code := 0
	for range 5 {
		code = w.post(h).Code
	}
	assert.Equal(t, 200, code, "handled %v, dead %v: %s", h.ids(), dead.ids(), w.log.String())
}

func TestEventsOfNoChatAndNobodyDoNotWaitForOneAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { time.Sleep(time.Minute); return nil }}
		start := time.Now()
		w.post(h, wireEvent{ID: "1", Kind: channel.EventOther}, wireEvent{ID: "2", Kind: channel.EventOther})
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

func TestTimesOfAnEventAreUTC(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("X", 3600))
	d := odd()
	d.decode = func([]byte) ([]adapter.Incoming, error) {
		return []adapter.Incoming{
			{Event: channel.Event{ID: "1", Kind: channel.EventReceipt, Chat: channel.Chat{ID: "c"}, Receipt: &channel.Receipt{
				Status: channel.ReceiptRead, Until: at}}},
			{Event: channel.Event{ID: "2", Kind: channel.EventMessage, Chat: channel.Chat{ID: "c"}, Time: time.Now(), Message: &channel.Message{
				Attachments: []channel.Attachment{{Expires: at}}}}},
		}, nil
	}
	w := newOdd(t, d, channel.Options{})
	h := &recorder{}
	w.post(h)
	require.Len(t, h.events, 2)
	assert.Equal(t, time.UTC, h.events[0].Receipt.Until.Location())
	assert.Equal(t, time.UTC, h.events[1].Message.Attachments[0].Expires.Location())
}

func TestARawEventComesBackFromJSONHoweverDeep(t *testing.T) {
	t.Parallel()
	d := odd()
	d.decode = func([]byte) ([]adapter.Incoming, error) {
		return []adapter.Incoming{{Event: channel.Event{ID: "1", Kind: channel.EventOther,
			Raw: json.RawMessage(strings.Repeat("[", 10000) + strings.Repeat("]", 10000))}}}, nil
	}
	w := newOdd(t, d, channel.Options{})
	h := &recorder{}
	w.post(h)
	require.Len(t, h.events, 1)
	b, err := json.Marshal(h.events[0])
	require.NoError(t, err)
	var back channel.Event
	assert.NoError(t, json.Unmarshal(b, &back))
}

func TestACompletionDoesNotChangeTheIDOfItsEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := odd()
		d.comp = func(_ context.Context, in *adapter.Incoming) error { in.Event.ID = "full-1"; return nil }
		w := newOdd(t, d, channel.Options{})
		h := &recorder{do: func(_ context.Context, _ *channel.Event, nth int) error {
			if nth == 1 {
				return errors.New("not today")
			}
			return nil
		}}
		event := wireEvent{ID: "1", Chat: "c", Incomplete: true}
		assert.Equal(t, 503, w.post(h, event).Code)
		assert.Equal(t, 200, w.post(h, event).Code, "the flight of the old ID was never taken away: its result is told for ever")
		assert.Len(t, h.ids(), 2)
	})
}
