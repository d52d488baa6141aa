package interop

import (
	"strconv"
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

// refusedText sends a text that the platform has to refuse.
func (w *world) refusedText(chatID int64, text string) refusal {
	w.t.Helper()
	return refused(w, &bot.SendMessageParams{ChatID: chatID, Text: text}, &telego.SendMessageParams{ChatID: tu.ID(chatID), Text: text})
}

func TestPeopleWhoCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		r := w.refusedText(w.ann.id, "hi")
		assert.Equal(w.t, 403, r.Code)
		assert.Contains(w.t, r.Text, "bot can't initiate conversation with a user")
		w.poll()
		require.NoError(w.t, w.ann.Block())
		w.next()
		r = w.refusedText(w.ann.id, "hi")
		assert.Equal(w.t, 403, r.Code)
		assert.Contains(w.t, r.Text, "bot was blocked by the user")
		require.NoError(w.t, w.ann.Unblock())
		w.next()
		w.say("welcome back")
		w.ann.Deactivate()
		r = w.refusedText(w.ann.id, "hi")
		assert.Equal(w.t, 403, r.Code)
		assert.Contains(w.t, r.Text, "user is deactivated")
		r = w.refusedText(42, "hi")
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "chat not found")
	})
}

func TestAFloodIsRefusedWithTheTimeToWait(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{}, func(w *world) {
		w.poll()
		w.say("one")
		r := w.refusedText(w.ann.id, "two")
		assert.Equal(w.t, 429, r.Code)
		assert.Equal(w.t, 1, r.RetryAfter)
		time.Sleep(time.Duration(r.RetryAfter) * time.Second)
		w.say("two")

		w.srv.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendMessage", RetryAfter: 14 * time.Second})
		r = w.refusedText(w.ann.id, "three")
		assert.Equal(w.t, 14, r.RetryAfter)
		assert.Contains(w.t, r.Text, "Too Many Requests: retry after 14")
		time.Sleep(14 * time.Second)
		w.say("three")
	})
}

func TestRefusalsOfBadRequests(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := w.say("as it is")
		for _, bad := range []struct {
			gotelegram, telego any
			text               string
		}{
			{&bot.SendMessageParams{ChatID: w.ann.id, Text: "  "}, tu.Message(tu.ID(w.ann.id), "  "), "text"},
			{&bot.SendMessageParams{ChatID: w.ann.id, Text: "1.5", ParseMode: models.ParseModeMarkdown},
				tu.Message(tu.ID(w.ann.id), "1.5").WithParseMode(telego.ModeMarkdownV2),
				"can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'"},
			{&bot.SendMessageParams{ChatID: w.ann.id, Text: "<h1>x</h1>", ParseMode: models.ParseModeHTML},
				tu.Message(tu.ID(w.ann.id), "<h1>x</h1>").WithParseMode(telego.ModeHTML), "can't parse entities"},
			{&bot.SendMessageParams{ChatID: w.ann.id, Text: "x", ReplyParameters: &models.ReplyParameters{MessageID: 99}},
				tu.Message(tu.ID(w.ann.id), "x").WithReplyParameters(&telego.ReplyParameters{MessageID: 99}), "message to be replied not found"},
			{&bot.EditMessageTextParams{ChatID: w.ann.id, MessageID: sent.ID, Text: "as it is"},
				&telego.EditMessageTextParams{ChatID: tu.ID(w.ann.id), MessageID: sent.ID, Text: "as it is"}, "message is not modified"},
			{&bot.EditMessageTextParams{ChatID: w.ann.id, MessageID: 99, Text: "x"},
				&telego.EditMessageTextParams{ChatID: tu.ID(w.ann.id), MessageID: 99, Text: "x"}, "message to edit not found"},
			{&bot.DeleteMessageParams{ChatID: w.ann.id, MessageID: 99},
				&telego.DeleteMessageParams{ChatID: tu.ID(w.ann.id), MessageID: 99}, "message to delete not found"},
			{&bot.GetChatParams{ChatID: "@annlee"}, &telego.GetChatParams{ChatID: tu.Username("@annlee")}, "chat not found"},
		} {
			r := refused(w, bad.gotelegram, bad.telego)
			assert.Equal(w.t, 400, r.Code, bad.text)
			assert.Contains(w.t, r.Text, bad.text)
		}
	})
}

func TestATokenThatIsRevoked(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.srv.Fault(telegramtest.Fault{Kind: telegramtest.Unauthorized})
		r := refused(w, bare("GetMe"), bare("GetMe"))
		assert.Equal(w.t, 401, r.Code)
	})
}

func TestAFailureOfTheNetworkIsNoRefusal(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		w.poll()
		for _, kind := range []telegramtest.FaultKind{
			telegramtest.ServerError, telegramtest.CutConnection, telegramtest.RefusedConnection, telegramtest.LostResponse,
			telegramtest.GarbledResponse,
		} {
			w.srv.Fault(telegramtest.Fault{Kind: kind, Method: "sendMessage"})
			_, err := ask(w, &bot.SendMessageParams{ChatID: w.ann.id, Text: "hi"}, tu.Message(tu.ID(w.ann.id), "hi"))
			require.Error(w.t, err)
			_, ok := w.client.refusal(err)
			assert.False(w.t, ok, "%v", err)
		}
		assert.Len(w.t, w.ann.Messages(), 2, "a lost and a garbled answer were carried out")
	})
}

func TestAWrongTokenIsTurnedAway(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		const token = "7700110011:AAE-somebody-else-wrote-this-token0"
		if _, ok := w.client.(*telegoClient); ok {
			_, err := telego.NewBot(token, telego.WithAPIServer(w.url), telego.WithHTTPClient(w.http), telego.WithDiscardLogger(),
				telego.WithHealthCheck(w.ctx))
			r, ok := w.client.refusal(err)
			require.True(w.t, ok, "%v", err)
			assert.Equal(w.t, 401, r.Code)
			return
		}
		_, err := bot.New(token, bot.WithServerURL(w.url), bot.WithHTTPClient(time.Minute, w.http))
		assert.ErrorIs(w.t, err, bot.ErrorUnauthorized)
		_, err = bot.New("not a token", bot.WithServerURL(w.url), bot.WithHTTPClient(time.Minute, w.http))
		assert.ErrorIs(w.t, err, bot.ErrorNotFound)
	})
}

// A bot that waits as long as it is told to gets everything through.
func TestABotThatWaitsAsLongAsItIsToldTo(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{}, func(w *world) {
		w.poll()
		began := time.Now()
		for i := range 5 {
			text := "message " + strconv.Itoa(i)
			for {
				_, err := ask(w, &bot.SendMessageParams{ChatID: w.ann.id, Text: text}, tu.Message(tu.ID(w.ann.id), text))
				if err == nil {
					break
				}
				r, ok := w.client.refusal(err)
				require.True(w.t, ok, "%v", err)
				require.Positive(w.t, r.RetryAfter)
				time.Sleep(time.Duration(r.RetryAfter) * time.Second)
			}
		}
		assert.Len(w.t, w.ann.Messages(), 5)
		assert.Equal(w.t, 4*time.Second, time.Since(began))
	})
}

func TestWhatIsTooOld(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		w.hook()
		sent := w.choice()
		require.NoError(w.t, w.ann.Press("Yes"))
		query := w.next().CallbackQuery
		time.Sleep(150 * time.Second)
		r := refused(w, &bot.AnswerCallbackQueryParams{CallbackQueryID: query.ID}, tu.CallbackQuery(query.ID))
		assert.Contains(w.t, r.Text, "query is too old")
		time.Sleep(48 * time.Hour)
		r = refused(w, &bot.DeleteMessageParams{ChatID: w.ann.id, MessageID: sent.ID}, tu.Delete(tu.ID(w.ann.id), sent.ID))
		assert.Contains(w.t, r.Text, "message can't be deleted")
	})
}
