package telegram

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

func TestOtherKindsStillTellWhoWhereAndWhen(t *testing.T) {
	t.Parallel()
	const bob = `{"id":55,"is_bot":false,"first_name":"Bob"}`
	const group = `{"id":-1005,"type":"supergroup","title":"G"}`
	for name, test := range map[string]struct {
		native            string
		user, chat, order string
		date              int64 // 0: none is told
	}{
		"a business connection": {
			`{"update_id":6,"business_connection":{"id":"bc_AbCdEf01","user":` + bob + `,"user_chat_id":55,"date":1795300000,"rights":{"can_reply":true},"is_enabled":true}}`,
			"55", "55", "", 1795300000,
		},
		"a business connection that ended": {
			`{"update_id":6,"business_connection":{"id":"bc_AbCdEf01","user":` + bob + `,"user_chat_id":55,"date":1795300000,"is_enabled":false}}`,
			"55", "55", "", 1795300000,
		},
		"a member of a group": {
			`{"update_id":6,"chat_member":{"chat":` + group + `,"from":` + bob + `,"date":1795300000,"old_chat_member":{"user":{"id":7},"status":"left"},"new_chat_member":{"user":{"id":7},"status":"member"}}}`,
			"55", "-1005", "", 1795300000,
		},
		"the number of reactions": {
			`{"update_id":6,"message_reaction_count":{"chat":` + group + `,"message_id":4,"date":1795300000,"reactions":[{"type":{"type":"emoji","emoji":"👍"},"total_count":3}]}}`,
			"", "-1005", "", 1795300000,
		},
		"an inline query":          {`{"update_id":6,"inline_query":{"id":"1","from":` + bob + `,"query":"q","offset":"","chat_type":"sender"}}`, "55", "", "", 0},
		"a chosen result":          {`{"update_id":6,"chosen_inline_result":{"result_id":"1","from":` + bob + `,"query":"q","inline_message_id":"AgAA"}}`, "55", "", "", 0},
		"a shipping query":         {`{"update_id":6,"shipping_query":{"id":"1","from":` + bob + `,"invoice_payload":"p","shipping_address":{"country_code":"UA"}}}`, "55", "", "", 0},
		"a question before paying": {`{"update_id":6,"pre_checkout_query":{"id":"1","from":` + bob + `,"currency":"XTR","total_amount":5,"invoice_payload":"p"}}`, "55", "", "", 0},
		"paid media":               {`{"update_id":6,"purchased_paid_media":{"from":` + bob + `,"paid_media_payload":"p"}}`, "55", "", "", 0},
		"a poll":                   {`{"update_id":6,"poll":{"id":"523341","question":"?","options":[]}}`, "", "", `poll/"523341"`, 0},
		"an answer to a poll":      {`{"update_id":6,"poll_answer":{"poll_id":"523341","user":` + bob + `,"option_ids":[0]}}`, "55", "", `poll/"523341"`, 0},
		"an answer of a channel": {
			`{"update_id":6,"poll_answer":{"poll_id":"523341","voter_chat":{"id":-1006,"type":"channel"},"user":{"id":136817688,"is_bot":true,"first_name":"Channel"},"option_ids":[0]}}`,
			"", "", `poll/"523341"`, 0,
		},
		"a boost": {
			`{"update_id":6,"chat_boost":{"chat":` + group + `,"boost":{"boost_id":"b","add_date":1795300000,"expiration_date":1797900000,"source":{"source":"premium","user":` + bob + `}}}}`,
			"55", "-1005", "", 1795300000,
		},
		"a boost that ended": {
			`{"update_id":6,"removed_chat_boost":{"chat":` + group + `,"boost_id":"b","remove_date":1795300000,"source":{"source":"premium","user":` + bob + `}}}`,
			"55", "-1005", "", 1795300000,
		},
		"a boost of nobody":   {`{"update_id":6,"chat_boost":{"chat":` + group + `,"boost":{"boost_id":"b","add_date":1795300000,"source":{"source":"giveaway"}}}}`, "", "-1005", "", 1795300000},
		"a managed bot":       {`{"update_id":6,"managed_bot":{"user":` + bob + `,"bot":{"id":9,"is_bot":true,"first_name":"Child"}}}`, "55", "", "", 0},
		"a paid subscription": {`{"update_id":6,"subscription":{"user":` + bob + `,"invoice_payload":"p","state":"canceled"}}`, "55", "", "", 0},
		"a stop of a draft":   {`{"update_id":6,"stopped_message_generation":{"chat":{"id":55,"type":"private"},"message_thread_id":17,"draft_id":1}}`, "", "55/17", "", 0},
		"of another time":     {`{"update_id":6,"hologram":{"chat":` + group + `,"from":` + bob + `,"date":1795300000,"depth":[1,2]}}`, "55", "-1005", "", 1795300000},
		"of nobody":           {`{"update_id":6,"hologram":{"depth":3}}`, "", "", "", 0},
		"beside a flag":       {`{"update_id":6,"urgent":true,"hologram":{"user":` + bob + `}}`, "55", "", "", 0},
		"a message with a text of a number": {
			`{"update_id":6,"message":{"message_id":2,"chat":` + group + `,"from":` + bob + `,"date":1795300000,"text":5,"is_topic_message":true,"message_thread_id":9}}`,
			"55", "-1005/9", "", 1795300000,
		},
		"a post with a text of a number": {
			`{"update_id":6,"message":{"message_id":2,"chat":` + group + `,"from":` + bob + `,"sender_chat":{},"date":1795300000,"text":5}}`,
			"", "-1005", "", 1795300000,
		},
		"a press with data of a number": {`{"update_id":6,"callback_query":{"id":"9","from":` + bob + `,"data":5}}`, "55", "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newTest(t, ok("true"))
			in := decode(t, c.driver, test.native)
			e := in.Event
			assert.Equal(t, channel.EventOther, e.Kind)
			assert.Equal(t, "6", e.ID)
			assert.Equal(t, test.user, e.User.ID)
			assert.Equal(t, test.chat, e.Chat.ID)
			assert.Equal(t, test.order, in.Order)
			assert.JSONEq(t, test.native, string(e.Raw))
			assert.Nil(t, e.Message)
			assert.Nil(t, in.Implies)
			if test.date != 0 {
				assert.Equal(t, time.Unix(test.date, 0).UTC(), e.Time)
			}
		})
	}
}

func TestDeletedMessagesAreEventsOfTheirOwn(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	native := `{"update_id":700013,"deleted_business_messages":{"business_connection_id":"bc_AbCdEf01","chat":{"id":6600000001,"first_name":"Customer","type":"private"},"message_ids":IDS,"new":{"message_ids":[7]}}}`
	for range 2 {
		events, err := c.driver.Decode([]byte(strings.Replace(native, "IDS", " [4021, 4022] ", 1)))
		assert.NoError(t, err)
		assert.Len(t, events, 2)
		for i, id := range []string{"4021", "4022"} {
			e := events[i].Event
			assert.Equal(t, channel.EventMessageDeleted, e.Kind)
			assert.Equal(t, "700013/"+id, e.ID, "the same each time")
			assert.Equal(t, &channel.Message{ID: id}, e.Message)
			assert.Equal(t, channel.Chat{ID: "6600000001/bbc_AbCdEf01", Kind: channel.ChatPrivate}, e.Chat)
			assert.Equal(t, channel.User{}, e.User, "Telegram does not tell whether it was the owner or the customer")
			assert.Equal(t, c.Account(), e.Account)
			assert.Equal(t, int64(700013), events[i].Seq)
			assert.JSONEq(t, strings.Replace(native, "IDS", "["+id+"]", 1), string(e.Raw), "this event's alone")
		}
	}
	one := decode(t, c.driver, strings.Replace(native, "IDS", "[5]", 1)).Event
	assert.Equal(t, "700013/5", one.ID)
	none := decode(t, c.driver, strings.Replace(native, "IDS", "[]", 1)).Event
	assert.Equal(t, channel.EventOther, none.Kind)
	assert.Equal(t, "700013", none.ID)
	odd := decode(t, c.driver, strings.Replace(native, "IDS", `["x"]`, 1)).Event
	assert.Equal(t, channel.EventOther, odd.Kind)
	assert.Equal(t, "6600000001/bbc_AbCdEf01", odd.Chat.ID)
}

func TestManyDeletionsHoldNoMoreThanTheirOwn(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	ids := strings.TrimSuffix(strings.Repeat("4021,", 1000), ",")
	events, err := c.driver.Decode([]byte(`{"deleted_business_messages":{"chat":{"id":6,"type":"private"},"message_ids":[` + ids + `]},"update_id":1}`))
	assert.NoError(t, err)
	assert.Len(t, events, 1000)
	for i := range events {
		assert.Less(t, len(events[i].Event.Raw), 120)
	}
}
