package telegramtest

import (
	"io"
	"net/http"
	"strconv"
	"sync"
)

// answerWriter is the ResponseWriter of a webhook in memory. The answer is complete when the handler returns, or
// when all that its Content-Length promises has been written and flushed.
type answerWriter struct {
	complete chan struct{}

	mu     sync.Mutex
	header http.Header // the handler's
	sent   botAnswer   // status 0: not begun
	length int         // promised; -1 if not
	done   bool
	err    error
}

var (
	_ http.ResponseWriter = (*answerWriter)(nil)
	_ http.Flusher        = (*answerWriter)(nil)
)

func newAnswerWriter() *answerWriter {
	return &answerWriter{complete: make(chan struct{}), header: http.Header{}, length: -1}
}

// Header implements [http.ResponseWriter].
func (w *answerWriter) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter]; informational and repeated ones are passed over.
func (w *answerWriter) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin(status)
}

func (w *answerWriter) begin(status int) {
	if w.sent.status != 0 || status < 200 {
		return
	}
	w.sent.status, w.sent.header = status, w.header.Clone()
	if n, err := strconv.Atoi(w.header.Get("Content-Length")); err == nil && n >= 0 {
		w.length = n
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		w.length = 0
	}
}

// Write implements [http.ResponseWriter].
func (w *answerWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin(http.StatusOK)
	if w.length >= 0 && len(w.sent.body)+len(p) > w.length {
		return 0, http.ErrContentLength
	}
	if !w.done && len(w.sent.body)+len(p) <= maxReplyBytes {
		w.sent.body = append(w.sent.body, p...)
	}
	return len(p), nil
}

// Flush implements [http.Flusher].
func (w *answerWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin(http.StatusOK)
	if w.length >= 0 && len(w.sent.body) == w.length {
		w.finish(nil)
	}
}

// end is the end of the handler; one that did not return has cut the connection.
func (w *answerWriter) end(returned bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !returned {
		w.finish(errCut)
		return
	}
	w.begin(http.StatusOK)
	if len(w.sent.body) < w.length {
		w.finish(io.ErrUnexpectedEOF)
		return
	}
	w.finish(nil)
}

func (w *answerWriter) finish(err error) {
	if !w.done {
		w.done, w.err = true, err
		close(w.complete)
	}
}

// answer is what the client got. Call it after complete.
func (w *answerWriter) answer() (*botAnswer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	got := w.sent
	return &got, w.err
}
