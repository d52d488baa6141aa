package telegramtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzAnyInputMediaIsAnsweredAndNothingPanics(f *testing.F) {
	for _, seed := range []string{
		`[{"type":"photo","media":"attach://a","caption":"<b>two</b> pics","parse_mode":"HTML"},{"type":"video","media":"attach://a","width":64,"height":48}]`,
		`[{"type":"document","media":"BQACAgI"},{"type":"document","media":"https://a.io/a.pdf","thumbnail":"attach://t"}]`,
		`[{"type":"audio","media":"attach://a","caption_entities":[{"type":"bold","offset":0,"length":9}]},{}]`,
		`{"type":"animation","media":"attach://a","has_spoiler":true}`,
		`[null,{"type":null,"media":null}]`,
	} {
		f.Add(seed)
	}
	srv, ann := known(f)
	mustCall(f, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x"})
	f.Fuzz(func(t *testing.T, media string) {
		for _, method := range []string{"sendMediaGroup", "editMessageMedia"} {
			got := post(t, srv, method, in{"chat_id": ann.ID(), "message_id": 2, "media": media}, parts{"a": []byte("x")})
			require.Contains(t, []int{200, 400, 413}, got.Status)
		}
	})
}

func FuzzAnyMultipartBodyIsAnsweredAndNothingPanics(f *testing.F) {
	part := func(header, value string) string {
		return "--b\r\nContent-Disposition: form-data; " + header + "\r\n\r\n" + value + "\r\n"
	}
	f.Add(part(`name="chat_id"`, "5512345678") + part(`name="photo"; filename="a.png"`, "x") + "--b--\r\n")
	f.Add(part(`name="chat_id"`, "5512345678") + part(`name="photo"`, "attach://p") + part(`name="p"; filename="x"`, "\xff\xd8\xff") + "--b--")
	f.Add(part(`name="photo"; filename=""`, "") + "--b")
	srv, ann := known(f)
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ReplaceAll(body, "5512345678", ann.ID())
		got := send(t, srv, methodURL(srv, "sendPhoto"), "multipart/form-data; boundary=b", []byte(body))
		require.Contains(t, []int{200, 400, 413}, got.Status)
	})
}
