package telegram

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// update is one of getUpdates or of a webhook request: of the other fields exactly one is there.
type update struct {
	ID                    int64              `json:"update_id"`
	Message               *message           `json:"message"`
	EditedMessage         *message           `json:"edited_message"`
	ChannelPost           *message           `json:"channel_post"`
	EditedChannelPost     *message           `json:"edited_channel_post"`
	BusinessMessage       *message           `json:"business_message"`
	EditedBusinessMessage *message           `json:"edited_business_message"`
	CallbackQuery         *callbackQuery     `json:"callback_query"`
	MyChatMember          *chatMemberUpdated `json:"my_chat_member"`
	MessageReaction       *messageReaction   `json:"message_reaction"`

	// Those that become EventOther, with the person and the chat that they are about.
	BusinessConnection   *glance `json:"business_connection"`
	DeletedBusiness      *glance `json:"deleted_business_messages"`
	ChatMember           *glance `json:"chat_member"`
	ChatJoinRequest      *glance `json:"chat_join_request"`
	MessageReactionCount *glance `json:"message_reaction_count"`
	InlineQuery          *glance `json:"inline_query"`
	ChosenInlineResult   *glance `json:"chosen_inline_result"`
	ShippingQuery        *glance `json:"shipping_query"`
	PreCheckoutQuery     *glance `json:"pre_checkout_query"`
	PurchasedPaidMedia   *glance `json:"purchased_paid_media"`
	PollAnswer           *glance `json:"poll_answer"`
	ChatBoost            *glance `json:"chat_boost"`
	RemovedChatBoost     *glance `json:"removed_chat_boost"`
}

// glance is what most kinds have under the same names.
type glance struct {
	place
	From user  `json:"from"`
	User user  `json:"user"`
	Date int64 `json:"date"`
}

type callbackQuery struct {
	ID      string          `json:"id"`
	From    user            `json:"from"`
	Data    string          `json:"data"`
	Message *pressedMessage `json:"message"`
}

// pressedMessage is the message that a button stands under. Its date, its text and its author are of no use here.
type pressedMessage struct {
	place
	ReplyMarkup struct {
		InlineKeyboard [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	} `json:"reply_markup"`
}

type chatMemberUpdated struct {
	Chat chat   `json:"chat"`
	From user   `json:"from"`
	Date int64  `json:"date"`
	Old  member `json:"old_chat_member"`
	New  member `json:"new_chat_member"`
}

type member struct {
	Status string `json:"status"`
}

// mayWrite is whether the bot, being this, may write to the chat; false too for what is not known.
func (m member) mayWrite() (may, known bool) {
	switch m.Status {
	case "creator", "administrator", "member":
		return true, true
	case "left", "kicked":
		return false, true
	default:
		return false, false
	}
}

type messageReaction struct {
	Chat      chat  `json:"chat"`
	MessageID int64 `json:"message_id"`
	User      user  `json:"user"`
	Date      int64 `json:"date"`
	New       []struct {
		Type   string `json:"type"`
		Emoji  string `json:"emoji"`
		Custom string `json:"custom_emoji_id"`
	} `json:"new_reaction"`
}

func (d *driver) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	if !d.authentic(r.Header.Get(secretHeader)) {
		return adapter.Delivery{}, channel.ErrUnauthorized
	}
	events, err := d.Decode(body)
	return adapter.Delivery{Events: events}, err
}

// authentic compares hashes, so that the time it takes tells not even the secret's length.
func (d *driver) authentic(secret string) bool {
	got := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(got[:], d.secretHash[:]) == 1 && secret != ""
}

func (d *driver) Decode(native []byte) ([]adapter.Incoming, error) {
	raw := bytes.TrimSpace(native)
	if len(raw) == 0 || raw[0] != '{' {
		return nil, channel.ErrInvalid
	}
	var u update
	var wrongType *json.SemanticError
	switch err := json.Unmarshal(raw, &u, liberal); {
	case errors.As(err, &wrongType) && jsontext.Value(raw).IsValid(liberal):
		u = update{ID: onlyID(raw)}
	case err != nil:
		return nil, channel.ErrInvalid
	}
	in := d.incoming(&u)
	in.Seq = u.ID
	in.Event.ID = id(u.ID)
	in.Event.Account = d.account
	in.Event.Raw = raw
	return []adapter.Incoming{in}, nil
}

// liberal is how JSON is read: lone surrogates and bytes that are no UTF-8 become U+FFFD.
var liberal = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// onlyID is the ID of an update that is otherwise not as documented; 0: not even that is.
func onlyID(raw []byte) int64 {
	var u struct {
		ID int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &u, liberal) != nil {
		return 0
	}
	return u.ID
}

// incoming is the event of an update, but for what all of them have.
func (d *driver) incoming(u *update) adapter.Incoming {
	switch {
	case u.Message != nil:
		return d.message(u.Message)
	case u.EditedMessage != nil:
		return edited(u.EditedMessage)
	case u.ChannelPost != nil:
		return post(u.ChannelPost)
	case u.EditedChannelPost != nil:
		return editedPost(u.EditedChannelPost)
	case u.BusinessMessage != nil:
		return business(u.BusinessMessage, channel.EventMessage)
	case u.EditedBusinessMessage != nil:
		return business(u.EditedBusinessMessage, channel.EventMessageEdited)
	case u.CallbackQuery != nil:
		return u.CallbackQuery.incoming()
	case u.MyChatMember != nil:
		return u.MyChatMember.incoming()
	case u.MessageReaction != nil:
		return u.MessageReaction.incoming()
	default:
		return u.other().incoming(u.ID)
	}
}

// other is the field of a kind that is looked at no closer; nil: it is none of those known here.
func (u *update) other() *glance {
	return cmp.Or(
		u.BusinessConnection, u.DeletedBusiness, u.ChatMember, u.ChatJoinRequest, u.MessageReactionCount, u.InlineQuery,
		u.ChosenInlineResult, u.ShippingQuery, u.PreCheckoutQuery, u.PurchasedPaidMedia, u.PollAnswer, u.ChatBoost,
		u.RemovedChatBoost,
	)
}

func (g *glance) incoming(updateID int64) adapter.Incoming {
	e := channel.Event{Kind: channel.EventOther}
	if g != nil {
		e.Chat, e.User, e.Time = g.chat(), g.From.user(), date(g.Date)
		if e.User.ID == "" {
			e.User = g.User.user()
		}
	}
	in := adapter.Incoming{Event: e}
	if e.Chat.ID == "" && e.User.ID == "" {
		in.Order = "update/" + id(updateID) // of nobody: it waits for no other
	}
	return in
}

func (q *callbackQuery) incoming() adapter.Incoming {
	press := &channel.Postback{ID: q.ID, Data: q.Data}
	e := channel.Event{
		Kind: channel.EventPostback, User: q.From.user(), Postback: press,
		Time: time.Now().UTC().Truncate(time.Second), // a press has no date
	}
	if m := q.Message; m != nil {
		e.Chat = m.chat()
		press.MessageID = messageID(m.MessageID)
		press.Text = m.label(q.Data)
	}
	return adapter.Incoming{Event: e}
}

// label is the text of the button with this data, if the message still has one.
func (m *pressedMessage) label(data string) string {
	if data == "" {
		return ""
	}
	for _, row := range m.ReplyMarkup.InlineKeyboard {
		for _, b := range row {
			if b.Data == data {
				return b.Text
			}
		}
	}
	return ""
}

// incoming is, in a private chat, that the person blocked the bot or took that back. In a group it is EventOther: the bot
// was let in or put out, which is nobody's subscription, and says whether the bot may write there.
func (u *chatMemberUpdated) incoming() adapter.Incoming {
	e := channel.Event{
		Kind: channel.EventOther, Chat: u.Chat.channel(), User: u.From.user(), Time: date(u.Date),
	}
	may, known := u.New.mayWrite()
	if !known {
		return adapter.Incoming{Event: e}
	}
	s := &channel.Subscription{State: channel.StateActive, Since: e.Time}
	if !may {
		s.State, s.Reason = channel.StateInactive, channel.ErrNotSubscribed
	}
	if e.Chat.Kind != channel.ChatPrivate {
		return adapter.Incoming{Event: e, Implies: s}
	}
	if !may {
		s.Reason = channel.ErrBlocked
	}
	e.Kind, e.Subscription = channel.EventSubscription, s
	return adapter.Incoming{Event: e}
}

func (r *messageReaction) incoming() adapter.Incoming {
	reaction := &channel.Reaction{MessageID: messageID(r.MessageID)}
	for _, item := range r.New {
		switch {
		case item.Emoji != "":
			reaction.Emojis = append(reaction.Emojis, item.Emoji)
		case item.Custom != "":
			reaction.Emojis = append(reaction.Emojis, item.Custom)
		case item.Type == "paid":
			reaction.Emojis = append(reaction.Emojis, "⭐")
		}
	}
	return adapter.Incoming{Event: channel.Event{
		Kind: channel.EventReaction, Chat: r.Chat.channel(), User: r.User.user(), Time: date(r.Date), Reaction: reaction,
	}}
}

// maxDate is the last second that JSON can tell, of the year 9999.
const maxDate = 253402300799

// date is a time of Telegram's: 0 is none.
func date(unix int64) time.Time {
	if unix <= 0 || unix > maxDate {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

// id is an ID as text; 0 is none.
func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// messageID is that of a message that can be answered: 0 is of one that cannot.
func messageID(n int64) string { return id(n) }

type user struct {
	ID        int64  `json:"id"`
	Bot       bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Language  string `json:"language_code"`
}

func (u *user) user() channel.User {
	out := channel.User{
		ID: id(u.ID), Name: fullName(u.FirstName, u.LastName), FirstName: u.FirstName, LastName: u.LastName,
		Username: u.Username, Language: u.Language, Bot: u.Bot,
	}
	if u.Username != "" {
		out.ProfileURL = linkBase + u.Username
	}
	return out
}

func fullName(first, last string) string {
	if last == "" {
		return first
	}
	return strings.TrimSpace(first + " " + last)
}

type chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title"`
}

func (c *chat) channel() channel.Chat {
	return channel.Chat{ID: id(c.ID), Kind: chatKinds[c.Type], Title: c.Title}
}

var chatKinds = map[string]channel.ChatKind{
	"private":    channel.ChatPrivate,
	"group":      channel.ChatGroup,
	"supergroup": channel.ChatGroup,
	"channel":    channel.ChatChannel,
}

// place is where a message is.
type place struct {
	MessageID     int64  `json:"message_id"`
	Chat          chat   `json:"chat"`
	Topic         int64  `json:"message_thread_id"`
	IsTopic       bool   `json:"is_topic_message"`
	Connection    string `json:"business_connection_id"`
	DirectMessage struct {
		ID int64 `json:"topic_id"`
	} `json:"direct_messages_topic"`
}

func (p *place) chat() channel.Chat {
	c := p.Chat.channel()
	to := target{id: p.Chat.ID, direct: p.DirectMessage.ID, connection: p.Connection}
	if p.IsTopic && p.Topic != generalTopic { // else the thread is that of a reply
		to.topic = p.Topic
	}
	if to.id != 0 {
		c.ID = to.String()
	}
	return c
}
