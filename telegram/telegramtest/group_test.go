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

// kinds are the fields of the updates, and of messages also what they are about.
func kinds(updates []in) (all []string) {
	for _, u := range updates {
		for kind, field := range u {
			if kind == "update_id" {
				continue
			}
			for _, about := range []string{
				"new_chat_members", "left_chat_member", "migrate_to_chat_id", "migrate_from_chat_id", "forum_topic_created",
				"write_access_allowed",
			} {
				if field.(in)[about] != nil {
					kind += " " + about
				}
			}
			all = append(all, kind)
		}
	}
	return all
}

// newest is the field of the newest update of a kind. Kinds may overtake each other.
func newest(t testing.TB, b *bot, kind string) in {
	t.Helper()
	got := b.got()
	for i := len(got) - 1; i >= 0; i-- {
		if field, ok := got[i][kind].(in); ok {
			return field
		}
	}
	require.Fail(t, "no update of this kind", kind)
	return nil
}

// asJSON compares what was decoded with what the documentation shows.
func asJSON(t testing.TB, want string, got any) {
	t.Helper()
	raw, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, want, string(raw))
}

// grouped is a server with the bot in a supergroup that Ann is in.
func grouped(t testing.TB, cfg telegramtest.Config) (*telegramtest.Server, *bot, *telegramtest.Group, *telegramtest.Member) {
	t.Helper()
	cfg.NoLimits = true
	srv := telegramtest.NewServerWith(t, cfg)
	b := hooked(t, srv, in{"allowed_updates": []string{
		"message", "edited_message", "my_chat_member", "chat_member", "chat_join_request", "message_reaction", "callback_query",
	}})
	g := srv.NewSupergroup("Support")
	ann := g.Member(srv.NewUser("Ann"))
	require.NoError(t, g.AddBot(ann.User()))
	return srv, b, g, ann
}

func number(id string) json.Number { return json.Number(id) }

func TestTheBotIsAddedAndTakenOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		assert.ElementsMatch(t, []string{"my_chat_member", "message new_chat_members"}, kinds(b.got()))
		member := b.got()[0]["my_chat_member"]
		if member == nil { // another queue, so any order
			member = b.got()[1]["my_chat_member"]
		}
		bot := `{"id":7700110011,"is_bot":true,"first_name":"Parley","username":"parley_test_bot"}`
		chat := `{"id":` + g.ID() + `,"title":"Support","type":"supergroup"}`
		from := `{"id":` + ann.User().ID() + `,"is_bot":false,"first_name":"Ann","language_code":"en"}`
		delete(member.(in), "date")
		asJSON(t, `{"chat":`+chat+`,"from":`+from+`,"old_chat_member":{"user":`+bot+`,"status":"left"},
			"new_chat_member":{"user":`+bot+`,"status":"member"}}`, member)

		require.Error(t, g.AddBot(ann.User()), "it is there already")
		require.NoError(t, g.RemoveBot(ann.User()))
		assert.Equal(t, "left", newest(t, b, "my_chat_member")["new_chat_member"].(in)["status"])
		send := func() result { return call(t, srv, "sendMessage", in{"chat_id": number(g.ID()), "text": "x"}) }
		assert.Equal(t, "Forbidden: bot is not a member of the supergroup chat", send().Description)
		assert.Equal(t, 403, send().Status)
		require.NoError(t, g.AddBot(ann.User()))
		require.NoError(t, g.KickBot(ann.User()))
		assert.Equal(t, in{"status": "kicked", "until_date": 0.0, "user": newest(t, b, "my_chat_member")["old_chat_member"].(in)["user"]},
			newest(t, b, "my_chat_member")["new_chat_member"])
		assert.Equal(t, "Forbidden: bot was kicked from the supergroup chat", send().Description)
		require.Error(t, g.KickBot(ann.User()))
		require.NoError(t, ann.Write("/anybody"), "nothing reaches a bot that is not there")
		assert.Equal(t, "Bad Request: chat not found", call(t, srv, "sendMessage",
			in{"chat_id": number(srv.NewSupergroup("Secret").ID()), "text": "x"}).Description)
	})
}

func TestABasicGroupTellsOfTheBotsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		g, ann := srv.NewGroup("Friends"), srv.NewUser("Ann")
		assert.True(t, strings.HasPrefix(g.ID(), "-4"))
		require.NoError(t, g.AddBot(ann))
		require.NoError(t, g.KickBot(ann))
		assert.ElementsMatch(t, []string{
			"my_chat_member", "message new_chat_members", "my_chat_member", "message left_chat_member",
		}, kinds(b.got()))
		assert.Equal(t, "Forbidden: bot was kicked from the group chat",
			call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"}).Description)
		g.Delete()
		assert.Equal(t, "Forbidden: the group chat was deleted",
			call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"}).Description)
		require.Error(t, g.AddBot(ann))
		require.Error(t, g.Member(ann).Write("x"))
		require.Error(t, g.RestrictBot(ann))
	})
}

func TestPrivacyModeHidesWhatIsNotForTheBot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cfg   telegramtest.Config
		admin bool
		say   func(srv *telegramtest.Server, g *telegramtest.Group, ann *telegramtest.Member) error
		want  bool
	}{
		"small talk":            {say: write("hello"), want: false},
		"a command":             {say: write("/help"), want: true},
		"a command for it":      {say: write("/help@Parley_Test_Bot now"), want: true},
		"a command for another": {say: write("/help@other_bot"), want: false},
		"a start by link": {say: func(_ *telegramtest.Server, _ *telegramtest.Group, ann *telegramtest.Member) error {
			return ann.Start("ref_1")
		}, want: true},
		"small talk, privacy off": {cfg: telegramtest.Config{ReadsAll: true}, say: write("hello"), want: true},
		"small talk to an admin":  {admin: true, say: write("hello"), want: true},
		"an answer to it": {say: func(_ *telegramtest.Server, g *telegramtest.Group, ann *telegramtest.Member) error {
			return ann.Reply(g.Messages()[0].ID, "yes")
		}, want: true},
		"an answer to somebody": {say: func(_ *telegramtest.Server, _ *telegramtest.Group, ann *telegramtest.Member) error {
			if err := ann.Write("one"); err != nil {
				return err
			}
			return ann.Reply(ann.Sent()[0].ID, "yes")
		}, want: false},
		"another bot":                 {admin: true, say: otherBot, want: false},
		"another bot that it may see": {cfg: telegramtest.Config{SeesBots: true}, admin: true, say: otherBot, want: true},
		"an anonymous administrator": {admin: true, say: func(_ *telegramtest.Server, g *telegramtest.Group, _ *telegramtest.Member) error {
			return g.WriteAnonymously("x")
		}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, b, g, ann := grouped(t, c.cfg)
				if c.admin {
					require.NoError(t, g.PromoteBot(ann.User()))
				}
				mustCall(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"})
				before := len(b.got())
				require.NoError(t, c.say(srv, g, ann))
				assert.Equal(t, c.want, len(b.got()) > before)
			})
		})
	}
}

func write(text string) func(*telegramtest.Server, *telegramtest.Group, *telegramtest.Member) error {
	return func(_ *telegramtest.Server, _ *telegramtest.Group, ann *telegramtest.Member) error {
		return ann.Write(text)
	}
}

func otherBot(srv *telegramtest.Server, g *telegramtest.Group, _ *telegramtest.Member) error {
	return g.Member(srv.NewBot("Helper")).Write("hello")
}

func TestTheBotIsNotToldOfWhatWasWrittenBeforeItCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServerWith(t, telegramtest.Config{ReadsAll: true})
		b := hooked(t, srv, nil)
		u := srv.NewUser("Ann")
		g := srv.NewSupergroup("Club")
		ann := g.Member(u)
		require.NoError(t, ann.Write("old"))
		time.Sleep(time.Second)
		require.NoError(t, g.AddBot(u))
		before := len(b.got())
		require.NoError(t, ann.Edit(ann.Sent()[0].ID, "still old"))
		assert.Len(t, b.got(), before)
		require.NoError(t, ann.Write("new"))
		require.NoError(t, ann.Edit(ann.Sent()[1].ID, "still new"))
		assert.Equal(t, "still new", newest(t, b, "edited_message")["text"])
	})
}

func TestAGroupThatBecomesASupergroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		g, ann := srv.NewGroup("Friends"), srv.NewUser("Ann")
		require.NoError(t, g.AddBot(ann))
		require.NoError(t, g.Member(ann).Promote(ann))
		to, err := g.Migrate(ann)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"message migrate_to_chat_id", "message migrate_from_chat_id"}, kinds(b.got()[2:]))
		for _, u := range b.got()[2:] {
			m := u["message"].(in)
			if m["migrate_from_chat_id"] != nil {
				asJSON(t, g.ID(), m["migrate_from_chat_id"])
				assert.Equal(t, "supergroup", m["chat"].(in)["type"])
			} else {
				asJSON(t, to.ID(), m["migrate_to_chat_id"])
			}
		}
		got := call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"})
		assert.Equal(t, 400, got.Status)
		assert.Equal(t, "Bad Request: group chat was upgraded to a supergroup chat", got.Description)
		assert.Equal(t, to.ID(), got.Parameters.MigrateTo.String())
		mustCall(t, srv, "sendMessage", in{"chat_id": to.ID(), "text": "x"})
		assert.Len(t, to.Messages(), 1)
		require.ErrorContains(t, g.Member(ann).Write("x"), "supergroup")
		require.NoError(t, to.Member(ann).Write("/x"))
		_, err = g.Migrate(ann)
		require.Error(t, err)
		_, err = to.Migrate(ann)
		require.Error(t, err)
		assert.Contains(t, string(mustCall(t, srv, "getChatAdministrators", in{"chat_id": to.ID()}).Result), `"Ann"`)
	})
}

func TestGroupsHaveTheirOwnPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		hooked(t, srv, nil)
		ann := srv.NewUser("Ann")
		forum := srv.NewForum("Forum")
		require.NoError(t, forum.AddBot(ann))
		topic, err := forum.NewTopic(ann, "Billing")
		require.NoError(t, err)
		send := func(thread string) result {
			time.Sleep(time.Second)
			return call(t, srv, "sendMessage", in{"chat_id": forum.ID(), "message_thread_id": thread, "text": "x"})
		}
		for range 10 {
			require.True(t, send("").OK)
			require.True(t, send(topic.ID()).OK)
		}
		got := send(topic.ID())
		assert.Equal(t, 429, got.Status, "topics share the limit of their group")
		assert.Equal(t, 40, got.Parameters.RetryAfter)
		time.Sleep(time.Hour)
		forum.SetSlowMode(30 * time.Second)
		require.True(t, send("").OK)
		assert.Equal(t, 29, send("").Parameters.RetryAfter)
		require.NoError(t, forum.PromoteBot(ann))
		assert.True(t, send("").OK, "administrators may write on")

		c := srv.NewChannel("News")
		require.NoError(t, c.AddBot(ann))
		time.Sleep(time.Minute)
		for range 20 {
			time.Sleep(time.Second)
			require.True(t, call(t, srv, "sendMessage", in{"chat_id": c.ID(), "text": "x"}).OK)
		}
		time.Sleep(time.Second)
		assert.Equal(t, 40, call(t, srv, "sendMessage", in{"chat_id": c.ID(), "text": "x"}).Parameters.RetryAfter)
	})
}
