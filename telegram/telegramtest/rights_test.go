package telegramtest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestWhatTheBotMayWriteInAGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		send := func() string {
			return call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"}).Description
		}
		assert.Empty(t, send())
		require.NoError(t, g.RestrictBot(ann.User(), telegramtest.SendPhotos))
		restricted := newest(t, b, "my_chat_member")["new_chat_member"].(in)
		assert.Equal(t, "restricted", restricted["status"])
		assert.Equal(t, false, restricted["can_send_messages"])
		assert.Equal(t, true, restricted["can_send_photos"])
		assert.Equal(t, "Bad Request: not enough rights to send text messages to the chat", send())
		assert.Empty(t, call(t, srv, "editMessageText", in{"chat_id": g.ID(), "message_id": 2, "text": "y"}).Description, "what it wrote before")
		require.NoError(t, g.DemoteBot(ann.User()))
		assert.Empty(t, send())
		g.SetUsername("@our_support")
		assert.True(t, call(t, srv, "sendMessage", in{"chat_id": "@Our_Support", "text": "x"}).OK)
		assert.Equal(t, "Bad Request: chat not found", call(t, srv, "sendMessage", in{"chat_id": "@nobody_here", "text": "x"}).Description)
		require.NoError(t, g.PromoteBot(ann.User(), telegramtest.PinMessages))
		rights := newest(t, b, "my_chat_member")["new_chat_member"].(in)
		assert.Equal(t, "administrator", rights["status"])
		assert.Equal(t, true, rights["can_pin_messages"])
		assert.Equal(t, false, rights["can_delete_messages"])
		assert.NotContains(t, rights, "can_post_messages", "which channels have")
		require.ErrorContains(t, g.PromoteBot(ann.User(), telegramtest.PostMessages), "no right")
	})
}

func TestAGroupThatLetsNobodyWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, g, ann := grouped(t, telegramtest.Config{})
		send := func() string {
			return call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"}).Description
		}
		g.SetPermissions()
		assert.Equal(t, "Bad Request: not enough rights to send text messages to the chat", send())
		require.ErrorContains(t, ann.Write("x"), "may not write")
		require.NoError(t, ann.Promote(ann.User()))
		require.NoError(t, ann.Write("x"))
		require.NoError(t, g.PromoteBot(ann.User()))
		assert.Empty(t, send())
		require.NoError(t, g.DemoteBot(ann.User()))
		g.SetPermissions(telegramtest.SendMessages)
		assert.Empty(t, send())
	})
}
