package telegramtest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// told is a server with a person, and the bot that gets their updates.
func told(t testing.TB) (*telegramtest.Server, *telegramtest.User, *bot) {
	t.Helper()
	srv := unlimited(t)
	b := hooked(t, srv, nil)
	return srv, srv.NewUser("Ann"), b
}

func (b *bot) last(kind string) in {
	all := b.got()
	message, _ := all[len(all)-1][kind].(in)
	return message
}

func TestWhatAPersonSendsIsWhatTheBotDownloads(t *testing.T) {
	t.Parallel()
	for _, kind := range mediaMethods {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			srv, ann, b := told(t)
			data := []byte("%PDF the contents of " + kind)
			require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.MediaKind(kind), Data: data, Name: "my file.pdf"}))
			message := b.last("message")
			assert.NotContains(t, message, "text")
			f, single := message[kind].(in)
			if !single {
				sizes := message[kind].([]any)
				assert.Len(t, sizes, 4)
				f = sizes[3].(in)
			}
			assert.EqualValues(t, len(data), f["file_size"])
			assert.NotEmpty(t, f["file_unique_id"])
			assert.Equal(t, data, download(t, srv, f["file_id"].(string)))
			assert.Equal(t, data, ann.Sent()[0].Media.Data)
			assert.Equal(t, f["file_id"], ann.Sent()[0].Media.FileID)
			if thumb, drawn := f["thumb"].(in); drawn {
				assert.Equal(t, thumb, f["thumbnail"])
				assert.Len(t, download(t, srv, thumb["file_id"].(string)), int(thumb["file_size"].(float64)))
			}
		})
	}
}

func TestMediaOfAPersonAsTheBotIsTold(t *testing.T) {
	t.Parallel()
	_, ann, b := told(t)
	require.NoError(t, ann.Send(telegramtest.Media{
		Kind: telegramtest.Document, Data: []byte("{}"), Name: "a.json", Caption: " see https://a.io ", Thumbnail: jpegOf(t, 32, 16),
	}))
	message := b.last("message")
	assert.Equal(t, "see https://a.io", message["caption"])
	assert.Equal(t, []any{in{"type": "url", "offset": 4.0, "length": 12.0}}, message["caption_entities"])
	document := message["document"].(in)
	assert.Equal(t, "a.json", document["file_name"])
	assert.Equal(t, "application/json", document["mime_type"])
	assert.Equal(t, 16.0, document["thumb"].(in)["height"])

	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Voice, Data: []byte("hm"), Duration: 7}))
	voice := b.last("message")["voice"].(in)
	assert.Equal(t, "audio/ogg", voice["mime_type"])
	assert.Equal(t, 7.0, voice["duration"])
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Sticker, Data: []byte("hm"), Emoji: "🙂", Name: "x.tgs"}))
	sticker := b.last("message")["sticker"].(in)
	assert.Equal(t, "🙂", sticker["emoji"])
	assert.Equal(t, true, sticker["is_animated"])
	assert.Equal(t, false, sticker["is_video"])
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.VideoNote, Data: []byte("hm"), Width: 240}))
	assert.Equal(t, 240.0, b.last("message")["video_note"].(in)["length"])
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Animation, Data: []byte("hm"), Spoiler: true}))
	message = b.last("message")
	assert.Equal(t, message["animation"].(in)["file_id"], message["document"].(in)["file_id"])
	assert.Equal(t, true, message["has_media_spoiler"])
}

func TestAnAlbumOfAPersonIsAnUpdatePerItem(t *testing.T) {
	t.Parallel()
	_, ann, b := told(t)
	one := telegramtest.Media{Kind: telegramtest.Photo, Data: []byte("1"), Caption: "two pics"}
	two := telegramtest.Media{Kind: telegramtest.Video, Data: []byte("2")}
	require.NoError(t, ann.SendAlbum(one, two))
	got := b.got()
	require.Len(t, got, 2)
	first, second := got[0]["message"].(in), got[1]["message"].(in)
	assert.NotEmpty(t, first["media_group_id"])
	assert.Equal(t, first["media_group_id"], second["media_group_id"])
	assert.Equal(t, "two pics", first["caption"])
	assert.NotContains(t, second, "caption")
	require.NoError(t, ann.SendAlbum(two, two))
	assert.NotEqual(t, first["media_group_id"], b.last("message")["media_group_id"])

	document := telegramtest.Media{Kind: telegramtest.Document, Data: []byte("3")}
	require.Error(t, ann.SendAlbum(one))
	require.Error(t, ann.SendAlbum(one, document))
	require.Error(t, ann.SendAlbum(one, telegramtest.Media{Kind: telegramtest.Photo}))
	require.Error(t, ann.SendAlbum(make([]telegramtest.Media, 11)...))
	require.Error(t, ann.SendAlbum(telegramtest.Media{Kind: telegramtest.Voice, Data: []byte("1")}, one))
	require.NoError(t, ann.Block())
	require.Error(t, ann.SendAlbum(one, two))
	assert.Len(t, ann.Sent(), 4)
}

func TestWhatAPersonCannotSend(t *testing.T) {
	t.Parallel()
	_, ann, _ := told(t)
	for name, m := range map[string]telegramtest.Media{
		"a kind nobody knows": {Kind: "smell", Data: []byte("x")},
		"nothing":             {Kind: telegramtest.Photo},
		"too much":            {Kind: telegramtest.Video, Size: 2000<<20 + 1},
		"a long caption":      {Kind: telegramtest.Photo, Data: []byte("x"), Caption: strings.Repeat("x", 1025)},
		"a sticker's caption": {Kind: telegramtest.Sticker, Data: []byte("x"), Caption: "x"},
	} {
		assert.Error(t, ann.Send(m), name)
	}
	require.Error(t, ann.SendLocation(telegramtest.Location{Latitude: 91}))
	require.Error(t, ann.SendVenue(telegramtest.Venue{Title: "x"}))
	require.Error(t, ann.SendContact(telegramtest.Contact{Phone: "+1"}))
	require.Error(t, ann.SendDice("x"))
	require.Error(t, ann.SendPoll(telegramtest.Poll{Question: "?"}))
	require.Error(t, ann.SetPhoto(nil))
	require.Error(t, ann.SetPhoto(pngOf(t, 42, 2)))
	require.Error(t, ann.Move(1, 1))
	assert.Empty(t, ann.Sent())
}

func TestWhatElseAPersonSends(t *testing.T) {
	t.Parallel()
	_, ann, b := told(t)
	kyiv := telegramtest.Location{Latitude: 50.4501, Longitude: 30.5234}
	place := in{"latitude": 50.4501, "longitude": 30.5234}
	require.NoError(t, ann.SendLocation(kyiv))
	assert.Equal(t, place, b.last("message")["location"])
	require.NoError(t, ann.SendVenue(telegramtest.Venue{Location: kyiv, Title: "Cafe", Address: "Main St 1"}))
	message := b.last("message")
	assert.Equal(t, place, message["location"], "told twice")
	assert.Equal(t, in{"location": place, "title": "Cafe", "address": "Main St 1"}, message["venue"])
	require.NoError(t, ann.SendContact(telegramtest.Contact{Phone: "+380501112233", FirstName: "Bob"}))
	assert.Equal(t, in{"phone_number": "+380501112233", "first_name": "Bob"}, b.last("message")["contact"])
	require.NoError(t, ann.SendDice("🎯"))
	dice := b.last("message")["dice"].(in)
	assert.Equal(t, "🎯", dice["emoji"])
	assert.Contains(t, []float64{1, 2, 3, 4, 5, 6}, dice["value"])
	require.NoError(t, ann.SendPoll(telegramtest.Poll{Question: "?", Options: []string{"a", "b"}, Anonymous: true}))
	poll := b.last("message")["poll"].(in)
	assert.Equal(t, "regular", poll["type"])
	assert.Equal(t, "b", poll["options"].([]any)[1].(in)["text"])
	require.NoError(t, ann.SendStory(7))
	assert.Equal(t, 7.0, b.last("message")["story"].(in)["id"])
	require.NoError(t, ann.SharePhone("+380501112244"))
	assert.Equal(t, "+380501112244", ann.Sent()[6].Contact.Phone)
	assert.Equal(t, "Cafe", ann.Sent()[1].Venue.Title)
	assert.Equal(t, []string{"a", "b"}, ann.Sent()[4].Poll.Options)
}

func TestALiveLocationMovesUntilItsTimeIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, ann, b := told(t)
		require.NoError(t, ann.SendLocation(telegramtest.Location{Latitude: 1, LivePeriod: 60}))
		time.Sleep(30 * time.Second)
		require.NoError(t, ann.Move(2, 3))
		edited := b.last("edited_message")
		assert.Equal(t, in{"latitude": 2.0, "longitude": 3.0, "live_period": 60.0}, edited["location"])
		require.Error(t, ann.Move(91, 3))
		time.Sleep(30 * time.Second)
		require.Error(t, ann.Move(3, 3))
	})
}

func TestAPersonEditsACaption(t *testing.T) {
	t.Parallel()
	_, ann, b := told(t)
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Photo, Data: []byte("x"), Caption: "old"}))
	require.NoError(t, ann.Edit("1", "new"))
	assert.Equal(t, "new", b.last("edited_message")["caption"])
	require.Error(t, ann.Edit("1", strings.Repeat("x", 1025)))
	require.NoError(t, ann.SendLocation(telegramtest.Location{}))
	require.Error(t, ann.Edit("2", "a place has no text"))
}
