package telegram

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// The numbers of a business's messages are others than those of the bot's own chat with the same person.
func TestAMessageOfABusinessChatIsNotTakenForOneOfTheBotsOwnChat(t *testing.T) {
	t.Parallel()
	to, err := parseTarget("55/bbc_1")
	require.NoError(t, err)
	r := deleteRequest(to, []int64{4, 5})
	assert.Equal(t, "deleteBusinessMessages", r.method)
	assert.Equal(t, "bc_1", r.params["business_connection_id"])
	assert.Equal(t, "[4,5]", r.params["message_ids"])
	assert.NotContains(t, r.params, "chat_id")

	synctest.Test(t, func(t *testing.T) {
		n := &numbered{}
		c := n.channel(t)
		require.ErrorIs(t, c.React(t.Context(), "55/bbc_1", "4", "👍"), channel.ErrUnsupported)
	})
}
