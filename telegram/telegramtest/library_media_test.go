package telegramtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// receiver keeps updates as the library reads them.
type receiver struct {
	mu       sync.Mutex
	messages []*tgbotapi.Message
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	var u tgbotapi.Update
	if json.NewDecoder(request.Body).Decode(&u) == nil && u.Message != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.messages = append(r.messages, u.Message)
	}
}

// exchange has a bot of the library send media to a person, and the person media to the bot.
func exchange(t *testing.T, srv *telegramtest.Server, base string, client *http.Client) {
	t.Helper()
	bot, err := tgbotapi.NewBotAPIWithClient(srv.Token(), base+"/bot%s/%s", client)
	require.NoError(t, err)
	got := &receiver{}
	srv.Serve(got)
	mustCall(t, srv, "setWebhook", in{"url": hookURL})
	ann := srv.NewUser("Ann")
	require.NoError(t, ann.Start(""))
	chat := got.messages[0].Chat.ID

	sendsMedia(t, bot, srv, ann, chat)
	sendsAlbums(t, bot, ann, chat)
	receivesMedia(t, bot, srv, ann, got, base, client)
	client.CloseIdleConnections()
}

func sendsMedia(t *testing.T, bot *tgbotapi.BotAPI, srv *telegramtest.Server, ann *telegramtest.User, chat int64) {
	t.Helper()
	photo := tgbotapi.NewPhoto(chat, tgbotapi.FileReader{Name: "a.png", Reader: bytes.NewReader(pngOf(t, 400, 300))})
	photo.Caption, photo.ParseMode = "<b>Hi</b>", tgbotapi.ModeHTML
	sent, err := bot.Send(photo)
	require.NoError(t, err)
	require.Len(t, sent.Photo, 3)
	assert.Equal(t, 400, sent.Photo[2].Width)
	assert.Equal(t, pngOf(t, 400, 300), ann.Messages()[0].Media.Data)
	assert.Equal(t, "Hi", ann.Messages()[0].Media.Caption)

	video := tgbotapi.NewVideo(chat, tgbotapi.FileBytes{Name: "v.mp4", Bytes: bytes.Repeat([]byte("v"), 1<<20)})
	video.Thumb = tgbotapi.FileBytes{Name: "t.jpg", Bytes: jpegOf(t, 32, 32)}
	_, err = bot.Send(video)
	require.NoError(t, err)
	assert.EqualValues(t, 1<<20, ann.Messages()[1].Media.Size)
	assert.Equal(t, jpegOf(t, 32, 32), ann.Messages()[1].Media.Thumbnail)

	srv.Host("https://a.io/a.pdf", telegramtest.Hosted{Data: []byte("%PDF")})
	for _, c := range []tgbotapi.Chattable{
		tgbotapi.NewPhoto(chat, tgbotapi.FileID(sent.Photo[0].FileID)),
		tgbotapi.NewDocument(chat, tgbotapi.FileURL("https://a.io/a.pdf")),
		tgbotapi.NewVoice(chat, tgbotapi.FileBytes{Name: "v.ogg", Bytes: []byte("x")}),
		tgbotapi.NewLocation(chat, 50.4501, 30.5234),
		tgbotapi.NewVenue(chat, "Cafe", "Main St 1", 50.4501, 30.5234),
		tgbotapi.NewContact(chat, "+38", "Bob"),
		tgbotapi.NewDice(chat),
		tgbotapi.NewPoll(chat, "?", "a", "b"),
		tgbotapi.NewEditMessageCaption(chat, sent.MessageID, "new"),
		tgbotapi.EditMessageMediaConfig{
			BaseEdit: tgbotapi.BaseEdit{ChatID: chat, MessageID: sent.MessageID},
			Media:    tgbotapi.NewInputMediaDocument(tgbotapi.FileBytes{Name: "d.txt", Bytes: []byte("doc")}),
		},
	} {
		_, err := bot.Send(c)
		require.NoError(t, err, "%T", c)
	}
	assert.Equal(t, "doc", string(ann.Messages()[0].Media.Data))
	before := len(ann.Messages())
	_, err = bot.Send(tgbotapi.NewPhoto(chat, tgbotapi.FileBytes{Name: "d", Bytes: make([]byte, 10<<20+1)}))
	var refusal *tgbotapi.Error
	require.True(t, errors.As(err, &refusal), "%v", err)
	assert.Equal(t, "Request Entity Too Large", refusal.Message)
	assert.Len(t, ann.Messages(), before)
}

func sendsAlbums(t *testing.T, bot *tgbotapi.BotAPI, ann *telegramtest.User, chat int64) {
	t.Helper()
	before := len(ann.Messages())
	one := tgbotapi.NewInputMediaPhoto(tgbotapi.FileBytes{Name: "a.jpg", Bytes: []byte("1")})
	one.Caption = "two pics"
	two := tgbotapi.NewInputMediaVideo(tgbotapi.FileReader{Name: "a.mp4", Reader: bytes.NewReader([]byte("2"))})
	sent, err := bot.SendMediaGroup(tgbotapi.NewMediaGroup(chat, []any{one, two}))
	require.NoError(t, err)
	require.Len(t, sent, 2)
	assert.Equal(t, sent[0].MediaGroupID, sent[1].MediaGroupID)
	seen := ann.Messages()[before:]
	assert.Equal(t, "two pics", seen[0].Media.Caption)
	assert.Equal(t, "2", string(seen[1].Media.Data))

	_, err = bot.SendMediaGroup(tgbotapi.NewMediaGroup(chat, []any{one}))
	require.Error(t, err)
	one = tgbotapi.NewInputMediaPhoto(tgbotapi.FileID(sent[0].Photo[0].FileID))
	_, err = bot.SendMediaGroup(tgbotapi.NewMediaGroup(chat, []any{one, one}))
	require.NoError(t, err)
}

func receivesMedia(
	t *testing.T, bot *tgbotapi.BotAPI, srv *telegramtest.Server, ann *telegramtest.User, got *receiver, base string,
	client *http.Client,
) {
	t.Helper()
	data := bytes.Repeat([]byte("v"), 1<<20)
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Video, Data: data, Name: "v.mp4", Caption: "see"}))
	last := func() *tgbotapi.Message { return got.messages[len(got.messages)-1] }
	assert.Equal(t, "see", last().Caption)
	require.NotNil(t, last().Video)
	require.NotNil(t, last().Video.Thumbnail)
	f, err := bot.GetFile(tgbotapi.FileConfig{FileID: last().Video.FileID})
	require.NoError(t, err)
	status, body := fetch(t, client, base+"/file/bot"+srv.Token()+"/"+f.FilePath)
	assert.Equal(t, 200, status)
	assert.True(t, bytes.Equal(data, body))

	require.NoError(t, ann.SetPhoto(pngOf(t, 640, 640)))
	photos, err := bot.GetUserProfilePhotos(tgbotapi.NewUserProfilePhotos(last().From.ID))
	require.NoError(t, err)
	require.Len(t, photos.Photos, 1)
	about, err := bot.GetChat(tgbotapi.ChatInfoConfig{ChatConfig: tgbotapi.ChatConfig{ChatID: last().Chat.ID}})
	require.NoError(t, err)
	require.NotNil(t, about.Photo)
	assert.NotEmpty(t, about.Photo.SmallFileID)

	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Sticker, Data: []byte("x"), Emoji: "🙂"}))
	assert.Equal(t, "🙂", last().Sticker.Emoji)
	require.NoError(t, ann.SendVenue(telegramtest.Venue{Title: "Cafe", Address: "Main St 1"}))
	assert.NotNil(t, last().Location)
	assert.Equal(t, "Cafe", last().Venue.Title)
	require.NoError(t, ann.SendPoll(telegramtest.Poll{Question: "?", Options: []string{"a"}}))
	assert.Equal(t, "a", last().Poll.Options[0].Text)
}

func TestTheRequiredLibraryExchangesMediaInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		exchange(t, srv, "https://api.telegram.org", srv.Client())
	})
}

func TestTheRequiredLibraryExchangesMediaOnLoopback(t *testing.T) {
	t.Parallel()
	srv := unlimited(t)
	exchange(t, srv, srv.URL(), &http.Client{Transport: &http.Transport{}})
}
