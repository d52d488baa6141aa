package main

import (
	"fmt"
	"strconv"
)

const (
	botID     = "123456789"
	botSecret = "AAFbenchmark_token_of_nobody_at_all"
	botToken  = botID + ":" + botSecret
	secret    = "secret-of-the-webhook"

	chats     = 999 // which has no factor with the number of kinds
	firstChat = 5512345678

	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
)

// kinds are what a bot gets, about as often as it does: %[1]d is the update's ID, %[2]d the person's and %[3]d the
// message's.
var kinds = []string{
	text("hi, is the table by the window still free for tonight?"),
	text("Спасибо, всё получил, очень быстро!"),
	text("ok"),
	`{"update_id":%[1]d,"message":{"message_id":%[3]d,"from":{"id":%[2]d,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"ann_lee","language_code":"en"},"chat":{"id":%[2]d,"first_name":"Ann","last_name":"Lee","username":"ann_lee","type":"private"},"date":1795300000,"text":"/start spring_sale","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}`,
	`{"update_id":%[1]d,"message":{"message_id":%[3]d,"from":{"id":%[2]d,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"ann_lee","language_code":"en"},"chat":{"id":-1001987654321,"title":"Support","is_forum":true,"type":"supergroup"},"date":1795300000,"message_thread_id":17,"is_topic_message":true,"text":"look at https://example.com/orders/1742 please, it is urgent","entities":[{"offset":8,"length":31,"type":"url"},{"offset":52,"length":6,"type":"bold"}]}}`,
	`{"update_id":%[1]d,"callback_query":{"id":"23672311%[1]d","from":{"id":%[2]d,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"ann_lee","language_code":"en"},"message":{"message_id":%[3]d,"from":{"id":123456789,"is_bot":true,"first_name":"Shop","username":"shop_bot"},"chat":{"id":%[2]d,"first_name":"Ann","last_name":"Lee","username":"ann_lee","type":"private"},"date":1795300000,"text":"Which size?","reply_markup":{"inline_keyboard":[[{"text":"S","callback_data":"size:s"},{"text":"M","callback_data":"size:m"},{"text":"L","callback_data":"size:l"}]]}},"chat_instance":"-3476152839475610293","data":"size:m"}}`,
	`{"update_id":%[1]d,"message":{"message_id":%[3]d,"from":{"id":%[2]d,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"ann_lee","language_code":"en"},"chat":{"id":%[2]d,"first_name":"Ann","last_name":"Lee","username":"ann_lee","type":"private"},"date":1795300000,"photo":[{"file_id":"AgACAgIAAxkBAAIBY2VtcGxhdGUxAAJ5yTEbAAEC","file_unique_id":"AQADeckxGwABAnI","file_size":1532,"width":90,"height":67},{"file_id":"AgACAgIAAxkBAAIBY2VtcGxhdGUyAAJ5yTEbAAED","file_unique_id":"AQADeckxGwABAnM","file_size":21456,"width":320,"height":240},{"file_id":"AgACAgIAAxkBAAIBY2VtcGxhdGUzAAJ5yTEbAAEE","file_unique_id":"AQADeckxGwABAnQ","file_size":98231,"width":800,"height":600}],"caption":"it came broken"}}`,
	text("Could you send me the invoice for the last order as well? My accountant keeps asking for it, and I cannot find the e-mail."),
}

func text(s string) string {
	return `{"update_id":%[1]d,"message":{"message_id":%[3]d,"from":{"id":%[2]d,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"ann_lee","language_code":"en"},"chat":{"id":%[2]d,"first_name":"Ann","last_name":"Lee","username":"ann_lee","type":"private"},"date":1795300000,"text":` + strconv.Quote(s) + `}}`
}

const (
	firstUpdate = 100_000_000 // as long as real ones, and so that counting does not make them longer
	idAt        = len(`{"update_id":`)
)

// feed is updates without end, each with an ID of its own. The people write in turns.
type feed struct {
	bodies [][]byte
	next   int
}

func newFeed() *feed {
	f := &feed{bodies: make([][]byte, 0, len(kinds)*chats)}
	for j, kind := range kinds {
		for i := range chats {
			f.bodies = append(f.bodies, fmt.Appendf(nil, kind, firstUpdate, firstChat+i, 1000+j))
		}
	}
	return f
}

// body is the next update, good until the next round through the feed.
func (f *feed) body() []byte {
	body := f.bodies[f.next%chats+f.next%len(kinds)*chats]
	strconv.AppendInt(body[:idAt], int64(firstUpdate+f.next), 10)
	f.next++
	return body
}
