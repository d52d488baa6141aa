package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/parley-go/parley/internal/inmem"
	"github.com/stretchr/testify/require"
)

// The paper drivers are small, made-up adapters over faithful payloads. They are here to prove that the Driver interface
// can say what these platforms ask for; the real adapters are packages of their own.

// paperAPI is a platform's API in memory: it answers each call with the answer queued for it, else with always.
type paperAPI struct {
	always string

	mu       sync.Mutex
	queue    []paperAnswer
	requests []paperRequest
}

type paperAnswer struct {
	status int
	body   string
	err    error
}

type paperRequest struct {
	path   string
	header http.Header
	body   string
}

func (a *paperAPI) next(status int, body string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = append(a.queue, paperAnswer{status: status, body: body})
}

func (a *paperAPI) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = append(a.queue, paperAnswer{err: err})
}

func (a *paperAPI) calls() []paperRequest {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]paperRequest(nil), a.requests...)
}

func (a *paperAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, paperRequest{r.URL.Path, r.Header, string(body)})
	answer := paperAnswer{status: http.StatusOK, body: a.always}
	if len(a.queue) > 0 {
		answer, a.queue = a.queue[0], a.queue[1:]
	}
	if answer.err != nil {
		return nil, answer.err
	}
	return &http.Response{
		StatusCode: answer.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer.body)), Request: r,
	}, nil
}

// paperError is an API's error, whatever the shape it came in.
type paperError struct {
	Code, Subcode int
	Message       string
}

func (e *paperError) Error() string { return fmt.Sprintf("%s (%d/%d)", e.Message, e.Code, e.Subcode) }

// paperVerdicts is an adapter's errors.go in small: from native code to what it means. All of them are refusals.
type paperVerdicts map[int]adapter.Verdict

func (t paperVerdicts) verdict(err error) adapter.Verdict {
	var native *paperError
	if !errors.As(err, &native) {
		return adapter.Verdict{Error: channel.Error{Reason: channel.ErrUnavailable, Message: "unreadable answer"}}
	}
	v, ok := t[native.Subcode]
	if !ok {
		v, ok = t[native.Code]
	}
	if !ok {
		v.Error = channel.Error{Reason: channel.ErrInvalid, Scope: channel.ScopeMessage}
	}
	v.Executed = adapter.ExecutedNo
	v.Error.Code, v.Error.Message = fmt.Sprint(native.Code), native.Message
	if v.Error.Reason == channel.ErrRateLimited {
		v.Error.RetryAt = time.Now().Add(time.Minute)
	}
	return v
}

// paperCall posts a body and returns the answer's.
func paperCall(ctx context.Context, c *http.Client, url, contentType, body string, header ...string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func paperJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of a test's own literal
	}
	return string(b)
}

// paperInbox is a Handler that keeps what it got.
type paperInbox struct {
	answer func(ctx context.Context, e *channel.Event) error

	mu     sync.Mutex
	events []channel.Event
}

func (i *paperInbox) HandleEvent(ctx context.Context, e *channel.Event) error {
	i.mu.Lock()
	i.events = append(i.events, *e)
	i.mu.Unlock()
	if i.answer == nil {
		return nil
	}
	return i.answer(ctx, e)
}

func (i *paperInbox) all() []channel.Event {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]channel.Event(nil), i.events...)
}

func (i *paperInbox) kinds() []channel.EventKind {
	var kinds []channel.EventKind
	for _, e := range i.all() {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func paperChannel(t *testing.T, d adapter.Driver, o channel.Options) *adapter.Channel {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	ch, err := adapter.New(d, o)
	require.NoError(t, err)
	return ch
}

func paperPost(h http.Handler, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://bot.example/hook", strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return paperServe(h, r)
}

// paperServe returns as soon as the platform has its answer, though the handler may go on.
func paperServe(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	answer, err := inmem.Serve(h, r, 0)
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
	return w
}
