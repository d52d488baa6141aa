package telegram

import "github.com/parley-go/parley/internal/jsonscan"

// A Member says where a member of an update goes, by the names in the tags of its struct. They are there for what jsonscan
// leaves to the library, and a test holds the two to one another.

func (u *update) Member(name []byte) any {
	switch string(name) {
	case "update_id":
		return &u.ID
	case "message":
		return jsonscan.Made(&u.Message)
	case "edited_message":
		return jsonscan.Made(&u.EditedMessage)
	case "channel_post":
		return jsonscan.Made(&u.ChannelPost)
	case "edited_channel_post":
		return jsonscan.Made(&u.EditedChannelPost)
	case "business_message":
		return jsonscan.Made(&u.BusinessMessage)
	case "edited_business_message":
		return jsonscan.Made(&u.EditedBusinessMessage)
	case "deleted_business_messages":
		return jsonscan.Made(&u.DeletedBusiness)
	case "guest_message":
		return jsonscan.Made(&u.GuestMessage)
	case "callback_query":
		return jsonscan.Made(&u.CallbackQuery)
	case "message_reaction":
		return jsonscan.Made(&u.MessageReaction)
	case "my_chat_member":
		return jsonscan.Made(&u.MyChatMember)
	case "chat_join_request":
		return jsonscan.Made(&u.ChatJoinRequest)
	}
	return &u.Rest // which is for the library
}

func (d *deletedMessages) Member(name []byte) any {
	if string(name) == "message_ids" {
		return jsonscan.ListOf(&d.MessageIDs)
	}
	return d.place.Member(name)
}

func (q *callbackQuery) Member(name []byte) any {
	switch string(name) {
	case "id":
		return &q.ID
	case "from":
		return &q.From
	case "data":
		return &q.Data
	case "message":
		return jsonscan.Made(&q.Message)
	}
	return nil
}

func (m *pressedMessage) Member(name []byte) any {
	if string(name) == "reply_markup" {
		return &m.ReplyMarkup
	}
	return m.place.Member(name)
}

func (k *pressedKeyboard) Member(name []byte) any {
	if string(name) == "inline_keyboard" {
		return jsonscan.ListOf(&k.Rows)
	}
	return nil
}

func (b *pressedButton) Member(name []byte) any {
	switch string(name) {
	case "text":
		return &b.Text
	case "callback_data":
		return &b.Data
	}
	return nil
}

func (r *messageReaction) Member(name []byte) any {
	switch string(name) {
	case "chat":
		return &r.Chat
	case "message_id":
		return &r.MessageID
	case "user":
		return &r.User
	case "date":
		return &r.Date
	case "new_reaction":
		return jsonscan.ListOf(&r.New)
	}
	return nil
}

func (r *reactionType) Member(name []byte) any {
	switch string(name) {
	case "type":
		return &r.Type
	case "emoji":
		return &r.Emoji
	case "custom_emoji_id":
		return &r.Custom
	}
	return nil
}

func (u *chatMemberUpdated) Member(name []byte) any {
	switch string(name) {
	case "chat":
		return &u.Chat
	case "from":
		return &u.From
	case "date":
		return &u.Date
	case "new_chat_member":
		return &u.New
	}
	return nil
}

func (m *member) Member(name []byte) any {
	switch string(name) {
	case "status":
		return &m.Status
	case "is_member":
		return jsonscan.Made(&m.IsMember)
	case "can_send_messages":
		return jsonscan.Made(&m.CanSend)
	case "can_post_messages":
		return jsonscan.Made(&m.CanPost)
	}
	return nil
}

func (r *joinRequest) Member(name []byte) any {
	switch string(name) {
	case "chat":
		return &r.Chat
	case "from":
		return &r.From
	case "user_chat_id":
		return &r.UserChatID
	case "date":
		return &r.Date
	}
	return nil
}
