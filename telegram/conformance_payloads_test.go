package telegram_test

import (
	"fmt"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
)

// payloads are updates as the Bot API documents them, about people who do not exist.
var payloads = []channeltest.Payload{
	update("message", channel.EventMessage, `{"update_id":700020,"message":{"message_id":10,"from":`+ann+`,"chat":`+annChat+`,
		"date":1795299990,"text":"Привет 👋 https://a.io","entities":[{"offset":10,"length":12,"type":"url"}]}}`),
	update("start", channel.EventStarted, `{"update_id":700001,"message":{"message_id":11,"from":`+ann+`,"chat":`+annChat+`,
		"date":1795300000,"text":"/start ref_42-A","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}`),
	update("topic", channel.EventMessage, `{"update_id":700002,"message":{"message_id":88,"from":`+ann+`,"chat":`+forum+`,
		"date":1795300010,"message_thread_id":17,"is_topic_message":true,"reply_to_message":{"message_id":80,"from":`+shop+`,
		"chat":`+forum+`,"date":1795299000,"text":"Hi"},"text":"Yes"}}`),
	update("album", channel.EventMessage, `{"update_id":700003,"message":{"message_id":12,"from":`+ann+`,"chat":`+annChat+`,
		"date":1795300020,"media_group_id":"13900000000000001","photo":[
		{"file_id":"AgACsmall","file_unique_id":"AQADs","width":90,"height":67,"file_size":1200},
		{"file_id":"AgACbig","file_unique_id":"AQADb","width":1280,"height":960,"file_size":180000}],"caption":"two pics"}}`),
	update("contact", channel.EventMessage, `{"update_id":700004,"message":{"message_id":13,"from":`+ann+`,"chat":`+annChat+`,
		"date":1795300030,"contact":{"phone_number":"+380501112233","first_name":"Ann","last_name":"Lee","user_id":5512345679}}}`),
	update("venue", channel.EventMessage, `{"update_id":700005,"message":{"message_id":14,"from":`+ann+`,"chat":`+annChat+`,
		"date":1795300040,"location":{"latitude":50.4501,"longitude":30.5234},
		"venue":{"location":{"latitude":50.4501,"longitude":30.5234},"title":"Cafe","address":"Main St 1"}}}`),
	update("press", channel.EventPostback, `{"update_id":700006,"callback_query":{"id":"2367890123456789012","from":`+ann+`,
		"message":{"message_id":15,"from":`+shop+`,"chat":`+annChat+`,"date":1795300050,"text":"Choose","reply_markup":
		{"inline_keyboard":[[{"text":"Yes","callback_data":"y:1"},{"text":"Site","url":"https://a.io/"}]]}},
		"chat_instance":"-8123456789012345678","data":"y:1"}}`),
	update("block", channel.EventSubscription, `{"update_id":700007,"my_chat_member":{"chat":`+annChat+`,"from":`+ann+`,
		"date":1795300060,"old_chat_member":{"user":`+shop+`,"status":"member"},
		"new_chat_member":{"user":`+shop+`,"status":"kicked","until_date":0}}}`),
	update("invited to a group", channel.EventSubscription, `{"update_id":700008,"my_chat_member":{"chat":`+forum+`,"from":`+ann+`,
		"date":1795300070,"old_chat_member":{"user":`+shop+`,"status":"left"},"new_chat_member":{"user":`+shop+`,"status":"member"}}}`),
	update("edit", channel.EventMessageEdited, `{"update_id":700009,"edited_message":{"message_id":12,"from":`+ann+`,
		"chat":`+annChat+`,"date":1795300020,"edit_date":1795300080,"text":"fixed"}}`),
	update("channel post", channel.EventMessage, `{"update_id":700010,"channel_post":{"message_id":301,"author_signature":"Ed",
		"sender_chat":`+news+`,"chat":`+news+`,"date":1795300090,"text":"Post"}}`),
	update("reaction", channel.EventReaction, `{"update_id":700011,"message_reaction":{"chat":`+forum+`,"message_id":88,"user":`+ann+`,
		"date":1795300100,"old_reaction":[],"new_reaction":[{"type":"emoji","emoji":"👍"}]}}`),
	update("business", channel.EventMessage, `{"update_id":700012,"business_message":{"business_connection_id":"bc_AbCdEf02",
		"message_id":4021,"from":{"id":6600000002,"is_bot":false,"first_name":"Customer"},
		"chat":{"id":6600000002,"first_name":"Customer","type":"private"},"date":1795300110,"text":"Is it open?"}}`),
	update("moved group", channel.EventChatMoved, `{"update_id":700013,"message":{"message_id":1,"from":`+ann+`,"chat":`+forum+`,
		"date":1795300120,"migrate_from_chat_id":-4455667788}}`),
	update("asked to join", channel.EventSubscription, `{"update_id":700017,"chat_join_request":{"chat":`+forum+`,"from":`+ann+`,
		"user_chat_id":5512345679,"date":1795300130,"bio":"hi"}}`),
	update("business connection", channel.EventOther, `{"update_id":700018,"business_connection":{"id":"bc_AbCdEf02","user":`+ann+`,
		"user_chat_id":5512345679,"date":1795300140,"rights":{"can_reply":true},"is_enabled":true}}`),
	{
		Name: "deleted by a customer", Kinds: []channel.EventKind{channel.EventMessageDeleted, channel.EventMessageDeleted},
		Body: []byte(`{"update_id":700019,"deleted_business_messages":{"business_connection_id":"bc_AbCdEf02",
			"chat":{"id":6600000002,"first_name":"Customer","type":"private"},"message_ids":[4021,4022]}}`),
	},
	update("poll", channel.EventOther, `{"update_id":700014,"poll":{"id":"5233411111111111111","question":"Tea?","options":[
		{"text":"Yes","voter_count":1},{"text":"No","voter_count":0}],"total_voter_count":1,"is_closed":false,
		"is_anonymous":true,"type":"regular","allows_multiple_answers":false}}`),
	update("unknown kind", channel.EventOther, `{"update_id":700015,"telepathy":{"from":`+ann+`,"thought":"?"}}`),
	update("wrong type", channel.EventOther, `{"update_id":700016,"message":{"message_id":"eleven","from":[],"chat":`+annChat+`}}`),
}

const (
	ann     = `{"id":5512345679,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"annlee_","language_code":"uk"}`
	annChat = `{"id":5512345679,"first_name":"Ann","last_name":"Lee","username":"annlee_","type":"private"}`
	shop    = `{"id":7700110011,"is_bot":true,"first_name":"Parley","username":"parley_test_bot"}`
	forum   = `{"id":-1002233445567,"title":"Support","is_forum":true,"type":"supergroup"}`
	news    = `{"id":-1001111222234,"title":"News","username":"our_news_","type":"channel"}`
)

func update(name string, kind channel.EventKind, body string) channeltest.Payload {
	return channeltest.Payload{Name: name, Body: []byte(body), Kinds: []channel.EventKind{kind}, Time: times[name]}
}

// times are those of the payloads that have one: what was reported is not dated by the clock of who reads it.
var times = map[string]time.Time{
	"message": at(1795299990), "start": at(1795300000), "topic": at(1795300010), "album": at(1795300020),
	"contact": at(1795300030), "venue": at(1795300040), "block": at(1795300060), "invited to a group": at(1795300070),
	"edit": at(1795300080), "channel post": at(1795300090), "reaction": at(1795300100), "business": at(1795300110),
	"moved group": at(1795300120), "asked to join": at(1795300130), "business connection": at(1795300140),
}

func at(unix int64) time.Time { return time.Unix(unix, 0) }

// subscribed are updates about a person who blocked the bot, or no longer does.
func subscribed() func(p channeltest.Person, active bool, at time.Time) []byte {
	id := 800_000_000
	return func(p channeltest.Person, active bool, at time.Time) []byte {
		id++
		before, after := "member", "kicked"
		if active {
			before, after = after, before
		}
		return fmt.Appendf(nil, `{"update_id":%d,"my_chat_member":{"chat":{"id":%s,"first_name":"P","type":"private"},
			"from":{"id":%s,"is_bot":false,"first_name":"P"},"date":%d,"old_chat_member":{"user":`+shop+`,"status":"%s"},
			"new_chat_member":{"user":`+shop+`,"status":"%s"}}}`, id, p.ChatID, p.ID, at.Unix(), before, after)
	}
}
