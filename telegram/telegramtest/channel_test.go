package telegramtest_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestPostsOfAChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		c, ed := srv.NewChannel("News"), srv.NewUser("Ed")
		c.SetUsername("our_news")
		c.SignPosts()
		send := func(parameters in) result {
			all := in{"chat_id": "@our_news", "text": "x"}
			for name, value := range parameters {
				all[name] = value
			}
			return call(t, srv, "sendMessage", all)
		}
		assert.Equal(t, "Forbidden: bot is not a member of the channel chat", send(nil).Description)
		require.NoError(t, c.AddBot(ed))
		assert.Equal(t, []string{"my_chat_member"}, kinds(b.got()))
		id, err := c.Post(ed, "Post")
		require.NoError(t, err)
		post := newest(t, b, "channel_post")
		delete(post, "date")
		chat := `{"id":` + c.ID() + `,"title":"News","username":"our_news","type":"channel"}`
		asJSON(t, `{"message_id":1,"author_signature":"Ed","sender_chat":`+chat+`,"chat":`+chat+`,"text":"Post"}`, post)
		require.NoError(t, c.Edit(ed, id, "Posted"))
		assert.Equal(t, "Posted", newest(t, b, "edited_channel_post")["text"])
		require.Error(t, c.Edit(ed, "99", "x"))
		require.ErrorContains(t, c.Member(srv.NewUser("Bob")).Write("x"), "only administrators")

		got := send(in{"reply_markup": inline(in{"text": "Yes", "callback_data": "y"})})
		require.True(t, got.OK, got.Description)
		var m in
		require.NoError(t, json.Unmarshal(got.Result, &m))
		assert.NotContains(t, m, "from")
		assert.Equal(t, "channel", m["sender_chat"].(in)["type"])
		require.NoError(t, c.Member(srv.NewUser("Bob")).Press("Yes"))
		query := newest(t, b, "callback_query")
		assert.Equal(t, "channel", query["message"].(in)["chat"].(in)["type"])
		assert.Equal(t, "Bob", query["from"].(in)["first_name"])

		for _, markup := range []in{{"keyboard": [][]string{{"a"}}}, {"force_reply": true}, {"remove_keyboard": true}} {
			assert.Equal(t, "Bad Request: inline keyboard expected", send(in{"reply_markup": markup}).Description)
		}
		assert.Equal(t, 400, call(t, srv, "sendChatAction", in{"chat_id": c.ID(), "action": "typing"}).Status)
		mustCall(t, srv, "editMessageText", in{"chat_id": c.ID(), "message_id": id, "text": "by the bot"})
		require.NoError(t, c.PromoteBot(ed, telegramtest.DeleteMessages))
		assert.Equal(t, "Bad Request: need administrator rights in the channel chat", send(nil).Description)
		assert.Equal(t, "Bad Request: need administrator rights in the channel chat",
			call(t, srv, "editMessageText", in{"chat_id": c.ID(), "message_id": id, "text": "again"}).Description)
		mustCall(t, srv, "deleteMessage", in{"chat_id": c.ID(), "message_id": id})
		require.NoError(t, c.KickBot(ed))
		assert.Equal(t, "Forbidden: bot was kicked from the channel chat", send(nil).Description)
	})
}

func TestADiscussionGroupGetsThePosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{ReadsAll: true})
		c := srv.NewChannel("News")
		c.LinkGroup(g)
		_, err := c.Post(ann.User(), "Post")
		require.NoError(t, err)
		m := newest(t, b, "message")
		assert.Equal(t, 777000.0, m["from"].(in)["id"])
		assert.Equal(t, true, m["is_automatic_forward"])
		assert.Equal(t, "channel", m["forward_origin"].(in)["type"])
		assert.Equal(t, 1.0, m["forward_from_message_id"])
	})
}

func TestDirectMessagesOfAChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		c, ann := srv.NewChannel("News"), srv.NewUser("Ann")
		require.NoError(t, c.AddBot(srv.NewUser("Ed")))
		direct := c.Direct(ann)
		require.NoError(t, direct.Write("a question"))
		m := newest(t, b, "message")
		asJSON(t, ann.ID(), m["direct_messages_topic"].(in)["topic_id"])
		assert.Equal(t, true, m["chat"].(in)["is_direct_messages"])
		assert.Equal(t, "supergroup", m["chat"].(in)["type"])
		send := func(topic any) string {
			return call(t, srv, "sendMessage", in{"chat_id": direct.ChatID(), "direct_messages_topic_id": topic, "text": "x"}).Description
		}
		assert.Equal(t, "Bad Request: channel direct messages topic must be specified", send(""))
		assert.Equal(t, "Bad Request: direct messages topic not found", send(7))
		assert.Empty(t, send(number(ann.ID())))
		require.Len(t, direct.Messages(), 1)
		assert.Empty(t, c.Direct(srv.NewUser("Bob")).Messages())
		mustCall(t, srv, "editMessageText", in{"chat_id": direct.ChatID(), "message_id": direct.Messages()[0].ID, "text": "y"})
		assert.Equal(t, "Bad Request: chat is not a channel direct messages chat", call(t, srv, "sendMessage",
			in{"chat_id": c.ID(), "direct_messages_topic_id": ann.ID(), "text": "x"}).Description)
		require.NoError(t, c.PromoteBot(srv.NewUser("Ed"), telegramtest.PostMessages))
		assert.Contains(t, send(number(ann.ID())), "need administrator rights")
	})
}

func TestReactionsToPostsAreCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, in{"allowed_updates": []string{"message_reaction", "message_reaction_count"}})
		c, ed := srv.NewChannel("News"), srv.NewUser("Ed")
		require.NoError(t, c.AddBot(ed))
		id, err := c.Post(ed, "Post")
		require.NoError(t, err)
		for name, emoji := range map[string]string{"Ann": "🔥", "Bob": "🔥", "Kim": "👍", "Eve": "👎"} {
			require.NoError(t, c.Member(srv.NewUser(name)).React(id, emoji))
		}
		require.NoError(t, c.Member(srv.NewUser("Eve")).React(id, ""))
		assert.Empty(t, b.got())
		time.Sleep(time.Hour)
		require.Len(t, b.got(), 1)
		got := newest(t, b, "message_reaction_count")
		delete(got, "date")
		asJSON(t, `{"chat":{"id":`+c.ID()+`,"title":"News","type":"channel"},"message_id":1,"reactions":[
			{"type":{"type":"emoji","emoji":"🔥"},"total_count":2},{"type":{"type":"emoji","emoji":"👍"},"total_count":1}]}`, got)
		require.NoError(t, c.Member(ed).React(id, "👍"))
		require.NoError(t, c.RemoveBot(ed))
		time.Sleep(time.Hour)
		assert.Len(t, b.got(), 1)
	})
}
