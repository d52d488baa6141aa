package telegramtest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestTopicsOfAForum(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServerWith(t, telegramtest.Config{NoLimits: true, ReadsAll: true})
		b := hooked(t, srv, nil)
		g, ann := srv.NewForum("Support"), srv.NewUser("Ann")
		require.NoError(t, g.AddBot(ann))
		topic, err := g.NewTopic(ann, "Billing")
		require.NoError(t, err)
		assert.Equal(t, "Billing", newest(t, b, "message")["forum_topic_created"].(in)["name"])

		send := func(thread any) result {
			return call(t, srv, "sendMessage", in{"chat_id": number(g.ID()), "message_thread_id": thread, "text": "Hi"})
		}
		got := send(number(topic.ID()))
		require.True(t, got.OK, got.Description)
		require.Len(t, topic.Messages(), 1)
		assert.Equal(t, topic.ID(), topic.Messages()[0].ThreadID)

		inTopic := topic.Member(ann)
		require.NoError(t, inTopic.Reply(topic.Messages()[0].ID, "Привет 👋 https://a.io"))
		m := newest(t, b, "message")
		delete(m, "date")
		delete(m["reply_to_message"].(in), "date")
		chat := `{"id":` + g.ID() + `,"title":"Support","is_forum":true,"type":"supergroup"}`
		asJSON(t, `{"message_id":4,"from":{"id":`+ann.ID()+`,"is_bot":false,"first_name":"Ann","language_code":"en"},"chat":`+chat+`,
			"message_thread_id":`+topic.ID()+`,"is_topic_message":true,
			"reply_to_message":{"message_id":3,"from":{"id":7700110011,"is_bot":true,"first_name":"Parley","username":"parley_test_bot"},
				"chat":`+chat+`,"text":"Hi","message_thread_id":`+topic.ID()+`,"is_topic_message":true},
			"text":"Привет 👋 https://a.io","entities":[{"offset":10,"length":12,"type":"url"}]}`, m)

		require.NoError(t, g.Member(ann).Write("in General"))
		assert.NotContains(t, newest(t, b, "message"), "message_thread_id")
		for _, wrong := range []any{1, 99, -1} {
			assert.Equal(t, "Bad Request: message thread not found", send(wrong).Description, "%v", wrong)
		}
		assert.Equal(t, "Bad Request: message thread not found", call(t, srv, "sendMessage",
			in{"chat_id": srvGroup(t, srv, ann).ID(), "message_thread_id": topic.ID(), "text": "x"}).Description)
		mustCall(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x", "reply_parameters": in{"message_id": 4}})
		assert.Len(t, topic.Messages(), 2, "an answer stands where its question does")
		mustCall(t, srv, "sendChatAction", in{"chat_id": g.ID(), "message_thread_id": topic.ID(), "action": "typing"})

		mustCall(t, srv, "sendMessage", in{"chat_id": g.ID(), "message_thread_id": topic.ID(), "text": "x",
			"reply_markup": inline(in{"text": "Yes", "callback_data": "topic"})})
		mustCall(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x", "reply_markup": inline(in{"text": "Yes", "callback_data": "general"})})
		require.NoError(t, inTopic.Press("Yes"))
		assert.Equal(t, "topic", newest(t, b, "callback_query")["data"])
		require.NoError(t, g.Member(ann).Press("Yes"))
		assert.Equal(t, "general", newest(t, b, "callback_query")["data"])
		assert.Len(t, inTopic.Sent(), 1)
		assert.Len(t, inTopic.Messages(), 3)

		topic.Close()
		assert.Equal(t, "Bad Request: TOPIC_CLOSED", send(topic.ID()).Description)
		require.ErrorContains(t, inTopic.Write("x"), "closed")
		require.NoError(t, g.PromoteBot(ann))
		assert.True(t, send(topic.ID()).OK)
		topic.Delete()
		assert.Equal(t, "Bad Request: message thread not found", send(topic.ID()).Description)
		require.ErrorContains(t, inTopic.Write("x"), "deleted")
		_, err = srv.NewSupergroup("Plain").NewTopic(ann, "x")
		require.Error(t, err)
	})
}

// srvGroup is a supergroup without topics that the bot is in.
func srvGroup(t testing.TB, srv *telegramtest.Server, by *telegramtest.User) *telegramtest.Group {
	t.Helper()
	g := srv.NewSupergroup("Plain group")
	require.NoError(t, g.AddBot(by))
	return g
}
