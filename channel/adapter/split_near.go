package adapter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// manyBytes is how much text makes it worth to look near the end of what fits first: to find the graphemes of a text is
// slow.
const manyBytes = 512

// nearby finds a place to cut near most without a look at all that is before; 0: there is none, or not enough text.
func (s *splitter) nearby(text string, most int, labels []span) int {
	if most < manyBytes {
		return 0
	}
	if n := lastLine(text, most); n > 0 {
		if in, _ := inside(labels, n); !in {
			return n
		}
		return 0
	}
	for _, w := range [...]struct {
		from  int
		least place
	}{{most - most/8, placeSentence}, {most / 2, placeWord}} {
		from := restart(text, w.from)
		if from == 0 {
			return 0
		}
		s.scan(text, from, most, labels)
		best := s.best(most)
		if n, p := preferred(&best, most); p >= w.least {
			return n
		}
	}
	return 0
}

// lastLine is where the last paragraph that fits and fills enough ends, else the last line; 0: neither does.
func lastLine(text string, most int) int {
	line := 0
	least := (most*fills[placeLine] + 99) / 100
	for end := most; ; {
		i := strings.LastIndexByte(text[least:end], '\n')
		if i < 0 {
			return line
		}
		end = least + i
		n := len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
		if n > most || n == len(text) || blank(text[:n]) || !startsGrapheme(text, n) {
			continue
		}
		if newlines(text[:n]) > 1 {
			return n
		}
		line = max(line, n)
	}
}

// startsGrapheme reports whether at, after white space, is not inside a grapheme: a mark on a space, say.
func startsGrapheme(text string, at int) bool {
	_, size := utf8.DecodeLastRuneInString(text[:at])
	grapheme, _, _, _ := uniseg.FirstGraphemeClusterInString(text[at-size:], -1)
	return len(grapheme) == size
}

// restart is a place at most so far in at which a grapheme and a word surely begin; 0: none is near.
func restart(text string, at int) int {
	for floor := max(at-manyBytes/2, 1); at >= floor; at-- {
		before, next := text[at-1], text[at]
		if before == ' ' && ('a' <= next|0x20 && next|0x20 <= 'z') {
			return at
		}
		if !utf8.RuneStart(next) || next < utf8.RuneSelf {
			continue
		}
		r, _ := utf8.DecodeRuneInString(text[at:])
		last, _ := utf8.DecodeLastRuneInString(text[:at])
		if before == ' ' && unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew) && unicode.IsLetter(r) ||
			unicode.Is(unicode.Han, r) && unicode.Is(unicode.Han, last) {
			return at
		}
	}
	return 0
}

func followedBySpace(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return unicode.IsSpace(r)
}
