package telegram

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parley-go/parley/channel"
)

// glance is what most kinds have under the same names.
type glance struct {
	place
	From       user      `json:"from"`
	SenderChat *struct{} `json:"sender_chat"`
	User       user      `json:"user"`
	VoterChat  *struct{} `json:"voter_chat"`
	UserChatID int64     `json:"user_chat_id"`
	Date       int64     `json:"date"`
}

// boost is what chat_boost has in its boost, and removed_chat_boost has itself.
type boost struct {
	AddDate    int64 `json:"add_date"`
	RemoveDate int64 `json:"remove_date"`
	Source     struct {
		User user `json:"user"`
	} `json:"source"`
}

// other makes the event of a kind that is no other, maybe one that is newer than this package, or one with a field that
// is not as documented. It tells of whom and where it is, and when it was, as far as that can be read.
func other(a *arrival, fields jsontext.Value) {
	a.Event.Kind = channel.EventOther
	kind, value := firstObject(fields)
	var g glance
	if json.Unmarshal(value, &g, liberal) != nil {
		g = glance{}
	}
	switch kind {
	case "poll":
		a.Order = pollOrder(value, "id")
	case "poll_answer":
		a.Order = pollOrder(value, "poll_id")
	case "business_connection":
		g.Chat = chat{ID: g.UserChatID, Type: "private"}
	case "stopped_message_generation":
		g.IsTopic = true
	}
	e := &a.Event
	g.setChat(&e.Chat, &a.texts)
	g.who().set(&e.User, &a.texts)
	e.Time = happened(g.Date)
	if kind == "chat_boost" || kind == "removed_chat_boost" {
		boosted(a, value)
	}
}

// who did it, but for a stand-in of a chat.
func (g *glance) who() *user {
	switch {
	case g.SenderChat != nil, g.VoterChat != nil:
		return &user{}
	case g.From.ID != 0:
		return &g.From
	default:
		return &g.User
	}
}

func boosted(a *arrival, value jsontext.Value) {
	var b struct {
		boost
		Added boost `json:"boost"`
	}
	if json.Unmarshal(value, &b, liberal) != nil {
		return
	}
	if b.Added.AddDate != 0 {
		b.boost = b.Added
	}
	e := &a.Event
	b.Source.User.set(&e.User, &a.texts)
	e.Time = happened(max(b.AddDate, b.RemoveDate))
}

// pollOrder keeps the state of a poll and the answers to it in line.
func pollOrder(value jsontext.Value, name string) string {
	var poll map[string]jsontext.Value
	if json.Unmarshal(value, &poll, liberal) != nil || poll[name].Kind() != '"' {
		return ""
	}
	return "poll/" + string(poll[name])
}

// firstObject is the field of an update that is its kind: the one that is an object.
func firstObject(fields jsontext.Value) (name string, value jsontext.Value) {
	d := jsontext.NewDecoder(bytes.NewReader(fields), liberal)
	if _, err := d.ReadToken(); err != nil {
		return "", nil
	}
	for d.PeekKind() == '"' {
		field, err := d.ReadToken()
		if err != nil {
			return "", nil
		}
		name = field.String()
		value, err = d.ReadValue()
		if err != nil {
			return "", nil
		}
		if value.Kind() == '{' {
			return name, value
		}
	}
	return "", nil
}
