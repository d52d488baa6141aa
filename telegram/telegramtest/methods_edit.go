package telegramtest

import (
	"encoding/json"
	"reflect"
	"strconv"
	"time"
)

const (
	deletableFor = 48 * time.Hour
	thrownFor    = 24 * time.Hour // a dice stays in a private chat
	maxIDs       = 100
)

var errNotModified = badRequest("message is not modified: specified new message content and reply markup are " +
	"exactly the same as a current content and reply markup of the message")

func (c *call) messageID() int64 { return c.number("message_id", 0, -1<<62, 1<<62) }

// editable finds the message that an edit names.
func (c *call) editable() (*message, *apiError) {
	if c.has("inline_message_id") {
		return nil, badRequest("MESSAGE_ID_INVALID") // no message was ever sent via this bot
	}
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, bad
	}
	if c.messageID() == 0 {
		return nil, badRequest("message identifier is not specified")
	}
	m := ch.find(c.messageID())
	switch {
	case m == nil:
		return nil, badRequest("message to edit not found")
	case !ch.editable(m) || m.keyboard != nil && !m.keyboard.Inline:
		return nil, badRequest("message can't be edited")
	}
	return m, nil
}

// newKeyboard reads the reply_markup of an edit: an inline keyboard, or nothing, which takes the old one away.
func (c *call) newKeyboard(m *message) (*Keyboard, *apiError) {
	k, bad := c.keyboard(m.chat)
	if bad == nil && k != nil && !k.Inline {
		bad = badRequest("inline keyboard expected")
	}
	return k, bad
}

func (c *call) editMessageText() (any, *apiError) {
	m, bad := c.editable()
	if bad != nil {
		return nil, bad
	}
	anew, bad := c.written()
	if bad != nil {
		return nil, bad
	}
	if m.text == "" || m.media != nil {
		return nil, badRequest("there is no text in the message to edit")
	}
	sent, bad := c.change(m, anew.text, anew.entities, m.content)
	if bad == nil {
		m.noPreview = anew.noPreview
	}
	return sent, bad
}

func (c *call) editMessageReplyMarkup() (any, *apiError) {
	m, bad := c.editable()
	if bad != nil {
		return nil, bad
	}
	return c.change(m, m.text, m.entities, m.content)
}

func (c *call) change(m *message, text string, entities []Entity, what content) (any, *apiError) {
	k, bad := c.newKeyboard(m)
	if bad != nil {
		return nil, bad
	}
	if m.text == text && sameEntities(m.entities, entities) && m.content == what && reflect.DeepEqual(m.keyboard, k) {
		return nil, errNotModified
	}
	m.text, m.entities, m.content, m.keyboard, m.edited = text, entities, what, k, time.Now()
	return c.s.wire(m), nil
}

func sameEntities(a, b []Entity) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

func (c *call) deleteMessage() (any, *apiError) {
	ch, bad := c.readableChat("chat_id")
	if bad != nil {
		return nil, bad
	}
	if c.messageID() == 0 {
		return nil, badRequest("message identifier is not specified")
	}
	m := ch.find(c.messageID())
	if m == nil {
		return nil, badRequest("message to delete not found")
	}
	if !ch.deletable(m) {
		return nil, badRequest("message can't be deleted for everyone")
	}
	m.deleted = true
	return true, nil
}

// messageIDs reads the list of ids that several methods take.
func (c *call) messageIDs() ([]int64, *apiError) {
	if !c.has("message_ids") {
		return nil, badRequest("message identifiers are not specified")
	}
	var raws []json.RawMessage
	if json.Unmarshal([]byte(c.str("message_ids")), &raws) != nil {
		return nil, badRequest("expected an Array of message identifiers")
	}
	switch {
	case len(raws) == 0:
		return nil, badRequest("message identifiers are not specified")
	case len(raws) > maxIDs:
		return nil, badRequest("too many message identifiers specified")
	}
	ids := make([]int64, len(raws))
	for i, raw := range raws {
		id, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil {
			return nil, badRequest("message identifier must be an integer")
		}
		ids[i] = id
	}
	return ids, nil
}

// deleteMessages skips what is not there any more.
func (c *call) deleteMessages() (any, *apiError) {
	ch, bad := c.readableChat("chat_id")
	if bad != nil {
		return nil, bad
	}
	ids, bad := c.messageIDs()
	if bad != nil {
		return nil, bad
	}
	var doomed []*message
	for _, id := range ids {
		if m := ch.find(id); m != nil {
			if !ch.deletable(m) {
				return nil, badRequest("message can't be deleted for everyone")
			}
			doomed = append(doomed, m)
		}
	}
	for _, m := range doomed {
		m.deleted = true
	}
	return true, nil
}
