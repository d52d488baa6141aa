package telegram

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel/adapter"
)

// callOf is what the engine is told of a call of the library.
func callOf(t *testing.T, method, query string) (*libraryCall, adapter.Call) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "https://api.example/bot1:x/"+method, strings.NewReader(query))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	n, err := newLibraryCall(r, method, newToken(testToken))
	require.NoError(t, err)
	return n, n.call()
}

func TestALibrarysCallPaysAsOurOwnDo(t *testing.T) {
	t.Parallel()
	album := []adapter.Cost{{Pace: paceBot, Units: 3}, {Pace: paceChat}, {Pace: paceGroup, Units: 3}}
	hundred := []adapter.Cost{{Pace: paceBot, Units: 20}, {Pace: paceChat}}
	numbers := "[" + strings.TrimSuffix(strings.Repeat("1,", 100), ",") + "]"
	for _, test := range []struct {
		method, query string
		chat          string
		costs         []adapter.Cost
		pace          string
		repeatable    bool
	}{
		{"sendMessage", "chat_id=5", "5", privateCosts, paceChat, false},
		{"SENDMESSAGE", "chat_id=5", "5", privateCosts, paceChat, false},
		{"sendSomethingNew", "chat_id=-5", "-5", groupCosts, paceGroup, false},
		{"sendMessage", "chat_id=@our_news", "@our_news", groupCosts, paceGroup, false},
		{"sendMessage", "chat_id=-1002233445566&message_thread_id=17", "-1002233445566/17", groupCosts, paceGroup, false},
		{"sendMessage", "chat_id=-1002233445566&message_thread_id=1", "-1002233445566", groupCosts, paceGroup, false},
		{"sendMessage", "chat_id=-1002233445566&direct_messages_topic_id=17", "-1002233445566/d17", groupCosts, paceGroup, false},
		{"sendMessage", "chat_id=66&business_connection_id=bc_A", "66/bbc_A", privateCosts, paceChat, false},
		{"sendMediaGroup", "chat_id=-5&media=[{},{},{}]", "-5", album, paceGroup, false},
		{"sendMediaGroup", "chat_id=-5&media=no+JSON", "-5", groupCosts, paceGroup, false},
		{"copyMessages", "chat_id=5&from_chat_id=6&message_ids=" + numbers, "5", hundred, paceChat, false},
		{"forwardMessages", "chat_id=5&message_ids=[1]", "5", privateCosts, paceChat, false},
		{"copyMessage", "chat_id=5", "5", privateCosts, paceChat, false},
		{"editMessageText", "chat_id=-5&message_id=7", "-5", groupCosts, paceGroup, true},
		{"editMessageText", "inline_message_id=x", "", botCosts, paceBot, true},
		{"editForumTopic", "chat_id=-5", "-5", botCosts, paceGroup, false},
		{"sendGift", "user_id=5", "5", privateCosts, paceChat, false},
		{"sendChatJoinRequestWebApp", "chat_join_request_query_id=5", "", botCosts, paceBot, false},
		{"sendChatAction", "chat_id=5&action=typing", "5", botCosts, paceChat, true},
		{"sendMessageDraft", "chat_id=5", "5", botCosts, paceChat, true},
		{"deleteMessage", "chat_id=5&message_id=7", "5", botCosts, paceChat, true},
		{"pinChatMessage", "chat_id=5&message_id=7", "5", botCosts, paceChat, false},
		{"unpinChatMessage", "chat_id=5", "5", botCosts, paceChat, false},
		{"getMe", "", "", botCosts, paceBot, true},
		{"getChat", "chat_id=@our_news", "@our_news", botCosts, paceGroup, true},
		{"getUpdates", "", "", botCosts, paceBot, true},
		{"logOut", "", "", botCosts, paceBot, false},
		{"setWebhook", "url=", "", registerCosts, paceRegister, true},
		{"deleteWebhook", "", "", registerCosts, paceRegister, true},
		{"sendMessage", "chat_id=no+chat", "", botCosts, paceBot, false},
		{"sendMessage", "", "", botCosts, paceBot, false},
	} {
		n, call := callOf(t, test.method, test.query)
		about := test.method + "?" + test.query
		assert.Equal(t, test.costs, call.Costs, about)
		assert.Equal(t, test.pace, n.pace(), about)
		assert.Equal(t, test.repeatable, call.Repeatable, about)
		assert.Equal(t, test.method, call.Op)
		assert.False(t, call.Once)
		if test.chat == "" {
			assert.Empty(t, call.ChatIDs, about)
		} else {
			assert.Equal(t, []string{test.chat}, call.ChatIDs, about)
		}
	}
}
