package adapter

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestAnOldEventDoesNotUndoAFailureThatComesAtTheSameTime(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	blocked := &channel.Error{Reason: channel.ErrBlocked, Scope: channel.ScopeChat}
	for i := range 2000 {
		chat, now := strconv.Itoa(i), time.Now()
		require.NoError(t, c.learn(t.Context(), inbound(chat, now)))
		var both sync.WaitGroup
		both.Go(func() { c.learnFailure(t.Context(), chat, blocked, time.Now()) })
		for range 20 {
			require.NoError(t, c.learn(t.Context(), inbound(chat, now.Add(-time.Minute))))
		}
		both.Wait()
		require.Equal(t, channel.StateInactive, c.expected(t.Context(), chat).State, "round %d", i)
	}
}

// slowStore is slow to answer the first Get, which it has seen to already.
type slowStore struct {
	channel.Store
	slow         atomic.Bool
	read, answer chan struct{}
}

func (s *slowStore) Get(ctx context.Context, key channel.Key) ([]byte, error) {
	v, err := s.Store.Get(ctx, key)
	if s.slow.CompareAndSwap(true, false) {
		s.read <- struct{}{}
		<-s.answer
	}
	return v, err
}

func TestWhatWasReadBeforeAWriteIsNotRememberedAfterIt(t *testing.T) {
	t.Parallel()
	store := channel.NewMemoryStore()
	other := newSender(t, &sendDriver{}, channel.Options{Store: store})
	now := time.Now().Add(-time.Hour)
	require.NoError(t, other.learn(t.Context(), optOut("chat", now)))

	slow := &slowStore{Store: store, read: make(chan struct{}), answer: make(chan struct{})}
	slow.slow.Store(true)
	c := newSender(t, &sendDriver{}, channel.Options{Store: slow})
	asked := make(chan known)
	go func() { asked <- c.expected(t.Context(), "chat") }()
	<-slow.read
	require.NoError(t, c.learn(t.Context(), inbound("chat", now.Add(time.Minute))))
	slow.answer <- struct{}{}
	require.Equal(t, channel.StateInactive, (<-asked).State)
	require.Equal(t, channel.StateActive, c.expected(t.Context(), "chat").State, "the person came back")
}
