package telegram

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func FuzzDecode(f *testing.F) {
	seeds := []string{
		textUpdate,
		inPrivate(`"text":"/start@shop_bot ref","entities":[{"offset":0,"length":15,"type":"bot_command"}]`),
		inPrivate(`"text":"a👋b\ud83d","entities":[{"offset":1,"length":2,"type":"bold"},{"offset":0,"length":9,"type":"text_link","url":"https://a.io"}]`),
		inPrivate(`"photo":[{"file_id":"A","width":90,"height":67}],"caption":"п","caption_entities":[{"offset":0,"length":1,"type":"pre","language":"go"}]`),
		inPrivate(`"contact":{"phone_number":"380501112233","first_name":"Ann","user_id":5512345678}`),
		memberUpdate(`{"id":5512345678,"type":"private"}`, "member", "kicked"),
		`{"update_id":2,"callback_query":{"id":"9","from":{"id":55,"is_bot":false,"first_name":"A"},"message":{"chat":{"id":-1001,"type":"supergroup"},"message_id":4,"date":0},"data":"x"}}`,
		`{"update_id":3,"message_reaction":{"chat":{"id":-1,"type":"group"},"message_id":88,"user":{"id":5},"date":1,"new_reaction":[{"type":"emoji","emoji":"👍"}]}}`,
		`{"update_id":4,"business_message":{"business_connection_id":"b/c","message_id":1,"from":{"id":6},"chat":{"id":6,"type":"private"},"date":1,"text":"?"}}`,
		`{"update_id":5,"message":{"text":5}}`, `{"a":1,"a":2}`, "{\"a\":\"\xff\"}", `[]`,
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	for _, native := range allUpdates() {
		f.Add(native)
	}
	c, err := New(testConfig())
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, native []byte) {
		events, err := c.driver.Decode(native)
		if err != nil {
			require.ErrorIs(t, err, channel.ErrInvalid)
			return
		}
		require.NotEmpty(t, events)
		for _, in := range events {
			e := in.Event
			require.NotEmpty(t, e.Kind)
			require.False(t, e.Time.IsZero())
			require.True(t, jsontext.Value(e.Raw).IsValid(liberal))
			e.Raw = nil
			checkStyles(t, e.Message)
			asJSON(t, e) // a string that is not UTF-8 would come back another
		}
	})
}
