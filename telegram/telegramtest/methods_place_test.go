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

func TestWhoIsInAChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, g, ann := grouped(t, telegramtest.Config{})
		bob := g.Member(srv.NewUser("Bob"))
		require.NoError(t, bob.Promote(ann.User()))
		ask := func(chat, user any) result {
			return call(t, srv, "getChatMember", in{"chat_id": chat, "user_id": user})
		}
		status := func(user string) any {
			var m in
			require.NoError(t, json.Unmarshal(ask(g.ID(), number(user)).Result, &m))
			return m["status"]
		}
		assert.Equal(t, "member", status(ann.User().ID()))
		assert.Equal(t, "administrator", status(bob.User().ID()))
		assert.Equal(t, "member", status("7700110011"), "the bot itself")
		require.NoError(t, bob.Leave())
		assert.Equal(t, "left", status(bob.User().ID()))
		assert.Equal(t, "left", status(srv.NewUser("Stranger").ID()))
		assert.Equal(t, "Bad Request: user not found", ask(g.ID(), 7).Description)
		assert.Equal(t, "Bad Request: invalid user_id specified", ask(g.ID(), -7).Description)
		assert.Equal(t, "Bad Request: chat not found", ask(-1007, ann.User().ID()).Description)
		require.NoError(t, ann.User().Write("hi"))
		assert.True(t, ask(ann.User().ID(), number(ann.User().ID())).OK)
		assert.Equal(t, "Bad Request: member not found", ask(ann.User().ID(), number(bob.User().ID())).Description)
		count := func(chat string) string {
			return string(mustCall(t, srv, "getChatMemberCount", in{"chat_id": chat}).Result)
		}
		assert.Equal(t, "2", count(g.ID()))
		assert.Equal(t, "2", count(ann.User().ID()))
		admins := func() (n int) {
			var all []in
			require.NoError(t, json.Unmarshal(mustCall(t, srv, "getChatAdministrators", in{"chat_id": g.ID()}).Result, &all))
			return len(all)
		}
		assert.Equal(t, 0, admins())
		require.NoError(t, ann.Promote(bob.User()))
		require.NoError(t, g.PromoteBot(ann.User()))
		assert.Equal(t, 2, admins())
		assert.Equal(t, 400, call(t, srv, "getChatAdministrators", in{"chat_id": ann.User().ID()}).Status)
		assert.Contains(t, string(mustCall(t, srv, "getChat", in{"chat_id": g.ID()}).Result), `"title":"Support"`)
	})
}

func TestTheBotLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		require.NoError(t, ann.User().Write("hi"))
		assert.Equal(t, 400, call(t, srv, "leaveChat", in{"chat_id": ann.User().ID()}).Status)
		mustCall(t, srv, "leaveChat", in{"chat_id": g.ID()})
		synctest.Wait()
		got := newest(t, b, "my_chat_member")
		assert.Equal(t, "left", got["new_chat_member"].(in)["status"])
		assert.Equal(t, true, got["from"].(in)["is_bot"])
		for _, method := range []string{"leaveChat", "getChat", "getChatMemberCount", "deleteMessage", "sendChatAction"} {
			assert.Equal(t, "Forbidden: bot is not a member of the supergroup chat", call(t, srv, method, in{"chat_id": g.ID()}).Description, method)
		}
	})
}

func TestPinningAndDeletingTakeRights(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, g, ann := grouped(t, telegramtest.Config{})
		require.NoError(t, ann.Write("/one"))
		id := ann.Sent()[0].ID
		do := func(method string, id string) string {
			return call(t, srv, method, in{"chat_id": g.ID(), "message_id": id}).Description
		}
		assert.Equal(t, "Bad Request: not enough rights to manage pinned messages in the chat", do("pinChatMessage", id))
		assert.Equal(t, "Bad Request: message can't be deleted for everyone", do("deleteMessage", id))
		assert.Equal(t, "Bad Request: message can't be deleted for everyone",
			call(t, srv, "deleteMessages", in{"chat_id": g.ID(), "message_ids": []json.Number{number(id)}}).Description)
		assert.Equal(t, "Bad Request: message can't be edited", call(t, srv, "editMessageText", in{"chat_id": g.ID(), "message_id": id, "text": "x"}).Description)
		assert.Equal(t, "Bad Request: message to pin not found", do("pinChatMessage", "99"))
		assert.Equal(t, "Bad Request: message identifier is not specified", do("pinChatMessage", ""))
		require.NoError(t, g.PromoteBot(ann.User(), telegramtest.PinMessages, telegramtest.DeleteMessages))
		assert.Empty(t, do("pinChatMessage", id))
		assert.True(t, ann.Sent()[0].Pinned)
		assert.Equal(t, "Bad Request: message can't be pinned", do("pinChatMessage", "1"), "a service message")
		time.Sleep(72 * time.Hour)
		assert.Empty(t, do("deleteMessage", id), "an administrator may, however old it is")
	})
}

func TestForwardingAndCopying(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, g, ann := grouped(t, telegramtest.Config{})
		user := ann.User()
		require.NoError(t, user.Write("one"))
		require.NoError(t, user.AllowWriting(""))
		mustCall(t, srv, "sendMessage", in{"chat_id": user.ID(), "text": "secret", "protect_content": true})
		mustCall(t, srv, "sendMessage", in{"chat_id": user.ID(), "text": "own"})
		do := func(method string, parameters in) result {
			all := in{"chat_id": number(g.ID()), "from_chat_id": number(user.ID())}
			for name, value := range parameters {
				all[name] = value
			}
			return call(t, srv, method, all)
		}
		forward := func(id int) (m in) {
			got := do("forwardMessage", in{"message_id": id})
			require.True(t, got.OK, got.Description)
			require.NoError(t, json.Unmarshal(got.Result, &m))
			return m
		}
		m := forward(1)
		assert.Equal(t, "one", m["text"])
		assert.Equal(t, "user", m["forward_origin"].(in)["type"])
		assert.Equal(t, "Ann", m["forward_from"].(in)["first_name"])
		assert.Equal(t, true, forward(4)["forward_origin"].(in)["sender_user"].(in)["is_bot"])
		user.HideForwards()
		m = forward(1)
		assert.Equal(t, "hidden_user", m["forward_origin"].(in)["type"])
		assert.Equal(t, "Ann", m["forward_sender_name"])
		assert.NotContains(t, m, "forward_from")

		for _, c := range []struct {
			method     string
			parameters in
			want       string
		}{
			{"forwardMessage", in{"message_id": 9}, "message to forward not found"},
			{"copyMessage", in{"message_id": 9}, "message to copy not found"},
			{"forwardMessage", nil, "message identifier is not specified"},
			{"forwardMessage", in{"message_id": 2}, "message can't be forwarded"},
			{"forwardMessage", in{"message_id": 3}, "message can't be forwarded"},
			{"copyMessage", in{"message_id": 3}, "message can't be copied"},
			{"copyMessage", in{"message_id": 1, "reply_markup": "1"}, "object expected as reply markup"},
			{"forwardMessage", in{"from_chat_id": "", "message_id": 1}, "from_chat_id is empty"},
			{"forwardMessage", in{"from_chat_id": 7, "message_id": 1}, "chat not found"},
			{"copyMessages", nil, "message identifiers are not specified"},
			{"copyMessages", in{"message_ids": []int{4, 1}}, "message identifiers must be in a strictly increasing order"},
			{"forwardMessages", in{"message_ids": []int{1, 1}}, "message identifiers must be in a strictly increasing order"},
			{"forwardMessages", in{"message_ids": make([]int, 101)}, "too many message identifiers specified"},
			{"forwardMessages", in{"message_ids": []int{2, 3}}, "there are no messages to forward"},
		} {
			assert.Equal(t, "Bad Request: "+c.want, do(c.method, c.parameters).Description, "%s %v", c.method, c.parameters)
		}
		before := len(g.Messages())
		asJSON(t, `[{"message_id":5},{"message_id":6}]`, json.RawMessage(do("copyMessages", in{"message_ids": []int{1, 2, 3, 4, 99}}).Result))
		asJSON(t, `[{"message_id":7}]`, json.RawMessage(do("forwardMessages", in{"message_ids": []int{4}, "disable_notification": true}).Result))
		asJSON(t, `{"message_id":8}`, json.RawMessage(do("copyMessage", in{"message_id": 1, "reply_markup": inline(in{"text": "b", "callback_data": "1"})}).Result))
		all := g.Messages()[before:]
		assert.Equal(t, []string{"one", "own", "own", "one"}, []string{all[0].Text, all[1].Text, all[2].Text, all[3].Text})
		assert.True(t, all[2].Silent && all[2].Forwarded && !all[1].Forwarded)
		assert.NotNil(t, all[3].Keyboard)
	})
}

func TestPeopleForwardToTheBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		ann, bob, c := srv.NewUser("Ann"), srv.NewUser("Bob Brown"), srv.NewChannel("News")
		require.NoError(t, ann.Forward(bob, "said Bob"))
		asJSON(t, bob.ID(), newest(t, b, "message")["forward_origin"].(in)["sender_user"].(in)["id"])
		bob.HideForwards()
		require.NoError(t, ann.Forward(bob, "said Bob"))
		assert.Equal(t, "Bob Brown", newest(t, b, "message")["forward_origin"].(in)["sender_user_name"])
		c.SignPosts()
		id, err := c.Post(bob, "news")
		require.NoError(t, err)
		require.NoError(t, ann.ForwardPost(c, id))
		m := newest(t, b, "message")
		assert.Equal(t, "channel", m["forward_origin"].(in)["type"])
		assert.Equal(t, "Bob", m["forward_origin"].(in)["author_signature"])
		assert.Equal(t, "News", m["forward_from_chat"].(in)["title"])
		assert.Equal(t, "Ann", m["from"].(in)["first_name"])
		g := srv.NewGroup("Friends")
		require.NoError(t, g.PromoteBot(ann))
		require.NoError(t, g.Member(ann).Forward(bob, "said Bob"))
		assert.Equal(t, "hidden_user", newest(t, b, "message")["forward_origin"].(in)["type"])
		require.Error(t, g.Member(ann).Forward(bob, ""))
		require.Error(t, ann.ForwardPost(c, "99"))
		require.Error(t, ann.Forward(bob, ""))
	})
}

func TestCommandsOfTheBot(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	set := func(parameters in) string { return call(t, srv, "setMyCommands", parameters).Description }
	one := []in{{"command": "start", "description": "Begin"}}
	assert.Empty(t, set(in{"commands": one}))
	assert.Empty(t, set(in{"commands": []in{{"command": "/hilfe", "description": "Hilfe"}}, "language_code": "de", "scope": in{"type": "all_group_chats"}}))
	get := func(parameters in) string { return string(mustCall(t, srv, "getMyCommands", parameters).Result) }
	assert.JSONEq(t, `[{"command":"start","description":"Begin"}]`, get(nil))
	assert.JSONEq(t, `[{"command":"hilfe","description":"Hilfe"}]`, get(in{"language_code": "de", "scope": in{"type": "all_group_chats"}}))
	assert.JSONEq(t, `[]`, get(in{"language_code": "de"}))
	for want, parameters := range map[string]in{
		"BOT_COMMAND_INVALID":                                                 {"commands": []in{{"command": "Über", "description": "x"}}},
		"BOT_COMMAND_DESCRIPTION_INVALID":                                     {"commands": []in{{"command": "a", "description": strings.Repeat("x", 257)}}},
		"BOT_COMMANDS_TOO_MUCH":                                               {"commands": make([]in, 101)},
		"expected an Array of BotCommand":                                     {"commands": "start"},
		`can't parse BotCommand: Field "command" must be of type String`:      {"commands": []in{{"command": true}}},
		"invalid language code specified":                                     {"commands": one, "language_code": "deu"},
		"can't parse BotCommandScope: expected an Object":                     {"commands": one, "scope": "all"},
		"can't parse BotCommandScope: unsupported type specified":             {"commands": one, "scope": in{"type": "all"}},
		`can't parse BotCommandScope: Field "chat_id" must be of type String`: {"commands": one, "scope": in{"type": "chat", "chat_id": true}},
	} {
		assert.Equal(t, "Bad Request: "+want, set(parameters))
	}
	mustCall(t, srv, "deleteMyCommands", nil)
	assert.JSONEq(t, `[]`, get(nil))
	assert.Equal(t, 400, call(t, srv, "getMyCommands", in{"language_code": "x"}).Status)
	assert.Equal(t, 400, call(t, srv, "deleteMyCommands", in{"language_code": "x"}).Status)
}

func TestLoggingOutAndClosing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		got := call(t, srv, "close", nil)
		assert.Equal(t, 429, got.Status)
		assert.Equal(t, 600, got.Parameters.RetryAfter)
		time.Sleep(10 * time.Minute)
		mustCall(t, srv, "close", nil)
		assert.Equal(t, 429, call(t, srv, "close", nil).Status, "launched again by the call")
		mustCall(t, srv, "logOut", nil)
		for _, method := range []string{"getMe", "getUpdates", "sendMessage"} {
			assert.Equal(t, "Bad Request: Logged out", call(t, srv, method, nil).Description, method)
		}
		go func() { _ = srv.NewUser("Ann").Write("hi") }()
		synctest.Wait()
		assert.Empty(t, b.got(), "the webhook is gone")
		time.Sleep(10 * time.Minute)
		mustCall(t, srv, "getMe", nil)
		ids, texts := poll(t, srv, nil)
		assert.Equal(t, []string{"hi"}, texts)
		poll(t, srv, in{"offset": ids[0] + 1})
	})
}

func TestALocalServerLetsTheBotBackAtOnce(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServerWith(t, telegramtest.Config{Local: true})
	mustCall(t, srv, "logOut", nil)
	mustCall(t, srv, "getMe", nil)
}

func TestGetMeTellsThePrivacyMode(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		srv := telegramtest.NewServerWith(t, telegramtest.Config{ReadsAll: all})
		var me in
		require.NoError(t, json.Unmarshal(mustCall(t, srv, "getMe", nil).Result, &me))
		assert.Equal(t, all, me["can_read_all_group_messages"])
		assert.Equal(t, true, me["can_join_groups"])
		assert.Equal(t, true, me["can_connect_to_business"])
	}
}

func TestLegacyMarkdownBecomesEntities(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "Markdown",
		"text": "v1.2! *b. x* _i \\* _ `c*` [l _x_](https://x.io/a_b) [plain] \\_ \\a \\[\n```go\nx_y```"})
	m := ann.Messages()[0]
	assert.Equal(t, "v1.2! b. x i \\*  c* l _x_ plain _ \\a [\nx_y", m.Text)
	assert.Equal(t, []telegramtest.Entity{
		{Type: "bold", Offset: 6, Length: 4}, {Type: "italic", Offset: 11, Length: 5}, {Type: "code", Offset: 17, Length: 2},
		{Type: "text_link", Offset: 20, Length: 5, URL: "https://x.io/a_b"}, {Type: "pre", Offset: 39, Length: 3, Language: "go"},
	}, m.Entities)
	for text, at := range map[string]string{"*x": "0", "a _x": "2", "`x": "0", "ab ```x``": "3", "[x": "0", "a*b*c*": "5"} {
		got := call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "markdown", "text": text})
		assert.Equal(t, "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset "+at, got.Description, text)
	}
}
