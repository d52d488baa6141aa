package interop

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// source is a file as either library takes one.
type source struct {
	gotelegram models.InputFile
	telego     telego.InputFile
}

func upload(data []byte, name string) source {
	return source{&models.InputFileUpload{Filename: name, Data: bytes.NewReader(data)}, tu.FileFromBytes(data, name)}
}

func byID(id string) source { return source{&models.InputFileString{Data: id}, tu.FileFromID(id)} }

func byURL(url string) source { return source{&models.InputFileString{Data: url}, tu.FileFromURL(url)} }

// picture is a JPEG with something in it.
func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, img, nil))
	return out.Bytes()
}

// noise is a file of any other kind: the platform does not look inside.
func noise(start string) []byte {
	return append([]byte(start), bytes.Repeat([]byte{0, 1, 2, '\r', '\n', 0xFF}, 5000)...)
}

// medium is a kind of file, and how either library sends one to a chat.
type medium struct {
	kind telegramtest.MediaKind
	name string
	data func(t testing.TB) []byte
	url  string // "": the platform does not fetch this kind
	send func(to int64, s source, caption string) (gotelegram, tele any)
	of   func(m message) *file
}

const html = models.ParseModeHTML

var media = []medium{
	{
		telegramtest.Photo, "pic.jpg", func(t testing.TB) []byte { return picture(t, 1000, 500) }, "https://cdn.example/pic.jpg",
		func(to int64, s source, caption string) (any, any) {
			return &bot.SendPhotoParams{ChatID: to, Photo: s.gotelegram, Caption: caption, ParseMode: html, HasSpoiler: true},
				tu.Photo(tu.ID(to), s.telego).WithCaption(caption).WithParseMode(telego.ModeHTML).WithHasSpoiler()
		},
		func(m message) *file {
			if len(m.Photo) == 0 {
				return nil
			}
			return &m.Photo[len(m.Photo)-1]
		},
	},
	{
		telegramtest.Video, "clip.mp4", func(testing.TB) []byte { return noise("\x00\x00\x00\x18ftypmp42") }, "https://cdn.example/clip.mp4",
		func(to int64, s source, caption string) (any, any) {
			return &bot.SendVideoParams{ChatID: to, Video: s.gotelegram, Caption: caption, ParseMode: html, Duration: 7, Width: 640, Height: 360},
				tu.Video(tu.ID(to), s.telego).WithCaption(caption).WithParseMode(telego.ModeHTML).WithDuration(7).WithWidth(640).WithHeight(360)
		},
		func(m message) *file { return m.Video },
	},
	{
		telegramtest.Audio, "song.mp3", func(testing.TB) []byte { return noise("ID3") }, "https://cdn.example/song.mp3",
		func(to int64, s source, caption string) (any, any) {
			return &bot.SendAudioParams{ChatID: to, Audio: s.gotelegram, Caption: caption, ParseMode: html, Title: "Song", Performer: "Ann"},
				tu.Audio(tu.ID(to), s.telego).WithCaption(caption).WithParseMode(telego.ModeHTML).WithTitle("Song").WithPerformer("Ann")
		},
		func(m message) *file { return m.Audio },
	},
	{
		telegramtest.Voice, "voice.ogg", func(testing.TB) []byte { return noise("OggS") }, "https://cdn.example/voice.ogg",
		func(to int64, s source, caption string) (any, any) {
			return &bot.SendVoiceParams{ChatID: to, Voice: s.gotelegram, Caption: caption, ParseMode: html, Duration: 3},
				tu.Voice(tu.ID(to), s.telego).WithCaption(caption).WithParseMode(telego.ModeHTML).WithDuration(3)
		},
		func(m message) *file { return m.Voice },
	},
	{
		telegramtest.Document, "прайс \"2026\".pdf", func(testing.TB) []byte { return noise("%PDF-1.7") }, "https://cdn.example/prices.pdf",
		func(to int64, s source, caption string) (any, any) {
			return &bot.SendDocumentParams{ChatID: to, Document: s.gotelegram, Caption: caption, ParseMode: html},
				tu.Document(tu.ID(to), s.telego).WithCaption(caption).WithParseMode(telego.ModeHTML)
		},
		func(m message) *file { return m.Document },
	},
	{
		telegramtest.Animation, "fun.gif", func(testing.TB) []byte { return noise("GIF89a") }, "https://cdn.example/fun.gif",
		func(to int64, s source, caption string) (any, any) {
			return &bot.SendAnimationParams{ChatID: to, Animation: s.gotelegram, Caption: caption, ParseMode: html},
				tu.Animation(tu.ID(to), s.telego).WithCaption(caption).WithParseMode(telego.ModeHTML)
		},
		func(m message) *file { return m.Animation },
	},
	{
		telegramtest.VideoNote, "note.mp4", func(testing.TB) []byte { return noise("\x00\x00\x00\x18ftypmp42") }, "",
		func(to int64, s source, _ string) (any, any) {
			return &bot.SendVideoNoteParams{ChatID: to, VideoNote: s.gotelegram, Length: 240, Duration: 5},
				tu.VideoNote(tu.ID(to), s.telego).WithLength(240).WithDuration(5)
		},
		func(m message) *file { return m.VideoNote },
	},
	{
		telegramtest.Sticker, "cat.webp", func(testing.TB) []byte { return noise("RIFF\x00\x00\x00\x00WEBPVP8 ") }, "https://cdn.example/cat.webp",
		func(to int64, s source, _ string) (any, any) {
			return &bot.SendStickerParams{ChatID: to, Sticker: s.gotelegram}, tu.Sticker(tu.ID(to), s.telego)
		},
		func(m message) *file { return m.Sticker },
	},
}

func (k medium) captioned() bool {
	return k.kind != telegramtest.VideoNote && k.kind != telegramtest.Sticker
}
