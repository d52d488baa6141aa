package telegram

import (
	"strings"

	"github.com/parley-go/parley/channel"
)

// message has the fields of a Message that become an event; what is not here is in Event.Raw.
type message struct {
	place
	content
	From       user      `json:"from"`
	SenderChat *struct{} `json:"sender_chat"`
	SenderBot  *struct{} `json:"sender_business_bot"`
	ViaBot     *struct{} `json:"via_bot"`
	Date       int64     `json:"date"`
	EditDate   int64     `json:"edit_date"`

	Text            string   `json:"text"`
	Entities        []entity `json:"entities"`
	Caption         string   `json:"caption"`
	CaptionEntities []entity `json:"caption_entities"`
	AlbumID         string   `json:"media_group_id"`

	ReplyTo       *repliedTo `json:"reply_to_message"`
	ExternalReply *repliedTo `json:"external_reply"`

	ForwardOrigin     *struct{} `json:"forward_origin"`
	ForwardDate       int64     `json:"forward_date"` // it and the next are what the server had before forward_origin
	ForwardFrom       *struct{} `json:"forward_from"`
	ForwardFromChat   *struct{} `json:"forward_from_chat"`
	ForwardSenderName string    `json:"forward_sender_name"`

	WriteAccess *struct{} `json:"write_access_allowed"`
	AppData     *appData  `json:"web_app_data"`
	MovedTo     int64     `json:"migrate_to_chat_id"`
	MovedFrom   int64     `json:"migrate_from_chat_id"`
}

// repliedTo is the message that one answers, here or elsewhere.
type repliedTo struct {
	ID    int64     `json:"message_id"`
	Chat  chat      `json:"chat"`
	Topic *struct{} `json:"forum_topic_created"`
}

type appData struct {
	Data   string `json:"data"`
	Button string `json:"button_text"`
}

// message is the event of a message that is not of a channel, nor of a business connection.
func (d *driver) message(a *arrival, m *message) {
	m.begin(a)
	e := &a.Event
	switch {
	case m.MovedTo != 0:
		e.Kind, e.Chat.FormerID, e.Chat.ID = channel.EventChatMoved, id(m.Chat.ID), id(m.MovedTo)
	case m.MovedFrom != 0:
		e.Kind, e.Chat.FormerID = channel.EventChatMoved, id(m.MovedFrom)
	case m.WriteAccess != nil && e.Chat.Kind == channel.ChatPrivate && !m.ofMachine():
		e.Kind = channel.EventSubscription
		e.Subscription = a.right(channel.Subscription{State: channel.StateActive, Since: e.Time})
		return
	case m.AppData != nil && !m.ofMachine():
		e.Kind = channel.EventPostback
		e.Postback = &channel.Postback{Data: m.AppData.Data, Text: m.AppData.Button}
	default:
		d.written(a, m)
	}
	if e.Chat.Kind == channel.ChatPrivate && !m.ofMachine() {
		a.Implies = a.right(channel.Subscription{State: channel.StateActive, Since: e.Time})
	}
}

// written makes e what a person wrote, a message or a start. A message of the service, which has no content, and one of a
// machine, which to answer may begin a loop, are EventOther.
func (d *driver) written(a *arrival, m *message) {
	e := &a.Event
	e.Message = m.message(a)
	if e.Message == nil || m.ofMachine() {
		return
	}
	e.Kind = channel.EventMessage
	if c := e.Message.Contacts; len(c) > 0 && c[0].Verified {
		e.User.Phone = c[0].Phone
	}
	if ref, ok := d.start(m); ok {
		e.Kind = channel.EventStarted
		if ref != "" {
			e.Referral = &channel.Referral{Ref: ref}
		}
	}
}

func edited(a *arrival, m *message) {
	m.begin(a)
	a.Event.Message = m.message(a)
	if a.Event.Message != nil && !m.ofMachine() {
		a.Event.Kind = channel.EventMessageEdited
	}
}

// post is a message of a channel: nobody in particular wrote it.
func post(a *arrival, m *message) {
	m.begin(a)
	if a.Event.Message = m.message(a); a.Event.Message != nil {
		a.Event.Kind = channel.EventMessage
	}
}

func editedPost(a *arrival, m *message) {
	m.begin(a)
	if a.Event.Message = m.message(a); a.Event.Message != nil {
		a.Event.Kind = channel.EventMessageEdited
	}
}

// guest is a message that calls the bot to a chat that it is not in, where it cannot write.
func guest(a *arrival, m *message) {
	m.begin(a)
	a.Event.Message = m.message(a)
}

// business is a message in a chat of a business connection, which is always private: with the customer's ID. What is not
// of the customer the owner wrote, or a bot of theirs, maybe this one.
func business(a *arrival, m *message) {
	m.begin(a)
	e := &a.Event
	e.Message = m.message(a)
	switch {
	case e.Message == nil, m.SenderBot != nil, m.ofMachine():
	case m.From.ID != m.Chat.ID:
		e.Kind = channel.EventEcho
	default:
		e.Kind = channel.EventMessage
		a.Implies = a.right(channel.Subscription{
			State: channel.StateActive, Since: e.Time, WindowEnds: e.Time.Add(businessWindow),
		})
	}
}

// editedBusiness is a customer's edit; that of the owner, or of a bot, is EventOther.
func editedBusiness(a *arrival, m *message) {
	m.begin(a)
	e := &a.Event
	e.Message = m.message(a)
	if e.Message != nil && m.SenderBot == nil && !m.ofMachine() && m.From.ID == m.Chat.ID {
		e.Kind = channel.EventMessageEdited
	}
}

// begin sets what the events of all messages have. They are EventOther until more is known.
func (m *message) begin(a *arrival) {
	e := &a.Event
	e.Kind, e.Time = channel.EventOther, happened(max(m.Date, m.EditDate))
	m.setChat(&e.Chat, &a.texts)
	if m.SenderChat == nil { // else From is a stand-in
		if m.From.ID == m.Chat.ID && m.Connection == "" && !m.IsTopic {
			e.User.ID = e.Chat.ID // the same number
		}
		m.From.set(&e.User, &a.texts)
	}
}

// ofMachine reports whether no person wrote m as themselves: a bot did, or a chat, whose From is a stand-in.
func (m *message) ofMachine() bool { return m.From.Bot || m.SenderChat != nil || m.From.ID == 0 }

func (m *message) forwarded() bool {
	return m.ForwardOrigin != nil || m.ForwardDate != 0 || m.ForwardFrom != nil || m.ForwardFromChat != nil || m.ForwardSenderName != ""
}

// message is what was written; nil: nothing was, the service says that something happened.
func (m *message) message(a *arrival) *channel.Message {
	text, entities := m.Text, m.Entities
	if text == "" {
		text, entities = m.Caption, m.CaptionEntities
	}
	attachments, location := m.attachments(), m.content.place()
	if text == "" && attachments == nil && location == nil && m.Contact == nil {
		return nil
	}
	out := &a.message
	*out = channel.Message{
		ID: a.texts.id(m.MessageID), Text: text, Styles: styles(text, entities), Attachments: attachments, Location: location,
		ReplyTo: m.replyTo(&a.texts), Forwarded: m.forwarded(), AlbumID: m.AlbumID,
	}
	if m.Contact != nil {
		out.Contacts = []channel.Contact{m.contact()}
	}
	return out
}

// replyTo is the message answered, if it is of this chat. What begins a topic is not answered: everything in the topic
// names it.
func (m *message) replyTo(texts *texts) string {
	switch {
	case m.ReplyTo != nil && m.ReplyTo.Topic == nil:
		return texts.id(m.ReplyTo.ID)
	case m.ExternalReply != nil && m.ExternalReply.Chat.ID == m.Chat.ID: // in another topic
		return texts.id(m.ExternalReply.ID)
	default:
		return ""
	}
}

// start takes the reference off the command /start: what follows it after a space. A command that names a bot is for that
// one; while our own name is not known it is taken for ours, which it is in groups but for bots that read all.
func (d *driver) start(m *message) (ref string, ok bool) {
	const command = "/start"
	if !strings.HasPrefix(m.Text, command) || m.forwarded() || len(m.Entities) == 0 {
		return "", false
	}
	e := m.Entities[0]
	if e.Type != "bot_command" || e.Offset != 0 || e.Length < len(command) || e.Length > len(m.Text) {
		return "", false
	}
	// A command is ASCII: its UTF-16 units are its bytes.
	name, rest := m.Text[len(command):e.Length], m.Text[e.Length:]
	if name != "" {
		own := d.knownUsername()
		if name[0] != '@' || own != "" && !strings.EqualFold(name[1:], own) {
			return "", false
		}
	}
	if !strings.HasPrefix(rest, " ") {
		return "", true
	}
	return strings.TrimSpace(rest), true
}
