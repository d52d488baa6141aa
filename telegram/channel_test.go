package telegram

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

const editedMessage = `{"message_id":15,"chat":{"id":5,"type":"private"},"date":1}`

func TestAbilitiesMakeTheirCalls(t *testing.T) {
	t.Parallel()
	type form = map[string][]string
	press := &channel.Event{Postback: &channel.Postback{ID: "23"}}
	for name, test := range map[string]struct {
		do     func(context.Context, *Channel) error
		answer answer
		method string
		form   form
	}{
		"an edit": {
			func(ctx context.Context, c *Channel) error { return c.Edit(ctx, "5", "15", channel.Text("new")) },
			ok(editedMessage), "editMessageText", form{"chat_id": {"5"}, "message_id": {"15"}, "text": {"new"}},
		},
		"an edit for a customer, with a keyboard": {
			func(ctx context.Context, c *Channel) error {
				return c.Edit(ctx, "6/bbc_1", "15", channel.Message{Text: "new", NoPreview: true, Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "A", Data: "a"}}}}})
			},
			ok(editedMessage), "editMessageText", form{
				"chat_id": {"6"}, "business_connection_id": {"bc_1"}, "message_id": {"15"}, "text": {"new"},
				"link_preview_options": {`{"is_disabled":true}`}, "reply_markup": {`{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}`},
			},
		},
		"an edit that takes the keyboard away": {
			func(ctx context.Context, c *Channel) error {
				return c.Edit(ctx, "-5/17", "15", channel.Message{Text: "new", Keyboard: &channel.Keyboard{}})
			},
			ok("true"), "editMessageText", form{"chat_id": {"-5"}, "message_id": {"15"}, "text": {"new"}, "reply_markup": {`{"inline_keyboard":[]}`}},
		},
		"an edit that changes nothing": {
			func(ctx context.Context, c *Channel) error { return c.Edit(ctx, "5", "15", channel.Text("new")) },
			refused(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same", ""),
			"editMessageText", form{"chat_id": {"5"}, "message_id": {"15"}, "text": {"new"}},
		},
		"a deletion": {
			func(ctx context.Context, c *Channel) error { return c.Delete(ctx, "-5/17", "15", "16") },
			ok("true"), "deleteMessages", form{"chat_id": {"-5"}, "message_ids": {"[15,16]"}},
		},
		"a deletion of what is gone": {
			func(ctx context.Context, c *Channel) error { return c.Delete(ctx, "5", "15") },
			refused(400, "Bad Request: message to delete not found", ""), "deleteMessages", form{"chat_id": {"5"}, "message_ids": {"[15]"}},
		},
		"a reaction": {
			func(ctx context.Context, c *Channel) error { return c.React(ctx, "5", "15", "👍") },
			ok("true"), "setMessageReaction", form{"chat_id": {"5"}, "message_id": {"15"}, "reaction": {`[{"type":"emoji","emoji":"👍"}]`}},
		},
		"a custom reaction": {
			func(ctx context.Context, c *Channel) error { return c.React(ctx, "5", "15", "5368324170671202286") },
			ok("true"), "setMessageReaction", form{"chat_id": {"5"}, "message_id": {"15"}, "reaction": {`[{"type":"custom_emoji","custom_emoji_id":"5368324170671202286"}]`}},
		},
		"no reaction any more": {
			func(ctx context.Context, c *Channel) error { return c.React(ctx, "5", "15", "") },
			ok("true"), "setMessageReaction", form{"chat_id": {"5"}, "message_id": {"15"}, "reaction": {`[]`}},
		},
		"typing in a topic": {
			func(ctx context.Context, c *Channel) error { return c.SendTyping(ctx, "-5/17") },
			ok("true"), "sendChatAction", form{"chat_id": {"-5"}, "message_thread_id": {"17"}, "action": {"typing"}},
		},
		"typing to a customer": {
			func(ctx context.Context, c *Channel) error { return c.SendTyping(ctx, "6/bbc_1") },
			ok("true"), "sendChatAction", form{"chat_id": {"6"}, "business_connection_id": {"bc_1"}, "action": {"typing"}},
		},
		"an answer": {
			func(ctx context.Context, c *Channel) error { return c.Answer(ctx, press, strings.Repeat("ї", 200)) },
			ok("true"), "answerCallbackQuery", form{"callback_query_id": {"23"}, "text": {strings.Repeat("ї", 200)}},
		},
		"an answer that comes late": {
			func(ctx context.Context, c *Channel) error { return c.Answer(ctx, press, "") },
			refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid", ""),
			"answerCallbackQuery", form{"callback_query_id": {"23"}},
		},
		"a registration": {
			func(ctx context.Context, c *Channel) error {
				return c.Register(ctx, "https://bot.example/telegram/770011")
			},
			ok("true"), "setWebhook", form{"url": {"https://bot.example/telegram/770011"}, "secret_token": {testSecret}, "allowed_updates": {allowedUpdates}},
		},
		"an end of it": {
			func(ctx context.Context, c *Channel) error { return c.Unregister(ctx) },
			ok("true"), "deleteWebhook", form{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newTest(t, test.answer)
			require.NoError(t, test.do(t.Context(), c))
			call := a.only(t)
			assert.Equal(t, test.method, call.method)
			assert.Equal(t, test.form, form(call.form))
		})
	}
}

func TestAbilitiesRefuseWhatIsWrongBeforeACall(t *testing.T) {
	t.Parallel()
	long := channel.Text(strings.Repeat("x", 4097))
	for name, test := range map[string]struct {
		do     func(context.Context, *Channel) error
		reason channel.Reason
		says   string
	}{
		"an edit in no chat":       {func(ctx context.Context, c *Channel) error { return c.Edit(ctx, "x", "1", channel.Text("a")) }, channel.ErrInvalid, "telegram: edit: the chat ID"},
		"an edit of no message":    {func(ctx context.Context, c *Channel) error { return c.Edit(ctx, "5", "", channel.Text("a")) }, channel.ErrInvalid, "telegram: edit: message ID"},
		"an edit without a text":   {func(ctx context.Context, c *Channel) error { return c.Edit(ctx, "5", "1", channel.Message{}) }, channel.ErrInvalid, "telegram: edit: Text"},
		"an edit that is too long": {func(ctx context.Context, c *Channel) error { return c.Edit(ctx, "5", "1", long) }, channel.ErrTooLarge, "telegram: edit: Text"},
		"an edit with a reply keyboard": {func(ctx context.Context, c *Channel) error {
			return c.Edit(ctx, "5", "1", channel.Message{Text: "a", Keyboard: &channel.Keyboard{Rows: [][]channel.Button{{{Text: "A"}}}}})
		}, channel.ErrInvalid, "Keyboard"},
		"an edit with a bad button": {func(ctx context.Context, c *Channel) error {
			return c.Edit(ctx, "5", "1", channel.Message{Text: "a", Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{}}}}})
		}, channel.ErrInvalid, "Keyboard.Rows[0][0]"},
		"a deletion in no chat":    {func(ctx context.Context, c *Channel) error { return c.Delete(ctx, "", "1") }, channel.ErrInvalid, "telegram: delete: the chat ID"},
		"a deletion of no message": {func(ctx context.Context, c *Channel) error { return c.Delete(ctx, "5", "1", "x") }, channel.ErrInvalid, "telegram: delete: message ID"},
		"a reaction in no chat":    {func(ctx context.Context, c *Channel) error { return c.React(ctx, "", "1", "") }, channel.ErrInvalid, "telegram: react: the chat ID"},
		"a reaction to no message": {func(ctx context.Context, c *Channel) error { return c.React(ctx, "5", "-1", "") }, channel.ErrInvalid, "telegram: react: message ID"},
		"typing in no chat":        {func(ctx context.Context, c *Channel) error { return c.SendTyping(ctx, "") }, channel.ErrInvalid, "telegram: typing: the chat ID"},
		"an answer to no event":    {func(ctx context.Context, c *Channel) error { return c.Answer(ctx, nil, "") }, channel.ErrInvalid, "telegram: answer: "},
		"an answer to no press": {func(ctx context.Context, c *Channel) error {
			return c.Answer(ctx, &channel.Event{Postback: &channel.Postback{}}, "")
		}, channel.ErrInvalid, "telegram: answer: "},
		"an answer that is too long": {func(ctx context.Context, c *Channel) error {
			return c.Answer(ctx, &channel.Event{Postback: &channel.Postback{ID: "1"}}, strings.Repeat("ї", 201))
		}, channel.ErrTooLarge, "201 characters of 200"},
		"a webhook at no URL": {func(ctx context.Context, c *Channel) error { return c.Register(ctx, "bot.example") }, channel.ErrInvalid, "telegram: register: the URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newTest(t, ok("true"))
			err := test.do(t.Context(), c)
			require.ErrorIs(t, err, test.reason)
			assert.ErrorContains(t, err, test.says)
			assert.Empty(t, a.calls)
		})
	}
}

func TestAnAbilityReturnsThePlatformsRefusal(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context, *Channel) error{
		"edit":   func(ctx context.Context, c *Channel) error { return c.Edit(ctx, "5", "15", channel.Text("new")) },
		"delete": func(ctx context.Context, c *Channel) error { return c.Delete(ctx, "5", "15") },
		"react":  func(ctx context.Context, c *Channel) error { return c.React(ctx, "5", "15", "👍") },
		"typing": func(ctx context.Context, c *Channel) error { return c.SendTyping(ctx, "5") },
		"registered": func(ctx context.Context, c *Channel) error {
			_, err := c.Registered(ctx)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newTest(t, refused(403, "Forbidden: bot was blocked by the user", ""))
			assert.ErrorContains(t, do(t.Context(), c), "bot was blocked by the user")
		})
	}
}

func TestAHundredMessagesAreDeletedInACall(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok("true"))
	ids := make([]string, 201)
	for i := range ids {
		ids[i] = strconv.Itoa(i + 1)
	}
	require.NoError(t, c.Delete(t.Context(), "5", ids...))
	require.Len(t, a.calls, 3)
	assert.Equal(t, "["+strings.Join(ids[:100], ",")+"]", a.calls[0].form.Get("message_ids"))
	assert.Equal(t, "["+strings.Join(ids[100:200], ",")+"]", a.calls[1].form.Get("message_ids"))
	assert.Equal(t, "[201]", a.calls[2].form.Get("message_ids"))

	none, b := newTest(t, ok("true"))
	require.NoError(t, none.Delete(t.Context(), "5"))
	assert.Empty(t, b.calls)
}

func TestRegisteredTellsWhatAilsTheWebhook(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok(`{"url":"https://bot.example/","has_custom_certificate":false,"pending_update_count":7,"last_error_date":1795300000,"last_error_message":"Connection refused"}`))
	r, err := c.Registered(t.Context())
	require.NoError(t, err)
	assert.Equal(t, channel.Registration{
		URL: "https://bot.example/", Pending: 7, LastError: "Connection refused", LastErrorAt: time.Unix(1795300000, 0).UTC(),
	}, r)

	none, _ := newTest(t, ok(`{"url":"","has_custom_certificate":false,"pending_update_count":0}`))
	r, err = none.Registered(t.Context())
	require.NoError(t, err)
	assert.Equal(t, channel.Registration{}, r)
}

func TestAPollOnlyChannelIsNotRegistered(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.PollOnly = true
	c, a := newTestOf(t, cfg, ok("true"))
	require.ErrorIs(t, c.Register(t.Context(), "https://bot.example/"), channel.ErrUnsupported)
	assert.Empty(t, a.calls)
}

func TestAbilitiesAreFoundThroughTheChannel(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	_, found := channel.As[channel.Editor](c)
	assert.True(t, found)
	_, found = channel.As[channel.Editor](c.Unwrap())
	assert.False(t, found, "the engine alone has none")
	_, found = channel.As[channel.ReadMarker](c)
	assert.False(t, found, "Telegram lets no bot mark a chat as read")
}
