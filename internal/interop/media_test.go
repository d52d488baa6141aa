package interop

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// download gets a file as the library tells to.
func (w *world) download(id string) []byte {
	w.t.Helper()
	got := must[file](w, &bot.GetFileParams{FileID: id}, &telego.GetFileParams{FileID: id})
	assert.Equal(w.t, id, got.ID)
	response, err := w.http.Get(w.client.fileURL(got.Path))
	require.NoError(w.t, err)
	defer response.Body.Close()
	require.Equal(w.t, http.StatusOK, response.StatusCode)
	body, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	return body
}

// eachMedium runs a scenario with every kind of file.
func eachMedium(t *testing.T, scenario func(w *world, k medium)) {
	t.Helper()
	for _, k := range media {
		t.Run(string(k.kind), func(t *testing.T) {
			t.Parallel()
			everywhere(t, func(w *world) { scenario(w, k) })
		})
	}
}

func TestAnUploadArrivesIntactAndCanBeDownloaded(t *testing.T) {
	t.Parallel()
	eachMedium(t, func(w *world, k medium) {
		w.poll()
		data := k.data(w.t)
		gotelegram, tele := k.send(w.ann.id, upload(data, k.name), "👋 <b>new</b>")
		sent := must[message](w, gotelegram, tele)
		got := k.of(sent)
		require.NotNil(w.t, got)
		assert.NotEmpty(w.t, got.Unique)
		assert.EqualValues(w.t, len(data), got.Size)
		seen := w.sees()
		require.NotNil(w.t, seen.Media)
		assert.Equal(w.t, k.kind, seen.Media.Kind)
		assert.True(w.t, bytes.Equal(data, seen.Media.Data), "the contents came through")
		assert.Equal(w.t, got.ID, seen.Media.FileID)
		assert.True(w.t, bytes.Equal(data, w.download(got.ID)), "and back")
		if k.captioned() {
			assert.Equal(w.t, "👋 new", sent.Caption)
			assert.Equal(w.t, []entity{{Type: "bold", Offset: 3, Length: 3}}, sent.CaptionEntities)
			assert.Equal(w.t, "👋 new", seen.Media.Caption)
		}
		if k.kind == telegramtest.Document {
			assert.Equal(w.t, k.name, got.Name)
			assert.Equal(w.t, "application/pdf", got.MIME)
		}
		if k.kind == telegramtest.Photo {
			assert.Equal(w.t, []int{1000, 500}, []int{got.Width, got.Height})
			assert.Greater(w.t, len(sent.Photo), 1)
			assert.True(w.t, sent.Spoiler)
		}
	})
}

func TestAFileIsSentAgainByItsID(t *testing.T) {
	t.Parallel()
	eachMedium(t, func(w *world, k medium) {
		w.poll()
		gotelegram, tele := k.send(w.ann.id, upload(k.data(w.t), k.name), "one")
		first := k.of(must[message](w, gotelegram, tele))
		gotelegram, tele = k.send(w.ann.id, byID(first.ID), "two")
		again := k.of(must[message](w, gotelegram, tele))
		require.NotNil(w.t, again)
		assert.Equal(w.t, first.Unique, again.Unique)
		seen := w.ann.Messages()
		assert.Equal(w.t, seen[0].Media.Data, seen[1].Media.Data)
	})
}

func TestAFileIsFetchedFromItsURL(t *testing.T) {
	t.Parallel()
	eachMedium(t, func(w *world, k medium) {
		w.poll()
		if k.url == "" {
			gotelegram, tele := k.send(w.ann.id, byURL("https://cdn.example/note.mp4"), "")
			assert.Equal(w.t, 400, refused(w, gotelegram, tele).Code)
			return
		}
		data := k.data(w.t)
		w.srv.Host(k.url, telegramtest.Hosted{Data: data})
		gotelegram, tele := k.send(w.ann.id, byURL(k.url), "see")
		require.NotNil(w.t, k.of(must[message](w, gotelegram, tele)))
		assert.Equal(w.t, data, w.sees().Media.Data)

		gotelegram, tele = k.send(w.ann.id, byURL(strings.Replace(k.url, "cdn", "gone", 1)), "see")
		r := refused(w, gotelegram, tele)
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "failed to get HTTP URL content")
	})
}

func TestAFileFromAPersonCanBeDownloadedAndSentBack(t *testing.T) {
	t.Parallel()
	eachMedium(t, func(w *world, k medium) {
		w.poll()
		about := telegramtest.Media{Kind: k.kind, Data: k.data(w.t)}
		if k.captioned() {
			about.Caption = "look: https://a.example"
		}
		if k.kind == telegramtest.Document {
			about.Name, about.MIME = k.name, "application/pdf"
		}
		require.NoError(w.t, w.ann.Send(about))
		got := w.next().Message
		require.NotNil(w.t, k.of(*got))
		assert.Equal(w.t, about.Caption, got.Caption)
		if k.captioned() {
			assert.Equal(w.t, []entity{{Type: "url", Offset: 6, Length: 17}}, got.CaptionEntities)
		}
		if k.kind == telegramtest.Animation {
			assert.NotNil(w.t, got.Document, "an animation is a document too")
		}
		id := k.of(*got).ID
		assert.True(w.t, bytes.Equal(about.Data, w.download(id)))
		gotelegram, tele := k.send(w.ann.id, byID(id), "yours")
		must[message](w, gotelegram, tele)
		assert.True(w.t, bytes.Equal(about.Data, w.sees().Media.Data))
	})
}

func TestAThumbnailGoesWithItsFile(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		thumb := picture(w.t, 90, 60)
		sent := must[message](w,
			&bot.SendDocumentParams{ChatID: w.ann.id, Document: upload(noise("%PDF"), "a.pdf").gotelegram,
				Thumbnail: upload(thumb, "t.jpg").gotelegram},
			&telego.SendDocumentParams{ChatID: tu.ID(w.ann.id), Document: upload(noise("%PDF"), "a.pdf").telego,
				Thumbnail: &telego.InputFile{File: upload(thumb, "t.jpg").telego.File}})
		require.NotNil(w.t, sent.Document.Thumbnail)
		assert.Equal(w.t, 90, sent.Document.Thumbnail.Width)
		assert.Equal(w.t, thumb, w.sees().Media.Thumbnail)
	})
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		photo := media[0]
		gotelegram, tele := photo.send(w.ann.id, upload(picture(w.t, 300, 300), "p.jpg"), "")
		sent := photo.of(must[message](w, gotelegram, tele))
		for _, bad := range []struct {
			kind int
			what source
			text string
		}{
			{1, byID(sent.ID), "can't use file of type Photo as Video"},
			{0, byID("AgACAgIAAxkBAAunknown"), "wrong file identifier/HTTP URL specified"},
			{0, upload(picture(w.t, 2500, 100), "long.jpg"), "PHOTO_INVALID_DIMENSIONS"},
			{4, byURL("https://localhost"), "failed to get HTTP URL content"},
		} {
			gotelegram, tele := media[bad.kind].send(w.ann.id, bad.what, "")
			r := refused(w, gotelegram, tele)
			assert.Equal(w.t, 400, r.Code, bad.text)
			assert.Contains(w.t, r.Text, bad.text)
		}
		long := strings.Repeat("x", 1025)
		gotelegram, tele = photo.send(w.ann.id, byID(sent.ID), long)
		assert.Contains(w.t, refused(w, gotelegram, tele).Text, "message caption is too long")
		assert.Equal(w.t, 400, refused(w, &bot.GetFileParams{FileID: "nothing"}, &telego.GetFileParams{FileID: "nothing"}).Code)
	})
}

func TestAFileTooLargeToDownload(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		require.NoError(w.t, w.ann.Send(telegramtest.Media{
			Kind: telegramtest.Video, Data: noise("\x00\x00\x00\x18ftypmp42"), Size: 3 << 30 / 2}))
		got := w.next().Message.Video
		require.NotNil(w.t, got)
		assert.EqualValues(w.t, 3<<30/2, got.Size)
		r := refused(w, &bot.GetFileParams{FileID: got.ID}, &telego.GetFileParams{FileID: got.ID})
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "file is too big")
	})
}

func TestADownloadIsThereForAnHour(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		w.poll()
		sent := media[0].of(w.sentPhoto(""))
		link := must[file](w, &bot.GetFileParams{FileID: sent.ID}, &telego.GetFileParams{FileID: sent.ID}).Path
		time.Sleep(time.Hour)
		response, err := w.http.Get(w.client.fileURL(link))
		require.NoError(w.t, err)
		response.Body.Close()
		assert.Equal(w.t, http.StatusNotFound, response.StatusCode)
		assert.NotEmpty(w.t, w.download(sent.ID), "and again for as long after another getFile")
	})
}
