package channeltest

import (
	"fmt"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// albumChecks are about files with words, buttons and one another.
var albumChecks = []check{
	{"a caption of the largest size stands with its file", has(hasMedia, func(h Harness) bool { return h.Channel.Limits().Caption.Max > 0 }), checkCaption},
	{"a caption that is too long goes before its file", has(hasMedia, func(h Harness) bool { return h.Channel.Limits().Caption.Max != 0 }), checkLongCaption},
	{"a caption has its styles", has(hasMedia, full(channel.FeatureBold)), checkCaptionStyled},
	{"several files are an album", has(hasMedia, claim(channel.FeatureAlbum)), checkAlbum},
	{"more files than an album takes arrive in order", has(hasMedia, claim(channel.FeatureAlbum)), checkLongAlbum},
	{"files without an album arrive one by one", has(hasMedia, not(claim(channel.FeatureAlbum))), checkNoAlbum},
	{"a keyboard is never lost, whatever it comes with", has(hasUser, hasKeyboard, hasMore), checkKeyboardWith},
	{"every part of a silent message is silent", has(hasUser, hasTextLimit, claim(channel.FeatureSilent)), checkSilentParts},
	{"a link shows a preview unless it is to have none", has(hasUser, claim(channel.FeatureNoPreview)), checkNoPreview},
}

func not(f func(Harness) bool) func(Harness) bool { return func(h Harness) bool { return !f(h) } }

// samples is n files of the kind that most checks are made with, and their bytes.
func (s *scene) samples(n int) (files []channel.Attachment, contents [][]byte) {
	s.Helper()
	for i := range n {
		a, content := s.sample(s.captioned(), i+1)
		files, contents = append(files, a), append(contents, content)
	}
	return files, contents
}

func checkCaption(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.Feature(s.captioned()))
	files, contents := s.samples(1)
	caption := strings.Repeat("x", s.Channel.Limits().Caption.Max)
	_, err := s.send(ann.ChatID, channel.Message{Text: caption, Attachments: files})
	require.NoError(s, err)
	s.sees(ann, channel.Feature(s.captioned()), contents...)
	assert.Equal(s, []string{caption}, ann.Texts(), "one message")
}

func checkLongCaption(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.Feature(s.captioned()))
	files, contents := s.samples(1)
	limit := s.Channel.Limits().Caption
	text := prose(limit, max(limit.Max, 0))
	_, err := s.send(ann.ChatID, channel.Message{Text: text, Attachments: files})
	require.NoError(s, err)
	s.sees(ann, channel.Feature(s.captioned()), contents...)
	assert.Equal(s, strings.Fields(text), strings.Fields(strings.Join(ann.Texts(), " ")), "nothing is cut")
	seen := ann.Messages()
	require.GreaterOrEqual(s, len(seen), 2)
	assert.NotEmpty(s, seen[0].Text, "the text is first")
	assert.NotEmpty(s, seen[len(seen)-1].Attachments, "the file is last")
}

func checkCaptionStyled(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.Feature(s.captioned()))
	files, contents := s.samples(1)
	const before, look = "👋 Zażółć <&> ", "жирный"
	m := channel.Message{Text: before + look + " end", Attachments: files, Styles: []channel.Style{
		{Kind: channel.StyleBold, Start: len(before), End: len(before + look)},
	}}
	_, err := s.send(ann.ChatID, m)
	require.NoError(s, err)
	s.sees(ann, channel.Feature(s.captioned()), contents...)
	for _, seen := range ann.Messages() {
		if seen.Text != "" {
			assert.Equal(s, m.Text, seen.Text)
			assert.Equal(s, m.Styles, seen.Styles)
		}
	}
}

func checkAlbum(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureAlbum)
	files, contents := s.samples(2)
	sent, err := s.send(ann.ChatID, channel.Message{Text: "both", Attachments: files})
	require.NoError(s, err)
	assert.NotContains(s, sent.Degraded, channel.FeatureAlbum)
	s.sees(ann, channel.FeatureAlbum, contents...)
	assert.Equal(s, "both", strings.Join(ann.Texts(), ""), "the caption, once")
	albums := groups(ann)
	require.Len(s, albums[len(albums)-1].Attachments, 2, "an album, told by its AlbumID")
}

func checkLongAlbum(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureAlbum)
	most := max(s.Channel.Limits().Album, 1)
	files, contents := s.samples(most + 2)
	sent, err := s.send(ann.ChatID, channel.Message{Text: "all of them", Attachments: files})
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	s.sees(ann, channel.FeatureAlbum, contents...)
	assert.Equal(s, "all of them", strings.Join(ann.Texts(), ""), "the caption, once")
	assert.Greater(s, len(groups(ann)), 1)
	for _, album := range groups(ann) {
		assert.LessOrEqual(s, len(album.Attachments), most)
	}
}

func checkNoAlbum(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.Feature(s.captioned()))
	files, contents := s.samples(2)
	sent, err := s.send(ann.ChatID, channel.Message{Attachments: files})
	require.NoError(s, err)
	assert.Contains(s, sent.Degraded, channel.FeatureAlbum, "degraded, and not said")
	s.sees(ann, channel.Feature(s.captioned()), contents...)
	for _, m := range groups(ann) {
		assert.Len(s, m.Attachments, 1)
	}
}

// hasMore holds where something other than text is claimed that a keyboard can come with.
func hasMore(h Harness) bool {
	return len(claimedKinds(h)) > 0 || claims(h, channel.FeatureLocation) || claims(h, channel.FeatureContact)
}

// bearers are messages that a keyboard may come with, by what they are, and their features.
func (s *scene) bearers() map[channel.Feature]channel.Message {
	all := make(map[channel.Feature]channel.Message)
	if len(claimedKinds(s.Harness)) > 0 {
		files, _ := s.samples(3)
		all[channel.Feature(s.captioned())] = channel.Message{Text: "a caption", Attachments: files[:1]}
		all[channel.FeatureAlbum] = channel.Message{Text: "a caption", Attachments: files[1:]}
	}
	if claims(s.Harness, channel.FeatureLocation) {
		all[channel.FeatureLocation] = channel.Message{Location: &channel.Location{Latitude: 48.2082, Longitude: 16.3738}}
	}
	if claims(s.Harness, channel.FeatureContact) {
		all[channel.FeatureContact] = channel.Message{Contacts: []channel.Contact{
			{Phone: "+4312345678", FirstName: "Shop"}, {Phone: "+4387654321", FirstName: "Bar"},
		}}
	}
	return all
}

func checkKeyboardWith(s *scene) {
	s.open(channel.Options{})
	for feature, m := range s.bearers() {
		for _, k := range keyboards(s.Harness) {
			p := s.viewer(fmt.Sprintf("Reader of %s %t", feature, k.Inline), feature)
			m.Keyboard = k
			_, err := s.send(p.ChatID, m)
			require.NoError(s, err, feature)
			seen := groups(p)
			require.NotEmpty(s, seen, feature)
			for i, part := range seen {
				if i < len(seen)-1 {
					assert.Nil(s, part.Keyboard, "%s: a keyboard before the last part", feature)
				} else if assert.NotNil(s, part.Keyboard, "%s: the keyboard is lost", feature) {
					assert.Equal(s, k.Inline, part.Keyboard.Inline, feature)
					assert.Equal(s, labels(k), labels(part.Keyboard), feature)
				}
			}
			assert.Equal(s, s.items(m), s.items(p.Messages()...), feature)
		}
	}
}

func checkSilentParts(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureSilent)
	limit := s.Channel.Limits().Text
	m := channel.Message{Text: prose(limit, limit.Max), Silent: true}
	if len(claimedKinds(s.Harness)) > 0 {
		m.Attachments, _ = s.samples(1)
	}
	_, err := s.send(ann.ChatID, m)
	require.NoError(s, err)
	require.GreaterOrEqual(s, len(ann.Messages()), 2)
	for i, part := range ann.Messages() {
		assert.True(s, part.Silent, "part %d", i+1)
	}
}

func checkNoPreview(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureNoPreview)
	for _, none := range []bool{false, true, false} {
		_, err := s.send(ann.ChatID, channel.Message{Text: "see https://example.com/", NoPreview: none})
		require.NoError(s, err)
		assert.Equal(s, none, s.newest(ann).NoPreview, "NoPreview in Person.Messages is needed to check feature %s", channel.FeatureNoPreview)
	}
}
