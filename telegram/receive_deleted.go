package telegram

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// deletedMessages are messages that the owner or the customer of a business connection took out of their chat.
type deletedMessages struct {
	place
	MessageIDs []int64 `json:"message_ids"`
}

// deletions is an event for each message. None of them has a date.
func (d *driver) deletions(u *update, raw []byte) []adapter.Incoming {
	deleted := u.DeletedBusiness
	var texts texts
	var where channel.Chat
	deleted.setChat(&where, &texts)
	now, updateID := happened(0), texts.id(u.ID)
	events := make([]adapter.Incoming, max(1, len(deleted.MessageIDs)))
	before, after := around(raw, "deleted_business_messages", "message_ids")
	for i := range events {
		in := &events[i]
		d.begin(in, u, raw)
		e := &in.Event
		e.ID, e.Kind, e.Time, e.Chat = updateID, channel.EventOther, now, where
		if len(deleted.MessageIDs) == 0 {
			continue
		}
		n := strconv.FormatInt(deleted.MessageIDs[i], 10)
		e.Kind, e.Message = channel.EventMessageDeleted, &channel.Message{ID: n}
		if e.ID != "" {
			e.ID += "/" + n
		}
		if len(events) > 1 {
			e.Raw = slices.Concat(before, []byte("["+n+"]"), after)
		}
	}
	return events
}

// around is what stands before and after the value that the names lead to. The JSON is valid, and the value is there.
func around(raw []byte, names ...string) (before, after []byte) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), liberal)
	for _, name := range names {
		_, err := d.ReadToken()
		for err == nil && d.PeekKind() == '"' {
			var found jsontext.Token
			if found, err = d.ReadToken(); err == nil && found.String() == name {
				break
			}
			err = d.SkipValue()
		}
	}
	value, err := d.ReadValue()
	if err != nil {
		return raw, nil
	}
	end := d.InputOffset()
	return raw[:end-int64(len(value))], raw[end:]
}
