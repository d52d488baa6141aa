package adapter

import (
	"time"

	"github.com/parley-go/parley/channel"
)

// apply merges the lesson into what is known: the newest wins, by the platform's time, whatever came first.
func (l *lesson) apply(k *known) {
	for _, s := range []*channel.Subscription{l.implied, l.told} {
		if s == nil {
			continue
		}
		if l.passing {
			k.PassEnds = later(k.PassEnds, s.WindowEnds)
			k.PassAt = later(k.PassAt, l.at)
			continue
		}
		if s.State != channel.StateUnknown && l.decides(k) {
			k.become(s.State, s.Reason, since(s, l.at))
			k.At, k.Seq, k.Seen, k.Failed = l.at, l.seq, l.seen, false
		}
		k.AgentWindowEnds = later(k.AgentWindowEnds, s.AgentWindowEnds) // a failure closes the other alone
		if k.ClosedAt.IsZero() || l.at.After(k.ClosedAt) {
			k.WindowEnds = later(k.WindowEnds, s.WindowEnds)
			if !s.WindowEnds.IsZero() {
				k.WindowAt = later(k.WindowAt, l.at)
			}
		}
		if (s.NoPromotion || l.about && s == l.told) && !newer(k.PromoAt, k.PromoSeq, l.at, l.seq) {
			k.NoPromotion, k.PromoAt, k.PromoSeq = s.NoPromotion, l.at, l.seq
		}
	}
	switch {
	case l.failure == "":
	case l.failure == channel.ErrWindowClosed:
		if l.at.After(k.ClosedAt) && !k.WindowAt.After(l.at) {
			k.WindowEnds, k.ClosedAt = l.at.UTC(), l.at.UTC()
		}
	case l.decides(k):
		k.become(channel.StateInactive, l.failure, l.at)
		k.At, k.Seq, k.Seen, k.Failed = l.at, l.seq, l.seen, true
	}
}

// decides reports whether the lesson is not older than what State is known from. The very event that a failure came
// after, told again, does not undo the failure.
func (l *lesson) decides(k *known) bool {
	if l.at.Equal(k.At) && l.seq == k.Seq {
		return !k.Failed
	}
	return newer(l.at, l.seq, k.At, k.Seq)
}

func newer(at time.Time, seq int64, than time.Time, thanSeq int64) bool {
	return at.After(than) || at.Equal(than) && seq > thanSeq
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b.UTC()
	}
	return a
}

func since(s *channel.Subscription, at time.Time) time.Time {
	if !s.Since.IsZero() {
		return s.Since
	}
	return at
}

// become sets the state; Since stays when it is the same.
func (k *known) become(state channel.State, reason channel.Reason, since time.Time) {
	if state == channel.StateActive {
		reason = ""
	}
	if k.State == state && k.Reason == reason {
		return
	}
	if k.State != state {
		k.Since = since.UTC()
	}
	k.State, k.Reason = state, reason
}

// failed merges a failure of a call that began at since, by our clock. The platform's clock may be behind ours: the state
// counts as learnt a little earlier, so that what the person does next is the newer.
func (k *known) failed(reason channel.Reason, now, since time.Time) {
	if k.Seen.After(since) {
		return
	}
	k.Seen, k.Failed = now, true
	if !k.PassAt.After(since) {
		k.PassEnds = time.Time{}
	}
	if at := now.Add(-clockSkew); at.After(k.At) {
		k.At, k.Seq = at, 0
	}
	if reason == channel.ErrWindowClosed {
		k.WindowEnds, k.ClosedAt = now, k.At
		return
	}
	k.become(channel.StateInactive, reason, now)
}

// asked merges the platform's answer to a question of since, by our clock.
func (k *known) asked(s *channel.Subscription, asked time.Time) {
	k.Asked = asked.UTC()
	k.WindowEnds = later(k.WindowEnds, s.WindowEnds)
	k.AgentWindowEnds = later(k.AgentWindowEnds, s.AgentWindowEnds)
	if k.Seen.After(asked) {
		return
	}
	if s.State != channel.StateUnknown {
		k.become(s.State, s.Reason, since(s, asked))
		k.Seen, k.Failed = asked.UTC(), true
		if at := asked.Add(-clockSkew).UTC(); at.After(k.At) {
			k.At, k.Seq = at, 0
		}
	}
	if s.NoPromotion {
		k.NoPromotion, k.PromoAt = true, later(k.PromoAt, asked.Add(-clockSkew))
	}
}
