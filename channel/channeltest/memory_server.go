package channeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Request is a call that reached the platform.
type Request struct {
	Method string // send, edit, delete, react, typing, answer, users, subscriptions, upload, download
	ChatID string // empty: about no chat
	Code   string // the platform's error; empty: it was carried out
	At     time.Time
}

// memoryServer is the made-up platform: it keeps chats, checks and answers calls, and delivers updates.
type memoryServer struct {
	config MemoryConfig
	fail   func(format string, args ...any) // of a person's action that makes no sense

	mu         sync.Mutex
	handler    http.Handler
	people     map[string]*MemoryUser // by ID
	chats      map[string]*MemoryUser // by chat ID
	updates    int
	files      []memoryFile
	hosted     map[string]memoryFile // by URL
	faults     []Fault
	paused     map[string]time.Time // by chat ID
	taken      map[string][]time.Time
	requests   []Request
	deliveries []Delivery
}

func newMemoryServer(c MemoryConfig) *memoryServer {
	return &memoryServer{
		config: c, people: make(map[string]*MemoryUser), chats: make(map[string]*MemoryUser),
		paused: make(map[string]time.Time), taken: make(map[string][]time.Time),
		hosted: make(map[string]memoryFile),
		fail:   func(format string, args ...any) { panic(fmt.Sprintf(format, args...)) },
	}
}

// Fault has something go wrong, after the faults of the same kind that are waiting.
func (m *Memory) Fault(f Fault) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	m.server.faults = append(m.server.faults, f)
}

// Requests returns the calls so far.
func (m *Memory) Requests() []Request {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return slices.Clone(m.server.requests)
}

// fault takes the first waiting fault of one of the kinds. The lock is held.
func (s *memoryServer) fault(kinds ...FaultKind) (Fault, bool) {
	i := slices.IndexFunc(s.faults, func(f Fault) bool { return slices.Contains(kinds, f.Kind) })
	if i < 0 {
		return Fault{}, false
	}
	f := s.faults[i]
	s.faults = slices.Delete(s.faults, i, i+1)
	return f, true
}

// RoundTrip answers a call.
func (s *memoryServer) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	method := path.Base(r.URL.Path)
	s.mu.Lock()
	defer s.mu.Unlock()
	var f Fault
	if method == "send" {
		f, _ = s.fault(FaultRateLimited, FaultUnavailable, FaultRefused, FaultLost, FaultGarbled, FaultUnauthorized,
			FaultFailed, FaultCut)
	}
	if f.Kind == FaultRefused {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	if f.Kind == FaultCut {
		return nil, &net.OpError{Op: "write", Net: "tcp", Err: syscall.ECONNRESET}
	}
	result, native := s.execute(r, method, body, f)
	switch f.Kind {
	case FaultLost:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case FaultFailed:
		if f.Status == http.StatusBadGateway {
			return s.response(r, f.Status, []byte("<html>Bad Gateway</html>")), nil
		}
		return s.answer(r, nil, &memoryError{Code: memoryFailed, Message: "something broke"})
	case FaultGarbled:
		return s.response(r, http.StatusBadGateway, []byte("<html>Bad Gateway</html>")), nil
	}
	return s.answer(r, result, native)
}

// execute checks a call, carries it out and notes it.
func (s *memoryServer) execute(r *http.Request, method string, body []byte, f Fault) (result any, native *memoryError) {
	var about struct{ Chat string }
	native = &memoryError{Code: memoryBad, Message: "no such method: " + method}
	switch do, ok := memoryMethods[method]; {
	case r.Header.Get("Authorization") != "Bearer "+s.config.Token.Reveal(), f.Kind == FaultUnauthorized:
		native = &memoryError{Code: memoryUnauthorized, Message: "the token is not good"}
	case r.Method != http.MethodPost || json.Unmarshal(body, &about) != nil:
		native = &memoryError{Code: memoryBad, Message: "not a POST of JSON"}
	case f.Kind == FaultUnavailable:
		native = &memoryError{Code: memoryUnavailable, Message: "try again"}
	case ok:
		if native = s.take(method, about.Chat, f); native == nil {
			result, native = do(s, body)
		}
	}
	q := Request{Method: method, ChatID: about.Chat, At: time.Now()}
	if native != nil {
		q.Code = native.Code
	}
	s.requests = append(s.requests, q)
	return result, native
}

// take counts a call against the limits, or refuses it: never more than N in any window.
func (s *memoryServer) take(method, chatID string, f Fault) *memoryError {
	now := time.Now()
	if f.Kind == FaultRateLimited {
		s.paused[chatID] = now.Add(f.RetryAfter)
	}
	if wait := s.paused[chatID].Sub(now); wait > 0 {
		return &memoryError{Code: memoryRateLimited, Message: "slow down", Wait: wait}
	}
	limits := map[string]int{"": 100}
	if method == "send" || method == "edit" {
		limits[chatID] = 20
	}
	for key, n := range limits {
		recent := slices.DeleteFunc(s.taken[key], func(t time.Time) bool { return now.Sub(t) >= time.Second })
		s.taken[key] = recent
		if len(recent) >= n {
			return &memoryError{Code: memoryRateLimited, Message: "slow down", Wait: recent[0].Add(time.Second).Sub(now)}
		}
	}
	for key := range limits {
		s.taken[key] = append(s.taken[key], now)
	}
	return nil
}

var memoryStatus = map[string]int{
	memoryBad: http.StatusBadRequest, memoryTooLong: http.StatusBadRequest, memoryUnauthorized: http.StatusUnauthorized,
	memoryNotFound: http.StatusNotFound, memoryNotSubscribed: http.StatusForbidden, memoryBlocked: http.StatusForbidden,
	memoryRateLimited: http.StatusTooManyRequests, memoryUnavailable: http.StatusServiceUnavailable,
	memoryFailed: http.StatusInternalServerError,
}

func (s *memoryServer) answer(r *http.Request, result any, native *memoryError) (*http.Response, error) {
	a, status := memoryAnswer{OK: native == nil}, http.StatusOK
	if native != nil {
		a.Code, a.Message, a.Wait = native.Code, native.Message, native.Wait.Milliseconds()
		status = memoryStatus[native.Code]
	}
	if result != nil {
		raw, err := json.Marshal(result)
		if err != nil {
			return nil, err
		}
		a.Result = raw
	}
	body, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return s.response(r, status, body), nil
}

func (*memoryServer) response(r *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}
