package adapter

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestABadMessageIsRefusedBeforeTheDriverIsAsked(t *testing.T) {
	t.Parallel()
	const bad = "\xff"
	styled := func(styles ...channel.Style) channel.Message {
		return channel.Message{Text: "жж abc", Styles: styles}
	}
	with := func(a channel.Attachment) channel.Message {
		return channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentImage, "1"), a}}
	}
	keyed := func(rows ...[]channel.Button) channel.Message {
		return channel.Message{Text: "hi", Keyboard: &channel.Keyboard{Inline: true, Rows: rows}}
	}
	card := func(c channel.Card) channel.Message { return channel.Message{Cards: []channel.Card{c}} }
	ok := channel.Button{Text: "OK"}
	image := file(channel.AttachmentImage, "1")
	voice := file(channel.AttachmentVoice, "1")
	tests := []struct {
		message channel.Message
		reason  channel.Reason
		want    string
	}{
		{channel.Message{}, channel.ErrInvalid, "nothing to send: set Text, Attachments, Location, Contacts, Cards or Template"},
		{channel.Message{ID: "1", Forwards: []channel.Message{{Text: "x"}}}, channel.ErrInvalid, "nothing to send"},
		{channel.Message{Keyboard: &channel.Keyboard{}}, channel.ErrInvalid, "nothing to send"},
		{channel.Message{Keyboard: inline(ok)}, channel.ErrInvalid, "Keyboard: nothing to stand with"},
		{channel.Text(" \n\t\u00a0"), channel.ErrInvalid, "Text: empty but for white space"},
		{channel.Text("a" + bad), channel.ErrInvalid, "Text: not valid UTF-8"},
		{channel.Message{Text: "hi", Native: channel.Native{"x": []byte(`{"a":`)}}, channel.ErrInvalid, `Native["x"]: not valid JSON`},
		{keyed([]channel.Button{ok, {Text: "x", Native: channel.Native{"x": []byte("")}}}), channel.ErrInvalid, `Keyboard.Rows[0][1].Native["x"]: not valid JSON`},
		{keyed([]channel.Button{ok, {Text: "x", URL: "JavaScript:alert(1)"}}), channel.ErrInvalid, "Keyboard.Rows[0][1].URL: it is a script"},
		{card(channel.Card{Title: "x", URL: "data:text/html,x"}), channel.ErrInvalid, "Cards[0].URL: it is a script"},
		{styled(channel.Style{Kind: channel.StyleLink, End: 2, URL: " java\nscript:alert(1)"}), channel.ErrInvalid, "Styles[0]: a URL that is a script"},
		{channel.Message{Text: "buy!", Purpose: "promo"}, channel.ErrInvalid, `Purpose: unknown "promo"`},

		{styled(channel.Style{Kind: "blink", End: 2}), channel.ErrInvalid, `Styles[0]: unknown kind "blink"`},
		{styled(channel.Style{Kind: channel.StyleBold, Start: -1, End: 2}), channel.ErrInvalid, "Styles[0]: -1 to 2 is out of the text of 8 bytes"},
		{styled(channel.Style{Kind: channel.StyleBold, End: 9}), channel.ErrInvalid, "Styles[0]: 0 to 9 is out of the text of 8 bytes"},
		{styled(channel.Style{Kind: channel.StyleBold, Start: 4, End: 2}), channel.ErrInvalid, "Styles[0]: 4 to 2 is out"},
		{styled(channel.Style{Kind: channel.StyleBold, Start: 8, End: 8}), channel.ErrInvalid, "Styles[0]: empty at 8"},
		{styled(channel.Style{Kind: channel.StyleBold, Start: 1, End: 4}), channel.ErrInvalid, "Styles[0]: 1 to 4 begins or ends inside a character"},
		{styled(channel.Style{Kind: channel.StyleBold, End: 3}), channel.ErrInvalid, "Styles[0]: 0 to 3 begins or ends inside a character"},
		{styled(channel.Style{Kind: channel.StyleLink, End: 2}), channel.ErrInvalid, "Styles[0]: a link without URL"},
		{styled(channel.Style{Kind: channel.StylePre, End: 2, Language: bad}), channel.ErrInvalid, "Styles[0]: URL or Language is not valid UTF-8"},
		{styled(channel.Style{Kind: channel.StyleBold, End: 5}, channel.Style{Kind: channel.StyleItalic, Start: 4, End: 8}), channel.ErrInvalid, "Styles: italic from 4 to 8 crosses bold from 0 to 5"},

		{with(channel.Attachment{Kind: channel.AttachmentImage}), channel.ErrInvalid, "Attachments[1]: no source: set one of URL, FileID, Open"},
		{with(channel.Attachment{Kind: channel.AttachmentImage, FileID: "1", URL: "https://a.example"}), channel.ErrInvalid, "Attachments[1]: 2 sources: set one of URL, FileID, Open"},
		{with(file("", "1")), channel.ErrInvalid, `Attachments[1].Kind: unknown ""`},
		{with(file("hologram", "1")), channel.ErrInvalid, `Attachments[1].Kind: unknown "hologram"`},
		{with(file(channel.AttachmentOther, "1")), channel.ErrUnsupported, `Attachments[1].Kind: "other" is received only`},
		{with(channel.Attachment{Kind: channel.AttachmentImage, URL: "ftp://a.example/b"}), channel.ErrInvalid, "Attachments[1].URL: not an http or https URL"},
		{with(channel.Attachment{Kind: channel.AttachmentImage, FileID: bad}), channel.ErrInvalid, "Attachments[1]: not valid UTF-8"},
		{with(channel.Attachment{Kind: channel.AttachmentImage, FileID: "1", Size: -1}), channel.ErrInvalid, "Attachments[1].Size: -1 bytes"},
		{with(channel.Attachment{Kind: channel.AttachmentVideo, FileID: "1", Thumbnail: &channel.Attachment{}}), channel.ErrInvalid, "Attachments[1].Thumbnail: no source"},
		{with(channel.Attachment{Kind: channel.AttachmentVideo, FileID: "1", Thumbnail: &voice}), channel.ErrInvalid, `Attachments[1].Thumbnail.Kind: "voice" is not an image`},
		{with(channel.Attachment{Kind: channel.AttachmentVideo, FileID: "1", Thumbnail: &channel.Attachment{FileID: "2", Thumbnail: &image}}), channel.ErrInvalid, "Attachments[1].Thumbnail.Thumbnail: a thumbnail has none"},
		{with(channel.Attachment{Kind: channel.AttachmentImage, URL: "https://a.example", Size: 501}), channel.ErrTooLarge, `Attachments[1].Size: 501 bytes, at most 500 of "image"`},
		{with(channel.Attachment{Kind: channel.AttachmentImage, Open: opened("", "x").Open, Size: 1001}), channel.ErrTooLarge, `Attachments[1].Size: 1001 bytes, at most 1000 of "image"`},

		{channel.Message{Location: &channel.Location{Latitude: 90.5}}, channel.ErrInvalid, "Location.Latitude: 90.5 is not within -90 to 90"},
		{channel.Message{Location: &channel.Location{Longitude: math.NaN()}}, channel.ErrInvalid, "Location.Longitude: NaN is not within -180 to 180"},
		{channel.Message{Location: &channel.Location{Latitude: math.Inf(-1)}}, channel.ErrInvalid, "Location.Latitude: -Inf"},
		{channel.Message{Location: &channel.Location{Title: bad}}, channel.ErrInvalid, "Location.Title: not valid UTF-8"},
		{channel.Message{Contacts: []channel.Contact{{Phone: "1"}, {Phone: " ", FirstName: "A"}}}, channel.ErrInvalid, "Contacts[1].Phone: empty"},
		{channel.Message{Contacts: []channel.Contact{{Phone: "1", VCard: bad}}}, channel.ErrInvalid, "Contacts[0]: not valid UTF-8"},

		{keyed([]channel.Button{ok}, nil), channel.ErrInvalid, "Keyboard.Rows[1]: no buttons"},
		{keyed([]channel.Button{ok, {}}), channel.ErrInvalid, "Keyboard.Rows[0][1].Text: empty"},
		{keyed([]channel.Button{{Text: "A", Kind: "bell"}}), channel.ErrInvalid, `Keyboard.Rows[0][0].Kind: unknown "bell"`},
		{keyed([]channel.Button{{Text: "A", Kind: channel.ButtonURL}}), channel.ErrInvalid, "Keyboard.Rows[0][0].URL: empty"},
		{keyed([]channel.Button{{Text: "A", Kind: channel.ButtonApp}}), channel.ErrInvalid, "Keyboard.Rows[0][0].URL: empty"},
		{keyed([]channel.Button{{Text: "A", Data: bad}}), channel.ErrInvalid, "Keyboard.Rows[0][0]: not valid UTF-8"},
		{keyed([]channel.Button{{Text: "A", Kind: channel.ButtonEmail}}), channel.ErrUnsupported, `Keyboard.Rows[0][0].Kind: the platform has no "email" here`},
		{keyed([]channel.Button{{Text: "A", Data: "123456789"}}), channel.ErrTooLarge, "Keyboard.Rows[0][0].Data: 9 bytes, at most 8"},
		{keyed([]channel.Button{{Text: "жжжжж"}}), channel.ErrTooLarge, "Keyboard.Rows[0][0].Data: 10 bytes, at most 8"},
		{keyed([]channel.Button{{Text: "😀😀😀", Data: "1"}}), channel.ErrTooLarge, "Keyboard.Rows[0][0].Text: 6 UTF-16 units, at most 5"},
		{keyed([]channel.Button{ok, ok, ok}), channel.ErrTooLarge, "Keyboard.Rows[0]: 3 buttons, at most 2"},
		{keyed([]channel.Button{ok, ok}, []channel.Button{ok, ok}), channel.ErrTooLarge, "Keyboard: 4 buttons, at most 3"},
		{keyed([]channel.Button{ok}, []channel.Button{ok}, []channel.Button{ok}, []channel.Button{ok}), channel.ErrTooLarge, "Keyboard.Rows: 4 rows, at most 3"},

		{card(channel.Card{Title: " "}), channel.ErrInvalid, "Cards[0]: empty: set Title, Subtitle, URL or Image"},
		{card(channel.Card{Title: bad}), channel.ErrInvalid, "Cards[0]: not valid UTF-8"},
		{card(channel.Card{Title: "a", Image: &channel.Attachment{}}), channel.ErrInvalid, "Cards[0].Image: no source"},
		{card(channel.Card{Title: "a", Image: &voice}), channel.ErrInvalid, `Cards[0].Image.Kind: "voice" is not an image`},
		{card(channel.Card{Title: "a", Buttons: []channel.Button{{}}}), channel.ErrInvalid, "Cards[0].Buttons[0].Text: empty"},
		{card(channel.Card{Title: "a", Buttons: []channel.Button{ok, ok, ok}}), channel.ErrTooLarge, "Cards[0].Buttons: 3 buttons, at most 2"},
		{channel.Message{Cards: []channel.Card{{Title: "a"}, {Title: "b"}, {Title: "c"}}}, channel.ErrTooLarge, "Cards: 3 cards, at most 2"},

		{channel.Message{Template: &channel.Template{}}, channel.ErrInvalid, "Template.Name: empty"},
		{channel.Message{Template: &channel.Template{Name: "a", Params: []string{bad}}}, channel.ErrInvalid, "Template: not valid UTF-8"},
		{channel.Message{Text: "hi", Template: &channel.Template{Name: "a"}}, channel.ErrInvalid, "Template: it stands instead of all other content"},
		{channel.Message{Keyboard: inline(ok), Template: &channel.Template{Name: "a"}}, channel.ErrInvalid, "Template: it stands instead of all other content"},
		{channel.Message{Text: "hi", ReplyTo: bad}, channel.ErrInvalid, "ReplyTo: not valid UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			d := &planDriver{limits: everything()}
			d.limits.Cards, d.limits.CardButtons = 2, 2
			d.limits.Inline = channel.KeyboardLimits{
				Rows: 3, PerRow: 2, Total: 3,
				Text:  channel.Length{Max: 5, Unit: channel.UnitUTF16},
				Data:  channel.Length{Max: 8, Unit: channel.UnitByte},
				Kinds: []channel.ButtonKind{channel.ButtonCallback, channel.ButtonURL, channel.ButtonApp},
			}
			_, err := planned(t, d, tt.message)
			require.ErrorIs(t, err, tt.reason)
			assert.ErrorContains(t, err, "plan: send: "+tt.want)
			assert.Zero(t, d.encoded)
		})
	}
}

func TestStylesMayNestAndTouch(t *testing.T) {
	t.Parallel()
	m := channel.Message{Text: "abcdef", Styles: []channel.Style{
		{Kind: channel.StyleItalic, Start: 3, End: 6},
		{Kind: channel.StyleBold, Start: 0, End: 3},
		{Kind: channel.StyleCode, Start: 0, End: 3},
		{Kind: channel.StyleStrike, Start: 1, End: 2},
		{Kind: channel.StyleQuote, Start: 0, End: 6},
	}}
	p, err := planned(t, &planDriver{limits: everything()}, m)
	require.NoError(t, err)
	assert.Equal(t, m.Styles, p.parts[0].Message.Styles)
}
