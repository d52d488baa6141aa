package telegramtest

import "time"

// Channel is a channel. The bot is in it as an administrator, or not at all.
type Channel struct {
	room
	direct *chat // its direct messages, from when somebody writes one
	signed bool
}

// NewChannel adds a channel, without the bot. The same title is the same channel.
func (s *Server) NewChannel(title string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels[title] == nil {
		s.channels[title] = &Channel{room: room{s, s.newChat(broadcast, title)}}
	}
	return s.channels[title]
}

// AddBot has somebody add the bot as an administrator with these rights; none are the usual ones.
func (c *Channel) AddBot(by *User, rights ...Right) error {
	to, err := c.promotion(rights)
	return c.changeBot(by, to, func() error {
		if err != nil {
			return err
		}
		return c.absent()
	})
}

// SignPosts has posts tell the names of their authors.
func (c *Channel) SignPosts() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.signed = true
}

// LinkGroup has each post forwarded to a supergroup, where it is discussed.
func (c *Channel) LinkGroup(g *Group) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.ch.group = g.ch
}

// Post has an administrator publish a text; it returns the id of the post.
func (c *Channel) Post(by *User, text string) (id string, err error) {
	err = by.act(func() ([]*update, error) {
		if err := c.open(); err != nil {
			return nil, err
		}
		m, err := plain(text)
		if err != nil {
			return nil, by.cannot(err.Error())
		}
		m.from = by
		if c.signed {
			m.signature = by.first
		}
		c.ch.post(m)
		id = m.seen().ID
		return append(c.s.told(m), c.s.discuss(m)...), nil
	})
	return id, err
}

// Edit has an administrator change the text of a post, the bot's too.
func (c *Channel) Edit(by *User, messageID, text string) error {
	return by.act(func() ([]*update, error) {
		m, err := c.ch.of(by).at(c.ch, nil).message(messageID)
		if err == nil {
			err = c.open()
		}
		if err != nil {
			return nil, err
		}
		if err := m.rewrite(text); err != nil {
			return nil, by.cannot(err.Error())
		}
		return c.s.retold(m), nil
	})
}

// discuss forwards a post to the group of its channel.
func (s *Server) discuss(post *message) []*update {
	if post.chat.kind != broadcast || post.chat.group == nil {
		return nil
	}
	m := post.copied()
	m.origin, m.automatic = post.source(), true
	m.senderChat, m.fake = post.chat, telegramItself
	return s.told(post.chat.group.post(m))
}

// Direct is the person in the direct messages of the channel, where she writes to all of its administrators; the bot
// answers with direct_messages_topic_id, which is the person's id.
func (c *Channel) Direct(u *User) *Member {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.direct == nil {
		c.direct = c.s.newChat(supergroup, c.ch.title+" direct")
		c.direct.title, c.direct.channel = c.ch.title, c
	}
	m := c.ch.of(u)
	if m.status == "" {
		m.status = member
	}
	return m.at(c.direct, nil)
}

// topicOf finds the person whose direct messages with the channel have this id.
func (ch *chat) topicOf(id int64) *User {
	for _, m := range ch.messages {
		if m.direct != nil && m.direct.id == id {
			return m.direct
		}
	}
	return nil
}

type joinRequest struct {
	Chat   wireChat `json:"chat"`
	From   *From    `json:"from"`
	Direct int64    `json:"user_chat_id"`
	Date   int64    `json:"date"`
	Bio    string   `json:"bio,omitempty"`
}

const welcomeLasts = 5 * time.Minute

// RequestToJoin has a person ask to be let in. A bot that is an administrator with the right to invite is told, and
// may write to the person for five minutes, or until it has approved or declined her.
func (r room) RequestToJoin(u *User, bio string) error {
	return u.act(func() ([]*update, error) {
		m := r.ch.of(u)
		switch {
		case r.open() != nil:
			return nil, r.open()
		case m.in():
			return nil, u.cannot("she is in the chat already")
		case m.status == kicked:
			return nil, u.cannot("she is banned from the chat")
		case !m.asked.IsZero():
			return nil, u.cannot("she has asked already")
		}
		now := time.Now()
		m.asked = now
		if !r.ch.bot.can(InviteUsers) {
			return nil, nil
		}
		u.welcome = now.Add(welcomeLasts)
		return []*update{r.s.enqueue("chat_join_request", u.id, seconds(now),
			joinRequest{Chat: r.ch.wire(), From: u.wire(), Direct: u.id, Date: now.Unix(), Bio: bio})}, nil
	})
}

// AllowWriting has the person let the bot write to her without a start, as a Web App asks for; webApp is its name, ""
// if she granted it otherwise.
func (u *User) AllowWriting(webApp string) error {
	return u.act(func() ([]*update, error) {
		return u.post(&message{placed: placed{service: &service{
			WriteAccess: &writeAccess{FromRequest: true, WebApp: webApp},
		}}})
	})
}
