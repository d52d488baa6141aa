// Package inmem carries an HTTP request to a handler in the same process, as the server of net/http would: a loopback
// socket stops the clock of testing/synctest, a function call does not.
package inmem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// ErrTimeout says that the handler did not answer in time.
var ErrTimeout = errors.New("no answer in time")

// ErrAborted says that the handler panicked: the server of net/http cuts the connection then.
var ErrAborted = errors.New("connection cut")

// Answer is what a client sees of a response.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Serve has h serve r and returns the answer as soon as a client has all of it: when h returned, or when it flushed as
// many bytes as its Content-Length says and went on working. After wait it is ErrTimeout, and the request's context ends,
// as it does when a client hangs up. A wait of 0 does not end.
func Serve(h http.Handler, r *http.Request, wait time.Duration) (Answer, error) {
	ctx, cancel := context.WithCancel(r.Context())
	w := &writer{header: make(http.Header), complete: make(chan struct{})}
	go func() {
		defer cancel()
		defer func() { w.finish(recover()) }()
		h.ServeHTTP(w, r.WithContext(ctx))
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
	}
}

// writer is an http.ResponseWriter that knows when its answer is complete. Nothing written after that is seen.
type writer struct {
	header   http.Header // the handler's
	complete chan struct{}

	mu     sync.Mutex
	closed bool
	answer Answer
	body   bytes.Buffer
	err    error
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(status)
}

func (w *writer) writeHeader(status int) {
	if w.answer.Status == 0 && status >= http.StatusOK {
		w.answer.Status, w.answer.Header = status, w.header.Clone()
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	if w.closed {
		return 0, http.ErrContentLength
	}
	return w.body.Write(p)
}

// Flush shows the client what there is.
func (w *writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	n, err := strconv.Atoi(w.answer.Header.Get("Content-Length"))
	if err == nil && w.body.Len() >= n {
		w.close()
	}
}

func (w *writer) finish(panicked any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if panicked != nil && !w.closed {
		w.err = fmt.Errorf("%w: %v", ErrAborted, panicked)
	}
	w.writeHeader(http.StatusOK)
	w.close()
}

func (w *writer) close() {
	if !w.closed {
		w.closed = true
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
