package telegram

import (
	"cmp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

type entity struct {
	Type     string    `json:"type"`
	Offset   int       `json:"offset"` // UTF-16 code units, as Length
	Length   int       `json:"length"`
	URL      string    `json:"url"`
	Language string    `json:"language"`
	User     mentioned `json:"user"`
}

// mentioned is a person whom a text names.
type mentioned struct {
	ID int64 `json:"id"`
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

// maxLooks is far above what Telegram lets a message have; it bounds the work that others could make.
const maxLooks = 4 * maxStyles

// styles are the entities that are looks; the rest, such as hashtags, can be read off the text. What is not within the
// text is left out.
func styles(text string, entities []entity) []channel.Style {
	var out []channel.Style
	from := cursor{text: text}
	for i := range entities {
		e := &entities[i]
		kind, ok := styleKinds[e.Type]
		if !ok || len(out) == maxLooks || e.Length <= 0 || e.Length > len(text) || !from.seek(e.Offset) {
			continue
		}
		to := from
		if !to.seek(e.Offset+e.Length) || from.at == to.at {
			continue
		}
		s := channel.Style{Kind: kind, Start: from.at, End: to.at, URL: e.URL, Language: e.Language}
		if e.Type == "text_mention" && e.User.ID != 0 {
			s.URL = mentionURL + id(e.User.ID)
		}
		if s.Kind == channel.StyleLink && s.URL == "" {
			continue
		}
		out = append(out, s)
	}
	return nest(out)
}

// cursor is a place in a text. Telegram sorts entities, so it mostly goes forward.
type cursor struct {
	text string
	at   int // bytes before it
	unit int // and UTF-16 units
}

// seek goes to before a UTF-16 unit, or to the end of the text, and reports whether there is such a place. Between the two
// units of a pair is before its rune.
func (c *cursor) seek(unit int) bool {
	if unit < 0 {
		return false
	}
	if unit < c.unit {
		c.at, c.unit = 0, 0
	}
	for c.unit < unit && c.at < len(c.text) {
		r, size := utf8.DecodeRuneInString(c.text[c.at:])
		units := utf16.RuneLen(r)
		if c.unit+units > unit {
			return true
		}
		c.at += size
		c.unit += units
	}
	return c.unit == unit
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
