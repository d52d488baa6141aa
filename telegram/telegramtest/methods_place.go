package telegramtest

import "time"

// user finds the person that user_id names; heard of or not.
func (c *call) user() (*User, *apiError) {
	id := c.number("user_id", 0, -1<<62, 1<<62)
	if id <= 0 {
		return nil, badRequest("invalid user_id specified")
	}
	if u := c.s.usersByID[id]; u != nil {
		return u, nil
	}
	return nil, badRequest("user not found")
}

// community is the group or channel that chat_id names, if the bot is in it.
func (c *call) community() (*chat, *apiError) {
	ch, bad := c.readableChat("chat_id")
	if bad == nil && ch.person != nil {
		bad = badRequest("there are no administrators in the private chat")
	}
	return ch, bad
}

func (c *call) getChatMember() (any, *apiError) {
	ch, bad := c.readableChat("chat_id")
	if bad != nil {
		return nil, bad
	}
	ch = ch.home()
	if c.number("user_id", 0, 0, 1<<52) == c.s.botID {
		bot := ch.bot
		if ch.person != nil {
			bot.status = member
		}
		return bot.wire(c.s.bot(), ch.kind), nil
	}
	u, bad := c.user()
	switch {
	case bad != nil:
		return nil, bad
	case ch.person == u:
		return membership{status: member}.wire(u.profile(), ch.kind), nil
	case ch.person != nil:
		return nil, badRequest("member not found")
	case ch.kind == broadcast && !ch.bot.admin():
		return nil, badRequest("member list is inaccessible")
	}
	return ch.of(u).wire(u.profile(), ch.kind), nil
}

func (c *call) getChatAdministrators() (any, *apiError) {
	ch, bad := c.community()
	if bad != nil {
		return nil, bad
	}
	ch = ch.home()
	all := []map[string]any{}
	for _, m := range ch.roster {
		if m.admin() && (!m.u.isBot || c.flag("return_bots")) {
			all = append(all, m.wire(m.u.profile(), ch.kind))
		}
	}
	if ch.bot.admin() {
		all = append(all, ch.bot.wire(c.s.bot(), ch.kind)) // other bots are left out, not this one
	}
	return all, nil
}

func (c *call) getChatMemberCount() (any, *apiError) {
	ch, bad := c.readableChat("chat_id")
	if bad != nil {
		return nil, bad
	}
	if ch.person != nil {
		return 2, nil
	}
	ch = ch.home()
	count := 1 // the bot
	for _, m := range ch.roster {
		if m.in() {
			count++
		}
	}
	return count, nil
}

func (c *call) leaveChat() (any, *apiError) {
	ch, bad := c.readableChat("chat_id")
	if bad != nil {
		return nil, bad
	}
	if ch.person != nil {
		return nil, badRequest("chat member status can't be changed in private chats")
	}
	ch = ch.home()
	before := ch.bot
	ch.bot = membership{status: left}
	c.s.botChanged(ch, c.s.bot(), before)
	return true, nil
}

func (c *call) pinChatMessage() (any, *apiError) {
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, bad
	}
	bot := ch.home().bot
	switch {
	case c.messageID() == 0:
		return nil, badRequest("message identifier is not specified")
	case ch.find(c.messageID()) == nil:
		return nil, badRequest("message to pin not found")
	case ch.person == nil && ch.channel == nil && !bot.can(PinMessages) && !bot.can(EditMessages):
		return nil, badRequest("not enough rights to manage pinned messages in the chat")
	case ch.find(c.messageID()).service != nil:
		return nil, badRequest("message can't be pinned")
	}
	ch.find(c.messageID()).pinned = true
	return true, nil
}

func (c *call) approveChatJoinRequest() (any, *apiError) { return c.answerRequest(true) }

func (c *call) declineChatJoinRequest() (any, *apiError) { return c.answerRequest(false) }

// answerRequest lets somebody in who asked, or not.
func (c *call) answerRequest(approve bool) (any, *apiError) {
	ch, bad := c.community()
	if bad != nil {
		return nil, bad
	}
	u, bad := c.user()
	if bad != nil {
		return nil, bad
	}
	m := ch.of(u)
	switch {
	case !ch.bot.can(InviteUsers):
		return nil, badRequest("not enough rights to manage chat join requests")
	case m.in():
		return nil, badRequest("USER_ALREADY_PARTICIPANT")
	case m.asked.IsZero():
		return nil, badRequest("HIDE_REQUESTER_MISSING")
	}
	m.asked, u.welcome = time.Time{}, time.Time{}
	if approve {
		c.s.join(m, c.s.bot(), true)
	}
	return true, nil
}
