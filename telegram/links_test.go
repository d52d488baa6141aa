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
	_, err := c.LinkGroup(t.Context(), "r", "a&b")
	assert.ErrorIs(t, err, channel.ErrInvalid)
	_, err = c.LinkChannel(t.Context())
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
