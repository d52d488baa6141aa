package adapter_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestARequestIsRefusedBeforeAnythingIsDoneWithIt(t *testing.T) {
	t.Parallel()
	authentic := func(method string, body io.Reader) *http.Request {
		r := httptest.NewRequest(method, "/", body)
		r.Header.Set("X-Secret", wireSecret)
		return r
	}
	wrong := request(wireEvent{ID: "1"})
	wrong.Header.Set("X-Secret", "wrong")
	none := request(wireEvent{ID: "1"})
	none.Header.Del("X-Secret")
	undeclared := authentic(http.MethodPost, struct{ io.Reader }{strings.NewReader(strings.Repeat(" ", 1<<20+1))})
	undeclared.ContentLength = -1
	tests := []struct {
		name   string
		r      *http.Request
		status int
	}{
		{"wrong method", authentic(http.MethodPut, nil), http.StatusMethodNotAllowed},
		{"declared too large", authentic(http.MethodPost, bytes.NewReader(make([]byte, 1<<20+1))), http.StatusRequestEntityTooLarge},
		{"too large without a length", undeclared, http.StatusRequestEntityTooLarge},
		{"cut off", authentic(http.MethodPost, io.MultiReader(strings.NewReader("["), errReader{})), http.StatusBadRequest},
		{"wrong secret", wrong, http.StatusUnauthorized},
		{"no secret", none, http.StatusForbidden},
		{"not JSON, though authentic", authentic(http.MethodPost, strings.NewReader("{")), http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, adapter.Rules{}, channel.Options{})
			h := &recorder{}
			rec := w.send(h, tt.r)
			assert.Equal(t, tt.status, rec.Code)
			assert.Empty(t, rec.Body.String())
			assert.Empty(t, h.ids())
			assert.NotContains(t, w.log.String(), wireSecret)
		})
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAWebhookWithPollOnlyIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{PollOnly: true}, channel.Options{})
	assert.Equal(t, http.StatusNotFound, w.post(&recorder{}, wireEvent{ID: "1"}).Code)
}

func TestAHandshakeIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{Methods: []string{"GET", "POST"}}, channel.Options{})
	rec := w.send(&recorder{}, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, "challenge", rec.Body.String())
}

func TestAnEventIsHandledOnceAndAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{Ack: adapter.Response{Body: []byte("ok")}}, channel.Options{})
	h := &recorder{}
	for range 3 {
		rec := w.post(h, wireEvent{ID: "1", Chat: "c", Text: "hi"})
		assert.Equal(t, http.StatusOK, rec.Code)
		assert.Equal(t, "ok", rec.Body.String())
	}
	require.Equal(t, []string{"1"}, h.ids())
	assert.Equal(t, channel.Account{Platform: "wire", ID: "1"}, h.events[0].Account)
	assert.JSONEq(t, `{"id":"1","chat":"c","text":"hi"}`, string(h.events[0].Raw))
}

func TestARawEventIsReadableByEveryEncoder(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`[{"id":"1","id":"1","text":"\ud800"}]`))
	r.Header.Set("X-Secret", wireSecret)
	require.Equal(t, http.StatusOK, w.send(h, r).Code)
	assert.Equal(t, `{"id":"1","text":"`+"\ufffd"+`"}`, string(h.events[0].Raw))
}

func TestAnEventWithoutAnIDIsKnownByItsContent(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	w.post(h, wireEvent{Text: "a"})
	w.post(h, wireEvent{Text: "b"})
	w.post(h, wireEvent{Text: "a"})
	assert.Len(t, h.ids(), 2)
}

func TestAFailedEventComesAgain(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{NotYet: adapter.Response{Status: 500}}, channel.Options{})
	h := &recorder{do: func(_ context.Context, _ *channel.Event, nth int) error {
		switch nth {
		case 1:
			return errors.New("database away")
		case 2:
			panic("oops")
		default:
			return nil
		}
	}}
	assert.Equal(t, 500, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Equal(t, 500, w.post(h, wireEvent{ID: "1"}).Code, "a panic is a failure")
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Len(t, h.ids(), 3)
	assert.Contains(t, w.log.String(), "database away")
}

func TestTheSameEventAtOnceIsHandledOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		status int
	}{
		{"and all are acknowledged when it succeeds", nil, 200},
		{"and all are refused when it fails", errors.New("no"), 503},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, adapter.Rules{}, channel.Options{})
				h := &recorder{do: func(context.Context, *channel.Event, int) error {
					time.Sleep(time.Second)
					return tt.err
				}}
				codes := make(chan int, 32)
				for range 32 {
					go func() { codes <- w.post(h, wireEvent{ID: "1", Chat: "c"}).Code }()
				}
				for range 32 {
					assert.Equal(t, tt.status, <-codes)
				}
				assert.Len(t, h.ids(), 1)
			})
		})
	}
}

func TestASlowHandlerIsAnsweredForAtTheDeadlineAndGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: 5 * time.Second}, channel.Options{})
		h := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			select {
			case <-time.After(30 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		start := time.Now()
		fast := newEarly()
		r := request(wireEvent{ID: "1", Chat: "c"})
		ctx, hangUp := context.WithCancel(r.Context())
		over := make(chan struct{})
		go func() {
			w.Webhook(h).ServeHTTP(fast, r.WithContext(ctx))
			close(over)
		}()
		<-fast.flushed
		assert.Equal(t, 503, fast.code)
		assert.Equal(t, "0", fast.Header().Get("Content-Length"))
		assert.Equal(t, 5*time.Second, time.Since(start))
		hangUp()

		second := time.Now()
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "1", Chat: "c"}).Code, "a duplicate waits for its own deadline")
		assert.Equal(t, 5*time.Second, time.Since(second))

		<-over
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Chat: "c"}).Code)
		assert.Len(t, h.ids(), 1)
	})
}

// early is a ResponseWriter that tells when the answer is complete.
type early struct {
	header  http.Header
	code    int
	flushed chan struct{}
}

func newEarly() *early { return &early{header: http.Header{}, flushed: make(chan struct{})} }

func (e *early) Header() http.Header         { return e.header }
func (e *early) WriteHeader(code int)        { e.code = code }
func (e *early) Write(b []byte) (int, error) { return len(b), nil }
func (e *early) Flush()                      { close(e.flushed) }

func TestAHandlerEndsAtItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{HandlerTimeout: 20 * time.Second})
		start := time.Now()
		h := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "1"}).Code)
		assert.Equal(t, 20*time.Second, time.Since(start))
	})
}

func TestALeaseIsRenewedWhileTheHandlerRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		one := newWire(t, adapter.Rules{}, channel.Options{Store: store, HandlerTimeout: time.Hour})
		two := newWire(t, adapter.Rules{}, channel.Options{Store: store})
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			time.Sleep(10 * time.Minute)
			return nil
		}}
		go one.post(h, wireEvent{ID: "1"})
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 503, two.post(h, wireEvent{ID: "1"}).Code, "another replica waits and is refused for now")
		time.Sleep(6 * time.Minute)
		assert.Equal(t, 200, two.post(h, wireEvent{ID: "1"}).Code)
		assert.Len(t, h.ids(), 1)
	})
}

func TestAnEventOfACrashedReplicaIsHandledByAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWire(t, adapter.Rules{Deadline: time.Minute}, channel.Options{Store: store})
		key := channel.Key{Account: w.Account(), Kind: channel.KeyEvent, ID: "1"}
		crashed, err := store.Claim(t.Context(), key, 10*time.Second, time.Hour)
		require.NoError(t, err)
		require.Equal(t, channel.ClaimWon, crashed.State)
		start := time.Now()
		h := &recorder{}
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
		assert.InDelta(t, 10*time.Second, time.Since(start), float64(time.Second))
		assert.Len(t, h.ids(), 1)
	})
}

func TestAReplicaThatLostItsLeaseStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		flaky := &flakyStore{Store: store}
		one := newWire(t, adapter.Rules{}, channel.Options{Store: flaky})
		two := newWire(t, adapter.Rules{Deadline: 30 * time.Second}, channel.Options{Store: store})
		flaky.failing("renew", 4) // away for longer than a lease
		slow := &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			<-ctx.Done()
			return context.Cause(ctx)
		}}
		code := make(chan int)
		go func() { code <- one.post(slow, wireEvent{ID: "1"}).Code }()
		time.Sleep(time.Second)
		other := &recorder{do: func(context.Context, *channel.Event, int) error {
			time.Sleep(10 * time.Second)
			return nil
		}}
		assert.Equal(t, 200, two.post(other, wireEvent{ID: "1"}).Code)
		assert.Equal(t, 503, <-code)
		assert.Len(t, other.ids(), 1)
		assert.Contains(t, one.log.String(), "given up")
	})
}

func TestAFailedCommitIsMadeUpForWithoutTheHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		h := &recorder{}
		w.store.failing("commit", 2)
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code, "it is retried")

		w.store.failing("commit", 5)
		assert.Equal(t, 503, w.post(h, wireEvent{ID: "2"}).Code)
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "2"}).Code, "the process remembers it")
		assert.Equal(t, []string{"1", "2"}, h.ids())
	})
}

func TestAnEventIsRefusedWhenItCannotBeClaimed(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	w.store.failing("claim", 1)
	assert.Equal(t, 503, w.post(h, wireEvent{ID: "1"}).Code)
	assert.Empty(t, h.ids())
	assert.Equal(t, 200, w.post(h, wireEvent{ID: "1"}).Code)
}

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
		{"never because of the account", adapter.Rules{}, channel.Options{MaxAttempts: 3}, account, false, 0},
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

func TestEventsOfOneChatComeOneAtATimeAsTheyArrived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		var running atomic.Int32
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			assert.EqualValues(t, 1, running.Add(1))
			time.Sleep(time.Second)
			running.Add(-1)
			return nil
		}}
		codes := make(chan int)
		var want []string
		for i := range 50 {
			id := fmt.Sprint(i)
			want = append(want, id)
			go func() { codes <- w.post(h, wireEvent{ID: id, Chat: "c"}).Code }()
			synctest.Wait() // it has arrived
		}
		for range 50 {
			assert.Equal(t, 200, <-codes)
		}
		assert.Equal(t, want, h.ids())
	})
}

func TestChatsDoNotWaitForOneAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		stuck := make(chan struct{})
		h := &recorder{do: func(_ context.Context, e *channel.Event, _ int) error {
			if e.Chat.ID == "slow" {
				<-stuck
			}
			return nil
		}}
		go w.post(h, wireEvent{ID: "1", Chat: "slow"})
		synctest.Wait()
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "2", Chat: "quick"}).Code)
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "3", User: "u"}).Code, "without a chat the user orders")
		close(stuck)
	})
}

func TestABatchIsHandledSixteenChatsAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		var running, most atomic.Int32
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			n := running.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second)
			running.Add(-1)
			return nil
		}}
		var events []wireEvent
		for i := range 40 {
			events = append(events, wireEvent{ID: fmt.Sprintf("%da", i), Chat: fmt.Sprint(i)}, wireEvent{ID: fmt.Sprintf("%db", i), Chat: fmt.Sprint(i)})
		}
		assert.Equal(t, 200, w.post(h, events...).Code)
		assert.EqualValues(t, 16, most.Load())
		assert.Len(t, h.ids(), 80)
		at := map[string]int{}
		for i, id := range h.ids() {
			at[id] = i
		}
		for i := range 40 {
			assert.Less(t, at[fmt.Sprintf("%da", i)], at[fmt.Sprintf("%db", i)])
		}
	})
}

func TestABatchIsRefusedIfAnyOfItMustComeAgain(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{do: func(_ context.Context, e *channel.Event, nth int) error {
		if e.ID == "2" && nth <= 3 {
			return errors.New("no")
		}
		return nil
	}}
	batch := []wireEvent{{ID: "1", Chat: "a"}, {ID: "2", Chat: "b"}, {ID: "3", Chat: "c"}}
	assert.Equal(t, 503, w.post(h, batch...).Code)
	assert.Equal(t, 200, w.post(h, batch...).Code)
	assert.ElementsMatch(t, []string{"1", "2", "3", "2"}, h.ids(), "the committed ones are skipped")
}

func TestTwoBatchesOfTheSameChatsDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{Deadline: time.Hour}, channel.Options{HandlerTimeout: time.Hour})
		h := &recorder{do: func(context.Context, *channel.Event, int) error { time.Sleep(time.Second); return nil }}
		batch := func(name string, from, step int) []wireEvent {
			var events []wireEvent
			for i := range 50 {
				chat := (from + step*i + 500) % 50
				events = append(events, wireEvent{ID: fmt.Sprint(name, chat), Chat: fmt.Sprint(chat)})
			}
			return events
		}
		codes := make(chan int)
		go func() { codes <- w.post(h, batch("a", 0, 1)...).Code }()
		go func() { codes <- w.post(h, batch("b", 49, -1)...).Code }()
		assert.Equal(t, 200, <-codes)
		assert.Equal(t, 200, <-codes)
		assert.Len(t, h.ids(), 100)
	})
}

func TestAnIncompleteEventIsCompletedAfterItsClaim(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		text string
	}{
		{"and delivered whole", nil, "whole"},
		{"and delivered as it came if that fails", &channel.Error{Reason: channel.ErrNotFound}, "cut"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, adapter.Rules{}, channel.Options{})
			calls := 0
			w.driver.complete = func(in *adapter.Incoming) error {
				calls++
				if tt.err == nil {
					in.Event.Message.Text = "whole"
				}
				return tt.err
			}
			h := &recorder{}
			for range 2 {
				assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Text: "cut", Incomplete: true}).Code)
			}
			assert.Equal(t, 1, calls)
			assert.Equal(t, tt.text, h.events[0].Message.Text)
		})
	}
}

func TestTheSameBatchAtOnceIsHandledOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, adapter.Rules{}, channel.Options{})
		h := &recorder{do: func(context.Context, *channel.Event, int) error {
			time.Sleep(100 * time.Millisecond)
			return nil
		}}
		batch := []wireEvent{{ID: "1", Chat: "a"}, {ID: "2", Chat: "a"}, {ID: "3", Chat: "b"}, {ID: "4", Chat: "a"}}
		codes := make(chan int, 32)
		for range 32 {
			go func() { codes <- w.post(h, batch...).Code }()
		}
		for range 32 {
			assert.Equal(t, 200, <-codes)
		}
		assert.Len(t, h.ids(), 4)
	})
}

func TestABatchThatWaitsForAnotherReplicaGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		w := newWire(t, adapter.Rules{}, channel.Options{Store: store})
		claim, err := store.Claim(t.Context(), channel.Key{Account: w.Account(), Kind: channel.KeyEvent, ID: "1"}, 3*time.Second, time.Hour)
		require.NoError(t, err)
		require.Equal(t, channel.ClaimWon, claim.State)
		h := &recorder{}
		assert.Equal(t, 200, w.post(h, wireEvent{ID: "1", Chat: "a"}, wireEvent{ID: "2", Chat: "a"}).Code)
		assert.Equal(t, []string{"1", "2"}, h.ids())
	})
}
