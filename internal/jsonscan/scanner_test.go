package jsonscan

import (
	stdjson "encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample has a field of each type that there is.
type sample struct {
	Text    string         `json:"text"`
	Big     int64          `json:"big"`
	Int     int            `json:"int"`
	Float   float64        `json:"float"`
	Yes     bool           `json:"yes"`
	Maybe   *bool          `json:"maybe"`
	There   *struct{}      `json:"there"`
	Inner   inner          `json:"inner"`
	Pointer *sample        `json:"pointer"`
	Numbers []int64        `json:"numbers"`
	Items   []inner        `json:"items"`
	Rows    []List[string] `json:"rows"`
}

func (s *sample) Member(name []byte) any {
	switch string(name) {
	case "text":
		return &s.Text
	case "big":
		return &s.Big
	case "int":
		return &s.Int
	case "float":
		return &s.Float
	case "yes":
		return &s.Yes
	case "maybe":
		return Made(&s.Maybe)
	case "there":
		return Made(&s.There)
	case "inner":
		return &s.Inner
	case "pointer":
		return Made(&s.Pointer)
	case "numbers":
		return ListOf(&s.Numbers)
	case "items":
		return ListOf(&s.Items)
	case "rows":
		return ListOf(&s.Rows)
	}
	return nil
}

type inner struct {
	ID int64 `json:"id"`
}

func (i *inner) Member(name []byte) any {
	if string(name) == "id" {
		return &i.ID
	}
	return nil
}

// expected are read as the library does.
var expected = []string{
	`{}`, " \t\r\n{ \"text\" : \"a\" , \"int\" : 1 } \n", `{"text":"x","Text":"y","other":"z"}`,
	`{"text":"п👋\u043f\ud83d\udc4b\"\\\/\b\f\n\r\t"}`, `{"text":"` + strings.Repeat("long ", 100) + `"}`, `{"text":"\\"}`, `{"text":"\u0000"}`,
	`{"big":9223372036854775807,"int":-9007199254740993}`, `{"big":-9223372036854775808,"int":0}`, `{"big":-0}`,
	`{"float":1.5e-7}`, `{"float":-0.25}`, `{"float":1E+3}`, `{"float":12345678901234567890}`,
	`{"yes":true,"maybe":false}`, `{"yes":false,"maybe":true}`, `{"there":{}}`, `{"there":{"a":[{"b":null}]}}`,
	`{"inner":{"id":7,"x":1},"pointer":{"pointer":{"text":"deep"},"inner":{}}}`,
	`{"numbers":[],"items":[],"rows":[]}`, `{"numbers":[ 1 , -2,3 ],"items":[{"id":1},{},{"id":3}],"rows":[["a","b"],[],["c"]]}`,
	`{"x":null,"y":[],"z":{},"a":[1,"b",[true,false,null],{"c":1,"d":{"c":2}}],"b":-1.5E+10,"c":"\u0041"}`,
	`{"x":{"text":5},"text":"of this"}`, `{"":1,"a":2}`,
}

func TestWhatIsExpectedIsReadAsTheLibraryDoes(t *testing.T) {
	t.Parallel()
	var s Scanner
	for _, native := range expected {
		var got, want sample
		require.NoError(t, json.Unmarshal([]byte(native), &want), native)
		if assert.True(t, s.Scan([]byte(native), &got), native) {
			assert.Equal(t, asJSON(t, &want), asJSON(t, &got))
		}
	}
}

// unexpected are refused: those that are not JSON, not of the types asked for, or for the library to judge.
var unexpected = []string{
	``, ` `, `null`, `[]`, `"x"`, `1`, `{`, `{"`, `{"a`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,}`, `{"a" 1}`, `{a:1}`, `{"a":1 "b":2}`,
	`{}{}`, `{}x`, "{}\x00", "{\x00}", "{\u00a0}", "\ufeff{}", `{"a":[}`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a":[1}`, `{"a":{]}`,
	`{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":1e+}`, `{"a":+1}`, `{"a":--1}`, `{"a":1.5.5}`, `{"a":0x1}`, `{"a":1_0}`, `{"a":NaN}`,
	`{"a":tru}`, `{"a":truex}`, `{"a":nul}`, `{"a":True}`, `{"a":'b'}`,
	"{\"a\":\"\n\"}", "{\"a\":\"\x1f\"}", `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\u12g4"}`, `{"a":"\"}`, "{\"a\":\"\\\n\"}",
	"{\"a\":\"\xff\"}", "{\"text\":\"\xff\"}", "{\"\xff\":1}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\\n\xff\"}", `{"a":"\ud800"}`, `{"text":"\udc00\ud800"}`,
	`{"a":1,"a":2}`, `{"text":"x","text":"y"}`, `{"a":{"b":1,"c":2,"b":3}}`, `{"\u0061":1}`,
	`{"text":5}`, `{"text":null}`, `{"text":{}}`, `{"big":"5"}`, `{"big":5.0}`, `{"big":5e3}`, `{"big":9223372036854775808}`, `{"int":true}`,
	`{"float":"1"}`, `{"float":1e999}`, `{"yes":"true"}`, `{"yes":0}`, `{"yes":null}`, `{"maybe":null}`, `{"there":null}`, `{"there":[]}`, `{"there":true}`,
	`{"inner":[]}`, `{"inner":null}`, `{"pointer":"x"}`, `{"numbers":{}}`, `{"numbers":[1,null]}`, `{"numbers":["1"]}`, `{"items":[[]]}`, `{"rows":["a"]}`,
	`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	`{"pointer":` + strings.Repeat(`{"pointer":`, 100) + `{}` + strings.Repeat("}", 101),
	`{` + members(101) + `}`,
}

// members are n members with names of their own.
func members(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = `"m` + strconv.Itoa(i) + `":0`
	}
	return strings.Join(all, ",")
}

func TestWhatIsNotExpectedIsRefused(t *testing.T) {
	t.Parallel()
	var s Scanner
	for _, native := range unexpected {
		assert.False(t, s.Scan([]byte(native), new(sample)), native)
	}
	assert.True(t, s.Scan([]byte(expected[0]), new(sample)), "which the next does not suffer from")
}

func TestAnObjectAndItsNestingMayBeAsLargeAsAnyThatIsReal(t *testing.T) {
	t.Parallel()
	var s Scanner
	for _, native := range []string{
		`{"a":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`,
		`{` + members(100) + `}`,
		`{"a":[` + strings.Repeat(`{`+members(100)+`},`, 9) + `{}]}`,
	} {
		assert.True(t, s.Scan([]byte(native), new(sample)), native)
	}
}

// unreadable asks for what cannot be read.
type unreadable struct{ s sample }

func (u *unreadable) Member([]byte) any { return &u.s.Maybe }

func TestAPointerToNoKnownTypeIsRefused(t *testing.T) {
	t.Parallel()
	assert.False(t, new(Scanner).Scan([]byte(`{"a":true}`), new(unreadable)))
}

func TestNothingIsKeptOfWhatWasScanned(t *testing.T) {
	t.Parallel()
	var s Scanner
	native := []byte(`{"text":"short","rows":[["\u043f","a text that is longer than those that are remembered"]]}`)
	var got sample
	require.True(t, s.Scan(native, &got))
	clear(native)
	require.True(t, s.Scan([]byte(`{"text":"\u043c"}`), new(sample)))
	assert.Equal(t, "short", got.Text)
	assert.Equal(t, []List[string]{{"п", "a text that is longer than those that are remembered"}}, got.Rows)
	assert.Nil(t, s.data)
}

func FuzzScan(f *testing.F) {
	for _, native := range append(expected, unexpected...) {
		f.Add([]byte(native))
	}
	s := new(Scanner)
	f.Fuzz(func(t *testing.T, native []byte) {
		var got, want sample
		if !s.Scan(native, &got) {
			return
		}
		require.True(t, stdjson.Valid(native))
		require.NoError(t, json.Unmarshal(native, &want))
		require.Equal(t, asJSON(t, &want), asJSON(t, &got))
	})
}

// asJSON tells all of v but nil from empty slices.
func asJSON(t *testing.T, v *sample) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}
