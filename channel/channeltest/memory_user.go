package channeltest

import (
	"slices"
	"strconv"
	"time"

	"github.com/parley-go/parley/channel"
)

// MemoryUser is a person who talks to the bot. What a person does returns when the bot acknowledged it, or the platform
// gave up to deliver it.
type MemoryUser struct {
	server  *memoryServer
	profile memoryUser
	chatID  string

	// The server's lock guards what follows.
	started, blocked bool
	since            time.Time // of started or blocked
	last             int       // ID of the chat's newest message
	seen             []channel.Message
	presses          []string          // not answered yet
	answers          []string          // texts of answered presses
	reactions        map[string]string // of the bot, by message
	phone            string
}

// NewUser is a new person, who did not write yet. The ID differs from the chat's.
func (m *Memory) NewUser(name string) *MemoryUser {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	n := strconv.Itoa(len(s.people) + 1)
	u := &MemoryUser{
		server: s, profile: memoryUser{ID: "user-" + n, Name: name, Language: "en"}, chatID: "chat-" + n,
		reactions: make(map[string]string), phone: "+1555010" + n,
	}
	s.people[u.profile.ID], s.chats[u.chatID] = u, u
	return u
}

// ID is the person's User.ID.
func (u *MemoryUser) ID() string { return u.profile.ID }

// ChatID is the Chat.ID of the person's chat with the bot.
func (u *MemoryUser) ChatID() string { return u.chatID }

// Messages returns what the bot sent, as the person sees it now: edits are made, deleted messages absent. A file of it
// can be opened, or read with Contents.
func (u *MemoryUser) Messages() []channel.Message {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	seen := make([]channel.Message, len(u.seen))
	for i, m := range u.seen {
		seen[i] = u.server.shown(m)
	}
	return seen
}

// Texts returns the texts of Messages.
func (u *MemoryUser) Texts() []string {
	var texts []string
	for _, m := range u.Messages() {
		texts = append(texts, m.Text)
	}
	return texts
}

// Answers returns the texts that answered this person's presses, oldest first. An answer without a text is "".
func (u *MemoryUser) Answers() []string {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return slices.Clone(u.answers)
}

// Reaction is the emoji that the bot put on a message, or empty.
func (u *MemoryUser) Reaction(messageID string) string {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return u.reactions[messageID]
}

// open has the person start and unblock the chat, as writing does. The lock is held.
func (u *MemoryUser) open() {
	if !u.started || u.blocked {
		u.started, u.blocked, u.since = true, false, time.Now().UTC()
	}
}

// Start opens the chat; ref is where from, or empty. With MemoryConfig.Welcome that is no right to write yet.
func (u *MemoryUser) Start(ref string) {
	u.server.mu.Lock()
	welcome := u.server.config.Welcome && !u.started
	if !welcome {
		u.open()
	}
	u.server.mu.Unlock()
	u.deliver(memoryUpdate{Type: "start", Ref: ref, Welcome: welcome})
}

// Open follows a link that Memory.Link made.
func (u *MemoryUser) Open(link string) {
	ref, err := memoryRef(link)
	if err != nil {
		u.server.fail("channeltest: open %s: %v", link, err)
		return
	}
	u.Start(ref)
}

// Press presses the newest button with the label, of a keyboard or a card. One that opens a URL tells the bot nothing.
func (u *MemoryUser) Press(label string) {
	m, b, ok := u.button(label)
	if !ok {
		u.server.fail("channeltest: press: no button %q", label)
		return
	}
	data := b.Data
	if data == "" {
		data = b.Text
	}
	switch b.Kind {
	case channel.ButtonCallback:
		u.server.mu.Lock()
		u.server.updates++
		id := "press-" + strconv.Itoa(u.server.updates)
		u.presses = append(u.presses, id)
		u.server.mu.Unlock()
		u.deliver(memoryUpdate{Type: "press", Press: &memoryPress{ID: id, Data: data, Text: b.Text, MessageID: m.ID}})
	case channel.ButtonReply:
		u.send(channel.Text(b.Text), &memoryPress{Data: data, Text: b.Text})
	case channel.ButtonPhone:
		u.SharePhone()
	case channel.ButtonLocation:
		u.SendLocation(channel.Location{Latitude: 48.2082, Longitude: 16.3738})
	}
}

// button is the newest with the label, with its Kind.
func (u *MemoryUser) button(label string) (channel.Message, channel.Button, bool) {
	for _, m := range slices.Backward(u.Messages()) {
		var inline, reply []channel.Button
		for _, card := range m.Cards {
			inline = append(inline, card.Buttons...)
		}
		if k := m.Keyboard; k != nil && k.Inline {
			inline = append(inline, slices.Concat(k.Rows...)...)
		} else if k != nil {
			reply = slices.Concat(k.Rows...)
		}
		for i, b := range slices.Concat(inline, reply) {
			if b.Text != label {
				continue
			}
			switch {
			case b.Kind != "":
			case b.URL != "":
				b.Kind = channel.ButtonURL
			case i < len(inline):
				b.Kind = channel.ButtonCallback
			default:
				b.Kind = channel.ButtonReply
			}
			return m, b, true
		}
	}
	return channel.Message{}, channel.Button{}, false
}

// Edit changes the text of a message that the person wrote.
func (u *MemoryUser) Edit(messageID, text string) {
	u.deliver(memoryUpdate{Type: "edited", Message: &channel.Message{ID: messageID, Text: text}})
}

// React puts an emoji on a message; an empty one takes it away.
func (u *MemoryUser) React(messageID, emoji string) {
	u.deliver(memoryUpdate{Type: "reaction", React: &memoryReaction{MessageID: messageID, Emoji: emoji}})
}

// Read has the person see a message of the bot, and all before it.
func (u *MemoryUser) Read(messageID string) {
	u.deliver(memoryUpdate{Type: "receipt", Receipt: &channel.Receipt{
		Status: channel.ReceiptRead, MessageIDs: []string{messageID}, Earlier: true,
	}})
}

// Block takes the right to write away.
func (u *MemoryUser) Block() {
	u.server.mu.Lock()
	u.blocked, u.since = true, time.Now().UTC()
	u.server.mu.Unlock()
	u.deliver(memoryUpdate{Type: "blocked"})
}

// Unblock gives the right to write back.
func (u *MemoryUser) Unblock() {
	u.server.mu.Lock()
	u.open()
	u.server.mu.Unlock()
	u.deliver(memoryUpdate{Type: "unblocked"})
}
