package adapter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/parley-go/parley/channel"
)

// deep is the length from which native JSON may be nested so deeply that it cannot be read back inside an event: the
// encoders stop at 10,000 levels.
const deep = 9_000

// cleanRaw is a copy of native JSON that every encoder reads back: valid UTF-8 and unique keys. Platforms send JSON that
// is neither; most of it is fine as it is. What is known to be valid may still be too deep.
func cleanRaw(raw json.RawMessage, valid bool) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	if valid && len(raw) <= deep || readable(raw) {
		return bytes.Clone(raw)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		v = string(raw)
	}
	clean, err := json.Marshal(v)
	if err == nil && !readable(clean) {
		clean, err = json.Marshal(string(raw))
	}
	if err != nil {
		return nil
	}
	return clean
}

func readable(raw []byte) bool {
	if len(raw) > deep && bytes.Count(raw, []byte("["))+bytes.Count(raw, []byte("{")) > deep {
		raw = append(append([]byte("[["), raw...), "]]"...)
	}
	return jsontext.Value(raw).IsValid()
}

// fingerprint identifies an event for which its platform has no ID.
func fingerprint(e *channel.Event) string {
	content := []byte(e.Raw)
	if content == nil {
		content = []byte(asText(e))
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// cleanTimes makes an event's times UTC, and takes out those that JSON cannot hold: a driver that takes milliseconds for
// seconds must not make an event that no queue can carry.
func cleanTimes(e *channel.Event) {
	cleanTime(&e.Time)
	if r := e.Receipt; r != nil {
		cleanTime(&r.Until)
		cleanErrorTime(r.Error)
	}
	if s := e.Subscription; s != nil {
		cleanTime(&s.Since)
		cleanTime(&s.WindowEnds)
		cleanTime(&s.AgentWindowEnds)
	}
	cleanErrorTime(e.Error)
	if e.User.Avatar != nil {
		cleanTime(&e.User.Avatar.Expires)
	}
	if e.Message != nil {
		cleanMessageTimes(e.Message)
	}
}

func cleanMessageTimes(m *channel.Message) {
	for i := range m.Attachments {
		for a := &m.Attachments[i]; a != nil; a = a.Thumbnail {
			cleanTime(&a.Expires)
		}
	}
	for i := range m.Forwards {
		cleanMessageTimes(&m.Forwards[i])
	}
}

func cleanErrorTime(e *channel.Error) {
	if e != nil {
		cleanTime(&e.RetryAt)
	}
}

func cleanTime(t *time.Time) {
	if t.IsZero() {
		return
	}
	*t = t.UTC()
	if s := t.Unix(); s < firstSecond || s > lastSecond {
		*t = time.Time{}
	}
}

// The seconds of the years 1 to 9999, which JSON can hold.
const (
	firstSecond = -62_135_596_800
	lastSecond  = 253_402_300_799
)
