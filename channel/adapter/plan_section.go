package adapter

import (
	"errors"

	"github.com/parley-go/parley/channel"
)

// section is what one field of the message, or its Text with its Attachments, comes to on this platform.
type section struct {
	rendered
	content  content
	keyboard *channel.Keyboard // of the last part

	at, taken int   // bytes of text and items of content that are in parts already
	refused   error // the driver said already that the whole text is too large

	// base is what is left of the message before this section, in the form it was asked for, and left makes it what is
	// left after some of the section.
	base channel.Message
	left func(m *channel.Message, r remains)
}

// content is items that may go together in a part.
type content interface {
	count() int
	most() int // items of one part
	put(m *channel.Message, from, to int)
}

// section makes the parts of s.
func (p *planner) section(s *section) error {
	s.base = p.rest
	for s.at < len(s.text) || s.taken < s.content.count() {
		if err := p.next(s); err != nil {
			return err
		}
	}
	return nil
}

// next makes the next part of s: items with a caption, a text, or items.
func (p *planner) next(s *section) error {
	if s.at == len(s.text) {
		return p.items(s, "")
	}
	if s.taken < s.content.count() {
		if text := s.text[s.at:]; p.captions(text) {
			err := p.items(s, text)
			if err == nil || !apart(err) {
				return err
			}
		}
	}
	return p.text(s)
}

// captions reports whether a text may stand beside attachments.
func (p *planner) captions(text string) bool {
	l := p.c.limits.Caption
	return l.Max == 0 || l.Max > 0 && within(l, text)
}

// items makes a part of as many items as go together, with the rest of the text if caption is not empty.
func (p *planner) items(s *section, caption string) error {
	total := s.content.count() - s.taken
	n := min(total, s.content.most())
	var refusal error
	if n == total {
		part, err := p.try(p.with(s, caption, n, s.keyboard))
		if err == nil || !apart(err) {
			return p.took(s, part, len(caption), n, err)
		}
		refusal = err
		n-- // the keyboard needs an item to go with, and without a keyboard so many do not fit
	}
	if n == 0 {
		return refusal
	}
	best, err := p.try(p.with(s, caption, n, nil))
	if err == nil || !apart(err) {
		return p.took(s, best, len(caption), n, err)
	}
	// What can go together can also when there is less of it.
	low, high := 0, n
	for high-low > 1 {
		middle := low + (high-low)/2
		part, tried := p.try(p.with(s, caption, middle, nil))
		switch {
		case tried == nil:
			low, best = middle, part
		case apart(tried):
			high, err = middle, tried
		default:
			return tried
		}
	}
	if low == 0 {
		return err
	}
	return p.took(s, best, len(caption), low, nil)
}

// text makes a part of the rest of the text, or of the beginning of it.
func (p *planner) text(s *section) error {
	text := s.text[s.at:]
	last := s.taken == s.content.count()
	refusal := s.refused
	s.refused = nil
	if refusal == nil && within(p.c.limits.Text, text) {
		var keyboard *channel.Keyboard
		if last {
			keyboard = s.keyboard
		}
		part, err := p.try(p.with(s, text, 0, keyboard))
		if err == nil || !errors.Is(err, channel.ErrTooLarge) {
			return p.took(s, part, len(text), 0, err)
		}
		refusal = err
	}
	// With a keyboard to come too, something is left that carries it.
	p.splitting.refusal = refusal
	part, n, err := p.splitting.split(text, labels(s.styles, s.at), p.c.limits.Text, func(n int) (*Part, error) {
		return p.try(p.with(s, text[:n], 0, nil))
	})
	return p.took(s, part, n, 0, err)
}

// with is the message of a part: text is the next of s.text, n the number of items.
func (p *planner) with(s *section, text string, n int, keyboard *channel.Keyboard) channel.Message {
	m := p.base
	m.Text = text
	m.Styles = clip(s.styles, s.at, s.at+len(text))
	m.Keyboard = keyboard
	if n > 0 {
		s.content.put(&m, s.taken, s.taken+n)
	}
	return m
}

// took adds a part with so many bytes of text and so many items, unless there is an error.
func (p *planner) took(s *section, part *Part, text, items int, err error) error {
	if err != nil {
		return err
	}
	s.at += text
	s.taken += items
	rest := s.base
	r := remains{taken: s.taken}
	r.text, r.styles = s.after(s.at)
	s.left(&rest, r)
	if s.lined && s.at > 0 && s.at >= s.linesAt {
		rest.Keyboard = nil // it is in the text
	}
	p.add(part, rest)
	return nil
}

type (
	nothing struct{}
	files   struct {
		list  []channel.Attachment
		album int
	}
	cards    []channel.Card
	location channel.Location
	contact  channel.Contact
	template channel.Template
)

func (nothing) count() int                     { return 0 }
func (nothing) most() int                      { return 0 }
func (nothing) put(*channel.Message, int, int) {}

func (f files) count() int                           { return len(f.list) }
func (f files) most() int                            { return f.album }
func (f files) put(m *channel.Message, from, to int) { m.Attachments = f.list[from:to:to] }
func (c cards) count() int                           { return len(c) }
func (c cards) most() int                            { return len(c) }
func (c cards) put(m *channel.Message, from, to int) { m.Cards = c[from:to:to] }
func (*location) count() int                         { return 1 }
func (*location) most() int                          { return 1 }
func (l *location) put(m *channel.Message, _, _ int) { m.Location = (*channel.Location)(l) }
func (contact) count() int                           { return 1 }
func (contact) most() int                            { return 1 }
func (c contact) put(m *channel.Message, _, _ int) {
	m.Contacts = []channel.Contact{channel.Contact(c)}
}
func (*template) count() int                         { return 1 }
func (*template) most() int                          { return 1 }
func (t *template) put(m *channel.Message, _, _ int) { m.Template = (*channel.Template)(t) }
