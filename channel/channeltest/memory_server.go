package channeltest

import (
	"bytes"
	"encoding/json"
	"errors"
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

	"github.com/parley-go/parley/channel"
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
	files      [][]byte
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
		fail: func(format string, args ...any) { panic(fmt.Sprintf(format, args...)) },
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
		f, _ = s.fault(FaultRateLimited, FaultUnavailable, FaultRefused, FaultLost, FaultGarbled, FaultUnauthorized)
	}
	if f.Kind == FaultRefused {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	result, native := s.execute(r, method, body, f)
	switch f.Kind {
	case FaultLost:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
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

// memoryMethods carry calls out. The server's lock is held.
var memoryMethods = map[string]func(s *memoryServer, body []byte) (any, *memoryError){
	"send":          (*memoryServer).send,
	"edit":          (*memoryServer).edit,
	"delete":        withArgs((*memoryServer).delete),
	"react":         withArgs((*memoryServer).react),
	"typing":        withArgs((*memoryServer).typing),
	"answer":        withArgs((*memoryServer).answerPress),
	"users":         withArgs((*memoryServer).users),
	"subscriptions": withArgs((*memoryServer).subscriptions),
	"upload":        withArgs((*memoryServer).upload),
	"download":      withArgs((*memoryServer).download),
}

func withArgs(f func(s *memoryServer, a memoryArgs) (any, *memoryError)) func(*memoryServer, []byte) (any, *memoryError) {
	return func(s *memoryServer, body []byte) (any, *memoryError) {
		var a memoryArgs
		if err := json.Unmarshal(body, &a); err != nil {
			return nil, &memoryError{Code: memoryBad, Message: "malformed parameters"}
		}
		return f(s, a)
	}
}

// open is the chat, if it may be written to.
func (s *memoryServer) open(chatID string) (*MemoryUser, *memoryError) {
	u := s.chats[chatID]
	switch {
	case u == nil:
		return nil, &memoryError{Code: memoryNotFound, Message: "no such chat"}
	case u.blocked:
		return nil, &memoryError{Code: memoryBlocked, Message: "the person blocked the bot"}
	case !u.started:
		return nil, &memoryError{Code: memoryNotSubscribed, Message: "the person never wrote"}
	}
	return u, nil
}

func (s *memoryServer) send(body []byte) (any, *memoryError) {
	var p memorySend
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, &memoryError{Code: memoryBad, Message: "malformed message"}
	}
	u, native := s.open(p.Chat)
	if native == nil {
		native = s.check(p.Message)
	}
	if native != nil {
		return nil, native
	}
	u.last++
	p.Message.ID = strconv.Itoa(u.last)
	u.seen = append(u.seen, p.Message)
	return p.Message.ID, nil
}

func (s *memoryServer) edit(body []byte) (any, *memoryError) {
	var p memorySend
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, &memoryError{Code: memoryBad, Message: "malformed message"}
	}
	u, native := s.open(p.Chat)
	if native != nil {
		return nil, native
	}
	i := slices.IndexFunc(u.seen, func(m channel.Message) bool { return m.ID == p.MessageID })
	if i < 0 {
		return nil, &memoryError{Code: memoryNotFound, Message: "no such message"}
	}
	edited := u.seen[i]
	edited.Text, edited.Styles, edited.Keyboard = p.Message.Text, p.Message.Styles, p.Message.Keyboard
	if native := s.check(edited); native != nil {
		return nil, native
	}
	u.seen[i] = edited
	return nil, nil
}

func (s *memoryServer) delete(a memoryArgs) (any, *memoryError) {
	u, native := s.open(a.Chat)
	if native != nil {
		return nil, native
	}
	u.seen = slices.DeleteFunc(u.seen, func(m channel.Message) bool { return slices.Contains(a.MessageIDs, m.ID) })
	return nil, nil
}

func (s *memoryServer) react(a memoryArgs) (any, *memoryError) {
	u, native := s.open(a.Chat)
	if native != nil {
		return nil, native
	}
	if n, err := strconv.Atoi(a.MessageID); err != nil || n < 1 || n > u.last {
		return nil, &memoryError{Code: memoryNotFound, Message: "no such message"}
	}
	if a.Emoji == "" {
		delete(u.reactions, a.MessageID)
		return nil, nil
	}
	u.reactions[a.MessageID] = a.Emoji
	return nil, nil
}

func (s *memoryServer) typing(a memoryArgs) (any, *memoryError) {
	_, native := s.open(a.Chat)
	return nil, native
}

func (s *memoryServer) answerPress(a memoryArgs) (any, *memoryError) {
	for _, u := range s.people {
		if i := slices.Index(u.presses, a.Press); i >= 0 {
			u.presses = slices.Delete(u.presses, i, i+1)
			u.answers = append(u.answers, a.Text)
			return nil, nil
		}
	}
	return nil, &memoryError{Code: memoryNotFound, Message: "no such press, or it is answered"}
}

func (s *memoryServer) users(a memoryArgs) (any, *memoryError) {
	if len(a.IDs) > 100 {
		return nil, &memoryError{Code: memoryBad, Message: "too many ids"}
	}
	found := make(map[string]memoryUser)
	for _, id := range a.IDs {
		if u := s.people[id]; u != nil {
			found[id] = u.profile
		}
	}
	return found, nil
}

func (s *memoryServer) subscriptions(a memoryArgs) (any, *memoryError) {
	if len(a.IDs) > 100 {
		return nil, &memoryError{Code: memoryBad, Message: "too many ids"}
	}
	found := make(map[string]channel.Subscription)
	for _, id := range a.IDs {
		switch _, native := s.open(id); {
		case native == nil:
			found[id] = channel.Subscription{State: channel.StateActive, Since: s.chats[id].since}
		case native.Code == memoryBlocked:
			found[id] = channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked, Since: s.chats[id].since}
		case native.Code == memoryNotSubscribed:
			found[id] = channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed}
		}
	}
	return found, nil
}

func (s *memoryServer) upload(a memoryArgs) (any, *memoryError) {
	if len(a.Data) > 10<<20 {
		return nil, &memoryError{Code: memoryTooLong, Message: "more than 10 MiB"}
	}
	s.files = append(s.files, a.Data)
	return "file-" + strconv.Itoa(len(s.files)), nil
}

func (s *memoryServer) download(a memoryArgs) (any, *memoryError) {
	data, err := s.file(a.File)
	if err != nil {
		return nil, &memoryError{Code: memoryNotFound, Message: err.Error()}
	}
	return data, nil
}

func (s *memoryServer) file(id string) ([]byte, error) {
	var n int
	if _, err := fmt.Sscanf(id, "file-%d", &n); err != nil || n < 1 || n > len(s.files) {
		return nil, errors.New("no such file")
	}
	return s.files[n-1], nil
}
