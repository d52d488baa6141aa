package adapter

import (
	"context"
	"sync"
)

type slotKey struct{}

// slot is a webhook's response that can carry one message to one chat, while its handler runs.
type slot struct {
	c      *Channel
	chatID string
	encode func(p *Part) ([]byte, error)

	mu     sync.Mutex
	closed bool
	body   []byte
}

// welcomes reports whether a Send with ctx to chatID would go into a webhook's response.
func (c *Channel) welcomes(ctx context.Context, chatID string) bool {
	s := c.slot(ctx, chatID)
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.closed
}

// welcome takes p as the answer of the webhook request that ctx belongs to, if that carries one for p.ChatID. taken is
// false when it does not, or did already. A part that cannot be encoded leaves the answer open.
func (c *Channel) welcome(ctx context.Context, p *Part) (taken bool, err error) {
	s := c.slot(ctx, p.ChatID)
	if s == nil {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false, nil
	}
	body, err := s.encode(p)
	if err != nil {
		return true, err
	}
	s.body, s.closed = body, true
	return true, nil
}

func (c *Channel) slot(ctx context.Context, chatID string) *slot {
	s, _ := ctx.Value(slotKey{}).(*slot)
	if s == nil || s.c != c || s.chatID != chatID {
		return nil
	}
	return s
}

// close ends the time in which the response can be written and returns it; a nil slot carries none.
func (s *slot) close() []byte {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.body
}
