package telegramtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMarkupRefusedWithAReason(t *testing.T) {
	t.Parallel()
	reply := func(buttons ...any) in { return in{"keyboard": [][]any{buttons}} }
	for name, c := range map[string]struct {
		markup any
		want   string
	}{
		"broken JSON":               {`{"inline_keyboard":`, "can't parse reply keyboard markup JSON object"},
		"a flat array":              {in{"inline_keyboard": []in{{"text": "a", "callback_data": "1"}}}, "can't parse inline keyboard button: expected an Array of Array of buttons"},
		"a button that is a string": {in{"inline_keyboard": [][]string{{"a"}}}, "can't parse inline keyboard button: expected an Object"},
		"no text":                   {inline(in{"callback_data": "1"}), `can't parse inline keyboard button: Can't find field "text"`},
		"blank text":                {inline(in{"text": " ", "callback_data": "1"}), "can't parse inline keyboard button: button text must be non-empty"},
		"text of another type":      {inline(in{"text": true, "callback_data": "1"}), `can't parse inline keyboard button: Field "text" must be of type String`},
		"empty callback data":       {inline(in{"text": "a", "callback_data": ""}), "BUTTON_DATA_INVALID"},
		"an unknown style":          {inline(in{"text": "a", "callback_data": "1", "style": "loud"}), "can't parse inline keyboard button: invalid button style specified"},
		"a URL without a host":      {inline(in{"text": "a", "url": "https:///x"}), "inline keyboard button URL 'https:///x' is invalid: URL host is empty"},
		"a URL that is none":        {inline(in{"text": "a", "url": "https://a b.io"}), "inline keyboard button URL 'https://a b.io' is invalid: Failed to parse URL"},
		"too much to copy":          {inline(in{"text": "a", "copy_text": in{"text": strings.Repeat("x", 257)}}), "BUTTON_COPY_TEXT_INVALID"},
		"copying no object":         {inline(in{"text": "a", "copy_text": "x"}), "can't parse inline keyboard button: expected an Object"},
		"a Web App by http":         {inline(in{"text": "a", "web_app": in{"url": "http://a.io"}}), "inline keyboard button Web App URL 'http://a.io' is invalid: Only HTTPS links are allowed"},
		"two requests of a button":  {reply(in{"text": "a", "request_contact": true, "request_location": true}), "can't parse keyboard button: at most one of the optional fields must be used"},
		"a request that is no flag": {reply(in{"text": "a", "request_contact": "yes"}), `can't parse keyboard button: Field "request_contact" must be of type Boolean`},
		"a number as a button":      {reply(7), "can't parse keyboard button: expected an Object"},
		"a long placeholder":        {in{"keyboard": [][]string{{"a"}}, "input_field_placeholder": strings.Repeat("x", 65)}, "input field placeholder is too long"},
		"an option that is no flag": {in{"keyboard": [][]string{{"a"}}, "resize_keyboard": 1}, `can't parse reply keyboard markup: Field "resize_keyboard" must be of type Boolean`},
		"a removal that is no flag": {in{"remove_keyboard": "yes"}, `can't parse reply keyboard markup: Field "remove_keyboard" must be of type Boolean`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			got := call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "reply_markup": c.markup})
			assert.Equal(t, "Bad Request: "+c.want, got.Description)
			assert.Empty(t, ann.Messages())
		})
	}
}

func TestEveryKindOfMarkupArrives(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	send := func(markup in) result {
		return mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "reply_markup": markup})
	}
	got := send(inline(
		in{"text": "data", "callback_data": "1", "style": "danger"}, in{"text": "tg", "url": "tg://user?id=1"},
		in{"text": "copy", "copy_text": in{"text": "c"}}, in{"text": "app", "web_app": in{"url": "https://a.io"}},
		in{"text": "switch", "switch_inline_query": ""}, in{"text": "here", "switch_inline_query_current_chat": "q"},
		in{"text": "pay", "pay": true}, in{"text": "login", "login_url": in{"url": "https://a.io"}},
	))
	require.Contains(t, string(send(inline(in{"text": "Yes", "callback_data": "y", "copy_text": in{"text": ""}})).Result),
		`[[{"text":"Yes","callback_data":"y"}]]`, "an empty copy_text beside another action is none")
	require.NoError(t, ann.Press("Yes"))
	assert.Contains(t, string(got.Result), `"switch_inline_query":""`)
	assert.Contains(t, string(got.Result), `"copy_text":{"text":"c"}`)
	got = send(in{
		"keyboard":        [][]any{{"plain", in{"text": "where", "request_location": true}}, {in{"text": "app", "web_app": in{"url": "https://a.io"}}}},
		"resize_keyboard": true, "one_time_keyboard": true, "is_persistent": true, "input_field_placeholder": "type",
	})
	assert.NotContains(t, string(got.Result), "reply_markup", "the API shows inline keyboards alone")
	send(in{"force_reply": true, "input_field_placeholder": "answer"})
	send(in{"remove_keyboard": false})

	all := ann.Messages()
	require.Len(t, all, 5)
	assert.True(t, all[0].Keyboard.Inline)
	assert.Len(t, all[0].Keyboard.Rows[0], 8)
	k := all[2].Keyboard
	assert.True(t, k.Resize && k.OneTime && k.Persistent && k.Rows[0][1].RequestLocation)
	assert.Equal(t, "type", k.Placeholder)
	assert.True(t, all[3].Keyboard.ForceReply)
	assert.Equal(t, "answer", all[3].Keyboard.Placeholder)
	assert.Nil(t, all[4].Keyboard)

	require.NoError(t, ann.Press("copy"))
	require.ErrorContains(t, ann.Press("switch"), "not emulated")
	require.ErrorContains(t, ann.Press("where"), "use SendLocation")
}

func TestOtherParametersOfAMessage(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	send := func(parameters in) string {
		parameters["chat_id"], parameters["text"] = ann.ID(), "x"
		return call(t, srv, "sendMessage", parameters).Description
	}
	assert.Empty(t, send(in{"link_preview_options": in{"is_disabled": true, "url": "https://a.io"}, "disable_notification": true, "protect_content": "yes"}))
	assert.Contains(t, send(in{"link_preview_options": in{"is_disabled": "no"}}), "link preview options")
	assert.Contains(t, send(in{"reply_parameters": "1"}), "object expected as reply parameters")
	assert.Contains(t, send(in{"reply_parameters": in{"message_id": "one"}}), `Field "message_id" must be a valid Number`)
	assert.Contains(t, send(in{"reply_parameters": in{"message_id": 1, "quote": "absent"}}), "QUOTE_TEXT_INVALID")
	assert.Contains(t, send(in{"reply_parameters": in{"message_id": 1, "chat_id": 42}}), "chat not found")
	assert.Empty(t, send(in{"reply_parameters": in{"message_id": 1, "quote": "/start"}}))
	assert.Contains(t, send(in{"entities": "["}), "can't parse entities JSON object")
	assert.Contains(t, send(in{"entities": in{}}), "expected an Array of MessageEntity")
	assert.Contains(t, send(in{"entities": []in{{"type": "text_link", "offset": 0, "length": 1}}}), `Can't find field "url"`)
	assert.Contains(t, send(in{"entities": []in{{"type": "bold", "offset": -1, "length": 1}}}), "invalid range")
	all := ann.Messages()
	assert.True(t, all[0].Silent && all[0].Protected)
	assert.Equal(t, ann.Sent()[0].ID, all[1].ReplyTo)
}

func TestACallbackOpensOwnStartLinksOnly(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "reply_markup": inline(in{"text": "b", "callback_data": "1"})})
	require.NoError(t, ann.Press("b"))
	answer := func(link string) string {
		return call(t, srv, "answerCallbackQuery", in{"callback_query_id": "1", "url": link}).Description
	}
	assert.Equal(t, "Bad Request: URL_INVALID", answer("https://a.io/"))
	assert.Contains(t, answer("https://t.me/Parley_Test_Bot?start=x"), "query ID is invalid")
}
