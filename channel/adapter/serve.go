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
	"time"

	"github.com/parley-go/parley/channel"
)

// endpoint is one webhook URL: of a channel, or of an app of many.
type endpoint struct {
	rules   *Rules
	maxBody int64
	log     *slog.Logger

	// handle acts on a complete body. Events it began are handled on when x is answered early.
	handle func(r *http.Request, body []byte, x *exchange) Response
}

// serve answers one request.
//
// Over HTTP/1 the handler runs on the request's own goroutine, and at the platform's deadline a timer answers "not yet"
// beside it, on a connection that is then given up: its next request would wait for the handler. Over HTTP/2 an answer is
// complete only when the request's goroutine returns, so there the handler has one of its own.
func (e endpoint) serve(w http.ResponseWriter, r *http.Request) {
	if e.rules.PollOnly {
		http.NotFound(w, r)
		return
	}
	if !slices.Contains(e.rules.Methods, r.Method) {
		w.Header().Set("Allow", strings.Join(e.rules.Methods, ", "))
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	x := &exchange{w: w, inline: r.ProtoMajor < 2, over: make(chan struct{}), done: make(chan struct{})}
	timer := time.AfterFunc(e.rules.Deadline, func() {
		close(x.over)
		x.answer(e.rules.NotYet)
	})
	if x.inline {
		defer timer.Stop()
		e.exchange(x, r)
		return
	}
	detached := channel.Linger(r.Context())
	go func() {
		defer detached()
		defer timer.Stop()
		defer x.answer(e.rules.NotYet) // of a handler that ended its goroutine
		e.exchange(x, r)
	}()
	<-x.done
}

// exchange reads a request and answers it, unless the deadline did. It returns when everything the request began is over.
func (e endpoint) exchange(x *exchange, r *http.Request) {
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	if status := e.read(buf, r); status != 0 {
		e.log.Warn("webhook request refused", "status", status, "bytes", buf.Len(), "declared", r.ContentLength)
		x.answer(Response{Status: status, Header: http.Header{"Connection": {"close"}}})
		return
	}
	x.answer(e.guarded(r, buf.Bytes(), x))
}

// guarded is handle, but for a driver that panics: its events are not acknowledged.
func (e endpoint) guarded(r *http.Request, body []byte, x *exchange) (resp Response) {
	defer func() {
		if recover() != nil { // whose text is not logged: it may hold a URL with the token
			e.log.Error("webhook request refused: the driver panicked", "stack", string(debug.Stack()))
			resp = e.rules.NotYet
		}
	}()
	return e.handle(r, body, x)
}

// read fills buf with the body, or returns the status that refuses it.
func (e endpoint) read(buf *bytes.Buffer, r *http.Request) (status int) {
	if r.ContentLength > e.maxBody {
		return http.StatusRequestEntityTooLarge
	}
	if r.Body == nil {
		return 0
	}
	n, err := buf.ReadFrom(io.LimitReader(r.Body, e.maxBody+1))
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
func (e endpoint) refuse(err error) (resp Response, ok bool) {
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

// exchange is the answer to one request: the first wins.
type exchange struct {
	inline bool          // the handler runs on the request's goroutine
	over   chan struct{} // closed at the platform's deadline
	done   chan struct{} // closed when the answer is written

	mu       sync.Mutex
	w        http.ResponseWriter
	answered bool
}

// answer writes a complete response, so that the platform need not wait for what goes on.
func (x *exchange) answer(resp Response) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.answered {
		return
	}
	x.answered = true
	defer close(x.done)
	early := x.isOver()
	h := x.w.Header()
	for k, v := range resp.Header {
		h[k] = v
	}
	h.Set("Content-Length", strconv.Itoa(len(resp.Body)))
	if early && x.inline {
		h.Set("Connection", "close")
	}
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	x.w.WriteHeader(resp.Status)
	if len(resp.Body) > 0 {
		_, _ = x.w.Write(resp.Body) // a platform that hung up delivers again
	}
	if early {
		// Middleware that cannot flush holds the answer back until the handler ends; the platform then delivers again.
		_ = http.NewResponseController(x.w).Flush()
	}
}

func (x *exchange) isOver() bool {
	select {
	case <-x.over:
		return true
	default:
		return false
	}
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const keepBuffer = 64 << 10

func release(b *bytes.Buffer) {
	if b.Cap() <= keepBuffer {
		b.Reset()
		buffers.Put(b)
	}
}
