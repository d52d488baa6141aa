package telegramtest

import (
	"encoding/json"
	"time"
)

const (
	longestPoll    = 50
	mostUpdates    = 100
	repeatedWithin = 3 * time.Second
)

// pollState is the one getUpdates that may wait at a time.
type pollState struct {
	waiting    *poller
	lastOffset int64
	lastEnd    time.Time // zero: none has ended yet
	lastEmpty  bool
}

type poller struct {
	news chan struct{} // holds one token when something may have changed
	end  chan *apiError
}

// wake tells a waiting getUpdates to look again.
func (p *pollState) wake() {
	if p.waiting == nil {
		return
	}
	select {
	case p.waiting.news <- struct{}{}:
	default:
	}
}

// end makes a waiting getUpdates fail.
func (p *pollState) end(reason *apiError) {
	if p.waiting != nil {
		p.waiting.end <- reason
		p.waiting = nil
	}
}

func (c *call) getUpdates() (any, *apiError) {
	me, offset, wait, refusal := c.beginPoll()
	if refusal != nil {
		return nil, refusal
	}
	quiet := time.NewTimer(wait.least)
	defer quiet.Stop()
	deadline := time.NewTimer(max(wait.least, wait.most))
	defer deadline.Stop()
	limit := int(c.number("limit", mostUpdates, 1, mostUpdates))
	calm := wait.least == 0
	late := wait.most == 0 && calm
	for {
		if calm {
			if found, over := c.tryPoll(me, offset, limit, late); over {
				return found, nil
			}
		}
		select {
		case refusal := <-me.end:
			return nil, refusal
		case <-me.news:
		case <-quiet.C:
			calm = true
		case <-deadline.C:
			late, calm = true, true
		case <-c.ctx.Done():
			c.leavePoll(me)
			return nil, conflict("request cancelled") // nobody is there to read it
		}
	}
}

// pollWait is how long a getUpdates waits: at least before it looks at all, and at most for something to come.
type pollWait struct{ least, most time.Duration }

// beginPoll acknowledges what the offset says and takes the place of the one poller.
func (c *call) beginPoll() (*poller, int64, pollWait, *apiError) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook.url != "" {
		return nil, 0, pollWait{}, conflict(
			"can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	s.poll.end(conflict("terminated by other getUpdates request; make sure that only one bot instance is running"))
	s.allowUpdates(c.str("allowed_updates"))
	offset := c.number("offset", 0, -1<<62, 1<<62)
	pending := s.updates.pending
	if offset < 0 {
		offset = 0
		if n := -c.number("offset", 0, -1<<62, 0); n <= int64(len(pending)) && n > 0 {
			offset = pending[int64(len(pending))-n].id
		}
	}
	s.acknowledge(offset)
	wait := pollWait{most: time.Duration(c.number("timeout", 0, 0, longestPoll)) * time.Second}
	raw := c.number("offset", 0, -1<<62, 1<<62)
	// Asking again for the same within three seconds is slowed down: a client that does not acknowledge has to
	// wait, one that merely polls too often gets a longer poll.
	if rest := time.Until(s.poll.lastEnd.Add(repeatedWithin)); !s.poll.lastEnd.IsZero() && raw == s.poll.lastOffset && rest > 0 {
		if s.poll.lastEmpty {
			wait.most = max(wait.most, rest)
		} else {
			wait.least = rest
		}
	}
	s.poll.lastOffset = raw
	me := &poller{news: make(chan struct{}, 1), end: make(chan *apiError, 1)}
	s.poll.waiting = me
	return me, offset, wait, nil
}

// acknowledge ends every update below the offset.
func (s *Server) acknowledge(offset int64) {
	for len(s.updates.pending) > 0 && s.updates.pending[0].id < offset {
		s.finish(s.updates.pending[0], nil)
	}
}

// tryPoll looks for updates; over says that the poll has its answer, found or not.
func (c *call) tryPoll(me *poller, offset int64, limit int, late bool) (found []json.RawMessage, over bool) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll.waiting != me {
		return nil, false // ended meanwhile: the reason waits in me.end
	}
	found = []json.RawMessage{}
	for _, u := range s.updates.pending {
		if u.id >= offset && len(found) < limit {
			found = append(found, u.body)
		}
	}
	if len(found) == 0 && !late {
		return nil, false
	}
	s.poll.waiting = nil
	s.poll.lastEnd, s.poll.lastEmpty = time.Now(), len(found) == 0
	return found, true
}

func (c *call) leavePoll(me *poller) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.poll.waiting == me {
		c.s.poll.waiting = nil
	}
}
