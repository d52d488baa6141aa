package channeltest

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzDecodeMemory(f *testing.F) {
	for _, p := range memoryPayloads {
		var b memoryBatch
		require.NoError(f, json.Unmarshal(p.Body, &b))
		for _, u := range b.Updates {
			f.Add([]byte(u))
		}
	}
	f.Add([]byte(`{"id":"u","id":"v","type":"message","message":{"text":"\ud800"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := decodeMemory(raw)
		e := in.Event
		assert.NotEmpty(t, e.ID)
		assert.NotEmpty(t, e.Kind)
		if e.Raw != nil {
			assert.True(t, json.Valid(e.Raw))
		}
		if e.Kind == channel.EventMessage {
			require.NotNil(t, e.Message)
			assert.True(t, utf8.ValidString(e.Message.Text))
		}
		assert.Equal(t, e.ID, decodeMemory(raw).Event.ID, "a redelivery has the same ID")
	})
}
