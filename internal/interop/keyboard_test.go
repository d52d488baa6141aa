package interop

import (
	"encoding/json"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inline is a keyboard of go-telegram. Its own button says copy_text in every one.
type inline [][]button

func (k inline) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"inline_keyboard": [][]button(k)})
}

// choice sends an inline keyboard.
func (w *world) choice() message {
	w.t.Helper()
	return must[message](w,
		&bot.SendMessageParams{ChatID: w.ann.id, Text: "Choose", ReplyMarkup: inline{
			{{Text: "Yes", CallbackData: "y:1"}, {Text: "No", CallbackData: "n:1", Style: "danger"}},
			{{Text: "Site", URL: "https://a.example/"}},
		}},
		tu.Message(tu.ID(w.ann.id), "Choose").WithReplyMarkup(tu.InlineKeyboard(
			tu.InlineKeyboardRow(tu.InlineKeyboardButton("Yes").WithCallbackData("y:1"),
				telego.InlineKeyboardButton{Text: "No", CallbackData: "n:1", Style: "danger"}),
			tu.InlineKeyboardRow(tu.InlineKeyboardButton("Site").WithURL("https://a.example/")))))
}

func TestAnInlineButtonIsPressedAndAnswered(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := w.choice()
		require.NotNil(w.t, sent.Markup)
		assert.Equal(w.t, [][]button{
			{{Text: "Yes", CallbackData: "y:1"}, {Text: "No", CallbackData: "n:1", Style: "danger"}},
			{{Text: "Site", URL: "https://a.example/"}},
		}, sent.Markup.Inline)

		require.NoError(w.t, w.ann.Press("Yes"))
		query := w.next().CallbackQuery
		require.NotNil(w.t, query)
		assert.Equal(w.t, "y:1", query.Data)
		assert.Equal(w.t, w.ann.id, query.From.ID)
		assert.NotEmpty(w.t, query.Instance)
		require.NotNil(w.t, query.Message)
		assert.Equal(w.t, sent.ID, query.Message.ID)
		done(w, &bot.AnswerCallbackQueryParams{CallbackQueryID: query.ID, Text: "Thanks", ShowAlert: true},
			&telego.AnswerCallbackQueryParams{CallbackQueryID: query.ID, Text: "Thanks", ShowAlert: true})
		assert.Equal(w.t, []string{"Thanks"}, w.ann.Answers())

		edited := must[message](w, &bot.EditMessageReplyMarkupParams{ChatID: w.ann.id, MessageID: sent.ID},
			&telego.EditMessageReplyMarkupParams{ChatID: tu.ID(w.ann.id), MessageID: sent.ID})
		assert.Nil(w.t, edited.Markup)
		assert.Nil(w.t, w.sees().Keyboard)
	})
}

func TestAReplyKeyboardIsShownPressedAndRemoved(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "Menu", ReplyMarkup: &models.ReplyKeyboardMarkup{
				Keyboard:       [][]models.KeyboardButton{{{Text: "Prices"}, {Text: "My number", RequestContact: true}}},
				ResizeKeyboard: true, InputFieldPlaceholder: "or ask",
			}},
			tu.Message(tu.ID(w.ann.id), "Menu").WithReplyMarkup(tu.Keyboard(tu.KeyboardRow(
				tu.KeyboardButton("Prices"), tu.KeyboardButton("My number").WithRequestContact())).
				WithResizeKeyboard().WithInputFieldPlaceholder("or ask")))
		shown := w.sees().Keyboard
		require.NotNil(w.t, shown)
		assert.True(w.t, shown.Resize)
		assert.Equal(w.t, "or ask", shown.Placeholder)
		require.NoError(w.t, w.ann.Press("Prices"))
		assert.Equal(w.t, "Prices", w.next().Message.Text)

		require.NoError(w.t, w.ann.SharePhone("+380501112233"))
		shared := w.next().Message.Contact
		require.NotNil(w.t, shared)
		assert.Equal(w.t, "+380501112233", shared.Phone)
		assert.Equal(w.t, w.ann.id, shared.UserID)

		must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "Bye", ReplyMarkup: &models.ReplyKeyboardRemove{RemoveKeyboard: true}},
			tu.Message(tu.ID(w.ann.id), "Bye").WithReplyMarkup(tu.ReplyKeyboardRemove()))
		assert.Error(w.t, w.ann.Press("Prices"))
		must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "Name?", ReplyMarkup: &models.ForceReply{ForceReply: true}},
			tu.Message(tu.ID(w.ann.id), "Name?").WithReplyMarkup(tu.ForceReply()))
		assert.True(w.t, w.sees().Keyboard.ForceReply)
	})
}

func TestAPressThatIsTooOldCannotBeAnswered(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		r := refused(w, &bot.AnswerCallbackQueryParams{CallbackQueryID: "2367890123456789012"},
			&telego.AnswerCallbackQueryParams{CallbackQueryID: "2367890123456789012"})
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "query is too old and response timeout expired or query ID is invalid")
	})
}

func TestAButtonWithTooMuchDataIsRefused(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		const data = "яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя" // 33 letters, 66 bytes
		r := refused(w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "?", ReplyMarkup: inline{{{Text: "Yes", CallbackData: data}}}},
			tu.Message(tu.ID(w.ann.id), "?").WithReplyMarkup(tu.InlineKeyboard(
				tu.InlineKeyboardRow(tu.InlineKeyboardButton("Yes").WithCallbackData(data)))))
		assert.Contains(w.t, r.Text, "BUTTON_DATA_INVALID")
	})
}
