package telegram

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

const textUpdate = `{"update_id":700020,"message":{"message_id":21,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"date":1795300200,"text":"Hi"}}`

func webhook(secrets ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	for _, s := range secrets {
		r.Header.Add("X-Telegram-Bot-Api-Secret-Token", s)
	}
	return r
}

func TestReceiveTakesARequestWithTheSecretAlone(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	delivery, err := c.driver.Receive(webhook(testSecret), []byte(textUpdate))
	require.NoError(t, err)
	require.Len(t, delivery.Events, 1)
	assert.Equal(t, "Hi", delivery.Events[0].Event.Message.Text)

	for name, r := range map[string]*http.Request{
		"without a secret":             webhook(),
		"with an empty secret":         webhook(""),
		"with another":                 webhook("canary_webhook-secreT"),
		"with the beginning of it":     webhook(testSecret[:5]),
		"with more than it":            webhook(testSecret + "x"),
		"with another before it":       webhook("x", testSecret),
		"with the token in its place":  webhook(testToken),
		"with it in the query instead": httptest.NewRequest(http.MethodPost, "/?secret="+testSecret, nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			delivery, err := c.driver.Receive(r, []byte(textUpdate))
			require.ErrorIs(t, err, channel.ErrUnauthorized)
			assert.Empty(t, delivery.Events)
		})
	}
}

func TestAPollOnlyChannelTakesNoRequest(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.Secret, cfg.PollOnly = "", true
	c, _ := newTestOf(t, cfg, ok("true"))
	for _, r := range []*http.Request{webhook(), webhook(""), webhook(testSecret)} {
		_, err := c.driver.Receive(r, []byte(textUpdate))
		require.ErrorIs(t, err, channel.ErrUnauthorized)
	}
}

func TestWhatIsNoUpdateIsInvalid(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for _, body := range []string{
		"", " ", "null", "true", "1", `"x"`, "[]", "[" + textUpdate + "]", "{", textUpdate[:len(textUpdate)-1],
		textUpdate + "x", textUpdate + textUpdate, `{"update_id":"x"`, `{"a":"\ud800"`, `{"a":"\ud800"} x`, "<html>",
		`{"update_id":1,"update_id":2}{}`, `{"message":1,"b":}`,
	} {
		events, err := c.driver.Decode([]byte(body))
		assert.ErrorIs(t, err, channel.ErrInvalid, body)
		assert.Empty(t, events)
	}
}

func TestWhatIsNotUnderstoodIsOther(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for name, test := range map[string]struct{ native, id string }{
		"an unknown kind":        {`{"update_id":5,"managed_bot":{"x":1}}`, "5"},
		"an inline query":        {`{"update_id":6,"inline_query":{"id":"1","query":"q"}}`, "6"},
		"no kind":                {`{"update_id":7}`, "7"},
		"a message of a number":  {`{"update_id":8,"message":1}`, "8"},
		"a text of a number":     {strings.Replace(textUpdate, `"Hi"`, `5`, 1), "700020"},
		"a date of a text":       {strings.Replace(textUpdate, `1795300200`, `"now"`, 1), "700020"},
		"an ID that is no int":   {strings.Replace(textUpdate, `"id":5512345678`, `"id":5.5`, 1), "700020"},
		"an ID beyond 64 bits":   {strings.Replace(textUpdate, `"id":5512345678`, `"id":99999999999999999999`, 1), "700020"},
		"entities of an object":  {strings.Replace(textUpdate, `"text"`, `"entities":{},"text"`, 1), "700020"},
		"a poll of a text":       {strings.Replace(textUpdate, `"text"`, `"poll":"x","text"`, 1), "700020"},
		"a wrong type after all": {`{"message":{"text":5},"update_id":9}`, "9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := decode(t, c.driver, test.native)
			assert.Equal(t, channel.EventOther, in.Event.Kind)
			assert.Equal(t, test.id, in.Event.ID)
			assert.Equal(t, c.Account(), in.Event.Account)
			assert.JSONEq(t, test.native, string(in.Event.Raw))
			assert.Nil(t, in.Implies)
		})
	}
}

func TestAnUpdateWithoutANumberHasNoID(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for _, native := range []string{`{}`, `{"update_id":"x"}`, `{"update_id":null}`} {
		in := decode(t, c.driver, native)
		assert.Empty(t, in.Event.ID, "the engine makes one of what is in it")
		assert.Equal(t, channel.EventOther, in.Event.Kind)
	}
}

func TestJSONIsReadLiberallyAndItsTextMended(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for name, test := range map[string]struct{ text, want string }{
		"a lone surrogate":      {`"a\ud83dz"`, "a\uFFFDz"},
		"a pair":                {`"\ud83d\udc4b"`, "👋"},
		"bytes that are no UTF": {"\"a\xffz\"", "a\uFFFDz"},
		"a duplicate name":      {`"first","text":"second"`, "second"},
		"an unknown duplicate":  {`"Hi","x":{"a":1,"a":2},"y":9007199254740993`, "Hi"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := decode(t, c.driver, strings.Replace(textUpdate, `"Hi"`, test.text, 1))
			require.Equal(t, channel.EventMessage, in.Event.Kind)
			assert.Equal(t, test.want, in.Event.Message.Text)
			assert.Equal(t, "5512345678", in.Event.User.ID)
			assert.NotEmpty(t, in.Event.Raw)
		})
	}
}

func TestAPressIsAPostback(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	in := decode(t, c.driver, `{"update_id":700006,"callback_query":{"id":"2367890123456789012","from":{"id":5512345678,"is_bot":false,"first_name":"Ann","language_code":"uk"},"message":{"message_id":15,"from":{"id":770011,"is_bot":true,"first_name":"Shop","username":"shop_bot"},"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"date":1795300050,"text":"Choose","reply_markup":{"inline_keyboard":[[{"text":"Yes","callback_data":"y:1"},{"text":"Site","url":"https://a.io/"}]]}},"chat_instance":"-8123456789012345678","data":"y:1"}}`)
	e := in.Event
	assert.Equal(t, channel.EventPostback, e.Kind)
	assert.Equal(t, &channel.Postback{ID: "2367890123456789012", Data: "y:1", Text: "Yes", MessageID: "15"}, e.Postback)
	assert.Equal(t, channel.Chat{ID: "5512345678", Kind: channel.ChatPrivate}, e.Chat)
	assert.Equal(t, channel.User{ID: "5512345678", Name: "Ann", FirstName: "Ann", Language: "uk"}, e.User)
	assert.Nil(t, e.Message)
	assert.False(t, e.Time.IsZero())
}

func TestAPressMayHaveNoMessageOrAnInaccessibleOne(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	inline := decode(t, c.driver, `{"update_id":1,"callback_query":{"id":"9","from":{"id":55,"is_bot":false,"first_name":"A"},"inline_message_id":"AgAA","chat_instance":"-8","data":"d"}}`)
	assert.Equal(t, channel.EventPostback, inline.Event.Kind)
	assert.Equal(t, channel.Chat{}, inline.Event.Chat)
	assert.Empty(t, inline.Order, "the engine orders it by its user")
	assert.Equal(t, &channel.Postback{ID: "9", Data: "d"}, inline.Event.Postback)

	old := decode(t, c.driver, `{"update_id":2,"callback_query":{"id":"9","from":{"id":55,"is_bot":false,"first_name":"A"},"message":{"chat":{"id":-1001,"type":"supergroup","title":"G"},"message_id":4,"date":0},"game_short_name":"g"}}`)
	assert.Equal(t, &channel.Postback{ID: "9", MessageID: "4"}, old.Event.Postback)
	assert.Equal(t, channel.Chat{ID: "-1001", Kind: channel.ChatGroup, Title: "G"}, old.Event.Chat)
}

func TestReactionsAreAllThatAPersonNowHas(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	native := func(who, now string) string {
		return `{"update_id":700011,"message_reaction":{"chat":{"id":-1002233445566,"title":"Support","type":"supergroup"},"message_id":88,` + who + `"date":1795300100,"old_reaction":[],"new_reaction":[` + now + `]}}`
	}
	const ann = `"user":{"id":5512345678,"is_bot":false,"first_name":"Ann"},`
	for name, test := range map[string]struct {
		native string
		user   string
		emojis []string
	}{
		"an emoji":      {native(ann, `{"type":"emoji","emoji":"👍"}`), "5512345678", []string{"👍"}},
		"none":          {native(ann, ""), "5512345678", nil},
		"a custom one":  {native(ann, `{"type":"custom_emoji","custom_emoji_id":"5368324170671202286"}`), "5512345678", []string{"5368324170671202286"}},
		"a paid one":    {native(ann, `{"type":"emoji","emoji":"🔥"},{"type":"paid"}`), "5512345678", []string{"🔥", "⭐"}},
		"of a chat":     {native(`"actor_chat":{"id":-1005,"type":"channel"},`, `{"type":"emoji","emoji":"👍"}`), "", []string{"👍"}},
		"of a new type": {native(ann, `{"type":"sound","sound":"x"}`), "5512345678", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := decode(t, c.driver, test.native).Event
			assert.Equal(t, channel.EventReaction, e.Kind)
			assert.Equal(t, &channel.Reaction{MessageID: "88", Emojis: test.emojis}, e.Reaction)
			assert.Equal(t, test.user, e.User.ID)
			assert.Equal(t, "-1002233445566", e.Chat.ID)
		})
	}
}
