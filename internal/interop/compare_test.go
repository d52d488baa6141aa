package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mymmrac/telego"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// compare reads JSON as a library's type and lists what the library made something else of; of a complete library also
// what it has no place for, and what it misses.
func compare(path string, raw []byte, as reflect.Type, complete bool) ([]string, error) {
	value := reflect.New(as)
	if err := json.Unmarshal(raw, value.Interface()); err != nil {
		return nil, err
	}
	written, err := json.Marshal(value.Interface())
	if err != nil {
		return nil, err
	}
	sent, again := parse(raw), parse(written)
	found := changed(path, sent, again)
	if complete {
		found = slices.Concat(found, missing(path, sent, again), unknown(path, sent, value))
	}
	slices.Sort(found)
	return found, nil
}

func parse(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out any
	_ = dec.Decode(&out) // what was decoded before
	return out
}

// changed lists values that are not the same when they are written again.
func changed(path string, sent, again any) []string {
	var out []string
	switch sent := sent.(type) {
	case map[string]any:
		other, ok := again.(map[string]any)
		if !ok {
			return []string{path + " is no object"}
		}
		for name, value := range sent {
			if written, ok := other[name]; ok {
				out = append(out, changed(path+"."+name, value, written)...)
			}
		}
	case []any:
		other, ok := again.([]any)
		if !ok || len(other) != len(sent) {
			return []string{path + " is another array"}
		}
		for i := range sent {
			out = append(out, changed(index(path, i), sent[i], other[i])...)
		}
	default:
		if fmt.Sprint(sent) != fmt.Sprint(again) {
			out = []string{fmt.Sprintf("%s: %v became %v", path, sent, again)}
		}
	}
	return out
}

// missing lists what is written again and was not sent: fields that are never left out.
func missing(path string, sent, again any) []string {
	var out []string
	switch again := again.(type) {
	case map[string]any:
		from, _ := sent.(map[string]any)
		for name, value := range again {
			if was, ok := from[name]; ok {
				out = append(out, missing(path+"."+name, was, value)...)
			} else {
				out = append(out, path+"."+name+" is missing")
			}
		}
	case []any:
		from, _ := sent.([]any)
		for i := range min(len(from), len(again)) {
			out = append(out, missing(index(path, i), from[i], again[i])...)
		}
	}
	return out
}

// unknown lists the fields that the type has no place for.
func unknown(path string, sent any, value reflect.Value) []string {
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	var out []string
	switch sent := sent.(type) {
	case map[string]any:
		if value.Kind() != reflect.Struct {
			return []string{path + " is no object"}
		}
		places := fields(value)
		for name, part := range sent {
			place, ok := places[name]
			switch {
			case ok:
				out = append(out, unknown(path+"."+name, part, place)...)
			case legacy[name] == "":
				out = append(out, path+"."+name+" is unknown")
			case sent[legacy[name]] == nil:
				out = append(out, path+"."+name+" stands alone")
			}
		}
	case []any:
		for i := range min(len(sent), value.Len()) {
			out = append(out, unknown(index(path, i), sent[i], value.Index(i))...)
		}
	}
	return out
}

// fields are the fields of a struct under their names in JSON, with those of embedded structs.
func fields(value reflect.Value) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	for _, field := range reflect.VisibleFields(value.Type()) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
			out[name] = value.FieldByIndex(field.Index)
		}
	}
	return out
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// legacy are the fields of older versions that the platform still writes, beside the ones that took their place.
var legacy = map[string]string{
	"thumb": "thumbnail", "forward_from": "forward_origin", "forward_from_chat": "forward_origin",
	"forward_from_message_id": "forward_origin", "forward_signature": "forward_origin",
	"forward_sender_name": "forward_origin", "forward_date": "forward_origin",
}

func TestTheComparisonFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const right = `"message_id":1,"date":2,"chat":{"id":3,"type":"private"}`
	for name, c := range map[string]struct {
		sent string
		want []string
	}{
		"nothing":                     {`"text":"hi"`, nil},
		"a zero that may be left out": {`"media_group_id":"","entities":[]`, nil},
		"an unknown field":            {`"txt":"hi"`, []string{"m.txt is unknown"}},
		"an unknown zero":             {`"edited":0`, []string{"m.edited is unknown"}},
		"an unknown field further down": {`"venue":{"location":{"latitude":1,"longitude":2,"lon":3},"title":"a","address":"b"}`,
			[]string{"m.venue.location.lon is unknown"}},
		"an unknown field of one of several types": {`"forward_origin":{"type":"hidden_user","date":1,"sender_user_name":"A","name":"A"}`,
			[]string{"m.forward_origin.name is unknown"}},
		"an old field beside the new one": {`"video_note":{"file_id":"a","file_unique_id":"b","length":1,"duration":1,` +
			`"thumb":{"file_id":"c"},"thumbnail":{"file_id":"c","file_unique_id":"d","width":1,"height":1}}`, nil},
		"an old field alone": {`"forward_date":5`, []string{"m.forward_date stands alone"}},
		"a missing field":    {`"entities":[{"type":"bold","offset":0}]`, []string{"m.entities[0].length is missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := compare("m", []byte("{"+right+","+c.sent+"}"), reflect.TypeFor[telego.Message](), true)
			require.NoError(t, err)
			assert.Equal(t, c.want, found)
		})
	}
	_, err := compare("m", []byte(`{`+right+`,"edit_date":"soon"}`), reflect.TypeFor[telego.Message](), true)
	assert.Error(t, err, "a field of another type")
}
