package telegramtest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

func FuzzALinkLeadsTheBotToAGroupOrNowhere(f *testing.F) {
	for _, seed := range []string{
		"https://t.me/parley_test_bot?startgroup=ref_42-A", "https://t.me/parley_test_bot?startgroup&admin=delete_messages+pin_messages",
		"tg://resolve?domain=parley_test_bot&startgroup=x", "t.me/parley_test_bot?start=a", "https://parley_test_bot.t.me/?startgroup=%zz",
		"https://t.me/parley_test_bot?startchannel&admin=post_messages", "https://t.me/parley_test_bot?startgroup=a&admin=+",
	} {
		f.Add(seed)
	}
	srv := unlimited(f)
	hooked(f, srv, nil)
	g, ann := srv.NewSupergroup("Support"), srv.NewUser("Ann")
	f.Fuzz(func(t *testing.T, link string) {
		said := len(g.Member(ann).Sent())
		if ann.OpenInGroup(link, g) != nil {
			require.Len(t, g.Member(ann).Sent(), said)
			return
		}
		for _, m := range g.Member(ann).Sent()[said:] {
			require.Regexp(t, `^/start@parley_test_bot( [A-Za-z0-9_-]{1,64})?$`, m.Text)
		}
	})
}
