package channel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	jsonx "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

type encoder struct {
	name      string
	marshal   func(v any) ([]byte, error)
	unmarshal func(b []byte, v any) error
}

var encoders = []encoder{
	{"encoding/json", json.Marshal, json.Unmarshal},
	{
		"go-json-experiment",
		func(v any) ([]byte, error) { return jsonx.Marshal(v) },
		func(b []byte, v any) error { return jsonx.Unmarshal(b, v) },
	},
}

// eachRoundTrip calls f for every pair of a writer and a reader.
func eachRoundTrip(t *testing.T, f func(t *testing.T, w, r encoder)) {
	t.Helper()
	for _, w := range encoders {
		for _, r := range encoders {
			t.Run(fmt.Sprintf("written by %s, read by %s", w.name, r.name), func(t *testing.T) {
				t.Parallel()
				f(t, w, r)
			})
		}
	}
}

// roundTrip asserts that what v points to comes back as it was.
func roundTrip(t *testing.T, w, r encoder, v reflect.Value) {
	t.Helper()
	b, err := w.marshal(v.Interface())
	require.NoError(t, err, "%#v", v.Elem())
	require.True(t, utf8.Valid(b))
	got := reflect.New(v.Type().Elem())
	require.NoError(t, r.unmarshal(b, got.Interface()), "%s", b)
	canonical(t, v.Elem())
	canonical(t, got.Elem())
	require.Equal(t, v.Interface(), got.Interface(), "%s", b)
}

// canonical takes the spacing and the escapes out of every RawMessage in v: an encoder may change them.
func canonical(t *testing.T, v reflect.Value) {
	if raw, ok := v.Interface().(json.RawMessage); ok {
		if raw != nil {
			v.Set(reflect.ValueOf(canonicalJSON(t, raw)))
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			canonical(t, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			canonical(t, v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			elem := reflect.New(v.Type().Elem()).Elem()
			elem.Set(v.MapIndex(k))
			canonical(t, elem)
			v.SetMapIndex(k, elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[time.Time]() {
				canonical(t, v.Field(i))
			}
		}
	}
}

func canonicalJSON(t *testing.T, raw json.RawMessage) json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // a number keeps its digits
	var v any
	require.NoError(t, d.Decode(&v), "%s", raw)
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

func TestDataComesBackFromJSONAsItWas(t *testing.T) {
	t.Parallel()
	eachRoundTrip(t, func(t *testing.T, w, r encoder) {
		for _, typ := range dataTypes {
			for seed := range uint64(30) {
				v := reflect.New(typ)
				newFiller(seed).fill(v.Elem())
				roundTrip(t, w, r, v)
			}
		}
	})
}

func TestZeroDataComesBackFromJSONAsItWas(t *testing.T) {
	t.Parallel()
	eachRoundTrip(t, func(t *testing.T, w, r encoder) {
		for _, typ := range dataTypes {
			v := reflect.New(typ)
			roundTrip(t, w, r, v)
			b, err := w.marshal(v.Interface())
			require.NoError(t, err)
			assert.Contains(t, []string{"{}", `""`}, string(b), typ.Name())
		}
	})
}

func TestEachFieldOfDataAloneComesBackFromJSONAsItWas(t *testing.T) {
	t.Parallel()
	eachRoundTrip(t, func(t *testing.T, w, r encoder) {
		for _, typ := range dataTypes {
			if typ == reflect.TypeFor[channel.Account]() || typ == reflect.TypeFor[channel.Address]() {
				continue // half an account is not one
			}
			for i := range typ.NumField() {
				if typ.Field(i).Tag.Get("json") == "-" {
					continue
				}
				v := reflect.New(typ)
				newFiller(uint64(i)).fill(v.Elem().Field(i))
				roundTrip(t, w, r, v)
				v = reflect.New(typ)
				if fillEmpty(v.Elem().Field(i)) {
					roundTrip(t, w, r, v)
				}
			}
		}
	})
}

func TestANilSliceInsideASliceComesBackWithoutElements(t *testing.T) {
	t.Parallel()
	eachRoundTrip(t, func(t *testing.T, w, r encoder) {
		b, err := w.marshal(channel.Keyboard{Rows: [][]channel.Button{nil, {}, {{Text: "a"}}}})
		require.NoError(t, err)
		var k channel.Keyboard
		require.NoError(t, r.unmarshal(b, &k))
		require.Len(t, k.Rows, 3)
		assert.Empty(t, k.Rows[0])
		assert.Empty(t, k.Rows[1])
		assert.Equal(t, []channel.Button{{Text: "a"}}, k.Rows[2])
	})
}

func TestWhatIsNotDataStaysOutOfJSON(t *testing.T) {
	t.Parallel()
	for _, e := range encoders {
		b, err := e.marshal(channel.Error{Reason: channel.ErrGone, Err: fmt.Errorf("dial: canary")})
		require.NoError(t, err)
		assert.Equal(t, `{"reason":"gone"}`, string(b), e.name)
	}
}

func TestAnEventReadsWellInJSON(t *testing.T) {
	t.Parallel()
	e := channel.Event{
		ID: "77", Kind: channel.EventMessage, Account: channel.Account{Platform: "telegram", ID: "123:456"},
		Time:    time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Chat:    channel.Chat{ID: "5", Kind: channel.ChatPrivate},
		Message: &channel.Message{ID: "9", Text: "hi", Styles: []channel.Style{{Kind: channel.StyleBold, End: 2}}},
		Raw:     json.RawMessage(`{"update_id":77}`),
	}
	want := strings.Join([]string{
		`{"id":"77","kind":"message","account":"telegram:123%3A456","time":"2026-03-01T12:00:00Z"`,
		`"chat":{"id":"5","kind":"private"}`,
		`"message":{"id":"9","text":"hi","styles":[{"kind":"bold","end":2}]}`,
		`"raw":{"update_id":77}}`,
	}, ",")
	for _, enc := range encoders {
		b, err := enc.marshal(e)
		require.NoError(t, err)
		assert.Equal(t, want, string(b), enc.name)
	}
}
