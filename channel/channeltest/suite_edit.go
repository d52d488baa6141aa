package channeltest

import (
	"errors"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// editChecks are about what an edit changes beside the words.
var editChecks = []check{
	{"an edit changes the styles and the buttons", has(hasUser, claim(channel.FeatureEdit), claim(channel.FeatureInlineKeyboard), full(channel.FeatureBold)), checkEditLooks},
	{"an edit of a caption changes the caption alone", has(hasMedia, claim(channel.FeatureEdit), func(h Harness) bool { return h.Channel.Limits().Caption.Max >= 0 }), checkEditCaption},
	{"an edit that cannot be made is refused", has(hasUser, claim(channel.FeatureEdit)), checkEditInvalid},
}

func checkEditLooks(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureEdit)
	id := s.sentTo(ann, "plain")
	editor := ability[channel.Editor](s)
	const before, look = "👋 é ", "bold"
	m := channel.Message{
		Text:     before + look,
		Styles:   []channel.Style{{Kind: channel.StyleBold, Start: len(before), End: len(before + look)}},
		Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "Yes", Data: "yes"}}}},
	}
	require.NoError(s, s.note(editor.Edit(s.Context(), ann.ChatID, id, m)))
	seen := s.newest(ann)
	assert.Equal(s, m.Text, seen.Text)
	assert.Equal(s, m.Styles, seen.Styles)
	if assert.NotNil(s, seen.Keyboard) {
		assert.Equal(s, labels(m.Keyboard), labels(seen.Keyboard))
	}
	require.NoError(s, s.note(editor.Edit(s.Context(), ann.ChatID, id, channel.Text("plain again"))))
	seen = s.newest(ann)
	assert.Equal(s, "plain again", seen.Text)
	assert.Empty(s, seen.Styles)
	assert.Nil(s, seen.Keyboard, "the buttons are replaced by none")
	assert.Len(s, ann.Messages(), 1)
}

// checkEditCaption allows that a platform cannot, if it says so.
func checkEditCaption(s *scene) {
	s.open(channel.Options{})
	feature := channel.Feature(s.captioned())
	ann := s.viewer("Ann", feature)
	files, contents := s.samples(1)
	sent, err := s.send(ann.ChatID, channel.Message{Text: "on Moday", Attachments: files})
	require.NoError(s, err)
	require.NotEmpty(s, sent.MessageIDs)
	id := sent.MessageIDs[len(sent.MessageIDs)-1]
	editor := ability[channel.Editor](s)
	want := "on Monday"
	for range 2 {
		err := s.note(editor.Edit(s.Context(), ann.ChatID, id, channel.Text("on Monday")))
		if errors.Is(err, channel.ErrUnsupported) {
			want = "on Moday"
			continue
		}
		require.NoError(s, err)
	}
	assert.Equal(s, want, s.newest(ann).Text)
	s.sees(ann, feature, contents...)
}

func checkEditInvalid(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	id := s.sentTo(ann, "as it was")
	editor := ability[channel.Editor](s)
	tooLong := channel.Text("")
	if limit := s.Channel.Limits().Text; limit.Max > 0 {
		tooLong = channel.Text(prose(limit, limit.Max))
	}
	for what, m := range map[string]channel.Message{
		"nothing": {}, "text that is too long": tooLong, "a style beyond the text": bold("hi", 0, 3),
	} {
		err := s.note(editor.Edit(s.Context(), ann.ChatID, id, m))
		require.Error(s, err, what)
		var e *channel.Error
		require.ErrorAs(s, err, &e, what)
		assert.Contains(s, []channel.Reason{channel.ErrInvalid, channel.ErrTooLarge, channel.ErrUnsupported}, e.Reason, what)
	}
	assert.Equal(s, []string{"as it was"}, ann.Texts())
}
