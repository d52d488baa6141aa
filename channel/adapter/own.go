package adapter

import (
	"maps"
	"slices"

	"github.com/parley-go/parley/channel"
)

// owned is room for the event that a handler gets, and for its message, which most have.
type owned struct {
	event   channel.Event
	message channel.Message
}

// copy returns a copy of an event that shares nothing with it but the bytes of Raw and of a Native, which nobody writes.
func (o *owned) copy(of *channel.Event) *channel.Event {
	o.event = *of
	e := &o.event
	if e.Message != nil {
		o.message = *e.Message
		e.Message = &o.message
		ownMessage(e.Message)
	}
	copyOf(&e.Postback)
	copyOf(&e.Subscription)
	copyOf(&e.Referral)
	copyOf(&e.Error)
	if copyOf(&e.Receipt) {
		e.Receipt.MessageIDs = slices.Clone(e.Receipt.MessageIDs)
		copyOf(&e.Receipt.Error)
	}
	if copyOf(&e.Reaction) {
		e.Reaction.Emojis = slices.Clone(e.Reaction.Emojis)
	}
	e.User.Aliases = slices.Clone(e.User.Aliases)
	ownAttachment(&e.User.Avatar)
	return e
}

// ownMessage makes what m points to a copy.
func ownMessage(m *channel.Message) {
	m.Styles, m.Contacts = slices.Clone(m.Styles), slices.Clone(m.Contacts)
	m.Native = maps.Clone(m.Native)
	copyOf(&m.Location)
	m.Attachments = slices.Clone(m.Attachments)
	for i := range m.Attachments {
		ownAttachment(&m.Attachments[i].Thumbnail)
	}
	m.Forwards = slices.Clone(m.Forwards)
	for i := range m.Forwards {
		ownMessage(&m.Forwards[i])
	}
	m.Cards = slices.Clone(m.Cards)
	for i := range m.Cards {
		ownAttachment(&m.Cards[i].Image)
		m.Cards[i].Buttons = ownButtons(m.Cards[i].Buttons)
	}
	if copyOf(&m.Keyboard) {
		m.Keyboard.Rows = slices.Clone(m.Keyboard.Rows)
		for i, row := range m.Keyboard.Rows {
			m.Keyboard.Rows[i] = ownButtons(row)
		}
	}
	if copyOf(&m.Template) {
		m.Template.Params = slices.Clone(m.Template.Params)
	}
}

func ownButtons(buttons []channel.Button) []channel.Button {
	buttons = slices.Clone(buttons)
	for i := range buttons {
		buttons[i].Native = maps.Clone(buttons[i].Native)
	}
	return buttons
}

func ownAttachment(p **channel.Attachment) {
	for copyOf(p) {
		p = &(*p).Thumbnail
	}
}

func copyOf[T any](p **T) (is bool) {
	if *p == nil {
		return false
	}
	v := **p
	*p = &v
	return true
}
