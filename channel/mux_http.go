package channel

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// ServeHTTP serves the webhook of the account that the path names: /{platform}/{account}, each escaped as by
// url.PathEscape, maybe with a slash at the end; mount it elsewhere with http.StripPrefix. Any other path, and an
// account that is not ours, is 404. An account that Resolve failed to build is 503 for now, as is every one once
// Shutdown was called. Over HTTP/1 it returns when the handler has, which may be later than the platform has its answer.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := accountOfPath(r.URL)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if !m.begin() {
		w.Header().Set("Connection", "close") // a balancer takes the next request to a replica that lives
		refuseForNow(w)
		return
	}
	defer m.end()
	e, err := m.pin(r.Context(), a)
	if errors.Is(err, ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		refuseForNow(w)
		return
	}
	defer m.unpin(e)
	if r.ProtoMajor >= 2 { // over HTTP/1 the request's goroutine lasts as long as its handler
		r = r.WithContext(context.WithValue(r.Context(), lingerKey{}, linger{m, e}))
	}
	e.serve(m.handler()).ServeHTTP(w, r)
}

type lingerKey struct{}

type linger struct {
	m *Mux
	e *muxEntry
}

// Linger keeps Mux.Shutdown waiting, and the channel from being dropped, until done is called. It is for an engine whose
// work on a request goes on after the request is answered and its goroutine returned; ctx is the request's, and Linger is
// called before that.
func Linger(ctx context.Context) (done func()) {
	l, ok := ctx.Value(lingerKey{}).(linger)
	if !ok {
		return func() {}
	}
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.m.running++
	l.e.pins++
	return func() {
		l.m.unpin(l.e)
		l.m.end()
	}
}

// serve is the channel's webhook, made when the first request comes: most accounts of a CRM only send.
func (e *muxEntry) serve(h Handler) http.Handler {
	e.once.Do(func() { e.webhook = e.ch.Webhook(h) })
	return e.webhook
}

func refuseForNow(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// accountOfPath reads the escaped path, because an ID may hold a slash.
func accountOfPath(u *url.URL) (Account, bool) {
	path := strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	platform, id, _ := strings.Cut(path, "/")
	if platform == "" || id == "" || strings.Contains(id, "/") {
		return Account{}, false
	}
	platform, err1 := url.PathUnescape(platform)
	id, err2 := url.PathUnescape(id)
	return Account{platform, id}, err1 == nil && err2 == nil
}

// path is what accountOfPath reads.
func (a Account) path() string { return "/" + url.PathEscape(a.Platform) + "/" + url.PathEscape(a.ID) }

var _ http.Handler = (*Mux)(nil)
