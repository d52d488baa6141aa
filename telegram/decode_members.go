package telegram

import "github.com/parley-go/parley/internal/jsonscan"

func (m *message) Member(name []byte) any {
	switch string(name) {
	case "from":
		return &m.From
	case "sender_chat":
		return jsonscan.Made(&m.SenderChat)
	case "sender_business_bot":
		return jsonscan.Made(&m.SenderBot)
	case "via_bot":
		return jsonscan.Made(&m.ViaBot)
	case "date":
		return &m.Date
	case "edit_date":
		return &m.EditDate
	case "text":
		return &m.Text
	case "entities":
		return jsonscan.ListOf(&m.Entities)
	case "caption":
		return &m.Caption
	case "caption_entities":
		return jsonscan.ListOf(&m.CaptionEntities)
	case "media_group_id":
		return &m.AlbumID
	case "reply_to_message":
		return jsonscan.Made(&m.ReplyTo)
	case "external_reply":
		return jsonscan.Made(&m.ExternalReply)
	case "forward_origin":
		return jsonscan.Made(&m.ForwardOrigin)
	case "forward_date":
		return &m.ForwardDate
	case "forward_from":
		return jsonscan.Made(&m.ForwardFrom)
	case "forward_from_chat":
		return jsonscan.Made(&m.ForwardFromChat)
	case "forward_sender_name":
		return &m.ForwardSenderName
	case "write_access_allowed":
		return jsonscan.Made(&m.WriteAccess)
	case "web_app_data":
		return jsonscan.Made(&m.AppData)
	case "migrate_to_chat_id":
		return &m.MovedTo
	case "migrate_from_chat_id":
		return &m.MovedFrom
	}
	if to := m.place.Member(name); to != nil {
		return to
	}
	return m.content.Member(name)
}

func (p *place) Member(name []byte) any {
	switch string(name) {
	case "message_id":
		return &p.MessageID
	case "chat":
		return &p.Chat
	case "message_thread_id":
		return &p.Topic
	case "is_topic_message":
		return &p.IsTopic
	case "business_connection_id":
		return &p.Connection
	case "direct_messages_topic":
		return &p.DirectMessage
	}
	return nil
}

func (d *directTopic) Member(name []byte) any {
	if string(name) == "topic_id" {
		return &d.ID
	}
	return nil
}

func (u *user) Member(name []byte) any {
	switch string(name) {
	case "id":
		return &u.ID
	case "is_bot":
		return &u.Bot
	case "first_name":
		return &u.FirstName
	case "last_name":
		return &u.LastName
	case "username":
		return &u.Username
	case "language_code":
		return &u.Language
	}
	return nil
}

func (c *chat) Member(name []byte) any {
	switch string(name) {
	case "id":
		return &c.ID
	case "type":
		return &c.Type
	case "title":
		return &c.Title
	}
	return nil
}

func (e *entity) Member(name []byte) any {
	switch string(name) {
	case "type":
		return &e.Type
	case "offset":
		return &e.Offset
	case "length":
		return &e.Length
	case "url":
		return &e.URL
	case "language":
		return &e.Language
	case "user":
		return &e.User
	}
	return nil
}

func (m *mentioned) Member(name []byte) any {
	if string(name) == "id" {
		return &m.ID
	}
	return nil
}

func (r *repliedTo) Member(name []byte) any {
	switch string(name) {
	case "message_id":
		return &r.ID
	case "chat":
		return &r.Chat
	case "forum_topic_created":
		return jsonscan.Made(&r.Topic)
	}
	return nil
}

func (a *appData) Member(name []byte) any {
	switch string(name) {
	case "data":
		return &a.Data
	case "button_text":
		return &a.Button
	}
	return nil
}
