package telegramtest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// known is a server with a person the bot may write to, who never waits for the bot.
func known(t testing.TB) (*telegramtest.Server, *telegramtest.User) {
	t.Helper()
	srv := unlimited(t)
	hooked(t, srv, nil)
	ann := srv.NewUser("Ann")
	require.NoError(t, ann.Start(""))
	return srv, ann
}

func inline(buttons ...in) in { return in{"inline_keyboard": [][]in{buttons}} }

func TestSendMessageRefusesWithThePlatformsWords(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("😀", n) }
	for name, c := range map[string]struct {
		parameters in
		want       string
	}{
		"no chat":                   {in{"chat_id": "", "text": "x"}, "chat_id is empty"},
		"an unknown chat":           {in{"chat_id": 42, "text": "x"}, "chat not found"},
		"a chat id as a float":      {in{"chat_id": "5.5e9", "text": "x"}, "chat not found"},
		"a person's username":       {in{"chat_id": "@ann", "text": "x"}, "chat not found"},
		"no text":                   {in{}, "message text is empty"},
		"blank text":                {in{"text": " \n\t "}, "message text is empty"},
		"4097 code points":          {in{"text": long(4097)}, "message is too long"},
		"32769 bytes":               {in{"text": strings.Repeat("x", 32769)}, "text is too long"},
		"an unknown parse_mode":     {in{"text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"},
		"an unclosed tag":           {in{"text": "<b>x", "parse_mode": "HTML"}, `can't parse entities: Can't find end tag corresponding to start tag "b"`},
		"a tag nobody knows":        {in{"text": "<h1>x</h1>", "parse_mode": "HTML"}, `can't parse entities: Unsupported start tag "h1" at byte offset 0`},
		"an entity behind the end":  {in{"text": "x", "entities": []in{{"type": "bold", "offset": 0, "length": 2}}}, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2"},
		"an entity in a pair":       {in{"text": "😀x", "entities": []in{{"type": "bold", "offset": 1, "length": 2}}}, "entity begins in a middle of a UTF-16 symbol at byte offset 1"},
		"an unknown entity":         {in{"text": "x", "entities": []in{{"type": "blink", "offset": 0, "length": 1}}}, "unsupported entity type specified"},
		"markup null":               {in{"text": "x", "reply_markup": nil}, "object expected as reply markup"},
		"65 bytes of callback data": {in{"text": "x", "reply_markup": inline(in{"text": "b", "callback_data": strings.Repeat("я", 32) + "x"})}, "BUTTON_DATA_INVALID"},
		"a button without action":   {in{"text": "x", "reply_markup": inline(in{"text": "b"})}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		"a button with two actions": {in{"text": "x", "reply_markup": inline(in{"text": "b", "url": "https://a.io", "callback_data": "x"})}, "can't parse inline keyboard button: exactly one of the optional fields must be used"},
		"a button to a bare host":   {in{"text": "x", "reply_markup": inline(in{"text": "b", "url": "http://localhost/"})}, "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"},
		"a button by ftp":           {in{"text": "x", "reply_markup": inline(in{"text": "b", "url": "ftp://a.io/"})}, "inline keyboard button URL 'ftp://a.io/' is invalid: Unsupported URL protocol"},
		"a huge markup":             {in{"text": "x", "reply_markup": inline(in{"text": strings.Repeat("b", 11<<10), "callback_data": "x"})}, "reply markup is too long"},
		"a reply to nothing":        {in{"text": "x", "reply_parameters": in{"message_id": 99}}, "message to be replied not found"},
		"the older reply":           {in{"text": "x", "reply_to_message_id": 99}, "message to be replied not found"},
		"a thread":                  {in{"text": "x", "message_thread_id": 7}, "message thread not found"},
		"a business connection":     {in{"text": "x", "business_connection_id": "b"}, "business connection not found"},
		"a preview that is none":    {in{"text": "x", "link_preview_options": "yes"}, "object expected as link preview options"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			parameters := in{"chat_id": ann.ID()}
			for key, value := range c.parameters {
				parameters[key] = value
			}
			got := call(t, srv, "sendMessage", parameters)
			assert.Equal(t, 400, got.Status)
			assert.Equal(t, "Bad Request: "+c.want, got.Description)
			assert.Empty(t, ann.Messages())
		})
	}
}

func TestSendMessageTakesWhatIsJustAllowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parameters in
		want       string
	}{
		"4096 code points of two UTF-16 units": {in{"text": strings.Repeat("😀", 4096)}, strings.Repeat("😀", 4096)},
		"the word null":                        {in{"text": nil}, "null"},
		"blanks around":                        {in{"text": "\n  x \n"}, "x"},
		"entities null":                        {in{"text": "x", "entities": nil}, "x"},
		"64 bytes of callback data":            {in{"text": "x", "reply_markup": inline(in{"text": "b", "callback_data": strings.Repeat("я", 32)})}, "x"},
		"a missing reply that may miss":        {in{"text": "x", "reply_parameters": in{"message_id": 99, "allow_sending_without_reply": true}}, "x"},
		"nested values as text":                {in{"text": "x", "reply_markup": `{"force_reply":true}`}, "x"},
		"an empty keyboard":                    {in{"text": "x", "reply_markup": in{"inline_keyboard": []in{}}}, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			parameters := in{"chat_id": json.Number(ann.ID())}
			for key, value := range c.parameters {
				parameters[key] = value
			}
			mustCall(t, srv, "sendMessage", parameters)
			require.Len(t, ann.Messages(), 1)
			assert.Equal(t, c.want, ann.Messages()[0].Text)
		})
	}
}

func TestWhoMayBeWrittenTo(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	write := func(u *telegramtest.User) result {
		return call(t, srv, "sendMessage", in{"chat_id": u.ChatID(), "text": "x"})
	}
	stranger := srv.NewUser("Stranger")
	assert.Equal(t, "Forbidden: bot can't initiate conversation with a user", write(stranger).Description)
	assert.Equal(t, "Bad Request: chat not found", call(t, srv, "getChat", in{"chat_id": stranger.ID()}).Description)
	assert.Equal(t, "Bad Request: user not found", call(t, srv, "getUserProfilePhotos", in{"user_id": stranger.ID()}).Description)
	require.NoError(t, ann.Block())
	require.Error(t, ann.Block())
	require.Error(t, ann.Write("hi"))
	got := write(ann)
	assert.Equal(t, 403, got.Status)
	assert.Equal(t, "Forbidden: bot was blocked by the user", got.Description)
	assert.Equal(t, 403, call(t, srv, "sendChatAction", in{"chat_id": ann.ID(), "action": "typing"}).Status)
	require.NoError(t, ann.Unblock())
	assert.True(t, write(ann).OK)
	assert.True(t, call(t, srv, "sendChatAction", in{"chat_id": ann.ID(), "action": "typing"}).OK)
	assert.Equal(t, "Bad Request: wrong parameter action in request", call(t, srv, "sendChatAction", in{"chat_id": ann.ID(), "action": "dance"}).Description)
	assert.Contains(t, string(mustCall(t, srv, "getChat", in{"chat_id": ann.ID()}).Result), `"first_name":"Ann"`)
	assert.JSONEq(t, `{"total_count":0,"photos":[]}`, string(mustCall(t, srv, "getUserProfilePhotos", in{"user_id": ann.ID()}).Result))
	ann.Deactivate()
	assert.Equal(t, "Forbidden: user is deactivated", write(ann).Description)
	assert.Equal(t, "Forbidden: the bot can't send messages to the bot",
		call(t, srv, "sendMessage", in{"chat_id": "@Parley_Test_Bot", "text": "x"}).Description)
}

func TestTooManyButtonsAreDroppedWithoutAWord(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	row := make([]in, 13)
	for i := range row {
		row[i] = in{"text": "b", "callback_data": "1"}
	}
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "reply_markup": in{"inline_keyboard": [][]in{row}}})
	assert.Len(t, ann.Messages()[0].Keyboard.Rows[0], 12)
	var rows [][]string
	for range 30 {
		rows = append(rows, strings.Split(strings.Repeat("b", 12), ""))
	}
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "reply_markup": in{"keyboard": rows}})
	assert.Len(t, ann.Messages()[1].Keyboard.Rows, 25)
}

func TestEntitiesMoveWithTrimmingAndLinksAreFound(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "  😀 bold https://a.io/x. /help @someone", "entities": []in{
		{"type": "bold", "offset": 5, "length": 4}, {"type": "url", "offset": 0, "length": 2}}})
	assert.Equal(t, []telegramtest.Entity{
		{Type: "bold", Offset: 3, Length: 4}, {Type: "url", Offset: 8, Length: 14},
		{Type: "bot_command", Offset: 24, Length: 5}, {Type: "mention", Offset: 30, Length: 8},
	}, ann.Messages()[0].Entities)
}

func TestRateLimitsHoldInAnyWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		hooked(t, srv, nil)
		people := make([]*telegramtest.User, 31)
		for i := range people {
			people[i] = srv.NewUser(strings.Repeat("x", i+1))
			require.NoError(t, people[i].Start(""))
		}
		write := func(u *telegramtest.User) result {
			return call(t, srv, "sendMessage", in{"chat_id": u.ID(), "text": "x"})
		}
		require.True(t, write(people[0]).OK)
		time.Sleep(300 * time.Millisecond)
		got := write(people[0])
		assert.Equal(t, "Too Many Requests: retry after 1", got.Description)
		assert.Equal(t, 429, got.Status)
		assert.Equal(t, 1, got.Parameters.RetryAfter)
		assert.Equal(t, "1", got.Header.Get("Retry-After"))
		for _, u := range people[1:30] {
			require.True(t, write(u).OK)
		}
		require.Equal(t, 429, write(people[30]).Status, "31 in a second to the whole bot")
		time.Sleep(700 * time.Millisecond)
		require.True(t, write(people[0]).OK, "a refused message does not count")
		require.Equal(t, 429, write(people[30]).Status)
		time.Sleep(300 * time.Millisecond)
		require.True(t, write(people[30]).OK)
	})
}

func TestEditing(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	id := ann.ID()
	send := func(parameters in) {
		parameters["chat_id"] = id
		mustCall(t, srv, "sendMessage", parameters)
	}
	send(in{"text": "one", "reply_markup": inline(in{"text": "b", "callback_data": "1"})}) // 2, after /start
	send(in{"text": "two", "reply_markup": in{"keyboard": [][]string{{"b"}}}})             // 3
	edit := func(method string, parameters in) string {
		parameters["chat_id"] = id
		return call(t, srv, method, parameters).Description
	}
	const text, markup = "editMessageText", "editMessageReplyMarkup"
	assert.Equal(t, "Bad Request: message to edit not found", edit(text, in{"message_id": 99, "text": "x"}))
	assert.Equal(t, "Bad Request: message identifier is not specified", edit(text, in{"text": "x"}))
	assert.Equal(t, "Bad Request: message can't be edited", edit(text, in{"message_id": 1, "text": "x"}))
	assert.Equal(t, "Bad Request: message can't be edited", edit(text, in{"message_id": 3, "text": "x"}))
	assert.Equal(t, "Bad Request: inline keyboard expected", edit(text, in{"message_id": 2, "text": "x", "reply_markup": in{"force_reply": true}}))
	assert.Contains(t, edit(text, in{"message_id": 2, "text": "one", "reply_markup": inline(in{"text": "b", "callback_data": "1"})}), "message is not modified")
	assert.Empty(t, edit(text, in{"message_id": 2, "text": "uno", "reply_markup": inline(in{"text": "c", "callback_data": "1"})}))
	assert.Equal(t, "c", ann.Messages()[0].Keyboard.Rows[0][0].Text)
	assert.Empty(t, edit(markup, in{"message_id": 2}))
	assert.Contains(t, edit(markup, in{"message_id": 2}), "message is not modified")
	got := ann.Messages()[0]
	assert.Equal(t, "uno", got.Text)
	assert.Nil(t, got.Keyboard)
	assert.True(t, got.Edited)
}

func TestDeletingAndReacting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, ann := known(t)
		id := ann.ID()
		for range 4 {
			mustCall(t, srv, "sendMessage", in{"chat_id": id, "text": "x"}) // 2 to 5
		}
		react := func(parameters in) string {
			parameters["chat_id"] = id
			return call(t, srv, "setMessageReaction", parameters).Description
		}
		assert.Empty(t, react(in{"message_id": 1, "reaction": []in{{"type": "emoji", "emoji": "👍"}}}))
		assert.Equal(t, "Bad Request: REACTION_INVALID", react(in{"message_id": 1, "reaction": []in{{"type": "paid"}}}))
		assert.Equal(t, "Bad Request: REACTIONS_TOO_MANY", react(in{"message_id": 1, "reaction": []in{{"type": "paid"}, {"type": "paid"}}}))
		assert.Equal(t, "Bad Request: message to react not found", react(in{"message_id": 9}))

		mustCall(t, srv, "deleteMessage", in{"chat_id": id, "message_id": 2})
		assert.Equal(t, "Bad Request: message to delete not found", call(t, srv, "deleteMessage", in{"chat_id": id, "message_id": 2}).Description)
		mustCall(t, srv, "deleteMessages", in{"chat_id": id, "message_ids": []int{2, 3, 77}})
		assert.Equal(t, 400, call(t, srv, "deleteMessages", in{"chat_id": id, "message_ids": make([]int, 101)}).Status)
		assert.Equal(t, 400, call(t, srv, "deleteMessages", in{"chat_id": id, "message_ids": []string{"x"}}).Status)
		got := ann.Messages()
		assert.True(t, got[0].Deleted && got[1].Deleted && !got[2].Deleted)
		time.Sleep(48 * time.Hour)
		assert.Equal(t, "Bad Request: message can't be deleted for everyone", call(t, srv, "deleteMessage", in{"chat_id": id, "message_id": 4}).Description)
	})
}
