package telegram

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchmarks are updates as a bot gets most of them.
var benchmarks = []struct{ name, native string }{
	{"text", `{"update_id":700020,"message":{"message_id":21,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"annlee","language_code":"uk"},"chat":{"id":5512345678,"first_name":"Ann","last_name":"Lee","username":"annlee","type":"private"},"date":1795300200,"text":"Привет 👋 https://a.io","entities":[{"offset":0,"length":6,"type":"bold"},{"offset":10,"length":12,"type":"url"}]}}`},
	{"photo", `{"update_id":700021,"message":{"message_id":22,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"annlee","language_code":"uk"},"chat":{"id":5512345678,"first_name":"Ann","last_name":"Lee","username":"annlee","type":"private"},"date":1795300210,"photo":[{"file_id":"AgACAgIAAxkBAAMVZ0HXbCUq1nT4_small","file_unique_id":"AQADs1yxG3","file_size":1253,"width":90,"height":60},{"file_id":"AgACAgIAAxkBAAMVZ0HXbCUq1nT4_medium","file_unique_id":"AQADs2yxG3","file_size":18203,"width":320,"height":213},{"file_id":"AgACAgIAAxkBAAMVZ0HXbCUq1nT4_large","file_unique_id":"AQADs3yxG3","file_size":91337,"width":800,"height":533},{"file_id":"AgACAgIAAxkBAAMVZ0HXbCUq1nT4_huge","file_unique_id":"AQADs4yxG3","file_size":181337,"width":1280,"height":853}],"caption":"Is this one in stock? #order","caption_entities":[{"offset":22,"length":6,"type":"hashtag"}]}}`},
	{"press", `{"update_id":700022,"callback_query":{"id":"2367890123456789012","from":{"id":5512345678,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"annlee","language_code":"uk"},"message":{"message_id":15,"from":{"id":770011,"is_bot":true,"first_name":"Shop","username":"shop_bot"},"chat":{"id":5512345678,"first_name":"Ann","last_name":"Lee","username":"annlee","type":"private"},"date":1795300050,"text":"Choose","reply_markup":{"inline_keyboard":[[{"text":"Yes","callback_data":"y:1"},{"text":"Site","url":"https://a.io/"}]]}},"chat_instance":"-8123456789012345678","data":"y:1"}}`},
}

func BenchmarkDecode(b *testing.B) {
	c, err := New(testConfig())
	require.NoError(b, err)
	for _, bench := range benchmarks {
		native := []byte(bench.native)
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(native)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.driver.Decode(native); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bench.name+"/json.Valid", func(b *testing.B) {
			b.SetBytes(int64(len(native)))
			for b.Loop() {
				if !json.Valid(native) {
					b.Fatal("not valid")
				}
			}
		})
	}
}

// BenchmarkWebhook is an update on its whole way, from the request to a handler that does nothing.
func BenchmarkWebhook(b *testing.B) {
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			cfg := testConfig()
			cfg.Client = &http.Client{Transport: roundTrip(reply(http.StatusOK, `{"ok":true,"result":true}`))}
			cfg.ManualAnswer = true
			c, err := New(cfg)
			require.NoError(b, err)
			h := c.Webhook(nil)
			body := []byte(bench.native)
			at := bytes.Index(body, []byte("7000")) // each is another update, with a number as long
			var reader bytes.Reader
			r := webhook(testSecret)
			r.ContentLength = int64(len(body))
			r.Body = io.NopCloser(&reader)
			w := &silent{header: http.Header{}}
			n := int64(100_000)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				n++
				strconv.AppendInt(body[:at], n, 10)
				reader.Reset(body)
				h.ServeHTTP(w, r)
			}
			require.Equal(b, http.StatusOK, w.status)
		})
	}
}

// silent is a response of which the status alone is kept.
type silent struct {
	header http.Header
	status int
}

func (w *silent) Header() http.Header         { return w.header }
func (w *silent) WriteHeader(status int)      { w.status = status }
func (w *silent) Write(p []byte) (int, error) { return len(p), nil }
