package telegramtest

import (
	"slices"
	"strconv"
	"time"
)

const repliesWithin = 24 * time.Hour

// connection is the business account that the call names.
func (c *call) connection() (*Business, *apiError) {
	b := c.s.accounts[c.str("business_connection_id")]
	if b == nil || !b.enabled {
		return nil, badRequest("business connection not found")
	}
	return b, nil
}

// customer is the business account that the call names, and the chat of it.
func (c *call) customer() (*Business, *chat, *apiError) {
	b, bad := c.connection()
	if bad != nil {
		return nil, nil, bad
	}
	if !c.has("chat_id") {
		return nil, nil, badRequest("chat_id is empty")
	}
	id, err := strconv.ParseInt(c.str("chat_id"), 10, 64)
	if err != nil || b.chats[id] == nil || len(b.chats[id].messages) == 0 {
		return nil, nil, errChatNotFound
	}
	return b, b.chats[id], nil
}

// customerChat is the chat of a business account that the bot may write to: with the right to reply, for a day after
// the customer's last message.
func (c *call) customerChat() (*chat, *apiError) {
	b, ch, bad := c.customer()
	if bad != nil {
		return nil, bad
	}
	switch {
	case !b.rights.Reply:
		return nil, forbidden("BOT_ACCESS_FORBIDDEN")
	case ch.asked.IsZero() || time.Since(ch.asked) >= repliesWithin:
		return nil, badRequest("BUSINESS_PEER_USAGE_MISSING")
	}
	return ch, c.checkPlace(ch)
}

func (c *call) getBusinessConnection() (any, *apiError) {
	b, bad := c.connection()
	if bad != nil {
		return nil, bad
	}
	return b.wire(), nil
}

// readBusinessMessage checks the right; nobody is shown what was read.
func (c *call) readBusinessMessage() (any, *apiError) {
	b, ch, bad := c.customer()
	if bad != nil {
		return nil, bad
	}
	switch {
	case !b.rights.Read:
		return nil, forbidden("BOT_ACCESS_FORBIDDEN")
	case c.messageID() == 0:
		return nil, badRequest("message identifier is not specified")
	case ch.find(c.messageID()) == nil:
		return nil, badRequest("message to read not found")
	}
	return true, nil
}

// find is the message with this id in whatever chat of the account, nil if there is none or it was deleted.
func (b *Business) find(id int64) *message {
	for _, ch := range b.chats {
		if m := ch.find(id); m != nil {
			return m
		}
	}
	return nil
}

// deleteBusinessMessages skips what is not there any more, as deleteMessages does. The words of the refusal for messages
// of several chats are unconfirmed.
func (c *call) deleteBusinessMessages() (any, *apiError) {
	b, bad := c.connection()
	if bad != nil {
		return nil, bad
	}
	ids, bad := c.messageIDs()
	if bad != nil {
		return nil, bad
	}
	if !b.rights.DeleteSent && !b.rights.DeleteAll {
		return nil, forbidden("BOT_ACCESS_FORBIDDEN")
	}
	var doomed []*message
	for _, id := range ids {
		m := b.find(id)
		if m == nil || slices.Contains(doomed, m) {
			continue
		}
		if bad := b.spares(m); bad != nil {
			return nil, bad
		}
		if len(doomed) > 0 && doomed[0].chat != m.chat {
			return nil, badRequest("messages must be from the same chat")
		}
		doomed = append(doomed, m)
	}
	if len(doomed) > 0 {
		b.erase(doomed[0].chat, doomed)
	}
	return true, nil
}

// spares is the refusal to have the bot delete this message, https://core.telegram.org/bots/api#deletebusinessmessages.
func (b *Business) spares(m *message) *apiError {
	switch {
	case !m.byBot() && !b.rights.DeleteAll, m.byBot() && !b.rights.DeleteSent && !b.rights.DeleteAll:
		return forbidden("BOT_ACCESS_FORBIDDEN")
	case !m.chat.deletable(m):
		return badRequest("message can't be deleted for everyone")
	}
	return nil
}
