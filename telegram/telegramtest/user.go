package telegramtest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// User is a person who uses the bot. Each verb returns when the bot has acknowledged the update it made, or with
// an error when the platform gave up on it ([ErrExpired]) or the server was closed ([ErrClosed]). An update of a
// kind that the bot left out of allowed_updates is dropped by the platform, which is no error. What nobody can do on
// Telegram, such as to write to a bot that one has blocked or to send an empty text, is an error at once, and nothing
// comes of it.
type User struct {
	sender
	s           *Server
	id          int64
	first, last string
	username    string
	isBot       bool // another bot, see Server.NewBot

	// guarded by s.mu
	chat        *chat
	heard       bool // the bot has had a message from her
	met         bool // the bot has been told of her
	blocked     bool
	deactivated bool
	hidden      bool      // forwards of her messages do not lead to her
	welcome     time.Time // until then the bot may write because she asked to join
	answers     []string
	photos      profilePhotos
}

const (
	firstUserID   = 5_000_000_000 // beyond 32 bits, as new ids are
	userIDs       = 1_000_000_000
	maxStartRef   = 64
	startRefSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
)

// NewUser adds a person; a second word of the name is the last name. The id depends on the name and the seed alone, and
// the same name is the same person. The bot cannot write to a person before it has heard from them.
func (s *Server) NewUser(name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[name]; u != nil {
		return u
	}
	id := firstUserID + int64(s.hash("user", name)%userIDs)
	for s.usersByID[id] != nil || id == s.botID {
		id++
	}
	u := &User{s: s, id: id}
	u.first, u.last, _ = strings.Cut(strings.TrimSpace(name), " ")
	u.chat = &chat{id: id, kind: private, person: u, place: place{s: s}}
	u.sender = sender{u, u.chat, u}
	s.users[name], s.usersByID[id], s.chats[id] = u, u, u.chat
	return u
}

// ID is the person's user id.
func (u *User) ID() string { return strconv.FormatInt(u.id, 10) }

// ChatID is the id of the person's private chat with the bot; Telegram gives it the number of the user.
func (u *User) ChatID() string { return u.ID() }

func (u *User) wire() *From {
	if u.isBot {
		return &From{ID: u.id, IsBot: true, FirstName: u.first, Username: u.username}
	}
	return &From{ID: u.id, FirstName: u.first, LastName: u.last, Username: u.username, Language: "en"}
}

// profile is what a look-up tells of her: a language comes with updates alone.
func (u *User) profile() *From {
	w := u.wire()
	w.Language = ""
	return w
}

// act does one thing under the lock and then waits for the updates it made.
func (u *User) act(do func() ([]*update, error)) error {
	return u.s.act(func() ([]*update, error) {
		if u.deactivated {
			return nil, u.cannot("the account is deleted")
		}
		return do()
	})
}

func (s *Server) act(do func() ([]*update, error)) error {
	s.mu.Lock()
	var made []*update
	err := ErrClosed
	if !s.closed {
		made, err = do()
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return await(made...)
}

func (u *User) cannot(why string) error { return fmt.Errorf("telegramtest: %s: %s", u.first, why) }

func (u *User) write(text string) ([]*update, error) {
	m, err := plain(text)
	if err != nil {
		return nil, u.cannot(err.Error())
	}
	return u.send(m)
}

// typable is why nobody can send this text.
func typable(text string) error {
	switch {
	case !utf8.ValidString(text):
		return errors.New("text is not UTF-8")
	case text == "":
		return errors.New("a message needs text")
	case utf8.RuneCountInString(text) > maxTextRunes:
		return errors.New("a message holds 4096 characters")
	}
	return nil
}

func (u *User) refusal(*message) error {
	if u.blocked {
		return u.cannot("she has blocked the bot: Unblock or Start first")
	}
	return nil
}

func (u *User) post(m *message) []*update {
	u.heard, m.from = true, u
	u.chat.post(m)
	return u.s.told(m)
}

func (u *User) retell(m *message) []*update { return u.s.retold(m) }

// seconds cuts to what the API can tell: the platform counts lifetimes from there.
func seconds(t time.Time) time.Time { return t.Truncate(time.Second) }

// Start opens the chat by a deep link and presses Start; "" is a start without a link. A reference that no link
// can carry (more than 64 characters, or others than letters, digits, _ and -) is lost on the way, as it is on
// Telegram. A person who had blocked the bot unblocks it by this.
func (u *User) Start(ref string) error {
	return u.act(func() ([]*update, error) { return u.start(ref) })
}

func (u *User) start(ref string) ([]*update, error) {
	var made []*update
	if u.blocked {
		made = append(made, u.setBlocked(false))
	}
	text := "/start"
	if validRef(ref) {
		text += " " + ref
	}
	said, err := u.write(text)
	return append(made, said...), err
}

// validRef tells what a link can carry.
func validRef(ref string) bool {
	return ref != "" && len(ref) <= maxStartRef && strings.Trim(ref, startRefSigns) == ""
}

// Open follows a link to the bot and presses Start there: a t.me one, or tg://resolve. It is an error to follow one that
// leads elsewhere.
func (u *User) Open(link string) error {
	return u.act(func() ([]*update, error) {
		to, ok := parseStartLink(link)
		if !ok || to.place != private || !strings.EqualFold(to.username, u.s.cfg.Username) {
			return nil, u.cannot("the link does not open the chat with the bot")
		}
		return u.start(to.ref)
	})
}

// Block blocks the bot. It is an error to block it twice.
func (u *User) Block() error {
	return u.act(func() ([]*update, error) {
		if u.blocked {
			return nil, u.cannot("she has blocked the bot already")
		}
		return []*update{u.setBlocked(true)}, nil
	})
}

// Unblock lifts a block without writing anything.
func (u *User) Unblock() error {
	return u.act(func() ([]*update, error) {
		if !u.blocked {
			return nil, u.cannot("she has not blocked the bot")
		}
		return []*update{u.setBlocked(false)}, nil
	})
}

// Deactivate deletes the person's account. The bot is not told; it learns when it writes.
func (u *User) Deactivate() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.deactivated = true
}

type memberUpdate struct {
	Chat wireChat       `json:"chat"`
	From *From          `json:"from"`
	Date int64          `json:"date"`
	Old  map[string]any `json:"old_chat_member"`
	New  map[string]any `json:"new_chat_member"`
	// ByRequest says that somebody got in by asking.
	ByRequest bool `json:"via_join_request,omitempty"`
}

func (u *User) setBlocked(blocked bool) *update {
	u.blocked = blocked
	in, out := membership{status: member}.wire(u.s.bot(), private), membership{status: kicked}.wire(u.s.bot(), private)
	if !blocked {
		in, out = out, in
	}
	now := time.Now()
	return u.s.enqueue("my_chat_member", u.chat.id, seconds(now),
		memberUpdate{Chat: u.chat.wire(), From: u.wire(), Date: now.Unix(), Old: in, New: out})
}

// Messages are the messages that the bot sent to the person, oldest first, as they are now. Deleted ones are
// among them, marked so.
func (u *User) Messages() []Message { return u.list(nil) }

// Sent are the messages that the person sent to the bot, oldest first.
func (u *User) Sent() []Message { return u.list(u) }

func (u *User) list(from *User) []Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	var out []Message
	for _, m := range u.chat.messages {
		if m.from == from && m.service == nil {
			out = append(out, m.seen())
		}
	}
	return out
}

// Answers are the texts with which the bot answered the person's pressed buttons, oldest first; an answer
// without a text is "".
func (u *User) Answers() []string {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return append([]string(nil), u.answers...)
}
