package telegram

import (
	"strconv"

	"github.com/parley-go/parley/channel"
)

// id is an ID as text; 0 is none, also of a message: such a one cannot be answered.
func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

type user struct {
	ID        int64  `json:"id"`
	Bot       bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Language  string `json:"language_code"`
}

func (u *user) set(out *channel.User, texts *texts) {
	if out.ID == "" {
		out.ID = texts.id(u.ID)
	}
	out.Name = texts.fullName(u.FirstName, u.LastName)
	out.FirstName, out.LastName = u.FirstName, u.LastName
	out.Username, out.Language, out.Bot = u.Username, u.Language, u.Bot
	if u.Username != "" {
		out.ProfileURL = texts.join(linkBase, u.Username)
	}
}

func (u *user) user() channel.User {
	var out channel.User
	u.set(&out, new(texts))
	return out
}

type chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title"`
}

func (c *chat) set(out *channel.Chat, texts *texts) {
	out.ID, out.Kind, out.Title = texts.id(c.ID), c.kind(), c.Title
}

func (c *chat) kind() channel.ChatKind {
	switch c.Type {
	case "private":
		return channel.ChatPrivate
	case "group", "supergroup":
		return channel.ChatGroup
	case "channel":
		return channel.ChatChannel
	default:
		return ""
	}
}

// place is where a message is.
type place struct {
	MessageID     int64       `json:"message_id"`
	Chat          chat        `json:"chat"`
	Topic         int64       `json:"message_thread_id"`
	IsTopic       bool        `json:"is_topic_message"`
	Connection    string      `json:"business_connection_id"`
	DirectMessage directTopic `json:"direct_messages_topic"`
}

// directTopic is a person's chat with a channel.
type directTopic struct {
	ID int64 `json:"topic_id"`
}

func (p *place) setChat(out *channel.Chat, texts *texts) {
	out.Kind, out.Title = p.Chat.kind(), p.Chat.Title
	to := target{id: p.Chat.ID, direct: p.DirectMessage.ID, connection: p.Connection}
	if p.IsTopic && p.Topic != generalTopic { // else the thread is that of a reply
		to.topic = p.Topic
	}
	switch {
	case to == target{id: to.id}:
		out.ID = texts.id(to.id)
	case to.id != 0:
		out.ID = to.String()
	}
}
