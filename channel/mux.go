package channel

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Mux mounts many accounts under one http.Handler, at /{platform}/{account}, and sends to an [Address]. Its zero value
// is ready; set Handler and Resolve before it is used, and do not copy it. It is safe for concurrent use.
type Mux struct {
	// Handler gets every event. Nil acknowledges them all, as Handlers{} does.
	Handler Handler

	// Resolve builds the channel of an account that was not added, for a CRM with thousands of tenants. It is called
	// once at a time for an account, and all who want it wait for that call. The channel is kept until it was not used
	// for 15 minutes, so give all of them one Store.
	//
	// Its context has the values of the first caller's and ends after 30 seconds, not when that caller leaves: a
	// platform that hangs up finds the channel built when it delivers again.
	//
	// An error that is ErrNotFound is remembered for a minute; any other has the platform deliver again, as has a panic,
	// a nil channel or that of another account. The Mux logs nothing: Resolve logs what only it can know. It is asked
	// before anything is authenticated, so the account may be made up; one of more than 256 bytes, or that is not clean
	// UTF-8, is not found without asking. Nil: there are only the accounts added.
	Resolve func(ctx context.Context, a Account) (Channel, error)

	mu      sync.Mutex
	entries map[Account]*muxEntry
	added   []*muxEntry            // those of Add, in its order
	flights map[Account]*muxFlight // calls of Resolve
	misses  muxMisses              // what Resolve did not find
	recent  list.List              // of *muxEntry that were resolved, the longest unused first
	sweeper *time.Timer            // runs while recent is not empty

	running int           // requests, Withs, Polls, and the flights that Shutdown waits for
	stopped bool          // Shutdown was called
	empty   bool          // and nothing is running any more
	stop    chan struct{} // closed when stopped; made when first needed
	drained chan struct{} // closed when empty; made with stop
}

// Add mounts channels. It panics when one is nil or names no account, and when its account is there already, added or
// resolved.
func (m *Mux) Add(chs ...Channel) {
	for _, ch := range chs {
		if ch == nil {
			panic("channel: Mux.Add: nil channel")
		}
		a := ch.Account()
		if a.Platform == "" || a.ID == "" {
			panic("channel: Mux.Add: a channel without an account: " + a.String())
		}
		m.add(a, ch)
	}
}

func (m *Mux) add(a Account, ch Channel) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[a] != nil {
		panic("channel: Mux.Add: the account is there already: " + a.String())
	}
	m.misses.forget(a)
	m.added = append(m.added, m.insert(a, ch))
}

// Channel returns the channel of an account, resolving it if need be. One that was resolved may be dropped, and another
// be built, while it is held: use With to keep it. Its errors are those of Send; it works after Shutdown too.
func (m *Mux) Channel(ctx context.Context, a Account) (Channel, error) {
	e, err := m.pin(ctx, a)
	if err != nil {
		return nil, err
	}
	defer m.unpin(e)
	return e.ch, nil
}

// With calls f with the channel of an account and the Handler of the Mux. Until f returns the channel is not dropped
// and Shutdown waits. It is what an adapter whose one URL serves many accounts hands their events over with. It returns
// the error of f, or without calling it an [*Error]: ErrNotFound for an account that is not ours, for good; any other
// for now, as is ErrUnavailable once Shutdown was called.
func (m *Mux) With(ctx context.Context, a Account, f func(ch Channel, h Handler) error) error {
	if !m.begin() {
		return &Error{Reason: ErrUnavailable, Scope: ScopeAccount, Platform: a.Platform, Op: "resolve", Message: "shutting down"}
	}
	defer m.end()
	e, err := m.pin(ctx, a)
	if err != nil {
		return err
	}
	defer m.unpin(e)
	return f(e.ch, m.handler())
}

// Send sends msg to an address of any account. An account that cannot be had is an [*Error] of the Op "resolve":
// ErrNotFound for an unknown one, else what Resolve returned, or ErrUnavailable. It works after Shutdown too, which does
// not wait for it: a handler that is waited for can still answer.
func (m *Mux) Send(ctx context.Context, to Address, msg Message) (Sent, error) {
	e, err := m.pin(ctx, to.Account)
	if err != nil {
		return Sent{}, err
	}
	defer m.unpin(e)
	return e.ch.Send(ctx, to.ChatID, msg)
}

func (m *Mux) handler() Handler {
	if m.Handler == nil {
		return Handlers{}
	}
	return m.Handler
}
