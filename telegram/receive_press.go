package telegram

import (
	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/internal/jsonscan"
)

type callbackQuery struct {
	ID      string          `json:"id"`
	From    user            `json:"from"`
	Data    string          `json:"data"`
	Message *pressedMessage `json:"message"`
}

// pressedMessage is the message that a button stands under, or all that is left of it. Its date, its text and its author
// are of no use here.
type pressedMessage struct {
	place
	ReplyMarkup pressedKeyboard `json:"reply_markup"`
}

type pressedKeyboard struct {
	Rows []jsonscan.List[pressedButton] `json:"inline_keyboard"`
}

type pressedButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// fill makes a press. It has no date; under a message that was sent by way of an inline query it has no chat either.
func (q *callbackQuery) fill(a *arrival) {
	press := &channel.Postback{ID: q.ID, Data: q.Data}
	e := &a.Event
	e.Kind, e.Postback, e.Time = channel.EventPostback, press, happened(0)
	if m := q.Message; m != nil {
		m.setChat(&e.Chat, &a.texts)
		press.MessageID = a.texts.id(m.MessageID)
		press.Text = m.label(q.Data)
	}
	q.From.set(&e.User, &a.texts)
}

// label is the text of the button with this data, if the message still has one.
func (m *pressedMessage) label(data string) string {
	if data == "" {
		return ""
	}
	for _, row := range m.ReplyMarkup.Rows {
		for _, b := range row {
			if b.Data == data {
				return b.Text
			}
		}
	}
	return ""
}

type messageReaction struct {
	Chat      chat           `json:"chat"`
	MessageID int64          `json:"message_id"`
	User      user           `json:"user"`
	Date      int64          `json:"date"`
	New       []reactionType `json:"new_reaction"`
}

type reactionType struct {
	Type   string `json:"type"`
	Emoji  string `json:"emoji"`
	Custom string `json:"custom_emoji_id"`
}

func (r *messageReaction) fill(a *arrival) {
	reaction := &channel.Reaction{MessageID: a.texts.id(r.MessageID)}
	for _, item := range r.New {
		switch {
		case item.Emoji != "":
			reaction.Emojis = append(reaction.Emojis, item.Emoji)
		case item.Custom != "":
			reaction.Emojis = append(reaction.Emojis, item.Custom)
		case item.Type == "paid":
			reaction.Emojis = append(reaction.Emojis, "⭐")
		}
	}
	e := &a.Event
	e.Kind, e.Reaction, e.Time = channel.EventReaction, reaction, happened(r.Date)
	r.Chat.set(&e.Chat, &a.texts)
	r.User.set(&e.User, &a.texts)
}
