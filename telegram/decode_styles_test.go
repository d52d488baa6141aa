package telegram

import (
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestStylesAreBytesOfTheText(t *testing.T) {
	t.Parallel()
	one := func(kind channel.StyleKind, start, end int) channel.Style {
		return channel.Style{Kind: kind, Start: start, End: end}
	}
	bold := func(start, end int) []channel.Style {
		return []channel.Style{{Kind: channel.StyleBold, Start: start, End: end}}
	}
	for name, test := range map[string]struct {
		text     string
		entities []entity
		want     []channel.Style
	}{
		"of ASCII":                    {"one two", []entity{{Type: "bold", Offset: 4, Length: 3}}, bold(4, 7)},
		"after Cyrillic and an emoji": {"Привет 👋 x", []entity{{Type: "bold", Offset: 10, Length: 1}}, bold(18, 19)},
		"of an emoji":                 {"a👋b", []entity{{Type: "bold", Offset: 1, Length: 2}}, bold(1, 5)},
		"within a pair":               {"a👋b", []entity{{Type: "bold", Offset: 0, Length: 2}}, bold(0, 1)},
		"of half a pair":              {"a👋b", []entity{{Type: "bold", Offset: 1, Length: 1}}, nil},
		"beyond the text":             {"ab", []entity{{Type: "bold", Offset: 1, Length: 2}}, nil},
		"before the text":             {"ab", []entity{{Type: "bold", Offset: -1, Length: 2}}, nil},
		"without length":              {"ab", []entity{{Type: "bold", Offset: 1}}, nil},
		"of a length that overflows":  {"ab", []entity{{Type: "bold", Offset: 1, Length: 1<<63 - 1}}, nil},
		"that are no looks":           {"#a @b", []entity{{Type: "hashtag", Length: 2}, {Type: "mention", Offset: 3, Length: 2}}, nil},
		"of an empty text":            {"", []entity{{Type: "bold", Length: 1}}, nil},
		"links to nowhere":            {"ab", []entity{{Type: "text_link", Length: 1}, {Type: "text_mention", Length: 1}}, nil},
		"that nest": {"0123456789", []entity{{Type: "bold", Offset: 0, Length: 10}, {Type: "italic", Offset: 2, Length: 3}, {Type: "code", Offset: 6, Length: 4}},
			[]channel.Style{one("bold", 0, 10), one("italic", 2, 5), one("code", 6, 10)}},
		"that touch": {"0123456789", []entity{{Type: "bold", Offset: 0, Length: 5}, {Type: "italic", Offset: 5, Length: 5}},
			[]channel.Style{one("bold", 0, 5), one("italic", 5, 10)}},
		"out of order": {"0123456789", []entity{{Type: "italic", Offset: 2, Length: 3}, {Type: "bold", Offset: 0, Length: 10}},
			[]channel.Style{one("bold", 0, 10), one("italic", 2, 5)}},
		"that cross are cut": {"0123456789", []entity{{Type: "bold", Offset: 0, Length: 6}, {Type: "italic", Offset: 4, Length: 6}},
			[]channel.Style{one("bold", 0, 6), one("italic", 4, 6), one("italic", 6, 10)}},
		"of which three cross": {"0123456789", []entity{{Type: "bold", Offset: 0, Length: 6}, {Type: "italic", Offset: 2, Length: 6}, {Type: "code", Offset: 4, Length: 6}},
			[]channel.Style{one("bold", 0, 6), one("italic", 2, 6), one("code", 4, 6), one("code", 6, 10), one("italic", 6, 8)}},
		"all kinds": {"0123456789", []entity{
			{Type: "italic", Length: 1}, {Type: "underline", Length: 1}, {Type: "strikethrough", Length: 1},
			{Type: "spoiler", Length: 1}, {Type: "blockquote", Length: 1}, {Type: "expandable_blockquote", Length: 1},
			{Type: "code", Length: 1}, {Type: "pre", Length: 1, Language: "go"}, {Type: "text_link", Length: 1, URL: "https://a.io"},
			{Type: "text_mention", Length: 1, User: struct {
				ID int64 `json:"id"`
			}{55}},
		}, []channel.Style{
			{Kind: channel.StyleItalic, End: 1}, {Kind: channel.StyleUnderline, End: 1}, {Kind: channel.StyleStrike, End: 1},
			{Kind: channel.StyleSpoiler, End: 1}, {Kind: channel.StyleQuote, End: 1}, {Kind: channel.StyleQuote, End: 1},
			{Kind: channel.StyleCode, End: 1}, {Kind: channel.StylePre, End: 1, Language: "go"},
			{Kind: channel.StyleLink, End: 1, URL: "https://a.io"}, {Kind: channel.StyleLink, End: 1, URL: "tg://user?id=55"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, styles(test.text, test.entities))
		})
	}
}

func checkStyles(t *testing.T, m *channel.Message) {
	t.Helper()
	if m == nil {
		return
	}
	require.True(t, utf8.ValidString(m.Text))
	for _, s := range m.Styles {
		require.True(t, 0 <= s.Start && s.Start < s.End && s.End <= len(m.Text))
		require.True(t, isBoundary(m.Text, s.Start) && isBoundary(m.Text, s.End))
	}
	for i, s := range m.Styles {
		for _, other := range m.Styles[i+1:] {
			require.True(t, other.Start >= s.End || s.Start <= other.Start && other.End <= s.End, "%v and %v cross", s, other)
		}
	}
}

// byteOffsets has the byte offset of each UTF-16 unit of text, and of its end. Both units of a pair have that of their
// rune.
func byteOffsets(text string) []int {
	var offsets []int
	for i, r := range text {
		for range utf16.RuneLen(r) {
			offsets = append(offsets, i)
		}
	}
	return append(offsets, len(text))
}

// FuzzStyles makes of each three bytes an entity: its kind, its place and its length.
func FuzzStyles(f *testing.F) {
	f.Add("Привет 👋 x", []byte{0, 0, 6, 1, 3, 6, 2, 5, 4})
	f.Add("a👋b and more of it", []byte{0, 0, 2, 1, 1, 9, 0, 1, 9, 3, 0, 15})
	f.Add("0123456789", []byte{0, 0, 6, 1, 2, 6, 2, 4, 6, 1, 0, 9})
	kinds := []string{"bold", "italic", "code", "underline", "hashtag"}
	f.Fuzz(func(t *testing.T, text string, data []byte) {
		if !utf8.ValidString(text) {
			return
		}
		offsets := byteOffsets(text)
		looks := map[channel.Style]bool{} // of single bytes
		var entities []entity
		for ; len(data) >= 3 && len(entities) < 60; data = data[3:] {
			e := entity{Type: kinds[int(data[0])%len(kinds)], Offset: int(data[1]), Length: int(data[2])}
			entities = append(entities, e)
			if kind, ok := styleKinds[e.Type]; ok && e.Offset+e.Length < len(offsets) {
				for i := offsets[e.Offset]; i < offsets[e.Offset+e.Length]; i++ {
					looks[channel.Style{Kind: kind, Start: i}] = true
				}
			}
		}
		m := channel.Message{Text: text, Styles: styles(text, entities)}
		checkStyles(t, &m)
		got := map[channel.Style]bool{}
		for _, s := range m.Styles {
			for i := s.Start; i < s.End; i++ {
				got[channel.Style{Kind: s.Kind, Start: i}] = true
			}
		}
		require.Equal(t, looks, got, "no byte looks other than it did")
	})
}
