package adapter

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestATextIsCutAtTheBestPlace(t *testing.T) {
	t.Parallel()
	runes := func(n int) channel.Length { return channel.Length{Max: n, Unit: channel.UnitRune} }
	tests := []struct {
		name  string
		text  string
		limit channel.Length
		want  []string
	}{
		{"what fits stays whole", "one two", runes(7), []string{"one two"}},
		{"a paragraph before a line", "aaa\n\nbbb\nccc", runes(9), []string{"aaa\n\n", "bbb\nccc"}},
		{"a line before a sentence", "Aaaa.\nBbb. Ccc ddd", runes(12), []string{"Aaaa.\n", "Bbb. Ccc ddd"}},
		{"a sentence before a word", "Aaa bb. Ccc ddd", runes(12), []string{"Aaa bb. ", "Ccc ddd"}},
		{"a word before a character", "aaa bbb ccc", runes(9), []string{"aaa bbb ", "ccc"}},
		{"a far paragraph makes no tiny part", "a\n\nbbb ccc ddd eee", runes(12), []string{"a\n\nbbb ccc ", "ddd eee"}},
		{"an indent stays with the line before", "aaaa\n   bbbb", runes(10), []string{"aaaa\n   ", "bbbb"}},
		{"a long word between its characters", "abcdefghij", runes(4), []string{"abcd", "efgh", "ij"}},
		{"not before white space", "abcdefgh  ij", runes(8), []string{"abcdefg", "h  ij"}},
		{"ideographs between any two", "天地玄黄宇宙洪荒", runes(3), []string{"天地玄", "黄宇宙", "洪荒"}},
		{"a family stays together", "👨‍👩‍👧👨‍👩‍👧", runes(6), []string{"👨‍👩‍👧", "👨‍👩‍👧"}},
		{"a flag stays together", "🇺🇦🇵🇱🇱🇻", runes(3), []string{"🇺🇦", "🇵🇱", "🇱🇻"}},
		{"a character alone too long is cut", "👨‍👩‍👧", runes(3), []string{"👨‍👩", "\u200d👧"}},
		{"UTF-16 units", "😀😀😀", channel.Length{Max: 4, Unit: channel.UnitUTF16}, []string{"😀😀", "😀"}},
		{"bytes", "жжж", channel.Length{Max: 4, Unit: channel.UnitByte}, []string{"жж", "ж"}},
		{"a URL stays whole", "see https://example.com/a-b-c?d=e ok", runes(30), []string{"see ", "https://example.com/a-b-c?d=e ", "ok"}},
		{"a URL alone too long is cut", "https://example.com/abc", runes(20), []string{"https://example.com/", "abc"}},
		{"text after a URL in other signs is no URL", "https://a.example。次の文です", runes(20), []string{"https://a.example。", "次の文です"}},
		{"white space too long for one part leads the next", "a" + strings.Repeat(" ", 9) + "b", runes(8), []string{"a       ", "  b"}},
		{"no limit", strings.Repeat("word ", 1000) + ".", channel.Length{}, []string{strings.Repeat("word ", 1000) + "."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := everything()
			l.Text = tt.limit
			p, err := planned(t, &planDriver{limits: l}, channel.Text(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.want, texts(p))
		})
	}
}

func TestALinkStyleIsNotCut(t *testing.T) {
	t.Parallel()
	l := everything()
	l.Text.Max = 12
	m := channel.Message{Text: "go to the shop now", Styles: []channel.Style{
		{Kind: channel.StyleLink, Start: 6, End: 14, URL: "https://shop.example"},
	}}
	p, err := planned(t, &planDriver{limits: l}, m)
	require.NoError(t, err)
	assert.Equal(t, []string{"go to ", "the shop now"}, texts(p))
	assert.Equal(t, []channel.Style{{Kind: channel.StyleLink, Start: 0, End: 8, URL: "https://shop.example"}}, p.parts[1].Message.Styles)
}

func TestAStyleThatSpansACutIsReopened(t *testing.T) {
	t.Parallel()
	l := everything()
	l.Text.Max = 4
	m := channel.Message{Text: "abc def", Styles: []channel.Style{{Kind: channel.StyleBold, Start: 1, End: 6}}}
	p, err := planned(t, &planDriver{limits: l}, m)
	require.NoError(t, err)
	require.Equal(t, []string{"abc ", "def"}, texts(p))
	assert.Equal(t, []channel.Style{{Kind: channel.StyleBold, Start: 1, End: 4}}, p.parts[0].Message.Styles)
	assert.Equal(t, []channel.Style{{Kind: channel.StyleBold, Start: 0, End: 2}}, p.parts[1].Message.Styles)
}

func TestTheDriversRulerIsAskedAFewTimesOnly(t *testing.T) {
	t.Parallel()
	d := &planDriver{limits: everything(), encode: jsonRuler(500)}
	c := planChannel(t, d, channel.Options{})
	text := strings.Repeat("Слово ", 1000)
	p, err := c.plan(t.Context(), draft{message: channel.Text(text)})
	require.NoError(t, err)
	assert.Equal(t, text, strings.Join(texts(p), ""))
	assert.Less(t, d.encoded, len(p.parts)*16)
	assert.Less(t, len(p.parts), len(text)/300)
}

func TestWhatNoSplittingHelpsIsTooLarge(t *testing.T) {
	t.Parallel()
	refusal := &channel.Error{Reason: channel.ErrTooLarge, Message: "text: at most 10 bytes of JSON"}
	tests := []struct {
		name   string
		text   string
		limit  int
		encode func(*Part) error
		want   string
	}{
		{"white space beyond two parts", "a" + strings.Repeat("\n", 20) + "b", 8, nil, "less fits in one message than one character"},
		{"white space at the end", "abc" + strings.Repeat(" ", 9), 8, nil, "less fits in one message than one character"},
		{"one character for the driver", "ab👨‍👩‍👧", 0, func(p *Part) error {
			if strings.Contains(p.Message.Text, "👨‍👩‍👧") {
				return refusal
			}
			return nil
		}, refusal.Message},
		{"every text for the driver", "abc", 0, func(*Part) error { return refusal }, refusal.Message},
		{"a rune beyond the limit", "😀", 1, nil, "less fits in one message than one character"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := everything()
			l.Text = channel.Length{Max: tt.limit, Unit: channel.UnitUTF16}
			_, err := planned(t, &planDriver{limits: l, encode: tt.encode}, channel.Text(tt.text))
			require.ErrorIs(t, err, channel.ErrTooLarge)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestAnyOtherErrorOfTheDriverEndsTheSplitting(t *testing.T) {
	t.Parallel()
	encode := func(p *Part) error {
		if len(p.Message.Text) > 50 {
			return channel.ErrTooLarge
		}
		return channel.ErrInvalid
	}
	_, err := planned(t, &planDriver{limits: everything(), encode: encode}, channel.Text(strings.Repeat("word ", 30)))
	assert.ErrorIs(t, err, channel.ErrInvalid)
}

// jsonRuler is a second ruler: bytes of JSON, of the text and its styles.
func jsonRuler(most int) func(p *Part) error {
	return func(p *Part) error {
		text, _ := json.Marshal(p.Message.Text)
		if len(text) > most {
			return channel.ErrTooLarge
		}
		return nil
	}
}

// TestAnyTextIsSplitAndRejoined splits random texts under random limits.
func TestAnyTextIsSplitAndRejoined(t *testing.T) {
	t.Parallel()
	n := uint64(10_000)
	if testing.Short() {
		n = 1_000
	}
	refused := 0
	for seed := range n {
		r := rand.New(rand.NewPCG(seed, 1))
		text := randomText(r)
		limit := channel.Length{
			Max:  20 + r.IntN(200),
			Unit: []channel.LengthUnit{channel.UnitRune, channel.UnitUTF16, channel.UnitByte, ""}[r.IntN(4)],
		}
		most := 0
		if r.IntN(2) == 0 {
			most = 100 + r.IntN(300)
		}
		if r.IntN(8) == 0 { // long parts are searched from their end
			text += randomText(r) + randomText(r) + randomText(r)
			limit.Max, most = limit.Max*8, most*8
		}
		if !requireSplit(t, text, randomStyles(r, text), limit, most, seed%50 == 0) {
			refused++
		}
	}
	assert.Less(t, refused, int(n)/20, "few are refused")
}

// requireSplit plans a text under two rulers, most being bytes of JSON or 0, and checks all that must hold. It reports
// false where it was rightly refused.
func requireSplit(t testing.TB, text string, styles []channel.Style, limit channel.Length, most int, rests bool) bool {
	t.Helper()
	d := &planDriver{limits: everything()}
	d.limits.Text = limit
	if most > 0 {
		d.encode = jsonRuler(most)
	}
	c := planChannel(t, d, channel.Options{})
	m := channel.Message{Text: text, Styles: styles}
	p, err := c.plan(t.Context(), draft{chatID: "7", message: m, seed: 42})
	if err != nil {
		require.ErrorIs(t, err, channel.ErrTooLarge)
		require.True(t, tight(text, limit, most), "refused without need: %q, %+v, %d", text, limit, most)
		return false
	}
	if rests {
		requireSound(t, c, m, p)
	}
	var joined string
	var rejoined []channel.Style
	for i, part := range p.parts {
		m := part.Message
		require.False(t, strings.TrimSpace(m.Text) == "", "part %d of %q is white space alone", i, text)
		require.LessOrEqual(t, limit.Of(m.Text), limit.Max)
		require.NoError(t, d.Encode(part))
		for _, s := range m.Styles {
			require.True(t, 0 <= s.Start && s.Start < s.End && s.End <= len(m.Text))
			s.Start, s.End = s.Start+len(joined), s.End+len(joined)
			rejoined = append(rejoined, s)
		}
		joined += m.Text
	}
	require.Equal(t, text, joined)
	require.Equal(t, normalised(styles), normalised(rejoined))
	requireCuts(t, text, p, limit, most)
	return true
}

// requireCuts checks that no cut is inside a grapheme or a URL, unless that alone is beyond the limits.
func requireCuts(t testing.TB, text string, p plan, limit channel.Length, most int) {
	t.Helper()
	cuts := make(map[int]bool)
	at := 0
	for _, part := range p.parts {
		at += len(part.Message.Text)
		cuts[at] = true
	}
	for g := uniseg.NewGraphemes(text); g.Next(); {
		from, to := g.Positions()
		for at := from + 1; at < to; at++ {
			require.False(t, cuts[at] && limit.Of(g.Str()) <= limit.Max, "cut at %d inside %q", at, g.Str())
		}
	}
	const room = 40 // white space before a link counts with it, as does a mark on its last letter
	for _, u := range urls(text, len(text)) {
		for at := u.start + 1; at < u.end; at++ {
			url := text[u.start:u.end]
			alone := limit.Of(url)+room > limit.Max || most > 0 && len(asJSON(t, url))+room > most
			require.True(t, !cuts[at] || alone, "cut at %d inside %q", at, url)
		}
	}
}

// tight reports whether a text has a character that, with the white space around it, is near what a ruler allows: only
// then may it be refused.
func tight(text string, limit channel.Length, most int) bool {
	var spaces int
	longest, widest := 0, 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		encoded, _ := json.Marshal(g.Str())
		if blank(g.Str()) {
			spaces += max(limit.Of(g.Str()), len(encoded)-2)
			widest = max(widest, spaces)
			continue
		}
		spaces = 0
		longest = max(longest, limit.Of(g.Str()), len(encoded))
	}
	need := longest + widest
	return need > limit.Max || most > 0 && need+2 > most
}

// normalised is styles in order, with those that touch and are equal merged.
func normalised(styles []channel.Style) []channel.Style {
	list := slices.Clone(styles)
	slices.SortFunc(list, func(a, b channel.Style) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.URL, b.URL), cmp.Compare(a.Language, b.Language),
			cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var merged []channel.Style
	for _, s := range list {
		if n := len(merged); n > 0 {
			last := &merged[n-1]
			if last.Kind == s.Kind && last.URL == s.URL && last.Language == s.Language && s.Start <= last.End {
				last.End = max(last.End, s.End)
				continue
			}
		}
		merged = append(merged, s)
	}
	return merged
}

var pieces = []string{
	"word", "Hello", "it.", "e.g.", "Sentence one.", "Really?", "слово", "Привіт!", "їжак", "漢字", "日本語。", "中文，",
	"한국어", "مرحبا", "السلام عليكم", "สวัสดีครับ", "ภาษาไทย", "👨‍👩‍👧‍👦", "🇺🇦", "🇵🇱🇱🇻", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "é", "n̈", "क्षि", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
	"pneumonoultramicroscopicsilicovolcanoconiosis", "https://example.com/path?query=value&other=1", "http://a.example",
	"HTTPS://EXAMPLE.ORG/ШЛЯХ", "://", "a-b-c", "\"quoted\"", "<b>&amp;", "\u200d", "\u0301", "0123456789",
}

var gaps = []string{" ", " ", " ", " ", "", "", "\n", "\n\n", "\r\n", "  ", "\t", "\u00a0", "\u2029", "\n\n\n\n", "\n   "}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(60) {
		b.WriteString(gaps[r.IntN(len(gaps))])
		b.WriteString(pieces[r.IntN(len(pieces))])
		if r.IntN(30) == 0 {
			b.WriteString(strings.Repeat("x", r.IntN(300)))
		}
	}
	b.WriteString(gaps[r.IntN(len(gaps))])
	if blank(b.String()) {
		return "x"
	}
	return b.String()
}

// randomStyles nest, or stand side by side.
func randomStyles(r *rand.Rand, text string) []channel.Style {
	kinds := []channel.StyleKind{channel.StyleBold, channel.StyleItalic, channel.StyleLink, channel.StylePre, channel.StyleSpoiler}
	var styles []channel.Style
	var nest func(from, to, depth int)
	nest = func(from, to, depth int) {
		for range r.IntN(4) {
			if to-from < 2 || depth == 0 {
				return
			}
			start := onRune(text, from+r.IntN(to-from))
			end := onRune(text, start+1+r.IntN(max(to-start, 1)))
			if start < from || end <= start || end > to {
				continue
			}
			s := channel.Style{Kind: kinds[r.IntN(len(kinds))], Start: start, End: end}
			switch s.Kind {
			case channel.StyleLink:
				s.URL = "https://example.com"
			case channel.StylePre:
				s.Language = "go"
			}
			styles = append(styles, s)
			nest(start, end, depth-1)
			from = end
		}
	}
	nest(0, len(text), 3)
	return styles
}

func onRune(text string, at int) int {
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return min(at, len(text))
}

func FuzzSplit(f *testing.F) {
	f.Add("Dear customer,\n\nyour order is on its way. Track it: https://example.com/track/1234567890\n\nThe shop", uint16(40), uint8(0), uint16(0), uint64(1))
	f.Add("Шановний клієнте! 👨‍👩‍👧‍👦 Ваше замовлення 🇺🇦 прямує до вас.\n  З повагою", uint16(21), uint8(1), uint16(90), uint64(2))
	f.Add("日本語の文章。とても長い文です。", uint16(7), uint8(2), uint16(0), uint64(3))
	f.Add("a\u0301\u0302\u0303 \u200d\u200d x", uint16(2), uint8(0), uint16(0), uint64(4))
	f.Add("http://http://a http://", uint16(9), uint8(2), uint16(12), uint64(5))
	f.Fuzz(func(t *testing.T, text string, limit uint16, unit uint8, most uint16, seed uint64) {
		if !utf8.ValidString(text) || blank(text) || limit == 0 {
			return // no text to split, or no limit
		}
		units := []channel.LengthUnit{channel.UnitRune, channel.UnitUTF16, channel.UnitByte}
		l := channel.Length{Max: int(limit), Unit: units[unit%3]}
		requireSplit(t, text, randomStyles(rand.New(rand.NewPCG(seed, 1)), text), l, int(most), true)
	})
}

func BenchmarkPlanShortText(b *testing.B) {
	benchmarkPlan(b, channel.Text("Your order 1234 is on its way."))
}

func BenchmarkPlanStyledTextWithKeyboard(b *testing.B) {
	benchmarkPlan(b, channel.Message{
		Text:     "Your order 1234 is on its way.",
		Styles:   []channel.Style{{Kind: channel.StyleBold, Start: 11, End: 15}},
		Keyboard: inline(channel.Button{Text: "Track"}, channel.Button{Text: "Cancel"}),
	})
}

func BenchmarkPlanTextOf20000Runes(b *testing.B) {
	benchmarkPlan(b, channel.Text(strings.Repeat("Замовлення прямує до вас. ", 20_000/26+1)))
}

func benchmarkPlan(b *testing.B, m channel.Message) {
	l := everything()
	l.Text = channel.Length{Max: 4096, Unit: channel.UnitUTF16}
	c := planChannel(b, &planDriver{limits: l, encode: func(*Part) error { return nil }}, channel.Options{})
	d := draft{chatID: "7", message: m, seed: 42}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.plan(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
}
