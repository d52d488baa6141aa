package telegramtest

import (
	"errors"
	"strconv"
	"time"
)

// Member is a person in a group, in a topic of it or in a channel. Her verbs are those of [User], and likewise return
// when the bot has acknowledged the update, or at once where the bot gets none. They fail where she is not, or not any
// more, and for what she may not do there.
type Member struct {
	sender
	u     *User
	ch    *chat
	topic *Topic // nil: no forum, or its General topic
	*standing
}

// standing is what a person is in a chat, the same wherever in the chat she writes.
type standing struct {
	home *chat
	membership
	asked time.Time // to join, and is waiting since; zero: did not
}

// at is the same person elsewhere in the same chat.
func (m *Member) at(ch *chat, topic *Topic) *Member {
	return newMember(m.u, ch, topic, m.standing)
}

func newMember(u *User, ch *chat, topic *Topic, as *standing) *Member {
	m := &Member{u: u, ch: ch, topic: topic, standing: as}
	m.sender = sender{u, ch, m}
	return m
}

// User is the person.
func (m *Member) User() *User { return m.u }

// ChatID is the id of the chat that she is in.
func (m *Member) ChatID() string { return strconv.FormatInt(m.ch.id, 10) }

// act does one thing as somebody who is there.
func (m *Member) act(do func() ([]*update, error)) error {
	return m.u.act(func() ([]*update, error) {
		switch {
		case room{m.ch.s, m.ch}.open() != nil:
			return nil, room{m.ch.s, m.ch}.open()
		case !m.in():
			return nil, m.u.cannot("she is not in " + m.ch.title)
		case m.topic != nil && m.topic.deleted:
			return nil, m.u.cannot("the topic was deleted")
		}
		return do()
	})
}

func (m *Member) refusal(msg *message) error {
	switch what := msg.sending(); {
	case m.ch.kind == broadcast && !m.can(PostMessages):
		return m.u.cannot("only administrators post in a channel")
	case m.ch.channel != nil && what.needs == SendPolls:
		return m.u.cannot("polls can't be sent to channel direct messages chats")
	case m.ch.channel == nil && !m.home.lets(m.membership, what):
		return m.u.cannot("she may not send " + what.many + " to " + m.ch.title)
	case m.topic != nil && m.topic.closed && !m.admin():
		return m.u.cannot("the topic is closed")
	}
	return nil
}

func (m *Member) post(msg *message) []*update {
	if m.ch.channel != nil {
		msg.direct, m.ch.writers[m.u.id] = m.u, m.u
	}
	msg.from, msg.topic = m.u, m.topic
	m.ch.post(msg)
	return append(m.u.s.told(msg), m.u.s.discuss(msg)...)
}

func (m *Member) retell(msg *message) []*update { return m.u.s.retold(msg) }

// Reply answers a message with a text; the id is one of [Message].
func (m *Member) Reply(messageID, text string) error {
	return m.act(func() ([]*update, error) {
		to, err := m.message(messageID)
		if err != nil {
			return nil, err
		}
		return m.say(text, to)
	})
}

func (m *Member) say(text string, to *message) ([]*update, error) {
	msg, err := plain(text)
	if err != nil {
		return nil, m.u.cannot(err.Error())
	}
	msg.replyTo = to
	return m.send(msg)
}

// Start writes "/start@bot ref", as a link with startgroup does for whoever follows it.
func (m *Member) Start(ref string) error {
	return m.Write(m.u.s.startCommand(ref))
}

func (s *Server) startCommand(ref string) string {
	text := "/start@" + s.cfg.Username
	if validRef(ref) {
		text += " " + ref
	}
	return text
}

// rewrite changes the text or the caption, which must be another one.
func (m *message) rewrite(text string) error {
	text, _ = trim(text, nil)
	err := typable(text)
	captioned := m.media != nil && mediaKinds[m.media.kind].caption
	if captioned {
		err = captionable(text)
	}
	switch {
	case !captioned && m.text == "":
		return errors.New("the message has no text")
	case err != nil:
		return err
	case m.text == text:
		return errors.New("the text is the same")
	}
	m.text, m.entities, m.edited = text, withFound(text, nil), time.Now()
	return nil
}

// Press presses the newest button with this label that is there. A button of a keyboard under the input field writes
// its text as an answer to the message that brought the keyboard. See [User.Press].
func (m *Member) Press(label string) error {
	return m.act(func() ([]*update, error) {
		return m.press(label, m.topic, func(from *message, text string) ([]*update, error) { return m.say(text, from) })
	})
}

// change makes her something else in the chat. The bot is told if it is an administrator and asked for chat_member.
func (m *Member) change(by *From, to membership, asked bool) []*update {
	before := m.membership
	m.membership = to
	if !m.home.bot.admin() {
		return nil
	}
	now := time.Now()
	who := m.u.wire()
	m.u.met = true
	return []*update{m.u.s.enqueue("chat_member", by.ID, seconds(now), memberUpdate{
		Chat: m.home.wire(), From: by, Date: now.Unix(), ByRequest: asked,
		Old: before.wire(who, m.home.kind), New: to.wire(who, m.home.kind),
	})}
}

// Leave has her leave the chat.
func (m *Member) Leave() error {
	return m.act(func() ([]*update, error) { return m.goAway(m.u, left), nil })
}

// Kick has somebody ban her from the chat.
func (m *Member) Kick(by *User) error {
	return m.act(func() ([]*update, error) { return m.goAway(by, kicked), nil })
}

func (m *Member) goAway(by *User, to status) []*update {
	made := m.change(by.wire(), membership{status: to}, false)
	if m.home.kind == broadcast {
		return made
	}
	return append(made, m.u.s.announce(m.home, by, &service{Left: m.u.wire()})...)
}

// Promote has somebody make her an administrator with these rights; none are the usual ones: all but PromoteMembers and
// Anonymous. A right that this kind of chat does not know is an error.
func (m *Member) Promote(by *User, rights ...Right) error {
	return m.act(func() ([]*update, error) {
		to, err := room{m.u.s, m.home}.promotion(rights)
		if err != nil {
			return nil, err
		}
		return m.change(by.wire(), to, false), nil
	})
}

// Sent are the messages that she sent to the chat, oldest first; those of a topic, if that is where she is.
func (m *Member) Sent() []Message {
	return m.list(func(msg *message) bool { return msg.from == m.u && msg.service == nil })
}

// Messages are the messages that the bot sent to the chat, oldest first, as they are now; those of a topic, if that is
// where she is, and in the direct messages of a channel those for her.
func (m *Member) Messages() []Message {
	return m.list(func(msg *message) bool { return msg.byBot() && (m.ch.channel == nil || msg.direct == m.u) })
}

func (m *Member) list(want func(*message) bool) []Message {
	return room{m.u.s, m.ch}.list(func(msg *message) bool {
		return want(msg) && (m.topic == nil || msg.topic == m.topic)
	})
}

// Answers are the texts with which the bot answered her pressed buttons; see [User.Answers].
func (m *Member) Answers() []string { return m.u.Answers() }
