package adapter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/parley-go/parley/channel"
)

// Channel is the engine: it makes a [Driver] a channel.Channel, with the methods of that and no others. A platform's
// own type embeds the interface with a Channel in it, has Unwrap return that, and adds its abilities over [Do] and
// [Poll].
type Channel struct {
	driver  Driver
	account channel.Account
	limits  channel.Limits
	rules   Rules
	paces   map[string]*Pace
	options channel.Options // with its defaults filled in
	store   channel.Store
	log     *slog.Logger

	receiver receiver // receive.go: events being handled
	sender   sender   // send.go: sends under way
	people   people   // profile.go, subscription.go: look-ups under way, what was learnt
}

var _ channel.Channel = (*Channel)(nil)

// New makes a driver a channel. It fails when the driver has no account or its rules contradict themselves.
func New(d Driver, o channel.Options) (*Channel, error) {
	c := &Channel{driver: d, account: d.Account(), limits: d.Limits(), rules: d.Rules(), options: o}
	if c.account.Platform == "" || c.account.ID == "" {
		return nil, fmt.Errorf("adapter: the account %q is incomplete", c.account)
	}
	c.paces = make(map[string]*Pace, len(c.rules.Paces))
	for i := range c.rules.Paces {
		p := &c.rules.Paces[i]
		if p.Name == "" || p.N <= 0 || p.Per <= 0 || c.paces[p.Name] != nil {
			return nil, fmt.Errorf("adapter: the pace %q is incomplete or there twice", p.Name)
		}
		c.paces[p.Name] = p
	}
	for _, cost := range append(append([]Cost(nil), c.rules.UserCosts...), c.rules.SubscriptionCosts...) {
		if c.paces[cost.Pace] == nil {
			return nil, fmt.Errorf("adapter: no pace %q", cost.Pace)
		}
	}
	fill(&c.rules, &c.options)
	c.receiver.leases.after = renewEvery
	c.store = inTime(c.options.Store)
	c.log = c.options.Logger.With("account", c.account.String())
	return c, nil
}

func fill(r *Rules, o *channel.Options) {
	if len(r.Methods) == 0 {
		r.Methods = []string{http.MethodPost}
	}
	r.MaxBody = max(r.MaxBody, 1<<20)
	setDefault(&r.Ack.Status, http.StatusOK)
	setDefault(&r.NotYet.Status, http.StatusServiceUnavailable)
	setDefault(&r.Deadline, 4*time.Second)
	setDefault(&r.Redelivery, 24*time.Hour)
	setDefault(&r.UserBatch, 1)
	setDefault(&r.UserKeep, 24*time.Hour)
	setDefault(&r.SubscriptionBatch, 1)

	setDefault(&o.MaxBody, r.MaxBody)
	setDefault(&o.HandlerTimeout, time.Minute)
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 10
	}
	if r.Deliveries > 0 {
		o.MaxAttempts = min(o.MaxAttempts, r.Deliveries)
	}
	if o.Store == nil {
		o.Store = channel.NewMemoryStore()
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
}

func setDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// Account names the account.
func (c *Channel) Account() channel.Account { return c.account }

// Limits is the driver's.
func (c *Channel) Limits() channel.Limits { return c.limits }

// key names something of this account in the store.
func (c *Channel) key(kind channel.KeyKind, id string) channel.Key {
	return channel.Key{Account: c.account, Kind: kind, ID: id}
}

// fail makes any error an *channel.Error of this platform, with op if it names none.
func (c *Channel) fail(op string, err error) *channel.Error {
	var e *channel.Error
	if errors.As(err, &e) {
		copied := *e
		e = &copied
	} else {
		e = &channel.Error{Reason: channel.ErrUnavailable, Scope: channel.ScopeMessage, Err: err}
		var reason channel.Reason
		switch {
		case errors.As(err, &reason):
			e.Reason, e.Err = reason, nil
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			e.Message = err.Error()
		}
	}
	setDefault(&e.Platform, c.account.Platform)
	setDefault(&e.Op, op)
	setDefault(&e.Scope, channel.ScopeMessage)
	return e
}
