// Package inmem carries an HTTP request to a handler in the same process, as the server of net/http would: a loopback
// socket stops the clock of testing/synctest, a function call does not.
package inmem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// ErrTimeout says that the handler did not answer in time.
var ErrTimeout = errors.New("no answer in time")

// ErrAborted says that the handler panicked or ended its goroutine: the server of net/http cuts the connection then.
var ErrAborted = errors.New("connection cut")

// maxBody is what is kept of a response's body.
const maxBody = 1 << 20

// Answer is what a client sees of a response.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Serve has h serve r and returns the answer as soon as a client has all of it: when h returned, or when it flushed as
// many bytes as its Content-Length says and went on working. After wait it is ErrTimeout, and the request's context ends,
// as it does when a client hangs up; a wait of 0 does not end. When the context of r ends, that is the error.
func Serve(h http.Handler, r *http.Request, wait time.Duration) (Answer, error) {
	parent := r.Context()
	ctx, cancel := context.WithCancel(parent)
	w := &writer{header: make(http.Header), length: -1, complete: make(chan struct{})}
	go func() {
		defer cancel()
		returned := false
		defer func() { w.end(returned, recover()) }()
		h.ServeHTTP(w, r.WithContext(ctx))
		returned = true
	}()
	var timeout <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-w.complete:
		return w.result()
	case <-timeout:
		cancel()
		return Answer{}, ErrTimeout
	case <-parent.Done():
		return Answer{}, parent.Err()
	}
}

// writer is an http.ResponseWriter that knows when its answer is complete. Nothing written after that is seen.
type writer struct {
	header   http.Header // the handler's
	complete chan struct{}

	mu     sync.Mutex
	closed bool
	answer Answer
	length int // that the header promises; -1: none
	body   bytes.Buffer
	n      int // bytes written
	err    error
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(status)
}

func (w *writer) writeHeader(status int) {
	if w.answer.Status != 0 || status < http.StatusOK {
		return
	}
	w.answer.Status, w.answer.Header = status, w.header.Clone()
	if n, err := strconv.Atoi(w.header.Get("Content-Length")); err == nil && n >= 0 {
		w.length = n
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		w.length = 0
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	if w.closed || w.length >= 0 && w.n+len(p) > w.length {
		return 0, http.ErrContentLength
	}
	w.n += len(p)
	if room := maxBody - w.body.Len(); len(p) <= room {
		w.body.Write(p)
	} else {
		w.body.Write(p[:room])
	}
	return len(p), nil
}

// Flush shows the client what there is.
func (w *writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	if w.length >= 0 && w.n == w.length {
		w.close(nil)
	}
}

// end is the end of the handler.
func (w *writer) end(returned bool, panicked any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	switch {
	case panicked != nil:
		w.close(fmt.Errorf("%w: %v", ErrAborted, panicked))
	case !returned:
		w.close(ErrAborted)
	case w.n < w.length:
		w.close(io.ErrUnexpectedEOF)
	default:
		w.close(nil)
	}
}

func (w *writer) close(err error) {
	if !w.closed {
		w.closed, w.err = true, err
		w.answer.Body = w.body.Bytes()
		close(w.complete)
	}
}

func (w *writer) result() (Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answer, w.err
}

var _ http.Flusher = (*writer)(nil)
