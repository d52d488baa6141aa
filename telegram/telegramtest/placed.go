package telegramtest

import "strings"

// placed is what a message has outside of private chats, or from elsewhere.
type placed struct {
	topic      *Topic
	direct     *User // whose direct messages with a channel
	senderChat *chat // in whose name it is written
	fake       *From // in the place of the sender then
	signature  string
	automatic  bool // a post, forwarded to the group of its channel
	origin     *origin
	service    *service
	reactions  map[*User]string
	counting   bool // the bot is going to be told their numbers
	pinned     bool
	owner      *User // of the business account that wrote it, or in whose name the bot did
}

// service is what a service message is about.
type service struct {
	NewMembers  []*From       `json:"new_chat_members,omitempty"`
	Left        *From         `json:"left_chat_member,omitempty"`
	MigrateTo   int64         `json:"migrate_to_chat_id,omitempty"`
	MigrateFrom int64         `json:"migrate_from_chat_id,omitempty"`
	Topic       *topicCreated `json:"forum_topic_created,omitempty"`
	WriteAccess *writeAccess  `json:"write_access_allowed,omitempty"`
}

type topicCreated struct {
	Name  string `json:"name"`
	Color int    `json:"icon_color"`
}

type writeAccess struct {
	FromRequest bool   `json:"from_request,omitempty"`
	WebApp      string `json:"web_app_name,omitempty"`
}

type wirePlaced struct {
	SenderChat *wireChat   `json:"sender_chat,omitempty"`
	Signature  string      `json:"author_signature,omitempty"`
	Thread     int64       `json:"message_thread_id,omitempty"`
	InTopic    bool        `json:"is_topic_message,omitempty"`
	Direct     *wireDirect `json:"direct_messages_topic,omitempty"`
	Automatic  bool        `json:"is_automatic_forward,omitempty"`
	Business   string      `json:"business_connection_id,omitempty"`
	SenderBot  *From       `json:"sender_business_bot,omitempty"`
	wireOrigin
	service
}

type wireDirect struct {
	ID   int64 `json:"topic_id"`
	User *From `json:"user"`
}

func (m *message) byBot() bool { return m.from == nil && m.fake == nil && m.service == nil }

// sender is the from of a message; a channel has none.
func (s *Server) sender(m *message) *From {
	switch {
	case m.fake != nil:
		return m.fake
	case m.chat.kind == broadcast:
		return nil
	case m.owner != nil:
		return m.owner.wire()
	case m.from != nil:
		return m.from.wire()
	}
	return s.bot()
}

func (s *Server) placement(m *message) wirePlaced {
	w := wirePlaced{Signature: m.signature, Automatic: m.automatic, wireOrigin: m.origin.wire()}
	if m.service != nil {
		w.service = *m.service
	}
	as := m.senderChat
	if m.chat.kind == broadcast {
		as = m.chat
	}
	if as != nil {
		chat := as.wire()
		w.SenderChat = &chat
	}
	if m.topic != nil {
		w.Thread, w.InTopic = m.topic.id, true
	}
	if m.direct != nil {
		w.Direct = &wireDirect{m.direct.id, m.direct.wire()}
	}
	if account := m.chat.account; account != nil {
		w.Business = account.id
		if m.byBot() {
			w.SenderBot = s.bot()
		}
	}
	return w
}

// announce posts a service message.
func (s *Server) announce(ch *chat, by *User, about *service) []*update {
	return s.told(ch.post(&message{from: by, placed: placed{service: about}}))
}

// told makes the update of a new message, if the bot gets to see it.
func (s *Server) told(m *message) []*update {
	if !s.sees(m) {
		return nil
	}
	if m.from != nil {
		m.from.met = true
	}
	kind := "message"
	if m.chat.kind == broadcast {
		kind = "channel_post"
	}
	return []*update{s.enqueue(kind, m.chat.id, seconds(m.date), s.wire(m))}
}

// retold makes the update of an edited message.
func (s *Server) retold(m *message) []*update {
	if !s.sees(m) {
		return nil
	}
	kind := "edited_message"
	if m.chat.kind == broadcast {
		kind = "edited_channel_post"
	}
	return []*update{s.enqueue(kind, m.chat.id, seconds(m.edited), s.wire(m))}
}

// sees says whether the bot gets to see a message of somebody else, https://core.telegram.org/bots/features#privacy-mode.
func (s *Server) sees(m *message) bool {
	bot := m.chat.home().bot
	switch {
	case m.chat.person != nil:
		return true // it is written to the bot
	case !bot.in(), m.date.Before(m.chat.home().since):
		return false
	case m.service != nil:
		return true
	case m.from != nil && m.from.isBot && !s.cfg.SeesBots:
		return false
	case s.cfg.ReadsAll || bot.admin() || m.chat.kind == broadcast:
		return true
	case m.replyTo != nil && m.replyTo.byBot():
		return true
	}
	return s.commanded(m)
}

// commanded tells a command that this bot may be meant by.
func (s *Server) commanded(m *message) bool {
	for _, e := range m.entities {
		if e.Type != "bot_command" {
			continue
		}
		command := utf16Slice(m.text, e.Offset, e.Length)
		_, name, named := strings.Cut(command, "@")
		if !named || strings.EqualFold(name, s.cfg.Username) {
			return true
		}
	}
	return false
}
