package channeltest

import (
	"math"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
)

// refuse demands that m is refused with an error of this channel that names the field, before the network.
func (s *scene) refuse(what, chatID string, m channel.Message, field string, reasons ...channel.Reason) {
	s.Helper()
	calls := s.Calls()
	sent, err := s.send(chatID, m)
	if assert.Error(s, err, what) {
		var e *channel.Error
		if assert.ErrorAs(s, err, &e, what) {
			assert.Contains(s, reasons, e.Reason, "%s: %v", what, err)
			assert.Equal(s, s.Channel.Account().Platform, e.Platform, what)
			assert.Equal(s, "send", e.Op, what)
			assert.NotEmpty(s, e.Scope, what)
			assert.Contains(s, e.Message, field, "%s: the field that is wrong", what)
			assert.True(s, strings.HasPrefix(err.Error(), e.Platform+": send: "), "%s: %v", what, err)
		}
	}
	assert.Empty(s, sent.MessageIDs, what)
	assert.Equal(s, calls, s.Calls(), "%s: the platform was called", what)
}

func checkInvalid(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	for _, tt := range invalid {
		s.refuse(tt.what, ann.ChatID, tt.m, tt.field, channel.ErrInvalid, channel.ErrUnsupported)
	}
	s.refuse("no chat", "", channel.Text("hi"), "chat", channel.ErrInvalid)
	assert.Empty(s, ann.Texts())
}

// invalid are messages that no platform takes, and the field that is wrong.
var invalid = []struct {
	what, field string
	m           channel.Message
}{
	{"an empty message", "Text", channel.Message{}},
	{"a message of an attachment's list alone", "Text", channel.Message{Attachments: []channel.Attachment{}}},
	{"white space", "Text", channel.Text(" \n\t ")},
	{"text that is not UTF-8 at all", "Text", channel.Text("\xff\xfe")},
	{"a style beyond the text", "Styles[0]", bold("hi", 0, 3)},
	{"a style before the text", "Styles[0]", bold("hi", -1, 1)},
	{"a style that begins inside a rune", "Styles[0]", bold("é", 1, 2)},
	{"a style that ends inside a rune", "Styles[0]", bold("é!", 0, 1)},
	{"a style that ends first", "Styles[0]", bold("hi", 2, 1)},
	{"an empty style", "Styles[0]", bold("hi", 1, 1)},
	{"styles that cross", "Styles", channel.Message{Text: "one two", Styles: []channel.Style{
		{Kind: channel.StyleBold, Start: 0, End: 5}, {Kind: channel.StyleItalic, Start: 3, End: 7},
	}}},
	{"an attachment without source", "Attachments[0]", attached(channel.Attachment{Kind: channel.AttachmentImage})},
	{"an attachment with two", "Attachments[0]", attached(channel.Attachment{Kind: channel.AttachmentImage, URL: "https://example.com/a.png", FileID: "x"})},
	{"a second attachment with a URL of another kind", "Attachments[1].URL", attached(
		channel.Attachment{Kind: channel.AttachmentImage, URL: "https://example.com/a.png"},
		channel.Attachment{Kind: channel.AttachmentImage, URL: "file:///etc/passwd"},
	)},
	{"a latitude beyond the pole", "Location.Latitude", channel.Message{Location: &channel.Location{Latitude: 90.001}}},
	{"a longitude beyond the date line", "Location.Longitude", channel.Message{Location: &channel.Location{Longitude: -180.001}}},
	{"a latitude that is no number", "Location.Latitude", channel.Message{Location: &channel.Location{Latitude: math.NaN()}}},
	{"a longitude that is no number", "Location.Longitude", channel.Message{Location: &channel.Location{Longitude: math.Inf(1)}}},
	{"a contact without a phone", "Contacts[0].Phone", channel.Message{Contacts: []channel.Contact{{FirstName: "Ann"}}}},
	{"a card of nothing", "Cards[0]", channel.Message{Cards: []channel.Card{{}}}},
	{"a button without a label", "Keyboard.Rows[0][0].Text", channel.Message{
		Text: "hi", Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Data: "x"}}}},
	}},
	{"a keyboard that stands alone", "Text", channel.Message{
		Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "x"}}}},
	}},
}

func bold(text string, start, end int) channel.Message {
	return channel.Message{Text: text, Styles: []channel.Style{{Kind: channel.StyleBold, Start: start, End: end}}}
}

func attached(files ...channel.Attachment) channel.Message {
	return channel.Message{Attachments: files}
}
