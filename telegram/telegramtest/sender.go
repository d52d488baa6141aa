package telegramtest

import (
	"errors"
	"strconv"
	"time"
)

// sender has the verbs by which a person sends something, in whatever chat she stands.
type sender struct {
	by    *User
	to    *chat
	where spot
}

// spot is what differs from chat to chat.
type spot interface {
	// act does one thing as somebody who is there, and waits for the updates it made.
	act(do func() ([]*update, error)) error
	// refusal is why she cannot send this there, nil if she can.
	refusal(m *message) error
	// post puts a message of hers into the chat.
	post(m *message) []*update
	// retell tells the bot of a message of hers that has changed.
	retell(m *message) []*update
}

// send is the way of every message of hers: all of them stand in the chat, or none.
func (s *sender) send(all ...*message) (made []*update, err error) {
	for _, m := range all {
		if err := s.where.refusal(m); err != nil {
			return nil, err
		}
	}
	for _, m := range all {
		made = append(made, s.where.post(m)...)
	}
	return made, nil
}

// verb sends what compose makes.
func (s *sender) verb(compose func() ([]*message, error)) error {
	return s.where.act(func() ([]*update, error) {
		all, err := compose()
		if err != nil {
			return nil, s.by.cannot(err.Error())
		}
		return s.send(all...)
	})
}

// give sends content that is made without fail unless wrong says why not.
func (s *sender) give(what content, wrong string) error {
	return s.verb(func() ([]*message, error) {
		if wrong != "" {
			return nil, errors.New(wrong)
		}
		return []*message{{content: what}}, nil
	})
}

// Write sends a text message, of 1 to 4096 characters.
func (s *sender) Write(text string) error {
	return s.verb(func() ([]*message, error) {
		m, err := plain(text)
		return []*message{m}, err
	})
}

// Forward sends a text that somebody else had written to the person.
func (s *sender) Forward(author *User, text string) error {
	return s.verb(func() ([]*message, error) {
		m, err := plain(text)
		if err == nil {
			m.origin = author.source(time.Now())
		}
		return []*message{m}, err
	})
}

// Send sends a file: a photo, a video, a document … as its Kind says.
func (s *sender) Send(file Media) error {
	return s.verb(func() ([]*message, error) {
		m, err := s.by.s.carry(file)
		return []*message{m}, err
	})
}

// SendAlbum sends 2 to 10 files as one album. The bot gets each as an update of its own, all with the same
// media_group_id; a caption stands on one of them, as a rule the first.
func (s *sender) SendAlbum(items ...Media) error {
	return s.verb(func() ([]*message, error) {
		if len(items) < minAlbum || len(items) > maxAlbum {
			return nil, errors.New("an album has 2 to 10 items")
		}
		album := s.by.s.albumID(s.to, s.by.ID())
		var all []*message
		for _, item := range items {
			kind := mediaKinds[item.Kind].album
			if kind == "" || kind != mediaKinds[items[0].Kind].album {
				return nil, errors.New("photos and videos make an album, or documents alone, or audio alone")
			}
			m, err := s.by.s.carry(item)
			if err != nil {
				return nil, err
			}
			m.album = album
			all = append(all, m)
		}
		return all, nil
	})
}

// message is one of the chat, whoever sent it.
func (s *sender) message(id string) (*message, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	m := s.to.find(n)
	if err != nil || m == nil {
		return nil, s.by.cannot("no message has the id " + id)
	}
	return m, nil
}

// Edit changes the text of a message that the person sent, or the caption of its media; see Sent for the ids.
func (s *sender) Edit(messageID, text string) error {
	return s.edit(messageID, text, func(m *message) bool { return m.from == s.by })
}

func (s *sender) edit(messageID, text string, hers func(*message) bool) error {
	return s.where.act(func() ([]*update, error) {
		m, err := s.message(messageID)
		if err == nil && !hers(m) {
			err = s.by.cannot("no message of hers has the id " + messageID)
		}
		if err == nil {
			err = s.where.refusal(m)
		}
		if err != nil {
			return nil, err
		}
		if err := m.rewrite(text); err != nil {
			return nil, s.by.cannot(err.Error())
		}
		return s.where.retell(m), nil
	})
}

// SendLocation shares a place; with LivePeriod it is a live one, which Move moves.
func (s *sender) SendLocation(at Location) error {
	wrong := ""
	if !onEarth(at.Latitude, at.Longitude) {
		wrong = "there is no such place"
	}
	return s.give(content{location: &at}, wrong)
}

// Move moves the newest live location of the person, which the bot sees as an edited message. It is an error if she
// shares none any more.
func (s *sender) Move(latitude, longitude float64) error {
	return s.where.act(func() ([]*update, error) {
		if !onEarth(latitude, longitude) {
			return nil, s.by.cannot("there is no such place")
		}
		for i := len(s.to.messages) - 1; i >= 0; i-- {
			m := s.to.messages[i]
			if m.from != s.by || m.deleted || !m.liveNow() {
				continue
			}
			if err := s.where.refusal(m); err != nil {
				return nil, err
			}
			moved := *m.location
			moved.Latitude, moved.Longitude = latitude, longitude
			m.location, m.edited = &moved, time.Now()
			return s.where.retell(m), nil
		}
		return nil, s.by.cannot("she shares no live location")
	})
}

func (m *message) liveNow() bool {
	return m.location != nil && m.location.LivePeriod > 0 && (m.location.LivePeriod == liveForever ||
		time.Since(m.date) < time.Duration(m.location.LivePeriod)*time.Second)
}

// SendVenue shares a place with a name.
func (s *sender) SendVenue(v Venue) error {
	wrong := ""
	if !onEarth(v.Location.Latitude, v.Location.Longitude) || v.Title == "" || v.Address == "" {
		wrong = "a venue has a place, a title and an address"
	}
	return s.give(content{venue: &v}, wrong)
}

// SharePhone sends the person's own phone number, as a button with request_contact does.
func (s *sender) SharePhone(number string) error {
	wrong := ""
	if number == "" {
		wrong = "no phone number"
	}
	u := s.by
	return s.give(content{contact: &Contact{Phone: number, FirstName: u.first, LastName: u.last, UserID: u.id}}, wrong)
}

// SendContact shares the phone number of somebody else, from the address book; her own is for SharePhone. Telegram
// gives it the UserID of the person if it knows one.
func (s *sender) SendContact(c Contact) error {
	wrong := ""
	switch {
	case c.Phone == "" || c.FirstName == "":
		wrong = "a contact has a phone number and a first name"
	case c.UserID == s.by.id:
		wrong = "her own number is shared with SharePhone"
	}
	return s.give(content{contact: &c}, wrong)
}

// SendDice throws a dice, which is one of 🎲 🎯 🏀 ⚽ 🎳 🎰; the seed settles the value.
func (s *sender) SendDice(emoji string) error {
	return s.verb(func() ([]*message, error) {
		d := s.by.s.dice(s.to, emoji)
		if d == nil {
			return nil, errors.New("no dice looks like " + emoji)
		}
		return []*message{{content: content{dice: d}}}, nil
	})
}

// SendPoll asks something, with 1 to 12 options.
func (s *sender) SendPoll(p Poll) error {
	wrong := ""
	if p.Question == "" || len(p.Options) == 0 || len(p.Options) > maxPollOptions {
		wrong = "a poll has a question and 1 to 12 options"
	}
	p.Options, p.Final = append([]string(nil), p.Options...), p.Final || p.Quiz
	return s.give(content{poll: &p}, wrong)
}

// SendStory forwards one of the person's stories, of which a bot sees nothing but the number.
func (s *sender) SendStory(id int64) error {
	return s.give(content{story: &story{Chat: s.by.chat.wire(), ID: id}}, "")
}
