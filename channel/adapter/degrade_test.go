package adapter

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestWhatAPlatformLacksIsSimplified(t *testing.T) {
	t.Parallel()
	link := func(text string, from, to int, url string) channel.Message {
		return channel.Message{Text: text, Styles: []channel.Style{{Kind: channel.StyleLink, Start: from, End: to, URL: url}}}
	}
	features := func(list ...channel.Feature) []channel.Feature { return list }
	image := file("", "9")
	site := channel.Button{Text: "Site", URL: "https://a.example"}
	reply := &channel.Keyboard{Rows: [][]channel.Button{{{Text: "Yes"}, {Text: "No"}}, {site}}}
	place := &channel.Location{Latitude: 50.4501, Longitude: -0.5, Title: "Office", Address: "Main St 1"}
	tests := []struct {
		name    string
		message channel.Message
		lacks   []channel.Feature
		want    string
		lost    []channel.Feature // nil: all that it lacks
	}{
		{"a style", channel.Message{Text: "hi", Styles: []channel.Style{{Kind: channel.StyleSpoiler, End: 2}}}, features(channel.FeatureSpoiler), "hi", nil},
		{"a link", link("see the shop now", 4, 12, "https://a.example"), features(channel.FeatureLink), "see the shop (https://a.example) now", nil},
		{"a link that is its URL", link("https://a.example", 0, 17, "https://a.example"), features(channel.FeatureLink), "https://a.example", nil},
		{"reply, sound and preview", channel.Message{Text: "hi", ReplyTo: "1", Silent: true, NoPreview: true}, features(channel.FeatureSilent, channel.FeatureNoPreview, channel.FeatureReplyTo), "hi", nil},
		{"what the message has not is not lost", channel.Text("hi"), features(channel.FeatureSilent, channel.FeatureReplyTo), "hi", []channel.Feature{}},
		{"a location", channel.Message{Location: place}, features(channel.FeatureLocation), "Office\nMain St 1\nhttps://www.google.com/maps?q=50.4501,-0.5", nil},
		{"a location after text", channel.Message{Text: "hi", Location: &channel.Location{Latitude: 1e-7}}, features(channel.FeatureLocation), "hi | https://www.google.com/maps?q=0.0000001,0", nil},
		{"contacts", channel.Message{Contacts: []channel.Contact{{Phone: "+1", FirstName: "Ann", LastName: "Lee"}, {Phone: "+2"}}}, features(channel.FeatureContact), "Ann Lee\n+1 | +2", nil},
		{"cards", channel.Message{Text: "hi", Cards: []channel.Card{
			{Title: "A", Subtitle: "a", URL: "https://a.example", Image: &image, Buttons: []channel.Button{{Text: "Buy"}}}, {Title: "B"},
		}}, features(channel.FeatureCards), "hi | A\na\nhttps://a.example + [image9] + {callback Buy} | B", nil},
		{"cards with a keyboard", channel.Message{Cards: []channel.Card{{Title: "A", Buttons: []channel.Button{{Text: "Buy"}}}}, Keyboard: inline(site)}, features(channel.FeatureCards), "A + {callback Buy, url Site}", nil},
		{"cards without keyboards", channel.Message{Cards: []channel.Card{{Title: "A", Buttons: []channel.Button{site}}}}, features(channel.FeatureCards, channel.FeatureInlineKeyboard), "A\nSite: https://a.example", nil},
		{"an inline keyboard of URLs", channel.Message{Text: "hi", Keyboard: inline(site)}, features(channel.FeatureInlineKeyboard), "hi\nSite: https://a.example", nil},
		{"one below a caption", channel.Message{Text: "hi", Attachments: photos(1), Keyboard: inline(site)}, features(channel.FeatureInlineKeyboard), "hi\nSite: https://a.example + [image0]", nil},
		{"one alone", channel.Message{Keyboard: inline(site)}, features(channel.FeatureInlineKeyboard), "Site: https://a.example", nil},
		{"one after a location", channel.Message{Text: "hi", Location: place, Keyboard: inline(site)}, features(channel.FeatureInlineKeyboard), "hi | location | Site: https://a.example", nil},
		{"a reply keyboard", channel.Message{Text: "Sure?", Keyboard: reply}, features(channel.FeatureReplyKeyboard), "Sure?\nYes\nNo\nSite: https://a.example", nil},
		{"taking a keyboard away", channel.Message{Text: "hi", Keyboard: &channel.Keyboard{}}, features(channel.FeatureReplyKeyboard), "hi", nil},
		{"an album", channel.Message{Text: "hi", Attachments: photos(2)}, features(channel.FeatureAlbum), "hi + [image0] | [image1]", nil},
		{"voice", channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentVoice, "")}}, features(channel.FeatureVoice), "[audio]", nil},
		{"voice without audio", channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentVoice, "")}}, features(channel.FeatureVoice, channel.FeatureAudio), "[file]", features(channel.FeatureVoice)},
		{"animation", channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentAnimation, "")}}, features(channel.FeatureAnimation), "[video]", nil},
		{"video note", channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentVideoNote, "")}}, features(channel.FeatureVideoNote, channel.FeatureVideo), "[file]", features(channel.FeatureVideoNote)},
		{"sticker", channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentSticker, "")}}, features(channel.FeatureSticker), "[image]", nil},
		{"image", channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentImage, "")}}, features(channel.FeatureImage), "[file]", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i, a := range tt.message.Attachments {
				if a.FileID == "" {
					tt.message.Attachments[i].FileID = "1"
					tt.want = strings.Replace(tt.want, "]", "1]", 1)
				}
			}
			d := &planDriver{limits: without(tt.lacks...)}
			p, err := planned(t, d, tt.message)
			require.NoError(t, err)
			assert.Equal(t, tt.want, shape(p))
			if tt.lost == nil {
				tt.lost = tt.lacks
			}
			assert.ElementsMatch(t, tt.lost, p.degraded, "each once")
			for _, part := range p.parts {
				assert.Empty(t, part.Message.ReplyTo)
				assert.Empty(t, part.Message.Styles)
			}
			d.limits = everything()
			for _, f := range tt.lacks {
				d.limits.Features[f] = channel.LevelPartial
			}
			if tt.message.Text != "" || tt.message.Keyboard == nil {
				p, err = planned(t, d, tt.message)
				require.NoError(t, err)
				assert.Empty(t, p.degraded, "in part is as good as full")
			}
		})
	}
}

func TestWhatWouldBeLostIsUnsupportedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	rows := func(b channel.Button) [][]channel.Button { return [][]channel.Button{{b}} }
	tests := []struct {
		message channel.Message
		lacks   []channel.Feature
		want    string
	}{
		{channel.Message{Template: &channel.Template{Name: "a"}}, []channel.Feature{channel.FeatureTemplate}, "Template: the platform has none"},
		{channel.Message{Text: "hi", Keyboard: inline(channel.Button{Text: "OK"})}, []channel.Feature{channel.FeatureInlineKeyboard}, `Keyboard.Rows[0][0]: the platform has no inline_keyboard, and a "callback" button is no text`},
		{channel.Message{Text: "hi", Keyboard: &channel.Keyboard{Rows: rows(channel.Button{Text: "OK", Kind: channel.ButtonPhone})}}, []channel.Feature{channel.FeatureReplyKeyboard}, `a "phone" button is no text`},
		{channel.Message{Cards: []channel.Card{{Title: "A", Buttons: []channel.Button{{Text: "Buy"}}}}}, []channel.Feature{channel.FeatureCards, channel.FeatureInlineKeyboard}, "Cards[0].Buttons.Rows[0][0]: the platform has no inline_keyboard"},
		{channel.Message{Cards: []channel.Card{{Title: "A", Buttons: []channel.Button{{Text: "Buy"}}}}, Keyboard: &channel.Keyboard{Rows: rows(channel.Button{Text: "OK"})}}, []channel.Feature{channel.FeatureCards}, "Keyboard: the buttons of the last card are the only keyboard"},
		{channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentSticker, "1")}}, []channel.Feature{channel.FeatureSticker, channel.FeatureImage}, `Attachments[0].Kind: the platform takes no "sticker"`},
		{channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentVoice, "1")}}, []channel.Feature{channel.FeatureVoice, channel.FeatureAudio, channel.FeatureFile}, `Attachments[0].Kind: the platform takes no "voice"`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			d := &planDriver{limits: without(tt.lacks...)}
			_, err := planned(t, d, tt.message)
			require.ErrorIs(t, err, channel.ErrUnsupported)
			assert.ErrorContains(t, err, tt.want)
			assert.Zero(t, d.encoded)
		})
	}
}

func TestADegradedFileIDIsAllowedByItsFeature(t *testing.T) {
	t.Parallel()
	l := everything()
	delete(l.Upload, channel.AttachmentSticker)
	delete(l.Fetch, channel.AttachmentSticker)
	p, err := planned(t, &planDriver{limits: l}, channel.Message{Attachments: []channel.Attachment{file(channel.AttachmentSticker, "1")}})
	require.NoError(t, err)
	assert.Equal(t, "[sticker1]", shape(p))
	assert.Empty(t, p.degraded)
}

func TestStylesKeepTheirTextWhenURLsAreWrittenIntoIt(t *testing.T) {
	t.Parallel()
	m := channel.Message{Text: "a shop, a club!", Styles: []channel.Style{
		{Kind: channel.StyleBold, Start: 0, End: 15},
		{Kind: channel.StyleLink, Start: 2, End: 6, URL: "https://s.example"},
		{Kind: channel.StyleItalic, Start: 2, End: 6},
		{Kind: channel.StyleLink, Start: 10, End: 14, URL: "https://c.example"},
		{Kind: channel.StyleCode, Start: 14, End: 15},
	}}
	p, err := planned(t, &planDriver{limits: without(channel.FeatureLink)}, m)
	require.NoError(t, err)
	sent := p.parts[0].Message
	require.Equal(t, "a shop (https://s.example), a club (https://c.example)!", sent.Text)
	var styled []string
	for _, s := range sent.Styles {
		styled = append(styled, string(s.Kind)+" "+sent.Text[s.Start:s.End])
	}
	assert.Equal(t, []string{"bold " + sent.Text, "italic shop", "code !"}, styled)
	assert.Equal(t, []channel.Feature{channel.FeatureLink}, p.degraded)
}

func TestTheRestOfADegradedMessageIsInItsOriginalForm(t *testing.T) {
	t.Parallel()
	l := without(channel.FeatureLink, channel.FeatureLocation, channel.FeatureInlineKeyboard)
	l.Text.Max = 40
	m := channel.Message{
		Text:     "First line of text, of some length\nthe shop is open",
		Styles:   []channel.Style{{Kind: channel.StyleBold, Start: 6, End: 43}, {Kind: channel.StyleLink, Start: 35, End: 43, URL: "https://s.example"}},
		Location: &channel.Location{Latitude: 1, Longitude: 2},
		Keyboard: inline(channel.Button{Text: "Site", URL: "https://a.example"}),
	}
	p, err := planned(t, &planDriver{limits: l}, m)
	require.NoError(t, err)
	assert.Equal(t, channel.Message{
		Text:     "the shop is open",
		Styles:   []channel.Style{{Kind: channel.StyleBold, End: 8}, {Kind: channel.StyleLink, End: 8, URL: "https://s.example"}},
		Location: m.Location,
		Keyboard: m.Keyboard,
	}, p.rests[1])
	assert.Equal(t, channel.Message{Location: m.Location, Keyboard: m.Keyboard}, p.rests[2])
}
