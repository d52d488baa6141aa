package channel_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// plain is a channel without abilities.
type plain struct{ account channel.Account }

func (p plain) Account() channel.Account { return p.account }
func (plain) Limits() channel.Limits     { return channel.Limits{} }
func (plain) Send(context.Context, string, channel.Message) (channel.Sent, error) {
	return channel.Sent{}, nil
}
func (plain) User(context.Context, string) (channel.User, error) { return channel.User{}, nil }
func (plain) Subscription(context.Context, string) (channel.Subscription, error) {
	return channel.Subscription{}, nil
}
func (plain) Webhook(channel.Handler) http.Handler { return http.NotFoundHandler() }

// typing is a channel with one ability.
type typing struct {
	channel.Channel
	chats *[]string
}

func (t typing) SendTyping(_ context.Context, chatID string) error {
	*t.chats = append(*t.chats, chatID)
	return nil
}

// wrapper adds nothing and lets through what is inside; opaque does not.
type (
	wrapper struct{ channel.Channel }
	opaque  struct{ channel.Channel }
)

func (w wrapper) Unwrap() channel.Channel { return w.Channel }

func TestAnAbilityIsFoundThroughWrappers(t *testing.T) {
	t.Parallel()
	var chats []string
	able := typing{plain{}, &chats}
	for name, c := range map[string]struct {
		ch   channel.Channel
		want bool
	}{
		"itself":                       {able, true},
		"in one wrapper":               {wrapper{able}, true},
		"in three":                     {wrapper{wrapper{wrapper{able}}}, true},
		"the outermost":                {typing{wrapper{plain{}}, &chats}, true},
		"not there":                    {plain{}, false},
		"not there, in a wrapper":      {wrapper{plain{}}, false},
		"in a wrapper that hides it":   {opaque{able}, false},
		"behind one that hides it":     {wrapper{opaque{able}}, false},
		"a wrapper with nothing in it": {wrapper{}, false},
		"no channel at all":            {nil, false},
	} {
		found, ok := channel.As[channel.TypingSender](c.ch)
		assert.Equal(t, c.want, ok, name)
		if !ok {
			assert.Nil(t, found, name)
			continue
		}
		require.NoError(t, found.SendTyping(t.Context(), name))
		assert.Equal(t, name, chats[len(chats)-1])
		_, ok = channel.As[channel.Editor](c.ch)
		assert.False(t, ok, "an ability that is not there")
	}
}

func TestTheOutermostOfTwoAbilitiesIsFound(t *testing.T) {
	t.Parallel()
	var outer, inner []string
	found, ok := channel.As[channel.TypingSender](wrapper{typing{wrapper{typing{plain{}, &inner}}, &outer}})
	require.True(t, ok)
	require.NoError(t, found.SendTyping(t.Context(), "1"))
	assert.Len(t, outer, 1)
	assert.Empty(t, inner)
}

func TestAConcreteTypeIsFoundToo(t *testing.T) {
	t.Parallel()
	want := plain{channel.Account{Platform: "viber", ID: "1"}}
	found, ok := channel.As[plain](wrapper{wrapper{want}})
	assert.True(t, ok)
	assert.Equal(t, want, found)
}

// eventKinds has every kind of event, and the function of Handlers that is its own.
var eventKinds = map[channel.EventKind]string{
	channel.EventStarted:        "Started",
	channel.EventMessage:        "Message",
	channel.EventPostback:       "Postback",
	channel.EventSubscription:   "Subscription",
	channel.EventReceipt:        "Receipt",
	channel.EventReaction:       "Reaction",
	channel.EventMessageEdited:  "Other",
	channel.EventMessageDeleted: "Other",
	channel.EventEcho:           "Other",
	channel.EventTyping:         "Other",
	channel.EventChatMoved:      "Other",
	channel.EventAccount:        "Other",
	channel.EventOther:          "Other",
	"something new":             "Other",
	"":                          "Other",
}

func TestHandlersGiveEachKindOfEventToItsFunction(t *testing.T) {
	t.Parallel()
	var called string
	var got *channel.Event
	failure := errors.New("full disk")
	handle := func(name string) channel.HandlerFunc {
		return func(_ context.Context, e *channel.Event) error {
			called, got = name, e
			return failure
		}
	}
	all := channel.Handlers{
		Started: handle("Started"), Message: handle("Message"), Postback: handle("Postback"),
		Subscription: handle("Subscription"), Receipt: handle("Receipt"), Reaction: handle("Reaction"), Other: handle("Other"),
	}
	for kind, name := range eventKinds {
		e := &channel.Event{Kind: kind}
		assert.Equal(t, failure, all.HandleEvent(t.Context(), e), "the handler's error")
		assert.Equal(t, name, called, kind)
		assert.Same(t, e, got)

		assert.Equal(t, failure, channel.Handlers{Other: handle("Other")}.HandleEvent(t.Context(), e))
		assert.Equal(t, "Other", called, kind)

		assert.NoError(t, channel.Handlers{}.HandleEvent(t.Context(), e), "without a function it is acknowledged")
	}
}

func TestAnswersGoWhereTheEventCameFrom(t *testing.T) {
	t.Parallel()
	bot := channel.Account{Platform: "vk", ID: "1"}
	e := &channel.Event{Account: bot, Chat: channel.Chat{ID: "2000000001"}, User: channel.User{ID: "5"}}
	assert.Equal(t, channel.Address{Account: bot, ChatID: "2000000001"}, e.Address())
}

func TestLengthIsCountedInThePlatformsUnit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ runes, utf16, bytes int }{
		"":           {0, 0, 0},
		"abc":        {3, 3, 3},
		"Привет":     {6, 6, 12},
		"e\u0301":    {2, 2, 3},
		"\uffff":     {1, 1, 3},
		"\U00010000": {1, 2, 4},
		"👩‍👩‍👧":      {5, 8, 18},
		"🇺🇦!":        {3, 5, 9},
		"a\xffb":     {3, 3, 3},
	} {
		assert.Equal(t, want.runes, channel.Length{Unit: channel.UnitRune}.Of(text), "runes of %q", text)
		assert.Equal(t, want.runes, channel.Length{}.Of(text), "runes are what no unit means, of %q", text)
		assert.Equal(t, want.utf16, channel.Length{Unit: channel.UnitUTF16}.Of(text), "UTF-16 of %q", text)
		assert.Equal(t, want.bytes, channel.Length{Unit: channel.UnitByte}.Of(text), "bytes of %q", text)
	}
}

func TestOnlyWithBulkMarksABroadcast(t *testing.T) {
	t.Parallel()
	type key struct{}
	assert.False(t, channel.IsBulk(t.Context()))
	bulk, cancel := context.WithCancel(context.WithValue(channel.WithBulk(t.Context()), key{}, 1))
	defer cancel()
	assert.True(t, channel.IsBulk(bulk), "also what is derived from it")
	assert.False(t, channel.IsBulk(context.WithValue(t.Context(), key{}, true)))
}

func TestATextIsAMessageOfTextAlone(t *testing.T) {
	t.Parallel()
	assert.Equal(t, channel.Message{Text: "hi"}, channel.Text("hi"))
}
