package telegramtest

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Message is a message as a person sees it.
type Message struct {
	// ID is the message_id, unique in its chat alone.
	ID string
	// Text without markup, and the Entities that mark it.
	Text     string
	Entities []Entity
	// Keyboard is what came with the message; nil if nothing did.
	Keyboard *Keyboard
	// ReplyTo is the id of the message that this one answers; "" if none.
	ReplyTo string
	// ThreadID is the id of the forum topic that the message stands in; "" if none.
	ThreadID string
	// Silent and Protected are disable_notification and protect_content.
	Silent, Protected bool
	// NoPreview says that the links in it are to show no preview.
	NoPreview bool
	// Edited and Deleted say what became of it. A deleted message keeps its last text.
	Edited, Deleted bool
	// Forwarded says that it has a forward_origin, and Pinned that the bot pinned it.
	Forwarded, Pinned bool
	Date              time.Time

	// Media is the file in the message; nil if there is none. Entities are then those of its caption.
	Media *Media
	// AlbumID is what the messages of one album share; "" outside of albums.
	AlbumID string
	// Location, Venue, Contact, Dice and Poll are what else a message may be.
	Location *Location
	Venue    *Venue
	Contact  *Contact
	Dice     *Dice
	Poll     *Poll
}

// Entity is a stretch of formatted text, https://core.telegram.org/bots/api#messageentity. Offset and Length count
// UTF-16 code units.
type Entity struct {
	Type        string `json:"type"`
	Offset      int    `json:"offset"`
	Length      int    `json:"length"`
	URL         string `json:"url,omitempty"`
	User        *From  `json:"user,omitempty"`
	Language    string `json:"language,omitempty"`
	CustomEmoji string `json:"custom_emoji_id,omitempty"`
	UnixTime    int64  `json:"unix_time,omitempty"`
}

// From is a user as the API writes one.
type From struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name,omitempty"`
	Username  string `json:"username,omitempty"`
	Language  string `json:"language_code,omitempty"`
}

type chatKind string

const (
	private    chatKind = "private"
	basicGroup chatKind = "group"
	supergroup chatKind = "supergroup"
	broadcast  chatKind = "channel"
)

// chat holds the messages of one chat, as they are now.
type chat struct {
	id       int64
	kind     chatKind
	person   *User // of a private chat
	place          // of any other
	messages []*message
	sent     sendLog

	floodUntil time.Time // of a TooManyRequests: no message before
}

// message is a message as the server keeps it.
type message struct {
	id   int64
	chat *chat
	from *User // nil: the bot
	placed
	date      time.Time
	edited    time.Time
	deleted   bool
	text      string
	entities  []Entity
	keyboard  *Keyboard
	replyTo   *message
	silent    bool
	protected bool
	noPreview bool

	content // instead of a text
}

// post gives a message its date and its id, which is unique in its chat, and in all chats of a business account: there a
// bot deletes by the id alone.
func (ch *chat) post(m *message) *message {
	m.chat, m.id, m.date = ch, int64(len(ch.messages)+1), time.Now()
	if b := ch.account; b != nil {
		b.lastID++
		m.id = b.lastID
	}
	ch.messages = append(ch.messages, m)
	return m
}

// find is the message with this id, nil if there is none or it was deleted.
func (ch *chat) find(id int64) *message {
	at, found := slices.BinarySearchFunc(ch.messages, id, func(m *message, id int64) int { return cmp.Compare(m.id, id) })
	if !found || ch.messages[at].deleted {
		return nil
	}
	return ch.messages[at]
}

type wireChat struct {
	ID        int64    `json:"id"`
	Type      chatKind `json:"type"`
	Title     string   `json:"title,omitempty"`
	Forum     bool     `json:"is_forum,omitempty"`
	Direct    bool     `json:"is_direct_messages,omitempty"`
	FirstName string   `json:"first_name,omitempty"`
	LastName  string   `json:"last_name,omitempty"`
	Username  string   `json:"username,omitempty"`
}

type wireMessage struct {
	ID   int64    `json:"message_id"`
	From *From    `json:"from,omitempty"`
	Chat wireChat `json:"chat"`
	wirePlaced
	Date      int64        `json:"date"`
	EditDate  int64        `json:"edit_date,omitempty"`
	ReplyTo   *wireMessage `json:"reply_to_message,omitempty"`
	Protected bool         `json:"has_protected_content,omitempty"`
	Text      string       `json:"text,omitempty"`
	Entities  []Entity     `json:"entities,omitempty"`
	Markup    *wireMarkup  `json:"reply_markup,omitempty"`

	wireContent
}

// wireMarkup is the only kind of keyboard that the API shows in a message.
type wireMarkup struct {
	Inline [][]Button `json:"inline_keyboard"`
}

func (ch *chat) wire() wireChat {
	p := ch.person
	if p == nil {
		return wireChat{
			ID: ch.id, Type: ch.kind, Title: ch.title, Username: ch.username, Forum: ch.forum, Direct: ch.channel != nil,
		}
	}
	return wireChat{ID: ch.id, Type: ch.kind, FirstName: p.first, LastName: p.last, Username: p.username}
}

func (s *Server) bot() *From {
	return &From{ID: s.botID, IsBot: true, FirstName: s.cfg.Name, Username: s.cfg.Username}
}

func (s *Server) wire(m *message) *wireMessage {
	w := &wireMessage{
		ID: m.id, From: s.sender(m), wirePlaced: s.placement(m), Chat: m.chat.wire(), Date: m.date.Unix(), Protected: m.protected,
		Text: m.text, Entities: m.entities,
	}
	s.wireContent(m, w)
	if !m.edited.IsZero() {
		w.EditDate = m.edited.Unix()
	}
	if m.replyTo != nil && !m.replyTo.deleted {
		w.ReplyTo = s.wire(m.replyTo)
		w.ReplyTo.ReplyTo = nil // never nested further
	}
	if m.keyboard != nil && m.keyboard.Inline {
		w.Markup = &wireMarkup{m.keyboard.Rows}
	}
	return w
}

// seen is a copy of the message for the person.
func (m *message) seen() Message {
	out := Message{
		ID: strconv.FormatInt(m.id, 10), Text: m.text, Entities: append([]Entity(nil), m.entities...),
		Keyboard: m.keyboard.clone(), Silent: m.silent, Protected: m.protected, NoPreview: m.noPreview,
		Edited: !m.edited.IsZero(), Deleted: m.deleted, Forwarded: m.origin != nil, Pinned: m.pinned, Date: m.date,
	}
	if m.replyTo != nil {
		out.ReplyTo = strconv.FormatInt(m.replyTo.id, 10)
	}
	if m.topic != nil {
		out.ThreadID = m.topic.ID()
	}
	m.content.show(&out)
	return out
}
