package adapter

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestACallThatCanBeMadeOnceIsNotRetried(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"rate limited": refusal(channel.ErrRateLimited, channel.ScopeChat),
		"not reached":  errRefused,
		"moved":        &native{Verdict{Error: channel.Error{Reason: channel.ErrNotFound}, Executed: ExecutedNo, MovedTo: "new"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newSender(t, &sendDriver{}, channel.Options{})
				calls := 0
				call := Call{Op: "upload", ChatIDs: []string{"old"}, Repeatable: true, Once: true, Move: func(string) ([]Cost, error) { return nil, nil }}
				_, got := Do(t.Context(), c, call, func(context.Context) (int, error) {
					calls++
					return 0, err
				})
				require.Error(t, got)
				assert.Equal(t, 1, calls)
			})
		})
	}
}

// toChat is a call that goes to the chat that Move names last.
func toChat(c *Channel, chatID string, costs []Cost, calls *[]string) error {
	at := chatID
	call := Call{Op: "typing", ChatIDs: []string{chatID}, Costs: costs, Repeatable: true, Move: func(to string) ([]Cost, error) {
		if to == "bad" {
			return nil, &channel.Error{Reason: channel.ErrInvalid, Message: "no chat"}
		}
		at = to
		return costs, nil
	}}
	_, err := Do(context.Background(), c, call, func(context.Context) (int, error) {
		*calls = append(*calls, at)
		if strings.HasPrefix(at, "old") {
			to := "new"
			if at == "older" {
				to = "bad"
			}
			return 0, &native{Verdict{Error: channel.Error{Reason: channel.ErrNotFound}, Executed: ExecutedNo, MovedTo: to}}
		}
		return 0, nil
	})
	return err
}

func TestANativeCallFollowsAChatThatMoved(t *testing.T) {
	t.Parallel()
	c := newSender(t, paced(perChat), channel.Options{MaxWait: -1})
	var calls []string
	require.NoError(t, toChat(c, "old", []Cost{{Pace: perChat.Name}}, &calls))
	assert.Equal(t, []string{"old", "new"}, calls)
	calls = nil
	require.ErrorIs(t, toChat(c, "old", []Cost{{Pace: perChat.Name}}, &calls), channel.ErrRateLimited, "it pays in the new chat")
	require.NoError(t, toChat(c, "old", nil, &calls))
	assert.Equal(t, []string{"new"}, calls, "the old one is not asked again")
}

func TestANativeCallThatCannotFollowFails(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	var calls []string
	for range 2 { // told by the failure, then known
		err := toChat(c, "older", nil, &calls)
		require.ErrorIs(t, err, channel.ErrInvalid)
		require.EqualError(t, err, "test: typing: no chat")
	}
	assert.Equal(t, []string{"older"}, calls)
}

func TestANativeCallThatDoesNotFollowRemembersTheMove(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	call := Call{Op: "edit", ChatIDs: []string{"old"}}
	_, err := Do(t.Context(), c, call, func(context.Context) (int, error) {
		return 0, &native{Verdict{Error: channel.Error{Reason: channel.ErrNotFound}, Executed: ExecutedNo, MovedTo: "new"}}
	})
	require.ErrorIs(t, err, channel.ErrNotFound)
	sent, err := c.Send(t.Context(), "old", channel.Text("hi"))
	require.NoError(t, err)
	assert.Equal(t, "new", sent.ChatID)
}

// beforeSlash has chats with a part of them behind a slash.
func beforeSlash(chatID string) string {
	native, _, _ := strings.Cut(chatID, "/")
	return native
}

func TestWhatFollowsTheChatInItsIDSurvivesAMove(t *testing.T) {
	t.Parallel()
	store := channel.NewMemoryStore()
	refused := &native{Verdict{Error: channel.Error{Reason: channel.ErrNotFound, Scope: channel.ScopeChat}, Executed: ExecutedNo}}
	moved := &native{refused.verdict}
	moved.verdict.MovedTo = "new"
	d := &sendDriver{rules: Rules{ChatOf: beforeSlash}}
	says := error(moved)
	d.send = func(_ context.Context, _ int, p *Part) error {
		if beforeSlash(p.ChatID) == "old" {
			return says
		}
		return nil
	}
	c := newSender(t, d, channel.Options{Store: store})
	for from, want := range map[string]string{"old/17": "new/17", "old": "new", "old/18": "new/18", "other/17": "other/17"} {
		sent, err := c.Send(t.Context(), from, channel.Text("hi"))
		require.NoError(t, err)
		assert.Equal(t, want, sent.ChatID)
	}
	says = refused // and another process, which has the Store alone
	sent, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "old/19", channel.Text("hi"))
	require.NoError(t, err)
	assert.Equal(t, "new/19", sent.ChatID)
}

func TestASubscriptionIsAskedForWhereTheChatMoved(t *testing.T) {
	t.Parallel()
	d := &sendDriver{}
	d.asked = func(ids []string) (map[string]channel.Subscription, error) {
		if ids[0] == "old" {
			return nil, &native{Verdict{Error: channel.Error{Reason: channel.ErrNotFound}, Executed: ExecutedNo, MovedTo: "new"}}
		}
		return map[string]channel.Subscription{ids[0]: {State: channel.StateActive}}, nil
	}
	s, err := newSender(t, d, channel.Options{}).Subscription(t.Context(), "old")
	require.NoError(t, err)
	assert.Equal(t, channel.StateActive, s.State)
}

func TestAChatThatThePlatformDoesNotTellOfIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	d := &sendDriver{rules: Rules{Tells: func(chatID string) bool { return chatID == "group" }}}
	d.asked = func(ids []string) (map[string]channel.Subscription, error) { return nil, errors.New("asked") }
	c := newSender(t, d, channel.Options{})
	s, err := c.Subscription(t.Context(), "person")
	require.NoError(t, err)
	assert.Zero(t, s)
	assert.Empty(t, d.lookups)
	synctest.Test(t, func(t *testing.T) {
		_, err = c.Subscription(t.Context(), "group")
		assert.Error(t, err)
	})
}

func TestAnEndedNativeCallIsRecognised(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, &sendDriver{}, channel.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := Do(ctx, c, Call{Op: "x"}, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
	})
}
