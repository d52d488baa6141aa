package adapter

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/parley-go/parley/channel"
)

// patience is how long one Send, or one other call, may still wait: for its pace, and between its tries.
type patience struct {
	bounded bool
	left    time.Duration
}

func (c *Channel) patience() patience {
	return patience{bounded: c.options.MaxWait != 0, left: max(c.options.MaxWait, 0)}
}

// allows is the longest wait that ctx and Options.MaxWait allow now.
func (p *patience) allows(ctx context.Context) time.Duration {
	d := time.Duration(math.MaxInt64)
	if end, ok := ctx.Deadline(); ok {
		d = max(time.Until(end), 0)
	}
	if p.bounded {
		d = min(d, p.left)
	}
	return d
}

// sleep waits for d, which must be allowed, or until ctx ends.
func (p *patience) sleep(ctx context.Context, d time.Duration) error {
	_, err := p.sleepUnless(ctx, d, nil)
	return err
}

// sleepUnless is sleep that woken ends: it reports whether that did, if only in the same moment.
func (p *patience) sleepUnless(ctx context.Context, d time.Duration, woken <-chan struct{}) (bool, error) {
	began := time.Now()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		p.left -= d
		select {
		case <-woken:
			return true, nil
		default:
			return false, nil
		}
	case <-woken:
		p.left -= min(time.Since(began), d)
		return true, nil
	case <-ctx.Done():
		p.left -= d
		return false, ctx.Err()
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// limits is the buckets that a call takes from: those of the account first, then those of its chats.
type limits struct {
	buckets []channel.Bucket
	account int           // how many are the account's
	resets  []channel.Key // those of paces with Resets
}

// limitsOf is what costs take, for a call about these chats: one bucket each, however often it is named.
func (c *Channel) limitsOf(op string, chatIDs []string, costs []Cost) (limits, *channel.Error) {
	if len(costs) == 0 {
		return limits{}, nil
	}
	if len(chatIDs) > 1 {
		chatIDs = unique(chatIDs)
	}
	l := limits{buckets: make([]channel.Bucket, 0, len(costs))}
	for _, ofChat := range [...]bool{false, true} {
		for i, cost := range costs {
			p := c.paces[cost.Pace]
			if p != nil && p.Chat != ofChat || named(costs[:i], cost.Pace) {
				continue
			}
			units, first := unitsOf(costs[i:], cost.Pace), len(l.buckets)
			if p == nil || !l.add(c, p, units, chatIDs) {
				return limits{}, c.fail(op, &channel.Error{
					Reason: channel.ErrInvalid, Message: fmt.Sprintf("%d units of the pace %q cannot be had", units, cost.Pace),
				})
			}
			if p.Resets {
				for _, b := range l.buckets[first:] {
					l.resets = append(l.resets, b.Key)
				}
			}
		}
	}
	return l, nil
}

// add has units be taken from a pace, for each of the chats where it is one of chats, and reports whether it ever has as
// many.
func (l *limits) add(c *Channel, p *Pace, units int, chatIDs []string) bool {
	if !p.Chat {
		l.buckets = append(l.buckets, channel.Bucket{Key: c.limitKey(p, ""), N: p.N, Per: p.Per, Cost: units})
		l.account++
		return units <= p.N
	}
	first := len(l.buckets)
	for _, id := range chatIDs {
		b := channel.Bucket{Key: c.limitKey(p, id), N: p.N, Per: p.Per, Cost: units}
		i := -1
		if p.Of != nil { // several chats may count as one
			i = slices.IndexFunc(l.buckets[first:], func(other channel.Bucket) bool { return other.Key == b.Key })
		}
		if i < 0 {
			l.buckets = append(l.buckets, b)
			i = len(l.buckets) - 1 - first
		} else {
			l.buckets[first+i].Cost += units
		}
		if l.buckets[first+i].Cost > p.N {
			return false
		}
	}
	return len(chatIDs) > 0
}

func unitsOf(costs []Cost, pace string) (units int) {
	for _, cost := range costs {
		if cost.Pace == pace {
			units += max(cost.Units, 1)
		}
	}
	return units
}

func named(costs []Cost, pace string) bool {
	for _, cost := range costs {
		if cost.Pace == pace {
			return true
		}
	}
	return false
}

func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	kept := make([]string, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			kept = append(kept, id)
		}
	}
	return kept
}

// limitKey names the bucket of a pace, or of one chat of it.
func (c *Channel) limitKey(p *Pace, chatID string) channel.Key {
	key := channel.Key{Account: c.account, Kind: channel.KeyLimit, ID: p.Name}
	if p.Chat {
		if p.Of != nil {
			chatID = p.Of(chatID)
		}
		key.ID += ":" + chatID
	}
	if p.Shared != "" {
		key.Account.ID = p.Shared
	}
	return key
}

// pace returns when all of an attempt's limits allow its call, whose units are taken then. Otherwise nothing is taken
// but, where a wait was cut short, what had been reserved.
//
// A bulk call never reserves: it takes what is free, so that whoever comes in the meantime is served first. A pause that
// came during a wait makes the reservation worthless, because all whose time came in the meantime would go at once when
// it ends: it is made anew. So is one of a pace that started anew, which forgot it: whoever comes next would go before
// it, and together they would be too many. What it reserved beside that of other paces is lost.
func (c *Channel) pace(ctx context.Context, a *attempt) *channel.Error {
	if len(a.limits.buckets) == 0 {
		return nil
	}
	anew, stop := c.sender.resets.watch(a.limits.resets)
	defer stop()
	for {
		allowed := a.patience.allows(ctx)
		limit := allowed
		if a.bulk {
			limit = 0
		}
		select {
		case <-anew: // before anything is reserved it makes nothing worthless
		default:
		}
		wait, err := c.reserve(ctx, a.limits.buckets, limit)
		switch {
		case err != nil:
			return c.ended(a.op, err)
		case wait <= 0:
			return nil
		case wait > allowed:
			return c.noRoom(ctx, a, wait)
		}
		woken, err := a.patience.sleepUnless(ctx, wait, anew)
		if err != nil {
			return c.ended(a.op, err)
		}
		if a.bulk || woken {
			continue
		}
		if wait, err = c.reserve(ctx, free(a.limits.buckets), 0); err != nil {
			return c.ended(a.op, err)
		}
		if wait <= 0 {
			return nil
		}
	}
}

// free is the buckets at no cost, which waits for pauses alone.
func free(buckets []channel.Bucket) []channel.Bucket {
	probes := make([]channel.Bucket, len(buckets))
	for i, b := range buckets {
		b.Cost = 0
		probes[i] = b
	}
	return probes
}

// noRoom is the failure of a call that would have to wait longer than it may. It is about the chat when the account's
// own limits would let it go earlier.
func (c *Channel) noRoom(ctx context.Context, a *attempt, wait time.Duration) *channel.Error {
	e := &channel.Error{
		Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount, Platform: c.account.Platform, Op: a.op,
		RetryAt: time.Now().Add(wait).UTC(),
	}
	if a.limits.account == len(a.limits.buckets) {
		return e
	}
	if a.limits.account > 0 { // a longest wait below zero takes nothing, whatever is free
		if without, err := c.reserve(ctx, a.limits.buckets[:a.limits.account], -1); err != nil || without >= wait {
			return e
		}
	}
	e.Scope = channel.ScopeChat
	return e
}

// pause lets nothing be taken from the pace that v names, for the chats of a, before the time that it names, or, where it
// names none that is still to come, before one that the engine chooses and notes in v.
func (c *Channel) pause(ctx context.Context, a *attempt, v *Verdict) {
	p := c.paces[v.Pause]
	if p == nil {
		return
	}
	chats := a.chatIDs
	if !p.Chat {
		chats = []string{""}
	}
	for _, id := range chats {
		key := c.limitKey(p, id)
		if !v.Error.RetryAt.After(time.Now()) {
			v.Error.RetryAt = c.sender.throttles.again(key)
		}
		c.pauseUntil(context.WithoutCancel(ctx), key, v.Error.RetryAt)
		if wide := c.paces[v.Widens]; wide != nil {
			if until := c.sender.storm.refused(key, v.Error.RetryAt); !until.IsZero() {
				c.pauseUntil(context.WithoutCancel(ctx), c.limitKey(wide, ""), until)
			}
		}
	}
}
