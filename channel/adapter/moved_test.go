package adapter

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// topics is a platform whose chats have topics, id/17, and another account's chats, id/b17, which are none.
func topics() *sendDriver {
	return &sendDriver{rules: Rules{ChatOf: func(chatID string) string {
		if strings.Contains(chatID, "/b") {
			return chatID
		}
		return beforeSlash(chatID)
	}}}
}

// requireNoRight checks that c sends to these chats are refused, without a call.
func requireNoRight(t *testing.T, c *Channel, d *sendDriver, chatIDs ...string) {
	t.Helper()
	before := len(d.all())
	for _, chatID := range chatIDs {
		_, err := c.Send(t.Context(), chatID, channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked, chatID)
		assert.Equal(t, channel.StateInactive, subscriptionOf(t, c, chatID).State, chatID)
	}
	assert.Len(t, d.all(), before)
}

func requireRight(t *testing.T, c *Channel, chatIDs ...string) {
	t.Helper()
	for _, chatID := range chatIDs {
		_, err := c.Send(t.Context(), chatID, channel.Text("hi"))
		require.NoError(t, err, chatID)
	}
}

func TestTheRightToWriteIsAChatsWithAllItsTopics(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lost  func(now time.Time) *Incoming
		found func(now time.Time) *Incoming
	}{
		"told of the chat": {
			func(now time.Time) *Incoming { return optOut("g", now) },
			func(now time.Time) *Incoming { return inbound("g", now) },
		},
		"told of a topic": {
			func(now time.Time) *Incoming { return optOut("g/18", now) },
			func(now time.Time) *Incoming { return inbound("g/19", now) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store, d := channel.NewMemoryStore(), topics()
				c := newSender(t, d, channel.Options{Store: store})
				require.NoError(t, c.learn(t.Context(), inbound("g/17", time.Now())))
				requireRight(t, c, "g", "g/17", "g/18")

				time.Sleep(time.Minute)
				require.NoError(t, c.learn(t.Context(), test.lost(time.Now())))
				requireNoRight(t, c, d, "g", "g/17", "g/18")
				requireNoRight(t, newSender(t, d, channel.Options{Store: store}), d, "g", "g/17", "g/18")
				requireRight(t, c, "g/b17", "g2", "g2/17")

				time.Sleep(time.Minute)
				require.NoError(t, c.learn(t.Context(), test.found(time.Now())))
				requireRight(t, c, "g", "g/17", "g/18")
			})
		})
	}
}

func TestAFailureInATopicTeachesOfItsChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := topics()
		d.send = func(_ context.Context, n int, p *Part) error {
			if p.ChatID == "g/17" || p.ChatID == "g/b17" {
				return refusal(channel.ErrBlocked, channel.ScopeChat)
			}
			return nil
		}
		var told []channel.Event
		c := newSender(t, d, channel.Options{OnSubscription: channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
			told = append(told, *e)
			return nil
		})})
		_, err := c.Send(t.Context(), "g/b17", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		requireNoRight(t, c, d, "g/b17")
		requireRight(t, c, "g", "g/18")
		_, err = c.Send(t.Context(), "g/17", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		requireNoRight(t, c, d, "g", "g/17", "g/18")
		require.Len(t, told, 2, "once for a chat")
		assert.Equal(t, "g/17", told[1].Chat.ID, "where it was found out")
	})
}

func TestTheChatOfATopicIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	d := topics()
	d.rules.Tells = func(chatID string) bool { return chatID != "g/18" }
	d.asked = func(ids []string) (map[string]channel.Subscription, error) {
		return map[string]channel.Subscription{ids[0]: {State: channel.StateActive}}, nil
	}
	c := newSender(t, d, channel.Options{})
	assert.Zero(t, subscriptionOf(t, c, "g/18"))
	for _, chatID := range []string{"g/17", "g", "g/18", "g/19"} {
		assert.Equal(t, channel.StateActive, subscriptionOf(t, c, chatID).State)
	}
	assert.Equal(t, [][]string{{"g"}}, d.lookups)
}

func TestAReplyDoesNotFollowAChatThatMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := inParts()
		d.limits.Features = map[channel.Feature]channel.Level{channel.FeatureReplyTo: channel.LevelFull}
		var answered []string
		fails := false
		d.send = func(_ context.Context, _ int, p *Part) error {
			answered = append(answered, p.ChatID+":"+p.Message.ReplyTo)
			switch {
			case p.ChatID == "old":
				return &native{Verdict{Error: channel.Error{Reason: channel.ErrNotFound}, Executed: ExecutedNo, MovedTo: "new"}}
			case fails:
				return refusal(channel.ErrInvalid, channel.ScopeMessage)
			}
			return nil
		}
		c := newSender(t, d, channel.Options{})
		m := channel.Message{Text: "yes", ReplyTo: "7"}
		for _, key := range []string{"found out", "known", "known"} {
			m.Key = key
			sent, err := c.Send(t.Context(), "old", m)
			require.NoError(t, err)
			assert.Equal(t, "new", sent.ChatID)
			assert.Equal(t, []channel.Feature{channel.FeatureReplyTo}, sent.Degraded)
		}
		assert.Equal(t, []string{"old:7", "new:", "new:"}, answered)

		sent, err := c.Send(t.Context(), "new", channel.Message{Text: "yes", ReplyTo: "7"})
		require.NoError(t, err)
		assert.Empty(t, sent.Degraded)
		assert.Equal(t, "new:7", answered[3], "who knows the chat knows the message")

		fails = true
		sent, err = c.Send(t.Context(), "old", channel.Message{Text: "yes", ReplyTo: "7"})
		require.ErrorIs(t, err, channel.ErrInvalid)
		assert.Equal(t, &channel.Message{Text: "yes"}, sent.Rest, "which is for the chat that Sent names")
	})
}
