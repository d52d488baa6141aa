package telegramtest

import (
	"strconv"
	"time"
)

type callbackQuery struct {
	ID       string       `json:"id"`
	From     *From        `json:"from"`
	Message  *wireMessage `json:"message,omitempty"`
	Instance string       `json:"chat_instance"`
	Data     string       `json:"data,omitempty"`
}

// Press presses the newest button with this label that the person can see: one under a message makes a
// callback_query, one of the keyboard under the input field writes its text. A button that opens a link or copies
// text makes no update. A button that asks for a phone number is answered with [User.SharePhone] instead, one that asks for
// a location with [User.SendLocation].
func (u *User) Press(label string) error {
	return u.act(func() ([]*update, error) {
		return u.press(label, nil, func(_ *message, text string) ([]*update, error) { return u.write(text) })
	})
}

// press does what the newest button with the label does; where topic is not nil, only that topic counts. What write does is
// to press a button of the keyboard under the input field, which came with the message.
func (s *sender) press(
	label string, topic *Topic, write func(from *message, text string) ([]*update, error),
) ([]*update, error) {
	m, b := s.to.button(label, topic)
	switch {
	case b == nil:
		return nil, s.by.cannot("no button with the label " + strconv.Quote(label))
	case m.keyboard.Inline && b.CallbackData != "":
		return s.by.callback(m, b)
	case b.URL != "" || b.CopyText != nil:
		return nil, nil
	case b.RequestContact:
		return nil, s.by.cannot("the button asks for a phone number: use SharePhone")
	case b.RequestLocation:
		return nil, s.by.cannot("the button asks for a location: use SendLocation")
	case m.keyboard.Inline || b.Request != nil || b.WebApp != nil || write == nil:
		return nil, s.by.cannot("pressing this kind of button is not emulated")
	}
	return write(m, b.Text)
}

// button finds the newest one. Only the newest keyboard under the input field is there to be pressed, and none
// after it was removed. Where topic is not nil, only that topic counts.
func (ch *chat) button(label string, topic *Topic) (*message, *Button) {
	inputDone := false
	for i := len(ch.messages) - 1; i >= 0; i-- {
		m := ch.messages[i]
		k := m.keyboard
		if k == nil || topic != nil && m.topic != topic || m.deleted && k.Inline || !k.Inline && inputDone {
			continue
		}
		inputDone = inputDone || !k.Inline && !k.ForceReply
		for r := range k.Rows {
			for b := range k.Rows[r] {
				if k.Rows[r][b].Text == label {
					return m, &k.Rows[r][b]
				}
			}
		}
	}
	return nil, nil
}

func (u *User) callback(m *message, b *Button) ([]*update, error) {
	if u.blocked && m.chat == u.chat {
		return nil, u.cannot("she has blocked the bot")
	}
	s := u.s
	u.met = true
	now := time.Now()
	// Real ids are decimal, and too big for a float64 to hold.
	id := strconv.FormatUint(2_000_000_000_000_000_000+s.hash("callback", u.id, len(s.callbacks))%1_000_000_000_000_000_000, 10)
	s.callbacks[id] = &callback{by: u, at: now}
	query := callbackQuery{
		ID: id, From: u.wire(), Message: s.wire(m), Data: b.CallbackData,
		Instance: strconv.FormatInt(int64(s.hash("instance", m.chat.id)), 10),
	}
	return []*update{s.enqueue("callback_query", u.id, now, query)}, nil
}
