package telegram_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil))
	return out.Bytes()
}

func of(kind channel.AttachmentKind, content []byte) channel.Attachment {
	return channel.Attachment{Kind: kind, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
}

// kinds are the platform's words for the kinds of attachments.
var kinds = map[channel.AttachmentKind]telegramtest.MediaKind{
	channel.AttachmentImage: telegramtest.Photo, channel.AttachmentVideo: telegramtest.Video,
	channel.AttachmentAudio: telegramtest.Audio, channel.AttachmentVoice: telegramtest.Voice,
	channel.AttachmentFile: telegramtest.Document, channel.AttachmentSticker: telegramtest.Sticker,
	channel.AttachmentAnimation: telegramtest.Animation, channel.AttachmentVideoNote: telegramtest.VideoNote,
}

func TestEveryKindOfFileIsStoredSentAndDownloaded(t *testing.T) {
	t.Parallel()
	for kind, native := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t).hooked()
				ann, keeper := r.writer("Ann"), r.writer("Keeper")
				bot, err := telegram.New(telegram.Config{
					Token: channel.Secret(r.platform.Token()), Secret: webhookSecret, UploadChat: keeper.ChatID(),
					Options: channel.Options{Client: r.platform.Client()},
				})
				require.NoError(t, err)
				content := picture(t, 640, 480)
				stored, err := bot.Upload(t.Context(), of(kind, content))
				require.NoError(t, r.note(err))
				assert.Equal(t, kind, stored.Kind)
				require.Len(t, keeper.Messages(), 1)
				assert.True(t, keeper.Messages()[0].Silent)
				for range 2 {
					_, err = bot.Send(t.Context(), ann.ChatID(), channel.Message{Attachments: []channel.Attachment{stored}})
					require.NoError(t, r.note(err))
				}
				require.Len(t, ann.Messages(), 2)
				require.NotNil(t, ann.Messages()[1].Media)
				assert.Equal(t, native, ann.Messages()[1].Media.Kind)

				file, err := bot.Download(t.Context(), stored)
				require.NoError(t, r.note(err))
				got, err := io.ReadAll(file)
				require.NoError(t, err)
				require.NoError(t, file.Close())
				assert.Equal(t, content, got)
			})
		})
	}
}

func TestAnAvatarIsDownloaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		require.NoError(t, ann.SetPhoto(picture(t, 640, 640)))
		u, err := r.bot.User(t.Context(), ann.ID())
		require.NoError(t, r.note(err))
		require.NotNil(t, u.Avatar)
		file, err := r.bot.Download(t.Context(), *u.Avatar)
		require.NoError(t, r.note(err))
		_, _, err = image.Decode(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
	})
}

func TestADownloadAfterItsLinkExpiredAsksForAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Document, Data: []byte("the bytes"), Name: "a.txt"}))
		events := r.events.all()
		a := events[len(events)-1].Message.Attachments[0]
		for range 2 {
			file, err := r.bot.Download(t.Context(), a)
			require.NoError(t, r.note(err))
			got, err := io.ReadAll(file)
			require.NoError(t, err)
			assert.Equal(t, "the bytes", string(got))
			require.NoError(t, file.Close())
			time.Sleep(24 * time.Hour)
		}
		_, err := r.bot.Download(t.Context(), channel.Attachment{FileID: "AgACunheard"})
		require.Error(t, r.note(err))
	})
}

func TestAPersonSeesWhatWasSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		keyboard := &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "More", Data: "more"}}}}
		sent, err := r.send(ann, channel.Message{
			Text:     "two bold pictures",
			Styles:   []channel.Style{{Kind: channel.StyleBold, Start: 4, End: 8}},
			Keyboard: keyboard,
			Location: &channel.Location{Latitude: 50.4501, Longitude: 30.5234, Title: "Cafe"},
			Contacts: []channel.Contact{{Phone: "+380501112233", FirstName: "Ann"}},
			Attachments: []channel.Attachment{
				of(channel.AttachmentImage, picture(t, 100, 50)), of(channel.AttachmentImage, picture(t, 50, 100)),
				of(channel.AttachmentFile, []byte("price")),
			},
		})
		require.NoError(t, err)
		seen := ann.Messages()
		require.Len(t, seen, 5)
		require.Len(t, sent.MessageIDs, 5)
		for i, m := range seen {
			assert.Equal(t, m.ID, sent.MessageIDs[i])
			assert.Equal(t, i == 4, m.Keyboard != nil, "the keyboard stands under the last")
		}
		assert.Equal(t, "two bold pictures", seen[0].Media.Caption)
		assert.Equal(t, "bold", seen[0].Entities[0].Type)
		assert.NotEmpty(t, seen[0].AlbumID)
		assert.Equal(t, seen[0].AlbumID, seen[1].AlbumID)
		assert.Equal(t, telegramtest.Document, seen[2].Media.Kind)
		assert.Equal(t, "Cafe", seen[3].Venue.Title)
		assert.Equal(t, "+380501112233", seen[4].Contact.Phone)
	})
}

func TestATextBecomesACaptionAndAPictureAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		sent, err := r.send(ann, channel.Message{Text: "old", Attachments: []channel.Attachment{of(channel.AttachmentImage, picture(t, 100, 50))}})
		require.NoError(t, err)
		edit := func(m channel.Message) {
			t.Helper()
			require.NoError(t, r.note(r.bot.Edit(t.Context(), ann.ChatID(), sent.MessageIDs[0], m)))
		}
		edit(channel.Text("new"))
		edit(channel.Text("new"))
		assert.Equal(t, "new", ann.Messages()[0].Media.Caption)
		edit(channel.Message{Text: "newer", Attachments: []channel.Attachment{of(channel.AttachmentVideo, []byte("video"))}})
		assert.Equal(t, "newer", ann.Messages()[0].Media.Caption)
		assert.Equal(t, telegramtest.Video, ann.Messages()[0].Media.Kind)
		assert.Len(t, ann.Messages(), 1)
	})
}

// What Telegram fetches lies where the platform finds it, what it does not where the bot does.
func TestURLsAreFetchedByWhoCan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		platform := r.platform
		fetched := 0
		bot, err := telegram.New(telegram.Config{
			Token: channel.Secret(platform.Token()), Secret: webhookSecret,
			Options: channel.Options{Client: platform.Client(), Fetch: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				fetched++
				if r.URL.Path == "/gone.jpg" {
					return &http.Response{StatusCode: 404, Body: http.NoBody, Request: r}, nil
				}
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("the bytes")), ContentLength: -1, Request: r}, nil
			})}},
		})
		require.NoError(t, err)
		ann := r.writer("Ann")
		platform.Host("https://a.example/a.pdf", telegramtest.Hosted{Data: []byte("%PDF-1.7"), MIME: "application/pdf"})
		for address, want := range map[string]int{"https://a.example/a.pdf": 0, "https://a.example/a.docx": 1} {
			fetched = 0
			_, err = bot.Send(t.Context(), ann.ChatID(), channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentFile, URL: address}}})
			require.NoError(t, err)
			assert.Equal(t, want, fetched, address)
		}
		_, err = bot.Send(t.Context(), ann.ChatID(), channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentImage, URL: "https://a.example/gone.jpg"}}})
		require.ErrorIs(t, err, channel.ErrNotFound)
		assert.EqualError(t, err, "telegram: send: Attachments.URL: a.example answered with status 404")

		before := len(ann.Messages())
		_, err = bot.Send(t.Context(), ann.ChatID(), channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentImage, URL: "https://a.example/for-us-alone.jpg"}}})
		require.NoError(t, err)
		assert.Equal(t, "the bytes", string(ann.Messages()[before].Media.Data))
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestButtonsAreTakenAwayFromUnderWhateverStands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		buttons := &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "Yes", Data: "yes"}}}}
		for _, m := range []channel.Message{
			{Text: "Well?", Keyboard: buttons},
			{Text: "Well?", Keyboard: buttons, Attachments: []channel.Attachment{of(channel.AttachmentImage, picture(t, 100, 50))}},
			{Location: &channel.Location{Latitude: 50.45, Longitude: 30.52}, Keyboard: buttons},
		} {
			sent, err := r.send(ann, m)
			require.NoError(t, err)
			before := ann.Messages()
			require.NotNil(t, before[len(before)-1].Keyboard)
			for range 2 { // of which the second changes nothing
				require.NoError(t, r.note(r.bot.Edit(t.Context(), ann.ChatID(), sent.MessageIDs[0], channel.Message{Keyboard: &channel.Keyboard{}})))
			}
			after := ann.Messages()
			last := after[len(after)-1]
			assert.True(t, last.Keyboard == nil || len(last.Keyboard.Rows) == 0)
			assert.Equal(t, before[len(before)-1].Text, last.Text)
			assert.Equal(t, before[len(before)-1].Media, last.Media)
		}
	})
}
