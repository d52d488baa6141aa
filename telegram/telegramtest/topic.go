package telegramtest

import "strconv"

// Topic is a topic of a forum.
type Topic struct {
	g       *Group
	id      int64
	name    string
	closed  bool
	deleted bool
}

// NewTopic has somebody open a topic in a forum; in any other group it is an error.
func (g *Group) NewTopic(by *User, name string) (*Topic, error) {
	var t *Topic
	err := g.Member(by).act(func() ([]*update, error) {
		if !g.ch.forum {
			return nil, g.cannot("only a forum has topics")
		}
		t = &Topic{g: g, name: name}
		m := g.ch.post(&message{from: by, placed: placed{service: &service{Topic: &topicCreated{name, 0x6FB9F0}}}})
		t.id, m.topic = m.id, t // a topic is called after the message that opens it
		g.ch.topics = append(g.ch.topics, t)
		return g.s.told(m), nil
	})
	return t, err
}

// ID is the message_thread_id of the topic.
func (t *Topic) ID() string { return strconv.FormatInt(t.id, 10) }

// Member is the person in the topic; see [Group.Member], which is the person in the General topic of a forum.
func (t *Topic) Member(u *User) *Member { return t.g.Member(u).at(t.g.ch, t) }

// Messages are the messages that the bot sent to the topic, oldest first, as they are now.
func (t *Topic) Messages() []Message {
	return t.g.list(func(m *message) bool { return m.byBot() && m.topic == t })
}

// Close keeps everybody but administrators from writing in the topic. The bot is not told.
func (t *Topic) Close() {
	t.g.s.mu.Lock()
	defer t.g.s.mu.Unlock()
	t.closed = true
}

// Delete deletes the topic. The bot is not told; it learns when it writes.
func (t *Topic) Delete() {
	t.g.s.mu.Lock()
	defer t.g.s.mu.Unlock()
	t.deleted = true
	for _, m := range t.g.ch.messages {
		m.deleted = m.deleted || m.topic == t
	}
}
