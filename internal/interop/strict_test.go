package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	"github.com/mymmrac/telego/telegoapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever the emulator says is read with the types of both libraries and written again. What telego does not write
// again is a field that the platform does not have, or one of another type; what it writes and was not there is a field
// that the platform always sends. The other library is older than the emulator, so only its types have to fit.

// strict checks everything that comes from the API on its way to the client.
type strict struct {
	t    testing.TB
	next http.RoundTripper
}

func (s strict) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.next.RoundTrip(r)
	if err != nil || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	checkAnswer(s.t, methodOf(r.URL.Path), response.StatusCode, body)
	return response, nil
}

// strictHook checks every update on its way to the bot's handler.
type strictHook struct {
	t    testing.TB
	next http.Handler
}

func (h strictHook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	assert.NoError(h.t, err)
	r.Body = io.NopCloser(bytes.NewReader(body))
	checkUpdate(h.t, body)
	h.next.ServeHTTP(w, r)
}

func methodOf(url string) string { return url[strings.LastIndex(url, "/")+1:] }

func checkAnswer(t testing.TB, method string, status int, body []byte) {
	t.Helper()
	var answer telegoapi.Response
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if !assert.NoError(t, dec.Decode(&answer), "%s: %s", method, body) {
		return
	}
	if answer.Ok {
		assert.Equal(t, http.StatusOK, status, method)
		checkResult(t, method, answer.Result)
		return
	}
	if assert.NotNil(t, answer.Error, method) {
		assert.Equal(t, status, answer.ErrorCode, method)
		assert.NotEmpty(t, answer.Description, method)
	}
}

func checkResult(t testing.TB, method string, raw []byte) {
	t.Helper()
	switch method {
	case "getUpdates":
		var updates []json.RawMessage
		assert.NoError(t, json.Unmarshal(raw, &updates))
		for _, u := range updates {
			checkUpdate(t, u)
		}
	case "getChatMember":
		checkMember(t, raw)
	case "getChatAdministrators":
		var members []json.RawMessage
		assert.NoError(t, json.Unmarshal(raw, &members))
		for _, m := range members {
			checkMember(t, m)
		}
	default:
		checkType(t, method, raw, resultType((*telego.Bot)(nil), method), resultType((*bot.Bot)(nil), method))
	}
}

func checkUpdate(t testing.TB, raw []byte) {
	t.Helper()
	checkType(t, "update", raw, reflect.TypeFor[telego.Update](), reflect.TypeFor[models.Update]())
}

// checkMember puts a member where the libraries can read one: ChatMember itself is an interface.
func checkMember(t testing.TB, member []byte) {
	t.Helper()
	raw := fmt.Appendf(nil, `{"chat":{"id":1,"type":"group"},"from":{"id":2,"is_bot":false,"first_name":"A"},`+
		`"date":3,"old_chat_member":%s,"new_chat_member":%s}`, member, member)
	checkType(t, "chat member", raw, reflect.TypeFor[telego.ChatMemberUpdated](), reflect.TypeFor[models.ChatMemberUpdated]())
}

// resultType is what a library says a method returns; a library that returns nothing but an error means true.
func resultType(library any, method string) reflect.Type {
	m, ok := reflect.TypeOf(library).MethodByName(strings.ToUpper(method[:1]) + method[1:])
	switch {
	case !ok:
		return nil
	case m.Type.NumOut() == 1:
		return reflect.TypeFor[bool]()
	}
	return m.Type.Out(0)
}

func checkType(t testing.TB, what string, raw []byte, newer, older reflect.Type) {
	t.Helper()
	if !assert.NotNil(t, newer, "no such method: %s", what) {
		return
	}
	again, err := reread(raw, newer, true)
	if assert.NoError(t, err, "%s: %s", what, raw) {
		found := slices.DeleteFunc(differences(what, parse(raw), parse(again)), func(d string) bool { return excused[d] })
		assert.Empty(t, found, "%s\n%s", raw, again)
	}
	if older != nil {
		_, err := reread(raw, older, false)
		assert.NoError(t, err, "%s: %s", what, raw)
	}
}

var excused = map[string]bool{
	"getChat.accepted_gift_types is missing":         true,
	"sendPoll.poll.allows_revoting is missing":       true,
	"sendPoll.poll.members_only is missing":          true,
	"update.message.poll.allows_revoting is missing": true,
	"update.message.poll.members_only is missing":    true,
}

// reread decodes JSON into a library's type and writes it again.
func reread(raw []byte, as reflect.Type, known bool) ([]byte, error) {
	value := reflect.New(as)
	dec := json.NewDecoder(bytes.NewReader(raw))
	if known {
		dec.DisallowUnknownFields()
	}
	if err := dec.Decode(value.Interface()); err != nil {
		return nil, err
	}
	return json.Marshal(value.Interface())
}

func parse(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out any
	_ = dec.Decode(&out) // what was decoded before
	return out
}

// differences lists where two JSON values are not the same. A zero that was not written again is none: optional fields
// are left out where they are zero.
func differences(path string, sent, again any) []string {
	switch sent := sent.(type) {
	case map[string]any:
		other, ok := again.(map[string]any)
		if !ok {
			return []string{path + " is no object"}
		}
		return differentFields(path, sent, other)
	case []any:
		other, ok := again.([]any)
		if !ok || len(other) != len(sent) {
			return []string{path + " is another array"}
		}
		var out []string
		for i := range sent {
			out = append(out, differences(fmt.Sprintf("%s[%d]", path, i), sent[i], other[i])...)
		}
		return out
	default:
		if fmt.Sprint(sent) != fmt.Sprint(again) {
			return []string{fmt.Sprintf("%s: %v became %v", path, sent, again)}
		}
		return nil
	}
}

func differentFields(path string, sent, again map[string]any) []string {
	var out []string
	for name, value := range sent {
		other, ok := again[name]
		switch {
		case ok:
			out = append(out, differences(path+"."+name, value, other)...)
		case legacy[name] != "":
			if sent[legacy[name]] == nil {
				out = append(out, path+"."+name+" stands alone")
			}
		case !isZero(value):
			out = append(out, path+"."+name+" is unknown")
		}
	}
	for name := range again {
		if _, ok := sent[name]; !ok {
			out = append(out, path+"."+name+" is missing")
		}
	}
	slices.Sort(out)
	return out
}

// legacy are the fields of older versions that the platform still writes, beside the ones that took their place.
var legacy = map[string]string{
	"thumb": "thumbnail", "forward_from": "forward_origin", "forward_from_chat": "forward_origin",
	"forward_from_message_id": "forward_origin", "forward_signature": "forward_origin",
	"forward_sender_name": "forward_origin", "forward_date": "forward_origin",
}

func isZero(value any) bool {
	switch value := value.(type) {
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	case json.Number:
		return value.String() == "0"
	default:
		return value == nil || value == "" || value == false
	}
}

func TestTheStrictCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const right = `"message_id":1,"date":2,"chat":{"id":3,"type":"private"}`
	for name, c := range map[string]struct {
		sent string
		want []string
	}{
		"nothing":                     {`{` + right + `,"text":"hi"}`, nil},
		"a zero that may be left out": {`{` + right + `,"media_group_id":"","entities":[]}`, nil},
		"an unknown field":            {`{` + right + `,"txt":"hi"}`, []string{"m.txt is unknown"}},
		"an unknown field further down": {`{` + right + `,"venue":{"location":{"latitude":1,"longitude":2,"lon":3},"title":"a","address":"b"}}`,
			[]string{"m.venue.location.lon is unknown"}},
		"an old field beside the new one": {`{` + right + `,"video_note":{"file_id":"a","file_unique_id":"b","length":1,"duration":1,` +
			`"thumb":{"file_id":"c"},"thumbnail":{"file_id":"c","file_unique_id":"d","width":1,"height":1}}}`, nil},
		"an old field alone": {`{` + right + `,"forward_date":5}`, []string{"m.forward_date stands alone"}},
		"a missing field":    {`{` + right + `,"entities":[{"type":"bold","offset":0}]}`, []string{"m.entities[0].length is missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again, err := reread([]byte(c.sent), reflect.TypeFor[telego.Message](), false)
			require.NoError(t, err)
			assert.Equal(t, c.want, differences("m", parse([]byte(c.sent)), parse(again)))
		})
	}
	_, err := reread([]byte(`{`+right+`,"edit_date":"soon"}`), reflect.TypeFor[telego.Message](), false)
	assert.Error(t, err, "a field of another type")
}
