package telegramtest

import (
	"strconv"
	"time"
)

// BusinessRights are what an owner lets the bot do, as in https://core.telegram.org/bots/api#businessbotrights.
type BusinessRights struct {
	Reply         bool `json:"can_reply,omitempty"`
	Read          bool `json:"can_read_messages,omitempty"`
	DeleteSent    bool `json:"can_delete_sent_messages,omitempty"`
	DeleteAll     bool `json:"can_delete_all_messages,omitempty"`
	EditName      bool `json:"can_edit_name,omitempty"`
	EditBio       bool `json:"can_edit_bio,omitempty"`
	ManageStories bool `json:"can_manage_stories,omitempty"`
	EditUsername  bool `json:"can_edit_username,omitempty"`
	EditPhoto     bool `json:"can_edit_profile_photo,omitempty"`
	ViewGifts     bool `json:"can_view_gifts_and_stars,omitempty"`
	ChangeGifts   bool `json:"can_change_gift_settings,omitempty"`
	ConvertGifts  bool `json:"can_convert_gifts_to_stars,omitempty"`
	TransferGifts bool `json:"can_transfer_and_upgrade_gifts,omitempty"`
	TransferStars bool `json:"can_transfer_stars,omitempty"`
}

// Business is a business account that its owner connected the bot to. Its chats are with customers; ids of chats are
// the same as those of the bot's own private chats, but they are other chats.
type Business struct {
	s         *Server
	id        string
	owner     *User
	rights    BusinessRights
	enabled   bool
	connected time.Time
	chats     map[int64]*chat
	lastID    int64 // of a message: the chats of one account number theirs together
}

// ConnectBusiness has the person connect the bot to her business account, with these rights. One who is connected
// already, or was, goes on with the same connection and the new rights.
func (u *User) ConnectBusiness(rights BusinessRights) (*Business, error) {
	var b *Business
	err := u.act(func() ([]*update, error) {
		id := "bc_" + strconv.FormatUint(u.s.hash("business", u.id), 36)
		if b = u.s.accounts[id]; b == nil {
			b = &Business{s: u.s, id: id, owner: u, chats: map[int64]*chat{}}
			u.s.accounts[id] = b
		}
		if !b.enabled {
			b.connected = time.Now()
		}
		b.rights, b.enabled, u.met = rights, true, true
		return b.changed(), nil
	})
	return b, err
}

// Disconnect has the owner end the connection. It is an error to end it twice.
func (b *Business) Disconnect() error {
	return b.owner.act(func() ([]*update, error) {
		if !b.enabled {
			return nil, b.owner.cannot("she is not connected")
		}
		b.enabled = false
		return b.changed(), nil
	})
}

// ID is the business_connection_id.
func (b *Business) ID() string { return b.id }

// Owner is the person whose account it is.
func (b *Business) Owner() *User { return b.owner }

type businessConnection struct {
	ID      string         `json:"id"`
	User    *From          `json:"user"`
	ChatID  int64          `json:"user_chat_id"`
	Date    int64          `json:"date"`
	Rights  BusinessRights `json:"rights"`
	Enabled bool           `json:"is_enabled"`
}

func (b *Business) wire() businessConnection {
	return businessConnection{b.id, b.owner.wire(), b.owner.id, b.connected.Unix(), b.rights, b.enabled}
}

func (b *Business) changed() []*update {
	return []*update{b.s.enqueue("business_connection", b.owner.id, seconds(time.Now()), b.wire())}
}

// Customer is the person as one who writes to the business account, not to the bot.
func (b *Business) Customer(u *User) *Customer {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	if b.chats[u.id] == nil {
		b.chats[u.id] = &chat{id: u.id, kind: private, person: u, place: place{s: b.s, account: b}}
	}
	c := &Customer{b: b, u: u, ch: b.chats[u.id]}
	c.sender, c.owner = sender{u, c.ch, side{c, u}}, sender{b.owner, c.ch, side{c, b.owner}}
	return c
}

// Customer is a person in the chat with a business account. Her verbs are those of [User]. While the account is not
// connected they work as well, and the bot is not told.
type Customer struct {
	sender
	b     *Business
	u     *User
	ch    *chat
	owner sender
}

// side is one of the two people in the chat with a business account.
type side struct {
	c  *Customer
	by *User
}

// User is the person.
func (c *Customer) User() *User { return c.u }

// ChatID is the id of the chat, which is the person's.
func (c *Customer) ChatID() string { return c.u.ID() }

// OwnerWrite has the owner of the account write to the customer.
func (c *Customer) OwnerWrite(text string) error { return c.owner.Write(text) }

func (s side) act(do func() ([]*update, error)) error { return s.by.act(do) }

func (s side) refusal(*message) error { return nil }

func (s side) post(m *message) []*update {
	m.from, s.by.met = s.by, s.by.met || s.c.b.enabled
	s.c.ch.post(m)
	if s.by == s.c.u {
		s.c.ch.asked = m.date
	}
	return s.c.b.tell(s.c.ch, "business_message", m.date, s.c.b.s.wire(m))
}

func (s side) retell(m *message) []*update {
	return s.c.b.tell(s.c.ch, "edited_business_message", m.edited, s.c.b.s.wire(m))
}

func (b *Business) tell(ch *chat, kind string, since time.Time, field any) []*update {
	if !b.enabled {
		return nil
	}
	return []*update{b.s.enqueue(kind, ch.id, seconds(since), field)}
}

// OwnerEdit has the owner change the text of a message of hers, or of one that the bot sent for her.
func (c *Customer) OwnerEdit(messageID, text string) error {
	return c.owner.edit(messageID, text, func(m *message) bool { return m.from == c.owner.by || m.byBot() })
}

type deletedMessages struct {
	Connection string   `json:"business_connection_id"`
	Chat       wireChat `json:"chat"`
	IDs        []int64  `json:"message_ids"`
}

// Delete has the customer delete messages of the chat for both, whoever sent them.
func (c *Customer) Delete(messageIDs ...string) error { return c.delete(&c.sender, messageIDs) }

// OwnerDelete has the owner delete messages of the chat for both, whoever sent them.
func (c *Customer) OwnerDelete(messageIDs ...string) error { return c.delete(&c.owner, messageIDs) }

func (c *Customer) delete(side *sender, messageIDs []string) error {
	return side.where.act(func() ([]*update, error) {
		var doomed []*message
		for _, id := range messageIDs {
			m, err := side.message(id)
			if err != nil {
				return nil, err
			}
			doomed = append(doomed, m)
		}
		if len(doomed) == 0 {
			return nil, side.by.cannot("no message to delete")
		}
		return c.b.erase(c.ch, doomed), nil
	})
}

// erase deletes messages of one chat for both sides, and tells the bot so, whoever did it.
func (b *Business) erase(ch *chat, doomed []*message) []*update {
	told := deletedMessages{Connection: b.id, Chat: ch.wire()}
	for _, m := range doomed {
		m.deleted = true
		told.IDs = append(told.IDs, m.id)
	}
	return b.tell(ch, "deleted_business_messages", time.Now(), told)
}

// Press presses the newest inline button with this label; see [User.Press].
func (c *Customer) Press(label string) error {
	return c.u.act(func() ([]*update, error) { return c.press(label, nil, nil) })
}

// Messages are the messages that the bot sent in the name of the owner, oldest first, as they are now.
func (c *Customer) Messages() []Message {
	return room{c.b.s, c.ch}.list(func(m *message) bool { return m.byBot() })
}

// Sent are the messages that the customer sent, oldest first.
func (c *Customer) Sent() []Message {
	return room{c.b.s, c.ch}.list(func(m *message) bool { return m.from == c.u })
}

// OwnerSent are the messages that the owner sent herself, oldest first.
func (c *Customer) OwnerSent() []Message {
	return room{c.b.s, c.ch}.list(func(m *message) bool { return m.from == c.b.owner })
}
