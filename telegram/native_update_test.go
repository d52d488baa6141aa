package telegram

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestAnEventHasItsUpdate(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	e := decode(t, c.driver, `{"update_id":700002,"message":{"message_id":88,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":-1002233445566,"title":"Support","is_forum":true,"type":"supergroup"},"date":1795300010,"message_thread_id":17,"is_topic_message":true,"text":"Привет 👋","entities":[{"offset":0,"length":6,"type":"bold"}]}}`).Event
	queued, err := json.Marshal(e)
	require.NoError(t, err)
	var later channel.Event
	require.NoError(t, json.Unmarshal(queued, &later))
	for _, e := range []*channel.Event{&e, &later} {
		u, err := Update(e)
		require.NoError(t, err)
		assert.Equal(t, 700002, u.UpdateID)
		assert.Equal(t, 88, u.Message.MessageID)
		assert.Equal(t, int64(-1002233445566), u.Message.Chat.ID)
		assert.Equal(t, int64(5512345678), u.SentFrom().ID)
		assert.Equal(t, "Привет 👋", u.Message.Text)
		assert.Len(t, u.Message.Entities, 1)
	}
}

func TestAnUpdateIsReadLiberally(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"bytes that are no UTF-8":   "{\"update_id\":1,\"message\":{\"message_id\":2,\"chat\":{\"id\":5},\"date\":3,\"text\":\"x\xff\"}}",
		"half a surrogate pair":     `{"update_id":1,"message":{"message_id":2,"chat":{"id":5},"date":3,"text":"x\ud83d"}}`,
		"a name that is there more": `{"update_id":1,"message":{"message_id":9,"message_id":2,"chat":{"id":5},"date":3,"text":"y","text":"x` + "\uFFFD" + `"}}`,
	} {
		u, err := Update(&channel.Event{Account: channel.Account{Platform: platform, ID: "1"}, Raw: json.RawMessage(raw)})
		require.NoError(t, err, name)
		assert.Equal(t, 2, u.Message.MessageID, name)
		assert.Equal(t, "x\uFFFD", u.Message.Text, name)
	}
}

func TestAKindThatTheLibraryDoesNotKnowIsAnEmptyUpdate(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	e := decode(t, c.driver, `{"update_id":700012,"business_message":{"business_connection_id":"bc_A","message_id":4021,"from":{"id":66,"is_bot":false,"first_name":"C"},"chat":{"id":66,"type":"private"},"date":1795300110,"text":"x"}}`).Event
	u, err := Update(&e)
	require.NoError(t, err)
	assert.Equal(t, 700012, u.UpdateID)
	assert.Nil(t, u.Message)
}

func TestWhatIsNoUpdateIsRefused(t *testing.T) {
	t.Parallel()
	of := func(platform, raw string) *channel.Event {
		return &channel.Event{Account: channel.Account{Platform: platform, ID: "1"}, Raw: json.RawMessage(raw)}
	}
	for name, e := range map[string]*channel.Event{
		"nothing":             nil,
		"of another platform": of("viber", `{"update_id":1}`),
		"without a Raw":       of(platform, ""),
		"an empty object":     of(platform, `{}`),
		"a list":              of(platform, `[]`),
		"of a wrong type":     of(platform, `{"update_id":1,"message":7}`),
		"no JSON":             of(platform, `{"update_id":1`),
	} {
		u, err := Update(e)
		require.ErrorIs(t, err, channel.ErrInvalid, name)
		assert.Nil(t, u)
		assert.ErrorContains(t, err, "telegram: update: ")
	}
}

func FuzzAnUpdateIsReadOrRefused(f *testing.F) {
	f.Add([]byte(`{"update_id":700001,"message":{"message_id":11,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":5512345678,"type":"private"},"date":1795300000,"text":"/start ref","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}`))
	f.Add([]byte(`{"update_id":700006,"callback_query":{"id":"2","from":{"id":5,"is_bot":false,"first_name":"A"},"data":"y:1"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := Update(&channel.Event{Account: channel.Account{Platform: platform}, Raw: raw})
		require.Equal(t, err == nil, u != nil)
	})
}
