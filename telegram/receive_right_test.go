package telegram

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// asked is an update about Ann at a time, who asks to join a group.
func asked(n int, at time.Time) string {
	return fmt.Sprintf(`{"update_id":%d,"chat_join_request":{"chat":{"id":-1002233445566,"title":"Support","type":"supergroup"},"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"user_chat_id":5512345678,"date":%d}}`, n, at.Unix())
}

// started is one at which she starts the bot.
func started(n int, at time.Time) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"date":%d,"text":"/start","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}`, n, n, at.Unix())
}

func blocked(n int, at time.Time) string {
	return fmt.Sprintf(`{"update_id":%d,"my_chat_member":{"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"date":%d,"old_chat_member":{"user":{"id":770011},"status":"member"},"new_chat_member":{"user":{"id":770011},"status":"kicked"}}}`, n, at.Unix())
}

// receive has the webhook acknowledge an update.
func receive(t *testing.T, h http.Handler, native string) {
	t.Helper()
	r := webhook(testSecret)
	r.Body = io.NopCloser(strings.NewReader(native))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
}

func TestARequestToJoinNarrowsNothing(t *testing.T) {
	t.Parallel()
	const ann = "5512345678"
	for name, updates := range map[string]func(now time.Time) []string{
		"who started the bot long ago": func(now time.Time) []string {
			return []string{started(1, now.Add(-30*24*time.Hour)), asked(2, now)}
		},
		"who starts it a minute later": func(now time.Time) []string {
			return []string{asked(1, now), started(2, now.Add(time.Minute))}
		},
		"who started it, as is told later": func(now time.Time) []string {
			return []string{asked(2, now), started(1, now.Add(-time.Minute))}
		},
		"who starts it in the same second": func(now time.Time) []string {
			return []string{started(2, now), asked(1, now)}
		},
		"who blocked it, asks and starts": func(now time.Time) []string {
			return []string{blocked(1, now.Add(-time.Hour)), asked(2, now), started(3, now.Add(time.Minute))}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := newTest(t, ok(`{"message_id":5}`))
				h := c.Webhook(new(keeper))
				for _, native := range updates(time.Now()) {
					receive(t, h, native)
				}
				for range 3 {
					_, err := c.Send(t.Context(), ann, channel.Text("hi"))
					require.NoError(t, err)
					s, err := c.Subscription(t.Context(), ann)
					require.NoError(t, err)
					assert.Equal(t, channel.StateActive, s.State)
					assert.Zero(t, s.WindowEnds)
					time.Sleep(3 * time.Minute)
				}
			})
		})
	}
}

func TestARequestToJoinIsARightOfFiveMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newTest(t, ok(`{"message_id":5}`), refused(403, "Forbidden: bot can't initiate conversation with a user", ""))
		k := new(keeper)
		now := time.Now().UTC()
		receive(t, c.Webhook(k), asked(1, now))
		want := channel.Subscription{State: channel.StateActive, Since: now, WindowEnds: now.Add(5 * time.Minute)}
		assert.Equal(t, want, *k.events[0].Subscription)
		s, err := c.Subscription(t.Context(), "5512345678")
		require.NoError(t, err)
		assert.Equal(t, want, s)
		_, err = c.Send(t.Context(), "5512345678", channel.Text("Why would you join?"))
		require.NoError(t, err)

		time.Sleep(5 * time.Minute)
		for range 2 {
			_, err = c.Send(t.Context(), "5512345678", channel.Text("Too late"))
			require.ErrorIs(t, err, channel.ErrNotSubscribed, "nothing else was known of her: Telegram knew")
		}
		assert.Len(t, a.calls, 2, "which is remembered")
	})
}

func TestABlockIsNotUndoneByWhatCameBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newTest(t, ok(`{"message_id":5}`))
		now := time.Now()
		for _, native := range []string{asked(1, now), blocked(3, now.Add(2*time.Second)), started(2, now.Add(time.Second))} {
			receive(t, c.Webhook(new(keeper)), native)
		}
		_, err := c.Send(t.Context(), "5512345678", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		assert.Empty(t, a.calls)
	})
}

func TestAGroupThatSilencedTheBotIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTest(t, ok(`{"message_id":5}`))
		h := c.Webhook(new(keeper))
		const group = `{"id":-1002233445566,"title":"Support","type":"supergroup"}`
		receive(t, h, memberUpdate(group, "member", `restricted,"is_member":true,"can_send_messages":false`))
		_, err := c.Send(t.Context(), "-1002233445566", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		again := strings.NewReplacer("700007", "700008", "1795300060", "1795300061").Replace(memberUpdate(group, "restricted", "member"))
		receive(t, h, again)
		_, err = c.Send(t.Context(), "-1002233445566", channel.Text("hi"))
		require.NoError(t, err)
	})
}
