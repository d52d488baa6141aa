package telegram

import (
	"strings"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// message has the fields of a Message that become an event; what is not here is in Event.Raw.
type message struct {
	place
	From       user      `json:"from"`
	SenderChat *chat     `json:"sender_chat"`
	SenderBot  *struct{} `json:"sender_business_bot"`
	Date       int64     `json:"date"`
	EditDate   int64     `json:"edit_date"`

	Text            string   `json:"text"`
	Entities        []entity `json:"entities"`
	Caption         string   `json:"caption"`
	CaptionEntities []entity `json:"caption_entities"`

	Photo     []file    `json:"photo"`
	Animation *file     `json:"animation"`
	Document  *file     `json:"document"`
	Video     *file     `json:"video"`
	Audio     *file     `json:"audio"`
	Voice     *file     `json:"voice"`
	VideoNote *file     `json:"video_note"`
	Sticker   *file     `json:"sticker"`
	Location  *location `json:"location"`
	Venue     *venue    `json:"venue"`
	Contact   *contact  `json:"contact"`
	Poll      *struct{} `json:"poll"`
	Story     *struct{} `json:"story"`
	Dice      *struct{} `json:"dice"`
	PaidMedia *struct{} `json:"paid_media"`

	AlbumID string `json:"media_group_id"`
	ReplyTo *struct {
		ID int64 `json:"message_id"`
	} `json:"reply_to_message"`
	ForwardOrigin *struct{} `json:"forward_origin"`
	ForwardDate   int64     `json:"forward_date"`

	WriteAccess *struct{} `json:"write_access_allowed"`
	AppData     *struct {
		Data   string `json:"data"`
		Button string `json:"button_text"`
	} `json:"web_app_data"`
	MovedTo   int64 `json:"migrate_to_chat_id"`
	MovedFrom int64 `json:"migrate_from_chat_id"`
}

type entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"` // UTF-16 code units, as Length
	Length   int    `json:"length"`
	URL      string `json:"url"`
	Language string `json:"language"`
	User     struct {
		ID int64 `json:"id"`
	} `json:"user"`
}

type file struct {
	ID        string `json:"file_id"`
	Name      string `json:"file_name"`
	MIME      string `json:"mime_type"`
	Size      int64  `json:"file_size"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Diameter  int    `json:"length"` // of a video note
	Seconds   int    `json:"duration"`
	Thumbnail *file  `json:"thumbnail"`
}

type location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type venue struct {
	Title   string `json:"title"`
	Address string `json:"address"`
}

type contact struct {
	Phone     string `json:"phone_number"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	UserID    int64  `json:"user_id"`
	VCard     string `json:"vcard"`
}

// message is the event of a message that is not of a channel, nor of a business connection.
func (d *driver) message(m *message) adapter.Incoming {
	e := m.event(channel.EventOther)
	switch {
	case m.MovedTo != 0:
		e.Kind, e.Chat.FormerID, e.Chat.ID = channel.EventChatMoved, id(m.Chat.ID), id(m.MovedTo)
	case m.MovedFrom != 0:
		e.Kind, e.Chat.FormerID = channel.EventChatMoved, id(m.MovedFrom)
	case m.WriteAccess != nil && e.Chat.Kind == channel.ChatPrivate:
		e.Kind = channel.EventSubscription
		e.Subscription = &channel.Subscription{State: channel.StateActive, Since: e.Time}
	case m.AppData != nil:
		e.Kind = channel.EventPostback
		e.Postback = &channel.Postback{Data: m.AppData.Data, Text: m.AppData.Button}
	default:
		d.written(m, &e)
	}
	in := adapter.Incoming{Event: e}
	if e.Kind != channel.EventSubscription && !m.ofMachine() && e.Chat.Kind == channel.ChatPrivate {
		in.Implies = &channel.Subscription{State: channel.StateActive, Since: e.Time}
	}
	return in
}

// written makes e what a person wrote: a message or a start.
func (d *driver) written(m *message, e *channel.Event) {
	if !m.hasContent() {
		return // a service message
	}
	e.Message = m.message()
	if m.ofMachine() {
		return // EventOther: answering it may begin a loop
	}
	e.Kind = channel.EventMessage
	if c := m.Contact; c != nil && e.Message.Contacts[0].Verified {
		e.User.Phone = e.Message.Contacts[0].Phone
	}
	if ref, ok := d.start(m); ok {
		e.Kind = channel.EventStarted
		if ref != "" {
			e.Referral = &channel.Referral{Ref: ref}
		}
	}
}

func edited(m *message) adapter.Incoming {
	e := m.event(channel.EventMessageEdited)
	e.Message = m.message()
	if m.ofMachine() {
		e.Kind = channel.EventOther
	}
	return adapter.Incoming{Event: e}
}

// post is a message of a channel: nobody in particular wrote it.
func post(m *message) adapter.Incoming {
	e := m.event(channel.EventOther)
	if m.hasContent() {
		e.Kind, e.Message = channel.EventMessage, m.message()
	}
	return adapter.Incoming{Event: e}
}

func editedPost(m *message) adapter.Incoming {
	e := m.event(channel.EventMessageEdited)
	e.Message = m.message()
	return adapter.Incoming{Event: e}
}

// business is a message in a chat of a business connection, which is always private: with the customer's ID. What is not
// of the customer the owner wrote, or a bot of theirs, maybe this one.
func business(m *message, kind channel.EventKind) adapter.Incoming {
	e := m.event(kind)
	switch {
	case !m.hasContent(), m.SenderBot != nil:
		e.Kind = channel.EventOther
		return adapter.Incoming{Event: e}
	case m.From.ID != m.Chat.ID && kind == channel.EventMessage:
		e.Kind = channel.EventEcho
	case m.From.ID != m.Chat.ID:
		e.Kind = channel.EventOther
	}
	e.Message = m.message()
	in := adapter.Incoming{Event: e}
	if e.Kind == channel.EventMessage {
		in.Implies = &channel.Subscription{
			State: channel.StateActive, Since: e.Time, WindowEnds: e.Time.Add(businessWindow),
		}
	}
	return in
}

// event is what the events of all messages have.
func (m *message) event(kind channel.EventKind) channel.Event {
	e := channel.Event{Kind: kind, Chat: m.chat(), Time: date(max(m.Date, m.EditDate))}
	if m.SenderChat == nil { // else From is a stand-in
		e.User = m.From.user()
	}
	return e
}

// ofMachine reports whether no person wrote m as themselves: a bot did, or a chat, whose From is a stand-in.
func (m *message) ofMachine() bool { return m.From.Bot || m.SenderChat != nil || m.From.ID == 0 }

func (m *message) forwarded() bool { return m.ForwardOrigin != nil || m.ForwardDate != 0 }

func (m *message) hasContent() bool {
	return m.Text != "" || m.Caption != "" || m.Location != nil || m.Contact != nil || m.attachment().Kind != ""
}

func (m *message) message() *channel.Message {
	out := &channel.Message{ID: messageID(m.MessageID), Text: m.Text, AlbumID: m.AlbumID, Forwarded: m.forwarded()}
	entities := m.Entities
	if m.Text == "" {
		out.Text, entities = m.Caption, m.CaptionEntities
	}
	out.Styles = styles(out.Text, entities)
	if m.ReplyTo != nil {
		out.ReplyTo = messageID(m.ReplyTo.ID)
	}
	if a := m.attachment(); a.Kind != "" {
		out.Attachments = []channel.Attachment{a}
	}
	if l := m.Location; l != nil {
		out.Location = &channel.Location{Latitude: l.Latitude, Longitude: l.Longitude}
		if v := m.Venue; v != nil {
			out.Location.Title, out.Location.Address = v.Title, v.Address
		}
	}
	if m.Contact != nil {
		out.Contacts = []channel.Contact{m.contact()}
	}
	return out
}

// contact is verified when the ID in it, which Telegram's server sets, is the sender's; a forwarded one may be anybody's.
func (m *message) contact() channel.Contact {
	c := m.Contact
	out := channel.Contact{
		Phone: c.Phone, FirstName: c.FirstName, LastName: c.LastName, UserID: id(c.UserID), VCard: c.VCard,
		Verified: c.UserID != 0 && c.UserID == m.From.ID && !m.forwarded(),
	}
	if out.Verified && c.Phone != "" && !strings.HasPrefix(c.Phone, "+") {
		out.Phone = "+" + c.Phone // an account's own number is international, with or without the sign
	}
	return out
}

// attachment is the file of m. An animation is a document too: what is more special comes first.
func (m *message) attachment() channel.Attachment {
	switch {
	case len(m.Photo) > 0:
		return largest(m.Photo).attachment(channel.AttachmentImage)
	case m.Animation != nil:
		return m.Animation.attachment(channel.AttachmentAnimation)
	case m.Video != nil:
		return m.Video.attachment(channel.AttachmentVideo)
	case m.VideoNote != nil:
		return m.VideoNote.attachment(channel.AttachmentVideoNote)
	case m.Voice != nil:
		return m.Voice.attachment(channel.AttachmentVoice)
	case m.Audio != nil:
		return m.Audio.attachment(channel.AttachmentAudio)
	case m.Sticker != nil:
		return m.Sticker.attachment(channel.AttachmentSticker)
	case m.Document != nil:
		return m.Document.attachment(channel.AttachmentFile)
	case m.Poll != nil, m.Story != nil, m.Dice != nil, m.PaidMedia != nil:
		return channel.Attachment{Kind: channel.AttachmentOther}
	default:
		return channel.Attachment{}
	}
}

func largest(sizes []file) *file {
	best := &sizes[0]
	for i := range sizes {
		if sizes[i].Width*sizes[i].Height > best.Width*best.Height {
			best = &sizes[i]
		}
	}
	return best
}

func (f *file) attachment(kind channel.AttachmentKind) channel.Attachment {
	a := channel.Attachment{
		Kind: kind, FileID: f.ID, Name: f.Name, MIME: f.MIME, Size: f.Size,
		Width: f.Width, Height: f.Height, Seconds: f.Seconds,
	}
	if kind == channel.AttachmentVideoNote {
		a.Width, a.Height = f.Diameter, f.Diameter
	}
	if f.Thumbnail != nil {
		t := *f.Thumbnail
		t.Thumbnail = nil
		thumbnail := t.attachment(channel.AttachmentImage)
		a.Thumbnail = &thumbnail
	}
	return a
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

var styleKinds = map[string]channel.StyleKind{
	"bold":                  channel.StyleBold,
	"italic":                channel.StyleItalic,
	"underline":             channel.StyleUnderline,
	"strikethrough":         channel.StyleStrike,
	"spoiler":               channel.StyleSpoiler,
	"blockquote":            channel.StyleQuote,
	"expandable_blockquote": channel.StyleQuote,
	"code":                  channel.StyleCode,
	"pre":                   channel.StylePre,
	"text_link":             channel.StyleLink,
	"text_mention":          channel.StyleLink,
}

// styles are the entities that are looks; the rest, such as hashtags, can be read off the text. What is not within the
// text is left out.
func styles(text string, entities []entity) []channel.Style {
	var out []channel.Style
	var offsets []int
	for i := range entities {
		e := &entities[i]
		kind, ok := styleKinds[e.Type]
		if !ok {
			continue
		}
		if offsets == nil {
			offsets = byteOffsets(text)
		}
		last := len(offsets) - 1
		if e.Offset < 0 || e.Offset > last || e.Length <= 0 || e.Length > last-e.Offset {
			continue
		}
		s := channel.Style{Kind: kind, Start: offsets[e.Offset], End: offsets[e.Offset+e.Length], URL: e.URL, Language: e.Language}
		if e.Type == "text_mention" {
			s.URL = mentionURL + id(e.User.ID)
		}
		if s.Start < s.End {
			out = append(out, s)
		}
	}
	return out
}

// byteOffsets has the byte offset of each UTF-16 unit of text, and of its end. Both units of a pair have that of their
// rune, so that an offset between them is on a boundary too.
func byteOffsets(text string) []int {
	offsets := make([]int, 0, len(text)+1)
	for i, r := range text {
		offsets = append(offsets, i)
		if r > 0xFFFF && utf8.ValidRune(r) {
			offsets = append(offsets, i)
		}
	}
	return append(offsets, len(text))
}
