package telegram

import (
	"context"
	"errors"
	"strconv"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Edit replaces the text and the inline keyboard of a message that the bot sent, also for a customer; the text of one with
// a file is its caption. One attachment replaces the file, with the caption: an image, video, audio, animation or file; any
// other is ErrUnsupported. A zero Keyboard takes the present one away; a message with a Keyboard alone changes the
// buttons and nothing else.
func (c *Channel) Edit(ctx context.Context, chatID, messageID string, m channel.Message) error {
	if len(m.Attachments) == 1 {
		a, err := adapter.Source(ctx, c.engine, "edit", "Attachments[0]", m.Attachments[0])
		if err != nil {
			return err
		}
		m.Attachments = []channel.Attachment{a}
	}
	e, err := newEdit(chatID, messageID, &m)
	if err != nil {
		return named("edit", err)
	}
	call := adapter.Call{Op: "edit", ChatIDs: []string{chatID}, Costs: e.to.costs(1, false), Repeatable: true}
	_, err = adapter.Do(ctx, c.engine, call, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, e.run(ctx, c.driver)
	})
	return err
}

// edit has a message be as a Message.
type edit struct {
	to      target
	request *request
	caption *request // in place of request where the message turns out to have a file; nil: request is of that already
	refusal error    // in place of caption: the text is none for a caption
}

// run makes the one call that fits, or two: the first was refused then, and did nothing.
func (e *edit) run(ctx context.Context, d *driver) error {
	_, err := d.call(ctx, e.request)
	switch noText := describes(err, textNoText); {
	case noText && e.refusal != nil:
		return e.refusal
	case noText && e.caption != nil:
		_, err = d.call(ctx, e.caption)
	}
	if describes(err, textNotModified) {
		return nil
	}
	return err
}

func newEdit(chatID, messageID string, m *channel.Message) (*edit, error) {
	to, err := parseTarget(chatID)
	if err != nil {
		return nil, err
	}
	n, err := parseMessageID("message ID", messageID)
	if err != nil {
		return nil, err
	}
	if field := beyond(m); field != "" || m.Location != nil || len(m.Contacts) > 0 || len(m.Attachments) > 1 {
		return nil, refuse(channel.ErrUnsupported, "a message can be edited to be a text or one attachment only")
	}
	if k := m.Keyboard; k != nil && len(k.Rows) > 0 && !k.Inline {
		return nil, refuse(channel.ErrInvalid, "Keyboard is not inline: it stands under no message")
	}
	e := &edit{to: to}
	message := strconv.FormatInt(n, 10)
	switch {
	case len(m.Attachments) == 1:
		e.request, err = e.made("editMessageMedia", message, m, putInput)
		return e, err
	case m.Text == "" && m.Keyboard != nil:
		e.request, err = e.made("editMessageReplyMarkup", message, m, func(*request, *channel.Message) error { return nil })
		return e, err
	}
	if e.request, err = e.made("editMessageText", message, m, putText); err != nil {
		return nil, err
	}
	e.caption, err = e.made("editMessageCaption", message, m, func(r *request, m *channel.Message) error {
		return putCaption(r.params, m)
	})
	if errors.Is(err, channel.ErrTooLarge) {
		e.refusal, err = err, nil
	}
	return e, err
}

// made is a call with what all edits have, and with what put sets.
func (e *edit) made(method, message string, m *channel.Message, put func(*request, *channel.Message) error) (*request, error) {
	r := newRequest(method, 8, e.to.pace())
	e.to.putChat(r.params)
	r.params.AddNonEmpty(paramConnection, e.to.connection)
	r.params["message_id"] = message
	if err := put(r, m); err != nil {
		return nil, err
	}
	if m.Keyboard != nil {
		r.params[paramMarkup] = `{"inline_keyboard":[]}`
		inline := *m.Keyboard
		inline.Inline = true
		if err := putKeyboard(r.params, &inline, e.to); err != nil {
			return nil, err
		}
	}
	if err := putNative(r.params, m.Native[platform]); err != nil {
		return nil, err
	}
	if r.params[paramMedia] != "" {
		r.dropItemFields()
	}
	return r, nil
}
