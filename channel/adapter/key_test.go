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

func keyedText(s string) channel.Message { return channel.Message{Text: s, Key: "key"} }

func TestRepeatAfterSuccessReturnsTheFirstSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		d := inParts()
		first, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", keyedText(threeParts))
		require.NoError(t, err)
		require.Len(t, first.MessageIDs, 3)
		time.Sleep(23 * time.Hour)
		again, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", keyedText(threeParts))
		require.NoError(t, err)
		assert.Equal(t, first, again)
		assert.Len(t, d.all(), 3)
	})
}

func TestKeysAreApart(t *testing.T) {
	t.Parallel()
	d := &sendDriver{}
	c := newSender(t, d, channel.Options{})
	sends := []struct{ chat, key string }{{"a", "b:c"}, {"a:b", "c"}, {"a", "b"}, {"ab", ""}, {"a", "1:a:b"}, {"1:a", "b"}}
	for _, s := range sends {
		_, err := c.Send(t.Context(), s.chat, channel.Message{Text: s.chat + " " + s.key, Key: s.key})
		require.NoError(t, err)
	}
	assert.Len(t, d.all(), len(sends))
	nonces := map[uint64]bool{}
	for _, call := range d.all() {
		nonces[call.nonce] = true
	}
	assert.Len(t, nonces, len(sends))
}

func TestAnotherMessageUnderTheSameKeyIsInvalid(t *testing.T) {
	t.Parallel()
	d := inParts()
	c := newSender(t, d, channel.Options{})
	_, err := c.Send(t.Context(), "chat", keyedText("one"))
	require.NoError(t, err)
	_, err = c.Send(t.Context(), "chat", keyedText("two"))
	e := failure(t, err)
	assert.Equal(t, channel.ErrInvalid, e.Reason)
	assert.Contains(t, e.Error(), "another message")
	assert.Equal(t, []string{"one"}, d.texts())
}

func TestRepeatGoesOnAtTheFirstUnsentPart(t *testing.T) {
	t.Parallel()
	for name, repeat := range map[string]func(original channel.Message, rest channel.Message) channel.Message{
		"with the original message": func(original, _ channel.Message) channel.Message { return original },
		"with the rest":             func(_, rest channel.Message) channel.Message { return rest },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := channel.NewMemoryStore()
			d := inParts()
			failing := map[int]bool{2: true, 4: true}
			d.send = func(_ context.Context, n int, _ *Part) error {
				if failing[n] {
					return refusal(channel.ErrForbidden, channel.ScopeMessage)
				}
				return nil
			}
			original := keyedText("aaaa bbbb cccc dddd")
			m := original
			for i := range 3 {
				sent, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", m)
				if i == 2 {
					require.NoError(t, err)
					assert.Equal(t, []string{"m1", "m3", "m5", "m6"}, sent.MessageIDs)
					assert.Nil(t, sent.Rest)
					break
				}
				require.ErrorIs(t, err, channel.ErrForbidden)
				require.NotNil(t, sent.Rest)
				assert.Equal(t, "key", sent.Rest.Key)
				assert.Len(t, sent.MessageIDs, i+1)
				m = repeat(original, *sent.Rest)
			}
			assert.Equal(t, []string{"aaaa ", "bbbb ", "bbbb ", "cccc ", "cccc ", "dddd"}, d.texts())
			calls := d.all()
			assert.Equal(t, calls[1].nonce, calls[2].nonce, "the same part has the same nonce in every process")
			assert.Equal(t, calls[3].nonce, calls[4].nonce)
			for i, index := range []int{0, 1, 1, 2, 2, 3} {
				assert.Equal(t, index, calls[i].index)
			}
			for _, m := range []channel.Message{original, keyedText("bbbb cccc dddd"), keyedText("cccc dddd")} {
				sent, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", m)
				if m.Text == "bbbb cccc dddd" && err != nil { // never returned as a Rest where it was not asked for
					require.Fail(t, "an earlier rest is good too", "%v", err)
				}
				require.NoError(t, err)
				assert.Len(t, sent.MessageIDs, 4)
			}
			assert.Len(t, d.all(), 6)
		})
	}
}

func TestFailureThatSentNothingLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]struct {
		err error
		o   channel.Options
	}{
		"refused by the platform": {refusal(channel.ErrForbidden, channel.ScopeMessage), channel.Options{}},
		"never reached":           {errRefused, channel.Options{MaxWait: -1}},
		"rate limited":            {refusal(channel.ErrRateLimited, channel.ScopeAccount), channel.Options{MaxWait: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := inParts()
			d.send = failingFirst(1, failing.err)
			c := newSender(t, d, failing.o)
			sent, err := c.Send(t.Context(), "chat", keyedText(threeParts))
			failure(t, err)
			assert.Equal(t, threeParts, sent.Rest.Text)
			sent, err = c.Send(t.Context(), "chat", keyedText("other"))
			require.NoError(t, err, "nothing was sent: the key is free even for another message")
			assert.Equal(t, []string{"m2"}, sent.MessageIDs)
		})
	}
}

func TestUnknownOutcomeStaysUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		d := inParts()
		d.send = func(_ context.Context, n int, _ *Part) error {
			if n == 2 {
				return overHTTP(io.EOF)
			}
			return nil
		}
		m := keyedText(threeParts)
		for range 3 {
			sent, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", m)
			assert.ErrorIs(t, err, channel.ErrOutcomeUnknown)
			assert.Equal(t, []string{"m1"}, sent.MessageIDs)
			require.NotNil(t, sent.Rest)
			assert.Equal(t, "bbbb cccc", sent.Rest.Text)
			m = *sent.Rest
		}
		assert.Len(t, d.all(), 2)
	})
}

func TestUnknownOutcomeIsTriedAgainWhereThePlatformDeduplicates(t *testing.T) {
	t.Parallel()
	for after, known := range map[time.Duration]bool{time.Minute: true, 2 * time.Hour: false} {
		t.Run(after.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := channel.NewMemoryStore()
				d := inParts()
				d.rules.Deduplicates = time.Hour
				d.send = func(_ context.Context, n int, _ *Part) error {
					if n >= 2 && n <= 4 {
						return overHTTP(io.EOF)
					}
					return nil
				}
				_, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", keyedText(threeParts))
				require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
				require.Len(t, d.all(), 4)
				time.Sleep(after)
				sent, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "chat", keyedText(threeParts))
				if !known {
					require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
					assert.Len(t, d.all(), 4)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, []string{"m1", "m5", "m6"}, sent.MessageIDs)
				calls := d.all()
				assert.Equal(t, calls[1].nonce, calls[4].nonce)
			})
		})
	}
}

func TestRepeatWaitsForTheOneThatRuns(t *testing.T) {
	t.Parallel()
	for name, replicas := range map[string]int{"in one process": 1, "in two": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := channel.NewMemoryStore()
				d := inParts()
				d.send = func(context.Context, int, *Part) error { // longer than the lease
					time.Sleep(25 * time.Second)
					return nil
				}
				var engines []*Channel
				for range replicas {
					engines = append(engines, newSender(t, d, channel.Options{Store: store}))
				}
				var all sync.WaitGroup
				var results [8]channel.Sent
				for i := range results {
					all.Go(func() {
						sent, err := engines[i%replicas].Send(t.Context(), "chat", keyedText(threeParts))
						assert.NoError(t, err)
						results[i] = sent
					})
				}
				impatient, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				synctest.Wait()
				_, err := engines[0].Send(impatient, "chat", keyedText(threeParts))
				assert.ErrorIs(t, err, channel.ErrConflict)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				all.Wait()
				assert.Len(t, d.all(), 3)
				for _, sent := range results {
					assert.Equal(t, results[0], sent)
				}
			})
		})
	}
}

func TestRepeatThatWaitsForAnotherProcessHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		slow, quick := &sendDriver{}, &sendDriver{}
		slow.send = func(context.Context, int, *Part) error {
			time.Sleep(time.Minute)
			return nil
		}
		a, b := newSender(t, slow, channel.Options{Store: store}), newSender(t, quick, channel.Options{Store: store})
		var all sync.WaitGroup
		for _, c := range []*Channel{a, b} {
			all.Go(func() {
				_, err := c.Send(t.Context(), "chat", keyedText("hi"))
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		began := time.Now()
		_, err := b.Send(t.Context(), "chat", channel.Text("meanwhile"))
		require.NoError(t, err)
		assert.Zero(t, time.Since(began))
		all.Wait()
		assert.Equal(t, []string{"meanwhile"}, quick.texts())
	})
}

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
