package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
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

// pageDriver is a wireDriver with an account of its choice.
type pageDriver struct {
	wireDriver
	id string
}

func (d *pageDriver) Account() channel.Account { return channel.Account{Platform: "wire", ID: d.id} }

// appOf serves requests of the form {"1": [events], "2": [events]}.
func appOf(log *logBuffer) adapter.App {
	return adapter.App{
		Rules:  adapter.Rules{Methods: []string{http.MethodGet, http.MethodPost}},
		Logger: slog.New(slog.NewTextHandler(log, nil)),
		Receive: func(r *http.Request, body []byte) ([]adapter.Entry, *adapter.Response, error) {
			if r.Method == http.MethodGet {
				return nil, &adapter.Response{Body: []byte("challenge")}, nil
			}
			if r.Header.Get("X-Secret") != wireSecret {
				return nil, nil, channel.ErrUnauthorized
			}
			var shares map[string]json.RawMessage
			if json.Unmarshal(body, &shares) != nil {
				return nil, nil, channel.ErrInvalid
			}
			var entries []adapter.Entry
			for id, native := range shares {
				entries = append(entries, adapter.Entry{Account: channel.Account{Platform: "wire", ID: id}, Native: native})
			}
			return entries, nil, nil
		},
	}
}

func page(t *testing.T, id string) *adapter.Channel {
	t.Helper()
	c, err := adapter.New(&pageDriver{id: id}, channel.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return c
}

func postApp(h http.Handler, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/app", strings.NewReader(body))
	r.Header.Set("X-Secret", wireSecret)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestAnAppHandsEachEntryToItsAccount(t *testing.T) {
	t.Parallel()
	log := new(logBuffer)
	mux := new(channel.Mux)
	h := &recorder{}
	mux.Handler = h
	mux.Add(page(t, "1"), page(t, "2"))
	app := appOf(log).Webhook(mux)

	rec := postApp(app, `{"1":[{"id":"a","chat":"c"}],"2":[{"id":"b","chat":"c"},{"id":7}],"3":[{"id":"x"}]}`)
	assert.Equal(t, http.StatusOK, rec.Code)
	require.Len(t, h.events, 3)
	got := map[string]string{}
	for _, e := range h.events {
		got[e.Account.ID+"/"+string(e.Kind)] = e.ID
	}
	assert.Equal(t, "a", got["1/message"])
	assert.Equal(t, "b", got["2/message"])
	assert.Contains(t, got, "2/other", "one odd item does not cost its batch")
	assert.Contains(t, log.String(), "wire:3")

	assert.Equal(t, http.StatusOK, postApp(app, `{"1":[{"id":"a","chat":"c"}]}`).Code)
	assert.Len(t, h.events, 3, "and each once")
}

func TestAnAppVerifiesBeforeItActs(t *testing.T) {
	t.Parallel()
	mux := new(channel.Mux)
	h := &recorder{}
	mux.Handler = h
	mux.Add(page(t, "1"))
	log := new(logBuffer)
	app := appOf(log).Webhook(mux)

	rec := httptest.NewRecorder()
	app.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"1":[{"id":"a"}]}`)))
	assert.Equal(t, http.StatusUnauthorized, rec.Code)
	rec = httptest.NewRecorder()
	app.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, "challenge", rec.Body.String())
	assert.Equal(t, http.StatusOK, postApp(app, `[`).Code, "authentic, and not to be understood")
	assert.Equal(t, http.StatusOK, postApp(app, `{"1":"not events"}`).Code)
	assert.Empty(t, h.ids())
	assert.Contains(t, log.String(), "cannot be understood")
}

func TestAnAppRefusesForNowWhatMustComeAgain(t *testing.T) {
	t.Parallel()
	fails := errors.New("database away")
	mux := &channel.Mux{
		Resolve: func(context.Context, channel.Account) (channel.Channel, error) { return nil, fails },
	}
	h := &recorder{do: func(_ context.Context, e *channel.Event, nth int) error {
		if nth == 1 {
			return fails
		}
		return nil
	}}
	mux.Handler = h
	mux.Add(page(t, "1"))
	app := appOf(new(logBuffer)).Webhook(mux)
	assert.Equal(t, http.StatusServiceUnavailable, postApp(app, `{"1":[{"id":"a"}]}`).Code, "its handler failed")
	assert.Equal(t, http.StatusOK, postApp(app, `{"1":[{"id":"a"}]}`).Code)
	assert.Equal(t, http.StatusServiceUnavailable, postApp(app, `{"9":[{"id":"a"}]}`).Code, "its account could not be resolved")
	assert.Len(t, h.ids(), 2)
}

func TestAnAppAnswersAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mux := new(channel.Mux)
		mux.Handler = &recorder{do: func(_ context.Context, e *channel.Event, _ int) error {
			if e.Account.ID == "1" {
				time.Sleep(20 * time.Second)
			}
			return nil
		}}
		mux.Add(page(t, "1"), page(t, "2"))
		app := appOf(new(logBuffer)).Webhook(mux)
		body := `{"1":[{"id":"a"}],"2":[{"id":"b"}]}`
		assert.Equal(t, http.StatusServiceUnavailable, postApp(app, body).Code)
		assert.Equal(t, http.StatusOK, postApp(app, body).Code)
	})
}

func TestAnAppsHandlerGoesOnWhenThePlatformHangsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mux := new(channel.Mux)
		ended := error(nil)
		mux.Handler = &recorder{do: func(ctx context.Context, _ *channel.Event, _ int) error {
			time.Sleep(20 * time.Second)
			ended = ctx.Err()
			return nil
		}}
		mux.Add(page(t, "1"))
		app := appOf(new(logBuffer)).Webhook(mux)
		ctx, hangUp := context.WithCancel(t.Context())
		r := httptest.NewRequest(http.MethodPost, "/app", strings.NewReader(`{"1":[{"id":"a"}]}`)).WithContext(ctx)
		r.Header.Set("X-Secret", wireSecret)
		over := make(chan struct{})
		go func() { app.ServeHTTP(httptest.NewRecorder(), r); close(over) }()
		time.Sleep(time.Second)
		hangUp()

		start := time.Now()
		assert.Equal(t, http.StatusServiceUnavailable, postApp(app, `{"1":[{"id":"a"}]}`).Code, "a duplicate waits for its own deadline")
		assert.Equal(t, 4*time.Second, time.Since(start))
		<-over
		assert.NoError(t, ended)
	})
}

func TestAnAppWhoseHandlerEndsItsGoroutineAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &recorder{do: func(_ context.Context, _ *channel.Event, nth int) error {
			if nth == 1 {
				runtime.Goexit() // as t.FailNow does
			}
			return nil
		}}
		mux := &channel.Mux{Handler: h}
		mux.Add(page(t, "1"))
		app := appOf(new(logBuffer)).Webhook(mux)
		assert.Equal(t, http.StatusServiceUnavailable, postApp(app, `{"1":[{"id":"a","chat":"c"}]}`).Code)
		time.Sleep(time.Minute) // the lease runs out
		assert.Equal(t, http.StatusOK, postApp(app, `{"1":[{"id":"a","chat":"c"}]}`).Code)
		assert.Equal(t, []string{"a", "a"}, h.ids())
	})
}
