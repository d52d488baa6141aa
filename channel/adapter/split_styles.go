package adapter

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

// span is text[start:end].
type span struct{ start, end int }

// clip is the styles of text[from:to], counted from there.
func clip(styles []channel.Style, from, to int) []channel.Style {
	var clipped []channel.Style
	for _, s := range styles {
		s.Start, s.End = max(s.Start, from)-from, min(s.End, to)-from
		if s.Start < s.End {
			clipped = append(clipped, s)
		}
	}
	return clipped
}

// labels is where the texts of link styles are, in order and apart from one another. The styles count from a place at
// bytes before the text.
func labels(styles []channel.Style, at int) []span {
	var spans []span
	for _, s := range styles {
		if s.Kind == channel.StyleLink && s.End > at {
			spans = append(spans, span{max(s.Start-at, 0), s.End - at})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	merged := spans[:0]
	for _, s := range spans {
		if n := len(merged); n > 0 && s.start < merged[n-1].end {
			merged[n-1].end = max(merged[n-1].end, s.end)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// inside reports whether at is within one of spans, and returns those that do not end before. They are in order.
func inside(spans []span, at int) (bool, []span) {
	for len(spans) > 0 && spans[0].end <= at {
		spans = spans[1:]
	}
	return len(spans) > 0 && spans[0].start < at, spans
}

// urls is where http and https URLs begin in the first most bytes of a text, in order and apart from one another.
func urls(text string, most int) []span {
	var spans []span
	for from := 0; ; {
		i := strings.Index(text[from:], "://")
		if i < 0 || from+i > most+len("https") {
			return spans
		}
		i += from
		from = i + len("://")
		for _, scheme := range []string{"https", "http"} {
			start := i - len(scheme)
			if start < 0 || !strings.EqualFold(text[start:i], scheme) {
				continue
			}
			if n := len(spans); n > 0 && start < spans[n-1].end {
				break // within the URL before
			}
			end := len(text)
			if n := strings.IndexFunc(text[i:], endsURL); n >= 0 {
				end = i + n
			}
			spans, from = append(spans, span{start, end}), max(from, end)
			break
		}
	}
}

// endsURL reports whether r is no character of a URL. Letters of any script are: people paste such URLs.
func endsURL(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7F || strings.ContainsRune(`<>"`, r)
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N)
}
