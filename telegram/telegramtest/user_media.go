package telegramtest

import (
	"bytes"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"
)

const maxSentBytes = 2000 << 20

// Send sends the bot a file: a photo, a video, a document … as its Kind says.
func (u *User) Send(m Media) error {
	return u.act(func() ([]*update, error) {
		sent, err := u.carry(m)
		if err != nil {
			return nil, err
		}
		return u.post(sent)
	})
}

// SendAlbum sends several files as one album. The bot gets each as an update of its own, all with the same
// media_group_id; a caption stands on one of them, as a rule the first.
func (u *User) SendAlbum(items ...Media) error {
	return u.act(func() ([]*update, error) {
		return u.sendAlbum(u.chat, items, u.post)
	})
}

// sendAlbum posts the items of an album to a chat.
func (u *User) sendAlbum(to *chat, items []Media, post func(*message) ([]*update, error)) (made []*update, err error) {
	if len(items) < minAlbum || len(items) > maxAlbum {
		return nil, u.cannot("an album has 2 to 10 items")
	}
	album := u.s.albumID(to, u.ID())
	var sent []*message
	for _, item := range items {
		kind := mediaKinds[item.Kind].album
		if kind == "" || kind != mediaKinds[items[0].Kind].album {
			return nil, u.cannot("photos and videos make an album, or documents alone, or audio alone")
		}
		m, err := u.carry(item)
		if err != nil {
			return nil, err
		}
		m.album = album
		sent = append(sent, m)
	}
	for _, m := range sent {
		one, err := post(m)
		if err != nil {
			return made, err
		}
		made = append(made, one...)
	}
	return made, nil
}

// captionable is why nobody can send this caption.
func captionable(text string) error {
	if utf8.RuneCountInString(text) > maxCaptionRunes || !utf8.ValidString(text) {
		return errors.New("a caption holds 1024 characters of UTF-8")
	}
	return nil
}

// carry makes a message of a file that the person sends.
func (u *User) carry(m Media) (*message, error) {
	k, known := mediaKinds[m.Kind]
	caption, entities := trim(m.Caption, nil)
	if m.Size == 0 {
		m.Size = int64(len(m.Data))
	}
	switch {
	case !known:
		return nil, u.cannot("no kind of media is called " + strconv.Quote(string(m.Kind)))
	case m.Size == 0:
		return nil, u.cannot("a file holds something")
	case m.Size > maxSentBytes:
		return nil, u.cannot("a file is 2000 MB at most")
	case caption != "" && !k.caption:
		return nil, u.cannot("a " + k.noun + " has no caption")
	}
	if err := captionable(caption); err != nil {
		return nil, u.cannot(err.Error())
	}
	out := &message{text: caption, entities: withFound(caption, entities)}
	out.media = u.s.newMedia(m.Kind, contents{data: bytes.Clone(m.Data), size: m.Size}, m)
	out.spoiler, out.captionAbove = m.Spoiler, m.CaptionAbove
	return out, nil
}

// SendLocation shares a place; with LivePeriod it is a live one, see [User.Move].
func (u *User) SendLocation(at Location) error {
	return u.act(func() ([]*update, error) {
		if !onEarth(at.Latitude, at.Longitude) {
			return nil, u.cannot("there is no such place")
		}
		return u.post(&message{content: content{location: &at}})
	})
}

// Move moves the newest live location of the person, which the bot sees as an edited message.
func (u *User) Move(latitude, longitude float64) error {
	return u.act(func() ([]*update, error) {
		if !onEarth(latitude, longitude) {
			return nil, u.cannot("there is no such place")
		}
		for i := len(u.chat.messages) - 1; i >= 0; i-- {
			m := u.chat.messages[i]
			if m.from != u || m.deleted || !m.liveNow() {
				continue
			}
			moved := *m.location
			moved.Latitude, moved.Longitude = latitude, longitude
			m.location, m.edited = &moved, time.Now()
			return []*update{u.s.enqueue("edited_message", u.chat.id, seconds(m.edited), u.s.wire(m))}, nil
		}
		return nil, u.cannot("she shares no live location")
	})
}

func (m *message) liveNow() bool {
	return m.location != nil && m.location.LivePeriod > 0 &&
		time.Since(m.date) < time.Duration(m.location.LivePeriod)*time.Second
}

// SendVenue shares a place with a name.
func (u *User) SendVenue(v Venue) error {
	return u.act(func() ([]*update, error) {
		if !onEarth(v.Location.Latitude, v.Location.Longitude) || v.Title == "" || v.Address == "" {
			return nil, u.cannot("a venue has a place, a title and an address")
		}
		return u.post(&message{content: content{venue: &v}})
	})
}

// SendContact shares the phone number of somebody else, from the address book; her own is [User.SharePhone]. Telegram
// gives it the UserID of the person if it knows one.
func (u *User) SendContact(c Contact) error {
	return u.act(func() ([]*update, error) {
		switch {
		case c.Phone == "" || c.FirstName == "":
			return nil, u.cannot("a contact has a phone number and a first name")
		case c.UserID == u.id:
			return nil, u.cannot("her own number is shared with SharePhone")
		}
		return u.post(&message{content: content{contact: &c}})
	})
}

// SendDice throws a dice, which is one of 🎲 🎯 🏀 ⚽ 🎳 🎰; the seed settles the value.
func (u *User) SendDice(emoji string) error {
	return u.act(func() ([]*update, error) {
		d := u.s.dice(u.chat, emoji)
		if d == nil {
			return nil, u.cannot("no dice looks like " + emoji)
		}
		return u.post(&message{content: content{dice: d}})
	})
}

// SendPoll asks the bot something.
func (u *User) SendPoll(p Poll) error {
	return u.act(func() ([]*update, error) {
		if p.Question == "" || len(p.Options) == 0 || len(p.Options) > maxPollOptions {
			return nil, u.cannot("a poll has a question and 1 to 12 options")
		}
		p.Options, p.Final = append([]string(nil), p.Options...), p.Final || p.Quiz
		return u.post(&message{content: content{poll: &p}})
	})
}

// SendStory forwards one of the person's stories, of which a bot sees nothing but the number.
func (u *User) SendStory(id int64) error {
	return u.act(func() ([]*update, error) {
		return u.post(&message{content: content{story: &story{Chat: u.chat.wire(), ID: id}}})
	})
}
