package telegramtest_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// parts are the files of a multipart request, by the name of their field; the file is called as the field.
type parts map[string][]byte

// post sends a multipart request.
func post(t testing.TB, srv *telegramtest.Server, method string, parameters in, files parts) result {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range parameters {
		text, isText := value.(string)
		if !isText {
			raw, err := json.Marshal(value)
			require.NoError(t, err)
			text = string(raw)
		}
		require.NoError(t, w.WriteField(name, text))
	}
	for name, data := range files {
		part, err := w.CreateFormFile(name, name+".bin")
		require.NoError(t, err)
		_, err = part.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return send(t, srv, methodURL(srv, method), w.FormDataContentType(), body.Bytes())
}

func pngOf(t testing.TB, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))))
	return out.Bytes()
}

func jpegOf(t testing.TB, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil))
	return out.Bytes()
}

// mediaMethods are the methods that send a file, each with the parameter that names it.
var mediaMethods = map[string]string{
	"sendPhoto": "photo", "sendVideo": "video", "sendAudio": "audio", "sendVoice": "voice",
	"sendDocument": "document", "sendAnimation": "animation", "sendVideoNote": "video_note", "sendSticker": "sticker",
}

// fileID is the id of the file in a message, of the largest size of a photo.
func fileID(t testing.TB, r result, field string) string {
	t.Helper()
	var message map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(r.Result, &message))
	var f struct {
		ID string `json:"file_id"`
	}
	raw := message[field]
	if field == "photo" {
		var sizes []json.RawMessage
		require.NoError(t, json.Unmarshal(raw, &sizes))
		raw = sizes[len(sizes)-1]
	}
	require.NoError(t, json.Unmarshal(raw, &f))
	require.NotEmpty(t, f.ID)
	return f.ID
}

func TestWhatABotUploadsIsWhatThePersonSees(t *testing.T) {
	t.Parallel()
	for method, field := range mediaMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			data := []byte("the contents of " + field)
			for name, r := range map[string]result{
				"directly": post(t, srv, method, in{"chat_id": ann.ID(), "caption": "*x*", "has_spoiler": true}, parts{field: data}),
				"attached": post(t, srv, method, in{"chat_id": ann.ID(), field: "attach://pile"}, parts{"pile": data}),
			} {
				require.True(t, r.OK, "%s: %s", name, r.Description)
			}
			require.Len(t, ann.Messages(), 2)
			for _, m := range ann.Messages() {
				require.NotNil(t, m.Media)
				assert.Equal(t, field, string(m.Media.Kind))
				assert.Equal(t, data, m.Media.Data)
				assert.EqualValues(t, len(data), m.Media.Size)
				assert.Empty(t, m.Text)
			}
			one, two := ann.Messages()[0].Media, ann.Messages()[1].Media
			assert.NotEqual(t, one.FileID, two.FileID)
		})
	}
}

func TestAFileIsSentAgainByItsIDAsWhatItIs(t *testing.T) {
	t.Parallel()
	for method, field := range mediaMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			first := post(t, srv, method, in{"chat_id": ann.ID()}, parts{field: []byte("contents")})
			id := fileID(t, first, field)
			again := mustCall(t, srv, method, in{"chat_id": ann.ID(), field: id})
			assert.Equal(t, id, fileID(t, again, field))
			for other, name := range mediaMethods {
				if other == method {
					continue
				}
				got := call(t, srv, other, in{"chat_id": ann.ID(), name: id})
				assert.Equal(t, 400, got.Status)
				assert.Contains(t, got.Description, "Bad Request: can't use file of type ")
			}
			elsewhere, err := telegramtest.New(telegramtest.Config{Token: "99:AAE-made-up-token-for-parley-tests0"})
			require.NoError(t, err)
			defer elsewhere.Close()
			bob := elsewhere.NewUser("Bob")
			hooked(t, elsewhere, nil)
			require.NoError(t, bob.Start(""))
			assert.Equal(t, "Bad Request: wrong file identifier/HTTP URL specified",
				call(t, elsewhere, method, in{"chat_id": bob.ID(), field: id}).Description, "an id belongs to one bot")
		})
	}
}

func TestMediaIsRefusedWithThePlatformsWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("😀", 1025)
	for name, c := range map[string]struct {
		method     string
		parameters in
		files      parts
		want       string
	}{
		"no photo":                  {"sendPhoto", in{}, nil, "there is no photo in the request"},
		"no video note":             {"sendVideoNote", in{}, nil, "there is no video note in the request"},
		"nothing attached":          {"sendDocument", in{"document": "attach://a"}, parts{"b": []byte("x")}, "there is no document in the request"},
		"an id nobody knows":        {"sendPhoto", in{"photo": "AgACAgIAAxkBAAIB"}, nil, "wrong file identifier/HTTP URL specified"},
		"an id that is none":        {"sendPhoto", in{"photo": "cat.jpg"}, nil, "wrong remote file identifier specified: Wrong character in the string"},
		"a scheme nobody fetches":   {"sendPhoto", in{"photo": "ftp://a.io/x.jpg"}, nil, "wrong HTTP URL specified: Unsupported URL protocol"},
		"a file of our own disk":    {"sendPhoto", in{"photo": "file:///etc/hostname"}, nil, "wrong HTTP URL specified: Unsupported URL protocol"},
		"a URL without a host":      {"sendPhoto", in{"photo": "https:///x.jpg"}, nil, "wrong HTTP URL specified: URL host is empty"},
		"a broken URL":              {"sendPhoto", in{"photo": "https://a.io/%zz"}, nil, "wrong HTTP URL specified: Failed to parse URL"},
		"an empty file":             {"sendDocument", in{}, parts{"document": nil}, "file must be non-empty"},
		"1025 code points":          {"sendPhoto", in{"caption": long}, parts{"photo": []byte("x")}, "message caption is too long"},
		"bad markup":                {"sendPhoto", in{"caption": "<b>x", "parse_mode": "HTML"}, parts{"photo": []byte("x")}, `can't parse entities: Can't find end tag corresponding to start tag "b"`},
		"a bad entity":              {"sendPhoto", in{"caption": "x", "caption_entities": []in{{"type": "bold", "offset": 0, "length": 2}}}, parts{"photo": []byte("x")}, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2"},
		"a bad keyboard":            {"sendPhoto", in{"reply_markup": "null"}, parts{"photo": []byte("x")}, "object expected as reply markup"},
		"a reply to nothing":        {"sendPhoto", in{"reply_to_message_id": 99}, parts{"photo": []byte("x")}, "message to be replied not found"},
		"a picture too long":        {"sendPhoto", in{}, parts{"photo": pngOf(t, 42, 2)}, "PHOTO_INVALID_DIMENSIONS"},
		"a picture too large":       {"sendPhoto", in{}, parts{"photo": pngOf(t, 9000, 1001)}, "PHOTO_INVALID_DIMENSIONS"},
		"an old thumbnail":          {"sendVideo", in{"thumbnail": "AAMCAgAD"}, parts{"video": []byte("x")}, "thumbnail can't be reused and can be only uploaded as a new file"},
		"a thumbnail nobody sent":   {"sendVideo", in{"thumbnail": "attach://t"}, parts{"video": []byte("x")}, "there is no thumbnail in the request"},
		"a thumbnail that is a PNG": {"sendVideo", in{}, parts{"video": []byte("x"), "thumbnail": pngOf(t, 9, 9)}, "thumbnail must be a JPEG file"},
		"an empty thumbnail":        {"sendVideo", in{}, parts{"video": []byte("x"), "thumb": nil}, "file must be non-empty"},
		"a heavy thumbnail":         {"sendVideo", in{}, parts{"video": []byte("x"), "thumbnail": make([]byte, 200<<10)}, "thumbnail is too big"},
		"a wide thumbnail":          {"sendVideo", in{}, parts{"video": []byte("x"), "thumbnail": jpegOf(t, 321, 9)}, "thumbnail width and height must not exceed 320"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			c.parameters["chat_id"] = ann.ID()
			got := post(t, srv, c.method, c.parameters, c.files)
			assert.Equal(t, 400, got.Status)
			assert.Equal(t, "Bad Request: "+c.want, got.Description)
			assert.Empty(t, ann.Messages())
		})
	}
}

func TestUploadsThatAreTooLarge(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	for name, c := range map[string]struct {
		method, field string
		size, want    int
	}{
		"a photo of 10 MB":    {"sendPhoto", "photo", 10 << 20, 200},
		"a larger photo":      {"sendPhoto", "photo", 10<<20 + 1, 413},
		"a document of 50 MB": {"sendDocument", "document", 50 << 20, 200},
		"a larger document":   {"sendDocument", "document", 50<<20 + 1, 413},
	} {
		t.Run(name, func(t *testing.T) {
			got := post(t, srv, c.method, in{"chat_id": ann.ID(), "text": "x"}, parts{c.field: make([]byte, c.size)})
			assert.Equal(t, c.want, got.Status, got.Description)
		})
	}
}

func TestPicturesMayBeAsLargeAsTheRulesSay(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	for name, picture := range map[string][]byte{
		"the largest": pngOf(t, 9000, 1000), "the longest": pngOf(t, 40, 2), "one that cannot be read": []byte("?"),
	} {
		got := post(t, srv, "sendPhoto", in{"chat_id": ann.ID()}, parts{"photo": picture})
		assert.True(t, got.OK, name+": "+got.Description)
	}
	var message struct {
		Photo []struct {
			ID     string `json:"file_id"`
			Unique string `json:"file_unique_id"`
			Width  int
			Height int
			Size   int `json:"file_size"`
		}
	}
	data := jpegOf(t, 1000, 500)
	got := post(t, srv, "sendPhoto", in{"chat_id": ann.ID()}, parts{"photo": data})
	require.NoError(t, json.Unmarshal(got.Result, &message))
	var widths []int
	ids := map[string]bool{}
	for _, size := range message.Photo {
		widths = append(widths, size.Width)
		ids[size.ID], ids[size.Unique] = true, true
		assert.Equal(t, size.Width/2, size.Height)
	}
	assert.Equal(t, []int{90, 320, 800, 1000}, widths)
	assert.Len(t, ids, 8)
	assert.Equal(t, len(data), message.Photo[3].Size)
	small := mustCall(t, srv, "sendPhoto", in{"chat_id": ann.ID(), "photo": message.Photo[0].ID})
	assert.Equal(t, message.Photo[3].ID, fileID(t, small, "photo"), "any size stands for the photo")
}

func TestWhatGoesWithMedia(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	thumbnail := jpegOf(t, 320, 200)
	got := post(t, srv, "sendVideo", in{
		"chat_id": ann.ID(), "caption": " <b>Look</b> ", "parse_mode": "HTML", "has_spoiler": true,
		"show_caption_above_media": true, "width": 640, "height": 480, "duration": 12, "disable_notification": true,
		"reply_markup": inline(in{"text": "More", "callback_data": "m"}),
	}, parts{"video": []byte("moving"), "thumbnail": thumbnail})
	m := ann.Messages()[0]
	assert.Equal(t, "Look", m.Media.Caption)
	assert.Equal(t, []telegramtest.Entity{{Type: "bold", Length: 4}}, m.Entities)
	assert.True(t, m.Media.Spoiler && m.Media.CaptionAbove && m.Silent)
	assert.Equal(t, []int{640, 480, 12}, []int{m.Media.Width, m.Media.Height, m.Media.Duration})
	assert.Equal(t, thumbnail, m.Media.Thumbnail)
	assert.Equal(t, "More", m.Keyboard.Rows[0][0].Text)
	var message in
	require.NoError(t, json.Unmarshal(got.Result, &message))
	assert.Equal(t, "Look", message["caption"])
	assert.NotContains(t, message, "text")
	assert.Equal(t, true, message["has_media_spoiler"])
	assert.Equal(t, true, message["show_caption_above_media"])
	video := message["video"].(in)
	assert.Equal(t, "video.bin", video["file_name"])
	assert.Equal(t, video["thumb"], video["thumbnail"])
	assert.Equal(t, 320.0, video["thumbnail"].(in)["width"])
	assert.Equal(t, "Bad Request: can't use file of type Thumbnail as Photo",
		call(t, srv, "sendPhoto", in{"chat_id": ann.ID(), "photo": video["thumb"].(in)["file_id"]}).Description)

	post(t, srv, "sendAudio", in{"chat_id": ann.ID(), "performer": "P", "title": "T"}, parts{"audio": []byte("la")})
	song := ann.Messages()[1].Media
	assert.Equal(t, []string{"P", "T"}, []string{song.Performer, song.Title})
	post(t, srv, "sendSticker", in{"chat_id": ann.ID(), "emoji": "👍", "caption": "lost"}, parts{"sticker": []byte("hi")})
	assert.Equal(t, "👍", ann.Messages()[2].Media.Emoji)
	assert.Empty(t, ann.Messages()[2].Media.Caption, "a sticker has none")
	post(t, srv, "sendVideoNote", in{"chat_id": ann.ID(), "length": 240}, parts{"video_note": []byte("hi")})
	assert.Equal(t, 240, ann.Messages()[3].Media.Width)
	got = post(t, srv, "sendAnimation", in{"chat_id": ann.ID()}, parts{"animation": []byte("hi")})
	assert.Equal(t, fileID(t, got, "animation"), fileID(t, got, "document"), "told twice")
}

func TestFileIDsRecurInEveryRun(t *testing.T) {
	t.Parallel()
	ids := func() (all []string) {
		srv, ann := known(t)
		for range 3 {
			got := post(t, srv, "sendPhoto", in{"chat_id": ann.ID()}, parts{"photo": []byte("x")})
			all = append(all, fileID(t, got, "photo"))
		}
		return all
	}
	first := ids()
	assert.Equal(t, first, ids())
	assert.NotEqual(t, first[0], first[1])
}
