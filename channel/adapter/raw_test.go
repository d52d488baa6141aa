package adapter

import (
	"encoding/json"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRawIsWhatEveryEncoderReadsBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, raw, want string }{
		{"clean JSON stays as it is", `{ "a": 1.50, "b": "\u00e9\/" }`, `{ "a": 1.50, "b": "\u00e9\/" }`},
		{"nothing stays nothing", ``, ``},
		{"the last of equal names stands", `{"a":1,"a":2}`, `{"a":2}`},
		{"a lone surrogate is replaced", `{"a":"\ud83d"}`, "{\"a\":\"\ufffd\"}"},
		{"bad UTF-8 is replaced", "{\"a\":\"\xff\"}", "{\"a\":\"\ufffd\"}"},
		{"numbers keep their digits", `{"a":1,"a":12345678901234567890.10}`, `{"a":12345678901234567890.10}`},
		{"what is no JSON is a text", `{"a":`, `"{\"a\":"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, string(cleanRaw(json.RawMessage(tt.raw), false)))
		})
	}
}

func TestATimeThatJSONCannotHoldIsTakenOut(t *testing.T) {
	t.Parallel()
	for at, kept := range map[time.Time]bool{
		time.Date(0, 12, 31, 23, 59, 59, 999_999_999, time.UTC):    false,
		time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC):                   true,
		time.Date(2026, 8, 1, 12, 0, 0, 0, time.FixedZone("", 60)): true,
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC): true,
		time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC):              false,
		time.UnixMilli(1795300000 * 1e6):                           false, // milliseconds taken for seconds
	} {
		is := at
		cleanTime(&is)
		if !kept {
			assert.Zero(t, is, at)
			continue
		}
		assert.Equal(t, at.UTC(), is)
		_, err := json.Marshal(is)
		assert.NoError(t, err)
	}
}

func FuzzCleanRaw(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":700001,"message":{"message_id":11,"date":1795300000,"text":"\ud83d\udc4b"}}`,
		`{"event":"message","message_token":6123456789012340008,"message":{"text":"a","text":"b"}}`,
		`{"object":"page","entry":[{"id":"1","messaging":[{"message":{"text":"caf\u00e9 https:\/\/ex.test"}}]}]}`,
		`{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{`, `null`, `[1e400]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		clean := cleanRaw(raw, jsontext.Value(raw).IsValid())
		if len(raw) == 0 {
			require.Empty(t, clean)
			return
		}
		require.True(t, jsontext.Value(clean).IsValid(), "%q", clean)
		for _, marshal := range []func(any) ([]byte, error){json.Marshal, func(v any) ([]byte, error) { return jsonv2.Marshal(v) }} {
			b, err := marshal(map[string]json.RawMessage{"raw": clean})
			require.NoError(t, err)
			var v1, v2 map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(b, &v1))
			require.NoError(t, jsonv2.Unmarshal(b, &v2))
		}
	})
}
