package interop

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// client is a bot built on somebody else's library.
type client interface {
	// api is the library's own bot, whose methods are those of the platform.
	api() any
	// poll gets updates until the context ends.
	poll(ctx context.Context)
	// webhook gets updates from a handler that takes webhookSecret, until the context ends.
	webhook(ctx context.Context, got func()) http.Handler
	// updates are the updates as the library decoded them.
	updates() <-chan any
	// refusal reads the library's typed error; ok is false for an error that is none of the platform's.
	refusal(err error) (r refusal, ok bool)
	// fileURL is where the library downloads a file.
	fileURL(path string) string
}

// refusal is what a library says about a call that the platform refused.
type refusal struct {
	Code            int
	Text            string // with whatever the library puts around it
	RetryAfter      int
	MigrateToChatID int64
}

const webhookSecret = "s3cret_Token-1"

// link is the way to a server.
type link struct {
	t        testing.TB
	url      string
	token    string
	http     *http.Client
	loopback bool
}

var clients = []struct {
	name string
	new  func(link) client
}{
	{"go-telegram", newGoTelegram},
	{"telego", newTelego},
}

// bare is the name of a method without parameters.
type bare string

// invoke makes the call that params, a pointer to a library's struct, is for.
func invoke(ctx context.Context, api, params any) (any, error) {
	name, args := "", []reflect.Value{reflect.ValueOf(ctx)}
	if method, ok := params.(bare); ok {
		name = string(method)
	} else {
		name = strings.TrimSuffix(reflect.TypeOf(params).Elem().Name(), "Params")
		args = append(args, reflect.ValueOf(params))
	}
	out := reflect.ValueOf(api).MethodByName(name).Call(args)
	err, _ := out[len(out)-1].Interface().(error)
	if len(out) == 1 {
		return err == nil, err
	}
	return out[0].Interface(), err
}

// view shows what a library understood in our own words: a library's type is written as JSON and read as a T.
func view[T any](t testing.TB, understood any) T {
	t.Helper()
	body, err := json.Marshal(understood)
	require.NoError(t, err)
	var out T
	require.NoError(t, json.Unmarshal(body, &out), "%s", body)
	return out
}

// ask makes a call with the client at hand; each library has its own struct for the parameters.
func ask(w *world, gotelegram, telego any) (any, error) {
	w.t.Helper()
	params := gotelegram
	if _, ok := w.client.(*telegoClient); ok {
		params = telego
	}
	return invoke(w.ctx, w.client.api(), params)
}

// must is a call that has to succeed.
func must[T any](w *world, gotelegram, telego any) T {
	w.t.Helper()
	result, err := ask(w, gotelegram, telego)
	require.NoError(w.t, err)
	return view[T](w.t, result)
}

// done is a call that has to succeed with true, whatever the library makes of that.
func done(w *world, gotelegram, telego any) {
	w.t.Helper()
	require.True(w.t, must[bool](w, gotelegram, telego))
}

// refused is a call that the platform has to refuse.
func refused(w *world, gotelegram, telego any) refusal {
	w.t.Helper()
	_, err := ask(w, gotelegram, telego)
	require.Error(w.t, err)
	r, ok := w.client.refusal(err)
	require.True(w.t, ok, "no typed error: %v", err)
	return r
}
