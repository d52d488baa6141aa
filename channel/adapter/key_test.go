package adapter

import (
	"context"
	"io"
	"sync"
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

func TestRestOfARepeatThatIsRefusedIsWhatIsStillToSend(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]struct {
		o      channel.Options
		before func(c *Channel, d *sendDriver) (release func())
		reason channel.Reason
	}{
		"because the person left": {
			before: func(c *Channel, d *sendDriver) func() {
				_ = c.learn(context.Background(), optOut("chat", time.Now()))
				return func() {}
			},
			reason: channel.ErrBlocked,
		},
		"because it may not wait for the chat's line": {
			o: channel.Options{MaxWait: time.Second},
			before: func(c *Channel, _ *sendDriver) func() {
				return c.sender.lines.enter("chat").leave
			},
			reason: channel.ErrRateLimited,
		},
		"because the person left while it waited": {
			before: func(c *Channel, _ *sendDriver) func() {
				ahead := c.sender.lines.enter("chat")
				time.AfterFunc(time.Second, func() {
					_ = c.learn(context.Background(), optOut("chat", time.Now()))
					ahead.leave()
				})
				return func() {}
			},
			reason: channel.ErrBlocked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := inParts()
				d.send = func(_ context.Context, n int, _ *Part) error {
					if n == 2 {
						return refusal(channel.ErrForbidden, channel.ScopeMessage)
					}
					return nil
				}
				c := newSender(t, d, refuse.o)
				sent, err := c.Send(t.Context(), "chat", keyedText(threeParts))
				require.ErrorIs(t, err, channel.ErrForbidden)
				require.NotNil(t, sent.Rest)
				require.Equal(t, keyedText("bbbb cccc"), *sent.Rest)
				release := refuse.before(c, d)
				for _, m := range []channel.Message{keyedText(threeParts), *sent.Rest} {
					again, err := c.Send(t.Context(), "chat", m)
					require.ErrorIs(t, err, refuse.reason)
					assert.Equal(t, []string{"m1"}, again.MessageIDs)
					require.NotNil(t, again.Rest)
					assert.Equal(t, keyedText("bbbb cccc"), *again.Rest, "the first part is in MessageIDs")
				}
				release()
				require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now().Add(time.Minute))))
				again, err := c.Send(t.Context(), "chat", *sent.Rest)
				require.NoError(t, err)
				assert.Equal(t, []string{"m1", "m3", "m4"}, again.MessageIDs)
				assert.Equal(t, []string{"aaaa ", "bbbb ", "bbbb ", "cccc"}, d.texts())
			})
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

func TestUnknownOutcomeStaysUnknownWhateverElseIsSo(t *testing.T) {
	t.Parallel()
	for beside, deduplicates := range map[string]time.Duration{"": 0, ", also where another try would tell": time.Hour} {
		for name, happens := range map[string]func(c *Channel, d *sendDriver){
			"the person left": func(c *Channel, _ *sendDriver) { _ = c.learn(context.Background(), optOut("chat", time.Now())) },
			"the chat's line does not move": func(c *Channel, _ *sendDriver) {
				ahead := c.sender.lines.enter("chat")
				time.AfterFunc(time.Hour, ahead.leave)
			},
			"the message cannot be sent any more": func(c *Channel, _ *sendDriver) { c.limits.Text.Max = -1 },
		} {
			t.Run(name+beside, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					d := inParts()
					d.rules.Deduplicates = deduplicates
					d.send = func(_ context.Context, n int, _ *Part) error {
						if n > 1 {
							return overHTTP(io.EOF)
						}
						return nil
					}
					c := newSender(t, d, channel.Options{MaxWait: 10 * time.Second})
					_, err := c.Send(t.Context(), "chat", keyedText("aaaa bbbb"))
					require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
					calls := len(d.all())
					happens(c, d)
					sent, err := c.Send(t.Context(), "chat", keyedText("aaaa bbbb"))
					require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
					assert.Equal(t, []string{"m1"}, sent.MessageIDs)
					assert.NotNil(t, sent.Rest)
					assert.Len(t, d.all(), calls)
				})
			})
		}
	}
}

func TestRepeatOfUnknownOutcomeTakesNoPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(Pace{Name: "all", N: 1, Per: time.Hour})
		d.send = func(context.Context, int, *Part) error { return overHTTP(io.EOF) }
		c := newSender(t, d, channel.Options{})
		_, err := c.Send(t.Context(), "chat", keyedText("hi"))
		require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
		began := time.Now()
		for range 3 {
			_, err = c.Send(t.Context(), "chat", keyedText("hi"))
			require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
		}
		assert.Zero(t, time.Since(began), "there is no call to wait for")
		d.send = nil
		_, err = c.Send(t.Context(), "other", channel.Text("hi"))
		require.NoError(t, err)
		assert.Equal(t, time.Hour, time.Since(began))
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
