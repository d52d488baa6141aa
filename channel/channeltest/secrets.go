package channeltest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-go/parley/channel"
)

// spellings is a secret as it could be found in a text: as it is, escaped, in hex, and in base64 at any place within
// what was encoded.
func spellings(secret string) []string {
	quoted := strconv.Quote(secret)
	encoded := hex.EncodeToString([]byte(secret))
	all := []string{
		secret, quoted[1 : len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret), encoded, strings.ToUpper(encoded),
	}
	for before := range 3 {
		padded := append(make([]byte, before), secret...)
		// Characters that hold bits of what stands around the secret are not its own.
		from, to := (before*8+5)/6, len(padded)*8/6
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			all = append(all, e.EncodeToString(padded)[from:to])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// search fails the check when a secret can be seen anywhere.
func (s *scene) search() {
	s.Helper()
	places := s.places()
	for _, secret := range s.Secrets {
		if len(secret) < 8 {
			s.Errorf("a secret of %d bytes cannot be told from other text", len(secret))
			continue
		}
		for _, spelling := range spellings(secret) {
			for place, text := range places {
				if strings.Contains(text, spelling) {
					s.Errorf("a secret is seen in %s, spelled %q", place, spelling)
				}
			}
		}
	}
}

func (s *scene) places() map[string]string {
	events := slices.Concat(s.in.all(), s.dead.all(), s.learnt.all())
	b, err := json.Marshal(events)
	if err != nil {
		s.Errorf("the events are no JSON: %v", err)
	}
	s.store.mu.Lock()
	stored := strings.Join(s.store.given, "\n")
	s.store.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	var printed []string
	for _, err := range s.errors {
		printed = append(printed, printError(err)...)
	}
	return map[string]string{
		"events": string(b) + fmt.Sprintf("%+v", events), "the store": stored, "the log": s.log.String(),
		"errors": strings.Join(printed, "\n"), "answers and results": strings.Join(s.said, "\n"),
	}
}

// printError is err, and all that is inside it, in every way that it could be printed.
func printError(err error) []string {
	printed := []string{fmt.Sprintf("%v\n%+v\n%#v\n%q\n%s", err, err, err, err, err)}
	var native *channel.Error
	if errors.As(err, &native) {
		if b, err := json.Marshal(native); err == nil {
			printed = append(printed, string(b))
		}
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		if inner := u.Unwrap(); inner != nil {
			printed = append(printed, printError(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range u.Unwrap() {
			printed = append(printed, printError(inner)...)
		}
	}
	return printed
}
