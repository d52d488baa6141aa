package adapter

import (
	"strings"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// within reports whether s is within a limit.
func within(l channel.Length, s string) bool {
	return l.Max == 0 || len(s) <= l.Max || prefix(l, s) == len(s)
}

// prefix is the length in bytes of the longest beginning of s within a limit; a limit of 0 is none.
func prefix(l channel.Length, s string) int {
	if l.Max == 0 || len(s) <= l.Max {
		return len(s)
	}
	n := 0
	for i, r := range s {
		switch l.Unit {
		case channel.UnitByte:
			n += utf8.RuneLen(r)
		case channel.UnitUTF16:
			n += 1 + b2i(r > 0xFFFF)
		default:
			n++
		}
		if n > l.Max {
			return i
		}
	}
	return len(s)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
