package telegramtest

import "time"

// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
var (
	perChat  = window{count: 1, length: time.Second}
	perGroup = window{count: 20, length: time.Minute}
	perBot   = window{count: 30, length: time.Second}
	paid     = window{count: 1000, length: time.Second} // in the place of perBot
)

// window allows count messages in any stretch of time of this length, wherever the stretch begins.
type window struct {
	count  int
	length time.Duration
}

// wait is how long from now the next messages have to wait; sent are the times of those before them.
func (w window) wait(sent []time.Time, next int, now time.Time) time.Duration {
	if len(sent)+next <= w.count {
		return 0
	}
	return max(0, sent[len(sent)+next-w.count-1].Add(w.length).Sub(now))
}

// sendLog is a run of send times, oldest first, no longer than its largest window needs.
type sendLog []time.Time

func (l *sendLog) add(now time.Time, longest int) {
	*l = append(*l, now)
	*l = (*l)[max(0, len(*l)-longest):]
}

// limit counts what the call sends to a chat, or refuses it.
func (c *call) limit(to *chat, items int) *apiError {
	if c.s.cfg.PaidBroadcasts && c.flag("allow_paid_broadcast") {
		return c.s.limit(to, items, paid)
	}
	return c.s.limit(to, items, perBot)
}

// limit counts the items of an album, or one message; bot is the window of all chats together. An album is one message
// of its chat's second: short bursts are tolerated there. What is refused does not count.
func (s *Server) limit(to *chat, items int, bot window) *apiError {
	now := time.Now()
	wait := to.floodUntil.Sub(now)
	if wait > 0 {
		return tooManyRequests(ceilSeconds(wait))
	}
	if s.cfg.NoLimits {
		return nil
	}
	wait = max(perChat.wait(to.sent, 1, now), bot.wait(s.sent, items, now))
	if to.kind != private {
		wait = max(wait, perGroup.wait(to.sent, items, now), to.slowWait(now))
	}
	if wait > s.cfg.Jitter {
		return tooManyRequests(ceilSeconds(wait))
	}
	for range items {
		to.sent.add(now, perGroup.count)
		s.sent.add(now, paid.count)
	}
	return nil
}
