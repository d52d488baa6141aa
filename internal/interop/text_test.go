package interop

import (
	"strings"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// say has the bot send plain text to Ann.
func (w *world) say(text string) message {
	w.t.Helper()
	return must[message](w, &bot.SendMessageParams{ChatID: w.ann.id, Text: text},
		&telego.SendMessageParams{ChatID: tu.ID(w.ann.id), Text: text})
}

func TestTextArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "Привет 👋", ProtectContent: true, DisableNotification: true},
			&telego.SendMessageParams{ChatID: tu.ID(w.ann.id), Text: "Привет 👋", ProtectContent: true, DisableNotification: true})
		assert.Equal(w.t, "Привет 👋", sent.Text)
		assert.Equal(w.t, chat{ID: w.ann.id, Type: "private", FirstName: "Ann", LastName: "Lee"}, sent.Chat)
		assert.True(w.t, sent.From.IsBot)
		assert.True(w.t, sent.Protected)
		assert.NotZero(w.t, sent.Date)
		seen := w.sees()
		assert.Equal(w.t, "Привет 👋", seen.Text)
		assert.True(w.t, seen.Protected)
		assert.True(w.t, seen.Silent)
	})
}

func TestFormattedText(t *testing.T) {
	t.Parallel()
	const plain = "👋 bold, code and a link"
	want := []entity{
		{Type: "bold", Offset: 3, Length: 4}, {Type: "code", Offset: 9, Length: 4},
		{Type: "text_link", Offset: 18, Length: 6, URL: "https://a.example/?q=1"},
	}
	modes := map[string]func(id int64) (any, any){
		"as HTML": func(id int64) (any, any) {
			const text = `👋 <b>bold</b>, <code>code</code> and <a href="https://a.example/?q=1">a link</a>`
			return &bot.SendMessageParams{ChatID: id, Text: text, ParseMode: models.ParseModeHTML},
				&telego.SendMessageParams{ChatID: tu.ID(id), Text: text, ParseMode: telego.ModeHTML}
		},
		"as MarkdownV2": func(id int64) (any, any) {
			const text = "👋 *bold*, `code` and [a link](https://a.example/?q=1)"
			return &bot.SendMessageParams{ChatID: id, Text: text, ParseMode: models.ParseModeMarkdown},
				&telego.SendMessageParams{ChatID: tu.ID(id), Text: text, ParseMode: telego.ModeMarkdownV2}
		},
		"by entities": func(id int64) (any, any) {
			return &bot.SendMessageParams{ChatID: id, Text: plain, Entities: []models.MessageEntity{
					{Type: models.MessageEntityTypeBold, Offset: 3, Length: 4},
					{Type: models.MessageEntityTypeCode, Offset: 9, Length: 4},
					{Type: models.MessageEntityTypeTextLink, Offset: 18, Length: 6, URL: "https://a.example/?q=1"},
				}},
				tu.MessageWithEntities(tu.ID(id), tu.Entity("👋 "), tu.Entity("bold").Bold(), tu.Entity(", "),
					tu.Entity("code").Code(), tu.Entity(" and "), tu.Entity("a link").TextLink("https://a.example/?q=1"))
		},
	}
	for name, request := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everywhere(t, func(w *world) {
				w.poll()
				gotelegram, tele := request(w.ann.id)
				sent := must[message](w, gotelegram, tele)
				assert.Equal(w.t, plain, sent.Text)
				assert.Equal(w.t, want, sent.Entities)
				assert.Len(w.t, w.sees().Entities, len(want))
			})
		})
	}
}

func TestTextEscapedByTheLibraryIsReadAsItWas(t *testing.T) {
	t.Parallel()
	const text = "1.5 - (2) = -0.5! _*[x]~>#+|{} ` <b> & \"" // and no backslash, which the library forgets
	everywhere(t, func(w *world) {
		w.poll()
		sent := must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: bot.EscapeMarkdown(text), ParseMode: models.ParseModeMarkdown},
			&telego.SendMessageParams{ChatID: tu.ID(w.ann.id), Text: text})
		assert.Equal(w.t, text, sent.Text)
	})
}

func TestReplies(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		require.NoError(w.t, w.ann.Write("how much?"))
		asked := w.next().Message
		sent := must[message](w,
			&bot.SendMessageParams{ChatID: w.ann.id, Text: "5", ReplyParameters: &models.ReplyParameters{MessageID: asked.ID, Quote: "much"}},
			&telego.SendMessageParams{ChatID: tu.ID(w.ann.id), Text: "5",
				ReplyParameters: &telego.ReplyParameters{MessageID: asked.ID, Quote: "much"}})
		require.NotNil(w.t, sent.ReplyTo)
		assert.Equal(w.t, asked.ID, sent.ReplyTo.ID)
		assert.Equal(w.t, "how much?", sent.ReplyTo.Text)
		assert.Equal(w.t, w.ann.Sent()[1].ID, w.sees().ReplyTo)
	})
}

func TestEditsAndDeletes(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		first, second, third := w.say("one"), w.say("two"), w.say("three")
		edited := must[message](w,
			&bot.EditMessageTextParams{ChatID: w.ann.id, MessageID: first.ID, Text: "<i>1</i>", ParseMode: models.ParseModeHTML},
			&telego.EditMessageTextParams{ChatID: tu.ID(w.ann.id), MessageID: first.ID, Text: "<i>1</i>", ParseMode: telego.ModeHTML})
		assert.Equal(w.t, "1", edited.Text)
		assert.Equal(w.t, first.ID, edited.ID)
		assert.NotZero(w.t, edited.EditDate)
		assert.Equal(w.t, []entity{{Type: "italic", Length: 1}}, edited.Entities)

		done(w, &bot.DeleteMessageParams{ChatID: w.ann.id, MessageID: second.ID},
			&telego.DeleteMessageParams{ChatID: tu.ID(w.ann.id), MessageID: second.ID})
		done(w, &bot.DeleteMessagesParams{ChatID: w.ann.id, MessageIDs: []int{second.ID, third.ID}},
			&telego.DeleteMessagesParams{ChatID: tu.ID(w.ann.id), MessageIDs: []int{second.ID, third.ID}})
		seen := w.ann.Messages()
		assert.Equal(w.t, "1", seen[0].Text)
		assert.Equal(w.t, []bool{false, true, true}, []bool{seen[0].Deleted, seen[1].Deleted, seen[2].Deleted})
	})
}

func TestReactionsAndTyping(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := w.say("ok?")
		done(w,
			&bot.SetMessageReactionParams{ChatID: w.ann.id, MessageID: sent.ID, Reaction: []models.ReactionType{
				{Type: models.ReactionTypeTypeEmoji, ReactionTypeEmoji: &models.ReactionTypeEmoji{Emoji: "👍"}},
			}},
			&telego.SetMessageReactionParams{ChatID: tu.ID(w.ann.id), MessageID: sent.ID, Reaction: []telego.ReactionType{
				&telego.ReactionTypeEmoji{Type: telego.ReactionEmoji, Emoji: "👍"},
			}})
		done(w, &bot.SetMessageReactionParams{ChatID: w.ann.id, MessageID: sent.ID},
			&telego.SetMessageReactionParams{ChatID: tu.ID(w.ann.id), MessageID: sent.ID})
		done(w, &bot.SendChatActionParams{ChatID: w.ann.id, Action: models.ChatActionTyping},
			&telego.SendChatActionParams{ChatID: tu.ID(w.ann.id), Action: telego.ChatActionTyping})
	})
}

func TestTheLongestTextIsCountedInCharacters(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		longest := strings.Repeat("😀", 4096)
		assert.Equal(w.t, longest, w.say(longest).Text)
		r := refused(w, &bot.SendMessageParams{ChatID: w.ann.id, Text: longest + "x"},
			&telego.SendMessageParams{ChatID: tu.ID(w.ann.id), Text: longest + "x"})
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "message is too long")
	})
}
