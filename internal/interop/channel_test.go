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

func TestABotThatPostsInAChannel(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		c := w.srv.NewChannel("News")
		c.SetUsername("our_news")
		id := number(w.t, c.ID())
		require.NoError(w.t, c.AddBot(w.ann.User))
		added := w.next().MyChatMember
		require.NotNil(w.t, added)
		assert.Equal(w.t, "administrator", added.New.Status)
		assert.True(w.t, added.New.CanPost)

		post := must[message](w,
			&bot.SendMessageParams{ChatID: "@our_news", Text: "Sale", ReplyMarkup: inline([]models.InlineKeyboardButton{{Text: "More", CallbackData: "more"}})},
			tu.Message(tu.Username("@our_news"), "Sale").WithReplyMarkup(tu.InlineKeyboard(
				tu.InlineKeyboardRow(tu.InlineKeyboardButton("More").WithCallbackData("more")))))
		assert.Equal(w.t, id, post.Chat.ID)
		assert.Equal(w.t, "channel", post.Chat.Type)
		assert.Nil(w.t, post.From)
		require.NotNil(w.t, post.SenderChat)
		assert.Equal(w.t, "News", post.SenderChat.Title)

		require.NoError(w.t, c.Member(w.ann.User).Press("More"))
		query := w.next().CallbackQuery
		assert.Equal(w.t, id, query.Message.Chat.ID)
		assert.Equal(w.t, w.ann.id, query.From.ID)
		done(w, &bot.AnswerCallbackQueryParams{CallbackQueryID: query.ID}, tu.CallbackQuery(query.ID))

		edited := must[message](w, &bot.EditMessageTextParams{ChatID: id, MessageID: post.ID, Text: "Sold out"},
			tu.EditMessageText(tu.ID(id), post.ID, "Sold out"))
		assert.Equal(w.t, "Sold out", edited.Text)
		assert.Equal(w.t, 400, refused(w, &bot.SendChatActionParams{ChatID: id, Action: models.ChatActionTyping},
			tu.ChatAction(tu.ID(id), telego.ChatActionTyping)).Code)
		done(w, &bot.DeleteMessageParams{ChatID: id, MessageID: post.ID}, tu.Delete(tu.ID(id), post.ID))

		require.NoError(w.t, c.RemoveBot(w.ann.User))
		assert.Equal(w.t, "left", w.next().MyChatMember.New.Status)
		r := w.refusedText(id, "x")
		assert.Equal(w.t, 403, r.Code)
		assert.Contains(w.t, r.Text, "bot is not a member of the channel chat")
	})
}

func TestPostsOfOthersInAChannel(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		c := w.srv.NewChannel("News")
		c.SignPosts()
		require.NoError(w.t, c.AddBot(w.ann.User))
		w.next()
		id, err := c.Post(w.ann.User, "Breaking")
		require.NoError(w.t, err)
		post := w.next().ChannelPost
		require.NotNil(w.t, post)
		assert.Equal(w.t, id, itoa(post.ID))
		assert.Nil(w.t, post.From)
		require.NoError(w.t, c.Edit(w.ann.User, id, "Broken"))
		assert.Equal(w.t, "Broken", w.next().EditedChannelPost.Text)
		require.NoError(w.t, w.ann.ForwardPost(c, id))
		forwarded := w.next().Message
		require.NotNil(w.t, forwarded.Origin)
		assert.Equal(w.t, "channel", forwarded.Origin.Type)
		assert.Equal(w.t, post.ID, forwarded.Origin.MessageID)
	})
}

func TestDirectMessagesOfAChannel(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		c := w.srv.NewChannel("News")
		require.NoError(w.t, c.AddBot(w.ann.User))
		w.next()
		direct := c.Direct(w.ann.User)
		require.NoError(w.t, direct.Write("a tip"))
		tip := w.next().Message
		require.NotNil(w.t, tip.DirectTopic)
		topic := tip.DirectTopic.ID
		must[message](w, &bot.SendMessageParams{ChatID: tip.Chat.ID, DirectMessagesTopicID: int(topic), Text: "thanks"},
			&telego.SendMessageParams{ChatID: tu.ID(tip.Chat.ID), DirectMessagesTopicID: topic, Text: "thanks"})
		assert.Equal(w.t, "thanks", direct.Messages()[0].Text)
	})
}

func TestReactionsToAPostAreCounted(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		w.everyKind()
		c := w.srv.NewChannel("News")
		require.NoError(w.t, c.AddBot(w.ann.User))
		w.next()
		post := w.tell(number(w.t, c.ID()), "Sale")
		for _, name := range []string{"Bob", "Eve"} {
			require.NoError(w.t, c.Member(w.person(name).User).React(itoa(post.ID), "🔥"))
		}
		time.Sleep(10 * time.Minute)
		counted := w.next().ReactionCount
		require.NotNil(w.t, counted)
		assert.Equal(w.t, post.ID, counted.MessageID)
		require.Len(w.t, counted.Reactions, 1)
		assert.Equal(w.t, reaction{"emoji", "🔥"}, counted.Reactions[0].Type)
		assert.Equal(w.t, 2, counted.Reactions[0].Total)
	})
}
