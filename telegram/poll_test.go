package telegram

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPollAsksForWhatFollowsTheLast(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`[]`), ok(`[{"update_id":700001,"message":{}},{"update_id":700002,"x":"\ud800","x":1}]`), ok(`[]`), ok(`[{"update_id":5}]`), ok(`[]`))
	p := poller{driver: c.driver}
	var fetched [][]byte
	for range 5 {
		updates, err := p.fetch(t.Context())
		require.NoError(t, err)
		fetched = append(fetched, updates...)
	}
	require.Len(t, fetched, 3)
	assert.Equal(t, `{"update_id":700001,"message":{}}`, string(fetched[0]))
	var offsets []string
	for _, call := range a.calls {
		assert.Equal(t, "getUpdates", call.method)
		assert.Equal(t, "50", call.form.Get("timeout"))
		assert.Equal(t, allowedUpdates, call.form.Get("allowed_updates"))
		offsets = append(offsets, call.form.Get("offset"))
	}
	assert.Equal(t, []string{"", "", "700003", "700003", "6"}, offsets, "the numbers may begin anew")
	for _, native := range fetched {
		events, err := c.driver.Decode(native)
		require.NoError(t, err)
		assert.NotEmpty(t, events[0].Event.ID)
	}
}

func TestAFailedPollIsRepeatedFromWhereItWas(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`[{"update_id":1}]`), refused(502, "Bad Gateway", ""), ok(`{}`), ok(`[{"update_id":"x"},{"update_id":7},1]`), ok(`[]`))
	p := poller{driver: c.driver}
	_, err := p.fetch(t.Context())
	require.NoError(t, err)
	for range 2 {
		_, err = p.fetch(t.Context())
		require.Error(t, err)
	}
	updates, err := p.fetch(t.Context())
	require.NoError(t, err)
	assert.Len(t, updates, 3, "one that cannot be read does not cost the others")
	_, err = p.fetch(t.Context())
	require.NoError(t, err)
	var offsets []string
	for _, call := range a.calls {
		offsets = append(offsets, call.form.Get("offset"))
	}
	assert.Equal(t, []string{"", "2", "2", "2", "8"}, offsets)
}

func TestAPollThatIsNotAnsweredIsNotTheEndOfTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := unlucky(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		p := poller{driver: c.driver}
		began := time.Now()
		_, err := p.fetch(t.Context())
		require.Error(t, err)
		assert.NotErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 70*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = p.fetch(ctx)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestEveryKindThatIsDecodedIsAskedFor(t *testing.T) {
	t.Parallel()
	var kinds []string
	require.NoError(t, json.Unmarshal([]byte(allowedUpdates), &kinds))
	for _, kind := range []string{
		"message", "edited_message", "channel_post", "edited_channel_post", "business_message", "edited_business_message",
		"deleted_business_messages", "callback_query", "my_chat_member", "message_reaction", "chat_join_request",
	} {
		assert.Contains(t, kinds, kind)
	}
}
