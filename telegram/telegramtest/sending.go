package telegramtest

import "slices"

// sending is a kind of message with the permission that it needs. The refusal of whoever lacks it names it so.
type sending struct {
	needs Permission
	many  string
}

var texts = sending{SendMessages, "text messages"}

// sending is what the content is sent as, https://core.telegram.org/bots/api#chatpermissions.
func (c content) sending() sending {
	switch {
	case c.media != nil:
		return mediaKinds[c.media.kind].sending
	case c.contact != nil:
		return sending{SendMessages, "contacts"}
	case c.venue != nil:
		return sending{SendMessages, "venues"}
	case c.location != nil:
		return sending{SendMessages, "locations"}
	case c.dice != nil:
		return sending{SendOther, "dice"}
	case c.poll != nil:
		return sending{SendPolls, "polls"}
	case c.story != nil:
		return sending{SendMessages, "stories"}
	}
	return texts
}

// lets says whether the chat lets somebody with this membership send something.
func (ch *chat) lets(m membership, what sending) bool {
	return m.may(what.needs) && (!ch.quiet || m.admin() || slices.Contains(ch.allowed, what.needs))
}

// refuses is the refusal of something that the bot may not send to the chat.
func (ch *chat) refuses(what sending) *apiError {
	home := ch.home()
	switch {
	case ch.person != nil:
		return nil
	case ch.channel != nil && what.needs == SendPolls:
		return badRequest("polls can't be sent to channel direct messages chats")
	case !home.lets(home.bot, what):
		return badRequest("not enough rights to send " + what.many + " to the chat")
	}
	return nil
}
