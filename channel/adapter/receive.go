package adapter

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/parley-go/parley/channel"
)

// receiver is what a channel knows of the events in its hands.
type receiver struct {
	mu      sync.Mutex // of begin
	order   queue      // events of one chat, one at a time
	flights flights
	undone  undone
	presses presses
}

// Webhook serves the platform's requests.
func (c *Channel) Webhook(h channel.Handler) http.Handler {
	if h == nil {
		h = channel.Handlers{}
	}
	e := endpoint{rules: &c.rules, maxBody: c.options.MaxBody, log: c.log}
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
		return c.reply(ack, c.deliver(ctx, h, d.Events, delivery{last: d.Last, over: x.over}))
	}
	return http.HandlerFunc(e.serve)
}

// reply is the response that the results of a request's events make: one that must come again refuses them all, and the
// committed ones are skipped then.
func (c *Channel) reply(ack Response, results []result) Response {
	for _, r := range results {
		if r.err != nil {
			return c.rules.NotYet
		}
	}
	for _, r := range results {
		if len(r.answer) > 0 {
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

// delivery is what the events of one request have in common.
type delivery struct {
	last bool            // the platform will not repeat it
	over <-chan struct{} // closed at the platform's deadline; nil: there is none
}

// result is what became of an event: nil acknowledges it, with an answer that the response carries.
type result struct {
	answer []byte
	err    error
}

// atOnce is how many chats of one batch are handled at a time.
const atOnce = 16

// deliver takes events through claim, handler and commit, and returns when all are over. The results are in the order
// of the events. Their places in their chats' queues are taken before it starts.
func (c *Channel) deliver(ctx context.Context, h channel.Handler, events []Incoming, d delivery) []result {
	results := make([]result, len(events))
	if len(events) == 1 {
		in := &events[0]
		c.prepare(in)
		results[0] = c.process(ctx, h, in, c.receiver.begin(in), d, nil)
		return results
	}
	slots := make(chan struct{}, atOnce)
	groups := make(map[string][]int, len(events))
	arrivals := make([]arrival, len(events))
	for i := range events {
		c.prepare(&events[i])
		groups[events[i].Order] = append(groups[events[i].Order], i)
		arrivals[i] = c.receiver.begin(&events[i])
	}
	var wg sync.WaitGroup
	for _, group := range groups {
		wg.Go(func() {
			for _, i := range group {
				results[i] = c.process(ctx, h, &events[i], arrivals[i], d, slots)
			}
		})
	}
	wg.Wait()
	return results
}

// prepare gives an event what every platform's have.
func (c *Channel) prepare(in *Incoming) {
	e := &in.Event
	setDefault(&e.Account, c.account)
	e.Time = e.Time.UTC()
	e.Raw = cleanRaw(bytes.Clone(e.Raw))
	if e.ID == "" {
		e.ID = fingerprint(e.Raw)
	}
	if in.Order == "" {
		in.Order = "chat\x00" + e.Chat.ID
		if e.Chat.ID == "" {
			in.Order = "user\x00" + e.User.ID
		}
	}
}

// arrival is an event's place among those in this process: the first of its ID has a ticket in the line of its chat, a
// duplicate waits for the flight of the first.
type arrival struct {
	flight *flight
	ticket *ticket // nil: a duplicate
}

// begin gives an event its place. It does so at one stroke: an event whose flight is another's stands behind that one's
// ticket then, and so does everything that waits for it. Else two batches could wait for each other.
func (r *receiver) begin(in *Incoming) arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, first := r.flights.begin(in.Event.ID)
	if !first {
		return arrival{flight: f}
	}
	return arrival{f, r.order.enter(in.Order)}
}

// process takes one event through, once: a duplicate in this process shares the outcome of the first.
func (c *Channel) process(ctx context.Context, h channel.Handler, in *Incoming, a arrival, d delivery,
	slots chan struct{}) result {
	if a.ticket == nil {
		select {
		case <-a.flight.done:
			return a.flight.result
		case <-d.over:
			return result{err: errNotYet}
		}
	}
	defer a.ticket.leave()
	r := c.claim(ctx, h, in, a.ticket, d, slots)
	c.receiver.flights.end(in.Event.ID, a.flight, r)
	return r
}

// presses are those whose handler runs and did not answer them yet.
type presses struct {
	mu      sync.Mutex
	waiting []string
}

func (p *presses) add(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, id)
}

// take removes a press and reports whether it was waiting.
func (p *presses) take(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.waiting, id)
	if i < 0 {
		return false
	}
	p.waiting = slices.Delete(p.waiting, i, i+1)
	return true
}

// drop forgets a press whose handler failed.
func (p *presses) drop(b *channel.Postback) {
	if b != nil && b.ID != "" {
		p.take(b.ID)
	}
}

// answered notes that a call answers the press with this Postback.ID, so that the engine does not.
func (c *Channel) answered(pressID string) { c.receiver.presses.take(pressID) }
