package telegramtest

import (
	"strconv"
	"time"
)

// origin is where a forwarded message comes from.
type origin struct {
	date      time.Time
	user      *From  // somebody who lets it be known
	name      string // of somebody who does not
	chat      *chat  // that it was written in the name of
	post      int64  // of a channel
	signature string
}

// wireOrigin is forward_origin with the older fields that the server still sends beside it.
type wireOrigin struct {
	Origin    map[string]any `json:"forward_origin,omitempty"`
	From      *From          `json:"forward_from,omitempty"`
	Name      string         `json:"forward_sender_name,omitempty"`
	FromChat  *wireChat      `json:"forward_from_chat,omitempty"`
	Post      int64          `json:"forward_from_message_id,omitempty"`
	Signature string         `json:"forward_signature,omitempty"`
	Date      int64          `json:"forward_date,omitempty"`
}

func (o *origin) wire() wireOrigin {
	if o == nil {
		return wireOrigin{}
	}
	date := o.date.Unix()
	w := wireOrigin{From: o.user, Name: o.name, Post: o.post, Signature: o.signature, Date: date}
	switch {
	case o.user != nil:
		w.Origin = map[string]any{"type": "user", "date": date, "sender_user": o.user}
	case o.chat == nil:
		w.Origin = map[string]any{"type": "hidden_user", "date": date, "sender_user_name": o.name}
	default:
		from := o.chat.wire()
		w.FromChat = &from
		w.Origin = map[string]any{"type": "chat", "date": date, "sender_chat": from}
		if o.post != 0 {
			w.Origin = map[string]any{"type": "channel", "date": date, "chat": from, "message_id": o.post}
		}
		if o.signature != "" {
			w.Origin["author_signature"] = o.signature
		}
	}
	return w
}

// source is the origin that a message has when it is forwarded. A forwarded one keeps its own.
func (m *message) source() *origin {
	switch s := m.chat.s; {
	case m.origin != nil:
		return m.origin
	case m.chat.kind == broadcast:
		return &origin{date: m.date, chat: m.chat, post: m.id, signature: m.signature}
	case m.senderChat != nil:
		return &origin{date: m.date, chat: m.senderChat, signature: m.signature}
	case m.from == nil && m.owner == nil:
		return &origin{date: m.date, user: s.bot()}
	case m.from == nil:
		return m.owner.source(m.date)
	}
	return m.from.source(m.date)
}

func (u *User) source(date time.Time) *origin {
	if u.hidden {
		name := u.first
		if u.last != "" {
			name += " " + u.last
		}
		return &origin{date: date, name: name}
	}
	return &origin{date: date, user: u.wire()}
}

// HideForwards has forwards of the person's messages tell her name alone.
func (u *User) HideForwards() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.hidden = true
}

// ForwardPost sends the bot a post of a channel.
func (u *User) ForwardPost(c *Channel, messageID string) error {
	return u.act(func() ([]*update, error) {
		n, err := strconv.ParseInt(messageID, 10, 64)
		post := c.ch.find(n)
		if err != nil || post == nil {
			return nil, u.cannot("no post has the id " + messageID)
		}
		m := post.copied()
		m.origin = post.source()
		return u.send(m)
	})
}

// copied is a new message with the same content.
func (m *message) copied() *message {
	twin := *m
	twin.id, twin.chat, twin.from, twin.replyTo, twin.keyboard = 0, nil, nil, nil, nil
	twin.edited, twin.deleted, twin.silent, twin.protected = time.Time{}, false, false, false
	twin.placed, twin.album = placed{}, ""
	return &twin
}

// movable says whether a message may be forwarded or copied.
func (m *message) movable() bool { return m.service == nil && !m.protected }

type messageIDResult struct {
	ID int64 `json:"message_id"`
}

func (c *call) forwardMessage() (any, *apiError) {
	m, bad := c.moveOne("forward")
	if bad != nil {
		return nil, bad
	}
	return c.s.wire(m), nil
}

func (c *call) copyMessage() (any, *apiError) {
	m, bad := c.moveOne("copy")
	if bad != nil {
		return nil, bad
	}
	return messageIDResult{m.id}, nil
}

// sourceAndTarget finds the two chats of a forward or copy.
func (c *call) sourceAndTarget() (from, to *chat, bad *apiError) {
	if to, bad = c.writableChat(); bad != nil {
		return nil, nil, bad
	}
	from, bad = c.readableChat("from_chat_id")
	return from, to, bad
}

func (c *call) moveOne(verb string) (*message, *apiError) {
	from, to, bad := c.sourceAndTarget()
	if bad != nil {
		return nil, bad
	}
	if c.messageID() == 0 {
		return nil, badRequest("message identifier is not specified")
	}
	m := from.find(c.messageID())
	switch {
	case m == nil:
		return nil, badRequest("message to " + verb + " not found")
	case !m.movable() && verb == "copy":
		return nil, badRequest("message can't be copied")
	case !m.movable():
		return nil, badRequest("message can't be forwarded")
	}
	var twin *message
	if verb == "copy" {
		twin, bad = c.copyOf(m, to)
	} else {
		twin = c.forwardOf(m)
	}
	if bad != nil {
		return nil, bad
	}
	if bad = to.refuses(twin.sending()); bad == nil {
		bad = c.limit(to, 1)
	}
	if bad != nil {
		return nil, bad
	}
	return c.post(to, twin), nil
}

func (c *call) forwardOf(m *message) *message {
	twin := m.copied()
	twin.origin = m.source()
	twin.silent, twin.protected = c.flag("disable_notification"), c.flag("protect_content")
	return twin
}

func (c *call) copyOf(m *message, to *chat) (twin *message, bad *apiError) {
	twin = m.copied()
	twin.silent, twin.protected = c.flag("disable_notification"), c.flag("protect_content")
	if m.media != nil && c.has("caption") {
		twin.captionAbove = c.flag("show_caption_above_media")
		if twin.text, twin.entities, bad = c.caption(); bad != nil {
			return nil, bad
		}
	}
	if twin.keyboard, bad = c.keyboard(to); bad == nil {
		twin.replyTo, bad = c.replyTo(to)
	}
	return twin, bad
}

func (c *call) forwardMessages() (any, *apiError) { return c.moveMany("forward") }

func (c *call) copyMessages() (any, *apiError) { return c.moveMany("copy") }

// twinOf is one of many: albums stay albums.
func (c *call) twinOf(m *message, verb string, to *chat) *message {
	twin := c.forwardOf(m)
	if m.album != "" {
		twin.album = c.s.albumID(to, m.album)
	}
	if verb == "copy" {
		twin.origin = nil
		if m.media != nil && c.flag("remove_caption") {
			twin.text, twin.entities = "", nil
		}
	}
	return twin
}

// moveMany skips what is not there or may not be moved.
func (c *call) moveMany(verb string) (any, *apiError) {
	from, to, bad := c.sourceAndTarget()
	if bad != nil {
		return nil, bad
	}
	ids, bad := c.messageIDs()
	if bad != nil {
		return nil, bad
	}
	for i := range ids[1:] {
		if ids[i+1] <= ids[i] {
			return nil, badRequest("message identifiers must be in a strictly increasing order")
		}
	}
	var twins []*message
	for _, id := range ids {
		m := from.find(id)
		if m == nil || !m.movable() {
			continue
		}
		if bad := to.refuses(m.sending()); bad != nil {
			return nil, bad
		}
		twins = append(twins, c.twinOf(m, verb, to))
	}
	if len(twins) == 0 {
		return nil, badRequest("there are no messages to " + verb)
	}
	if bad := c.limit(to, 1); bad != nil {
		return nil, bad
	}
	done := make([]messageIDResult, len(twins))
	for i, twin := range twins {
		done[i] = messageIDResult{c.post(to, twin).id}
	}
	return done, nil
}
