package adapter

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/parley-go/parley/channel"
)

// App is a webhook that serves many accounts at one URL: the platform verifies with the app, and a request may hold
// events of several accounts.
type App struct {
	Rules   Rules
	MaxBody int64        // 0: as Rules say
	Logger  *slog.Logger // nil: slog.Default()

	// Receive is Driver.Receive for the app: it answers a handshake, or verifies and takes the request apart, with the
	// same errors. The body is reused after the request is answered.
	Receive func(r *http.Request, body []byte) (entries []Entry, handshake *Response, err error)
}

// Entry is one account's share of a request: what the account's Driver.Decode takes.
type Entry struct {
	Account channel.Account
	Native  []byte
}

// Webhook serves the app's requests. Each entry goes to its account in m, with the Handler of m; an entry of an account
// that m does not have is acknowledged and logged. The request is refused for now if any event must come again, or an
// account could not be resolved.
func (a App) Webhook(m *channel.Mux) http.Handler {
	o := channel.Options{MaxBody: a.MaxBody, Logger: a.Logger, Store: appStore{}}
	rules := a.Rules
	fill(&rules, &o)
	e := &endpoint{deadlines: alarms{after: rules.Deadline}, rules: &rules, maxBody: o.MaxBody, log: o.Logger}
	e.handle = func(r *http.Request, body []byte, x *exchange) Response {
		entries, handshake, err := a.Receive(r, body)
		switch {
		case err != nil:
			if resp, refused := e.refuse(err); refused {
				return resp
			}
			return rules.Ack
		case handshake != nil:
			return *handshake
		}
		ctx := context.WithoutCancel(r.Context())
		if !e.distribute(ctx, m, entries, x) {
			return rules.NotYet
		}
		return rules.Ack
	}
	return http.HandlerFunc(e.serve)
}

// distribute delivers each account's entries, the accounts side by side, and reports whether all may be acknowledged.
func (e *endpoint) distribute(ctx context.Context, m *channel.Mux, entries []Entry, x *exchange) bool {
	shares := make(map[channel.Account][][]byte)
	for _, entry := range entries {
		shares[entry.Account] = append(shares[entry.Account], entry.Native)
	}
	var taken atomic.Int64 // counted, because a handler that ends its goroutine leaves no error behind
	var wg sync.WaitGroup
	for account, natives := range shares {
		wg.Go(func() {
			if err := e.hand(ctx, m, account, natives, x); err != nil {
				e.log.Warn("events refused for now", "account", account.String(), "error", err)
				return
			}
			taken.Add(1)
		})
	}
	wg.Wait()
	return taken.Load() == int64(len(shares))
}

// hand delivers one account's entries.
func (e *endpoint) hand(ctx context.Context, m *channel.Mux, a channel.Account, natives [][]byte, x *exchange) (err error) {
	defer func() {
		if recover() != nil { // whose text is not logged: it may hold a URL with the token
			err = errNotYet
			e.log.Error("the driver panicked", "account", a.String(), "stack", string(debug.Stack()))
		}
	}()
	var refused error
	found := false
	err = m.With(ctx, a, func(ch channel.Channel, h channel.Handler) error {
		found = true
		c, ok := channel.As[*Channel](ch)
		if !ok {
			return errors.New("adapter: the account's channel is not of this package")
		}
		var events []Incoming
		for _, native := range natives {
			decoded, err := c.driver.Decode(native)
			if err != nil {
				e.log.Error("entry acknowledged though it cannot be understood", "account", a.String(), "error", err)
				continue
			}
			events = append(events, decoded...)
		}
		arrivals := c.deliver(ctx, h, events, delivery{over: x})
		for i := range arrivals {
			if err := arrivals[i].result.err; err != nil {
				refused = err
			}
		}
		return refused
	})
	if !found && errors.Is(err, channel.ErrNotFound) {
		e.log.Warn("entry acknowledged: the account is not ours", "account", a.String())
		return nil
	}
	return err
}

// appStore keeps fill from making a store that an app has no use for.
type appStore struct{ channel.Store }
