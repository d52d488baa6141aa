package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	"github.com/mymmrac/telego/telegoapi"
	"github.com/stretchr/testify/assert"
)

// Whatever the emulator says is read with the types of both libraries and written again. telego knows every field of the
// platform: one that it has no place for does not exist there, one that it writes and that was not there is one that the
// platform always sends. The other library is older than the emulator: what it does know has to be the same.

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

// resultType is what a library says a method returns, nil if it has no such method; a library that returns nothing but an
// error means true. The platform, and so the libraries, write a method's name in any case.
func resultType(library any, method string) reflect.Type {
	for m := range reflect.TypeOf(library).Methods() {
		switch {
		case !strings.EqualFold(m.Name, method):
		case m.Type.NumOut() == 1:
			return reflect.TypeFor[bool]()
		default:
			return m.Type.Out(0)
		}
	}
	return nil
}

func checkType(t testing.TB, what string, raw []byte, newer, older reflect.Type) {
	t.Helper()
	if !assert.NotNil(t, newer, "no such method: %s", what) {
		return
	}
	for _, library := range []struct {
		as       reflect.Type
		complete bool
	}{{newer, true}, {older, false}} {
		if library.as == nil {
			continue
		}
		found, err := compare(what, raw, library.as, library.complete)
		if assert.NoError(t, err, "%s: %s", what, raw) {
			assert.Empty(t, found, "read as %s: %s", library.as, raw)
		}
	}
}
