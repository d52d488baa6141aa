package interop

import (
	"testing"

	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

func TestTheProfileOfAPerson(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		got := must[chat](w, &bot.GetChatParams{ChatID: w.ann.id}, &telego.GetChatParams{ChatID: tu.ID(w.ann.id)})
		assert.Equal(w.t, chat{ID: w.ann.id, Type: "private", FirstName: "Ann", LastName: "Lee"}, got)
		photos := must[struct {
			Total  int     `json:"total_count"`
			Photos [][]any `json:"photos"`
		}](w, &bot.GetUserProfilePhotosParams{UserID: w.ann.id, Limit: 1},
			&telego.GetUserProfilePhotosParams{UserID: w.ann.id, Limit: 1})
		assert.Zero(w.t, photos.Total)
		assert.Empty(w.t, photos.Photos)
	})
}

func TestTheProfileOfAStranger(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		r := refused(w, &bot.GetChatParams{ChatID: 42}, &telego.GetChatParams{ChatID: tu.ID(42)})
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "chat not found")
		r = refused(w, &bot.GetUserProfilePhotosParams{UserID: 42}, &telego.GetUserProfilePhotosParams{UserID: 42})
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "user not found")
	})
}

func TestTheProfilesOfGroupsAndChannels(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		f, c := w.srv.NewForum("Forum"), w.srv.NewChannel("News")
		require.NoError(w.t, f.PromoteBot(w.ann.User))
		require.NoError(w.t, c.AddBot(w.ann.User))
		for _, want := range []chat{
			{ID: number(w.t, f.ID()), Type: "supergroup", Title: "Forum", IsForum: true},
			{ID: number(w.t, c.ID()), Type: "channel", Title: "News"},
		} {
			assert.Equal(w.t, want, must[chat](w, &bot.GetChatParams{ChatID: want.ID}, &telego.GetChatParams{ChatID: tu.ID(want.ID)}))
		}
		sent := w.tell(number(w.t, f.ID()), "read me")
		done(w, &bot.PinChatMessageParams{ChatID: sent.Chat.ID, MessageID: sent.ID},
			&telego.PinChatMessageParams{ChatID: tu.ID(sent.Chat.ID), MessageID: sent.ID})
	})
}
