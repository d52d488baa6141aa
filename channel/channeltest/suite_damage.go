package channeltest

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxDamages bounds, roughly, how many bodies are made of one payload.
const maxDamages = 1000

// damages are what each value of a body is replaced by, one at a time.
var damages = []any{nil, true, json.Number("-7"), json.Number("1e400"), "", "\x00", []any{}, map[string]any{}}

// checkDamaged replaces each value of the body by values of other types. Whatever comes of it, it is understood or
// refused: what asks for the body again would get it for ever.
func checkDamaged(s *scene, p Payload) {
	s.ends = time.Minute // hundreds of stores would sweep for longer
	dec := json.NewDecoder(bytes.NewReader(p.Body))
	dec.UseNumber()
	var v any
	require.NoError(s, dec.Decode(&v))
	all, n := 0, 0
	replaceEach(&v, func() { all++ })
	stride := all/maxDamages | 1 // odd, so that of a large payload every kind of damage has its turn
	replaceEach(&v, func() {
		if n++; n%stride != 0 {
			return
		}
		for _, damaged := range s.spellingsOf(v) {
			s.deliverDamaged(damaged)
		}
	})
}

// spellingsOf is v as JSON, and with a lone surrogate in place of each zero byte in it.
func (s *scene) spellingsOf(v any) [][]byte {
	body, err := json.Marshal(v)
	require.NoError(s, err)
	if zero := []byte(`\u0000`); bytes.Contains(body, zero) {
		return [][]byte{body, bytes.ReplaceAll(body, zero, []byte(`\ud83d`)), bytes.ReplaceAll(body, zero, []byte("\xc3"))}
	}
	return [][]byte{body}
}

func (s *scene) deliverDamaged(body []byte) {
	synctest.Wait()
	s.in.forget()
	s.store.renew()
	a := s.deliver(s.Request(body))
	assert.True(s, refused(a) || acknowledged(a), "status %d to %s", a.Status, body)
	for _, e := range s.in.all() {
		assert.NotEmpty(s, e.ID, "%s", body)
		assert.NotEmpty(s, e.Kind, "%s", body)
		assertPlain(s, e, body)
	}
}

// replaceEach has *v hold each of the damages in turn, and so each value inside of it, and calls f every time.
func replaceEach(v *any, f func()) {
	whole := *v
	for _, damage := range damages {
		*v = damage
		f()
	}
	*v = whole
	switch inner := whole.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(inner)) {
			member := inner[name]
			replaceEach(&member, func() {
				inner[name] = member
				f()
			})
			inner[name] = member
		}
	case []any:
		for i := range inner {
			replaceEach(&inner[i], f)
		}
	}
}

// assertPlain checks that an event crosses any queue: valid text everywhere, and Raw as the strictest reader wants it.
func assertPlain(s *scene, e channel.Event, body []byte) {
	s.Helper()
	if e.Raw != nil {
		assert.True(s, jsontext.Value(e.Raw).IsValid(), "Raw has a name twice, or is no JSON: %s", e.Raw)
	}
	e.Raw = nil
	assert.True(s, validText(reflect.ValueOf(e)), "a text of the event is not UTF-8: %s", body)
}

func validText(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String())
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || validText(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if !validText(v.Index(i)) {
				return false
			}
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if !validText(field) {
				return false
			}
		}
	}
	return true
}
