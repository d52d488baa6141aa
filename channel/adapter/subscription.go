package adapter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	opSubscription = "subscription"

	believed         = 24 * time.Hour      // how long a state, or a closed window, is taken for true
	keepSubscription = 90 * 24 * time.Hour // in the Store, after the last time that it was written
	clockSkew        = 2 * time.Minute     // how far a platform's clock may be behind ours
	refresh          = time.Hour           // what is still so is written again, so that the Store knows that it is
	windowGrain      = time.Minute         // a window that grew by less is not written: it is shown a minute short
	memoForSend      = time.Minute         // how late a send may see what another process learnt
	memoForLearn     = 5 * time.Second     // how late an event may; a state of another process is not overwritten unseen
	maxMemos         = 4096                // chats remembered in the process; beyond, they are read anew
	maxSwaps         = 20                  // tries of one write, others writing the same record meanwhile
)

// people is what the process knows of those the account writes to: copies of what the Store has, and look-ups under way.
type people struct {
	mu       sync.Mutex
	memos    map[string]*memo // of chats
	writes   int              // of memos to the Store
	profiles map[string]told  // the profiles that events told, by person

	users         lookups[channel.User]
	subscriptions lookups[channel.Subscription]
}

// known is what is known of the right to write to a chat, of those that Rules.ChatOf has.
type known struct {
	channel.Subscription
	At       time.Time `json:"at,omitzero"`  // the platform's time of what told State
	Seq      int64     `json:"seq,omitzero"` // and its Incoming.Seq
	Seen     time.Time `json:"seen,omitzero"`
	Failed   bool      `json:"failed,omitzero"`    // State was told by a failure or a look-up, not by an event
	WindowAt time.Time `json:"window_at,omitzero"` // the platform's time of what told WindowEnds last
	ClosedAt time.Time `json:"closed_at,omitzero"` // windows told before are closed: a send failed
	PromoAt  time.Time `json:"promo_at,omitzero"`  // the platform's time of what told NoPromotion
	PromoSeq int64     `json:"promo_seq,omitzero"`
	PassAt   time.Time `json:"pass_at,omitzero"` // the platform's time of the newest right that passes
	PassEnds time.Time `json:"pass_ends,omitzero"`
	Asked    time.Time `json:"asked,omitzero"`    // when the platform was asked last, by our clock
	AliasOf  string    `json:"alias_of,omitzero"` // the chat ID under which it is known; nothing else is set then
}

// on is the right to write as it is at a time: what is known, and a right that passes for as long as it lasts. A person
// who left since has taken that back too.
func (k *known) on(t time.Time) channel.Subscription {
	s := k.Subscription
	switch {
	case !t.Before(k.PassEnds):
	case s.State == channel.StateInactive && k.At.After(k.PassAt):
	case s.State != channel.StateActive:
		s.State, s.Reason, s.Since, s.WindowEnds = channel.StateActive, "", k.PassAt, k.PassEnds
	case !s.WindowEnds.IsZero():
		s.WindowEnds = later(s.WindowEnds, k.PassEnds)
	}
	return s
}

// memo is a record as the Store had it at a time, and what was learnt since that was not worth a write.
type memo struct {
	known  known
	stored known
	value  []byte // stored, encoded
	read   time.Time
}

// check is Subscription.Check, but for what is known too long: nobody is believed to have left for ever, and a window that
// closed long ago may have been opened by what we did not see.
func (k *known) check(now time.Time, m channel.Message) error {
	s := k.on(now)
	if s.State == channel.StateInactive && now.Sub(k.Seen) > believed {
		s.State, s.Reason = channel.StateUnknown, ""
	}
	err := s.Check(now, m)
	if err != channel.ErrWindowClosed {
		return err
	}
	closed := later(k.Seen, k.WindowEnds)
	if m.Purpose == channel.PurposeAgent {
		closed = later(closed, k.AgentWindowEnds)
	}
	if now.Sub(closed) > believed {
		return nil
	}
	return err
}

// expected is what a Send to a chat goes by. Where the Store fails nothing is known, and the send is tried.
func (c *Channel) expected(ctx context.Context, chatID string) known {
	k, err := c.recent(ctx, c.chatOf(chatID))
	if err == nil && k.AliasOf != "" {
		k, err = c.recent(ctx, k.AliasOf)
	}
	if err != nil {
		if ctx.Err() == nil {
			c.sender.complain(c, "the store does not tell who may be written to", err)
		}
		return known{}
	}
	return k
}

// recent is what was known of a chat less than memoForSend ago.
func (c *Channel) recent(ctx context.Context, chatID string) (known, error) {
	if m, ok := c.people.memo(chatID); ok && time.Since(m.read) < memoForSend {
		return m.known, nil
	}
	m, err := c.recallOne(ctx, chatID)
	return m.known, err
}

func (p *people) memo(chatID string) (memo, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, ok := p.memos[chatID]
	if !ok {
		return memo{}, false
	}
	return *m, true
}

func (p *people) memorize(chatID string, m memo) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(chatID, m)
}

// set is memorize with the lock held.
func (p *people) set(chatID string, m memo) {
	if known := p.memos[chatID]; known != nil {
		*known = m
		return
	}
	if p.memos == nil || len(p.memos) >= maxMemos {
		p.memos = make(map[string]*memo)
	}
	p.memos[chatID] = &m
}

// wrote remembers m, which took the place of was in the Store. Where another's write is remembered already, nobody knows
// which of them was the later: the Store is asked when somebody needs to know.
func (p *people) wrote(chatID string, was []byte, m memo) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes++
	switch known := p.memos[chatID]; {
	case known == nil, bytes.Equal(known.value, was), bytes.Equal(known.value, m.value):
		p.set(chatID, m)
	default:
		delete(p.memos, chatID)
	}
}

// amend changes what is known of a chat, if it was read since then and the change is not worth a write. It does so at one
// stroke: what is learnt in between would be lost.
func (p *people) amend(chatID string, then time.Time, change func(k *known)) (known, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.memos[chatID]
	if m == nil || !m.read.After(then) || m.known.AliasOf != "" {
		return known{}, false
	}
	was := m.known
	change(&m.known)
	m.known.plain()
	if m.known.worthWriting(&m.stored) {
		m.known = was
		return known{}, false
	}
	return m.known, true
}

// recall reads what the Store knows of a chat, following an alias once.
func (c *Channel) recall(ctx context.Context, chatID string) (memo, error) {
	m, err := c.recallOne(ctx, chatID)
	if err != nil || m.known.AliasOf == "" {
		return m, err
	}
	aliased, err := c.recallOne(ctx, m.known.AliasOf)
	if err != nil {
		return memo{}, err
	}
	if aliased.known.AliasOf != "" { // of an alias: they must not chase one another
		aliased.known = known{}
	}
	return aliased, nil
}

func (c *Channel) recallOne(ctx context.Context, chatID string) (memo, error) {
	now := time.Now()
	m, writes := c.people.before(chatID)
	value, err := c.store.Get(ctx, c.key(channel.KeySubscription, chatID))
	if err != nil {
		return memo{}, err
	}
	if m.value == nil || !bytes.Equal(m.value, value) {
		m = memo{value: value}
		if value != nil {
			if err := json.Unmarshal(value, &m.stored); err != nil {
				c.log.Warn("what is known of a chat cannot be read: it is forgotten", "chat", chatID, "error", err)
				m.stored = known{}
			}
			m.known = m.stored
		}
	}
	m.read = now
	return c.people.found(chatID, m, writes), nil
}

// before is what is remembered of a chat before the Store is asked, and how many writes there were.
func (p *people) before(chatID string) (memo, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := p.memos[chatID]; m != nil {
		return *m, p.writes
	}
	return memo{}, p.writes
}

// found remembers what the Store had, read when there had been so many writes, and returns that with what was learnt
// since it was written.
func (p *people) found(chatID string, m memo, writes int) memo {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.memos[chatID]
	switch {
	case known != nil && bytes.Equal(known.value, m.value):
		known.read = m.read
		return *known
	case known != nil && p.writes != writes: // which of the two is the later?
		delete(p.memos, chatID)
	default:
		p.set(chatID, m)
	}
	return m
}

// revise changes what is known of a chat as change says, and returns the outcome. change may be called again when others
// wrote meanwhile; before, if it is not nil, is called once ahead of a write that makes State another.
func (c *Channel) revise(
	ctx context.Context, chatID string, change func(k *known), before func(k *known) error,
) (known, error) {
	now := time.Now()
	m, ok := c.people.memo(chatID)
	fresh := ok && now.Sub(m.read) < memoForLearn
	told, followed := channel.StateUnknown, false
	for range maxSwaps {
		if !fresh {
			var err error
			if m, err = c.recallOne(ctx, chatID); err != nil {
				return known{}, err
			}
		}
		fresh = false
		if to := m.known.AliasOf; to != "" && !followed {
			chatID, followed = to, true
			continue
		}
		if next, ok := c.people.amend(chatID, now.Add(-memoForLearn), change); ok {
			return next, nil
		}
		next := m.known
		next.AliasOf = ""
		change(&next)
		next.plain()
		if !next.worthWriting(&m.stored) { // and there is no memo of it any more
			return next, nil
		}
		if next.State != m.known.State && next.State != told && before != nil {
			c.people.memorize(chatID, memo{known: next, stored: m.stored, value: m.value, read: now}) // so that before may send
			if err := before(&next); err != nil {
				m.read = time.Time{}
				c.people.memorize(chatID, m)
				return known{}, err
			}
			told = next.State
		}
		value, err := json.Marshal(next)
		if err != nil {
			return known{}, err
		}
		ok, err := c.store.CompareAndSwap(ctx, c.key(channel.KeySubscription, chatID), m.value, value, keepSubscription)
		if err != nil {
			return known{}, err
		}
		if ok {
			c.people.wrote(chatID, m.value, memo{known: next, stored: next, value: value, read: now})
			return next, nil
		}
	}
	return known{}, errors.New("others keep changing what is known of the chat")
}

// assume is revise in this process alone. The next revise that comes to it writes it too.
func (c *Channel) assume(chatID string, change func(k *known)) known {
	p := &c.people
	p.mu.Lock()
	defer p.mu.Unlock()
	var m memo
	for range 2 {
		if known := p.memos[chatID]; known != nil {
			m = *known
		}
		if m.known.AliasOf == "" {
			break
		}
		chatID, m = m.known.AliasOf, memo{}
	}
	m.known.AliasOf = ""
	change(&m.known)
	m.known.plain()
	m.read = time.Now()
	p.set(chatID, m)
	return m.known
}

// plain strips the times of what only this process can read, so that they compare as they will when read again.
func (k *known) plain() {
	for _, t := range []*time.Time{
		&k.Since, &k.WindowEnds, &k.AgentWindowEnds, &k.At, &k.Seen, &k.WindowAt, &k.ClosedAt, &k.PromoAt, &k.PassAt, &k.PassEnds,
		&k.Asked,
	} {
		*t = t.Round(0).UTC()
	}
}

// worthWriting reports whether k tells more than what is stored. That an active person wrote once more does not, until
// a window grew, or the Store would think it long ago.
func (k *known) worthWriting(stored *known) bool {
	was := *stored
	if grew(was.WindowEnds, k.WindowEnds) < windowGrain {
		was.WindowEnds, was.WindowAt = k.WindowEnds, k.WindowAt
	}
	if grew(was.AgentWindowEnds, k.AgentWindowEnds) < windowGrain {
		was.AgentWindowEnds = k.AgentWindowEnds
	}
	if k.State == was.State && k.Failed == was.Failed && k.Seen.Sub(was.Seen) < refresh {
		was.Seen, was.At, was.Seq = k.Seen, k.At, k.Seq
	}
	return *k != was
}

// grew is by how much a window is longer than it was; one that closed earlier was changed by more than any grain.
func grew(was, is time.Time) time.Duration {
	if is.Before(was) {
		return windowGrain
	}
	return is.Sub(was)
}
