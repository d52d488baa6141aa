package adapter

// What a platform lacks is simplified in one way each: the package documentation has the table.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-go/parley/channel"
)

func supports(l *channel.Limits, f channel.Feature) bool {
	level := l.Features[f]
	return level != channel.LevelRejected && level != channel.LevelDropped
}

// lacks reports whether the platform lacks f, and notes that it is lost if so.
func (p *planner) lacks(f channel.Feature) bool {
	if supports(&p.c.limits, f) {
		return false
	}
	p.note(f)
	return true
}

// note names a feature among those that were lost, once.
func (p *planner) note(f channel.Feature) {
	if !slices.Contains(p.degraded, f) {
		p.degraded = append(p.degraded, f)
	}
}

func styleFeature(k channel.StyleKind) channel.Feature {
	switch k {
	case channel.StyleBold, channel.StyleItalic, channel.StyleUnderline, channel.StyleStrike, channel.StyleCode,
		channel.StylePre, channel.StyleLink, channel.StyleQuote, channel.StyleSpoiler:
		return channel.Feature(k) // they have the same names
	default:
		return ""
	}
}

func keyboardFeature(k *channel.Keyboard) channel.Feature {
	if k.Inline {
		return channel.FeatureInlineKeyboard
	}
	return channel.FeatureReplyKeyboard
}

// degrade makes the sections of the message, and returns the keyboard that the last part carries.
func (p *planner) degrade() (*channel.Keyboard, error) {
	m := &p.d.message
	p.base = envelope(m)
	p.base.Silent = m.Silent && !p.lacks(channel.FeatureSilent)
	p.base.NoPreview = m.NoPreview && !p.lacks(channel.FeatureNoPreview)
	switch {
	case m.ReplyTo == "":
	case p.d.moved:
		p.note(channel.FeatureReplyTo)
	case !p.lacks(channel.FeatureReplyTo):
		p.replyTo = m.ReplyTo
	}
	if m.Template != nil {
		return nil, p.template(m.Template)
	}
	if err := p.textAndFiles(m); err != nil {
		return nil, err
	}
	p.location(m.Location)
	p.contacts(m.Contacts)
	if err := p.cards(m.Cards); err != nil {
		return nil, err
	}
	return p.keyboard(m.Keyboard)
}

func (p *planner) template(t *channel.Template) error {
	if p.lacks(channel.FeatureTemplate) {
		return refuse(channel.ErrUnsupported, "Template: the platform has none")
	}
	p.sections = append(p.sections, section{content: (*template)(t), left: func(m *channel.Message, _ remains) {
		m.Template = nil
	}})
	return nil
}

func (p *planner) textAndFiles(m *channel.Message) error {
	if m.Text == "" && len(m.Attachments) == 0 {
		return nil
	}
	list, err := p.attachments(m.Attachments)
	if err != nil {
		return err
	}
	album := max(p.c.limits.Album, 1)
	if len(list) > 1 && p.lacks(channel.FeatureAlbum) {
		album = 1
	}
	s := section{content: files{list, album}, left: func(m *channel.Message, r remains) {
		m.Text, m.Styles, m.Attachments = r.text, r.styles, tail(m.Attachments, r.taken)
	}}
	s.rendered = p.render(m.Text, m.Styles)
	p.sections = append(p.sections, s)
	return nil
}

func (p *planner) location(l *channel.Location) {
	if l == nil {
		return
	}
	s := section{content: (*location)(l), left: func(m *channel.Message, r remains) {
		m.Location, m.Text, m.Styles = nil, r.text, nil
	}}
	if p.lacks(channel.FeatureLocation) {
		s.content = nothing{}
		s.rendered = plain(lines(l.Title, l.Address, fmt.Sprintf("https://www.google.com/maps?q=%s,%s",
			strconv.FormatFloat(l.Latitude, 'f', -1, 64), strconv.FormatFloat(l.Longitude, 'f', -1, 64))))
	}
	p.sections = append(p.sections, s)
}

// contacts are a message each: no platform's limits say how many go together.
func (p *planner) contacts(list []channel.Contact) {
	for _, c := range list {
		s := section{content: contact(c), left: func(m *channel.Message, r remains) {
			m.Contacts, m.Text, m.Styles = tail(m.Contacts, 1), r.text, nil
		}}
		if p.lacks(channel.FeatureContact) {
			s.content = nothing{}
			s.rendered = plain(lines(strings.TrimSpace(c.FirstName+" "+c.LastName), c.Phone))
		}
		p.sections = append(p.sections, s)
	}
}

// keyboard returns the keyboard of the message as the platform has it, or writes it into the text.
func (p *planner) keyboard(k *channel.Keyboard) (*channel.Keyboard, error) {
	if k == nil {
		return nil, nil
	}
	if p.lacks(keyboardFeature(k)) {
		text, err := written(k, "Keyboard")
		if err == nil && text != "" {
			p.append(text)
		}
		return nil, err
	}
	n := len(p.sections)
	if n == 0 {
		return nil, invalid("Keyboard: nothing to stand with: set Text, Attachments, Location, Contacts or Cards")
	}
	own := p.sections[n-1].keyboard
	if own == nil {
		return resolvedKeyboard(k), nil
	}
	if !k.Inline {
		return nil, refuse(channel.ErrUnsupported, "Keyboard: the buttons of the last card are the only keyboard of its message")
	}
	both := &channel.Keyboard{Inline: true, Rows: slices.Concat(own.Rows, k.Rows)}
	if err := checkKeyboard(&p.c.limits, both, "Keyboard below the buttons of the last card"); err != nil {
		return nil, err
	}
	return resolvedKeyboard(both), nil
}

// append writes the lines of a keyboard at the end of the last section, or into one of their own.
func (p *planner) append(text string) {
	n := len(p.sections)
	if n > 0 {
		s := &p.sections[n-1]
		_, hasFiles := s.content.(files)
		if hasFiles || s.text != "" {
			if s.text != "" && !strings.HasSuffix(s.text, "\n") {
				text = "\n" + text
			}
			s.append(text)
			return
		}
	}
	s := section{content: nothing{}, left: func(m *channel.Message, r remains) { m.Text = r.text }}
	s.append(text)
	p.sections = append(p.sections, s)
}

// written is a keyboard as lines of text.
func written(k *channel.Keyboard, field string) (string, error) {
	var list []string
	for i, row := range k.Rows {
		for j := range row {
			switch kind := kindOf(&row[j], k.Inline); {
			case kind == channel.ButtonURL:
				list = append(list, row[j].Text+": "+row[j].URL)
			case kind == channel.ButtonReply && !k.Inline:
				list = append(list, row[j].Text)
			default:
				return "", refuse(channel.ErrUnsupported, "%s.Rows[%d][%d]: the platform has no %s, and a %q button is no text",
					field, i, j, keyboardFeature(k), kind)
			}
		}
	}
	return lines(list...), nil
}

// lines joins what is not blank.
func lines(list ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(list), blank), "\n")
}

// tail is s without its first n; nil if nothing is left.
func tail[T any](s []T, n int) []T {
	if n >= len(s) {
		return nil
	}
	return s[n:]
}
