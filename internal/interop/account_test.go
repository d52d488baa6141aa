package interop

import (
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestTheCommandsOfABot(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		type command struct {
			Command     string `json:"command"`
			Description string `json:"description"`
		}
		done(w, &bot.SetMyCommandsParams{Commands: []models.BotCommand{{Command: "help", Description: "Get help"}}, LanguageCode: "uk"},
			&telego.SetMyCommandsParams{Commands: []telego.BotCommand{{Command: "help", Description: "Get help"}}, LanguageCode: "uk"})
		done(w,
			&bot.SetMyCommandsParams{Commands: []models.BotCommand{{Command: "order", Description: "Order"}}, Scope: &models.BotCommandScopeAllPrivateChats{}},
			&telego.SetMyCommandsParams{Commands: []telego.BotCommand{{Command: "order", Description: "Order"}}, Scope: tu.ScopeAllPrivateChats()})
		assert.Equal(w.t, []command{{"help", "Get help"}},
			must[[]command](w, &bot.GetMyCommandsParams{LanguageCode: "uk"}, &telego.GetMyCommandsParams{LanguageCode: "uk"}))
		assert.Equal(w.t, []command{{"order", "Order"}}, must[[]command](w,
			&bot.GetMyCommandsParams{Scope: &models.BotCommandScopeAllPrivateChats{}},
			&telego.GetMyCommandsParams{Scope: tu.ScopeAllPrivateChats()}))
		r := refused(w, &bot.SetMyCommandsParams{Commands: []models.BotCommand{{Command: "Big!", Description: "x"}}},
			&telego.SetMyCommandsParams{Commands: []telego.BotCommand{{Command: "Big!", Description: "x"}}})
		assert.Contains(w.t, r.Text, "BOT_COMMAND_INVALID")
		done(w, &bot.DeleteMyCommandsParams{LanguageCode: "uk"}, &telego.DeleteMyCommandsParams{LanguageCode: "uk"})
		assert.Empty(w.t, must[[]command](w, &bot.GetMyCommandsParams{LanguageCode: "uk"}, &telego.GetMyCommandsParams{LanguageCode: "uk"}))
	})
}

func TestABotThatMovesToALocalServer(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		r := refused(w, bare("Close"), bare("Close"))
		assert.Equal(w.t, 429, r.Code, "not in the first ten minutes")
		assert.Positive(w.t, r.RetryAfter)
		time.Sleep(time.Duration(r.RetryAfter) * time.Second)
		done(w, bare("Close"), bare("Close"))
		done(w, bare("Logout"), bare("LogOut"))
		r = refused(w, bare("GetMe"), bare("GetMe"))
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "Logged out")
		time.Sleep(10 * time.Minute)
		must[user](w, bare("GetMe"), bare("GetMe"))
	})
}

func TestAPersonWhoLetsTheBotWrite(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		bob := w.person("Bob")
		assert.Equal(w.t, 403, w.refusedText(bob.id, "hi").Code)
		require.NoError(w.t, bob.AllowWriting("shop"))
		assert.True(w.t, w.next().Message.WriteAccess.FromRequest)
		w.tell(bob.id, "hi")
		assert.Equal(w.t, "hi", bob.Messages()[0].Text)
	})
}
