package telegramtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestACaptionIsEdited(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	keyboard := inline(in{"text": "More", "callback_data": "m"})
	post(t, srv, "sendPhoto", in{"chat_id": ann.ID(), "caption": "old", "reply_markup": keyboard}, parts{"photo": []byte("x")})
	edit := func(method string, parameters in) string {
		parameters["chat_id"], parameters["message_id"] = ann.ID(), 2
		return call(t, srv, method, parameters).Description
	}
	unchanged := "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
	assert.Equal(t, unchanged, edit("editMessageCaption", in{"caption": "old", "reply_markup": keyboard}))
	assert.Equal(t, unchanged, edit("editMessageReplyMarkup", in{"reply_markup": keyboard}))
	assert.Equal(t, "Bad Request: there is no text in the message to edit", edit("editMessageText", in{"text": "x"}))
	assert.Equal(t, "Bad Request: message caption is too long", edit("editMessageCaption", in{"caption": strings.Repeat("x", 1025)}))
	assert.Equal(t, "Bad Request: unsupported parse_mode", edit("editMessageCaption", in{"caption": "x", "parse_mode": "x"}))
	assert.Empty(t, edit("editMessageCaption", in{"caption": "<b>new</b>", "parse_mode": "HTML"}))
	m := ann.Messages()[0]
	assert.Equal(t, "new", m.Media.Caption)
	assert.Equal(t, "bold", m.Entities[0].Type)
	assert.Nil(t, m.Keyboard, "the keyboard goes if it is not named")
	assert.True(t, m.Edited)
	assert.Empty(t, edit("editMessageCaption", in{"caption": "<b>new</b>", "parse_mode": "HTML", "show_caption_above_media": true}))
	assert.True(t, ann.Messages()[0].Media.CaptionAbove)
	assert.Empty(t, edit("editMessageReplyMarkup", in{"reply_markup": keyboard}))
	assert.Equal(t, "new", ann.Messages()[0].Media.Caption)
	assert.Empty(t, edit("editMessageCaption", in{}))
	assert.Empty(t, ann.Messages()[0].Media.Caption)

	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x"})
	post(t, srv, "sendSticker", in{"chat_id": ann.ID()}, parts{"sticker": []byte("x")})
	for _, id := range []int{3, 4} {
		assert.Equal(t, "Bad Request: there is no caption in the message to edit",
			call(t, srv, "editMessageCaption", in{"chat_id": ann.ID(), "message_id": id, "caption": "x"}).Description)
	}
	assert.Equal(t, "Bad Request: message to edit not found",
		call(t, srv, "editMessageCaption", in{"chat_id": ann.ID(), "message_id": 9, "caption": "x"}).Description)
}

func TestMediaIsReplaced(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	edit := func(id int, media any, files parts) result {
		return post(t, srv, "editMessageMedia", in{"chat_id": ann.ID(), "message_id": id, "media": media}, files)
	}
	post(t, srv, "sendPhoto", in{"chat_id": ann.ID(), "caption": "old"}, parts{"photo": []byte("x")})
	first := ann.Messages()[0].Media.FileID
	assert.Contains(t, edit(2, in{"type": "photo", "media": first, "caption": "old"}, nil).Description, "message is not modified")
	got := edit(2, in{"type": "document", "media": "attach://d", "caption": "new", "thumbnail": "attach://t"}, parts{"d": []byte("doc"), "t": jpegOf(t, 9, 9)})
	require.True(t, got.OK, got.Description)
	m := ann.Messages()[0]
	assert.Equal(t, telegramtest.Document, m.Media.Kind)
	assert.Equal(t, "doc", string(m.Media.Data))
	assert.Equal(t, "new", m.Media.Caption)
	assert.NotEmpty(t, m.Media.Thumbnail)
	require.True(t, edit(2, in{"type": "photo", "media": first, "has_spoiler": true}, nil).OK)
	assert.True(t, ann.Messages()[0].Media.Spoiler)
	assert.Empty(t, ann.Messages()[0].Media.Caption)

	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x"})
	require.True(t, edit(3, in{"type": "photo", "media": first}, nil).OK, "a text becomes media")
	assert.Empty(t, ann.Messages()[1].Text)
	mustCall(t, srv, "sendDice", in{"chat_id": ann.ID()})
	post(t, srv, "sendSticker", in{"chat_id": ann.ID()}, parts{"sticker": []byte("x")})
	for _, id := range []int{4, 5} {
		assert.Equal(t, "Bad Request: message can't be edited", edit(id, in{"type": "photo", "media": first}, nil).Description)
	}
	for want, media := range map[string]any{
		`parameter "media" is required`:                         "",
		"can't parse InputMedia: expected an Object":            "x",
		`can't parse InputMedia: type "sticker" is unsupported`: in{"type": "sticker", "media": first},
		"can't parse InputMedia: media not found":               in{"type": "photo"},
		"can't use file of type Photo as Video":                 in{"type": "video", "media": first},
		"message caption is too long":                           in{"type": "photo", "media": first, "caption": strings.Repeat("x", 1025)},
	} {
		assert.Equal(t, "Bad Request: "+want, edit(2, media, nil).Description)
	}
	assert.Equal(t, "Bad Request: message to edit not found", edit(9, in{"type": "photo", "media": first}, nil).Description)
}

func TestAnItemOfAnAlbumStaysWhatItsAlbumHolds(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	post(t, srv, "sendMediaGroup", in{"chat_id": ann.ID(), "media": []in{photoItem("a"), photoItem("a")}}, parts{"a": []byte("x")})
	edit := func(kind string) result {
		return post(t, srv, "editMessageMedia", in{
			"chat_id": ann.ID(), "message_id": 2, "media": in{"type": kind, "media": "attach://a"},
		}, parts{"a": []byte("y")})
	}
	assert.Equal(t, "Bad Request: MEDIA_GROUPED_INVALID", edit("document").Description)
	require.True(t, edit("video").OK)
	seen := ann.Messages()
	assert.Equal(t, telegramtest.Video, seen[0].Media.Kind)
	assert.Equal(t, seen[1].AlbumID, seen[0].AlbumID)
}
