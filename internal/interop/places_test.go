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

func TestFilesInATopic(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		g := w.srv.NewForum("Forum")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.PromoteBot(w.ann.User))
		topic, err := g.NewTopic(w.ann.User, "Orders")
		require.NoError(w.t, err)
		thread := int(number(w.t, topic.ID()))
		data := picture(w.t, 120, 80)
		sent := must[message](w,
			&bot.SendPhotoParams{ChatID: id, MessageThreadID: thread, Photo: upload(data, "p.jpg").gotelegram, Caption: "here"},
			tu.Photo(tu.ID(id), upload(data, "p.jpg").telego).WithMessageThreadID(thread).WithCaption("here"))
		assert.Equal(w.t, thread, sent.ThreadID)
		photo := media[0].of(sent)
		album := must[[]message](w,
			&bot.SendMediaGroupParams{ChatID: id, MessageThreadID: thread, Media: []models.InputMedia{
				&models.InputMediaPhoto{Media: photo.ID}, &models.InputMediaPhoto{Media: photo.ID},
			}},
			tu.MediaGroup(tu.ID(id), tu.MediaPhoto(tu.FileFromID(photo.ID)), tu.MediaPhoto(tu.FileFromID(photo.ID))).
				WithMessageThreadID(thread))
		require.Len(w.t, album, 2)
		assert.Equal(w.t, thread, album[1].ThreadID)
		seen := topic.Messages()
		require.Len(w.t, seen, 3)
		assert.Equal(w.t, data, seen[2].Media.Data)

		location := must[message](w, &bot.SendLocationParams{ChatID: id, MessageThreadID: thread, Latitude: 1, Longitude: 2},
			tu.Location(tu.ID(id), 1, 2).WithMessageThreadID(thread))
		assert.Equal(w.t, thread, location.ThreadID)
	})
}

func TestFilesInAChannel(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		c := w.srv.NewChannel("News")
		id := number(w.t, c.ID())
		require.NoError(w.t, c.AddBot(w.ann.User))
		data := noise("%PDF")
		post := must[message](w,
			&bot.SendDocumentParams{ChatID: id, Document: upload(data, "prices.pdf").gotelegram, Caption: "Prices"},
			tu.Document(tu.ID(id), upload(data, "prices.pdf").telego).WithCaption("Prices"))
		assert.Nil(w.t, post.From)
		edited := must[message](w, &bot.EditMessageCaptionParams{ChatID: id, MessageID: post.ID, Caption: "New prices"},
			tu.EditMessageCaption(tu.ID(id), post.ID, "New prices"))
		assert.Equal(w.t, "New prices", edited.Caption)
		assert.Equal(w.t, data, c.Messages()[0].Media.Data)
	})
}

func TestFilesForABusinessAccount(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		bob := w.person("Bob")
		account, err := w.ann.ConnectBusiness(telegramtest.BusinessRights{Reply: true})
		require.NoError(w.t, err)
		customer := account.Customer(bob.User)
		require.NoError(w.t, customer.Write("Send me the prices"))
		data := noise("%PDF")
		sent := must[message](w,
			&bot.SendDocumentParams{BusinessConnectionID: account.ID(), ChatID: bob.id, Document: upload(data, "prices.pdf").gotelegram},
			tu.Document(tu.ID(bob.id), upload(data, "prices.pdf").telego).WithBusinessConnectionID(account.ID()))
		assert.Equal(w.t, account.ID(), sent.Business)
		assert.Equal(w.t, w.ann.id, sent.From.ID, "it speaks in the owner's name")
		assert.Equal(w.t, data, customer.Messages()[0].Media.Data)
	})
}

func TestAFileIsForwardedAndCopiedWithAnotherCaption(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := w.sentPhoto("mine")
		forwarded := must[message](w, &bot.ForwardMessageParams{ChatID: w.ann.id, FromChatID: w.ann.id, MessageID: sent.ID},
			&telego.ForwardMessageParams{ChatID: tu.ID(w.ann.id), FromChatID: tu.ID(w.ann.id), MessageID: sent.ID})
		assert.Equal(w.t, "mine", forwarded.Caption)
		assert.Equal(w.t, media[0].of(sent).Unique, media[0].of(forwarded).Unique)
		assert.True(w.t, forwarded.Origin.User.IsBot)
		copied := must[message](w,
			&bot.CopyMessageParams{ChatID: w.ann.id, FromChatID: w.ann.id, MessageID: sent.ID, Caption: "<b>yours</b>", ParseMode: html},
			tu.CopyMessage(tu.ID(w.ann.id), tu.ID(w.ann.id), sent.ID).WithCaption("<b>yours</b>").WithParseMode(telego.ModeHTML))
		assert.Equal(w.t, itoa(copied.ID), w.sees().ID)
		assert.Equal(w.t, "yours", w.sees().Media.Caption)
		assert.Equal(w.t, w.ann.Messages()[0].Media.Data, w.sees().Media.Data)
	})
}

func TestABotMaySendOnlyWhatItIsAllowedTo(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		g := w.srv.NewSupergroup("Club")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.AddBot(w.ann.User))
		require.NoError(w.t, g.RestrictBot(w.ann.User, telegramtest.SendMessages))
		w.tell(id, "text is allowed")
		gotelegram, tele := media[0].send(id, upload(picture(w.t, 20, 20), "p.jpg"), "")
		r := refused(w, gotelegram, tele)
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "not enough rights to send photos to the chat")
	})
}

func TestThePaceOfAGroup(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{}, func(w *world) {
		w.poll()
		g := w.srv.NewSupergroup("Club")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.AddBot(w.ann.User))
		for i := range 20 {
			w.tell(id, "message "+strconv.Itoa(i))
			time.Sleep(time.Second)
		}
		r := w.refusedText(id, "one too many")
		assert.Equal(w.t, 429, r.Code)
		assert.Equal(w.t, 40, r.RetryAfter, "twenty a minute")
		time.Sleep(40 * time.Second)
		w.tell(id, "in time")
	})
}

func TestSlowMode(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{}, func(w *world) {
		w.poll()
		g := w.srv.NewSupergroup("Club")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.AddBot(w.ann.User))
		g.SetSlowMode(30 * time.Second)
		w.tell(id, "one")
		r := w.refusedText(id, "two")
		assert.Equal(w.t, 429, r.Code)
		assert.Equal(w.t, 30, r.RetryAfter)
		time.Sleep(30 * time.Second)
		w.tell(id, "two")
	})
}
