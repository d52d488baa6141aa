package channel

import (
	"fmt"
	"log/slog"
)

// Secret is a token or a key. However it is printed, logged or marshalled, it shows nothing; [Secret.Reveal] is the one
// way to read it. It unmarshals from JSON as a string, so that a Config can be loaded.
//
// There are three ways around its methods, all of them mistakes. The fmt package cannot call methods on unexported
// fields: keep a Secret in an exported field, or behind a pointer. It asks no method for %p, and for %w of what is no
// error, either. And encoding/json writes a key of a map as it is.
type Secret string

const hidden = "[secret]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String shows that there is a secret, and nothing of it.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is String, for the verb %#v.
func (s Secret) GoString() string { return fmt.Sprintf("channel.Secret(%q)", s.String()) }

// Format is String for every verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		fmt.Fprint(f, s.GoString())
		return
	}
	fmt.Fprint(f, s.String())
}

// MarshalText is String, for every encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the secret itself.
func (s *Secret) UnmarshalText(b []byte) error { *s = Secret(b); return nil }

// LogValue is String, for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
