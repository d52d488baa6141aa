package telegram

import (
	"time"

	"github.com/parley-go/parley/channel"
)

// joinWindow is for how long the bot may write to who asks to join: https://core.telegram.org/bots/api#chatjoinrequest.
const joinWindow = 5 * time.Minute

type chatMemberUpdated struct {
	Chat chat   `json:"chat"`
	From user   `json:"from"`
	Date int64  `json:"date"`
	New  member `json:"new_chat_member"`
}

// member is what the bot is in a chat.
type member struct {
	Status   string `json:"status"`
	IsMember *bool  `json:"is_member"`         // of restricted
	CanSend  *bool  `json:"can_send_messages"` // of restricted
	CanPost  *bool  `json:"can_post_messages"` // of administrator, in channels
}

// mayWrite is whether the bot, being this in a chat, may write there; known is false for what this package does not know.
// In a channel only administrators write.
func (m *member) mayWrite(chat channel.ChatKind) (may, known bool) {
	switch m.Status {
	case "creator":
		return true, true
	case "member":
		return chat != channel.ChatChannel, true
	case "administrator":
		return m.CanPost == nil || *m.CanPost, true
	case "restricted":
		return (m.IsMember == nil || *m.IsMember) && m.CanSend != nil && *m.CanSend, m.CanSend != nil
	case "left", "kicked":
		return false, true
	default:
		return false, false
	}
}

// fill makes what happened to the bot an event of the right to write: in a private chat the person blocked the bot or took
// that back, in a group or a channel somebody let it in, put it out, or changed what it may do.
func (u *chatMemberUpdated) fill(a *arrival) {
	e := &a.Event
	e.Kind, e.Time = channel.EventOther, happened(u.Date)
	u.Chat.set(&e.Chat, &a.texts)
	u.From.set(&e.User, &a.texts)
	may, known := u.New.mayWrite(e.Chat.Kind)
	if !known {
		return
	}
	s := a.right(channel.Subscription{State: channel.StateActive, Since: e.Time})
	switch {
	case may:
	case e.Chat.Kind == channel.ChatPrivate:
		s.State, s.Reason = channel.StateInactive, channel.ErrBlocked
	default:
		s.State, s.Reason = channel.StateInactive, channel.ErrNotSubscribed
	}
	e.Kind, e.Subscription = channel.EventSubscription, s
}

type joinRequest struct {
	Chat       chat  `json:"chat"`
	From       user  `json:"from"`
	UserChatID int64 `json:"user_chat_id"`
	Date       int64 `json:"date"`
}

// fill makes a request to join an event of the person's private chat, which may be written to for a while; the group is
// in Event.Raw.
func (r *joinRequest) fill(a *arrival) {
	e := &a.Event
	e.Time = happened(r.Date)
	r.From.set(&e.User, &a.texts)
	if r.UserChatID == 0 {
		e.Kind = channel.EventOther
		r.Chat.set(&e.Chat, &a.texts)
		return
	}
	private := chat{ID: r.UserChatID, Type: "private"}
	private.set(&e.Chat, &a.texts)
	e.Kind = channel.EventSubscription
	e.Subscription = a.right(channel.Subscription{State: channel.StateActive, Since: e.Time, WindowEnds: e.Time.Add(joinWindow)})
	a.Passing = true
}
