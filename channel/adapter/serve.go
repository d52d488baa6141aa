package adapter

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/parley-go/parley/channel"
)

// endpoint is one webhook URL: of a channel, or of an app of many.
type endpoint struct {
	rules     *Rules
	maxBody   int64
	log       *slog.Logger
	deadlines alarms // of the requests being answered

	// handle acts on a complete body. Events it began are handled on when x is answered early.
	handle func(r *http.Request, body []byte, x *exchange) Response
}

// serve answers one request.
//
// Over HTTP/1 the handler runs on the request's own goroutine, and at the platform's deadline "not yet" is answered
// beside it, on a connection that is then given up: its next request would wait for the handler. Over HTTP/2 an answer is
// complete only when the request's goroutine returns, so there the handler has one of its own.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) {
	if e.rules.PollOnly {
		http.NotFound(w, r)
		return
	}
	if !slices.Contains(e.rules.Methods, r.Method) {
		w.Header().Set("Allow", strings.Join(e.rules.Methods, ", "))
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	x := exchanges.Get().(*exchange)
	x.e, x.w, x.inline = e, w, r.ProtoMajor < 2
	if x.inline {
		e.deadlines.set(&x.deadline, x)
		defer x.release()
		e.exchange(x, r)
		return
	}
	done := make(chan struct{})
	x.done = done
	e.deadlines.set(&x.deadline, x)
	detached := channel.Linger(r.Context())
	go func() {
		defer detached()
		defer x.release()
		defer x.answer(e.rules.NotYet) // of a handler that ended its goroutine
		e.exchange(x, r)
	}()
	<-done
}

// exchange reads a request and answers it, unless the deadline did. It returns when everything the request began is over.
func (e *endpoint) exchange(x *exchange, r *http.Request) {
	if status := e.read(x, r); status != 0 {
		e.log.Warn("webhook request refused", "status", status, "bytes", x.body.Len(), "declared", r.ContentLength)
		x.answer(Response{Status: status, Header: http.Header{"Connection": {"close"}}})
		return
	}
	x.answer(e.guarded(r, x.body.Bytes(), x))
}

// guarded is handle, but for a driver that panics: its events are not acknowledged.
func (e *endpoint) guarded(r *http.Request, body []byte, x *exchange) (resp Response) {
	defer func() {
		if recover() != nil { // whose text is not logged: it may hold a URL with the token
			e.log.Error("webhook request refused: the driver panicked", "stack", string(debug.Stack()))
			resp = e.rules.NotYet
		}
	}()
	return e.handle(r, body, x)
}

// read reads the body, or returns the status that refuses it.
func (e *endpoint) read(x *exchange, r *http.Request) (status int) {
	if r.ContentLength > e.maxBody {
		return http.StatusRequestEntityTooLarge
	}
	if r.Body == nil {
		return 0
	}
	x.limited = io.LimitedReader{R: r.Body, N: e.maxBody + 1}
	n, err := x.body.ReadFrom(&x.limited)
	x.limited.R = nil
	switch {
	case n > e.maxBody:
		return http.StatusRequestEntityTooLarge
	case err != nil, r.ContentLength > n:
		return http.StatusBadRequest
	default:
		return 0
	}
}

// refuse is the response to what the driver refused; ok is false when the body was verified and is to be acknowledged.
func (e *endpoint) refuse(err error) (resp Response, ok bool) {
	switch {
	case errors.Is(err, channel.ErrUnauthorized):
		resp = Response{Status: http.StatusUnauthorized}
	case errors.Is(err, channel.ErrForbidden):
		resp = Response{Status: http.StatusForbidden}
	case errors.Is(err, channel.ErrNotFound):
		resp = Response{Status: http.StatusNotFound}
	case errors.Is(err, channel.ErrInvalid):
		e.log.Error("webhook request acknowledged though it cannot be understood", "error", err)
		return Response{}, false
	default:
		resp = e.rules.NotYet
	}
	e.log.Warn("webhook request refused", "status", resp.Status, "error", err)
	return resp, true
}

// exchange is one request and its answer: the first wins.
type exchange struct {
	e        *endpoint
	inline   bool // the handler runs on the request's goroutine
	deadline alarm
	body     bytes.Buffer
	limited  io.LimitedReader
	done     chan struct{} // closed when the answer is written; nil: nobody waits for that

	mu       sync.Mutex
	w        http.ResponseWriter
	answered bool
	over     bool          // the platform's deadline has passed
	overdue  chan struct{} // closed when it has; made when somebody waits for that
}

// ring answers at the platform's deadline.
func (x *exchange) ring() {
	x.mu.Lock()
	x.over = true
	if x.overdue != nil {
		close(x.overdue)
	}
	x.mu.Unlock()
	x.answer(x.e.rules.NotYet)
}

// Done is closed at the platform's deadline.
func (x *exchange) Done() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.overdue == nil {
		x.overdue = make(chan struct{})
		if x.over {
			close(x.overdue)
		}
	}
	return x.overdue
}

// answer writes a complete response, so that the platform need not wait for what goes on.
func (x *exchange) answer(resp Response) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.answered {
		return
	}
	x.answered = true
	if x.done != nil {
		defer close(x.done)
	}
	h := x.w.Header()
	for k, v := range resp.Header {
		h[k] = v
	}
	if len(resp.Body) == 0 {
		h["Content-Length"] = noLength
	} else {
		h.Set("Content-Length", strconv.Itoa(len(resp.Body)))
	}
	if x.over && x.inline {
		h.Set("Connection", "close")
	}
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	x.w.WriteHeader(resp.Status)
	if len(resp.Body) > 0 {
		_, _ = x.w.Write(resp.Body) // a platform that hung up delivers again
	}
	if x.over {
		// Middleware that cannot flush holds the answer back until the handler ends; the platform then delivers again.
		_ = http.NewResponseController(x.w).Flush()
	}
}

var noLength = []string{"0"}

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

const keepBuffer = 64 << 10

// release ends the exchange. It is used again unless the deadline has it, or it grew large.
func (x *exchange) release() {
	if !x.e.deadlines.stop(&x.deadline) {
		x.mu.Lock()
		x.answered = true // also when a handler ended the goroutine: the deadline must not write after it
		x.mu.Unlock()
		return
	}
	if x.body.Cap() > keepBuffer {
		return
	}
	body := x.body
	body.Reset()
	*x = exchange{body: body}
	exchanges.Put(x)
}
