package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// oddDriver is a wireDriver whose calls a test replaces.
type oddDriver struct {
	*wireDriver
	decode func([]byte) ([]adapter.Incoming, error)
	answer func(ctx context.Context, e *channel.Event) error
	comp   func(ctx context.Context, in *adapter.Incoming) error
}

func (d *oddDriver) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	events, err := d.Decode(body)
	return adapter.Delivery{Events: events, Last: r.Header.Get("X-Last") != ""}, err
}

func (d *oddDriver) Decode(b []byte) ([]adapter.Incoming, error) {
	if d.decode != nil {
		return d.decode(b)
	}
	return d.wireDriver.Decode(b)
}

func (d *oddDriver) AnswerPress(ctx context.Context, e *channel.Event) error {
	if d.answer != nil {
		return d.answer(ctx, e)
	}
	return d.wireDriver.AnswerPress(ctx, e)
}

func (d *oddDriver) Complete(ctx context.Context, in *adapter.Incoming) error {
	return d.comp(ctx, in)
}

func newOdd(t *testing.T, d *oddDriver, o channel.Options) *wire {
	t.Helper()
	w := &wire{driver: d.wireDriver, log: new(logBuffer)}
	if o.Store == nil {
		w.store = &flakyStore{Store: channel.NewMemoryStore()}
		o.Store = w.store
	}
	o.Logger = slog.New(slog.NewTextHandler(w.log, nil))
	c, err := adapter.New(d, o)
	require.NoError(t, err)
	w.Channel = c
	return w
}

func odd() *oddDriver { return &oddDriver{wireDriver: new(wireDriver)} }

// inProcess runs the named test in a process of its own, which f may bring down.
func inProcess(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	if os.Getenv("PARLEY_TEST_IN_PROCESS") == t.Name() {
		f(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
	cmd.Env = append(os.Environ(), "PARLEY_TEST_IN_PROCESS="+t.Name())
	out, err := cmd.CombinedOutput()
	if err != nil {
		text := string(out)
		if i := strings.Index(text, "goroutine "); i > 0 {
			text = text[:min(len(text), i+600)]
		}
		t.Errorf("the process died: %v\n%s", err, text)
	}
}

func TestADriverThatPanicsInABatchBringsNothingDown(t *testing.T) {
	t.Parallel()
	t.Run("answer of a press", func(t *testing.T) {
		inProcess(t, func(t *testing.T) {
			d := odd()
			d.answer = func(context.Context, *channel.Event) error { panic("oops") }
			w := newOdd(t, d, channel.Options{})
			w.post(&recorder{}, wireEvent{ID: "1", Chat: "a", Press: "p"}, wireEvent{ID: "2", Chat: "b"})
		})
	})
	t.Run("complete", func(t *testing.T) {
		inProcess(t, func(t *testing.T) {
			d := odd()
			d.comp = func(context.Context, *adapter.Incoming) error { panic("oops") }
			w := newOdd(t, d, channel.Options{})
			w.post(&recorder{}, wireEvent{ID: "1", Chat: "a", Incomplete: true}, wireEvent{ID: "2", Chat: "b"})
		})
	})
	t.Run("decode of an app's entry", func(t *testing.T) {
		inProcess(t, func(t *testing.T) {
			d := odd()
			d.decode = func([]byte) ([]adapter.Incoming, error) { panic("oops") }
			w := newOdd(t, d, channel.Options{})
			mux := new(channel.Mux)
			mux.Add(w.Channel)
			app := adapter.App{Logger: slog.New(slog.DiscardHandler),
				Receive: func(_ *http.Request, body []byte) ([]adapter.Entry, *adapter.Response, error) {
					return []adapter.Entry{{Account: w.Account(), Native: body}}, nil, nil
				}}
			rec := httptest.NewRecorder()
			app.Webhook(mux).ServeHTTP(rec, request(wireEvent{ID: "1"}))
			assert.Equal(t, 503, rec.Code)
		})
	})
}

func TestAnEventWhoseDriverPanickedOnceComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := odd()
		n := 0
		d.comp = func(context.Context, *adapter.Incoming) error {
			if n++; n == 1 {
				panic("oops")
			}
			return nil
		}
		w := newOdd(t, d, channel.Options{})
		h := &recorder{}
		event := wireEvent{ID: "1", Chat: "a", Incomplete: true}
		assert.Equal(t, 503, w.post(h, event).Code)
		time.Sleep(time.Hour)
		for range 3 {
			w.post(h, event)
		}
		assert.Len(t, h.ids(), 1, "every redelivery waits for a flight that nobody ends")
	})
}

func TestAHandlerThatEndsItsGoroutineAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{do: func(_ context.Context, e *channel.Event, _ int) error {
		if e.ID == "1" {
			runtime.Goexit() // as t.FailNow does
		}
		return nil
	}}
	rec := w.post(h, wireEvent{ID: "1", Chat: "a"}, wireEvent{ID: "2", Chat: "b"}, wireEvent{ID: "3", Chat: "a"})
	assert.NotEqual(t, 200, rec.Code, "1 was not committed, 3 not even handled: %v", h.ids())
}

func TestTheLastDeliveryOfAnEventThatStillRunsDoesNotVanish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dead := &recorder{}
		w := newWire(t, adapter.Rules{}, channel.Options{DeadLetter: dead})
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			time.Sleep(8 * time.Second)
			return errors.New("not today")
		}}
		event := wireEvent{ID: "1", Chat: "c"}
		over := make(chan struct{})
		go func() { w.post(h, event); close(over) }()
		time.Sleep(6 * time.Second) // the platform was answered 503 after 5, and delivers for the last time
		r := request(event)
		r.Header.Set("X-Last", "1")
		code := w.send(h, r).Code
		<-over
		assert.Equal(t, []string{"1"}, dead.ids(), "the last delivery was answered %d, and nobody has the event", code)
	})
}

func TestADeadLetterIsTheEventAsItCame(t *testing.T) {
	t.Parallel()
	dead := &recorder{}
	w := newWire(t, adapter.Rules{}, channel.Options{DeadLetter: dead})
	h := &recorder{do: func(_ context.Context, e *channel.Event, _ int) error {
		e.Message.Text = strings.ToUpper(e.Message.Text) + "!" // "The Event is the handler's own"
		return &channel.Error{Reason: channel.ErrBlocked, Scope: channel.ScopeChat}
	}}
	w.post(h, wireEvent{ID: "1", Chat: "c", Text: "hi"})
	require.Len(t, dead.events, 1)
	assert.Equal(t, "hi", dead.events[0].Message.Text)
}

func TestAPressIsAnsweredWhenItsCommitIsMadeUpFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		h := &recorder{}
		event := wireEvent{ID: "1", Chat: "c", Press: "p"}
		w.store.failing("commit", 3)
		assert.Equal(t, 503, w.post(h, event).Code)
		assert.Equal(t, 200, w.post(h, event).Code)
		assert.Equal(t, []string{"p"}, w.driver.answeredPresses())
	})
}

func TestAHandlerHasItsTimeAfterACompletionThatHung(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := odd()
		d.comp = func(ctx context.Context, _ *adapter.Incoming) error { <-ctx.Done(); return ctx.Err() }
		w := newOdd(t, d, channel.Options{})
		h := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error { return ctx.Err() }}
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "1", Chat: "c", Incomplete: true}).Code)
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Chat: "c", Incomplete: true}).Code,
			"it is delivered as it is, but with a context that is over: every attempt fails")
	})
}

func TestAPolledEventHasNoResponseToAnswerIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		h := &recorder{do: func(ctx context.Context, e *channel.Event, _ int) error {
			defer cancel()
			_, err := w.Send(ctx, e.Chat.ID, channel.Text("welcome"))
			return err
		}}
		once := false
		_ = adapter.Poll(ctx, w.Channel, h, func(ctx context.Context) ([][]byte, error) {
			if once {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			once = true
			return [][]byte{[]byte(`[{"id":"1","chat":"c","welcome":true}]`)}, nil
		})
		assert.Equal(t, []string{"c: welcome"}, w.driver.sent, "Send said that it was sent")
	})
}

func TestARefusalThatWrapsErrInvalidIsARefusal(t *testing.T) {
	t.Parallel()
	d := odd()
	d.decode = func([]byte) ([]adapter.Incoming, error) {
		return nil, &channel.Error{Reason: channel.ErrUnauthorized, Err: fmt.Errorf("signature: %w", channel.ErrInvalid)}
	}
	w := newOdd(t, d, channel.Options{})
	assert.Equal(t, 401, w.post(&recorder{}).Code)
}

func TestPollingEndsWhileAnotherReplicaHasAnEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWire(t, adapter.Rules{}, channel.Options{Store: store})
		_, err := store.Claim(t.Context(), channel.Key{Account: w.Account(), Kind: channel.KeyEvent, ID: "1"}, time.Hour, time.Hour)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_ = adapter.Poll(ctx, w.Channel, &recorder{}, func(context.Context) ([][]byte, error) {
			return [][]byte{[]byte(`[{"id":"1","chat":"c"}]`)}, nil
		})
		assert.Less(t, time.Since(start), time.Minute, "no handler of ours runs")
	})
}

func TestTheLastDeliveryIsTheLastAttemptWhateverMaxAttemptsSays(t *testing.T) {
	t.Parallel()
	dead := &recorder{}
	w := newWire(t, adapter.Rules{Deliveries: 2}, channel.Options{MaxAttempts: 5, DeadLetter: dead})
	h := &recorder{do: func(context.Context, *channel.Event, int) error { return errors.New("not today") }}
	for range 2 { // all that the platform makes
		w.post(h, wireEvent{ID: "1", Chat: "c"})
	}
	assert.Equal(t, []string{"1"}, dead.ids())
}

func TestAPanicOfTheDriverIsNotPrinted(t *testing.T) {
	t.Parallel()
	d := odd()
	d.decode = func([]byte) ([]adapter.Incoming, error) { panic("Post https://api.example.com/bot" + wireSecret) }
	w := newOdd(t, d, channel.Options{})
	w.post(&recorder{})
	assert.NotContains(t, w.log.String(), wireSecret)
}
