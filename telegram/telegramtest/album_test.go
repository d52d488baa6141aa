package telegramtest_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func album(items ...in) in { return in{"media": items} }

func photoItem(name string) in { return in{"type": "photo", "media": "attach://" + name} }

func TestAnAlbumIsSentAsOneMessagePerItem(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	parameters := album(
		in{"type": "photo", "media": "attach://one", "caption": "<i>two</i> pics", "parse_mode": "HTML"},
		in{"type": "video", "media": "attach://two", "has_spoiler": true, "width": 64, "height": 48, "duration": 3, "caption": nil},
	)
	parameters["chat_id"] = ann.ID()
	parameters["reply_to_message_id"] = 1
	got := post(t, srv, "sendMediaGroup", parameters, parts{"one": []byte("1"), "two": []byte("22")})
	require.True(t, got.OK, got.Description)
	var messages []in
	require.NoError(t, json.Unmarshal(got.Result, &messages))
	require.Len(t, messages, 2)
	assert.NotEmpty(t, messages[0]["media_group_id"])
	assert.Equal(t, messages[0]["media_group_id"], messages[1]["media_group_id"])
	assert.Equal(t, 2.0, messages[0]["message_id"])
	assert.Equal(t, 3.0, messages[1]["message_id"])
	seen := ann.Messages()
	assert.Equal(t, "two pics", seen[0].Media.Caption)
	assert.Equal(t, "italic", seen[0].Entities[0].Type)
	assert.Equal(t, "22", string(seen[1].Media.Data))
	assert.True(t, seen[1].Media.Spoiler)
	assert.Equal(t, 48, seen[1].Media.Height)
	assert.Equal(t, seen[0].AlbumID, seen[1].AlbumID)
	assert.Equal(t, "1", seen[1].ReplyTo)

	id := fileID(t, result{Result: mustMarshal(t, messages[0])}, "photo")
	parameters = album(in{"type": "photo", "media": id}, in{"type": "photo", "media": id})
	parameters["chat_id"] = ann.ID()
	mustCall(t, srv, "sendMediaGroup", parameters)
	assert.Len(t, ann.Messages(), 4)
	assert.NotEqual(t, seen[0].AlbumID, ann.Messages()[3].AlbumID)
}

func mustMarshal(t testing.TB, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

func TestAnAlbumIsRefusedWithThePlatformsWords(t *testing.T) {
	t.Parallel()
	many := func(n int) []in {
		items := make([]in, n)
		for i := range items {
			items[i] = photoItem("a")
		}
		return items
	}
	for name, c := range map[string]struct {
		media any
		want  string
	}{
		"no media":                   {"", `parameter "media" is required`},
		"media that is none":         {"x", "can't parse media JSON object"},
		"one item":                   {many(1), "too few messages to send as an album"},
		"eleven items":               {many(11), "too many messages to send as an album"},
		"an item without a type":     {[]in{{"media": "attach://a"}, photoItem("a")}, `can't parse InputMedia: Can't find field "type"`},
		"a type that is a number":    {[]any{in{"type": []int{1}}, photoItem("a")}, `can't parse InputMedia: Field "type" must be of type String`},
		"a type nobody knows":        {[]in{{"type": "voice"}, photoItem("a")}, `can't parse InputMedia: type "voice" is unsupported`},
		"an animation":               {[]in{{"type": "animation", "media": "attach://a"}, photoItem("a")}, `can't parse InputMedia: type "animation" can't be used in sendMediaGroup`},
		"a document among photos":    {[]in{photoItem("a"), {"type": "document", "media": "attach://a"}}, "document can't be mixed with other media types"},
		"audio among documents":      {[]in{{"type": "document", "media": "attach://a"}, {"type": "audio", "media": "attach://a"}}, "audio can't be mixed with other media types"},
		"an item without media":      {[]in{photoItem("a"), {"type": "photo"}}, `failed to send message #2 with the error message "Can't parse InputMedia: media not found"`},
		"an id nobody knows":         {[]in{photoItem("a"), {"type": "photo", "media": "AgAC"}}, `failed to send message #2 with the error message "Wrong file identifier/HTTP URL specified"`},
		"a page that cannot be had":  {[]in{{"type": "photo", "media": "https://a.io/x.png"}, photoItem("a")}, `failed to send message #1 with the error message "Failed to get HTTP URL content"`},
		"a caption that is too long": {[]in{photoItem("a"), {"type": "photo", "media": "attach://a", "caption": string(make([]byte, 1025))}}, `failed to send message #2 with the error message "Message caption is too long"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			got := post(t, srv, "sendMediaGroup", in{"chat_id": ann.ID(), "media": c.media}, parts{"a": []byte("x")})
			assert.Equal(t, 400, got.Status)
			assert.Equal(t, "Bad Request: "+c.want, got.Description)
			assert.Empty(t, ann.Messages(), "all or nothing")
		})
	}
}

func TestAnAlbumToSomebodyWhoCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	try := func(u *telegramtest.User) result {
		parameters := album(photoItem("a"), photoItem("a"))
		parameters["chat_id"] = u.ID()
		return post(t, srv, "sendMediaGroup", parameters, parts{"a": []byte("x")})
	}
	got := try(srv.NewUser("Stranger"))
	assert.Equal(t, 403, got.Status)
	assert.Equal(t, `Forbidden: failed to send message #1 with the error message "Bot can't initiate conversation with a user"`, got.Description)
	require.NoError(t, ann.Block())
	got = try(ann)
	assert.Equal(t, 400, got.Status)
	assert.Equal(t, `Bad Request: failed to send message #1 with the error message "USER_IS_BLOCKED"`, got.Description)
	ann.Deactivate()
	got = try(ann)
	assert.Equal(t, 403, got.Status)
	assert.Equal(t, `Forbidden: failed to send message #1 with the error message "User is deactivated"`, got.Description)
	got = call(t, srv, "sendMediaGroup", in{"chat_id": 42})
	assert.Equal(t, "Bad Request: chat not found", got.Description)
}

func TestAnAlbumCountsItsItemsForTheBotAndOnceForTheChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		hooked(t, srv, nil)
		items := make([]in, 10)
		for i := range items {
			items[i] = photoItem("a")
		}
		try := func(name string) result {
			u := srv.NewUser(name)
			require.NoError(t, u.Start(""))
			return post(t, srv, "sendMediaGroup", in{"chat_id": u.ID(), "media": items}, parts{"a": []byte("x")})
		}
		require.True(t, try("A").OK, "ten in one second")
		assert.Equal(t, 1, try("A").Parameters.RetryAfter, "the chat waits a second")
		require.True(t, try("B").OK)
		require.True(t, try("C").OK)
		dora := srv.NewUser("Dora")
		require.NoError(t, dora.Start(""))
		assert.Equal(t, 429, call(t, srv, "sendMessage", in{"chat_id": dora.ID(), "text": "x"}).Status, "thirty in one second")
		time.Sleep(time.Second)
		assert.True(t, try("A").OK)
	})
}
