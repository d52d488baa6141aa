package adapter

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// crash has a store refuse everything from a call on, as if the process were gone.
func crash(store channel.Store) (channel.Store, *atomic.Bool) {
	var crashed atomic.Bool
	return &failingStore{Store: store, fail: func(string, channel.Key) bool { return crashed.Load() }}, &crashed
}

func TestCrashInTheMiddleOfACallIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, deduplicates := range map[string]time.Duration{"which stays": 0, "which is tried again where that is safe": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				shared := channel.NewMemoryStore()
				store, crashed := crash(shared)
				d := inParts()
				d.rules.Deduplicates = deduplicates
				d.send = func(ctx context.Context, n int, _ *Part) error {
					if n == 2 {
						crashed.Store(true)
						<-ctx.Done()
						return ctx.Err()
					}
					return nil
				}
				ctx, kill := context.WithCancel(t.Context())
				var all sync.WaitGroup
				all.Go(func() { _, _ = newSender(t, d, channel.Options{Store: store}).Send(ctx, "chat", keyedText(threeParts)) })
				synctest.Wait()
				began := time.Now()
				sent, err := newSender(t, d, channel.Options{Store: shared}).Send(t.Context(), "chat", keyedText(threeParts))
				assert.GreaterOrEqual(t, time.Since(began), lease-time.Second, "the lease lapses first")
				if deduplicates == 0 {
					assert.ErrorIs(t, err, channel.ErrOutcomeUnknown)
					assert.Equal(t, []string{"m1"}, sent.MessageIDs)
					assert.Len(t, d.all(), 2)
				} else {
					require.NoError(t, err)
					assert.Equal(t, []string{"m1", "m3", "m4"}, sent.MessageIDs)
					calls := d.all()
					assert.Equal(t, calls[1].nonce, calls[2].nonce)
				}
				kill()
				all.Wait()
			})
		})
	}
}

func TestStoreThatForgetsClaimsRemembersProgress(t *testing.T) {
	t.Parallel()
	values, d := channel.NewMemoryStore(), inParts()
	d.send = func(_ context.Context, n int, _ *Part) error {
		if n == 2 {
			return overHTTP(io.EOF)
		}
		return nil
	}
	for range 2 { // each with claims of its own, as after a restart of a store that drops those under way
		store := &newClaims{Store: values, claims: channel.NewMemoryStore()}
		_, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", keyedText(threeParts))
		assert.ErrorIs(t, err, channel.ErrOutcomeUnknown)
	}
	assert.Len(t, d.all(), 2)
}

// newClaims is a store without the claims that it had.
type newClaims struct {
	channel.Store
	claims channel.Store
}

func (s *newClaims) Claim(ctx context.Context, k channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	return s.claims.Claim(ctx, k, lease, keep)
}

func (s *newClaims) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	return s.claims.Commit(ctx, c, answer, keep)
}

func (s *newClaims) Release(ctx context.Context, c channel.Claim, counts bool) error {
	return s.claims.Release(ctx, c, counts)
}

func TestStoreThatFailsNeverHasAKeySentTwice(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"claim", "get", "swap", "renew", "commit", "release", "all"} {
		for from := range 12 {
			for _, executed := range []bool{true, false} { // by a store that fails: what it did is not known
				t.Run(fmt.Sprint(op, " from call ", from, " executed ", executed), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { failAt(t, op, from, executed) })
				})
			}
		}
	}
}

// forgetful executes the operations that it fails.
type forgetful struct{ failingStore }

func (s *forgetful) CompareAndSwap(ctx context.Context, k channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	ok, _ := s.Store.CompareAndSwap(ctx, k, old, new, ttl)
	return ok, s.broken("swap", k)
}

func (s *forgetful) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	_ = s.Store.Commit(ctx, c, answer, keep)
	return s.broken("commit", c.Key)
}

func failAt(t *testing.T, op string, from int, executed bool) {
	shared := channel.NewMemoryStore()
	calls := 0
	failing := failingStore{Store: shared, fail: func(o string, k channel.Key) bool {
		if k.Kind != channel.KeySend || op != "all" && o != op {
			return false
		}
		calls++
		return calls > from
	}}
	var store channel.Store = &failing
	if executed {
		store = &forgetful{failing}
	}
	d := inParts()
	texts := map[string]int{} // that went out
	refuses := true
	d.send = func(_ context.Context, n int, p *Part) error {
		if n == 3 && refuses {
			return refusal(channel.ErrForbidden, channel.ScopeMessage)
		}
		texts[p.Message.Text]++
		return nil
	}
	_, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", keyedText(threeParts))
	refuses = false
	if len(d.all()) == 0 {
		require.ErrorIs(t, err, channel.ErrUnavailable)
	} else {
		require.ErrorIs(t, err, channel.ErrForbidden)
	}
	time.Sleep(lease)
	sent, err := newSender(t, d, channel.Options{Store: shared}).Send(t.Context(), "chat", keyedText(threeParts))
	for text, n := range texts {
		require.Equal(t, 1, n, text)
	}
	if err != nil {
		require.ErrorIs(t, err, channel.ErrOutcomeUnknown, "it is not sent, and the caller is told that it may be")
		return
	}
	require.Len(t, texts, 3)
	require.Len(t, sent.MessageIDs, 3)
}

func TestSendGoesOnAndIsRememberedWhenItsCommitFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := channel.NewMemoryStore()
		d := inParts()
		store := &failingStore{Store: shared, fail: func(op string, _ channel.Key) bool { return op == "commit" }}
		first, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", keyedText(threeParts))
		require.NoError(t, err)
		again, err := newSender(t, d, channel.Options{Store: shared}).Send(t.Context(), "chat", keyedText(threeParts))
		require.NoError(t, err)
		assert.Equal(t, first, again)
		assert.Len(t, d.all(), 3)
	})
}

func TestStoreThatFailsStopsNoSendWithoutAKey(t *testing.T) {
	t.Parallel()
	d := paced(perAccount)
	c := newSender(t, d, channel.Options{Store: &failingStore{Store: channel.NewMemoryStore(), fail: func(string, channel.Key) bool { return true }}})
	_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
	require.NoError(t, err)
	_, err = c.Send(t.Context(), "chat", keyedText("hi"))
	assert.ErrorIs(t, err, channel.ErrUnavailable)
	assert.Len(t, d.all(), 1)
}

func TestSendWithoutAKeyWritesNothing(t *testing.T) {
	t.Parallel()
	var written atomic.Int32
	c := newSender(t, inParts(), channel.Options{Store: &failingStore{Store: channel.NewMemoryStore(), fail: func(op string, _ channel.Key) bool {
		if op != "get" && op != "reserve" {
			written.Add(1)
		}
		return false
	}}})
	_, err := c.Send(t.Context(), "chat", channel.Text(threeParts))
	require.NoError(t, err)
	assert.Zero(t, written.Load())
}

func TestSendWithAKeyWritesOncePerPart(t *testing.T) {
	t.Parallel()
	ops := map[string]int{}
	c := newSender(t, inParts(), channel.Options{Store: &failingStore{Store: channel.NewMemoryStore(), fail: func(op string, k channel.Key) bool {
		if k.Kind == channel.KeySend {
			ops[op]++
		}
		return false
	}}})
	_, err := c.Send(t.Context(), "chat", keyedText(threeParts))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"claim": 1, "get": 1, "swap": 3, "commit": 1}, ops)
}

func TestHalfAnAlbumUnderAKeyIsNotSentAgain(t *testing.T) {
	t.Parallel()
	d := &sendDriver{send: failingFirst(1, errRefused), sent: func(int, *Part) channel.Sent {
		return channel.Sent{MessageIDs: []string{"m1"}}
	}}
	c := newSender(t, d, channel.Options{})
	_, err := c.Send(t.Context(), "chat", keyedText("an album, as it were"))
	require.ErrorIs(t, err, channel.ErrUnavailable)
	sent, err := c.Send(t.Context(), "chat", keyedText("an album, as it were"))
	assert.ErrorIs(t, err, channel.ErrOutcomeUnknown)
	assert.Equal(t, []string{"m1"}, sent.MessageIDs)
	assert.Len(t, d.all(), 1)
}

func TestKeyIsGivenBackWhenTheContextEndsBeforeTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perChat)
		c := newSender(t, d, channel.Options{})
		_, err := c.Send(t.Context(), "chat", channel.Text("before"))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err = c.Send(ctx, "chat", keyedText("hi"))
		require.ErrorIs(t, err, channel.ErrUnavailable)
		_, err = c.Send(t.Context(), "chat", keyedText("hi"))
		require.NoError(t, err, "the claim was given back although the context was over")
		assert.Equal(t, []string{"before", "hi"}, d.texts())
	})
}

// stalling is a Store that one process reaches late: its first write takes a minute, and its leases are not renewed.
type stalling struct {
	channel.Store
	stalled bool
}

func (s *stalling) Renew(context.Context, channel.Claim, time.Duration) error { return errBroken }

func (s *stalling) CompareAndSwap(ctx context.Context, k channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	if k.Kind == channel.KeySend && !s.stalled {
		s.stalled = true
		time.Sleep(time.Minute)
	}
	return s.Store.CompareAndSwap(ctx, k, old, new, ttl)
}

func TestWhoLostTheLeaseOfAKeySendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mem := channel.NewMemoryStore()
		slow, quick := &sendDriver{}, &sendDriver{}
		late := newSender(t, slow, channel.Options{Store: &stalling{Store: mem}})
		c := newSender(t, quick, channel.Options{Store: mem})
		m := channel.Message{Text: "hi", Key: "k"}
		ended := make(chan error, 1)
		go func() {
			_, err := late.Send(t.Context(), "chat", m)
			ended <- err
		}()
		time.Sleep(20 * time.Second) // the lease ran out
		_, err := c.Send(t.Context(), "chat", m)
		assert.NoError(t, err)
		assert.ErrorIs(t, <-ended, channel.ErrConflict)
		assert.Equal(t, 1, len(slow.all())+len(quick.all()))
	})
}
