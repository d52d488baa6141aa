package jsonscan

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// lexer reads what has no parts. What of it is seldom there, escapes and fractions, it has the library judge.
type lexer struct {
	data     []byte
	at       int    // the first byte of data that is not yet read
	unquoted []byte // the last string that had escapes
}

// set is some bytes.
type set [256]bool

func setOf(members string) *set {
	var s set
	for i := range len(members) {
		s[members[i]] = true
	}
	return &s
}

var (
	controls = "\x00\x01\x02\x03\x04\x05\x06\x07\b\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
	special  = setOf(controls + `"\`) // not themselves in a string
	digits   = setOf("0123456789")
	numerals = setOf("0123456789+-.eE")
)

// next skips white space and tells the byte after it; 0: there is none, or one that begins nothing.
func (l *lexer) next() byte {
	for ; l.at < len(l.data); l.at++ {
		switch c := l.data[l.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take reads c, if it is next.
func (l *lexer) take(c byte) bool {
	if l.next() != c {
		return false
	}
	l.at++
	return true
}

// run reads bytes as long as they are of a set.
func (l *lexer) run(of *set) {
	for l.at < len(l.data) && of[l.data[l.at]] {
		l.at++
	}
}

func (l *lexer) literal(name string) bool {
	if l.next() != name[0] || !bytes.HasPrefix(l.data[l.at:], []byte(name)) {
		return false
	}
	l.at += len(name)
	return true
}

// text reads a string, which is good until the next one is read.
func (l *lexer) text() ([]byte, bool) {
	text, escaped, ok := l.quoted()
	if !escaped || !ok {
		return text, ok
	}
	var err error
	l.unquoted, err = jsontext.AppendUnquote(l.unquoted[:0], l.data[l.at-len(text)-2:l.at])
	return l.unquoted, err == nil
}

// quoted reads a string as it is written. If it has escapes nobody has looked yet whether it is valid.
func (l *lexer) quoted() (text []byte, escaped, ok bool) {
	if !l.take('"') {
		return nil, false, false
	}
	rest := l.data[l.at:]
	var all byte // has the bits that any byte has
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		all |= c
		if !special[c] {
			continue
		}
		switch c {
		case '"':
			l.at += i + 1
			text = rest[:i]
			return text, escaped, escaped || all < utf8.RuneSelf || utf8.Valid(text)
		case '\\':
			escaped = true
			i++ // a quote there is not the end
		default:
			return nil, false, false
		}
	}
	return nil, false, false
}

// integer reads a whole number. Atoi is twice as quick with such as are common as ParseInt; where an int has 32 bits, those
// that have more are for the library.
func (l *lexer) integer(to *int64) bool {
	text, ok := l.number()
	n, err := strconv.Atoi(string(text))
	*to = int64(n)
	return ok && err == nil
}

func (l *lexer) float(to *float64) bool {
	text, ok := l.number()
	n, err := strconv.ParseFloat(string(text), 64)
	*to = n
	return ok && err == nil
}

// number reads a number as it is written.
func (l *lexer) number() ([]byte, bool) {
	l.next()
	from := l.at
	l.take('-')
	whole := l.at
	l.run(digits)
	end := l.at
	l.run(numerals)
	text := l.data[from:l.at]
	if l.at == end && end > whole && (l.data[whole] != '0' || end == whole+1) {
		return text, true
	}
	return text, jsontext.Value(text).IsValid()
}
