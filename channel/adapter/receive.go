package adapter

import (
	"context"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/parley-go/parley/channel"
)

// receiver is what a channel knows of the events in its hands.
type receiver struct {
	order   queue   // events of one chat, one at a time
	flights flights // under the lock of order: what is handled has its place there
	leases  alarms  // when to renew them
	undone  undone
	presses presses
}

// Webhook serves the platform's requests.
func (c *Channel) Webhook(h channel.Handler) http.Handler {
	if h == nil {
		h = channel.Handlers{}
	}
	e := &endpoint{deadlines: alarms{after: c.rules.Deadline}, rules: &c.rules, maxBody: c.options.MaxBody, log: c.log}
	e.handle = func(r *http.Request, body []byte, x *exchange) Response {
		d, err := c.driver.Receive(r, body)
		if err != nil {
			resp, refused := e.refuse(err)
			if !refused {
				resp = c.rules.Ack
			}
			return resp
		}
		if d.Handshake != nil {
			return *d.Handshake
		}
		ack := c.rules.Ack
		if d.Ack != nil {
			ack = *d.Ack
		}
		ctx := context.WithoutCancel(r.Context())
		return c.reply(ack, c.deliver(ctx, h, d.Events, delivery{last: d.Last, answers: true, over: x}))
	}
	return http.HandlerFunc(e.serve)
}

// reply is the response that the results of a request's events make: one that must come again refuses them all, and the
// committed ones are skipped then.
func (c *Channel) reply(ack Response, arrivals []arrival) Response {
	for i := range arrivals {
		if arrivals[i].result.err != nil {
			return c.rules.NotYet
		}
	}
	for i := range arrivals {
		if r := arrivals[i].result; len(r.answer) > 0 {
			h := ack.Header.Clone()
			if h == nil {
				h = make(http.Header, 1)
			}
			if h.Get("Content-Type") == "" {
				h.Set("Content-Type", "application/json")
			}
			return Response{Status: ack.Status, Header: h, Body: r.answer}
		}
	}
	return ack
}

// delivery is what the events of one request, or of one poll, have in common.
type delivery struct {
	last    bool    // the platform will not repeat it
	answers bool    // there is a response that may carry a message
	over    waiting // ends when nobody waits for the outcome any more
}

// waiting is the waiting for an outcome: that of a request, or the context of a poll.
type waiting interface{ Done() <-chan struct{} }

// result is what became of an event: a nil err acknowledges it, with an answer that the response carries.
type result struct {
	answer []byte
	err    error
}

// arrival is an event on its way through claim, handler and commit, with all that this takes.
type arrival struct {
	*Incoming
	id     string // Event.ID as it came: everything about the event is kept under it
	h      channel.Handler
	d      delivery
	slots  chan struct{} // of the batch; nil: it is alone
	first  *flight       // not nil: this is a duplicate, which waits for the outcome of the first
	flight flight        // of the first
	ticket ticket        // in the line of its chat, of the first
	work   work
	own    owned // what the handler gets
	ended  bool
	result result
}

// last reports whether the platform will not deliver the event again.
func (a *arrival) last() bool { return a.d.last || a.flight.last.Load() }

// atOnce is how many chats of one batch are handled at a time.
const atOnce = 16

// deliver takes events through claim, handler and commit, and returns when all have their results, in the order of the
// events. Their places in their chats' lines are taken before it starts.
func (c *Channel) deliver(ctx context.Context, h channel.Handler, events []Incoming, d delivery) []arrival {
	arrivals := make([]arrival, len(events))
	for i := range arrivals {
		a := &arrivals[i]
		c.prepare(&events[i])
		a.Incoming, a.id, a.h, a.d, a.result.err = &events[i], events[i].Event.ID, h, d, errNotYet
		c.receiver.begin(a)
	}
	if len(arrivals) == 1 {
		c.process(ctx, &arrivals[0])
		return arrivals
	}
	slots := make(chan struct{}, atOnce)
	groups := make(map[string][]int, len(arrivals))
	for i := range arrivals {
		arrivals[i].slots = slots
		groups[arrivals[i].Order] = append(groups[arrivals[i].Order], i)
	}
	var wg sync.WaitGroup
	for _, group := range groups {
		wg.Go(func() {
			defer func() { // a handler that ends its goroutine leaves the others of the chat behind
				for _, i := range group {
					c.receiver.end(&arrivals[i])
				}
			}()
			for _, i := range group {
				c.process(ctx, &arrivals[i])
			}
		})
	}
	wg.Wait()
	return arrivals
}

// prepare gives an event what every platform's have.
func (c *Channel) prepare(in *Incoming) {
	e := &in.Event
	setDefault(&e.Account, c.account)
	e.Raw, in.RawValid = cleanRaw(e.Raw, in.RawValid), false // Complete may set another
	cleanTimes(e)
	if e.ID == "" {
		e.ID = fingerprint(e)
	}
	if in.Order == "" {
		switch {
		case e.Chat.ID != "":
			in.Order = e.Chat.ID
		case e.User.ID != "":
			in.Order = "user\x00" + e.User.ID
		default:
			in.Order = "event\x00" + e.ID
		}
	}
}

// begin gives an arrival its place: the first of its ID a ticket in the line of its chat, a duplicate the flight of that
// first. It does so at one stroke: an event whose flight is another's stands behind that one's ticket then, and so does
// everything that waits for it. Else two batches could wait for each other.
func (r *receiver) begin(a *arrival) {
	r.order.mu.Lock()
	defer r.order.mu.Unlock()
	a.first = r.flights.begin(a.id, &a.flight)
	if a.first == nil {
		a.ticket.enterLocked(&r.order, a.Order)
	} else if a.d.last {
		a.first.last.Store(true)
	}
}

// end gives an arrival's place back, and tells its duplicates the outcome. A second time it does nothing.
func (r *receiver) end(a *arrival) {
	if a.first != nil || a.ended {
		return
	}
	a.ended = true
	r.order.mu.Lock()
	defer r.order.mu.Unlock()
	a.ticket.leaveLocked()
	r.flights.end(a.id, &a.flight, a.result)
}

// process takes one event through, once: a duplicate in this process shares the outcome of the first. A driver that
// panics, or a handler that ends its goroutine, leaves the event refused for now.
func (c *Channel) process(ctx context.Context, a *arrival) {
	if a.first != nil {
		select {
		case <-a.first.done:
			a.result = a.first.result
		case <-a.d.over.Done():
		}
		return
	}
	defer func() {
		if recover() != nil { // whose text is not logged: it may hold a URL with the token
			c.log.Error("event refused for now: the driver panicked", "event", a.id, "stack", string(debug.Stack()))
		}
		c.receiver.end(a)
	}()
	a.result = c.inTurn(ctx, a)
}
