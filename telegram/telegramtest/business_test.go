package telegramtest_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// shop is a server with a business account, whose customer is about to write.
func shop(t testing.TB, rights telegramtest.BusinessRights) (*telegramtest.Server, *bot, *telegramtest.Business, *telegramtest.Customer) {
	t.Helper()
	srv := unlimited(t)
	b := hooked(t, srv, nil)
	account, err := srv.NewUser("Owner").ConnectBusiness(rights)
	require.NoError(t, err)
	return srv, b, account, account.Customer(srv.NewUser("Customer"))
}

func TestConnectingABusinessAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, account, ann := shop(t, telegramtest.BusinessRights{Reply: true})
		want := func(rights string, enabled string, date int64) string {
			d, err := json.Marshal(date)
			require.NoError(t, err)
			return `{"id":"` + account.ID() + `","user":{"id":` + account.Owner().ID() + `,"is_bot":false,"first_name":"Owner","language_code":"en"},
				"user_chat_id":` + account.Owner().ID() + `,"date":` + string(d) + `,"rights":` + rights + `,"is_enabled":` + enabled + `}`
		}
		now := time.Now().Unix()
		asJSON(t, want(`{"can_reply":true}`, "true", now), newest(t, b, "business_connection"))
		asJSON(t, want(`{"can_reply":true}`, "true", now), json.RawMessage(mustCall(t, srv, "getBusinessConnection", in{"business_connection_id": account.ID()}).Result))
		again, err := account.Owner().ConnectBusiness(telegramtest.BusinessRights{Read: true})
		require.NoError(t, err)
		assert.Same(t, account, again)
		asJSON(t, want(`{"can_read_messages":true}`, "true", now), newest(t, b, "business_connection"))
		require.NoError(t, ann.Write("x"))
		require.NoError(t, account.Disconnect())
		asJSON(t, want(`{"can_read_messages":true}`, "false", now), newest(t, b, "business_connection"))
		require.Error(t, account.Disconnect())
		before := len(b.got())
		require.NoError(t, ann.Write("y"))
		assert.Len(t, b.got(), before, "the bot hears no more")
		for method, parameters := range map[string]in{
			"sendMessage": {"chat_id": ann.ChatID(), "text": "x"}, "getBusinessConnection": {},
			"readBusinessMessage": {"chat_id": ann.ChatID(), "message_id": 1}, "sendChatAction": {"chat_id": ann.ChatID(), "action": "typing"},
		} {
			parameters["business_connection_id"] = account.ID()
			assert.Equal(t, "Bad Request: business connection not found", call(t, srv, method, parameters).Description, method)
		}
	})
}

func TestACustomerAndTheOwnerWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, b, account, ann := shop(t, telegramtest.BusinessRights{})
		require.NoError(t, ann.Write("Is it open?"))
		m := newest(t, b, "business_message")
		delete(m, "date")
		asJSON(t, `{"business_connection_id":"`+account.ID()+`","message_id":1,
			"from":{"id":`+ann.ChatID()+`,"is_bot":false,"first_name":"Customer","language_code":"en"},
			"chat":{"id":`+ann.ChatID()+`,"first_name":"Customer","type":"private"},"text":"Is it open?"}`, m)
		require.NoError(t, ann.OwnerWrite("Yes"))
		asJSON(t, account.Owner().ID(), newest(t, b, "business_message")["from"].(in)["id"])
		asJSON(t, ann.ChatID(), newest(t, b, "business_message")["chat"].(in)["id"])
		require.NoError(t, ann.Edit("1", "Is it still open?"))
		assert.Equal(t, "Is it still open?", newest(t, b, "edited_business_message")["text"])
		require.NoError(t, ann.OwnerEdit("2", "No"))
		assert.Equal(t, "No", newest(t, b, "edited_business_message")["text"])
		require.Error(t, ann.Edit("2", "hers not"))
		require.Error(t, ann.OwnerEdit("9", "x"))
		require.Error(t, ann.Write(" "))
		require.NoError(t, ann.OwnerDelete("1", "2"))
		asJSON(t, `{"business_connection_id":"`+account.ID()+`","message_ids":[1,2],
			"chat":{"id":`+ann.ChatID()+`,"first_name":"Customer","type":"private"}}`, newest(t, b, "deleted_business_messages"))
		require.Error(t, ann.OwnerDelete("1"))
		require.NoError(t, ann.Write("oops"))
		require.NoError(t, ann.Delete(ann.Sent()[1].ID))
		asJSON(t, `[3]`, newest(t, b, "deleted_business_messages")["message_ids"])
		require.Error(t, ann.OwnerDelete())
		assert.True(t, ann.Sent()[0].Deleted)
		assert.Len(t, ann.OwnerSent(), 1)
		assert.Empty(t, ann.User().Sent(), "the chat with the bot is another one")
	})
}

func TestTheBotAnswersForTheOwner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, account, ann := shop(t, telegramtest.BusinessRights{Reply: true, Read: true})
		do := func(method string, parameters in) result {
			all := in{"business_connection_id": account.ID(), "chat_id": number(ann.ChatID())}
			for name, value := range parameters {
				all[name] = value
			}
			return call(t, srv, method, all)
		}
		assert.Equal(t, "Bad Request: chat not found", do("sendMessage", in{"text": "x"}).Description, "nobody wrote yet")
		require.NoError(t, ann.OwnerWrite("first"))
		assert.Equal(t, "Bad Request: BUSINESS_PEER_USAGE_MISSING", do("sendMessage", in{"text": "x"}).Description)
		require.NoError(t, ann.Write("hello"))
		got := do("sendMessage", in{"text": "Yes", "reply_markup": inline(in{"text": "Book", "callback_data": "b"}), "reply_parameters": in{"message_id": 2}})
		require.True(t, got.OK, got.Description)
		synctest.Wait()
		sent := newest(t, b, "business_message")
		asJSON(t, string(got.Result), sent)
		assert.Equal(t, "Owner", sent["from"].(in)["first_name"])
		assert.Equal(t, "parley_test_bot", sent["sender_business_bot"].(in)["username"])
		require.Len(t, ann.Messages(), 1)
		require.NoError(t, ann.Press("Book"))
		query := newest(t, b, "callback_query")
		assert.Equal(t, account.ID(), query["message"].(in)["business_connection_id"])
		require.Error(t, ann.Press("No"))
		assert.True(t, do("editMessageText", in{"message_id": ann.Messages()[0].ID, "text": "Surely"}).OK)
		assert.True(t, do("sendChatAction", in{"action": "typing"}).OK)
		assert.True(t, do("readBusinessMessage", in{"message_id": 2}).OK)
		assert.Equal(t, "Bad Request: message to read not found", do("readBusinessMessage", in{"message_id": 99}).Description)
		assert.Equal(t, "Bad Request: message identifier is not specified", do("readBusinessMessage", nil).Description)

		for want, markup := range map[string]in{
			"Bad Request: inline keyboard expected": {"keyboard": [][]string{{"a"}}},
			"Bad Request: BUTTON_TYPE_INVALID":      inline(in{"text": "a", "web_app": in{"url": "https://a.io"}}),
		} {
			assert.Equal(t, want, do("sendMessage", in{"text": "x", "reply_markup": markup}).Description)
		}
		assert.Equal(t, "Bad Request: chat not found", do("sendMessage", in{"chat_id": "@customer", "text": "x"}).Description)
		assert.Equal(t, "Bad Request: chat_id is empty", do("sendMessage", in{"chat_id": "", "text": "x"}).Description)
		assert.Equal(t, "Forbidden: bot can't initiate conversation with a user",
			call(t, srv, "sendMessage", in{"chat_id": ann.ChatID(), "text": "x"}).Description, "of its own it may not")

		time.Sleep(24*time.Hour - time.Second)
		assert.True(t, do("sendMessage", in{"text": "late"}).OK)
		time.Sleep(time.Second)
		assert.Equal(t, "Bad Request: BUSINESS_PEER_USAGE_MISSING", do("sendMessage", in{"text": "x"}).Description)
		require.NoError(t, ann.Write("again"))
		_, err := account.Owner().ConnectBusiness(telegramtest.BusinessRights{})
		require.NoError(t, err)
		got = do("sendMessage", in{"text": "x"})
		assert.Equal(t, "Forbidden: BOT_ACCESS_FORBIDDEN", got.Description)
		assert.Equal(t, 403, do("readBusinessMessage", in{"message_id": 2}).Status)
	})
}

func TestTheBotDeletesForTheOwner(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rights telegramtest.BusinessRights
		ids    []int
		want   string
		gone   []int
	}{
		"no right":              {telegramtest.BusinessRights{Reply: true}, []int{2}, "Forbidden: BOT_ACCESS_FORBIDDEN", nil},
		"its own":               {telegramtest.BusinessRights{Reply: true, DeleteSent: true}, []int{2}, "", []int{2}},
		"another's":             {telegramtest.BusinessRights{Reply: true, DeleteSent: true}, []int{2, 1}, "Forbidden: BOT_ACCESS_FORBIDDEN", nil},
		"all":                   {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, []int{1, 2}, "", []int{1, 2}},
		"missing ones":          {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, []int{99, 2, 2}, "", []int{2}},
		"missing ones alone":    {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, []int{99}, "", nil},
		"of two chats":          {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, []int{2, 3}, "Bad Request: messages must be from the same chat", nil},
		"no ids":                {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, []int{}, "Bad Request: message identifiers are not specified", nil},
		"more than a hundred":   {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, make([]int, 101), "Bad Request: too many message identifiers specified", nil},
		"a dice of today":       {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, []int{4}, "Bad Request: message can't be deleted for everyone", nil},
		"of the other customer": {telegramtest.BusinessRights{Reply: true, DeleteAll: true}, []int{3}, "", []int{3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, b, account, ann := shop(t, test.rights)
				require.NoError(t, ann.Write("Is it open?"))
				mustCall(t, srv, "sendMessage", in{"business_connection_id": account.ID(), "chat_id": ann.ChatID(), "text": "Yes"})
				bob := account.Customer(srv.NewUser("Bob"))
				require.NoError(t, bob.Write("Hi"))
				require.NoError(t, ann.SendDice("🎲"))
				got := call(t, srv, "deleteBusinessMessages", in{"business_connection_id": account.ID(), "message_ids": test.ids})
				assert.Equal(t, test.want, got.Description)
				synctest.Wait()
				var gone []int
				for _, u := range b.got() {
					if told, ok := u["deleted_business_messages"].(in); ok {
						for _, id := range told["message_ids"].([]any) {
							gone = append(gone, int(id.(float64)))
						}
					}
				}
				assert.Equal(t, test.gone, gone)
				for id, all := range map[int][]telegramtest.Message{1: ann.Sent(), 2: ann.Messages(), 3: bob.Sent()} {
					assert.Equal(t, slices.Contains(test.gone, id), all[0].Deleted, "%d", id)
				}
			})
		})
	}
}

func TestTheBotDeletesForTheOwnerForTwoDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, account, ann := shop(t, telegramtest.BusinessRights{DeleteAll: true})
		require.NoError(t, ann.Write("Is it open?"))
		time.Sleep(48 * time.Hour)
		parameters := in{"business_connection_id": account.ID(), "message_ids": []int{1}}
		assert.Equal(t, "Bad Request: message can't be deleted for everyone", call(t, srv, "deleteBusinessMessages", parameters).Description)
		require.NoError(t, ann.SendDice("🎲"))
		time.Sleep(24*time.Hour + time.Second)
		parameters["message_ids"] = []int{2}
		mustCall(t, srv, "deleteBusinessMessages", parameters)
		require.NoError(t, account.Disconnect())
		assert.Equal(t, "Bad Request: business connection not found", call(t, srv, "deleteBusinessMessages", parameters).Description)
	})
}
