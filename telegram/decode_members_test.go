package telegram

import (
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/internal/jsonscan"
)

// Each struct of an update is asked for each name that it has a tag for.
func TestMembersGoWhereTheTagsSay(t *testing.T) {
	t.Parallel()
	var structs []string
	for todo, seen := []reflect.Type{reflect.TypeFor[update]()}, map[reflect.Type]bool{}; len(todo) > 0; {
		of := todo[0]
		todo = todo[1:]
		if seen[of] || of.NumField() == 0 {
			continue
		}
		seen[of] = true
		structs = append(structs, of.Name())
		v := reflect.New(of)
		o, ok := v.Interface().(jsonscan.Object)
		require.True(t, ok, "%s has no Member", of)
		for _, f := range reflect.VisibleFields(of) {
			name := f.Tag.Get("json")
			if f.Anonymous || name == ",embed" {
				continue
			}
			require.NotEmpty(t, name, "%s.%s", of, f.Name)
			require.NotContains(t, name, ",")
			where := reflect.ValueOf(o.Member([]byte(name)))
			require.Equal(t, reflect.Pointer, where.Kind(), "%s.%s", of, f.Name)
			field := v.Elem().FieldByIndex(f.Index).Addr()
			if f.Type.Kind() == reflect.Pointer {
				field = field.Elem() // what was made
			}
			assert.Equal(t, field.Pointer(), where.Pointer(), "%s.%s", of, f.Name)
			assert.Equal(t, field.Type().Elem().Kind(), where.Type().Elem().Kind(), "%s.%s", of, f.Name)
			if inner := innermost(f.Type); inner.Kind() == reflect.Struct {
				todo = append(todo, inner)
			}
		}
		if of != reflect.TypeFor[update]() {
			assert.Nil(t, o.Member([]byte("unknown")), of)
		}
	}
	assert.Subset(t, structs, []string{"message", "photoSize", "pressedButton", "reactionType"})
}

// innermost is what a type has pointers to, or is a list of.
func innermost(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// What a bot gets every day does not go the slow way.
func TestUpdatesAsDocumentedAreScanned(t *testing.T) {
	t.Parallel()
	natives := allUpdates()
	for _, b := range benchmarks {
		natives = append(natives, []byte(b.native))
	}
	for _, native := range natives {
		var want update
		require.NoError(t, json.Unmarshal(native, &want))
		assert.Equal(t, len(want.Rest) <= len(`{}`), new(jsonscan.Scanner).Scan(native, new(update)), string(native))
	}
}

func TestAnUpdateIsTheSameHoweverItIsRead(t *testing.T) {
	t.Parallel()
	for _, native := range allUpdates() {
		checkScanned(t, new(scratch), native)
	}
}

// FuzzScanned compares what was scanned to what the library makes of the same.
func FuzzScanned(f *testing.F) {
	for _, native := range allUpdates() {
		f.Add(native)
		f.Add([]byte(strings.ReplaceAll(string(native), `"text"`, `"te\u0078t"`)))
	}
	for _, body := range []string{
		`{"update_id":1,"update_id":2}`, `{"update_id":1,"message":null}`, `{"update_id":1,"poll":{"id":"5"},"message":{"text":"x"}}`,
		`{"message":{"entities":[null]}}`, `{"message":{"sender_chat":{"a":1},"via_bot":{"a":"` + "\xff" + `"}}}`, `{"message":{"text":"\ud83d"}}`,
		`{"callback_query":{"message":{"reply_markup":{"inline_keyboard":[[{"text":"a"},{}],[]]}}}}`,
	} {
		f.Add([]byte(body))
	}
	s := new(scratch) // the same for all: nothing is left of the one before
	f.Fuzz(func(t *testing.T, native []byte) { checkScanned(t, s, native) })
}

func checkScanned(t *testing.T, s *scratch, native []byte) {
	t.Helper()
	var got, want update
	if !s.scanner.Scan(native, &got) {
		return
	}
	require.NoError(t, json.Unmarshal(native, &want))
	require.Equal(t, told(t, &want), told(t, &got))
	assert.True(t, jsontext.Value(native).IsValid())
}

// told is all that is in an update, but for nil and empty slices.
func told(t *testing.T, u *update) string {
	t.Helper()
	text, err := json.Marshal(u)
	require.NoError(t, err)
	return string(text)
}
