package interop

import (
	"bytes"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// sentPhoto uploads a photo for Ann and returns the message.
func (w *world) sentPhoto(caption string) message {
	w.t.Helper()
	gotelegram, tele := media[0].send(w.ann.id, upload(picture(w.t, 200, 100), "p.jpg"), caption)
	return must[message](w, gotelegram, tele)
}

func TestAnAlbumOfAnUploadAnIDAndAURL(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		known := media[0].of(w.sentPhoto(""))
		fresh, clip := picture(w.t, 400, 300), noise("\x00\x00\x00\x18ftypmp42")
		w.srv.Host("https://cdn.example/clip.mp4", telegramtest.Hosted{Data: clip})
		sent := must[[]message](w,
			&bot.SendMediaGroupParams{ChatID: w.ann.id, Media: []models.InputMedia{
				&models.InputMediaPhoto{Media: "attach://a.jpg", MediaAttachment: bytes.NewReader(fresh), Caption: "*one*",
					ParseMode: models.ParseModeMarkdown},
				&models.InputMediaPhoto{Media: known.ID},
				&models.InputMediaVideo{Media: "https://cdn.example/clip.mp4", Caption: "three", Duration: 4},
			}},
			tu.MediaGroup(tu.ID(w.ann.id),
				tu.MediaPhoto(tu.FileFromBytes(fresh, "a.jpg")).WithCaption("*one*").WithParseMode(telego.ModeMarkdownV2),
				tu.MediaPhoto(tu.FileFromID(known.ID)),
				tu.MediaVideo(tu.FileFromURL("https://cdn.example/clip.mp4")).WithCaption("three").WithDuration(4)))
		require.Len(w.t, sent, 3)
		assert.NotEmpty(w.t, sent[0].AlbumID)
		assert.Equal(w.t, sent[0].AlbumID, sent[2].AlbumID)
		assert.Equal(w.t, "one", sent[0].Caption)
		assert.Equal(w.t, []entity{{Type: "bold", Length: 3}}, sent[0].CaptionEntities)
		assert.Equal(w.t, known.Unique, media[0].of(sent[1]).Unique)
		seen := w.ann.Messages()[1:]
		require.Len(w.t, seen, 3)
		assert.Equal(w.t, fresh, seen[0].Media.Data)
		assert.Equal(w.t, clip, seen[2].Media.Data)
		assert.Equal(w.t, "three", seen[2].Media.Caption)
	})
}

func TestAnAlbumOfUploadedDocuments(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		one, two := noise("%PDF-1"), noise("PK\x03\x04")
		sent := must[[]message](w,
			&bot.SendMediaGroupParams{ChatID: w.ann.id, Media: []models.InputMedia{
				&models.InputMediaDocument{Media: "attach://one.pdf", MediaAttachment: bytes.NewReader(one)},
				&models.InputMediaDocument{Media: "attach://two.zip", MediaAttachment: bytes.NewReader(two), Caption: "both"},
			}},
			tu.MediaGroup(tu.ID(w.ann.id), tu.MediaDocument(tu.FileFromBytes(one, "one.pdf")),
				tu.MediaDocument(tu.FileFromBytes(two, "two.zip")).WithCaption("both")))
		require.Len(w.t, sent, 2)
		assert.Equal(w.t, "two.zip", sent[1].Document.Name)
		assert.Equal(w.t, one, w.download(sent[0].Document.ID))
		assert.Equal(w.t, two, w.download(sent[1].Document.ID))
	})
}

func TestAlbumsThatAreRefused(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		id := media[0].of(w.sentPhoto("")).ID
		r := refused(w, &bot.SendMediaGroupParams{ChatID: w.ann.id, Media: []models.InputMedia{&models.InputMediaPhoto{Media: id}}},
			tu.MediaGroup(tu.ID(w.ann.id), tu.MediaPhoto(tu.FileFromID(id))))
		assert.Equal(w.t, 400, r.Code)
		r = refused(w,
			&bot.SendMediaGroupParams{ChatID: w.ann.id, Media: []models.InputMedia{
				&models.InputMediaPhoto{Media: id}, &models.InputMediaDocument{Media: "https://cdn.example/a.pdf"},
			}},
			tu.MediaGroup(tu.ID(w.ann.id), tu.MediaPhoto(tu.FileFromID(id)), tu.MediaDocument(tu.FileFromURL("https://cdn.example/a.pdf"))))
		assert.Contains(w.t, r.Text, "can't be mixed with other media types")
		assert.Len(w.t, w.ann.Messages(), 1)

		require.NoError(w.t, w.ann.Block())
		w.next()
		r = refused(w, &bot.SendMediaGroupParams{ChatID: w.ann.id, Media: []models.InputMedia{
			&models.InputMediaPhoto{Media: id}, &models.InputMediaPhoto{Media: id},
		}}, tu.MediaGroup(tu.ID(w.ann.id), tu.MediaPhoto(tu.FileFromID(id)), tu.MediaPhoto(tu.FileFromID(id))))
		assert.Equal(w.t, 400, r.Code, "an album hides the code of its items")
		assert.Contains(w.t, r.Text, "USER_IS_BLOCKED")
	})
}

func TestAnAlbumFromAPersonComesAsAnUpdatePerItem(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		require.NoError(w.t, w.ann.SendAlbum(
			telegramtest.Media{Kind: telegramtest.Photo, Data: picture(w.t, 20, 20), Caption: "two pics"},
			telegramtest.Media{Kind: telegramtest.Photo, Data: picture(w.t, 30, 30)}))
		first, second := w.next().Message, w.next().Message
		assert.NotEmpty(w.t, first.AlbumID)
		assert.Equal(w.t, first.AlbumID, second.AlbumID)
		assert.Equal(w.t, "two pics", first.Caption)
		assert.NotEqual(w.t, first.ID, second.ID)
	})
}

func TestCaptionsAndMediaAreEdited(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := w.sentPhoto("before")
		edited := must[message](w,
			&bot.EditMessageCaptionParams{ChatID: w.ann.id, MessageID: sent.ID, Caption: "<u>after</u>", ParseMode: models.ParseModeHTML},
			tu.EditMessageCaption(tu.ID(w.ann.id), sent.ID, "<u>after</u>").WithParseMode(telego.ModeHTML))
		assert.Equal(w.t, "after", edited.Caption)
		assert.Equal(w.t, []entity{{Type: "underline", Length: 5}}, edited.CaptionEntities)
		assert.Equal(w.t, sent.Photo, edited.Photo)

		other := noise("%PDF")
		edited = must[message](w,
			&bot.EditMessageMediaParams{ChatID: w.ann.id, MessageID: sent.ID, Media: &models.InputMediaDocument{
				Media: "attach://b.pdf", MediaAttachment: bytes.NewReader(other), Caption: "a file now"}},
			tu.EditMessageMedia(tu.ID(w.ann.id), sent.ID, tu.MediaDocument(tu.FileFromBytes(other, "b.pdf")).WithCaption("a file now")))
		require.NotNil(w.t, edited.Document)
		assert.Empty(w.t, edited.Photo)
		assert.Equal(w.t, "a file now", w.sees().Media.Caption)
		assert.Equal(w.t, other, w.sees().Media.Data)
		assert.True(w.t, w.sees().Edited)

		w.say("text")
		text := w.say("more text")
		r := refused(w, &bot.EditMessageCaptionParams{ChatID: w.ann.id, MessageID: text.ID, Caption: "x"},
			tu.EditMessageCaption(tu.ID(w.ann.id), text.ID, "x"))
		assert.Contains(w.t, r.Text, "there is no caption in the message to edit")
		r = refused(w, &bot.EditMessageTextParams{ChatID: w.ann.id, MessageID: sent.ID, Text: "x"},
			tu.EditMessageText(tu.ID(w.ann.id), sent.ID, "x"))
		assert.Contains(w.t, r.Text, "there is no text in the message to edit")
	})
}
