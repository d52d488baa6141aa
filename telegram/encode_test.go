package telegram

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// encoded is what Encode makes of a message, as the platform would get it.
func encoded(t *testing.T, chatID string, m channel.Message) (*request, error) {
	t.Helper()
	c, _ := newTest(t, ok("true"))
	p := &adapter.Part{ChatID: chatID, Message: m}
	if err := c.driver.Encode(p); err != nil {
		assert.Nil(t, p.Encoded)
		return nil, err
	}
	return p.Encoded.(*request), nil
}

func TestAChatIDHasOneForm(t *testing.T) {
	t.Parallel()
	for chatID, want := range map[string]target{
		"5512345678":              {id: 5512345678},
		"-1002233445566":          {id: -1002233445566},
		"-1002233445566/17":       {id: -1002233445566, topic: 17},
		"5512345678/17":           {id: 5512345678, topic: 17},
		"-1002233445566/d17":      {id: -1002233445566, direct: 17},
		"6600000001/bbc_AbCdEf01": {id: 6600000001, connection: "bc_AbCdEf01"},
		"6600000001/b17":          {id: 6600000001, connection: "17"},
		"6600000001/ba/b":         {id: 6600000001, connection: "a/b"},
		"@our_news":               {name: "@our_news"},
		"@our_news/17":            {name: "@our_news", topic: 17},
	} {
		got, err := parseTarget(chatID)
		require.NoError(t, err, chatID)
		assert.Equal(t, want, got)
		assert.Equal(t, chatID, got.String())
	}
	for _, chatID := range []string{
		"", "0", "-0", "+5", "05", " 5", "5 ", "5.0", "0x5", "1_0", "x", "@", "@a b", "@our-news", "our_news", "5/", "5/0", "5/1",
		"5/01", "5/-17", "5/17/18", "5/x", "5/b", "5/d17", "-5/d", "-5/d0", "-5/d-1", "-5/bx", "/17", "@our_news/bx", "@our_news/d1",
		"9223372036854775808", "-9223372036854775809", "5/9223372036854775808",
	} {
		_, err := parseTarget(chatID)
		assert.ErrorIs(t, err, channel.ErrInvalid, chatID)
	}
}

func TestEncodeMakesNoMoreThanWhatIsAsked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		chatID string
		m      channel.Message
		want   map[string]string
	}{
		"a text": {"5512345678", channel.Text("Hi"), map[string]string{"chat_id": "5512345678", "text": "Hi"}},
		"a text in a topic": {
			"-1002233445566/17", channel.Text("Hi"),
			map[string]string{"chat_id": "-1002233445566", "message_thread_id": "17", "text": "Hi"},
		},
		"a text in direct messages": {
			"-1002233445566/d17", channel.Text("Hi"),
			map[string]string{"chat_id": "-1002233445566", "direct_messages_topic_id": "17", "text": "Hi"},
		},
		"a text to a customer": {
			"6600000001/bbc_1", channel.Text("Hi"),
			map[string]string{"chat_id": "6600000001", "business_connection_id": "bc_1", "text": "Hi"},
		},
		"a text to a channel by name": {"@our_news", channel.Text("Hi"), map[string]string{"chat_id": "@our_news", "text": "Hi"}},
		"an answer without sound and preview": {
			"5512345678", channel.Message{Text: "a.io", ReplyTo: "80", Silent: true, NoPreview: true},
			map[string]string{
				"chat_id": "5512345678", "text": "a.io", "reply_parameters": `{"message_id":80}`,
				"disable_notification": "true", "link_preview_options": `{"is_disabled":true}`,
			},
		},
		"styles in UTF-16 units": {
			"5512345678", channel.Message{Text: "Привет 👋 x", Styles: []channel.Style{
				{Kind: channel.StyleBold, Start: 13, End: 17}, {Kind: channel.StyleLink, Start: 18, End: 19, URL: `https://a.io/?"q"`},
			}},
			map[string]string{
				"chat_id": "5512345678", "text": "Привет 👋 x",
				"entities": `[{"type":"bold","offset":7,"length":2},{"type":"text_link","offset":10,"length":1,"url":"https://a.io/?\"q\""}]`,
			},
		},
		"a program": {
			"5", channel.Message{Text: "x := 1", Styles: []channel.Style{{Kind: channel.StylePre, End: 6, Language: "go"}}},
			map[string]string{"chat_id": "5", "text": "x := 1", "entities": `[{"type":"pre","offset":0,"length":6,"language":"go"}]`},
		},
		"native parameters, but not over ours": {
			"5", channel.Message{Text: "x", Native: channel.Native{
				"telegram": json.RawMessage(`{"chat_id":6,"text":"y","protect_content":true,"message_effect_id":"51","n":1.5,"gone":null,"o":{"a":[1]}}`),
				"viber":    json.RawMessage(`{"x":1}`),
			}},
			map[string]string{"chat_id": "5", "text": "x", "protect_content": "true", "message_effect_id": "51", "n": "1.5", "o": `{"a":[1]}`},
		},
		"what Extra has": {
			"5", channel.Message{Text: "<b>x</b>", Native: Extra{Protect: true, Effect: "51", PaidBroadcast: true, ParseMode: "HTML"}.Native()},
			map[string]string{
				"chat_id": "5", "text": "<b>x</b>", "protect_content": "true", "message_effect_id": "51",
				"allow_paid_broadcast": "true", "parse_mode": "HTML",
			},
		},
		"nothing of an empty Extra": {"5", channel.Message{Text: "x", Native: Extra{}.Native()}, map[string]string{"chat_id": "5", "text": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := encoded(t, test.chatID, test.m)
			require.NoError(t, err)
			assert.Equal(t, "sendMessage", r.method)
			assert.Equal(t, test.want, map[string]string(r.params))
		})
	}
}

func TestEncodeRefusesAndNamesTheField(t *testing.T) {
	t.Parallel()
	styled := func(s channel.Style) channel.Message {
		return channel.Message{Text: "a👋b", Styles: []channel.Style{s}}
	}
	for name, test := range map[string]struct {
		m      channel.Message
		reason channel.Reason
		says   string
	}{
		"no text":                    {channel.Message{}, channel.ErrInvalid, "Text"},
		"a text of space":            {channel.Text(" \n\t"), channel.ErrInvalid, "Text"},
		"a text that is not UTF-8":   {channel.Text("a\xff"), channel.ErrInvalid, "Text"},
		"a text that is too long":    {channel.Text(strings.Repeat("👋", 4097)), channel.ErrTooLarge, "4097 characters of 4096"},
		"too many styles":            {channel.Message{Text: "a", Styles: make([]channel.Style, 101)}, channel.ErrTooLarge, "Styles"},
		"an unknown style":           {styled(channel.Style{Kind: "blink", End: 1}), channel.ErrUnsupported, "Styles[0]"},
		"a style beyond the text":    {styled(channel.Style{Kind: channel.StyleBold, End: 7}), channel.ErrInvalid, "Styles[0]"},
		"a style before the text":    {styled(channel.Style{Kind: channel.StyleBold, Start: -1, End: 1}), channel.ErrInvalid, "Styles[0]"},
		"an empty style":             {styled(channel.Style{Kind: channel.StyleBold, Start: 1, End: 1}), channel.ErrInvalid, "Styles[0]"},
		"a style within a rune":      {styled(channel.Style{Kind: channel.StyleBold, End: 3}), channel.ErrInvalid, "Styles[0]"},
		"a link without a URL":       {styled(channel.Style{Kind: channel.StyleLink, End: 1}), channel.ErrInvalid, "Styles[0]"},
		"an answer to no number":     {channel.Message{Text: "a", ReplyTo: "x"}, channel.ErrInvalid, "ReplyTo"},
		"an answer to message 0":     {channel.Message{Text: "a", ReplyTo: "0"}, channel.ErrInvalid, "ReplyTo"},
		"native of an array":         {channel.Message{Text: "a", Native: channel.Native{"telegram": []byte(`[]`)}}, channel.ErrInvalid, "Native"},
		"native of null":             {channel.Message{Text: "a", Native: channel.Native{"telegram": []byte(`null`)}}, channel.ErrInvalid, "Native"},
		"native that is no JSON":     {channel.Message{Text: "a", Native: channel.Native{"telegram": []byte(`{`)}}, channel.ErrInvalid, "Native"},
		"a parse mode beside styles": {channel.Message{Text: "a", Styles: []channel.Style{{Kind: channel.StyleBold, End: 1}}, Native: Extra{ParseMode: "HTML"}.Native()}, channel.ErrInvalid, "parse_mode"},
		"attachments":                {channel.Message{Text: "a", Attachments: []channel.Attachment{{}}}, channel.ErrUnsupported, "Attachments"},
		"a location":                 {channel.Message{Text: "a", Location: &channel.Location{}}, channel.ErrUnsupported, "Location"},
		"contacts":                   {channel.Message{Text: "a", Contacts: []channel.Contact{{}}}, channel.ErrUnsupported, "Contacts"},
		"cards":                      {channel.Message{Text: "a", Cards: []channel.Card{{}}}, channel.ErrUnsupported, "Cards"},
		"a template":                 {channel.Message{Text: "a", Template: &channel.Template{}}, channel.ErrUnsupported, "Template"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := encoded(t, "5512345678", test.m)
			require.ErrorIs(t, err, test.reason)
			assert.ErrorContains(t, err, test.says)
		})
	}
	_, err := encoded(t, "nobody", channel.Text("x"))
	assert.ErrorIs(t, err, channel.ErrInvalid)
}

func TestATextIsMeasuredInCodePoints(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("👋", 4096), strings.Repeat("a", 4096), strings.Repeat("ї", 4096)} {
		r, err := encoded(t, "5", channel.Text(text))
		require.NoError(t, err)
		assert.Equal(t, text, r.params["text"])
	}
}

func TestKeyboardsAreAsTelegramHasThem(t *testing.T) {
	t.Parallel()
	row := func(buttons ...channel.Button) [][]channel.Button { return [][]channel.Button{buttons} }
	for name, test := range map[string]struct {
		k    channel.Keyboard
		want string
	}{
		"inline": {
			channel.Keyboard{Inline: true, Rows: [][]channel.Button{
				{{Text: "Yes", Data: "y:1"}, {Text: "Site", URL: "https://a.io/"}}, {},
				{{Text: "Так"}, {Kind: channel.ButtonApp, Text: "App", URL: "https://a.io/app"}, {Text: "Ann", URL: "tg://user?id=55"}},
			}},
			`{"inline_keyboard":[[{"text":"Yes","callback_data":"y:1"},{"text":"Site","url":"https://a.io/"}],[{"text":"Так","callback_data":"Так"},{"text":"App","web_app":{"url":"https://a.io/app"}},{"text":"Ann","url":"tg://user?id=55"}]]}`,
		},
		"inline with native parts": {
			channel.Keyboard{Inline: true, Rows: row(
				channel.Button{Text: "Copy", Native: channel.Native{"telegram": []byte(`{"copy_text":{"text":"42"}}`)}},
				channel.Button{Text: "No", Data: "n", Native: channel.Native{"telegram": []byte(`{"style":"danger","callback_data":"x"}`)}},
			)},
			`{"inline_keyboard":[[{"text":"Copy","copy_text":{"text":"42"}},{"text":"No","callback_data":"n","style":"danger"}]]}`,
		},
		"reply": {
			channel.Keyboard{OneTime: true, Rows: row(
				channel.Button{Text: "A"}, channel.Button{Kind: channel.ButtonPhone, Text: "P"},
				channel.Button{Kind: channel.ButtonLocation, Text: "L"}, channel.Button{Kind: channel.ButtonApp, Text: "W", URL: "https://a.io/"},
			)},
			`{"keyboard":[[{"text":"A"},{"text":"P","request_contact":true},{"text":"L","request_location":true},{"text":"W","web_app":{"url":"https://a.io/"}}]],"resize_keyboard":true,"one_time_keyboard":true}`,
		},
		"none":        {channel.Keyboard{}, `{"remove_keyboard":true}`},
		"inline none": {channel.Keyboard{Inline: true}, ""},
		"a label that needs escapes": {
			channel.Keyboard{Rows: row(channel.Button{Text: "a\"\\\n\xff"})},
			`{"keyboard":[[{"text":"a\"\\\n` + "\uFFFD" + `"}]],"resize_keyboard":true}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := encoded(t, "5", channel.Message{Text: "x", Keyboard: &test.k})
			require.NoError(t, err)
			if test.want == "" {
				assert.NotContains(t, r.params, "reply_markup")
				return
			}
			assert.JSONEq(t, test.want, r.params["reply_markup"])
		})
	}
}

func TestKeyboardsThatTelegramWouldRefuse(t *testing.T) {
	t.Parallel()
	inline := func(b channel.Button) channel.Keyboard {
		return channel.Keyboard{Inline: true, Rows: [][]channel.Button{{b}}}
	}
	reply := func(b channel.Button) channel.Keyboard { return channel.Keyboard{Rows: [][]channel.Button{{b}}} }
	many := make([]channel.Button, 9)
	for i := range many {
		many[i].Text = "x"
	}
	rows := make([][]channel.Button, 13)
	for i := range rows {
		rows[i] = many[:8]
	}
	for name, test := range map[string]struct {
		chatID string
		k      channel.Keyboard
		reason channel.Reason
		says   string
	}{
		"no label":                    {"5", inline(channel.Button{Data: "x"}), channel.ErrInvalid, "Keyboard.Rows[0][0]: Text"},
		"data of 65 bytes":            {"5", inline(channel.Button{Text: "x", Data: strings.Repeat("ї", 33)}), channel.ErrInvalid, "66 bytes of 64"},
		"a label of 65 bytes as data": {"5", inline(channel.Button{Text: strings.Repeat("x", 65)}), channel.ErrInvalid, "65 bytes of 64"},
		"a host without a dot":        {"5", inline(channel.Button{Text: "x", URL: "http://localhost/"}), channel.ErrInvalid, "URL"},
		"a URL of another kind":       {"5", inline(channel.Button{Text: "x", URL: "ftp://a.io/"}), channel.ErrInvalid, "URL"},
		"a URL without a scheme":      {"5", inline(channel.Button{Text: "x", URL: "a.io"}), channel.ErrInvalid, "URL"},
		"a URL that is none":          {"5", inline(channel.Button{Text: "x", URL: "https://a.io/%zz"}), channel.ErrInvalid, "URL"},
		"an app without TLS":          {"5", inline(channel.Button{Kind: channel.ButtonApp, Text: "x", URL: "http://a.io"}), channel.ErrInvalid, "app"},
		"an app in a group":           {"-5", inline(channel.Button{Kind: channel.ButtonApp, Text: "x", URL: "https://a.io"}), channel.ErrUnsupported, "private"},
		"an app for a customer":       {"5/bc", inline(channel.Button{Kind: channel.ButtonApp, Text: "x", URL: "https://a.io"}), channel.ErrUnsupported, "app"},
		"a phone in a group":          {"-5", reply(channel.Button{Kind: channel.ButtonPhone, Text: "x"}), channel.ErrUnsupported, "private"},
		"a phone inline":              {"5", inline(channel.Button{Kind: channel.ButtonPhone, Text: "x"}), channel.ErrUnsupported, "inline"},
		"an e-mail":                   {"5", reply(channel.Button{Kind: channel.ButtonEmail, Text: "x"}), channel.ErrUnsupported, "email"},
		"a reply inline":              {"5", inline(channel.Button{Kind: channel.ButtonReply, Text: "x"}), channel.ErrUnsupported, "inline"},
		"a callback in a reply one":   {"5", reply(channel.Button{Kind: channel.ButtonCallback, Text: "x"}), channel.ErrUnsupported, "reply"},
		"a URL in a reply one":        {"-5", reply(channel.Button{Text: "x", URL: "https://a.io"}), channel.ErrUnsupported, "reply"},
		"a reply one for a customer":  {"5/bc", reply(channel.Button{Text: "x"}), channel.ErrUnsupported, "inline"},
		"nine in a row":               {"5", channel.Keyboard{Rows: [][]channel.Button{many}}, channel.ErrInvalid, "8"},
		"more than a hundred":         {"5", channel.Keyboard{Rows: rows}, channel.ErrInvalid, "100"},
		"native that is no object":    {"5", inline(channel.Button{Text: "x", Native: channel.Native{"telegram": []byte(`1`)}}), channel.ErrInvalid, "Native"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := encoded(t, test.chatID, channel.Message{Text: "x", Keyboard: &test.k})
			require.ErrorIs(t, err, test.reason)
			assert.ErrorContains(t, err, test.says)
		})
	}
}

func TestEncodeNamesTheCosts(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for chatID, want := range map[string][]adapter.Cost{
		"5512345678":       {{Pace: "bot"}, {Pace: "chat"}},
		"5512345678/bc":    {{Pace: "bot"}, {Pace: "chat"}},
		"-1002233445566":   {{Pace: "bot"}, {Pace: "chat"}, {Pace: "group"}},
		"-1002233445566/2": {{Pace: "bot"}, {Pace: "chat"}, {Pace: "group"}},
		"@our_news":        {{Pace: "bot"}, {Pace: "chat"}, {Pace: "group"}},
	} {
		p := &adapter.Part{ChatID: chatID, Message: channel.Text("x")}
		require.NoError(t, c.driver.Encode(p))
		assert.Equal(t, want, p.Costs)
	}
}

func TestEncodeLeavesTheMessageAsItWas(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	m := channel.Message{
		Text: "x", Styles: []channel.Style{{Kind: channel.StyleBold, End: 1}},
		Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "x"}}}}, Native: Extra{Protect: true}.Native(),
	}
	before, err := json.Marshal(m)
	require.NoError(t, err)
	p := &adapter.Part{ChatID: "5", Message: m}
	require.NoError(t, c.driver.Encode(p))
	first := url.Values{}
	for k, v := range p.Encoded.(*request).params {
		first.Set(k, v)
	}
	require.NoError(t, c.driver.Encode(p))
	for k, v := range p.Encoded.(*request).params {
		assert.Equal(t, first.Get(k), v)
	}
	after, err := json.Marshal(m)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
}

func FuzzEntities(f *testing.F) {
	f.Add("Привет 👋 https://a.io", 13, 17)
	f.Add("a\xff\U0001F469\u200D\U0001F4BB", 0, 3)
	f.Add("", 0, 0)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		if !utf8.ValidString(text) {
			return // which Encode refuses before
		}
		made, err := entitiesJSON(text, []channel.Style{{Kind: channel.StyleBold, Start: start, End: end}})
		if err != nil {
			require.ErrorIs(t, err, channel.ErrInvalid)
			return
		}
		var back []entity
		require.NoError(t, json.Unmarshal([]byte(made), &back))
		got := styles(text, back)
		require.Equal(t, []channel.Style{{Kind: channel.StyleBold, Start: start, End: end}}, got, "decoding takes it back")
	})
}

func BenchmarkEncode(b *testing.B) {
	c, err := New(testConfig())
	require.NoError(b, err)
	p := &adapter.Part{ChatID: "5512345678", Message: channel.Message{
		Text: "Привет 👋 x", Styles: []channel.Style{{Kind: channel.StyleBold, Start: 0, End: 12}},
		Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "Yes", Data: "y:1"}, {Text: "No", Data: "n:1"}}}},
	}}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.driver.Encode(p); err != nil {
			b.Fatal(err)
		}
	}
}
