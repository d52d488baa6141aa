package adapter

import (
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// inbound is a message of the person of a chat.
func inbound(chat string, at time.Time) *Incoming {
	return &Incoming{
		Event: channel.Event{
			ID: fmt.Sprint("in", at.UnixNano()), Kind: channel.EventMessage, Time: at,
			Chat: channel.Chat{ID: chat}, Message: &channel.Message{Text: "hi"},
		},
		Implies: &channel.Subscription{State: channel.StateActive},
	}
}

func optOut(chat string, at time.Time) *Incoming {
	return &Incoming{Event: channel.Event{
		ID: fmt.Sprint("out", at.UnixNano()), Kind: channel.EventSubscription, Time: at, Chat: channel.Chat{ID: chat},
		Subscription: &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked},
	}}
}

func subscriptionOf(t *testing.T, c *Channel, chat string) channel.Subscription {
	t.Helper()
	s, err := c.Subscription(t.Context(), chat)
	require.NoError(t, err)
	return s
}

// permutations calls f with each order of n things.
func permutations(n int, f func(order []int)) {
	order := make([]int, 0, n)
	var next func()
	next = func() {
		if len(order) == n {
			f(order)
			return
		}
		for i := range n {
			taken := false
			for _, o := range order {
				taken = taken || o == i
			}
			if !taken {
				order = append(order, i)
				next()
				order = order[:len(order)-1]
			}
		}
	}
	next()
}

func TestNewestWinsWhateverCameFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := func(minutes int) time.Time { return time.Now().Add(time.Duration(minutes-60) * time.Minute) }
		window := func(in *Incoming, ends time.Time) *Incoming {
			in.Implies.WindowEnds, in.Implies.AgentWindowEnds = ends, ends.Add(time.Hour)
			return in
		}
		promotions := func(minutes int, no bool) *Incoming {
			return &Incoming{Event: channel.Event{
				ID: fmt.Sprint("promo", minutes), Kind: channel.EventSubscription, Time: at(minutes), Chat: channel.Chat{ID: "chat"},
				Subscription: &channel.Subscription{NoPromotion: no},
			}}
		}
		failed := &Incoming{Event: channel.Event{
			ID: "failed", Kind: channel.EventReceipt, Time: at(25), Chat: channel.Chat{ID: "chat"},
			Receipt: &channel.Receipt{Status: channel.ReceiptFailed, Error: &channel.Error{Reason: channel.ErrGone, Scope: channel.ScopeChat}},
		}}
		sameSecond := inbound("chat", at(30))
		sameSecond.Seq = 1
		events := []*Incoming{
			window(inbound("chat", at(10)), at(1000)), optOut("chat", at(20)), failed, optOut("chat", at(30)), sameSecond,
			promotions(12, true), promotions(15, false),
		}
		permutations(len(events), func(order []int) {
			c := newSender(t, &sendDriver{}, channel.Options{})
			for _, i := range order {
				in := *events[i]
				if s := in.Event.Subscription; s != nil {
					copied := *s
					in.Event.Subscription = &copied
				}
				require.NoError(t, c.learn(t.Context(), &in))
			}
			s := subscriptionOf(t, c, "chat")
			s.Since = time.Time{}
			require.Equal(t, channel.Subscription{
				State: channel.StateActive, WindowEnds: at(1000).UTC(), AgentWindowEnds: at(1060).UTC(),
			}, s, "%v", order)
		})
	})
}

func TestSubscriptionEventTellsTheSubscriptionAsItNowIs(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	now := time.Now()
	require.NoError(t, c.learn(t.Context(), inbound("chat", now)))
	late := optOut("chat", now.Add(-time.Minute))
	require.NoError(t, c.learn(t.Context(), late))
	assert.Equal(t, channel.StateActive, late.Event.Subscription.State, "the person wrote since")
	next := optOut("chat", now.Add(time.Minute))
	require.NoError(t, c.learn(t.Context(), next))
	assert.Equal(t, channel.ErrBlocked, next.Event.Subscription.Reason)
	assert.Equal(t, now.Add(time.Minute).UnixNano(), next.Event.Subscription.Since.UnixNano())
	message := inbound("chat", now.Add(2*time.Minute))
	require.NoError(t, c.learn(t.Context(), message))
	assert.Nil(t, message.Event.Subscription, "a message stays a message")
}

func TestFailureThenMessageOfASlowPlatformClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{send: failingFirst(1, refusal(channel.ErrBlocked, channel.ScopeChat))}
		c := newSender(t, d, channel.Options{})
		require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now().Add(-time.Hour))))
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		assert.Equal(t, channel.ScopeChat, failure(t, err).Scope)
		assert.Len(t, d.all(), 1, "the second is refused before the network")
		time.Sleep(5 * time.Second)
		require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now().Add(-110*time.Second))))
		_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err)
	})
}

func TestFailureOfASendThatBeganBeforeTheMessageTeachesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{send: func(context.Context, int, *Part) error {
			time.Sleep(2 * time.Second)
			return refusal(channel.ErrBlocked, channel.ScopeChat)
		}}
		c := newSender(t, d, channel.Options{})
		time.AfterFunc(time.Second, func() { assert.NoError(t, c.learn(t.Context(), inbound("chat", time.Now()))) })
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		assert.Equal(t, channel.StateActive, subscriptionOf(t, c, "chat").State)
	})
}

func TestEventThatAFailureCameAfterDoesNotUndoItWhenItComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{send: failingFirst(9, refusal(channel.ErrBlocked, channel.ScopeChat))}
		c := newSender(t, d, channel.Options{})
		in := inbound("chat", time.Now())
		require.NoError(t, c.learn(t.Context(), in))
		time.Sleep(time.Millisecond)
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		require.NoError(t, c.learn(t.Context(), in))
		assert.Equal(t, channel.StateInactive, subscriptionOf(t, c, "chat").State)
	})
}

func TestOnlyFailuresOfTheRightToWriteTeach(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reason channel.Reason
		scope  channel.Scope
		state  channel.State
	}{
		{channel.ErrBlocked, channel.ScopeChat, channel.StateInactive},
		{channel.ErrGone, channel.ScopeChat, channel.StateInactive},
		{channel.ErrNotSubscribed, channel.ScopeChat, channel.StateInactive},
		{channel.ErrBlocked, channel.ScopeMessage, channel.StateUnknown},
		{channel.ErrNotFound, channel.ScopeChat, channel.StateUnknown},
		{channel.ErrForbidden, channel.ScopeChat, channel.StateUnknown},
		{channel.ErrUnauthorized, channel.ScopeAccount, channel.StateUnknown},
	} {
		d := &sendDriver{send: failingFirst(1, refusal(test.reason, test.scope))}
		c := newSender(t, d, channel.Options{})
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, test.reason)
		s := subscriptionOf(t, c, "chat")
		assert.Equal(t, test.state, s.State, "%s of %s", test.reason, test.scope)
		if s.State == channel.StateInactive {
			assert.Equal(t, test.reason, s.Reason)
		}
	}
}

func TestFailureAfterAnUnknownOutcomeTeachesToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{rules: Rules{Deduplicates: time.Hour}}
		d.send = func(_ context.Context, n int, _ *Part) error {
			if n == 1 {
				return io.ErrUnexpectedEOF
			}
			return refusal(channel.ErrBlocked, channel.ScopeChat)
		}
		c := newSender(t, d, channel.Options{})
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrOutcomeUnknown, "the first call may have been carried out")
		s := subscriptionOf(t, c, "chat")
		assert.Equal(t, channel.StateInactive, s.State)
		assert.Equal(t, channel.ErrBlocked, s.Reason)
	})
}

func TestOnlyAFailureOfACallTeaches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{}
		c := newSender(t, d, channel.Options{})
		require.NoError(t, c.learn(t.Context(), optOut("chat", time.Now())))
		before := c.expected(t.Context(), "chat")
		time.Sleep(20 * time.Hour)
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		assert.Equal(t, before, c.expected(t.Context(), "chat"), "what was refused for what is known makes that no newer")
		time.Sleep(5 * time.Hour)
		_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err, "it is tried again after a day")
	})
}

func TestKnowledgeOlderThanADayIsTriedAgain(t *testing.T) {
	t.Parallel()
	t.Run("that a person left", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{send: failingFirst(1, refusal(channel.ErrGone, channel.ScopeChat))}
			c := newSender(t, d, channel.Options{})
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			require.ErrorIs(t, err, channel.ErrGone)
			time.Sleep(24 * time.Hour)
			_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
			require.ErrorIs(t, err, channel.ErrGone)
			assert.Len(t, d.all(), 1)
			time.Sleep(time.Second)
			_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
			require.NoError(t, err)
		})
	})
	t.Run("that a window closed", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{limits: channel.Limits{Features: map[channel.Feature]channel.Level{channel.FeatureTemplate: channel.LevelFull}}}
			c := newSender(t, d, channel.Options{})
			in := inbound("chat", time.Now())
			in.Implies.WindowEnds = time.Now().Add(24 * time.Hour)
			in.Implies.AgentWindowEnds = time.Now().Add(72 * time.Hour)
			require.NoError(t, c.learn(t.Context(), in))
			send := func(m channel.Message) error {
				_, err := c.Send(t.Context(), "chat", m)
				return err
			}
			agent := channel.Message{Text: "hi", Purpose: channel.PurposeAgent}
			time.Sleep(24*time.Hour - time.Second)
			require.NoError(t, send(channel.Text("hi")))
			time.Sleep(time.Second)
			err := send(channel.Text("hi"))
			require.ErrorIs(t, err, channel.ErrWindowClosed)
			assert.Equal(t, channel.ScopeChat, failure(t, err).Scope)
			require.NoError(t, send(channel.Message{Template: &channel.Template{Name: "hello"}}), "it does not hold a template back")
			require.NoError(t, send(agent), "nor a human")
			time.Sleep(24*time.Hour + time.Second)
			require.NoError(t, send(channel.Text("hi")))
			calls := d.all()
			assert.Equal(t, in.Implies.WindowEnds.UTC(), calls[len(calls)-1].sub.WindowEnds, "the driver knows when it closed all the same")
			time.Sleep(24 * time.Hour)
			require.ErrorIs(t, send(agent), channel.ErrWindowClosed)
			time.Sleep(24 * time.Hour)
			require.NoError(t, send(agent))
		})
	})
	t.Run("but not that a person stopped promotions", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := newSender(t, &sendDriver{}, channel.Options{})
			require.NoError(t, c.learn(t.Context(), &Incoming{Event: channel.Event{
				ID: "1", Kind: channel.EventSubscription, Time: time.Now(), Chat: channel.Chat{ID: "chat"},
				Subscription: &channel.Subscription{NoPromotion: true},
			}}))
			time.Sleep(48 * time.Hour)
			_, err := c.Send(t.Context(), "chat", channel.Message{Text: "buy", Purpose: channel.PurposePromotion})
			assert.ErrorIs(t, err, channel.ErrNotSubscribed)
		})
	})
}

func TestWindowThatAFailureClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{send: failingFirst(1, refusal(channel.ErrWindowClosed, channel.ScopeChat))}
		c := newSender(t, d, channel.Options{})
		old := inbound("chat", time.Now().Add(-20*time.Hour))
		old.Implies.WindowEnds = time.Now().Add(4 * time.Hour)
		require.NoError(t, c.learn(t.Context(), old))
		time.Sleep(time.Second)
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrWindowClosed)
		closed := time.Now()
		older := inbound("chat", time.Now().Add(-21*time.Hour))
		older.Implies.WindowEnds = time.Now().Add(4 * time.Hour)
		require.NoError(t, c.learn(t.Context(), older))
		s := subscriptionOf(t, c, "chat")
		assert.Equal(t, closed.UTC(), s.WindowEnds)
		assert.Equal(t, channel.StateActive, s.State)
		again := inbound("chat", time.Now())
		again.Implies.WindowEnds = time.Now().Add(24 * time.Hour)
		require.NoError(t, c.learn(t.Context(), again))
		_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
		assert.NoError(t, err)
	})
}

func TestPartsKnowTheSubscription(t *testing.T) {
	t.Parallel()
	d := &sendDriver{}
	c := newSender(t, d, channel.Options{})
	in := inbound("chat", time.Now())
	in.Implies.WindowEnds = time.Now().Add(time.Hour)
	require.NoError(t, c.learn(t.Context(), in))
	_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
	require.NoError(t, err)
	assert.Equal(t, channel.StateActive, d.all()[0].sub.State)
	assert.False(t, d.all()[0].sub.WindowEnds.IsZero())
}
