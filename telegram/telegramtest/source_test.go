package telegramtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestWhatThePlatformFetches(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method string
		lies   telegramtest.Hosted
		want   string // "" is a success
	}{
		"a photo":             {"sendPhoto", telegramtest.Hosted{Data: pngOf(t, 9, 9)}, ""},
		"a photo of 5 MB":     {"sendPhoto", telegramtest.Hosted{MIME: "image/jpeg", Size: 5 << 20}, ""},
		"a larger photo":      {"sendPhoto", telegramtest.Hosted{MIME: "image/jpeg", Size: 5<<20 + 1}, "failed to get HTTP URL content"},
		"a photo that's none": {"sendPhoto", telegramtest.Hosted{Data: []byte("<html>")}, "wrong type of the web page content"},
		"a photo too long":    {"sendPhoto", telegramtest.Hosted{Data: pngOf(t, 42, 2)}, "PHOTO_INVALID_DIMENSIONS"},
		"a video of 20 MB":    {"sendVideo", telegramtest.Hosted{MIME: "video/mp4", Size: 20 << 20}, ""},
		"a larger video":      {"sendVideo", telegramtest.Hosted{MIME: "video/mp4", Size: 20<<20 + 1}, "failed to get HTTP URL content"},
		"a webm":              {"sendVideo", telegramtest.Hosted{MIME: "video/webm", Size: 9}, "wrong type of the web page content"},
		"a PDF":               {"sendDocument", telegramtest.Hosted{Data: []byte("%PDF-1.7 x")}, ""},
		"a ZIP":               {"sendDocument", telegramtest.Hosted{MIME: "application/zip; charset=x", Size: 9}, ""},
		"a text":              {"sendDocument", telegramtest.Hosted{Data: []byte("hello")}, "wrong type of the web page content"},
		"a voice of 1 MB":     {"sendVoice", telegramtest.Hosted{MIME: "audio/ogg", Size: 1 << 20}, ""},
		"an MP3 as a voice":   {"sendVoice", telegramtest.Hosted{MIME: "audio/mpeg", Size: 9}, "wrong type of the web page content"},
		"a song":              {"sendAudio", telegramtest.Hosted{MIME: "audio/mpeg", Size: 9}, ""},
		"an animation":        {"sendAnimation", telegramtest.Hosted{MIME: "image/gif", Size: 9}, ""},
		"a sticker":           {"sendSticker", telegramtest.Hosted{MIME: "image/webp", Size: 9}, ""},
		"a moving sticker":    {"sendSticker", telegramtest.Hosted{MIME: "video/webm", Size: 9}, "wrong type of the web page content"},
		"a video note":        {"sendVideoNote", telegramtest.Hosted{MIME: "video/mp4", Size: 9}, "can't upload file by URL"},
		"nothing":             {"sendVideo", telegramtest.Hosted{MIME: "video/mp4"}, "failed to get HTTP URL content"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			parameters := in{"chat_id": ann.ID(), mediaMethods[c.method]: "https://a.io/files/x"}
			want := "Bad Request: failed to get HTTP URL content"
			if c.method == "sendVideoNote" {
				want = "Bad Request: can't upload file by URL"
			}
			assert.Equal(t, want, call(t, srv, c.method, parameters).Description, "nothing lies there yet")
			srv.Host("https://a.io/files/x", c.lies)
			got := call(t, srv, c.method, parameters)
			if c.want != "" {
				assert.Equal(t, "Bad Request: "+c.want, got.Description)
				return
			}
			require.True(t, got.OK, got.Description)
			assert.Equal(t, c.lies.Data, ann.Messages()[0].Media.Data)
		})
	}
}

func TestALongVoiceMessageFromAURLIsAFile(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	srv.Host("https://a.io/v.ogg", telegramtest.Hosted{Size: 1<<20 + 1})
	mustCall(t, srv, "sendVoice", in{"chat_id": ann.ID(), "voice": "https://a.io/v.ogg"})
	assert.Equal(t, telegramtest.Document, ann.Messages()[0].Media.Kind)
	assert.Equal(t, "v.ogg", ann.Messages()[0].Media.Name)
}
