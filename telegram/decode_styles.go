package telegram

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

type entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"` // UTF-16 code units, as Length
	Length   int    `json:"length"`
	URL      string `json:"url"`
	Language string `json:"language"`
	User     struct {
		ID int64 `json:"id"`
	} `json:"user"`
}

var styleKinds = map[string]channel.StyleKind{
	"bold":                  channel.StyleBold,
	"italic":                channel.StyleItalic,
	"underline":             channel.StyleUnderline,
	"strikethrough":         channel.StyleStrike,
	"spoiler":               channel.StyleSpoiler,
	"blockquote":            channel.StyleQuote,
	"expandable_blockquote": channel.StyleQuote,
	"code":                  channel.StyleCode,
	"pre":                   channel.StylePre,
	"text_link":             channel.StyleLink,
	"text_mention":          channel.StyleLink,
}

// maxLooks is far above what Telegram lets a message have; it bounds what styles that cross are cut into.
const maxLooks = 4 * maxStyles

// styles are the entities that are looks; the rest, such as hashtags, can be read off the text. What is not within the
// text is left out.
func styles(text string, entities []entity) []channel.Style {
	var out []channel.Style
	var offsets []int
	for i := range entities {
		e := &entities[i]
		kind, ok := styleKinds[e.Type]
		if !ok || len(out) == maxLooks {
			continue
		}
		if offsets == nil {
			offsets = byteOffsets(text)
		}
		last := len(offsets) - 1
		if e.Offset < 0 || e.Offset > last || e.Length <= 0 || e.Length > last-e.Offset {
			continue
		}
		s := channel.Style{Kind: kind, Start: offsets[e.Offset], End: offsets[e.Offset+e.Length], URL: e.URL, Language: e.Language}
		if e.Type == "text_mention" {
			s.URL = mentionURL + id(e.User.ID)
		}
		if s.Start < s.End {
			out = append(out, s)
		}
	}
	return nest(out)
}

// byteOffsets has the byte offset of each UTF-16 unit of text, and of its end. Both units of a pair have that of their
// rune, so that an offset between them is on a boundary too.
func byteOffsets(text string) []int {
	offsets := make([]int, 0, len(text)+1)
	for i, r := range text {
		offsets = append(offsets, i)
		if r > 0xFFFF && utf8.ValidRune(r) {
			offsets = append(offsets, i)
		}
	}
	return append(offsets, len(text))
}

// nest sorts styles, outer ones first, and cuts those that cross: the one that begins later where the other ends.
func nest(styles []channel.Style) []channel.Style {
	if len(styles) < 2 {
		return styles
	}
	slices.SortStableFunc(styles, outerFirst)
	var open []int // the ends of the styles around the present one, the innermost last
	for i := 0; i < len(styles); i++ {
		s := &styles[i]
		for len(open) > 0 && open[len(open)-1] <= s.Start {
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 && s.End > open[n-1] {
			rest := *s
			s.End, rest.Start = open[n-1], open[n-1]
			at, _ := slices.BinarySearchFunc(styles[i+1:], rest, outerFirst)
			open = append(open, s.End)
			styles = slices.Insert(styles, i+1+at, rest)
			continue
		}
		open = append(open, s.End)
	}
	return styles
}

func outerFirst(a, b channel.Style) int {
	return cmp.Or(a.Start-b.Start, b.End-a.End)
}
