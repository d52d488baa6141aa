package telegramtest

import (
	"errors"
	"slices"
	"time"
)

// Group is a basic group or a supergroup. What happens there reaches a bot that is in it; with the group privacy mode
// on (see [Config].ReadsAll) only commands, answers to the bot and service messages, unless it is an administrator.
// Where a verb makes no update for the bot, it returns at once.
type Group struct{ room }

// NewGroup adds a basic group, without the bot. The same title is the same group.
func (s *Server) NewGroup(title string) *Group { return s.newGroup(basicGroup, title) }

// NewSupergroup adds a supergroup, without the bot. The same title is the same group.
func (s *Server) NewSupergroup(title string) *Group { return s.newGroup(supergroup, title) }

// NewForum adds a supergroup with topics; see [Group.NewTopic].
func (s *Server) NewForum(title string) *Group {
	g := s.newGroup(supergroup, title)
	s.mu.Lock()
	defer s.mu.Unlock()
	g.ch.forum = true
	return g
}

func (s *Server) newGroup(kind chatKind, title string) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := string(kind) + " " + title
	if s.groups[key] == nil {
		s.groups[key] = &Group{room{s, s.newChat(kind, title)}}
	}
	return s.groups[key]
}

// AddBot has somebody add the bot, as an ordinary member. It is an error if it is there.
func (g *Group) AddBot(by *User) error {
	return g.changeBot(by, membership{status: member}, g.absent)
}

// DemoteBot has somebody make the bot an ordinary member again, whether it was more or less than that. It is an error if
// it is not there.
func (g *Group) DemoteBot(by *User) error {
	return g.changeBot(by, membership{status: member}, g.present)
}

// RestrictBot has somebody take the right to write from the bot, but for what is allowed. Only supergroups can.
func (g *Group) RestrictBot(by *User, allowed ...Permission) error {
	return g.changeBot(by, membership{status: restricted, allowed: allowed}, func() error {
		if g.ch.kind != supergroup {
			return g.cannot("only supergroups restrict members")
		}
		return g.present()
	})
}

// SetPermissions settles what members may do who are no administrators, the bot too; none are allowed nothing.
func (g *Group) SetPermissions(allowed ...Permission) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.ch.quiet, g.ch.allowed = true, slices.Clone(allowed)
}

// SetSlowMode lets each member who is no administrator write once in this time, the bot too; 0 ends it.
func (g *Group) SetSlowMode(pause time.Duration) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.ch.slow = pause
}

// slowWait is how long the bot waits in a group in slow mode.
func (ch *chat) slowWait(now time.Time) time.Duration {
	if ch.slow == 0 || ch.bot.admin() {
		return 0
	}
	return window{count: 1, length: ch.slow}.wait(ch.sent, 1, now)
}

// Delete deletes the group. The bot is not told; it learns when it writes.
func (g *Group) Delete() {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.ch.gone = true
}

// groupAnonymousBot and its like are in the place of the sender where a chat speaks.
var (
	groupAnonymousBot = &From{ID: 1087968824, IsBot: true, FirstName: "Group", Username: "GroupAnonymousBot"}
	channelBot        = &From{ID: 136817688, IsBot: true, FirstName: "Channel", Username: "Channel_Bot"}
	telegramItself    = &From{ID: 777000, FirstName: "Telegram"}
)

// WriteAnonymously has an administrator of a supergroup write in the name of the group.
func (g *Group) WriteAnonymously(text string) error {
	return g.writeAs(g.ch, groupAnonymousBot, text)
}

// WriteAsChannel has somebody write in the name of a channel of theirs.
func (g *Group) WriteAsChannel(c *Channel, text string) error {
	return g.writeAs(c.ch, channelBot, text)
}

func (g *Group) writeAs(sender *chat, fake *From, text string) error {
	return g.s.act(func() ([]*update, error) {
		if err := g.open(); err != nil {
			return nil, err
		}
		if g.ch.kind != supergroup {
			return nil, g.cannot("only in supergroups does a chat speak")
		}
		m, err := plain(text)
		if err != nil {
			return nil, g.cannot(err.Error())
		}
		m.senderChat, m.fake = sender, fake
		return g.s.told(g.ch.post(m)), nil
	})
}

// plain is the message that somebody types.
func plain(text string) (*message, error) {
	text, _ = trim(text, nil)
	if err := typable(text); err != nil {
		return nil, err
	}
	return &message{text: text, entities: withFound(text, nil)}, nil
}

// Migrate makes a supergroup of a basic group: it has a new id, and the old one is good for nothing any more. Members
// and the bot come along; messages do not. It is an error if the group is a supergroup or gone.
func (g *Group) Migrate(by *User) (*Group, error) {
	var to *Group
	err := g.s.act(func() ([]*update, error) {
		if err := errors.Join(g.open(), g.basic()); err != nil {
			return nil, err
		}
		to = &Group{room{g.s, g.s.newChat(supergroup, g.ch.title)}}
		to.ch.bot, to.ch.quiet, to.ch.allowed = g.ch.bot, g.ch.quiet, g.ch.allowed
		for _, m := range g.ch.roster {
			to.ch.of(m.u).membership = m.membership
		}
		made := g.s.announce(g.ch, by, &service{MigrateTo: to.ch.id})
		m := &message{placed: placed{senderChat: to.ch, fake: groupAnonymousBot, service: &service{MigrateFrom: g.ch.id}}}
		made = append(made, g.s.told(to.ch.post(m))...)
		g.ch.movedTo = to.ch
		return made, nil
	})
	return to, err
}

func (g *Group) basic() error {
	if g.ch.kind != basicGroup {
		return g.cannot("it is a supergroup already")
	}
	return nil
}
