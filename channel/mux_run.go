package channel

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Register points the webhook of every added account that is a [Registrar] at base/{platform}/{account}, one after
// another in the order of Add. Base is an absolute http or https URL, with or without a slash at the end, else it is
// ErrInvalid and no call is made. Accounts that are no Registrar, and those of Resolve, are passed over. Every account is
// tried; the errors come joined, each with its account before it.
func (m *Mux) Register(ctx context.Context, base string) error {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || strings.ContainsAny(base, "?#") {
		return &Error{Reason: ErrInvalid, Scope: ScopeMessage, Op: "register",
			Message: "base must be an absolute http or https URL without a query"}
	}
	base = strings.TrimRight(base, "/")
	var failed []error
	for _, e := range m.addedNow() {
		registrar, ok := As[Registrar](e.ch)
		if !ok {
			continue
		}
		if err := registrar.Register(ctx, base+e.account.path()); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", e.account, err))
		}
	}
	return errors.Join(failed...)
}

// Poll receives for every added account that is a [Poller], until ctx ends or Shutdown is called, which is no error. It
// is about the accounts added before it is called. An account that fails does not stop the others; Poll returns when all
// have ended, with the errors of those that failed joined, each with its account before it.
func (m *Mux) Poll(ctx context.Context) error {
	if !m.begin() {
		return nil
	}
	defer m.end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	ended := make(chan error)
	polls := 0
	for _, e := range m.addedNow() {
		if poller, ok := As[Poller](e.ch); ok {
			polls++
			go func() {
				var err error
				defer func() { ended <- err }() // also when a handler ends the goroutine, as t.FailNow does
				err = m.poll(ctx, e.account, poller)
			}()
		}
	}
	stop := m.stopping()
	var failed []error
	for polls > 0 {
		select {
		case err := <-ended:
			polls--
			failed = append(failed, err)
		case <-stop:
			cancel()
			stop = nil
		}
	}
	return errors.Join(failed...)
}

func (m *Mux) poll(ctx context.Context, a Account, p Poller) (err error) {
	defer func() {
		if v := recover(); v != nil { // whose text is not told: it may hold a URL with the token
			err = fmt.Errorf("%s: poll: panic of a %T", a, v)
		}
	}()
	err = p.Poll(ctx, m.handler())
	if err == nil || (ctx.Err() != nil && errors.Is(err, ctx.Err())) {
		return nil
	}
	return fmt.Errorf("%s: %w", a, err)
}

func (m *Mux) addedNow() []*muxEntry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.added)
}

// Shutdown refuses new requests for now, ends Poll, and waits for running handlers, Withs and Polls until ctx ends, whose
// error it then returns. Once they ended, resolved channels that are not in use are let go of. It may be called again, to
// wait on. Call it before http.Server.Shutdown, and not from within a handler.
func (m *Mux) Shutdown(ctx context.Context) error {
	stop := m.stopping()
	m.mu.Lock()
	if !m.stopped {
		m.stopped = true
		close(stop)
		m.drain()
	}
	m.mu.Unlock()
	select {
	case <-m.drained:
		return nil
	default:
	}
	select {
	case <-m.drained:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stopping is closed by Shutdown.
func (m *Mux) stopping() chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop == nil {
		m.stop, m.drained = make(chan struct{}), make(chan struct{})
	}
	return m.stop
}

// begin notes something that Shutdown waits for, until end. After Shutdown there is nothing new to wait for: false.
func (m *Mux) begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		return false
	}
	m.running++
	return true
}

func (m *Mux) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended()
}

// ended is end with m.mu held.
func (m *Mux) ended() {
	m.running--
	m.drain()
}

// drain notices that Shutdown has nothing left to wait for.
func (m *Mux) drain() {
	if m.stopped && m.running == 0 && !m.empty {
		m.empty = true
		m.clear()
		close(m.drained)
	}
}
