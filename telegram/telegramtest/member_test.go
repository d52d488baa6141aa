package telegramtest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestWhoSpeaksInAGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{ReadsAll: true, SeesBots: true})
		require.NoError(t, g.Member(srv.NewBot("Helper")).Write("beep"))
		asJSON(t, `{"id":`+srv.NewUser("Helper").ID()+`,"is_bot":true,"first_name":"Helper","username":"helper_bot"}`, newest(t, b, "message")["from"])
		require.NoError(t, g.WriteAnonymously("as the group"))
		got := newest(t, b, "message")
		assert.Equal(t, 1087968824.0, got["from"].(in)["id"])
		assert.Equal(t, got["chat"], got["sender_chat"])
		c := srv.NewChannel("News")
		require.NoError(t, g.WriteAsChannel(c, "as a channel"))
		assert.Equal(t, 136817688.0, newest(t, b, "message")["from"].(in)["id"])
		assert.Equal(t, "channel", newest(t, b, "message")["sender_chat"].(in)["type"])
		require.Error(t, srv.NewGroup("Basic").WriteAnonymously("x"))
		require.Error(t, g.WriteAnonymously(" "))

		require.NoError(t, ann.Write("helo"))
		require.NoError(t, ann.Edit(ann.Sent()[0].ID, "hello"))
		assert.Equal(t, "hello", newest(t, b, "edited_message")["text"])
		require.Error(t, ann.Edit("99", "x"))
		require.Error(t, ann.Edit("1", "x"), "not hers")
		require.NoError(t, ann.Leave())
		assert.NotNil(t, newest(t, b, "message")["left_chat_member"])
		require.ErrorContains(t, ann.Write("x"), "not in")
		again, err := g.Join(ann.User())
		require.NoError(t, err)
		assert.Len(t, newest(t, b, "message")["new_chat_members"], 1)
		_, err = g.Join(ann.User())
		require.Error(t, err)
		require.NoError(t, again.Kick(srv.NewUser("Boss")))
		_, err = g.Join(ann.User())
		require.ErrorContains(t, err, "banned")
	})
}

func TestPressingInAGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		mustCall(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x", "reply_markup": inline(
			in{"text": "Yes", "callback_data": "y"}, in{"text": "Site", "url": "https://a.io"}, in{"text": "Here", "switch_inline_query": ""})})
		require.NoError(t, ann.Press("Yes"))
		query := newest(t, b, "callback_query")
		assert.Equal(t, "supergroup", query["message"].(in)["chat"].(in)["type"])
		assert.Equal(t, "Ann", query["from"].(in)["first_name"])
		mustCall(t, srv, "answerCallbackQuery", in{"callback_query_id": query["id"], "text": "ok"})
		assert.Equal(t, []string{"ok"}, ann.Answers())
		require.NoError(t, ann.Press("Site"))
		require.Error(t, ann.Press("Here"))
		require.Error(t, ann.Press("No"))
		mustCall(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "menu", "reply_markup": in{"keyboard": [][]string{{"Menu"}}}})
		require.NoError(t, ann.Press("Menu"))
		assert.Equal(t, "menu", newest(t, b, "message")["reply_to_message"].(in)["text"], "so the bot sees it")
		assert.Contains(t, call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x", "reply_markup": in{
			"keyboard": [][]in{{{"text": "a", "request_contact": true}}}}}).Description, "private chats only")
		assert.Equal(t, "Bad Request: BUTTON_TYPE_INVALID", call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x",
			"reply_markup": inline(in{"text": "a", "web_app": in{"url": "https://a.io"}})}).Description)
	})
}

func TestReactionsAreForAdministratorsWhoAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		mustCall(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"})
		id := g.Messages()[0].ID
		before := len(b.got())
		require.NoError(t, ann.React(id, "👍"))
		assert.Len(t, b.got(), before, "the bot is no administrator")
		require.NoError(t, g.PromoteBot(ann.User()))
		require.NoError(t, ann.React(id, "🔥"))
		got := newest(t, b, "message_reaction")
		delete(got, "date")
		asJSON(t, `{"chat":{"id":`+g.ID()+`,"title":"Support","type":"supergroup"},"message_id":`+id+`,
			"user":{"id":`+ann.User().ID()+`,"is_bot":false,"first_name":"Ann","language_code":"en"},
			"old_reaction":[{"type":"emoji","emoji":"👍"}],"new_reaction":[{"type":"emoji","emoji":"🔥"}]}`, got)
		require.Error(t, ann.React(id, "🔥"))
		require.NoError(t, ann.React(id, ""))
		asJSON(t, `[]`, newest(t, b, "message_reaction")["new_reaction"])
		require.Error(t, ann.React("99", "🔥"))
		mustCall(t, srv, "setWebhook", in{"url": hookURL, "allowed_updates": []string{}})
		before = len(b.got())
		require.NoError(t, ann.React(id, "👍"))
		assert.Len(t, b.got(), before, "not asked for")
	})
}
