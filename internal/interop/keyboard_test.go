package interop

import (
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inline is a keyboard of go-telegram, which says copy_text in every button.
func inline(rows ...[]models.InlineKeyboardButton) models.InlineKeyboardMarkup {
	return models.InlineKeyboardMarkup{InlineKeyboard: rows}
}

// choice sends an inline keyboard.
func (w *world) choice() message {
	w.t.Helper()
	return must[message](w,
		&bot.SendMessageParams{ChatID: w.ann.id, Text: "Choose", ReplyMarkup: inline(
			[]models.InlineKeyboardButton{{Text: "Yes", CallbackData: "y:1"}, {Text: "No", CallbackData: "n:1", Style: "danger"}},
			[]models.InlineKeyboardButton{{Text: "Site", URL: "https://a.example/"}},
		)},
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
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "?", ReplyMarkup: inline([]models.InlineKeyboardButton{{Text: "Yes", CallbackData: data}})},
			tu.Message(tu.ID(w.ann.id), "?").WithReplyMarkup(tu.InlineKeyboard(
				tu.InlineKeyboardRow(tu.InlineKeyboardButton("Yes").WithCallbackData(data)))))
		assert.Contains(w.t, r.Text, "BUTTON_DATA_INVALID")
	})
}

func TestEveryKindOfInlineButtonComesBackAsItWasSent(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		query := "tea"
		buttons := []telego.InlineKeyboardButton{
			{Text: "Call", CallbackData: "c", Style: "primary", IconCustomEmojiID: "5368324170671202286"},
			{Text: "Open", URL: "https://a.example/"},
			{Text: "User", URL: "tg://user?id=42"},
			{Text: "App", WebApp: &telego.WebAppInfo{URL: "https://a.example/app"}},
			{Text: "Copy", CopyText: &telego.CopyTextButton{Text: "CODE-1"}},
			{Text: "Share", SwitchInlineQuery: &query},
			{Text: "Here", SwitchInlineQueryCurrentChat: &query},
		}
		// The older library does not know all of these, but takes any type for a keyboard.
		markup := &telego.InlineKeyboardMarkup{InlineKeyboard: [][]telego.InlineKeyboardButton{buttons}}
		sent, err := ask(w, &bot.SendMessageParams{ChatID: w.ann.id, Text: "All", ReplyMarkup: markup},
			tu.Message(tu.ID(w.ann.id), "All").WithReplyMarkup(markup))
		require.NoError(w.t, err)
		if tele, ok := sent.(*telego.Message); ok {
			assert.Equal(w.t, markup, tele.ReplyMarkup)
		}
		assert.Len(w.t, view[message](w.t, sent).Markup.Inline[0], len(buttons))
		seen := w.sees().Keyboard.Rows[0]
		assert.Equal(w.t, "CODE-1", seen[4].CopyText.Text)
		assert.Equal(w.t, "tea", *seen[5].SwitchInline)
	})
}

func TestRequestsOfAReplyKeyboard(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "Share", ReplyMarkup: &models.ReplyKeyboardMarkup{
				IsPersistent: true, OneTimeKeyboard: true,
				Keyboard: [][]models.KeyboardButton{{
					{Text: "place", RequestLocation: true},
					{Text: "friends", RequestUsers: &models.KeyboardButtonRequestUsers{RequestID: 1}},
					{Text: "poll", RequestPoll: &models.KeyboardButtonPollType{Type: "quiz"}},
					{Text: "app", WebApp: &models.WebAppInfo{URL: "https://a.example/"}},
				}}}},
			tu.Message(tu.ID(w.ann.id), "Share").WithReplyMarkup(tu.Keyboard(tu.KeyboardRow(
				tu.KeyboardButton("place").WithRequestLocation(),
				tu.KeyboardButton("friends").WithRequestUsers(&telego.KeyboardButtonRequestUsers{RequestID: 1}),
				tu.KeyboardButton("poll").WithRequestPoll(tu.PollTypeQuiz()),
				tu.KeyboardButton("app").WithWebApp(tu.WebAppInfo("https://a.example/")))).WithIsPersistent().WithOneTimeKeyboard()))
		shown := w.sees().Keyboard
		assert.True(w.t, shown.Persistent)
		assert.True(w.t, shown.OneTime)
		require.Len(w.t, shown.Rows[0], 4)
		assert.True(w.t, shown.Rows[0][0].RequestLocation)
		assert.JSONEq(w.t, `{"request_id":1}`, string(shown.Rows[0][1].Request))
		assert.JSONEq(w.t, `{"url":"https://a.example/"}`, string(shown.Rows[0][3].WebApp))
	})
}
