package interop

import (
	"testing"

	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
)

func TestABotSaysWhoItIs(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		me := must[user](w, bare("GetMe"), bare("GetMe"))
		assert.True(w.t, me.IsBot)
		assert.Equal(w.t, "parley_test_bot", me.Username)
		assert.Equal(w.t, "Parley", me.FirstName)
	})
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "Привет 👋", ProtectContent: true, DisableNotification: true},
			&telego.SendMessageParams{ChatID: tu.ID(w.ann.id), Text: "Привет 👋", ProtectContent: true, DisableNotification: true})
		assert.Equal(w.t, "Привет 👋", sent.Text)
	})
}
