package adapter

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// limiting is a platform that refuses the chats whose name begins with "slow" for so long, and does not say whom it limits.
func limiting(lasts time.Duration) *sendDriver {
	d := paced(Pace{Name: "account", N: 1000, Per: time.Second}, perChat)
	d.send = func(_ context.Context, _ int, p *Part) error {
		if !strings.HasPrefix(p.ChatID, "slow") {
			return nil
		}
		return &native{Verdict{
			Error: channel.Error{
				Reason: channel.ErrRateLimited, Scope: channel.ScopeChat, RetryAt: time.Now().Add(lasts).UTC(),
			},
			Executed: ExecutedNo, Pause: "chat", Widens: "account",
		}}
	}
	return d
}

func sendTo(t *testing.T, c *Channel, chatID string) error {
	t.Helper()
	_, err := c.Send(t.Context(), chatID, channel.Text("hi"))
	return err
}

func TestSeveralRefusedChatsPauseTheAccount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ lasts, pause time.Duration }{
		"for as long as the first": {20 * time.Second, 18 * time.Second},
		"but not for ever":         {time.Hour, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newSender(t, limiting(test.lasts), channel.Options{MaxWait: -1})
				for i := range 3 {
					require.NoError(t, sendTo(t, c, "early"+strconv.Itoa(i)))
					require.ErrorIs(t, sendTo(t, c, "slow"), channel.ErrRateLimited)
					require.NoError(t, sendTo(t, c, "other"+strconv.Itoa(i)), "one chat is no storm")
				}
				for i := range 3 {
					require.ErrorIs(t, sendTo(t, c, "slow"+strconv.Itoa(i)), channel.ErrRateLimited)
					time.Sleep(time.Second)
				}
				err := sendTo(t, c, "quick")
				e := failure(t, err)
				assert.Equal(t, channel.ErrRateLimited, e.Reason)
				assert.Equal(t, channel.ScopeAccount, e.Scope)
				wait := time.Until(e.RetryAt)
				assert.LessOrEqual(t, wait, test.pause)
				assert.GreaterOrEqual(t, wait, test.pause-2*time.Second)
				time.Sleep(wait)
				require.NoError(t, sendTo(t, c, "quick"), "the pause ends")
			})
		})
	}
}

func TestChatsThatAreSlowByThemselvesDoNotPauseTheAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, limiting(time.Hour), channel.Options{MaxWait: -1})
		for i := range 10 {
			require.ErrorIs(t, sendTo(t, c, "slow"+strconv.Itoa(i)), channel.ErrRateLimited)
			require.NoError(t, sendTo(t, c, "quick"+strconv.Itoa(i)), "others are not slow")
		}
	})
}

func TestRefusalsThatAreOverDoNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, limiting(time.Second), channel.Options{MaxWait: -1})
		for i := range 10 {
			require.ErrorIs(t, sendTo(t, c, "slow"+strconv.Itoa(i)), channel.ErrRateLimited)
			time.Sleep(2 * time.Second)
		}
		require.NoError(t, sendTo(t, c, "quick"))
	})
}

func TestASuccessWithoutAChatProvesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, limiting(time.Hour), channel.Options{MaxWait: -1})
		for i := range 3 {
			require.ErrorIs(t, sendTo(t, c, "slow"+strconv.Itoa(i)), channel.ErrRateLimited)
			if i < 2 {
				_, err := Do(t.Context(), c, Call{Op: "me", Costs: []Cost{{Pace: "account"}}}, func(context.Context) (int, error) { return 0, nil })
				require.NoError(t, err)
			}
		}
		require.ErrorIs(t, sendTo(t, c, "quick"), channel.ErrRateLimited)
	})
}
