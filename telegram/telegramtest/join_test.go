package telegramtest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

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
		time.Sleep(time.Nanosecond)
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

func TestPeopleComeToAChannelAndGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, in{"allowed_updates": []string{"chat_member", "chat_join_request"}})
		c, ann := srv.NewChannel("News"), srv.NewUser("Ann")
		require.NoError(t, c.AddBot(srv.NewUser("Ed")))
		require.Error(t, c.AddBot(srv.NewUser("Ed")), "it is there")
		require.Error(t, c.PromoteBot(srv.NewUser("Ed"), telegramtest.PinMessages), "a right of groups")
		m, err := c.Join(ann)
		require.NoError(t, err)
		assert.Equal(t, "member", newest(t, b, "chat_member")["new_chat_member"].(in)["status"])
		require.NoError(t, m.Leave())
		assert.Equal(t, "left", newest(t, b, "chat_member")["new_chat_member"].(in)["status"])
		require.NoError(t, c.RequestToJoin(ann, ""))
		mustCall(t, srv, "approveChatJoinRequest", in{"chat_id": c.ChatID(), "user_id": ann.ID()})
		synctest.Wait()
		assert.Equal(t, true, newest(t, b, "chat_member")["via_join_request"])
		assert.Equal(t, []string{"chat_member", "chat_member", "chat_join_request", "chat_member"}, kinds(b.got()))
		require.NoError(t, m.Promote(ann, telegramtest.PostMessages))
		require.NoError(t, m.Write("as an administrator"))
		require.NoError(t, m.React("1", "👍"))
		require.NoError(t, c.RemoveBot(ann))
		_, err = c.Post(ann, " ")
		require.Error(t, err)
		assert.Equal(t, "Forbidden: bot is not a member of the channel chat", call(t, srv, "getChat", in{"chat_id": c.ID()}).Description)
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
