package adapter

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	maxMoves  = 4096 // remembered in the process; beyond, they are learnt anew
	keepMoves = 365 * 24 * time.Hour
)

// moves is where chats went that have a new ID, as far as this process saw a call fail for it.
type moves struct {
	mu sync.RWMutex
	to map[string]string
	n  atomic.Int32 // len(to), to pass by without the lock
}

// latest is the ID that a chat of the platform's own has now.
func (m *moves) latest(chatID string) string {
	if m.n.Load() == 0 {
		return chatID
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for range 8 { // a chat rarely moves twice; two that name one another must not keep us
		to, ok := m.to[chatID]
		if !ok {
			break
		}
		chatID = to
	}
	return chatID
}

func (m *moves) note(from, to string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.to == nil || len(m.to) >= maxMoves {
		m.to = make(map[string]string)
	}
	m.to[from] = to
	delete(m.to, to) // it is where messages arrive now
	m.n.Store(int32(len(m.to)))
}

// chatOf is the platform's own chat in a chat's ID: that is what moves, and what there is a right to write to.
func (c *Channel) chatOf(chatID string) string {
	if c.rules.ChatOf == nil {
		return chatID
	}
	return c.rules.ChatOf(chatID)
}

// moved is chatID with another chat of the platform's own in it.
func (c *Channel) moved(chatID, to string) string {
	return c.chatOf(to) + strings.TrimPrefix(chatID, c.chatOf(chatID))
}

// latest is the ID that a chat has now.
func (c *Channel) latest(chatID string) string {
	if c.sender.moves.n.Load() == 0 {
		return chatID
	}
	return c.moved(chatID, c.sender.moves.latest(c.chatOf(chatID)))
}

// noteMove remembers a chat's new ID, also for other processes and for after a restart.
func (c *Channel) noteMove(ctx context.Context, from, to string) {
	from, to = c.chatOf(from), c.chatOf(to)
	if from == "" || to == "" || from == to || c.sender.moves.latest(from) == to {
		return
	}
	c.sender.moves.note(from, to)
	key := c.key(channel.KeyMoved, from)
	old, err := c.store.Get(ctx, key)
	if err == nil && string(old) != to {
		_, err = c.store.CompareAndSwap(ctx, key, old, []byte(to), keepMoves)
	}
	if err != nil {
		c.log.Warn("the new ID of a chat was not stored", "chat", from, "error", err)
	}
}

// movedTo is the new ID of the only chat of a failed call: the one that the platform names, or, where it knows the old
// one no more, the one it named to somebody before.
func (c *Channel) movedTo(ctx context.Context, a *attempt, v *Verdict) string {
	if len(a.chatIDs) != 1 {
		return ""
	}
	from := a.chatIDs[0]
	if v.MovedTo != "" {
		c.noteMove(context.WithoutCancel(ctx), from, v.MovedTo)
		return c.moved(from, v.MovedTo)
	}
	if v.Error.Scope != channel.ScopeChat || v.Error.Reason != channel.ErrNotFound && v.Error.Reason != channel.ErrGone {
		return ""
	}
	to, err := c.store.Get(ctx, c.key(channel.KeyMoved, c.chatOf(from)))
	if err != nil || len(to) == 0 {
		return ""
	}
	c.sender.moves.note(c.chatOf(from), string(to))
	return c.moved(from, string(to))
}
