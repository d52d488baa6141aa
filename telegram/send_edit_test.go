package telegram

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

var noText = refused(400, "Bad Request: there is no text in the message to edit", "")

func TestTheTextOfAMessageWithAFileIsItsCaption(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, noText, ok(editedMessage))
	require.NoError(t, c.Edit(t.Context(), "6/bbc_1", "15", channel.Message{
		Text: "new", NoPreview: true, Styles: []channel.Style{{Kind: channel.StyleBold, End: 3}},
		Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "A", Data: "a"}}}},
	}))
	calls := a.made()
	require.Len(t, calls, 2)
	assert.Equal(t, "editMessageText", calls[0].method)
	assert.Equal(t, "editMessageCaption", calls[1].method)
	assert.Equal(t, url.Values{
		"chat_id": {"6"}, "business_connection_id": {"bc_1"}, "message_id": {"15"}, "caption": {"new"},
		"caption_entities": {`[{"type":"bold","offset":0,"length":3}]`}, "reply_markup": {`{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}`},
	}, calls[1].form)
}

func TestAnEditedCaptionThatIsTheSameIsNoError(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, noText, refused(400, "Bad Request: message is not modified: x", ""))
	require.NoError(t, c.Edit(t.Context(), "5", "15", channel.Message{Text: "new", Keyboard: &channel.Keyboard{}}))
	assert.Equal(t, `{"inline_keyboard":[]}`, a.made()[1].form.Get("reply_markup"))
}

func TestATextTooLongForACaptionIsOneForAText(t *testing.T) {
	t.Parallel()
	text := channel.Text(strings.Repeat("👋", 1025))
	c, _ := newTest(t, ok(editedMessage))
	require.NoError(t, c.Edit(t.Context(), "5", "15", text))

	c, a := newTest(t, noText)
	err := c.Edit(t.Context(), "5", "15", text)
	require.ErrorIs(t, err, channel.ErrTooLarge)
	assert.EqualError(t, err, "telegram: edit: Text has 1025 characters of 1024 beside Attachments")
	a.only(t)
}

func TestAnEditThatIsTriedAgainStartsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newTest(t, noText, refused(429, "Too Many Requests: retry after 3", `{"retry_after":3}`), noText, ok("true"))
		require.NoError(t, c.Edit(t.Context(), "5", "15", channel.Text("new")))
		var methods []string
		for _, call := range a.made() {
			methods = append(methods, call.method)
		}
		assert.Equal(t, []string{"editMessageText", "editMessageCaption", "editMessageText", "editMessageCaption"}, methods)
	})
}

func TestAnEditReplacesTheFile(t *testing.T) {
	t.Parallel()
	video, thumbnail := bytesOf(channel.AttachmentVideo, "video"), bytesOf("", "thumbnail")
	video.Seconds, video.Thumbnail = 7, &thumbnail
	c, a := newTest(t, ok(editedMessage))
	require.NoError(t, c.Edit(t.Context(), "6/bbc_1", "15", channel.Message{
		Text: "<b>new</b>", Attachments: []channel.Attachment{video}, Keyboard: &channel.Keyboard{},
		Native: channel.Native{"telegram": []byte(`{"parse_mode":"HTML","has_spoiler":true}`)},
	}))
	call := a.only(t)
	assert.Equal(t, "editMessageMedia", call.method)
	assert.JSONEq(t, `{"type":"video","media":"attach://file0","thumbnail":"attach://thumbnail0","duration":7,"caption":"<b>new</b>","parse_mode":"HTML","has_spoiler":true}`, call.form.Get("media"))
	delete(call.form, "media")
	assert.Equal(t, url.Values{
		"chat_id": {"6"}, "business_connection_id": {"bc_1"}, "message_id": {"15"}, "reply_markup": {`{"inline_keyboard":[]}`},
	}, call.form)
	assert.Equal(t, map[string]formFile{"file0": {"video.mp4", "video"}, "thumbnail0": {"thumbnail0.jpg", "thumbnail"}}, call.files)

	for _, kind := range []channel.AttachmentKind{channel.AttachmentImage, channel.AttachmentAudio, channel.AttachmentFile, channel.AttachmentAnimation} {
		c, a := newTest(t, ok(editedMessage))
		require.NoError(t, c.Edit(t.Context(), "5", "15", one(withID(kind, "AgAC"))))
		assert.JSONEq(t, `{"type":"`+mediaKinds[kind].param+`","media":"AgAC"}`, a.only(t).form.Get("media"))
	}
}

func TestAnEditWithAKeyboardAloneChangesTheButtonsAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		keyboard *channel.Keyboard
		want     string
	}{
		"other ones": {&channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "A", Data: "a"}}}}, `{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}`},
		"none":       {&channel.Keyboard{}, `{"inline_keyboard":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newTest(t, ok(editedMessage))
			require.NoError(t, c.Edit(t.Context(), "6/bbc_1", "15", channel.Message{Keyboard: test.keyboard}))
			call := a.only(t)
			assert.Equal(t, "editMessageReplyMarkup", call.method)
			assert.Equal(t, url.Values{
				"chat_id": {"6"}, "business_connection_id": {"bc_1"}, "message_id": {"15"}, "reply_markup": {test.want},
			}, call.form)
		})
	}
	c, _ := newTest(t, refused(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same", ""))
	require.NoError(t, c.Edit(t.Context(), "5", "15", channel.Message{Keyboard: &channel.Keyboard{}}))
	c, a := newTest(t, ok("true"))
	require.ErrorIs(t, c.Edit(t.Context(), "5", "15", channel.Message{}), channel.ErrInvalid, "which changes nothing")
	assert.Empty(t, a.made())
}

func TestAnEditRefusesWhatNoMessageCanBecome(t *testing.T) {
	t.Parallel()
	photo := withID(channel.AttachmentImage, "AgAC")
	for name, test := range map[string]struct {
		m      channel.Message
		reason channel.Reason
		says   string
	}{
		"an album":                 {channel.Message{Attachments: []channel.Attachment{photo, photo}}, channel.ErrUnsupported, "one attachment"},
		"a place":                  {channel.Message{Location: &channel.Location{}}, channel.ErrUnsupported, "one attachment"},
		"a contact":                {channel.Message{Contacts: make([]channel.Contact, 1)}, channel.ErrUnsupported, "one attachment"},
		"cards":                    {channel.Message{Cards: make([]channel.Card, 1)}, channel.ErrUnsupported, "one attachment"},
		"a voice":                  {one(withID(channel.AttachmentVoice, "x")), channel.ErrUnsupported, "Attachments[0].Kind"},
		"a sticker":                {one(withID(channel.AttachmentSticker, "x")), channel.ErrUnsupported, "Attachments[0].Kind"},
		"a file without a source":  {one(channel.Attachment{Kind: channel.AttachmentImage}), channel.ErrInvalid, "Attachments[0]: no source"},
		"a file that is too large": {one(channel.Attachment{Kind: channel.AttachmentImage, Size: 11 << 20, Open: bytesOf("", "").Open}), channel.ErrTooLarge, "Attachments[0].Size"},
		"a long caption":           {channel.Message{Text: strings.Repeat("x", 1025), Attachments: []channel.Attachment{photo}}, channel.ErrTooLarge, "1025 characters"},
		"a reply keyboard":         {channel.Message{Attachments: []channel.Attachment{photo}, Keyboard: &channel.Keyboard{Rows: [][]channel.Button{{{Text: "A"}}}}}, channel.ErrInvalid, "Keyboard"},
		"a bad native":             {channel.Message{Attachments: []channel.Attachment{photo}, Native: channel.Native{"telegram": []byte(`1`)}}, channel.ErrInvalid, "Native"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newTest(t, ok("true"))
			err := c.Edit(t.Context(), "5", "15", test.m)
			require.ErrorIs(t, err, test.reason)
			assert.ErrorContains(t, err, "telegram: edit: ")
			assert.ErrorContains(t, err, test.says)
			assert.Empty(t, a.made())
		})
	}
}
