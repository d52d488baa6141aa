package telegramtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// updateKind is a field of Update, with what the platform settles per kind.
type updateKind struct {
	family string // updates of one family and one id are delivered one by one
	keep   time.Duration
	optIn  bool // not sent unless allowed_updates names it
}

const day = 24 * time.Hour

var updateKinds = map[string]updateKind{
	"message":                   {family: "message", keep: day},
	"edited_message":            {family: "message", keep: day},
	"channel_post":              {family: "message", keep: day},
	"edited_channel_post":       {family: "message", keep: day},
	"business_connection":       {family: "business_connection", keep: day},
	"business_message":          {family: "business_message", keep: day},
	"edited_business_message":   {family: "business_message", keep: day},
	"deleted_business_messages": {family: "business_message", keep: day},
	"guest_message":             {family: "guest_message", keep: day},
	"my_chat_member":            {family: "my_chat_member", keep: day},
	"chat_member":               {family: "chat_member", keep: day, optIn: true},
	"chat_join_request":         {family: "chat_member", keep: day},
	"message_reaction":          {family: "message_reaction", keep: day, optIn: true},
	"message_reaction_count":    {family: "message_reaction_count", keep: day, optIn: true},
	"chat_boost":                {family: "chat_boost", keep: day},
	"removed_chat_boost":        {family: "chat_boost", keep: day},
	"callback_query":            {family: "query", keep: 150 * time.Second},
	"shipping_query":            {family: "query", keep: 150 * time.Second},
	"pre_checkout_query":        {family: "query", keep: 150 * time.Second},
	"inline_query":              {family: "inline_query", keep: 30 * time.Second},
	"chosen_inline_result":      {family: "chosen_inline_result", keep: 600 * time.Second},
	"poll":                      {family: "poll", keep: day},
	"poll_answer":               {family: "poll", keep: day},
	"purchased_paid_media":      {family: "purchased_paid_media", keep: day},
	"managed_bot":               {family: "managed_bot", keep: day},
	"subscription":              {family: "subscription", keep: day},
	"stopped_message_generation": {
		family: "stopped_message_generation", keep: day,
	},
}

// defaultUpdates is what a bot gets that never named kinds.
func defaultUpdates() map[string]bool {
	allowed := map[string]bool{}
	for kind, k := range updateKinds {
		if !k.optIn {
			allowed[kind] = true
		}
	}
	return allowed
}

// allowUpdates takes allowed_updates over. What is missing, null or no list of names leaves the setting alone;
// unknown names are ignored; an empty list is the default.
func (s *Server) allowUpdates(raw string) {
	var names []string
	if json.Unmarshal([]byte(raw), &names) != nil || names == nil {
		return
	}
	allowed := map[string]bool{}
	for _, name := range names {
		if _, known := updateKinds[name]; known {
			allowed[name] = true
		}
	}
	if len(allowed) == 0 {
		allowed = defaultUpdates()
	}
	s.hook.allowed = allowed
}

// allowedNames is the setting as getWebhookInfo tells it: nothing when it is the default.
func (s *Server) allowedNames() []string {
	if maps.Equal(s.hook.allowed, defaultUpdates()) {
		return nil
	}
	return slices.Sorted(maps.Keys(s.hook.allowed))
}

// update is one update until the bot has acknowledged it.
type update struct {
	id       int64
	body     []byte
	queue    *queue
	attempts int // failed deliveries
	lastErr  string
	expired  bool
	expiry   *time.Timer
	done     chan struct{}
	over     bool  // acknowledged or given up
	err      error // why it ended, set before done is closed
}

type queueKey struct {
	family string
	id     int64
}

// queue holds updates that must be delivered one by one.
type queue struct {
	updates []*update
	held    *update     // kept back by a ReorderedDelivery
	release *time.Timer // ends that
	busy    *update     // being delivered
	retry   *time.Timer // runs while a failed delivery waits for its repetition
	ready   bool        // stands in updateQueue.ready
}

// updateQueue is all that waits for the bot.
type updateQueue struct {
	pending []*update // by rising id
	queues  map[queueKey]*queue
	ready   []*queue // in the order they became so
	flying  int      // deliveries under way
}

// enqueue makes an update out of one field; key is the id that its kind is queued by, since the moment its
// lifetime counts from. A kind that the bot did not ask for is dropped at once and never replayed.
func (s *Server) enqueue(kind string, key int64, since time.Time, field any) *update {
	k := updateKinds[kind]
	u := &update{done: make(chan struct{})}
	if s.closed {
		u.err = ErrClosed
	}
	if s.closed || !s.hook.allowed[kind] {
		close(u.done)
		return u
	}
	s.lastUpdate++
	u.id = s.lastUpdate
	if s.takeFaultLocked("", updateFaults) != nil {
		u.err = u.expiryError()
		close(u.done)
		return u
	}
	body, err := json.Marshal(map[string]any{"update_id": u.id, kind: field})
	if err != nil {
		panic("telegramtest: encode update: " + err.Error()) // own types only: cannot happen
	}
	u.body = body
	name := queueKey{k.family, key}
	if s.updates.queues[name] == nil {
		s.updates.queues[name] = &queue{}
	}
	u.queue = s.updates.queues[name]
	u.queue.updates = append(u.queue.updates, u)
	s.updates.pending = append(s.updates.pending, u)
	u.expiry = time.AfterFunc(time.Until(since.Add(k.keep)), func() { s.expire(u) })
	s.makeReady(u.queue)
	s.dispatch()
	s.poll.wake()
	return u
}

// finish ends an update: acknowledged with nil, given up with the reason.
func (s *Server) finish(u *update, reason error) {
	q := u.queue
	if u.over {
		return
	}
	u.over = true
	at, _ := slices.BinarySearchFunc(s.updates.pending, u.id, func(other *update, id int64) int { return cmp.Compare(other.id, id) })
	s.updates.pending = without(s.updates.pending, at)
	if len(q.updates) > 0 && q.updates[0] == u && q.retry != nil {
		q.retry.Stop()
		q.retry = nil
	}
	if at := slices.Index(q.updates, u); at >= 0 {
		q.updates = without(q.updates, at)
	}
	if q.held == u {
		q.held = nil
		q.release.Stop()
	}
	u.expiry.Stop()
	u.err = reason
	close(u.done)
	s.makeReady(q)
}

// without cuts one out of a list. Updates end near its beginning: there it costs nothing, however long the list.
func without(list []*update, at int) []*update {
	if at > len(list)/2 {
		return slices.Delete(list, at, at+1)
	}
	copy(list[1:], list[:at])
	list[0] = nil
	return list[1:]
}

// expire gives an update up. One that is being delivered may still succeed.
func (s *Server) expire(u *update) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.expired = true
	if u.queue.busy == u {
		return
	}
	s.finish(u, u.expiryError())
	s.dispatch()
}

func (u *update) expiryError() error {
	last := u.lastErr
	if last == "" {
		last = "never delivered"
	}
	return fmt.Errorf("telegramtest: update %d: %w after %d failed deliveries: %s", u.id, ErrExpired, u.attempts, last)
}

// dropUpdates ends everything that is pending.
func (s *Server) dropUpdates(reason error) {
	for _, u := range slices.Clone(s.updates.pending) {
		s.finish(u, reason)
	}
}

// await waits until the bot has acknowledged all of these, or they were given up. Call it without the lock.
func await(updates ...*update) error {
	var first error
	for _, u := range updates {
		<-u.done
		if first == nil {
			first = u.err
		}
	}
	return first
}
