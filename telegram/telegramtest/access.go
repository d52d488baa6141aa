package telegramtest

import (
	"slices"
	"time"
)

// placement is where in a chat a call puts its message.
type placement struct {
	topic  *Topic
	direct *User
}

// access is the refusal of a bot that is not in the chat, or not any more.
func (ch *chat) access() *apiError {
	switch bot := ch.home().bot; {
	case ch.person != nil:
	case ch.movedTo != nil:
		refusal := badRequest("group chat was upgraded to a supergroup chat")
		refusal.migrateTo = ch.movedTo.id
		return refusal
	case ch.gone:
		return forbidden("the group chat was deleted")
	case bot.status == kicked:
		return forbidden("bot was kicked from the " + string(ch.kind) + " chat")
	case bot.status == "" && ch.home().username == "":
		return errChatNotFound
	case !bot.in():
		return forbidden("bot is not a member of the " + string(ch.kind) + " chat")
	}
	return nil
}

// readableChat is the chat that a parameter names, if the bot is in it.
func (c *call) readableChat(parameter string) (*chat, *apiError) {
	ch, bad := c.chatIn(parameter)
	if bad != nil {
		return nil, bad
	}
	return ch, ch.access()
}

// writableChat is the chat that chat_id names, if the bot may write to it.
func (c *call) writableChat() (*chat, *apiError) {
	if c.has("business_connection_id") {
		return c.customerChat()
	}
	ch, bad := c.chat()
	switch {
	case bad != nil:
	case ch.person == nil:
		bad = c.checkRights(ch)
	default:
		bad = ch.person.reachable()
	}
	if bad != nil {
		return nil, bad
	}
	return ch, c.checkPlace(ch)
}

// reachable is the refusal of a person who is not to be written to.
func (u *User) reachable() *apiError {
	switch {
	case u.deactivated:
		return forbidden("user is deactivated")
	case !u.heard && !time.Now().Before(u.welcome):
		return forbidden("bot can't initiate conversation with a user")
	case u.blocked:
		return forbidden("bot was blocked by the user")
	}
	return nil
}

// checkRights checks that the bot may write to a group or a channel at all.
func (c *call) checkRights(ch *chat) *apiError {
	if bad := ch.access(); bad != nil {
		return bad
	}
	home := ch.home()
	needs := PostMessages
	if ch != home {
		needs = ManageDirectMessages
	}
	if home.kind == broadcast && !home.bot.can(needs) && !(c.has("message_id") && home.bot.can(EditMessages)) {
		return badRequest("need administrator rights in the channel chat")
	}
	return nil
}

// checkPlace reads the parameters that say where in a chat a message goes.
func (c *call) checkPlace(ch *chat) *apiError {
	if id := c.number("message_thread_id", 0, -1<<62, 1<<62); id != 0 {
		at := slices.IndexFunc(ch.topics, func(t *Topic) bool { return t.id == id && !t.deleted })
		if at < 0 { // also the General topic, which must not be named
			return badRequest("message thread not found")
		}
		c.topic = ch.topics[at]
		if c.topic.closed && !ch.bot.admin() {
			return badRequest("TOPIC_CLOSED")
		}
	}
	return c.checkDirect(ch)
}

func (c *call) checkDirect(ch *chat) *apiError {
	id := c.number("direct_messages_topic_id", 0, -1<<62, 1<<62)
	switch {
	case ch.channel == nil && id != 0:
		return badRequest("chat is not a channel direct messages chat")
	case ch.channel == nil || id == 0 && !c.sends():
		return nil
	case id == 0:
		return badRequest("channel direct messages topic must be specified")
	}
	if c.direct = ch.writers[id]; c.direct == nil {
		return badRequest("direct messages topic not found")
	}
	return nil
}

// sends tells a new message from what is done to an old one.
func (c *call) sends() bool {
	return !c.has("action") && (!c.has("message_id") || c.has("from_chat_id"))
}

// post puts a message of the bot where the call says. Every message of the bot goes through here.
func (c *call) post(ch *chat, m *message) *message {
	m.placed.topic, m.placed.direct = c.placement.topic, c.placement.direct
	if m.topic == nil && m.replyTo != nil && m.replyTo.chat == ch {
		m.topic = m.replyTo.topic // an answer stands where its question does
	}
	if ch.account != nil {
		m.owner = ch.account.owner
	}
	ch.post(m)
	if ch.account != nil {
		c.s.enqueue("business_message", ch.id, seconds(m.date), c.s.wire(m))
	}
	c.s.discuss(m)
	return m
}

// inlineOnly tells the chats in which nobody has a keyboard under the input field that a bot could change.
func (ch *chat) inlineOnly() bool {
	return ch != nil && (ch.kind == broadcast || ch.account != nil)
}

// editable says whether the bot may edit the message.
func (ch *chat) editable(m *message) bool {
	return m.byBot() || ch.kind == broadcast && ch.bot.can(EditMessages) && m.service == nil
}

// deletable says whether the bot may delete the message, https://core.telegram.org/bots/api#deletemessage.
func (ch *chat) deletable(m *message) bool {
	bot := ch.home().bot
	if ch.person == nil && bot.can(DeleteMessages) {
		return true
	}
	if ch.kind == private && m.dice != nil && time.Since(m.date) <= thrownFor {
		return false
	}
	own := m.byBot() && (ch.kind != broadcast || bot.can(PostMessages))
	return (own || ch.kind == private) && time.Since(m.date) < deletableFor
}
