package telegramtest

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

// AddBot has somebody add the bot as an administrator with these rights; none are the usual ones: all but
// PromoteMembers and Anonymous. It is an error if the bot is there, or for a right that no channel knows.
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

// Post has an administrator publish a text; it returns the id of the post. By is taken for an administrator.
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
		c.direct.title, c.direct.channel, c.direct.writers = c.ch.title, c, map[int64]*User{}
	}
	m := c.ch.of(u)
	if m.status == "" {
		m.status = member
	}
	return m.at(c.direct, nil)
}
