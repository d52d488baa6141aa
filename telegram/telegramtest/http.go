package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// reply is an answer before it takes the form of a response.
type reply struct {
	status      int
	header      http.Header
	body        []byte
	description string
}

// errCut and errRefused stand for a connection that breaks; each transport turns them into its own failure.
var (
	errCut     error = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	errRefused error = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
)

// Client is a client whose requests are answered by this server in memory, whatever host their URL names. It
// opens no socket, so it works inside a testing/synctest bubble.
func (s *Server) Client() *http.Client { return &http.Client{Transport: memory{s}} }

type memory struct{ s *Server }

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
		// A body may be a pipe whose writer waits for us: an ended request must not leave us reading it.
		defer context.AfterFunc(r.Context(), func() { r.Body.Close() })()
	}
	answer, err := m.s.answer(r)
	if cause := r.Context().Err(); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status:     strconv.Itoa(answer.status) + " " + http.StatusText(answer.status),
		StatusCode: answer.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        answer.header,
		Body:          io.NopCloser(bytes.NewReader(answer.body)),
		ContentLength: int64(len(answer.body)),
		Request:       r,
	}, nil
}

// listener is the loopback side of a server, started when it is first asked for.
type listener struct {
	once   sync.Once
	server *http.Server
	url    string
	done   chan struct{}
}

// URL is the base URL of the API on a loopback address, for clients that want a real connection; the server
// starts listening when it is first asked for.
func (s *Server) URL() string {
	s.listening.once.Do(func() {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			panic("telegramtest: listen on loopback: " + err.Error())
		}
		s.listening.url = "http://" + l.Addr().String()
		s.listening.done = make(chan struct{})
		s.listening.server = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute}
		go func() {
			defer close(s.listening.done)
			_ = s.listening.server.Serve(l)
		}()
	})
	return s.listening.url
}

func (l *listener) close() {
	l.once.Do(func() {}) // from here on nobody starts listening
	if l.server != nil {
		_ = l.server.Close()
		<-l.done
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answer(r)
	if err != nil {
		panic(http.ErrAbortHandler) // cuts the connection without an answer
	}
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body)
}

// answer is the whole way of a request. An error means that the client gets no answer at all.
func (s *Server) answer(r *http.Request) (reply, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() { cancel(errCut) })()
	if s.ctx.Err() != nil {
		return reply{}, errRefused
	}

	name, m, refusal := s.route(r)
	record := s.record(name)
	fault := s.takeFault(name, apiFaults)
	if err := fault.before(); err != nil {
		return reply{}, err
	}
	p, bad, err := s.readRequest(r)
	if err != nil {
		return reply{}, err
	}
	if m.path != "" {
		p.values["file_path"] = m.path
	}
	if refusal == nil {
		refusal = bad
	}
	if err := fault.wait(ctx); err != nil {
		return reply{}, err
	}
	answer, err := s.judge(ctx, m, refusal, fault, record, p)
	if err == nil {
		err = fault.after(ctx)
	}
	if err != nil {
		return reply{}, err
	}
	s.mu.Lock()
	record.Status, record.Description = answer.status, answer.description
	s.mu.Unlock()
	return answer, nil
}

// judge answers a request that has been read: with the refusal of its path, with the fault that was ordered, or
// with what its method says.
func (s *Server) judge(
	ctx context.Context, m method, refusal *apiError, fault *Fault, record *Request, p params,
) (reply, error) {
	s.mu.Lock()
	for name, value := range p.values {
		record.Parameters[name] = strings.ReplaceAll(value, s.cfg.Token, "<token>")
	}
	s.mu.Unlock()
	if refusal != nil {
		return refuse(refusal), nil
	}
	if ordered, ok := fault.instead(); ok {
		s.holdBack(fault, p)
		return ordered, nil
	}
	if m.path != "" {
		return s.download(m.path, fault), nil
	}
	c := &call{s: s, ctx: ctx, params: p}
	result, failure := c.do(m)
	if err := context.Cause(ctx); err != nil {
		if errors.Is(err, errCut) {
			return reply{}, errCut
		}
		return reply{}, ctx.Err()
	}
	switch {
	case failure != nil:
		return refuse(failure), nil
	case fault.is(GarbledResponse):
		return page(http.StatusOK), nil
	}
	return accept(result, c.note)
}

// route finds the method that a path names, or says how the platform refuses the path.
func (s *Server) route(r *http.Request) (string, method, *apiError) {
	if name, bad, ok := s.downloadOf(r.URL.Path); ok {
		return downloadName, method{name: downloadName, path: name}, bad
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	token, isBot := strings.CutPrefix(parts[0], "bot")
	name := ""
	if isBot && len(parts) > 1 {
		name = parts[len(parts)-1]
	}
	m, known := s.methods[strings.ToLower(name)]
	if known {
		name = m.name
	}
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return name, m, errMethodNotAllowed
	case !isBot || len(parts) < 2 || len(parts) > 3 || !tokenForm.MatchString(token):
		return name, m, errNotFound
	case len(parts) == 3 && parts[1] == "test":
		return name, m, errUnauthorized // the test environment has its own bots, and this is none of them
	case len(parts) == 3:
		return name, m, errNotFound
	case token != s.cfg.Token:
		return name, m, errUnauthorized
	case !known:
		if notEmulated[strings.ToLower(name)] {
			s.misuse("method %s is not emulated", name)
		}
		return name, m, errMethodNotFound
	}
	return name, m, nil
}

func (s *Server) record(name string) *Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	name = strings.ReplaceAll(name, s.cfg.Token, "<token>")
	record := &Request{Method: name, Parameters: map[string]string{}, At: time.Now()}
	s.requests = append(s.requests, record)
	return record
}

type envelope struct {
	OK          bool                `json:"ok"`
	Result      any                 `json:"result,omitempty"`
	ErrorCode   int                 `json:"error_code,omitempty"`
	Description string              `json:"description,omitempty"`
	Parameters  *responseParameters `json:"parameters,omitempty"`
}

type responseParameters struct {
	RetryAfter int   `json:"retry_after,omitempty"`
	MigrateTo  int64 `json:"migrate_to_chat_id,omitempty"`
}

func accept(result any, note string) (reply, error) {
	body, err := json.Marshal(envelope{OK: true, Result: result, Description: note})
	return reply{status: http.StatusOK, header: jsonHeader(), body: body}, err
}

func refuse(e *apiError) reply {
	out := envelope{ErrorCode: e.code, Description: e.description}
	header := jsonHeader()
	if e.retryAfter > 0 {
		out.Parameters = &responseParameters{RetryAfter: e.retryAfter}
		header.Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	if e.migrateTo != 0 {
		out.Parameters = &responseParameters{MigrateTo: e.migrateTo}
	}
	body, _ := json.Marshal(out) // strings and integers always marshal
	return reply{status: e.code, header: header, body: body, description: e.description}
}

func jsonHeader() http.Header { return http.Header{"Content-Type": {"application/json"}} }
