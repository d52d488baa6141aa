package telegram

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// verdict is what a refusal of a send to chatID means.
func verdict(t *testing.T, chatID string, now answer) adapter.Verdict {
	t.Helper()
	c, _ := newTest(t, now)
	_, err := send(t, c, chatID, channel.Text("x"))
	require.Error(t, err)
	return c.driver.Verdict(err)
}

func TestErrorsMeanWhatTheDocumentationSays(t *testing.T) {
	t.Parallel()
	const (
		message = channel.ScopeMessage
		chat    = channel.ScopeChat
		account = channel.ScopeAccount
	)
	for _, test := range []struct {
		code   int
		text   string
		reason channel.Reason
		scope  channel.Scope
	}{
		{403, "Forbidden: bot was blocked by the user", channel.ErrBlocked, chat},
		{400, `Bad Request: failed to send message #1 with the error message \"USER_IS_BLOCKED\"`, channel.ErrBlocked, chat},
		{403, "Forbidden: user is deactivated", channel.ErrGone, chat},
		{403, `Forbidden: failed to send message #1 with the error message \"User is deactivated\"`, channel.ErrGone, chat},
		{403, "Forbidden: INPUT_USER_DEACTIVATED", channel.ErrGone, chat},
		{403, "Forbidden: bot can't initiate conversation with a user", channel.ErrNotSubscribed, chat},
		{403, `Forbidden: failed to send message #1 with the error message \"Bot can't initiate conversation with a user\"`, channel.ErrNotSubscribed, chat},
		{400, "Bad Request: PEER_ID_INVALID", channel.ErrNotSubscribed, chat},
		{400, "Bad Request: chat not found", channel.ErrNotFound, chat},
		{400, "Bad Request: private chat not found", channel.ErrNotFound, chat},
		{400, "Bad Request: chat_id is empty", channel.ErrNotFound, chat},
		{403, "Forbidden: the bot can't send messages to the bot", channel.ErrForbidden, chat},
		{403, "Forbidden: bot can't send messages to bots", channel.ErrForbidden, chat},
		{403, "Forbidden: bot was kicked from the supergroup chat", channel.ErrNotSubscribed, chat},
		{403, "Forbidden: bot was kicked from the channel chat", channel.ErrNotSubscribed, chat},
		{403, "Forbidden: bot is not a member of the group chat", channel.ErrNotSubscribed, chat},
		{403, "Forbidden: the group chat was deleted", channel.ErrGone, chat},
		{400, "Bad Request: have no write access to the chat", channel.ErrForbidden, chat},
		{400, "Bad Request: not enough rights to send text messages to the chat", channel.ErrForbidden, chat},
		{400, "Bad Request: not enough rights to send photos to the chat", channel.ErrForbidden, message},
		{400, "Bad Request: need administrator rights in the channel chat", channel.ErrForbidden, chat},
		{400, "Bad Request: CHAT_WRITE_FORBIDDEN", channel.ErrForbidden, chat},
		{400, "Bad Request: ALLOW_PAYMENT_REQUIRED_5", channel.ErrForbidden, chat},
		{400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", channel.ErrForbidden, message},
		{400, "Bad Request: message is too long", channel.ErrTooLarge, message},
		{400, "Bad Request: message caption is too long", channel.ErrTooLarge, message},
		{400, "Bad Request: text is too long", channel.ErrTooLarge, message},
		{400, "Bad Request: message text is empty", channel.ErrInvalid, message},
		{400, "Bad Request: text must be non-empty", channel.ErrInvalid, message},
		{400, "Bad Request: message must be non-empty", channel.ErrInvalid, message},
		{400, "Bad Request: can't parse entities: Character '.' is reserved and must be escaped", channel.ErrInvalid, message},
		{400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same", channel.ErrInvalid, message},
		{400, "Bad Request: message to edit not found", channel.ErrNotFound, message},
		{400, "Bad Request: message to delete not found", channel.ErrNotFound, message},
		{400, "Bad Request: message to forward not found", channel.ErrNotFound, message},
		{400, "Bad Request: message to copy not found", channel.ErrNotFound, message},
		{400, "Bad Request: message to react not found", channel.ErrNotFound, message},
		{400, "Bad Request: message to pin not found", channel.ErrNotFound, message},
		{400, "Bad Request: message to be replied not found", channel.ErrNotFound, message},
		{400, "Bad Request: message can't be edited", channel.ErrForbidden, message},
		{400, "Bad Request: message can't be deleted for everyone", channel.ErrForbidden, message},
		{400, "Bad Request: there is no text in the message to edit", channel.ErrInvalid, message},
		{400, "Bad Request: message thread not found", channel.ErrNotFound, chat},
		{400, "Bad Request: query is too old and response timeout expired or query ID is invalid", channel.ErrNotFound, message},
		{400, "Bad Request: BUTTON_DATA_INVALID", channel.ErrInvalid, message},
		{400, "Bad Request: inline keyboard button URL 'x' is invalid: wrong HTTP URL", channel.ErrInvalid, message},
		{400, "Bad Request: reply markup is too long", channel.ErrInvalid, message},
		{400, "Bad Request: wrong file identifier/HTTP URL specified", channel.ErrNotFound, message},
		{400, "Bad Request: wrong remote file identifier specified: wrong padding in the string", channel.ErrNotFound, message},
		{400, "Bad Request: wrong HTTP URL specified", channel.ErrInvalid, message},
		{400, "Bad Request: failed to get HTTP URL content", channel.ErrInvalid, message},
		{400, "Bad Request: wrong type of the web page content", channel.ErrInvalid, message},
		{400, "Bad Request: can't upload file by URL", channel.ErrInvalid, message},
		{400, "Bad Request: file is too big", channel.ErrTooLarge, message},
		{413, "Request Entity Too Large", channel.ErrTooLarge, message},
		{400, "Bad Request: business connection not found", channel.ErrNotSubscribed, chat},
		{401, "Unauthorized", channel.ErrUnauthorized, account},
		{401, "Unauthorized: invalid token specified", channel.ErrUnauthorized, account},
		{404, "Not Found", channel.ErrUnauthorized, account},
		{404, "Not Found: method not found", channel.ErrUnsupported, message},
		{409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", channel.ErrConflict, account},
		{409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", channel.ErrConflict, account},
		{400, "Bad Request: SOMETHING_NEW", channel.ErrInvalid, message},
		{403, "Forbidden: something new", channel.ErrForbidden, chat},
		{418, "I'm a teapot: no", channel.ErrInvalid, message},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			v := verdict(t, "5", refused(test.code, test.text, ""))
			assert.Equal(t, test.reason, v.Error.Reason)
			assert.Equal(t, test.scope, v.Error.Scope)
			assert.Equal(t, adapter.ExecutedNo, v.Executed)
			assert.Equal(t, id(int64(test.code)), v.Error.Code)
			assert.Empty(t, v.Pause)
			assert.Empty(t, v.MovedTo)
		})
	}
}

func TestAnErrorReadsWell(t *testing.T) {
	t.Parallel()
	v := verdict(t, "5", refused(400, "Bad Request: chat not found", ""))
	v.Error.Platform, v.Error.Op = "telegram", "send"
	assert.EqualError(t, &v.Error, "telegram: send: chat not found (400)")
	var native *tgbotapi.Error
	require.ErrorAs(t, &v.Error, &native)
	assert.Equal(t, 400, native.Code)
}

func TestAGroupThatMovedIsFound(t *testing.T) {
	t.Parallel()
	v := verdict(t, "-5", refused(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1002233445566}`))
	assert.Equal(t, "-1002233445566", v.MovedTo)
	assert.Equal(t, adapter.ExecutedNo, v.Executed)
	assert.Equal(t, channel.ErrNotFound, v.Error.Reason)
}

func TestAFloodPausesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		chatID   string
		now      answer
		pause    string
		wait     time.Duration
		executed adapter.Executed
	}{
		"a private chat":     {"5", refused(429, "Too Many Requests: retry after 14", `{"retry_after":14}`), "chat", 14 * time.Second, adapter.ExecutedNo},
		"a group":            {"-5", refused(429, "Too Many Requests: retry after 14", `{"retry_after":14}`), "group", 14 * time.Second, adapter.ExecutedNo},
		"in the text alone":  {"5", refused(429, "Too Many Requests: retry after 7", ""), "chat", 7 * time.Second, adapter.ExecutedNo},
		"without a time":     {"5", refused(429, "Too Many Requests", ""), "chat", 0, adapter.ExecutedNo},
		"inside an album":    {"5", refused(400, `Bad Request: failed to send message #2 with the error message \"Too Many Requests: retry after 9\"`, ""), "chat", 9 * time.Second, adapter.ExecutedMaybe},
		"of a proxy":         {"5", answer{status: 429, body: "slow down", header: http.Header{"Retry-After": {"3"}}}, "chat", 3 * time.Second, adapter.ExecutedNo},
		"of a negative time": {"5", refused(429, "Too Many Requests: retry after x", `{"retry_after":-1}`), "chat", 0, adapter.ExecutedNo},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := verdict(t, test.chatID, test.now)
				assert.Equal(t, channel.ErrRateLimited, v.Error.Reason)
				assert.Equal(t, channel.ScopeChat, v.Error.Scope)
				assert.Equal(t, test.pause, v.Pause)
				assert.Equal(t, test.executed, v.Executed)
				if test.wait == 0 {
					assert.True(t, v.Error.RetryAt.IsZero())
					return
				}
				assert.Equal(t, time.Now().Add(test.wait).UTC(), v.Error.RetryAt)
			})
		})
	}
}

func TestAFloodOfACallWithoutAChatIsTheBots(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, refused(429, "Too Many Requests: retry after 1", `{"retry_after":1}`))
	_, err := c.driver.Users(t.Context(), []string{"5"})
	v := c.driver.Verdict(err)
	assert.Equal(t, "bot", v.Pause)
	assert.Equal(t, channel.ScopeAccount, v.Error.Scope)
}

func TestWhatIsNotOfTheBotAPIKeepsItsStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct {
		reason   channel.Reason
		executed adapter.Executed
	}{
		200: {channel.ErrUnavailable, adapter.ExecutedMaybe},
		302: {channel.ErrUnavailable, adapter.ExecutedNo},
		400: {channel.ErrUnavailable, adapter.ExecutedNo},
		401: {channel.ErrUnauthorized, adapter.ExecutedNo},
		404: {channel.ErrUnauthorized, adapter.ExecutedNo},
		408: {channel.ErrUnavailable, adapter.ExecutedMaybe},
		413: {channel.ErrTooLarge, adapter.ExecutedNo},
		502: {channel.ErrUnavailable, adapter.ExecutedMaybe},
		503: {channel.ErrUnavailable, adapter.ExecutedMaybe},
	} {
		v := verdict(t, "5", answer{status: status, body: "<html>", header: http.Header{"Location": {"https://evil.example/"}}})
		assert.Equal(t, want.reason, v.Error.Reason, status)
		assert.Equal(t, want.executed, v.Executed, status)
		assert.Equal(t, id(int64(status)), v.Error.Code)
		var native *HTTPError
		require.ErrorAs(t, &v.Error, &native)
		assert.Equal(t, status, native.Status)
		assert.EqualError(t, &v.Error, "the reply is not of the Bot API ("+id(int64(status))+")")
	}
}

func TestAVerdictOfWhatIsNotThePlatforms(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	own := c.driver.Verdict(refuse(channel.ErrInvalid, "x"))
	assert.Equal(t, channel.ErrInvalid, own.Error.Reason)
	assert.Equal(t, adapter.ExecutedNo, own.Executed)
	other := c.driver.Verdict(context.DeadlineExceeded)
	assert.Equal(t, channel.ErrUnavailable, other.Error.Reason)
	assert.Equal(t, adapter.ExecutedMaybe, other.Executed)
	upload := c.driver.Verdict(&tgbotapi.Error{Message: "Forbidden: bot was blocked by the user"}) // the library's uploads lose the code
	assert.Equal(t, channel.ErrBlocked, upload.Error.Reason)
}

var upgraded = refused(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1002233445566}`)

func TestASendFollowsAGroupThatMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, move := range []string{"a refusal", "an event"} {
			c, a := newTest(t, upgraded, sentMessage)
			if move == "an event" {
				c, a = newTest(t, sentMessage)
				hear(t, c, `{"update_id":1,"message":{"message_id":2,"from":{"id":9,"is_bot":false,"first_name":"B"},"chat":{"id":-1002233445566,"type":"supergroup","title":"G"},"date":3,"migrate_from_chat_id":-5}}`)
			}
			for from, want := range map[string]string{"-5": "-1002233445566", "-5/17": "-1002233445566/17"} {
				sent, err := c.Send(t.Context(), from, channel.Text("hi"))
				require.NoError(t, err)
				assert.Equal(t, want, sent.ChatID)
				last := a.calls[len(a.calls)-1].form
				assert.Equal(t, "-1002233445566", last.Get("chat_id"))
				assert.Equal(t, want == "-1002233445566/17", last.Get("message_thread_id") == "17")
			}
			require.NoError(t, c.SendTyping(t.Context(), "-5/17"))
			assert.Equal(t, "-1002233445566", a.calls[len(a.calls)-1].form.Get("chat_id"))
			if move == "a refusal" {
				assert.Len(t, a.calls, 4, "it is refused once")
			}
		}
	})
}

func TestTypingFollowsAGroupThatMoved(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, upgraded, ok("true"))
	require.NoError(t, c.SendTyping(t.Context(), "-5"))
	require.Len(t, a.calls, 2)
	assert.Equal(t, "-1002233445566", a.calls[1].form.Get("chat_id"))
	assert.Equal(t, "typing", a.calls[1].form.Get("action"))
}

// In the supergroup the ID of a message is that of another: deleting that would be a mistake.
func TestWhatIsAboutAMessageDoesNotFollow(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(c *Channel) error{
		"edit":   func(c *Channel) error { return c.Edit(t.Context(), "-5", "7", channel.Text("hi")) },
		"delete": func(c *Channel) error { return c.Delete(t.Context(), "-5", "7") },
		"react":  func(c *Channel) error { return c.React(t.Context(), "-5", "7", "👍") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newTest(t, upgraded)
				for range 2 {
					require.ErrorIs(t, do(c), channel.ErrNotFound)
					time.Sleep(time.Minute)
				}
				assert.Len(t, a.calls, 2)
				a.answers = []answer{sentMessage}
				sent, err := c.Send(t.Context(), "-5", channel.Text("hi"))
				require.NoError(t, err)
				assert.Equal(t, "-1002233445566", sent.ChatID, "but it is remembered")
			})
		})
	}
}

func TestChatsThatAreAllRefusedPauseTheBot(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer answer
		pauses bool
	}{
		"a flood":   {refused(429, "Too Many Requests: retry after 14", `{"retry_after":14}`), true},
		"slow mode": {refused(429, "Too Many Requests: slow mode is enabled: retry after 14", `{"retry_after":14}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := testConfig()
				cfg.MaxWait = -1
				c, a := newTestOf(t, cfg, test.answer)
				for i := range 3 {
					_, err := c.Send(t.Context(), strconv.Itoa(5+i), channel.Text("hi"))
					require.ErrorIs(t, err, channel.ErrRateLimited)
				}
				a.answers = []answer{sentMessage}
				_, err := c.Send(t.Context(), "50", channel.Text("hi"))
				assert.Equal(t, test.pauses, err != nil)
				time.Sleep(14 * time.Second)
				_, err = c.Send(t.Context(), "51", channel.Text("hi"))
				require.NoError(t, err)
			})
		})
	}
}

func TestAnAlbumThatFailedMayBeOutInPart(t *testing.T) {
	t.Parallel()
	for text, test := range map[string]struct {
		code     int
		reason   channel.Reason
		executed adapter.Executed
	}{
		"USER_IS_BLOCKED":                              {400, channel.ErrBlocked, adapter.ExecutedNo},
		"User is deactivated":                          {403, channel.ErrGone, adapter.ExecutedNo},
		"Bot can't initiate conversation with a user":  {403, channel.ErrNotSubscribed, adapter.ExecutedNo},
		"Too Many Requests: retry after 9":             {400, channel.ErrRateLimited, adapter.ExecutedMaybe},
		"WEBPAGE_MEDIA_EMPTY":                          {400, channel.ErrInvalid, adapter.ExecutedMaybe},
		"wrong file identifier/HTTP URL specified":     {400, channel.ErrNotFound, adapter.ExecutedMaybe},
		"not enough rights to send photos to the chat": {400, channel.ErrForbidden, adapter.ExecutedMaybe},
	} {
		v := (&driver{}).Verdict(&failure{pace: paceChat, err: &tgbotapi.Error{
			Code: test.code, Message: `Bad Request: failed to send message #2 with the error message "` + text + `"`,
		}})
		assert.Equal(t, test.reason, v.Error.Reason, text)
		assert.Equal(t, test.executed, v.Executed, text)
	}
}

func TestAServerThatFellMayHaveDoneIt(t *testing.T) {
	t.Parallel()
	v := verdict(t, "5", refused(500, "Internal Server Error: restart", ""))
	assert.Equal(t, channel.ErrUnavailable, v.Error.Reason)
	assert.Equal(t, channel.ScopeMessage, v.Error.Scope)
	assert.Equal(t, adapter.ExecutedMaybe, v.Executed)
	assert.Empty(t, v.Pause)
}
