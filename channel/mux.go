package channel

import (
	"context"
	"net/http"
)

// Mux mounts many accounts under one http.Handler, at /{platform}/{account}, and sends to an [Address]. Its zero value
// is ready; set Handler and Resolve before it is used, and do not copy it.
type Mux struct {
	// Handler gets every event.
	Handler Handler

	// Resolve builds the channel of an account that was not added, for a CRM with thousands of tenants. It is called
	// once at a time for an account; the channel is kept until it was not used for 15 minutes, so give all of them one
	// Store. An error that is ErrNotFound is remembered for a minute; any other has the platform deliver again. Nil:
	// there are only the accounts added.
	Resolve func(ctx context.Context, a Account) (Channel, error)
}

// Add mounts channels. It panics when an account is there already.
func (m *Mux) Add(chs ...Channel) {}

// Channel returns the channel of an account, resolving it if need be.
func (m *Mux) Channel(ctx context.Context, a Account) (Channel, error) { return nil, ErrNotFound }

// With calls f with the channel of an account and the Handler of the Mux. Until f returns the channel is not dropped
// and Shutdown waits. It is what an adapter whose one URL serves many accounts hands their events over with.
func (m *Mux) With(ctx context.Context, a Account, f func(ch Channel, h Handler) error) error {
	return ErrNotFound
}

// Send sends msg to an address of any account.
func (m *Mux) Send(ctx context.Context, to Address, msg Message) (Sent, error) {
	return Sent{}, ErrNotFound
}

// ServeHTTP serves the webhook of the account that the path names.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Register points the webhook of every added account that is a [Registrar] at base/{platform}/{account}.
func (m *Mux) Register(ctx context.Context, base string) error { return nil }

// Poll receives for every added account that is a [Poller], until ctx ends or Shutdown is called.
func (m *Mux) Poll(ctx context.Context) error { return nil }

// Shutdown refuses new requests for now, ends Poll, and waits for running handlers until ctx ends.
func (m *Mux) Shutdown(ctx context.Context) error { return nil }
