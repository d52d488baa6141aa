package jsonscan

import (
	"bytes"
	"hash/maphash"
)

const (
	maxDepth   = 100
	maxMembers = 100 // of one object: each name is compared with all before it
	maxWord    = 32  // bytes
)

// Scanner is memory to scan with, for one goroutine at a time. The zero Scanner is ready.
type Scanner struct {
	lexer
	depth int         // of the objects and arrays that it is in
	names []span      // of the members of these objects so far, the innermost's last
	words [256]string // short strings that were there lately, by their hashes
}

type span struct{ from, to int }

// Scan reads data, which is one object, into to. It keeps nothing of data but copies of short strings. False: data is not as
// expected, and what is in to is of no use.
func (s *Scanner) Scan(data []byte, to Object) bool {
	s.data, s.at, s.depth, s.names = data, 0, 0, s.names[:0]
	ok := s.object(to) && s.next() == 0 && s.at == len(data)
	s.data = nil
	return ok
}

func (s *Scanner) value(to any) bool {
	switch to := to.(type) {
	case nil:
		return s.skip()
	case *string:
		text, ok := s.text()
		*to = s.word(text)
		return ok
	case *int64:
		return s.integer(to)
	case *int:
		var n int64
		ok := s.integer(&n)
		*to = int(n)
		return ok && int64(*to) == n
	case *bool:
		*to = s.literal("true")
		return *to || s.literal("false")
	case *float64:
		return s.float(to)
	case *struct{}:
		return s.object(nil)
	case Object:
		return s.object(to)
	case Array:
		return s.array(to)
	default:
		return false
	}
}

// skip reads a value that goes nowhere.
func (s *Scanner) skip() bool {
	switch s.next() {
	case '{':
		return s.object(nil)
	case '[':
		return s.array(nil)
	case '"':
		_, ok := s.text()
		return ok
	case 't', 'f', 'n':
		return s.literal("true") || s.literal("false") || s.literal("null")
	default:
		_, ok := s.number()
		return ok
	}
}

// object reads an object; one that goes nowhere if to is nil.
func (s *Scanner) object(to Object) bool {
	if s.depth == maxDepth || !s.take('{') {
		return false
	}
	s.depth++
	first := len(s.names)
	for more := s.next() != '}'; more; more = s.take(',') {
		name, ok := s.name(first)
		if !ok || !s.take(':') {
			return false
		}
		var where any
		if to != nil {
			where = to.Member(name)
		}
		if !s.value(where) {
			return false
		}
	}
	s.depth--
	s.names = s.names[:first]
	return s.take('}')
}

// name reads the name of a member, which no other of its object may have: their names are from the first on.
func (s *Scanner) name(first int) ([]byte, bool) {
	name, escaped, ok := s.quoted()
	if !ok || escaped || len(s.names)-first == maxMembers {
		return nil, false
	}
	for _, n := range s.names[first:] {
		if bytes.Equal(s.data[n.from:n.to], name) {
			return nil, false
		}
	}
	end := s.at - 1
	s.names = append(s.names, span{end - len(name), end})
	return name, true
}

// array reads an array; one that goes nowhere if to is nil.
func (s *Scanner) array(to Array) bool {
	if s.depth == maxDepth || !s.take('[') {
		return false
	}
	s.depth++
	for more := s.next() != ']'; more; more = s.take(',') {
		var where any
		if to != nil {
			where = to.Next()
		}
		if !s.value(where) {
			return false
		}
	}
	s.depth--
	return s.take(']')
}

// word is text as a string, without an allocation if it was there lately: most strings are one of a few words, such as
// types, and who writes once writes again.
func (s *Scanner) word(text []byte) string {
	if len(text) > maxWord {
		return string(text)
	}
	last := &s.words[maphash.Bytes(seed, text)%uint64(len(s.words))]
	if *last != string(text) {
		*last = string(text)
	}
	return *last
}

var seed = maphash.MakeSeed()
