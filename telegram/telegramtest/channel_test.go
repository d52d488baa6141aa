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

func TestAskingToJoin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		require.NoError(t, g.PromoteBot(ann.User()))
		bob := srv.NewUser("Bob")
		write := func(u *telegramtest.User) string {
			return call(t, srv, "sendMessage", in{"chat_id": u.ChatID(), "text": "x"}).Description
		}
		require.NoError(t, g.RequestToJoin(bob, "hi"))
		got := newest(t, b, "chat_join_request")
		delete(got, "date")
		asJSON(t, `{"chat":{"id":`+g.ID()+`,"title":"Support","type":"supergroup"},"user_chat_id":`+bob.ID()+`,"bio":"hi",
			"from":{"id":`+bob.ID()+`,"is_bot":false,"first_name":"Bob","language_code":"en"}}`, got)
		require.Error(t, g.RequestToJoin(bob, "hi"), "twice")
		require.Error(t, g.RequestToJoin(ann.User(), "hi"), "she is in")
		assert.Empty(t, write(bob))
		time.Sleep(5*time.Minute - 1)
		assert.Empty(t, write(bob))
		time.Sleep(1)
		assert.Equal(t, "Forbidden: bot can't initiate conversation with a user", write(bob))

		mustCall(t, srv, "approveChatJoinRequest", in{"chat_id": g.ID(), "user_id": bob.ID()})
		synctest.Wait()
		all := kinds(b.got())
		assert.ElementsMatch(t, []string{"chat_member", "message new_chat_members"}, all[len(all)-2:])
		for _, u := range b.got() {
			if changed, ok := u["chat_member"].(in); ok {
				assert.Equal(t, true, changed["via_join_request"])
				assert.Equal(t, "left", changed["old_chat_member"].(in)["status"])
			}
		}
		require.NoError(t, g.Member(bob).Write("/in"))
		assert.Equal(t, "Bad Request: USER_ALREADY_PARTICIPANT", call(t, srv, "approveChatJoinRequest", in{"chat_id": g.ID(), "user_id": bob.ID()}).Description)

		eve := srv.NewUser("Eve")
		assert.Equal(t, "Bad Request: HIDE_REQUESTER_MISSING", call(t, srv, "declineChatJoinRequest", in{"chat_id": g.ID(), "user_id": eve.ID()}).Description)
		require.NoError(t, g.RequestToJoin(eve, ""))
		assert.Empty(t, write(eve))
		mustCall(t, srv, "declineChatJoinRequest", in{"chat_id": g.ID(), "user_id": eve.ID()})
		assert.Contains(t, write(eve), "can't initiate")
		require.NoError(t, g.RequestToJoin(eve, ""), "she may ask again")
		require.NoError(t, g.DemoteBot(ann.User()))
		before := len(b.got())
		require.NoError(t, g.RequestToJoin(srv.NewUser("Kim"), ""))
		assert.Len(t, b.got(), before, "a matter of administrators")
		assert.Equal(t, 400, call(t, srv, "approveChatJoinRequest", in{"chat_id": g.ID(), "user_id": eve.ID()}).Status)
	})
}

func TestAllowingTheBotToWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		ann := srv.NewUser("Ann")
		require.NoError(t, ann.AllowWriting("shop"))
		asJSON(t, `{"from_request":true,"web_app_name":"shop"}`, newest(t, b, "message")["write_access_allowed"])
		mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x"})
	})
}

func TestChangesOfMembersAreToldToAdministratorsWhoAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		bob := g.Member(srv.NewUser("Bob"))
		require.NoError(t, bob.Promote(ann.User()))
		assert.NotContains(t, kinds(b.got()), "chat_member")
		require.NoError(t, g.PromoteBot(ann.User()))
		require.NoError(t, bob.Promote(ann.User(), telegramtest.PinMessages))
		got := newest(t, b, "chat_member")
		assert.Equal(t, "Ann", got["from"].(in)["first_name"])
		assert.Equal(t, true, got["old_chat_member"].(in)["can_delete_messages"])
		assert.Equal(t, false, got["new_chat_member"].(in)["can_delete_messages"])
		require.Error(t, bob.Promote(ann.User(), telegramtest.EditMessages))
		require.NoError(t, bob.Kick(ann.User()))
		assert.Contains(t, kinds(b.got()), "message left_chat_member")
		require.Error(t, g.RequestToJoin(bob.User(), ""), "she is banned")
	})
}

func TestLinksThatLeadTheBotElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		ann, g, c := srv.NewUser("Ann"), srv.NewSupergroup("Support"), srv.NewChannel("News")
		const bot = "https://t.me/parley_test_bot?"
		require.NoError(t, ann.OpenInGroup(bot+"startgroup=ref_42-A", g))
		assert.ElementsMatch(t, []string{"my_chat_member", "message new_chat_members", "message"}, kinds(b.got()))
		assert.Equal(t, "/start@parley_test_bot ref_42-A", g.Member(ann).Sent()[0].Text)
		require.NoError(t, ann.OpenInGroup(bot+"startgroup=ref&admin=delete_messages+pin_messages", g))
		assert.Equal(t, "/start@parley_test_bot ref", newest(t, b, "message")["text"])
		require.NoError(t, ann.OpenInGroup(bot+"startgroup="+strings.Repeat("x", 65), g))
		assert.Equal(t, "/start@parley_test_bot", newest(t, b, "message")["text"])
		before := len(b.got())
		require.NoError(t, ann.OpenInGroup(bot+"startgroup", g))
		assert.Len(t, b.got(), before, "the bot is there, and nothing to tell")
		assert.Contains(t, string(mustCall(t, srv, "getChatMember", in{"chat_id": g.ID(), "user_id": 7700110011}).Result), `"can_pin_messages":true`)

		require.NoError(t, ann.OpenInChannel("tg://resolve?domain=parley_test_bot&startchannel&admin=post_messages+edit_messages", c))
		rights := newest(t, b, "my_chat_member")["new_chat_member"].(in)
		assert.Equal(t, true, rights["can_edit_messages"])
		assert.Equal(t, false, rights["can_delete_messages"])

		for _, wrong := range []string{
			"start=a", "startchannel&admin=post_messages", "startgroup=a&admin=fly", "startgroup&admin=post_messages", "startapp=x",
		} {
			require.Error(t, ann.OpenInGroup(bot+wrong, g), wrong)
		}
		for _, wrong := range []string{"startchannel", "startgroup=a", "startchannel&admin=fly", "startchannel&admin=pin_messages"} {
			require.Error(t, ann.OpenInChannel(bot+wrong, c), wrong)
		}
		require.Error(t, ann.OpenInGroup("https://t.me/other_bot?startgroup=a", g))
	})
}
