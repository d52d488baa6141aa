package telegramtest

import (
	"math/rand/v2"
	"slices"
	"time"
)

// makeReady lines a queue up for delivery, unless it is busy, waits for a repetition or has nothing to deliver.
func (s *Server) makeReady(q *queue) {
	if q.ready || q.busy != nil || q.retry != nil || len(q.updates) == 0 {
		return
	}
	q.ready = true
	s.updates.ready = append(s.updates.ready, q)
}

// dispatch starts as many deliveries as the webhook's connections allow. Everything that changes what can be
// delivered calls it, with the lock held.
func (s *Server) dispatch() {
	for s.hook.url != "" && !s.closed && len(s.updates.ready) > 0 && s.updates.flying < s.hook.connections() {
		q := s.updates.ready[0]
		s.updates.ready = s.updates.ready[1:]
		q.ready = false
		if len(q.updates) == 0 {
			continue
		}
		fault := s.takeFaultLocked("", deliveryFaults)
		if fault.is(ReorderedDelivery) && q.held == nil {
			s.hold(q, fault.Delay)
			continue
		}
		u := q.updates[0]
		q.busy = u
		s.updates.flying++
		target := s.hook.target()
		s.running.Go(func() {
			out := s.attempt(target, u, fault)
			s.delivered(q, target, out)
		})
	}
}

// hold keeps the first update of a queue back until the one behind it is delivered, or until the time is up.
func (s *Server) hold(q *queue, limit time.Duration) {
	if limit == 0 {
		limit = time.Second
	}
	q.held, q.updates = q.updates[0], slices.Clone(q.updates[1:])
	u := q.held
	q.release = time.AfterFunc(limit, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if q.held == u {
			s.unhold(q)
			s.dispatch()
		}
	})
	s.makeReady(q)
}

func (s *Server) unhold(q *queue) {
	if q.held == nil {
		return
	}
	q.release.Stop()
	at := 0
	if q.busy != nil {
		at = 1
	}
	q.updates = slices.Insert(q.updates, at, q.held)
	q.held = nil
	s.makeReady(q)
}

// outcome is how a delivery ended. An empty failure is a success.
type outcome struct {
	failure    string
	gone       bool          // the bot answered 410
	retryAfter time.Duration // the bot asked for it
}

func (s *Server) delivered(q *queue, target *target, out outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := q.busy
	q.busy = nil
	s.updates.flying--
	current := target.generation == s.hook.generation
	if current {
		s.hook.note(out)
	}
	switch {
	case out.failure == "":
		s.finish(u, nil)
		s.unhold(q)
	case !u.over:
		u.attempts++
		u.lastErr = out.failure
		if u.expired {
			s.finish(u, u.expiryError())
		} else if current {
			s.retry(q, s.retryDelay(u, out))
		}
	}
	s.makeReady(q)
	s.dispatch()
}

func (s *Server) retry(q *queue, delay time.Duration) {
	if delay == 0 {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(delay, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if q.retry == timer {
			q.retry = nil
			s.makeReady(q)
			s.dispatch()
		}
	})
	q.retry = timer
}

const (
	longestRetryAfter = time.Hour
	lowestRetryCap    = time.Minute
	highestRetryCap   = 2 * time.Minute
)

// retryDelay is how long the platform waits after a failed delivery: not at all after the first, then 2, 4, 8
// seconds and so on up to a random cap. The cap depends on the seed and the update alone, not on the order in
// which concurrent deliveries fail.
func (s *Server) retryDelay(u *update, out outcome) time.Duration {
	if out.retryAfter > 0 {
		return min(out.retryAfter, longestRetryAfter)
	}
	if u.attempts == 1 {
		return 0
	}
	random := rand.New(rand.NewPCG(s.cfg.Seed, uint64(u.id)<<16|uint64(u.attempts&0xffff)))
	limit := lowestRetryCap + time.Duration(random.Int64N(int64(highestRetryCap-lowestRetryCap)))
	return min(time.Second<<min(u.attempts-1, 10), limit)
}
