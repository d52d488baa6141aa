package adapter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// cleanRaw makes native JSON what every encoder reads back: valid UTF-8 and unique keys. Platforms send JSON that is
// neither; most of it is fine as it is.
func cleanRaw(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || jsontext.Value(raw).IsValid() {
		return raw
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		v = string(raw)
	}
	clean, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return clean
}

// fingerprint identifies an event for which its platform has no ID.
func fingerprint(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
