package channel

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// muxResolveFor is how long a call of Resolve may take.
const muxResolveFor = 30 * time.Second

// muxFlight is a call of Resolve that any number of callers wait for.
type muxFlight struct {
	account Account
	ctx     context.Context
	cancel  context.CancelFunc
	awaited bool          // Shutdown waits for it
	done    chan struct{} // closed when it landed

	// Guarded by Mux.mu.
	waiting int
	landed  bool
	entry   *muxEntry // pinned once for each caller that waited then
	err     error     // if there is no entry
}

// pin returns the entry of an account, resolving it if need be, and keeps it from being dropped until unpin.
func (m *Mux) pin(ctx context.Context, a Account) (*muxEntry, error) {
	m.mu.Lock()
	if e := m.entries[a]; e != nil {
		e.pins++
		m.mu.Unlock()
		return e, nil
	}
	f := m.board(ctx, a)
	m.mu.Unlock()
	if f == nil {
		return nil, &Error{Reason: ErrNotFound, Scope: ScopeChat, Platform: a.Platform, Op: "resolve"}
	}
	return m.await(ctx, f)
}

// board joins the flight for an account, or starts one. Nil: the account is known not to be ours. It wants m.mu held.
func (m *Mux) board(ctx context.Context, a Account) *muxFlight {
	f := m.flights[a]
	if f == nil {
		if m.Resolve == nil || !a.plausible() || m.misses.has(a, time.Now()) {
			return nil
		}
		f = m.start(ctx, a)
	}
	f.waiting++
	return f
}

func (m *Mux) start(ctx context.Context, a Account) *muxFlight {
	a = Account{strings.Clone(a.Platform), strings.Clone(a.ID)} // lest a few bytes kept hold a whole request
	f := &muxFlight{account: a, awaited: !m.stopped, done: make(chan struct{})}
	f.ctx, f.cancel = context.WithTimeout(context.WithoutCancel(ctx), muxResolveFor)
	if m.flights == nil {
		m.flights = make(map[Account]*muxFlight)
	}
	m.flights[a] = f
	if f.awaited {
		m.running++
	}
	go m.fly(f)
	return f
}

// await waits for f as long as the caller's context and that of f last. A resolver that does not heed its context keeps
// nobody waiting.
func (m *Mux) await(ctx context.Context, f *muxFlight) (*muxEntry, error) {
	var err error
	select {
	case <-f.done:
	case <-ctx.Done():
		err = ctx.Err()
	case <-f.ctx.Done():
		err = f.ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.landed {
		return f.entry, f.err
	}
	f.waiting--
	return nil, resolveError(f.account, err)
}

func (m *Mux) fly(f *muxFlight) {
	defer f.cancel()
	var ch Channel
	err := resolverFault("the resolver ended its goroutine", nil) // unless it returns
	defer func() { m.land(f, ch, err) }()
	ch, err = m.resolve(f.ctx, f.account)
}

func (m *Mux) resolve(ctx context.Context, a Account) (ch Channel, err error) {
	defer func() {
		if v := recover(); v != nil {
			ch, err = nil, resolverFault("the resolver panicked", fmt.Errorf("%v\n%s", v, debug.Stack()))
		}
	}()
	ch, err = m.Resolve(ctx, a)
	switch {
	case err != nil:
		return nil, err
	case ch == nil:
		return nil, resolverFault("the resolver returned no channel", nil)
	case ch.Account() != a:
		return nil, resolverFault("the resolver returned the channel of "+ch.Account().String(), nil)
	}
	return ch, nil
}

// resolverFault is for a mistake in Resolve. What it panicked with may hold a secret: it is unwrapped, not printed.
func resolverFault(message string, err error) error {
	return &Error{Reason: ErrUnavailable, Message: message, Err: err}
}

func (m *Mux) land(f *muxFlight, ch Channel, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.flights, f.account)
	f.landed = true
	switch e := m.entries[f.account]; {
	case e != nil: // it was added meanwhile
		f.entry = e
	case err == nil:
		f.entry = m.insert(f.account, ch)
		m.expire(f.entry)
	default:
		f.err = resolveError(f.account, err)
		if errors.Is(err, ErrNotFound) {
			m.misses.add(f.account, time.Now())
		}
	}
	if f.entry != nil {
		f.entry.pins += f.waiting
		m.letGo(f.entry)
	}
	close(f.done)
	if f.awaited {
		m.ended()
	}
}

// resolveError makes any error an *Error. An account that is not ours is ScopeChat, not ScopeAccount: nobody will mend
// it, so an event whose handler sends there must not come again for ever.
func resolveError(a Account, err error) error {
	e := &Error{Reason: ErrUnavailable, Err: err}
	var known *Error
	switch {
	case errors.As(err, &known):
		*e = *known
	case errors.Is(err, ErrNotFound):
		e.Reason = ErrNotFound
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Message = err.Error()
	default:
		errors.As(err, &e.Reason)
	}
	if e.Scope == "" && errors.Is(err, ErrNotFound) {
		e.Scope = ScopeChat
	} else if e.Scope == "" {
		e.Scope = ScopeAccount
	}
	if e.Platform == "" {
		e.Platform = a.Platform
	}
	if e.Op == "" {
		e.Op = "resolve"
	}
	return e
}
