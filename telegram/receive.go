package telegram

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/parley-go/parley/internal/jsonscan"
)

const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// update is one of getUpdates or of a webhook request: beside its ID exactly one field is there.
type update struct {
	ID                    int64              `json:"update_id"`
	Message               *message           `json:"message"`
	EditedMessage         *message           `json:"edited_message"`
	ChannelPost           *message           `json:"channel_post"`
	EditedChannelPost     *message           `json:"edited_channel_post"`
	BusinessMessage       *message           `json:"business_message"`
	EditedBusinessMessage *message           `json:"edited_business_message"`
	DeletedBusiness       *deletedMessages   `json:"deleted_business_messages"`
	GuestMessage          *message           `json:"guest_message"`
	CallbackQuery         *callbackQuery     `json:"callback_query"`
	MessageReaction       *messageReaction   `json:"message_reaction"`
	MyChatMember          *chatMemberUpdated `json:"my_chat_member"`
	ChatJoinRequest       *joinRequest       `json:"chat_join_request"`

	Rest jsontext.Value `json:",embed"` // an object of all other fields: a kind that becomes EventOther
}

// scratch is what to decode into: for most updates its memory is enough. No event keeps anything of it but strings.
type scratch struct {
	update   update
	message  message // where update.Message points, though there be none, if the update was scanned
	entities [8]entity
	photos   [6]photoSize
	scanner  jsonscan.Scanner
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// read reads an update, and reports whether it is valid JSON, or what is mended. Only what is as documented is scanned: what
// is of a kind that becomes EventOther is for the library, too.
func (s *scratch) read(raw []byte) (valid bool, err error) {
	s.update.Message = &s.message
	s.message.Entities, s.message.Photo = s.entities[:0], s.photos[:0]
	if s.scanner.Scan(raw, &s.update) {
		return true, nil
	}
	s.update = update{}
	if json.Unmarshal(raw, &s.update) == nil {
		return true, nil
	}
	return false, s.update.mend(raw)
}

func (s *scratch) end() {
	clear(s.entities[:min(len(s.message.Entities), len(s.entities))])
	clear(s.photos[:min(len(s.message.Photo), len(s.photos))])
	s.update = update{}
	s.message = message{}
	scratches.Put(s)
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

// liberal is how JSON is read that is not strictly such: lone surrogates and bytes that are no UTF-8 become U+FFFD.
var liberal = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

func (d *driver) Decode(native []byte) ([]adapter.Incoming, error) {
	raw := bytes.TrimSpace(native)
	if len(raw) == 0 || raw[0] != '{' {
		return nil, channel.ErrInvalid
	}
	s := scratches.Get().(*scratch)
	defer s.end()
	valid, err := s.read(raw)
	if err != nil {
		return nil, err
	}
	u := &s.update
	if u.DeletedBusiness != nil {
		return d.deletions(u, raw), nil
	}
	a := newArrival()
	d.begin(a.Incoming, u, raw)
	a.Event.ID, a.RawValid = a.texts.id(u.ID), valid
	d.fill(a, u)
	return a.events[:], nil
}

// mend reads an update that is not as it should be as far as it can be read.
func (u *update) mend(raw []byte) error {
	*u = update{}
	err := json.Unmarshal(raw, u, liberal)
	switch {
	case err == nil:
		return nil
	case isOfWrongType(err, raw):
		*u = update{ID: onlyID(raw), Rest: raw}
		return nil
	default:
		return channel.ErrInvalid
	}
}

// begin gives an event what all have, but for its ID.
func (d *driver) begin(in *adapter.Incoming, u *update, raw []byte) {
	in.Seq = u.ID
	in.Event.Account = d.account
	in.Event.Raw = raw
}

// fill makes the event of an update, but for what all have.
func (d *driver) fill(a *arrival, u *update) {
	switch {
	case u.Message != nil && u.Message.Chat.ID != 0:
		d.message(a, u.Message)
	case u.EditedMessage != nil:
		edited(a, u.EditedMessage)
	case u.ChannelPost != nil:
		post(a, u.ChannelPost)
	case u.EditedChannelPost != nil:
		editedPost(a, u.EditedChannelPost)
	case u.BusinessMessage != nil:
		business(a, u.BusinessMessage)
	case u.EditedBusinessMessage != nil:
		editedBusiness(a, u.EditedBusinessMessage)
	case u.GuestMessage != nil:
		guest(a, u.GuestMessage)
	case u.CallbackQuery != nil:
		u.CallbackQuery.fill(a)
	case u.MessageReaction != nil:
		u.MessageReaction.fill(a)
	case u.MyChatMember != nil:
		u.MyChatMember.fill(a)
	case u.ChatJoinRequest != nil:
		u.ChatJoinRequest.fill(a)
	default:
		other(a, u.Rest)
	}
}

// isOfWrongType reports whether raw is JSON after all, and err but a field that is not as documented.
func isOfWrongType(err error, raw []byte) bool {
	var wrong *json.SemanticError
	return errors.As(err, &wrong) && jsontext.Value(raw).IsValid(liberal)
}

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

// maxDate is the last second that JSON can tell, of the year 9999.
const maxDate = 253402300799

// date is a time of Telegram's: 0 is none.
func date(unix int64) time.Time {
	if unix <= 0 || unix > maxDate {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

// happened is when an event was: on its date, and without one now.
func happened(unix int64) time.Time {
	if t := date(unix); !t.IsZero() {
		return t
	}
	return time.Now().UTC().Truncate(time.Second)
}
