package telegram

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// bytesOf is an attachment of bytes.
func bytesOf(kind channel.AttachmentKind, content string) channel.Attachment {
	return channel.Attachment{Kind: kind, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func withID(kind channel.AttachmentKind, fileID string) channel.Attachment {
	return channel.Attachment{Kind: kind, FileID: fileID}
}

func allKinds() []channel.AttachmentKind {
	return []channel.AttachmentKind{
		channel.AttachmentImage, channel.AttachmentVideo, channel.AttachmentAudio, channel.AttachmentVoice,
		channel.AttachmentFile, channel.AttachmentSticker, channel.AttachmentAnimation, channel.AttachmentVideoNote,
	}
}

func TestEveryKindOfFileHasItsMethod(t *testing.T) {
	t.Parallel()
	type params = map[string]string
	full := func(a channel.Attachment) channel.Attachment {
		a.Width, a.Height, a.Seconds = 640, 640, 7
		return a
	}
	for kind, want := range map[channel.AttachmentKind]struct {
		method string
		part   string
		name   string
		params params
	}{
		channel.AttachmentImage:     {"sendPhoto", "photo", "photo.jpg", params{}},
		channel.AttachmentVideo:     {"sendVideo", "video", "video.mp4", params{"width": "640", "height": "640", "duration": "7"}},
		channel.AttachmentAudio:     {"sendAudio", "audio", "audio.mp3", params{"duration": "7"}},
		channel.AttachmentVoice:     {"sendVoice", "voice", "voice.ogg", params{"duration": "7"}},
		channel.AttachmentFile:      {"sendDocument", "document", "file", params{}},
		channel.AttachmentSticker:   {"sendSticker", "sticker", "sticker.webp", params{}},
		channel.AttachmentAnimation: {"sendAnimation", "animation", "animation.mp4", params{"width": "640", "height": "640", "duration": "7"}},
		channel.AttachmentVideoNote: {"sendVideoNote", "video_note", "video_note.mp4", params{"length": "640", "duration": "7"}},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			want.params["chat_id"] = "5"
			for _, a := range []channel.Attachment{withID(kind, "AgAC"), {Kind: kind, URL: "https://a.io/x"}} {
				r, err := encoded(t, "5", channel.Message{Attachments: []channel.Attachment{full(a)}})
				require.NoError(t, err)
				assert.Equal(t, want.method, r.method)
				assert.Empty(t, r.files)
				assert.Equal(t, a.FileID+a.URL, r.params[want.part])
				delete(r.params, want.part)
				assert.Equal(t, want.params, map[string]string(r.params))
			}
			c, a := newTest(t, ok(`{"message_id":93}`))
			sent, err := send(t, c, "5", channel.Message{Attachments: []channel.Attachment{full(bytesOf(kind, "bytes"))}})
			require.NoError(t, err)
			assert.Equal(t, []string{"93"}, sent.MessageIDs)
			call := a.only(t)
			assert.Equal(t, want.method, call.method)
			assert.Equal(t, map[string]formFile{want.part: {want.name, "bytes"}}, call.files)
			if kind == channel.AttachmentFile {
				want.params["disable_content_type_detection"] = "true"
			}
			for name, value := range want.params {
				assert.Equal(t, value, call.form.Get(name), name)
			}
			assert.Len(t, call.form, len(want.params))
		})
	}
}

func TestAFileHasItsCaptionKeyboardAndWhatEveryMessageHas(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`{"message_id":93}`))
	_, err := send(t, c, "6600000001/bbc_1", channel.Message{
		Text: "👋 bold", Styles: []channel.Style{{Kind: channel.StyleBold, Start: 5, End: 9}}, ReplyTo: "80", Silent: true, NoPreview: true,
		Attachments: []channel.Attachment{bytesOf(channel.AttachmentImage, "bytes")},
		Keyboard:    &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "A", Data: "a"}}}},
		Native:      Extra{Protect: true}.Native(),
	})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{
		"chat_id": {"6600000001"}, "business_connection_id": {"bc_1"}, "caption": {"👋 bold"},
		"caption_entities": {`[{"type":"bold","offset":3,"length":4}]`}, "reply_parameters": {`{"message_id":80}`},
		"disable_notification": {"true"}, "protect_content": {"true"}, "reply_markup": {`{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}`},
	}, map[string][]string(a.only(t).form))
}

func TestAFileHasANameThatTellsItsType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind           channel.AttachmentKind
		name, mime, is string
	}{
		{channel.AttachmentFile, "price list.xlsx", "application/pdf", "price list.xlsx"},
		{channel.AttachmentFile, "", "application/pdf", "file.pdf"},
		{channel.AttachmentFile, "", "text/plain; charset=utf-8", "file.txt"},
		{channel.AttachmentFile, "", "application/x-unheard-of", "file"},
		{channel.AttachmentFile, "", "///", "file"},
		{channel.AttachmentImage, "", "image/png", "photo.png"},
		{channel.AttachmentAnimation, "", "image/gif", "animation.gif"},
		{channel.AttachmentSticker, "", "video/webm", "sticker.webm"},
	} {
		assert.Equal(t, test.is, fileName(&channel.Attachment{Kind: test.kind, Name: test.name, MIME: test.mime}))
	}
}

func TestAThumbnailGoesWithAnUploadAlone(t *testing.T) {
	t.Parallel()
	jpeg := bytesOf("", "thumbnail")
	with := func(a channel.Attachment, thumbnail channel.Attachment) channel.Message {
		a.Thumbnail = &thumbnail
		return channel.Message{Attachments: []channel.Attachment{a}}
	}
	c, a := newTest(t, ok(`{"message_id":93}`))
	_, err := send(t, c, "5", with(bytesOf(channel.AttachmentVideo, "video"), jpeg))
	require.NoError(t, err)
	call := a.only(t)
	assert.Equal(t, "attach://thumbnail0", call.form.Get("thumbnail"))
	assert.Equal(t, map[string]formFile{"video": {"video.mp4", "video"}, "thumbnail0": {"thumbnail0.jpg", "thumbnail"}}, call.files)

	png, large := jpeg, jpeg
	png.MIME, large.Size = "image/png", 200_001
	for name, m := range map[string]channel.Message{
		"of a stored file":          with(withID(channel.AttachmentVideo, "BAAC"), jpeg),
		"of a URL":                  with(channel.Attachment{Kind: channel.AttachmentVideo, URL: "https://a.io/x.mp4"}, jpeg),
		"that is stored":            with(bytesOf(channel.AttachmentVideo, "v"), withID("", "AAMC")),
		"of a photo":                with(bytesOf(channel.AttachmentImage, "v"), jpeg),
		"that is no JPEG":           with(bytesOf(channel.AttachmentVideo, "v"), png),
		"that is too large for one": with(bytesOf(channel.AttachmentVideo, "v"), large),
	} {
		r, err := encoded(t, "5", m)
		require.NoError(t, err, name)
		assert.NotContains(t, r.params, "thumbnail", name)
		assert.LessOrEqual(t, len(r.files), 1, name)
	}
}

func TestAnAlbumIsOneCall(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`[{"message_id":93},{"message_id":94},{"message_id":0},{"message_id":96}]`))
	video, thumbnail := bytesOf(channel.AttachmentVideo, "video"), bytesOf("", "thumbnail")
	video.Width, video.Height, video.Seconds, video.Name, video.Thumbnail = 640, 480, 7, `a "b".mp4`, &thumbnail
	sent, err := send(t, c, "-5/17", channel.Message{
		Text: "two", Styles: []channel.Style{{Kind: channel.StyleItalic, End: 3}}, ReplyTo: "80", Silent: true,
		Attachments: []channel.Attachment{
			withID(channel.AttachmentImage, "AgAC"), video, {Kind: channel.AttachmentImage, URL: `https://a.io/x?"`}, bytesOf(channel.AttachmentImage, "photo"),
		},
		Native: channel.Native{"telegram": []byte(`{"has_spoiler":true,"protect_content":true,"show_caption_above_media":null}`)},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"93", "94", "96"}, sent.MessageIDs)
	call := a.only(t)
	assert.Equal(t, "sendMediaGroup", call.method)
	assert.JSONEq(t, `[
		{"type":"photo","media":"AgAC","caption":"two","caption_entities":[{"type":"italic","offset":0,"length":3}],"has_spoiler":true},
		{"type":"video","media":"attach://file1","thumbnail":"attach://thumbnail1","width":640,"height":480,"duration":7,"has_spoiler":true},
		{"type":"photo","media":"https://a.io/x?\"","has_spoiler":true},
		{"type":"photo","media":"attach://file3","has_spoiler":true}
	]`, call.form.Get("media"))
	delete(call.form, "media")
	assert.Equal(t, map[string][]string{
		"chat_id": {"-5"}, "message_thread_id": {"17"}, "reply_parameters": {`{"message_id":80}`},
		"disable_notification": {"true"}, "protect_content": {"true"},
	}, map[string][]string(call.form))
	assert.Equal(t, map[string]formFile{
		"file1": {`a "b".mp4`, "video"}, "thumbnail1": {"thumbnail1.jpg", "thumbnail"}, "file3": {"photo.jpg", "photo"},
	}, call.files)
}

func TestMarkupOfAnAlbumIsOfItsCaption(t *testing.T) {
	t.Parallel()
	m := channel.Message{
		Text: "<b>x</b>", Native: Extra{ParseMode: "HTML"}.Native(),
		Attachments: []channel.Attachment{withID(channel.AttachmentImage, "a"), withID(channel.AttachmentImage, "b")},
	}
	r, err := encoded(t, "5", m)
	require.NoError(t, err)
	assert.Equal(t, `[{"type":"photo","media":"a","caption":"<b>x</b>","parse_mode":"HTML"},{"type":"photo","media":"b"}]`, r.params["media"])
	assert.NotContains(t, r.params, "parse_mode")

	m.Attachments = m.Attachments[:1]
	r, err = encoded(t, "5", m)
	require.NoError(t, err)
	assert.Equal(t, "HTML", r.params["parse_mode"])
	m.Text = ""
	r, err = encoded(t, "5", m)
	require.NoError(t, err)
	assert.NotContains(t, r.params, "parse_mode", "there is nothing to parse")
}

func TestWhatGoesTogetherInAnAlbum(t *testing.T) {
	t.Parallel()
	for _, one := range allKinds() {
		for _, two := range allKinds() {
			_, err := encoded(t, "5", channel.Message{Attachments: []channel.Attachment{withID(one, "1"), withID(two, "2")}})
			visual := func(k channel.AttachmentKind) bool {
				return k == channel.AttachmentImage || k == channel.AttachmentVideo
			}
			if visual(one) && visual(two) || one == two && (one == channel.AttachmentAudio || one == channel.AttachmentFile) {
				assert.NoError(t, err, "%s and %s", one, two)
				continue
			}
			assert.ErrorIs(t, err, channel.ErrUnsupported, "%s and %s", one, two)
		}
	}
}

func TestEncodeRefusesMediaAndNamesTheField(t *testing.T) {
	t.Parallel()
	photo := withID(channel.AttachmentImage, "AgAC")
	keyboard := &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "A", Data: "a"}}}}
	many := make([]channel.Attachment, 11)
	for i := range many {
		many[i] = photo
	}
	for name, test := range map[string]struct {
		m      channel.Message
		reason channel.Reason
		says   string
	}{
		"a file without a source":       {channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentImage}}}, channel.ErrInvalid, "Attachments[0]: no source"},
		"a kind that is received only":  {channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentOther, FileID: "x"}}}, channel.ErrUnsupported, "Attachments[0].Kind"},
		"a caption that is too long":    {channel.Message{Text: strings.Repeat("👋", 1025), Attachments: []channel.Attachment{photo}}, channel.ErrTooLarge, "1025 characters of 1024"},
		"a caption that is not UTF-8":   {channel.Message{Text: "\xff", Attachments: []channel.Attachment{photo}}, channel.ErrInvalid, "UTF-8"},
		"a long caption of an album":    {channel.Message{Text: strings.Repeat("x", 1025), Attachments: []channel.Attachment{photo, photo}}, channel.ErrTooLarge, "1025 characters of 1024"},
		"a caption of a sticker":        {channel.Message{Text: "x", Attachments: []channel.Attachment{withID(channel.AttachmentSticker, "x")}}, channel.ErrUnsupported, "beside a sticker"},
		"a caption of a video note":     {channel.Message{Text: "x", Attachments: []channel.Attachment{withID(channel.AttachmentVideoNote, "x")}}, channel.ErrUnsupported, "beside a video_note"},
		"an album of eleven":            {channel.Message{Attachments: many}, channel.ErrTooLarge, "11 of 10"},
		"an album with a file of none":  {channel.Message{Attachments: []channel.Attachment{photo, {Kind: channel.AttachmentImage}}}, channel.ErrInvalid, "Attachments[1]: no source"},
		"an album with a keyboard":      {channel.Message{Attachments: many[:2], Keyboard: keyboard}, channel.ErrUnsupported, "Keyboard"},
		"an album without a keyboard":   {channel.Message{Attachments: many[:2], Keyboard: &channel.Keyboard{}}, channel.ErrUnsupported, "Keyboard"},
		"an album with a native one":    {channel.Message{Attachments: many[:2], Native: channel.Native{"telegram": []byte(`{"reply_markup":{}}`)}}, channel.ErrUnsupported, "Keyboard"},
		"markup beside styles":          {channel.Message{Text: "x", Styles: []channel.Style{{Kind: channel.StyleBold, End: 1}}, Attachments: many[:1], Native: Extra{ParseMode: "HTML"}.Native()}, channel.ErrInvalid, "parse_mode"},
		"an album with bad parameters":  {channel.Message{Attachments: many[:2], Native: channel.Native{"telegram": []byte(`[]`)}}, channel.ErrInvalid, "Native"},
		"a place beside a file":         {channel.Message{Attachments: many[:1], Location: &channel.Location{}}, channel.ErrUnsupported, "Location"},
		"a contact beside a place":      {channel.Message{Contacts: make([]channel.Contact, 1), Location: &channel.Location{}}, channel.ErrUnsupported, "Contacts"},
		"two contacts":                  {channel.Message{Contacts: make([]channel.Contact, 2)}, channel.ErrUnsupported, "Contacts"},
		"a contact without a phone":     {channel.Message{Contacts: []channel.Contact{{FirstName: "Ann"}}}, channel.ErrInvalid, "Phone"},
		"a contact without a name":      {channel.Message{Contacts: []channel.Contact{{Phone: "+1", FirstName: " "}}}, channel.ErrInvalid, "FirstName"},
		"a contact with a long vCard":   {channel.Message{Contacts: []channel.Contact{{Phone: "+1", FirstName: "A", VCard: strings.Repeat("ї", 1025)}}}, channel.ErrTooLarge, "2050 bytes of 2048"},
		"a style of a caption too far":  {channel.Message{Text: "x", Styles: []channel.Style{{Kind: channel.StyleBold, End: 2}}, Attachments: many[:1]}, channel.ErrInvalid, "Styles[0]"},
		"a style of an album's caption": {channel.Message{Text: "x", Styles: []channel.Style{{Kind: channel.StyleBold, End: 2}}, Attachments: many[:2]}, channel.ErrInvalid, "Styles[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := encoded(t, "5", test.m)
			require.ErrorIs(t, err, test.reason)
			assert.ErrorContains(t, err, test.says)
		})
	}
}

func TestAPhotoThatTelegramWouldRefuseIsNotSent(t *testing.T) {
	t.Parallel()
	sized := func(a channel.Attachment, width, height int) channel.Attachment {
		a.Width, a.Height = width, height
		return a
	}
	photo := channel.Attachment{Kind: channel.AttachmentImage, URL: "https://a.io/x.jpg"}
	for name, test := range map[string]struct {
		a      channel.Attachment
		reason channel.Reason
	}{
		"the largest":             {sized(photo, 5000, 5000), ""},
		"a pixel larger":          {sized(photo, 5001, 5000), channel.ErrTooLarge},
		"a huge one":              {sized(photo, 1<<62, 1<<62), channel.ErrTooLarge},
		"the widest":              {sized(photo, 2000, 100), ""},
		"wider":                   {sized(photo, 2001, 100), channel.ErrInvalid},
		"higher":                  {sized(photo, 100, 2001), channel.ErrInvalid},
		"of an unknown height":    {sized(photo, 20_000, 0), ""},
		"bytes":                   {sized(bytesOf(channel.AttachmentImage, "x"), 9000, 9000), channel.ErrTooLarge},
		"one that Telegram has":   {sized(withID(channel.AttachmentImage, "x"), 9000, 9000), ""},
		"a file":                  {sized(bytesOf(channel.AttachmentFile, "x"), 9000, 9000), ""},
		"a picture before others": {sized(photo, 9000, 9000), channel.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newTest(t, ok(`{"message_id":5}`))
			m := channel.Message{Text: "look", Attachments: []channel.Attachment{test.a}}
			if name == "a picture before others" {
				m.Attachments = append(m.Attachments, photo, photo)
			}
			_, err := c.Send(t.Context(), "5", m)
			if test.reason == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.reason)
			assert.ErrorContains(t, err, "telegram: send: Attachments[0]: ")
			assert.ErrorContains(t, err, "send it as a file")
			assert.Empty(t, a.made(), "the text before it neither")
			require.ErrorIs(t, c.Edit(t.Context(), "5", "15", one(test.a)), test.reason)
			assert.Empty(t, a.made())
		})
	}
}

func TestACaptionIsMeasuredInCodePoints(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("👋", 1024), strings.Repeat("a", 1024)} {
		r, err := encoded(t, "5", channel.Message{Text: text, Attachments: []channel.Attachment{withID(channel.AttachmentVoice, "x")}})
		require.NoError(t, err)
		assert.Equal(t, text, r.params["caption"])
	}
}

func TestEveryMessageCanHaveEitherKeyboard(t *testing.T) {
	t.Parallel()
	for _, k := range []*channel.Keyboard{
		{Inline: true, Rows: [][]channel.Button{{{Text: "A"}}}}, {Rows: [][]channel.Button{{{Text: "A"}}}}, {},
	} {
		messages := []channel.Message{
			{Location: &channel.Location{}}, {Location: &channel.Location{Title: "x"}}, {Contacts: []channel.Contact{{Phone: "1", FirstName: "x"}}},
		}
		for _, kind := range allKinds() {
			messages = append(messages, channel.Message{Attachments: []channel.Attachment{withID(kind, "x")}})
		}
		for _, m := range messages {
			m.Keyboard = k
			r, err := encoded(t, "5", m)
			require.NoError(t, err)
			assert.NotEmpty(t, r.params["reply_markup"], r.method)
		}
	}
}

func TestAnAlbumTakesItsItemsOfThePace(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	m := channel.Message{Attachments: make([]channel.Attachment, 10)}
	for i := range m.Attachments {
		m.Attachments[i] = withID(channel.AttachmentImage, "x")
	}
	for chatID, want := range map[string][]adapter.Cost{
		"5":  {{Pace: "bot", Units: 10}, {Pace: "chat"}},
		"-5": {{Pace: "bot", Units: 10}, {Pace: "chat"}, {Pace: "group", Units: 10}},
	} {
		p := &adapter.Part{ChatID: chatID, Message: m}
		require.NoError(t, c.driver.Encode(p))
		assert.Equal(t, want, p.Costs)
		p.Message = channel.Text("x")
		require.NoError(t, c.driver.Encode(p))
		assert.Zero(t, p.Costs[0].Units, "what others share is not changed")
	}
}

func TestWhatTelegramFetches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind      channel.AttachmentKind
		url, mime string
		size      int64
		want      bool
	}{
		{channel.AttachmentImage, "https://a.io/x", "", 0, true},
		{channel.AttachmentImage, "https://a.io/x.jpg", "", 5 << 20, true},
		{channel.AttachmentImage, "https://a.io/x.jpg", "", 5<<20 + 1, false},
		{channel.AttachmentVideo, "https://a.io/x.mp4", "", 20 << 20, true},
		{channel.AttachmentVideo, "https://a.io/x.mp4", "", 20<<20 + 1, false},
		{channel.AttachmentAudio, "https://a.io/x.mp3", "", 0, true},
		{channel.AttachmentAnimation, "https://a.io/x.gif", "", 0, true},
		{channel.AttachmentFile, "https://a.io/x.pdf", "", 0, true},
		{channel.AttachmentFile, "https://a.io/X.ZIP?v=1.doc", "", 0, true},
		{channel.AttachmentFile, "https://a.io/x?f=.pdf", "", 0, false},
		{channel.AttachmentFile, "https://a.io/x", "application/pdf; x=y", 0, true},
		{channel.AttachmentFile, "https://a.io/x.pdf", "text/plain", 0, false},
		{channel.AttachmentFile, "https://a.io/x.docx", "", 0, false},
		{channel.AttachmentVoice, "https://a.io/x.ogg", "", 1 << 20, true},
		{channel.AttachmentVoice, "https://a.io/x.ogg", "", 1<<20 + 1, false},
		{channel.AttachmentVoice, "https://a.io/x.mp3", "", 0, false},
		{channel.AttachmentSticker, "https://a.io/x.webp", "", 0, true},
		{channel.AttachmentSticker, "https://a.io/x.tgs", "", 0, false},
		{channel.AttachmentSticker, "https://a.io/x.webm", "", 0, false},
		{channel.AttachmentFile, "https://a.io/%zz.pdf", "", 0, false},
	} {
		a := channel.Attachment{Kind: test.kind, URL: test.url, MIME: test.mime, Size: test.size}
		assert.Equal(t, test.want, fetches(&a, false), "%+v", a)
		assert.False(t, fetches(&a, true), "a thumbnail is uploaded")
	}
}

func FuzzInputMedia(f *testing.F) {
	f.Add("two pics 👋", "AgACAgIAAx", "https://a.io/b.jpg?c=d", `{"has_spoiler":true,"parse_mode":"HTML"}`)
	f.Add("\"\\\n\u2028", "attach://x", "\xff", `{"show_caption_above_media":null}`)
	f.Add("", "", "", "")
	f.Fuzz(func(t *testing.T, text, fileID, address, native string) {
		c, _ := newTest(t, ok("true"))
		m := channel.Message{Text: text, Attachments: []channel.Attachment{withID(channel.AttachmentImage, fileID), {Kind: channel.AttachmentVideo, URL: address}}}
		if native != "" {
			m.Native = channel.Native{"telegram": []byte(native)}
		}
		p := &adapter.Part{ChatID: "5", Message: m}
		if c.driver.Encode(p) != nil {
			return
		}
		var items []map[string]any
		require.NoError(t, json.Unmarshal([]byte(p.Encoded.(*request).params["media"]), &items))
		require.Len(t, items, 2)
		for i, want := range []string{fileID, address} {
			require.Equal(t, strings.ToValidUTF8(want, "\uFFFD"), items[i]["media"])
		}
		require.Equal(t, "photo", items[0]["type"])
		if text != "" {
			require.Equal(t, text, items[0]["caption"])
		}
	})
}
