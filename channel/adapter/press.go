package adapter

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/parley-go/parley/channel"
)

const answerWait = 5 * time.Second // for the empty answer to a press

// presses are those whose handler runs and did not answer them yet.
type presses struct {
	mu      sync.Mutex
	waiting []string
}

// pressID is the ID by which a press is answered; empty: the event is none, or waits for no answer.
func pressID(e *channel.Event) string {
	if e.Kind != channel.EventPostback || e.Postback == nil {
		return ""
	}
	return e.Postback.ID
}

func (p *presses) add(id string) {
	if id == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, id)
}

// take removes a press and reports whether it was waiting.
func (p *presses) take(id string) bool {
	if id == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.waiting, id)
	if i < 0 {
		return false
	}
	p.waiting = slices.Delete(p.waiting, i, i+1)
	return true
}

// answered notes that a call answers the press with this Postback.ID, so that the engine does not.
func (c *Channel) answered(pressID string) { c.receiver.presses.take(pressID) }

// answerPress answers a press that its handler left unanswered, so that the button stops waiting.
func (c *Channel) answerPress(ctx context.Context, e *channel.Event) {
	if c.options.ManualAnswer {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	_, err := Do(ctx, c, Call{Op: "answer", Repeatable: true}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.driver.AnswerPress(ctx, e)
	})
	if err != nil {
		c.log.Warn("press not answered", "event", e.ID, "error", err)
	}
}
