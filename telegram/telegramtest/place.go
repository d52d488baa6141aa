package telegramtest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// place is what a chat has that is no private one.
type place struct {
	s        *Server
	title    string
	username string
	forum    bool
	bot      membership
	since    time.Time // when the bot came
	roster   []*Member // in the order they came
	topics   []*Topic
	movedTo  *chat         // the supergroup that a group has become
	gone     bool          // deleted
	slow     time.Duration // between two messages of one member
	quiet    bool          // members who are no administrators may do what is allowed alone
	allowed  []Permission
	channel  *Channel        // of a channel's direct messages
	group    *chat           // where a channel's posts are discussed
	account  *Business       // of a business account's chat with a customer, which is a private one
	asked    time.Time       // when the customer last wrote there
	writers  map[int64]*User // in a channel's direct messages, by id
}

// home is the chat whose members one has: a channel's direct messages have those of the channel.
func (ch *chat) home() *chat {
	if ch.channel != nil {
		return ch.channel.ch
	}
	return ch
}

// newChat makes the chat of a place; its id depends on kind, title and seed alone.
func (s *Server) newChat(kind chatKind, title string) *chat {
	if strings.TrimSpace(title) == "" {
		s.misuse("a %s needs a title", kind)
	}
	id := -(4_000_000_000 + int64(s.hash(kind, title)%1_000_000_000))
	if kind != basicGroup {
		id = -1_000_000_000_000 - (2_000_000_000 + int64(s.hash(kind, title)%1_000_000_000))
	}
	for s.chats[id] != nil {
		id--
	}
	ch := &chat{id: id, kind: kind, place: place{s: s, title: title}}
	s.chats[id] = ch
	return ch
}

// NewBot adds another bot, which can be a member of groups; its username is the name in small letters with "_bot", and
// its name must not be one of a person. Its messages reach the bot only with [Config].SeesBots.
func (s *Server) NewBot(name string) *User {
	u := s.NewUser(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	u.isBot, u.username = true, strings.ReplaceAll(strings.ToLower(name), " ", "_")+"_bot"
	return u
}

// publicChat finds a public group or channel by its username; a person's is none of a chat.
func (s *Server) publicChat(username string) (*chat, *apiError) {
	for _, ch := range s.chats {
		if ch.person == nil && ch.username != "" && strings.EqualFold(ch.username, username) {
			return ch, nil
		}
	}
	return nil, errChatNotFound
}

// room is what [Group] and [Channel] have in common.
type room struct {
	s  *Server
	ch *chat
}

// ID is the id of the chat: negative for a group, and -100 and its number for a supergroup or a channel.
func (r room) ID() string { return strconv.FormatInt(r.ch.id, 10) }

// ChatID is the same as ID.
func (r room) ChatID() string { return r.ID() }

// SetUsername makes the chat public: the bot may name it "@" and this. "" makes it private.
func (r room) SetUsername(name string) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.ch.username = strings.TrimPrefix(name, "@")
}

// Messages are the messages that the bot sent there, oldest first, as they are now. Deleted ones are among them,
// marked so. Each call copies all of them.
func (r room) Messages() []Message {
	return r.list(func(m *message) bool { return m.byBot() })
}

func (r room) list(want func(*message) bool) []Message {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	var out []Message
	for _, m := range r.ch.messages {
		if want(m) {
			out = append(out, m.seen())
		}
	}
	return out
}

func (r room) cannot(why string) error { return fmt.Errorf("telegramtest: %s: %s", r.ch.title, why) }

// open is the refusal of a chat that nobody can do anything in.
func (r room) open() error {
	switch {
	case r.ch.movedTo != nil:
		return r.cannot("the group has become a supergroup")
	case r.ch.gone:
		return r.cannot("the chat was deleted")
	}
	return nil
}

// changeBot has by change what the bot is in the chat.
func (r room) changeBot(by *User, to membership, check func() error) error {
	return r.s.act(func() ([]*update, error) {
		if err := errors.Join(r.open(), check()); err != nil {
			return nil, err
		}
		return r.setBot(by, to), nil
	})
}

// setBot changes what the bot is, tells it so, and of the message about it that everybody in a group sees.
func (r room) setBot(by *User, to membership) []*update {
	before := r.ch.bot
	var made []*update
	if before.in() && !to.in() && r.ch.kind == basicGroup {
		made = r.s.announce(r.ch, by, &service{Left: r.s.bot()})
	}
	r.ch.bot = to
	if !before.in() {
		r.ch.since = time.Now()
	}
	made = append(made, r.s.botChanged(r.ch, by.wire(), before))
	if !before.in() && to.in() && r.ch.kind != broadcast {
		made = append(made, r.s.announce(r.ch, by, &service{NewMembers: []*From{r.s.bot()}})...)
	}
	return made
}

// botChanged tells the bot what it is now.
func (s *Server) botChanged(ch *chat, by *From, before membership) *update {
	now := time.Now()
	return s.enqueue("my_chat_member", ch.id, seconds(now), memberUpdate{
		Chat: ch.wire(), From: by, Date: now.Unix(),
		Old: before.wire(s.bot(), ch.kind), New: ch.bot.wire(s.bot(), ch.kind),
	})
}

func (r room) present() error {
	if !r.ch.bot.in() {
		return r.cannot("the bot is not in the chat")
	}
	return nil
}

func (r room) absent() error {
	if r.ch.bot.in() {
		return r.cannot("the bot is in the chat already")
	}
	return nil
}

// promotion is what an administrator with these rights is, all usual ones if there are none.
func (r room) promotion(rights []Right) (membership, error) {
	for _, right := range rights {
		if !slices.Contains(rightsIn(r.ch.kind), right) {
			return membership{}, r.cannot("no right " + string(right) + " in a " + string(r.ch.kind))
		}
	}
	if len(rights) == 0 {
		rights = usualRights(r.ch.kind)
	}
	return membership{status: administrator, rights: slices.Clone(rights)}, nil
}

// PromoteBot has somebody make the bot an administrator with these rights, or with other ones than it had; none are
// the usual ones: all but PromoteMembers and Anonymous. An absent bot is added by this. A right that this kind of chat
// does not know is an error.
func (r room) PromoteBot(by *User, rights ...Right) error {
	to, err := r.promotion(rights)
	return r.changeBot(by, to, func() error { return err })
}

// RemoveBot has somebody take the bot out; it may be added again. It is an error if the bot is not there.
func (r room) RemoveBot(by *User) error {
	return r.changeBot(by, membership{status: left}, r.present)
}

// KickBot has somebody ban the bot. It is an error if the bot is not there.
func (r room) KickBot(by *User) error {
	return r.changeBot(by, membership{status: kicked}, r.present)
}

// Member is the person in this chat. Somebody who never joined or left is taken to have been there from the
// beginning; in a group in which she is not any more, her verbs fail.
func (r room) Member(u *User) *Member {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	m := r.ch.home().of(u)
	if m.status == "" {
		m.status = member
	}
	return m.at(r.ch, nil)
}

// of is what the chat knows of a person; a stranger is remembered as one.
func (ch *chat) of(u *User) *Member {
	for _, m := range ch.roster {
		if m.u == u {
			return m
		}
	}
	m := newMember(u, ch, nil, &standing{home: ch})
	ch.roster = append(ch.roster, m)
	return m
}

// Join has a person join the chat by herself. It is an error if she is there, or banned.
func (r room) Join(u *User) (*Member, error) {
	var m *Member
	err := u.act(func() ([]*update, error) {
		var err error
		if m, err = r.outsider(u); err != nil {
			return nil, err
		}
		return r.s.join(m, u.wire(), false), nil
	})
	return m, err
}

// outsider is somebody who can get into the chat.
func (r room) outsider(u *User) (*Member, error) {
	m := r.ch.of(u)
	switch {
	case r.open() != nil:
		return nil, r.open()
	case m.in():
		return nil, u.cannot("she is in the chat already")
	case m.status == kicked:
		return nil, u.cannot("she is banned from the chat")
	}
	return m, nil
}

// join makes a person a member, and says so to everybody in a group.
func (s *Server) join(m *Member, by *From, asked bool) []*update {
	made := m.change(by, membership{status: member}, asked)
	if m.ch.kind == broadcast {
		return made
	}
	return append(made, s.announce(m.ch, m.u, &service{NewMembers: []*From{m.u.wire()}})...)
}
