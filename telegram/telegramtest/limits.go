package telegramtest

import "time"

// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
var (
	perChat  = window{count: 1, length: time.Second}
	perGroup = window{count: 20, length: time.Minute}
	perBot   = window{count: 30, length: time.Second}
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

// sendLog is a run of send times, oldest first, no longer than any window needs.
type sendLog []time.Time

func (l *sendLog) add(now time.Time) {
	*l = append(*l, now)
	if longest := max(perChat.count, perGroup.count, perBot.count); len(*l) > longest {
		*l = append((*l)[:0], (*l)[len(*l)-longest:]...)
	}
}

// limit counts one message to a chat, or refuses it. A refused one does not count.
func (s *Server) limit(to *chat) *apiError { return s.limitAlbum(to, 1) }

// limitAlbum counts each item of an album, but takes it for one message of the chat's second: short bursts are
// tolerated there.
func (s *Server) limitAlbum(to *chat, items int) *apiError {
	now := time.Now()
	wait := to.floodUntil.Sub(now)
	if wait > 0 {
		return tooManyRequests(ceilSeconds(wait))
	}
	if s.cfg.NoLimits {
		return nil
	}
	wait = max(perChat.wait(to.sent, 1, now), perBot.wait(s.sent, items, now))
	if to.kind != private {
		wait = max(wait, perGroup.wait(to.sent, items, now), to.slowWait(now))
	}
	if wait > s.cfg.Jitter {
		return tooManyRequests(ceilSeconds(wait))
	}
	for range items {
		to.sent.add(now)
		s.sent.add(now)
	}
	return nil
}
