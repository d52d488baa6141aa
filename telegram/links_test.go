package telegram

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestLinksOpenTheBot(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok("true"))
	for _, test := range []struct {
		want string
		link func() (string, error)
	}{
		{"https://t.me/shop_bot?start=ref_42-A", func() (string, error) { return c.Link(t.Context(), "ref_42-A") }},
		{"https://t.me/shop_bot?start=" + strings.Repeat("x", 64), func() (string, error) { return c.Link(t.Context(), strings.Repeat("x", 64)) }},
		{"https://t.me/shop_bot", func() (string, error) { return c.Link(t.Context(), "") }},
		{"https://t.me/shop_bot?startgroup=r", func() (string, error) { return c.LinkGroup(t.Context(), "r") }},
		{"https://t.me/shop_bot?startgroup", func() (string, error) { return c.LinkGroup(t.Context(), "") }},
		{"https://t.me/shop_bot?startgroup=r&admin=pin_messages+delete_messages", func() (string, error) {
			return c.LinkGroup(t.Context(), "r", "pin_messages", "delete_messages")
		}},
		{"https://t.me/shop_bot?startchannel&admin=post_messages", func() (string, error) { return c.LinkChannel(t.Context(), "post_messages") }},
	} {
		got, err := test.link()
		require.NoError(t, err)
		assert.Equal(t, test.want, got)
	}
	assert.Empty(t, a.calls, "the username is in the Config")
}

func TestAReferenceThatWouldBeLostIsRefused(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for _, ref := range []string{strings.Repeat("x", 65), "a b", "a=b", "ї", "a\n", "a.b", "a+b"} {
		_, err := c.Link(t.Context(), ref)
		require.ErrorIs(t, err, channel.ErrInvalid, ref)
		assert.ErrorContains(t, err, "telegram: link: the reference is not up to 64 of A-Z a-z 0-9 _ -")
	}
	for _, right := range []string{"", "a&b", "can_post_messages", "post_message", "Post_messages"} {
		_, err := c.LinkGroup(t.Context(), "r", right)
		require.ErrorIs(t, err, channel.ErrInvalid, right)
		_, err = c.LinkChannel(t.Context(), "post_messages", right)
		require.ErrorIs(t, err, channel.ErrInvalid, right)
	}
	_, err := c.LinkChannel(t.Context())
	assert.ErrorIs(t, err, channel.ErrInvalid)
}

func TestTheUsernameIsAskedForOnce(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.Username = ""
	c, a := newTestOf(t, cfg, refused(400, "Bad Request: x", ""), ok(`{"id":770011,"is_bot":true,"username":"shop_bot"}`))
	_, err := c.Link(t.Context(), "r")
	require.Error(t, err)
	for range 3 {
		link, err := c.Link(t.Context(), "r")
		require.NoError(t, err)
		assert.Equal(t, "https://t.me/shop_bot?start=r", link)
	}
	assert.Len(t, a.calls, 2, "a failure, and the answer")
	assert.Equal(t, "getMe", a.calls[1].method)
}

func TestABotWithoutAUsernameHasNoLinks(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.Username = ""
	c, _ := newTestOf(t, cfg, ok(`{"id":770011}`))
	_, err := c.Link(t.Context(), "r")
	assert.ErrorIs(t, err, channel.ErrNotFound)
}

func TestAnUnreadableUsernameIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the engine asks again, in time
		cfg := testConfig()
		cfg.Username = ""
		c, _ := newTestOf(t, cfg, ok(`[]`))
		_, err := c.Link(t.Context(), "r")
		assert.Error(t, err)
	})
}

func TestPostsHaveLinks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		chatID, messageID, want string
		reason                  channel.Reason
	}{
		{"@our_news", "301", "https://t.me/our_news/301", ""},
		{"-1001111222233", "301", "https://t.me/c/1111222233/301", ""},
		{"-1002233445566/17", "88", "https://t.me/c/2233445566/17/88", ""},
		{"@our_forum/17", "88", "https://t.me/our_forum/17/88", ""},
		{"5512345678", "1", "", channel.ErrUnsupported},
		{"-5", "1", "", channel.ErrUnsupported},
		{"-1002233445566/d17", "1", "", channel.ErrUnsupported},
		{"66/bbc_A", "1", "", channel.ErrUnsupported},
		{"news", "1", "", channel.ErrInvalid},
		{"@our_news", "0", "", channel.ErrInvalid},
		{"@our_news", "x", "", channel.ErrInvalid},
	} {
		got, err := PostLink(test.chatID, test.messageID)
		assert.Equal(t, test.want, got)
		if test.reason != "" {
			assert.ErrorIs(t, err, test.reason, test.chatID)
		}
	}
}
