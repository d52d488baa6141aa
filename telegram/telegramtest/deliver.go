package telegramtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/parley-go/parley/internal/inmem"
)

const (
	deliveryTimeout = 60 * time.Second
	maxReplyBytes   = 1 << 20
)

// attempt delivers an update once, with the fault that was ordered for it. Call it without the lock.
func (s *Server) attempt(t *target, u *update, fault *Fault) outcome {
	if fault.wait(s.ctx) != nil {
		return outcome{failure: "Connection closed"}
	}
	if !fault.is(DuplicateDelivery) {
		out := s.deliver(t, u)
		if fault.is(LostReply) {
			return outcome{failure: "Connection reset by peer"}
		}
		return out
	}
	twin := make(chan outcome, 1)
	s.running.Go(func() { twin <- s.deliver(t, u) })
	out, other := s.deliver(t, u), <-twin
	if out.failure != "" {
		return other
	}
	return out
}

// deliver sends an update to the bot and reads the answer.
func (s *Server) deliver(t *target, u *update) outcome {
	s.mu.Lock()
	handler := s.handler
	s.mu.Unlock()
	var answer *botAnswer
	var err error
	if handler != nil {
		answer, err = s.deliverInMemory(handler, t, u)
	} else {
		answer, err = s.deliverOverNetwork(t, u)
	}
	if err != nil {
		return outcome{failure: failureText(err)}
	}
	if answer.status < 200 || answer.status > 299 {
		s.note("the webhook answered update %d with %d", u.id, answer.status)
		seconds, _ := strconv.Atoi(answer.header.Get("Retry-After"))
		return outcome{
			failure:    fmt.Sprintf("Wrong response from the webhook: %d %s", answer.status, http.StatusText(answer.status)),
			gone:       answer.status == http.StatusGone,
			retryAfter: time.Duration(max(0, seconds)) * time.Second,
		}
	}
	s.callFromReply(answer)
	return outcome{}
}

// failureText words a failed delivery without the URL, which may hold secrets.
func failureText(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "Read timeout expired"
	}
	if broken := (*url.Error)(nil); errors.As(err, &broken) {
		err = broken.Err
	}
	return err.Error()
}

// botAnswer is the bot's answer to a webhook request.
type botAnswer struct {
	status int
	header http.Header
	body   []byte
}

func (t *target) request(ctx context.Context, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if t.secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", t.secret)
	}
	if user := r.URL.User; user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
		r.URL.User = nil
	}
	return r, nil
}

func (s *Server) deliverOverNetwork(t *target, u *update) (*botAnswer, error) {
	ctx, cancel := context.WithTimeout(s.ctx, deliveryTimeout)
	defer cancel()
	r, err := t.request(ctx, u.body)
	if err != nil {
		return nil, err
	}
	response, err := s.webhooks.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReplyBytes))
	return &botAnswer{response.StatusCode, response.Header, body}, err
}

// deliverInMemory runs the handler as a server would: its context ends when the client has given up, and not
// because the answer is already there.
func (s *Server) deliverInMemory(h http.Handler, t *target, u *update) (*botAnswer, error) {
	r, err := t.request(s.ctx, u.body)
	if err != nil {
		return nil, err
	}
	r.Host = r.URL.Host
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "149.154.167.220:40000"
	r.GetBody = nil
	s.running.Add(1)
	answer, err := inmem.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.running.Done()
		defer s.blame()
		h.ServeHTTP(w, r)
	}), r, deliveryTimeout)
	switch {
	case err == nil:
		return &botAnswer{answer.Status, answer.Header, answer.Body}, nil
	case errors.Is(err, inmem.ErrTimeout):
		return nil, context.DeadlineExceeded
	case errors.Is(err, inmem.ErrAborted), errors.Is(err, context.Canceled):
		return nil, errCut
	default:
		return nil, err
	}
}

// blame fails the test for a handler that panics, and lets the panic go on: it cuts the connection, as in net/http.
func (s *Server) blame() {
	reason := recover()
	if reason == nil {
		return
	}
	if reason != http.ErrAbortHandler {
		s.misuse("the bot's handler panicked: %v\n%s", reason, debug.Stack())
	}
	panic(reason)
}

// callFromReply carries out the method that the answer to a webhook may name. The bot learns nothing of the
// result, not even of a refusal.
func (s *Server) callFromReply(answer *botAnswer) {
	p, bad := s.readParams(nil, answer.header.Get("Content-Type"), bytes.NewReader(answer.body))
	m, known := s.methods[strings.ToLower(p.str("method"))]
	if bad != nil || !known || m.notInReply {
		return
	}
	record := s.record(m.name)
	delete(p.values, "method")
	_, failure := (&call{s: s, ctx: s.ctx, params: p}).do(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, value := range p.values {
		record.Parameters[name] = strings.ReplaceAll(value, s.cfg.Token, "<token>")
	}
	record.Status = http.StatusOK
	if failure != nil {
		record.Status, record.Description = failure.code, failure.description
	}
}
