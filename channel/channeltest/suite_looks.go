package channeltest

import (
	"slices"
	"strings"
	"unicode"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lookChecks are about what people see beside the words.
var lookChecks = []check{
	{"a style covers the text that it was asked for", has(hasUser, hasStyle), checkStyles},
	{"styles lie side by side and within each other", has(hasUser, hasStyles), checkStylesTogether},
	{"a style goes on over the parts of a long text", has(hasUser, hasTextLimit, claim(channel.FeatureBold)), checkStyledParts},
	{"a keyboard is shown as it was sent", has(hasUser, hasKeyboard), checkKeyboardShown},
	{"a keyboard comes with the last part of a long text", has(hasUser, hasTextLimit, claim(channel.FeatureInlineKeyboard)), checkKeyboardLast},
	{"a reply shows what it answers", has(hasUser, claim(channel.FeatureReplyTo)), checkReplyTo},
	{"a message makes a sound unless it is silent", has(hasUser, claim(channel.FeatureSilent)), checkSilent},
}

func hasStyle(h Harness) bool { return len(styles(h)) > 0 }

func hasStyles(h Harness) bool {
	return claims(h, channel.FeatureBold) && claims(h, channel.FeatureItalic)
}

func hasKeyboard(h Harness) bool { return len(keyboards(h)) > 0 }

// styles are those that the channel claims in full.
func styles(h Harness) []channel.StyleKind {
	var all []channel.StyleKind
	for feature, m := range samples {
		if len(m.Styles) > 0 && h.Channel.Limits().Features[feature] == channel.LevelFull {
			all = append(all, m.Styles[0].Kind)
		}
	}
	slices.Sort(all)
	return all
}

// newest is what p saw last.
func (s *scene) newest(p Person) channel.Message {
	s.Helper()
	all := p.Messages()
	require.NotEmpty(s, all)
	require.Len(s, p.Texts(), len(all), "Messages are those of Texts")
	return all[len(all)-1]
}

// looks sends a message and demands that it is seen with its styles.
func (s *scene) looks(p Person, m channel.Message) {
	s.Helper()
	sent, err := s.send(p.ChatID, m)
	require.NoError(s, err)
	assert.Empty(s, sent.Degraded)
	seen := s.newest(p)
	assert.Equal(s, m.Text, seen.Text)
	assert.Equal(s, m.Styles, seen.Styles, "%q", m.Text)
}

// checkStyles has each style at the start, in the middle and at the end, where every way to count text has another
// number.
func checkStyles(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.Feature(styles(s.Harness)[0]))
	const before, look, after = "👋 Zażółć 日本 <&> *_", "жирный 👩‍👩‍👧‍👦 <b> & _*", "*_ é 👍 end"
	for _, kind := range styles(s.Harness) {
		style := channel.Style{Kind: kind, Start: len(before), End: len(before) + len(look)}
		if kind == channel.StyleLink {
			style.URL = "https://example.com/?a=1&b=%22"
		}
		s.looks(ann, channel.Message{Text: before + look + after, Styles: []channel.Style{style}})
		s.looks(ann, channel.Message{Text: before + look, Styles: []channel.Style{style}})
		style.Start, style.End = 0, len(look)
		s.looks(ann, channel.Message{Text: look + after, Styles: []channel.Style{style}})
	}
}

func checkStylesTogether(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureItalic)
	const text = "👍 bold and italic é both"
	bold, italic := strings.Index(text, "bold"), strings.Index(text, "italic")
	s.looks(ann, channel.Message{Text: text, Styles: []channel.Style{
		{Kind: channel.StyleBold, Start: bold, End: bold + len("bold")},
		{Kind: channel.StyleItalic, Start: italic, End: italic + len("italic é")},
	}})
	s.looks(ann, channel.Message{Text: text, Styles: []channel.Style{
		{Kind: channel.StyleBold, Start: bold, End: len(text)},
		{Kind: channel.StyleItalic, Start: italic, End: italic + len("italic")},
	}})
}

func checkStyledParts(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureBold)
	limit := s.Channel.Limits().Text
	text := prose(limit, 2*limit.Max+limit.Max/2)
	_, err := s.send(ann.ChatID, channel.Message{Text: text, Styles: []channel.Style{{Kind: channel.StyleBold, Start: 0, End: len(text)}}})
	require.NoError(s, err)
	parts := ann.Messages()
	assert.GreaterOrEqual(s, len(parts), 3)
	for i, part := range parts {
		plain := []byte(part.Text)
		for _, st := range part.Styles {
			assert.Equal(s, channel.StyleBold, st.Kind)
			if assert.True(s, 0 <= st.Start && st.Start < st.End && st.End <= len(plain), "%+v", st) {
				copy(plain[st.Start:st.End], strings.Repeat(" ", st.End-st.Start))
			}
		}
		assert.Empty(s, strings.TrimFunc(string(plain), unicode.IsSpace), "what is not bold of part %d", i+1)
	}
}

// keyboards are what the channel claims of them in full.
func keyboards(h Harness) []*channel.Keyboard {
	var all []*channel.Keyboard
	for _, k := range []struct {
		feature channel.Feature
		limits  channel.KeyboardLimits
		inline  bool
	}{
		{channel.FeatureInlineKeyboard, h.Channel.Limits().Inline, true},
		{channel.FeatureReplyKeyboard, h.Channel.Limits().Reply, false},
	} {
		if h.Channel.Limits().Features[k.feature] != channel.LevelFull {
			continue
		}
		rows := [][]channel.Button{{{Text: "Tea 🍵"}}}
		if k.limits.PerRow != 1 {
			rows[0] = append(rows[0], channel.Button{Text: "Кофе"})
		}
		if k.limits.Rows != 1 {
			rows = append(rows, []channel.Button{{Text: "Nothing <&>"}})
		}
		if k.inline {
			for _, row := range rows {
				for i := range row {
					row[i].Data = "order:" + row[i].Text
				}
			}
		}
		all = append(all, &channel.Keyboard{Inline: k.inline, Rows: rows})
	}
	return all
}

func keyboardFeature(k *channel.Keyboard) channel.Feature {
	if k.Inline {
		return channel.FeatureInlineKeyboard
	}
	return channel.FeatureReplyKeyboard
}

func labels(k *channel.Keyboard) [][]string {
	all := make([][]string, len(k.Rows))
	for i, row := range k.Rows {
		for _, b := range row {
			all[i] = append(all[i], b.Text)
		}
	}
	return all
}

func checkKeyboardShown(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.need(ann.Messages != nil, "Person.Messages", keyboardFeature(keyboards(s.Harness)[0]))
	for _, k := range keyboards(s.Harness) {
		_, err := s.send(ann.ChatID, channel.Message{Text: "Choose", Keyboard: k})
		require.NoError(s, err)
		seen := s.newest(ann).Keyboard
		require.NotNil(s, seen)
		assert.Equal(s, k.Inline, seen.Inline)
		assert.Equal(s, labels(k), labels(seen))
	}
	_, err := s.send(ann.ChatID, channel.Text("no choice"))
	require.NoError(s, err)
	assert.Nil(s, s.newest(ann).Keyboard)
}

func checkKeyboardLast(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureInlineKeyboard)
	limit := s.Channel.Limits().Text
	_, err := s.send(ann.ChatID, channel.Message{
		Text:     prose(limit, limit.Max+limit.Max/2),
		Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "Yes", Data: "yes"}}}},
	})
	require.NoError(s, err)
	parts := ann.Messages()
	require.GreaterOrEqual(s, len(parts), 2)
	for i, part := range parts {
		assert.Equal(s, i == len(parts)-1, part.Keyboard != nil, "part %d of %d", i+1, len(parts))
	}
}

func checkReplyTo(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureReplyTo)
	heard := s.heard()
	own := s.sentTo(ann, "what did you say?")
	assert.Empty(s, s.newest(ann).ReplyTo)
	for _, id := range []string{heard, own} {
		sent, err := s.send(ann.ChatID, channel.Message{Text: "about that", ReplyTo: id})
		require.NoError(s, err)
		assert.NotContains(s, sent.Degraded, channel.FeatureReplyTo)
		assert.Equal(s, id, s.newest(ann).ReplyTo)
	}
}

func checkSilent(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureSilent)
	for _, silent := range []bool{false, true, false} {
		_, err := s.send(ann.ChatID, channel.Message{Text: "psst", Silent: silent})
		require.NoError(s, err)
		if silent {
			assert.True(s, s.newest(ann).Silent)
		} else {
			assert.False(s, s.newest(ann).Silent)
		}
	}
}
