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
