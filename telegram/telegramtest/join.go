package telegramtest

import "time"

type joinRequest struct {
	Chat   wireChat `json:"chat"`
	From   *From    `json:"from"`
	Direct int64    `json:"user_chat_id"`
	Date   int64    `json:"date"`
	Bio    string   `json:"bio,omitempty"`
}

const welcomeLasts = 5 * time.Minute

// RequestToJoin has a person ask to be let in. A bot that is an administrator with the right to invite is told, and
// may write to the person for five minutes, or until it has approved or declined her. It is an error to ask twice, from
// inside, or when banned.
func (r room) RequestToJoin(u *User, bio string) error {
	return u.act(func() ([]*update, error) {
		m, err := r.outsider(u)
		switch {
		case err != nil:
			return nil, err
		case !m.asked.IsZero():
			return nil, u.cannot("she has asked already")
		}
		now := time.Now()
		m.asked = now
		if !r.ch.bot.can(InviteUsers) {
			return nil, nil
		}
		u.welcome, u.met = now.Add(welcomeLasts), true
		return []*update{r.s.enqueue("chat_join_request", u.id, seconds(now),
			joinRequest{Chat: r.ch.wire(), From: u.wire(), Direct: u.id, Date: now.Unix(), Bio: bio})}, nil
	})
}

// AllowWriting has the person let the bot write to her without a start, as a Web App asks for; webApp is its name, ""
// if she granted it otherwise.
func (u *User) AllowWriting(webApp string) error {
	return u.act(func() ([]*update, error) {
		return u.send(&message{placed: placed{service: &service{
			WriteAccess: &writeAccess{FromRequest: true, WebApp: webApp},
		}}})
	})
}
