package telegram

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestAPersonIsLookedUp(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`{"id":5512345678,"first_name":"Ann","last_name":"Lee","username":"annlee","type":"private","bio":"x","photo":{"small_file_id":"AQs","small_file_unique_id":"s","big_file_id":"AQb","big_file_unique_id":"b"}}`))
	users, err := c.driver.Users(t.Context(), []string{"5512345678"})
	require.NoError(t, err)
	assert.Equal(t, map[string]channel.User{"5512345678": {
		ID: "5512345678", Name: "Ann Lee", FirstName: "Ann", LastName: "Lee", Username: "annlee", ProfileURL: "https://t.me/annlee",
		Avatar: &channel.Attachment{Kind: channel.AttachmentImage, FileID: "AQb", Width: 640, Height: 640},
	}}, users)
	call := a.only(t)
	assert.Equal(t, "getChat", call.method)
	assert.Equal(t, "5512345678", call.form.Get("chat_id"))
}

func TestAPersonMayHaveNoPhotoAndNoName(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok(`{"id":5,"first_name":"","type":"private"}`))
	users, err := c.driver.Users(t.Context(), []string{"5"})
	require.NoError(t, err)
	assert.Equal(t, map[string]channel.User{"5": {ID: "5"}}, users)
}

func TestWhoIsNotKnownIsAbsent(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, refused(400, "Bad Request: chat not found", ""))
	users, err := c.driver.Users(t.Context(), []string{"5512345678"})
	require.NoError(t, err)
	assert.Empty(t, users)
}

func TestWhatIsNoIDOfAPersonIsNotAskedFor(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok("true"))
	users, err := c.driver.Users(t.Context(), []string{"", "0", "-5", "@annlee", "05", "5x", "99999999999999999999"})
	require.NoError(t, err)
	assert.Empty(t, users)
	assert.Empty(t, a.calls)
}

func TestALookUpFails(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]answer{
		"refused":    refused(401, "Unauthorized", ""),
		"unreadable": ok(`[]`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newTest(t, now)
			_, err := c.driver.Users(t.Context(), []string{"5"})
			assert.Error(t, err)
		})
	}
}

func TestALookUpKeepsTheLanguageThatEventsTold(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok(`{"id":5,"first_name":"Ann","type":"private","photo":{"big_file_id":"AQb"}}`))
	hear(t, c, `{"update_id":1,"message":{"message_id":2,"from":{"id":5,"is_bot":false,"first_name":"Anna","username":"annlee","language_code":"uk"},"chat":{"id":5,"type":"private"},"date":1795300000,"text":"hi"}}`)
	u, err := c.User(t.Context(), "5")
	require.NoError(t, err)
	assert.Equal(t, "Ann", u.FirstName, "the newer")
	assert.Equal(t, "uk", u.Language)
	assert.Equal(t, "AQb", u.Avatar.FileID)
}

func TestNobodyIsNotFound(t *testing.T) {
	t.Parallel()
	for name, userID := range map[string]string{"a stranger": "5512345678", "a channel": "-1001111222233", "a name": "@annlee"} {
		c, _ := newTest(t, refused(400, "Bad Request: chat not found", ""))
		_, err := c.User(t.Context(), userID)
		assert.ErrorIs(t, err, channel.ErrNotFound, name)
	}
}

// hear delivers an update to a channel.
func hear(t *testing.T, c *Channel, update string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(update))
	r.Header.Set(secretHeader, testSecret)
	w := httptest.NewRecorder()
	c.Webhook(nil).ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
}

func TestASubscriptionOfAGroupIsWhatTheBotIsThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer answer
		state  channel.State
		reason channel.Reason
	}{
		"an owner":                                {ok(`{"status":"creator"}`), channel.StateActive, ""},
		"an administrator":                        {ok(`{"status":"administrator"}`), channel.StateActive, ""},
		"an administrator who posts":              {ok(`{"status":"administrator","can_post_messages":true}`), channel.StateActive, ""},
		"an administrator who may not post":       {ok(`{"status":"administrator","can_post_messages":false}`), channel.StateInactive, channel.ErrNotSubscribed},
		"a member":                                {ok(`{"status":"member"}`), channel.StateActive, ""},
		"restricted, but may write":               {ok(`{"status":"restricted","is_member":true,"can_send_messages":true}`), channel.StateActive, ""},
		"restricted":                              {ok(`{"status":"restricted","is_member":true,"can_send_messages":false}`), channel.StateInactive, channel.ErrNotSubscribed},
		"restricted and gone":                     {ok(`{"status":"restricted","is_member":false,"can_send_messages":true}`), channel.StateInactive, channel.ErrNotSubscribed},
		"gone":                                    {ok(`{"status":"left"}`), channel.StateInactive, channel.ErrNotSubscribed},
		"banned":                                  {ok(`{"status":"kicked"}`), channel.StateInactive, channel.ErrNotSubscribed},
		"something new":                           {ok(`{"status":"guest"}`), channel.StateUnknown, ""},
		"refused as kicked":                       {refused(403, "Forbidden: bot was kicked from the supergroup chat", ""), channel.StateInactive, channel.ErrNotSubscribed},
		"refused as a stranger":                   {refused(403, "Forbidden: bot is not a member of the channel chat", ""), channel.StateInactive, channel.ErrNotSubscribed},
		"refused, for there is no such group":     {refused(400, "Bad Request: chat not found", ""), channel.StateUnknown, ""},
		"refused, for the group is no more":       {refused(403, "Forbidden: the group chat was deleted", ""), channel.StateInactive, channel.ErrGone},
		"refused with what tells nothing of that": {refused(400, "Bad Request: PEER_ID_INVALID", ""), channel.StateUnknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, chatID := range []string{"-1002233445566", "@our_news", "-1002233445566/17"} {
				c, a := newTest(t, test.answer)
				s, err := c.Subscription(t.Context(), chatID)
				require.NoError(t, err)
				assert.Equal(t, test.state, s.State)
				assert.Equal(t, test.reason, s.Reason)
				call := a.only(t)
				assert.Equal(t, "getChatMember", call.method)
				assert.Equal(t, "770011", call.form.Get("user_id"))
				assert.Equal(t, nativeChat(chatID), call.form.Get("chat_id"))
			}
		})
	}
}

func TestOfAPrivateChatTelegramTellsNothing(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`{"status":"member"}`))
	for _, chatID := range []string{"5", "66/bbc_A", "-1002233445566/d17", "no chat"} {
		s, err := c.Subscription(t.Context(), chatID)
		require.NoError(t, err)
		assert.Zero(t, s, "and nobody is taken for active")
	}
	found, err := c.driver.Subscriptions(t.Context(), []string{"5"})
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Empty(t, a.calls)
}

func TestASubscriptionThatCannotBeHadIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, now := range []answer{refused(401, "Unauthorized", ""), ok(`[]`), refused(500, "Internal Server Error", "")} {
			c, _ := newTest(t, now)
			s, err := c.Subscription(t.Context(), "-5")
			require.Error(t, err)
			assert.Zero(t, s)
		}
	})
}

func TestASubscriptionFollowsAGroupThatMoved(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, refused(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1002233445566}`), ok(`{"status":"member"}`))
	s, err := c.Subscription(t.Context(), "-5")
	require.NoError(t, err)
	assert.Equal(t, channel.StateActive, s.State)
	assert.Equal(t, "-1002233445566", a.calls[1].form.Get("chat_id"))
}

func TestTopicsShareTheRightToWriteOfTheirChat(t *testing.T) {
	t.Parallel()
	kicked := refused(403, "Forbidden: bot was kicked from the supergroup chat", "")
	blocked := refused(403, "Forbidden: bot was blocked by the user", "")
	for name, test := range map[string]struct {
		refused string // a chat, as says
		says    answer
		shut    []string
		open    []string
	}{
		"a private chat":              {"55", blocked, []string{"55", "55/17"}, []string{"55/bbc_1", "56/17"}},
		"a topic of one":              {"55/17", blocked, []string{"55", "55/18"}, []string{"55/bbc_1"}},
		"a forum":                     {"-1002233445566/17", kicked, []string{"-1002233445566", "-1002233445566/18", "-1002233445566/d5"}, []string{"-1002233445567/17"}},
		"direct messages":             {"-1002233445566/d5", kicked, []string{"-1002233445566/d5", "-1002233445566/d6"}, nil},
		"one person's there":          {"-1002233445566/d5", blocked, nil, []string{"-1002233445566/d6", "-1002233445566"}},
		"a customer, not the account": {"55/bbc_1", blocked, []string{"55/bbc_1"}, []string{"55", "55/bbc_2", "55/17"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newTest(t, test.says, ok(`{"message_id":5}`))
				_, err := c.Send(t.Context(), test.refused, channel.Text("hi"))
				require.Error(t, err)
				for _, chatID := range test.shut {
					_, err := c.Send(t.Context(), chatID, channel.Text("hi"))
					require.Error(t, err, chatID)
				}
				assert.Len(t, a.made(), 1)
				for _, chatID := range test.open {
					_, err := c.Send(t.Context(), chatID, channel.Text("hi"))
					require.NoError(t, err, chatID)
				}
			})
		})
	}
}
