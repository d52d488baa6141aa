package telegram

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const (
	generalTopic   = 1 // which must not be named when sending
	businessWindow = 24 * time.Hour

	paramDirect          = "direct_messages_topic_id"
	paramMarkup          = "reply_markup"
	paramMode            = "parse_mode"
	paramEntities        = "entities"
	paramCaption         = "caption"
	paramCaptionEntities = "caption_entities"
	paramMedia           = "media"
	paramConnection      = "business_connection_id"
	paramPaid            = "allow_paid_broadcast"
)

// target is a chat ID taken apart; the forms are in the package's documentation.
type target struct {
	id         int64
	name       string // with @; instead of id
	topic      int64
	direct     int64
	connection string
}

func (t target) String() string {
	s := t.name
	if s == "" {
		s = id(t.id)
	}
	switch {
	case t.connection != "":
		return s + "/b" + t.connection
	case t.direct != 0:
		return s + "/d" + id(t.direct)
	case t.topic != 0:
		return s + "/" + id(t.topic)
	default:
		return s
	}
}

// parseTarget takes exactly what String makes, so that a chat has one ID.
func parseTarget(chatID string) (target, error) {
	var t target
	base, rest, _ := strings.Cut(chatID, "/")
	if strings.HasPrefix(base, "@") && isUsername(base[1:]) {
		t.name = base
	} else {
		t.id, _ = strconv.ParseInt(base, 10, 64)
	}
	switch {
	case rest == "":
	case rest[0] == 'b' && t.id > 0:
		t.connection = rest[1:]
	case rest[0] == 'd' && t.id < 0:
		t.direct, _ = strconv.ParseInt(rest[1:], 10, 64)
	default:
		t.topic, _ = strconv.ParseInt(rest, 10, 64)
	}
	if t.id == 0 && t.name == "" || t.topic < 0 || t.topic == generalTopic || t.direct < 0 || t.String() != chatID {
		return target{}, refuse(channel.ErrInvalid, "the chat ID is not of a form that Send takes")
	}
	return t, nil
}

func (t target) private() bool { return t.id > 0 }

func (t target) pace() string {
	if t.private() {
		return paceChat
	}
	return paceGroup
}

// costs is what a call takes that makes this many messages. Of an album Telegram is said to count the items, for the bot
// and for a group. That one message a second may go to a chat is a rule of thumb, of which an album takes one: it is one
// call.
func (t target) costs(messages int, paid bool) []adapter.Cost {
	costs := groupCosts
	if t.private() {
		costs = privateCosts
	}
	if messages == 1 && !paid {
		return costs
	}
	costs = slices.Clone(costs)
	for i := range costs {
		if costs[i].Pace != paceChat {
			costs[i].Units = messages
		}
		if costs[i].Pace == paceBot {
			costs[i].Pace = accountPace(paid)
		}
	}
	return costs
}

// accountPace is what all messages of the bot have together.
func accountPace(paid bool) string {
	if paid {
		return pacePaid
	}
	return paceBot
}

// isTrue is how the Bot API reads a yes or no.
func isTrue(s string) bool {
	return strings.EqualFold(s, "true") || strings.EqualFold(s, "yes") || s == "1"
}

// put names the place where a message goes.
func (t target) put(p tgbotapi.Params) {
	t.putChat(p)
	p.AddNonZero64("message_thread_id", t.topic)
	p.AddNonZero64(paramDirect, t.direct)
	p.AddNonEmpty(paramConnection, t.connection)
}

// putChat names the chat alone, for calls about a message of it.
func (t target) putChat(p tgbotapi.Params) {
	if t.name != "" {
		p["chat_id"] = t.name
		return
	}
	p["chat_id"] = strconv.FormatInt(t.id, 10)
}

func parseMessageID(field, s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || id(n) != s {
		return 0, refuse(channel.ErrInvalid, "%s is not a positive number", field)
	}
	return n, nil
}

func (d *driver) Encode(p *adapter.Part) error {
	to, err := parseTarget(p.ChatID)
	if err != nil {
		return err
	}
	m := &p.Message
	r := newRequest("sendMessage", 8, to.pace())
	to.put(r.params)
	if err := putContent(r, m); err != nil {
		return err
	}
	if m.ReplyTo != "" {
		n, err := parseMessageID("ReplyTo", m.ReplyTo)
		if err != nil {
			return err
		}
		r.params["reply_parameters"] = `{"message_id":` + strconv.FormatInt(n, 10) + `}`
	}
	if m.Keyboard != nil {
		if err := putKeyboard(r.params, m.Keyboard, to); err != nil {
			return err
		}
	}
	r.params.AddBool("disable_notification", m.Silent)
	if err := putNative(r.params, m.Native[platform]); err != nil {
		return err
	}
	if err := r.settle(m, p.Index); err != nil {
		return err
	}
	r.paid = isTrue(r.params[paramPaid])
	p.Encoded, p.Costs = r, to.costs(max(len(m.Attachments), 1), r.paid)
	return nil
}

// putContent makes r the message: a text, files, a place or a contact, of which Telegram's messages have one.
func putContent(r *request, m *channel.Message) error {
	if field := beyond(m); field != "" {
		return refuse(channel.ErrUnsupported, "%s cannot be sent with other content, or not at all", field)
	}
	switch {
	case len(m.Attachments) > 1:
		return putAlbum(r, m)
	case len(m.Attachments) == 1:
		return putMedia(r, m)
	case m.Location != nil:
		return putLocation(r, m.Location)
	case len(m.Contacts) == 1:
		return putContact(r, &m.Contacts[0])
	default:
		return putText(r, m)
	}
}

// beyond names what cannot be in a message, or not beside what else is.
func beyond(m *channel.Message) string {
	alone := m.Text == "" && len(m.Attachments) == 0
	switch {
	case len(m.Cards) > 0:
		return "Cards"
	case m.Template != nil:
		return "Template"
	case len(m.Contacts) > 1, len(m.Contacts) == 1 && (!alone || m.Location != nil):
		return "Contacts"
	case m.Location != nil && !alone:
		return "Location"
	default:
		return ""
	}
}

// settle sees to what native parameters and the kind of the message make of each other.
func (r *request) settle(m *channel.Message, index int) error {
	if r.params[paramMode] != "" {
		switch {
		case m.Text == "":
			delete(r.params, paramMode)
		case index > 0:
			return refuse(channel.ErrInvalid, "Native parse_mode: Text is too long for one message, and markup cannot be cut")
		}
	}
	if r.method != methodAlbum {
		return nil
	}
	if r.params[paramMarkup] != "" {
		return refuse(channel.ErrUnsupported, "Keyboard cannot stand under several Attachments")
	}
	r.dropItemFields()
	return nil
}
