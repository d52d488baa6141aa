package interop

import (
	"testing"

	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestABusinessAccountIsServed(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		bob := w.person("Bob")
		account, err := w.ann.ConnectBusiness(telegramtest.BusinessRights{Reply: true, Read: true})
		require.NoError(w.t, err)
		connected := w.next().BusinessConnection
		require.NotNil(w.t, connected)
		assert.True(w.t, connected.IsOn)
		assert.Equal(w.t, w.ann.id, connected.User.ID)
		assert.True(w.t, connected.Rights["can_reply"])
		assert.Equal(w.t, *connected, must[connection](w, &bot.GetBusinessConnectionParams{BusinessConnectionID: connected.ID},
			&telego.GetBusinessConnectionParams{BusinessConnectionID: connected.ID}))

		customer := account.Customer(bob.User)
		require.NoError(w.t, customer.Write("Is it open?"))
		asked := w.next().BusinessMessage
		require.NotNil(w.t, asked)
		assert.Equal(w.t, connected.ID, asked.Business)
		assert.Equal(w.t, bob.id, asked.From.ID)
		done(w, &bot.ReadBusinessMessageParams{BusinessConnectionID: connected.ID, ChatID: int(bob.id), MessageID: asked.ID},
			&telego.ReadBusinessMessageParams{BusinessConnectionID: connected.ID, ChatID: bob.id, MessageID: asked.ID})
		done(w, &bot.SendChatActionParams{BusinessConnectionID: connected.ID, ChatID: bob.id, Action: "typing"},
			tu.ChatAction(tu.ID(bob.id), telego.ChatActionTyping).WithBusinessConnectionID(connected.ID))
		sent := must[message](w, &bot.SendMessageParams{BusinessConnectionID: connected.ID, ChatID: bob.id, Text: "Till six"},
			tu.Message(tu.ID(bob.id), "Till six").WithBusinessConnectionID(connected.ID))
		require.NotNil(w.t, sent.BusinessBot)
		assert.Equal(w.t, "Till six", customer.Messages()[0].Text)
		assert.Empty(w.t, bob.Messages(), "the private chat with the bot is another one")

		require.NoError(w.t, customer.Edit(itoa(asked.ID), "Is it open today?"))
		assert.Equal(w.t, "Is it open today?", w.nextWith(func(u update) bool { return u.EditedBusinessMessage != nil }).EditedBusinessMessage.Text)
		require.NoError(w.t, customer.OwnerWrite("I am back"))
		assert.Equal(w.t, w.ann.id, w.next().BusinessMessage.From.ID)
		require.NoError(w.t, customer.OwnerDelete(itoa(asked.ID)))
		assert.Equal(w.t, []int{asked.ID}, w.next().DeletedBusiness.IDs)

		require.NoError(w.t, account.Disconnect())
		assert.False(w.t, w.next().BusinessConnection.IsOn)
		r := refused(w, &bot.SendMessageParams{BusinessConnectionID: connected.ID, ChatID: bob.id, Text: "x"},
			tu.Message(tu.ID(bob.id), "x").WithBusinessConnectionID(connected.ID))
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "business connection not found")
	})
}
