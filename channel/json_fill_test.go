package channel_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"
)

// filler fills any value with something that is not zero.
type filler struct {
	*rand.Rand
	depth int // how many pointers and slices deep it goes
}

func newFiller(seed uint64) *filler { return &filler{rand.New(rand.NewPCG(seed, 2)), 4} }

var textPieces = []string{
	"a", "Z", "7", " ", "\n", "\t", "\"", "\\", "/", "<b>", "&amp;", "\u0000", "\u001f", "\u007f", "\u2028", "\u2029", "é", "e\u0301",
	"Привет", "עם", "👩‍👩‍👧", "🇺🇦", "\ufffd", "%3A", ":", "null", "{}", "\U0010ffff", "\ufeff",
}

func (f *filler) text() string {
	var b strings.Builder
	for range 1 + f.IntN(6) {
		b.WriteString(textPieces[f.IntN(len(textPieces))])
	}
	return b.String()
}

// raw is valid JSON with unique names.
func (f *filler) raw() json.RawMessage {
	texts := make([]string, 3)
	for i := range texts {
		b, _ := json.Marshal(f.text())
		texts[i] = string(b)
	}
	forms := []string{
		`{"id":` + texts[0] + `,"<x>":[1,2.50,-3e-7,12345678901234567890,` + texts[1] + `,{"a":null,"b":true}]}`,
		"{ \"spaced\" :\n\t[ ] }", `[]`, `0`, `false`, `""`, texts[2], `"\u00e9\/"`,
	}
	return json.RawMessage(forms[f.IntN(len(forms))])
}

func (f *filler) fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		begin, end := time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
		v.Set(reflect.ValueOf(time.Unix(begin+f.Int64N(end-begin), f.Int64N(1e9)).UTC()))
		return
	case json.RawMessage:
		v.SetBytes(f.raw())
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{1, -1, 1 << 53, 1<<53 + 1, 1<<63 - 1, -1 << 63, 1 + f.Int64N(1e6)}[f.IntN(7)])
	case reflect.Float64:
		v.SetFloat([]float64{0.1, -90, 1e-300, 1e21, 48.858370123456789, f.NormFloat64()}[f.IntN(6)])
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				f.fill(v.Field(i))
			}
		}
	default:
		f.fillNested(v)
	}
}

// fillNested fills pointers, slices and maps; where it is deep enough, it leaves them nil.
func (f *filler) fillNested(v reflect.Value) {
	if f.depth == 0 {
		return
	}
	f.depth--
	defer func() { f.depth++ }()
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+f.IntN(2), 2))
		for i := range v.Len() {
			f.fillInside(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 1 + f.IntN(2) {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key)
			f.fillInside(elem)
			v.SetMapIndex(key, elem)
		}
	default:
		panic(fmt.Sprint("no filling for ", v.Type()))
	}
}

// fillInside fills an element. A nil slice inside another may come back empty, so there is none.
func (f *filler) fillInside(v reflect.Value) {
	f.fill(v)
	if v.Kind() == reflect.Slice && v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
}

// fillEmpty makes v present and empty: a pointer to a zero value, a slice or a map of length 0. It reports whether v can
// be that.
func fillEmpty(v reflect.Value) bool {
	switch {
	case v.Type() == reflect.TypeFor[json.RawMessage]():
		return false
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	default:
		return false
	}
	return true
}
