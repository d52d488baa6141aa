package adapter

// A text is cut at the end of a paragraph, line, sentence or word, whichever of these comes first in this order and
// leaves no tiny part; else between graphemes outside a link, else within a link. White space stays with the earlier
// part, and no part is white space alone. Two rulers say how much fits: Limits, which is measured here, and the driver,
// which is asked. A cut depends on nothing but the text that is left, so that the same rest is always cut the same.

import (
	"cmp"
	"errors"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/parley-go/parley/channel"
)

// place says how good a boundary is to cut at.
type place uint8

const (
	placeNone     place = iota // white space follows, or there is nothing but that before
	placeURL                   // within a URL
	placeLabel                 // within the text of a link
	placeGrapheme              // between graphemes
	placeWord
	placeSentence
	placeLine
	placeParagraph
)

// fills is the least part of what fits, in percent, that a cut at a place must fill.
var fills = [...]int{placeWord: 25, placeSentence: 50, placeLine: 50, placeParagraph: 50}

// boundary is a boundary of graphemes.
type boundary struct {
	at    int
	place place
}

// splitter cuts texts. It keeps its memory between cuts, and what the driver said of the text that is cut.
type splitter struct {
	boundaries []boundary
	refusal    error
}

// split returns a part with the beginning of text, and its length; it leaves something of the text. encode answers
// channel.ErrTooLarge when so many bytes do not fit.
func (s *splitter) split(text string, labels []span, limit channel.Length, encode func(n int) (*Part, error)) (*Part, int, error) {
	most := min(len(text)-1, prefix(limit, text))
	n := s.nearby(text, most, labels)
	if n > 0 {
		part, err := encode(n)
		if !errors.Is(err, channel.ErrTooLarge) {
			return part, n, err
		}
		s.refusal = err
	}
	s.scan(text, 0, most, labels)
	first := s.substantial(text)
	if first == len(s.boundaries) {
		return s.within(text, most, limit, encode)
	}
	fits := s.boundaries[len(s.boundaries)-1].at
	for {
		if n > 0 { // which did not fit
			var err error
			if fits, err = s.search(first, n, encode); err != nil || fits == 0 {
				return nil, 0, cmp.Or(err, s.refusal)
			}
		}
		if n = s.choose(text, fits); n == 0 {
			return nil, 0, s.tooLarge()
		}
		part, err := encode(n)
		if !errors.Is(err, channel.ErrTooLarge) {
			return part, n, err
		}
		s.refusal = err
	}
}

// search returns the largest boundary below n that the driver takes; 0: it takes none.
func (s *splitter) search(first, n int, encode func(n int) (*Part, error)) (int, error) {
	var failed error
	candidates := s.boundaries[first:]
	candidates = candidates[:sort.Search(len(candidates), func(i int) bool { return candidates[i].at >= n })]
	fitting := sort.Search(len(candidates), func(i int) bool {
		if failed != nil {
			return true
		}
		_, err := encode(candidates[i].at)
		if err != nil && !errors.Is(err, channel.ErrTooLarge) {
			failed = err
		}
		return err != nil
	})
	if failed != nil || fitting == 0 {
		return 0, failed
	}
	return candidates[fitting-1].at, nil
}

// within cuts inside the first grapheme that is no white space, if that alone is beyond the limit.
func (s *splitter) within(text string, most int, limit channel.Length, encode func(n int) (*Part, error)) (*Part, int, error) {
	lead := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	grapheme, _, _, _ := uniseg.FirstGraphemeClusterInString(text[lead:], -1)
	if most <= lead || lead+len(grapheme) <= most || within(limit, grapheme) {
		return nil, 0, s.tooLarge()
	}
	part, err := encode(most)
	return part, most, err
}

// tooLarge is what the driver said of the text, if it was asked.
func (s *splitter) tooLarge() error {
	if s.refusal != nil {
		return s.refusal
	}
	return refuse(channel.ErrTooLarge, "Text: less fits in one message than one character with the white space beside it")
}

// substantial is the index of the first boundary with more than white space before it.
func (s *splitter) substantial(text string) int {
	lead := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	return sort.Search(len(s.boundaries), func(i int) bool { return s.boundaries[i].at > lead })
}

// choose returns where to cut when most bytes fit; 0: nowhere.
func (s *splitter) choose(text string, most int) int {
	best := s.best(most)
	if n, _ := preferred(&best, most); n > 0 {
		return n
	}
	// A better place with less before it is still a boundary of graphemes outside a link.
	outside := max(best[placeGrapheme], best[placeWord], best[placeSentence], best[placeLine], best[placeParagraph])
	if n := cmp.Or(outside, best[placeLabel], best[placeURL]); n > 0 {
		return n
	}
	last := best[placeNone]
	if blank(text[:last]) || blank(text[last:]) {
		return 0
	}
	return last // the white space that follows is more than fits: as much of it as does
}

// best is the last boundary of each place within most bytes.
func (s *splitter) best(most int) [placeParagraph + 1]int {
	var best [placeParagraph + 1]int
	for _, b := range s.boundaries {
		if b.at > most {
			break
		}
		best[b.place] = b.at
	}
	return best
}

// preferred is the best boundary of words or more that fills enough of most; 0: none does.
func preferred(best *[placeParagraph + 1]int, most int) (int, place) {
	for p := placeParagraph; p >= placeWord; p-- {
		if best[p] > 0 && best[p]*100 >= most*fills[p] {
			return best[p], p
		}
	}
	return 0, placeNone
}

// scan notes the boundaries of graphemes after from, which is one, up to most, and how good they are to cut at.
func (s *splitter) scan(text string, from, most int, labels []span) {
	s.boundaries = s.boundaries[:0]
	urls := urls(text, most)
	state, at, lead := -1, from, blank(text[:from])
	for rest := text[from:]; rest != ""; {
		var grapheme string
		var breaks int
		grapheme, rest, breaks, state = uniseg.StepString(rest, state)
		at += len(grapheme)
		if at > most {
			return
		}
		lead = lead && blank(grapheme)
		var inURL, inLabel bool
		inURL, urls = inside(urls, at)
		inLabel, labels = inside(labels, at)
		p := rank(text, at, breaks)
		switch {
		case lead || followedBySpace(text, at):
			p = placeNone
		case inURL:
			p = placeURL
		case inLabel:
			p = placeLabel
		}
		s.boundaries = append(s.boundaries, boundary{at, p})
	}
}

// rank says what ends at a boundary that uniseg found.
func rank(text string, at, breaks int) place {
	switch {
	case breaks&uniseg.MaskLine == uniseg.LineDontBreak:
		return placeGrapheme
	case breaks&uniseg.MaskLine == uniseg.LineMustBreak:
		if newlines(text[:at]) > 1 {
			return placeParagraph
		}
		return placeLine
	}
	// White space after a line break, an indent, belongs to the earlier part too.
	if n := newlines(text[:at]); n > 1 {
		return placeParagraph
	} else if n == 1 {
		return placeLine
	}
	if breaks&uniseg.MaskSentence != 0 {
		return placeSentence
	}
	return placeWord
}

// newlines counts the line breaks, up to two, in the white space that s ends with.
func newlines(s string) int {
	n := 0
	for s != "" && n < 2 {
		r, size := utf8.DecodeLastRuneInString(s)
		if !unicode.IsSpace(r) {
			break
		}
		s = s[:len(s)-size]
		switch r {
		case '\u2029':
			return 2
		case '\n', '\v', '\f', '\u0085', '\u2028':
			n++
			s = strings.TrimSuffix(s, "\r")
		case '\r':
			n++
		}
	}
	return n
}
