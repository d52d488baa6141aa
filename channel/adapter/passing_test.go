package adapter

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// joinRequest gives a right to write for five minutes.
func joinRequest(chat string, at time.Time) *Incoming {
	return &Incoming{Passing: true, Event: channel.Event{
		ID: "join" + at.String(), Kind: channel.EventSubscription, Time: at, Chat: channel.Chat{ID: chat},
		Subscription: &channel.Subscription{State: channel.StateActive, Since: at, WindowEnds: at.Add(5 * time.Minute)},
	}}
}

func TestARightThatPassesNarrowsNoRightThatDoesNot(t *testing.T) {
	t.Parallel()
	for name, lessons := range map[string][]func(at time.Time) *Incoming{
		"who wrote, then asked to join": {
			func(at time.Time) *Incoming { return inbound("chat", at.Add(-24*time.Hour)) },
			func(at time.Time) *Incoming { return joinRequest("chat", at) },
		},
		"who asked to join, then wrote": {
			func(at time.Time) *Incoming { return joinRequest("chat", at) },
			func(at time.Time) *Incoming { return inbound("chat", at.Add(time.Minute)) },
		},
		"who was told of the wrong way round": {
			func(at time.Time) *Incoming { return joinRequest("chat", at) },
			func(at time.Time) *Incoming { return inbound("chat", at.Add(-time.Minute)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := channel.NewMemoryStore()
				c := newSender(t, &sendDriver{}, channel.Options{Store: store})
				at := time.Now()
				for _, lesson := range lessons {
					require.NoError(t, c.learn(t.Context(), lesson(at)))
				}
				for range 4 {
					s := subscriptionOf(t, c, "chat")
					assert.Equal(t, channel.StateActive, s.State)
					assert.Zero(t, s.WindowEnds)
					_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
					require.NoError(t, err)
					time.Sleep(5 * time.Minute)
				}
				other := newSender(t, &sendDriver{}, channel.Options{Store: store})
				assert.Zero(t, subscriptionOf(t, other, "chat").WindowEnds)
			})
		})
	}
}

func TestARightThatPassesIsShownWhileItLasts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, &sendDriver{}, channel.Options{})
		at := time.Now().UTC()
		in := joinRequest("chat", at)
		require.NoError(t, c.learn(t.Context(), in))
		want := channel.Subscription{State: channel.StateActive, Since: at, WindowEnds: at.Add(5 * time.Minute)}
		assert.Equal(t, want, *in.Event.Subscription)
		assert.Equal(t, want, subscriptionOf(t, c, "chat"))
		time.Sleep(5 * time.Minute)
		assert.Equal(t, channel.Subscription{}, subscriptionOf(t, c, "chat"), "what was before, it did not tell")
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		assert.NoError(t, err, "who is not known may have written long ago: the platform knows")
	})
}

func TestARightThatPassesIsBesideABlock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, &sendDriver{}, channel.Options{})
		require.NoError(t, c.learn(t.Context(), optOut("chat", time.Now())))
		time.Sleep(time.Minute)
		require.NoError(t, c.learn(t.Context(), joinRequest("chat", time.Now())))
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err)
		time.Sleep(5 * time.Minute)
		_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
		assert.ErrorIs(t, err, channel.ErrBlocked, "once it is over, the block is what is known")

		require.NoError(t, c.learn(t.Context(), joinRequest("chat", time.Now())))
		require.NoError(t, c.learn(t.Context(), optOut("chat", time.Now().Add(time.Second))))
		_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
		assert.ErrorIs(t, err, channel.ErrBlocked, "a block takes back what was before it")
	})
}

func TestARefusalEndsARightThatPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{send: failingFirst(1, refusal(channel.ErrNotSubscribed, channel.ScopeChat))}
		c := newSender(t, d, channel.Options{})
		require.NoError(t, c.learn(t.Context(), joinRequest("chat", time.Now())))
		time.Sleep(time.Minute)
		for range 2 {
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			require.ErrorIs(t, err, channel.ErrNotSubscribed)
		}
		assert.Len(t, d.texts(), 1)
		require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now())))
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		assert.NoError(t, err)
	})
}

func TestARightThatPassesLengthensAWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, &sendDriver{}, channel.Options{})
		in := inbound("chat", time.Now())
		in.Implies.WindowEnds = time.Now().Add(time.Minute)
		require.NoError(t, c.learn(t.Context(), in))
		require.NoError(t, c.learn(t.Context(), joinRequest("chat", time.Now())))
		time.Sleep(4 * time.Minute)
		_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err)
		time.Sleep(time.Minute)
		_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
		assert.ErrorIs(t, err, channel.ErrWindowClosed)
	})
}
