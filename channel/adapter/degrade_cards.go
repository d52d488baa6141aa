package adapter

import (
	"fmt"

	"github.com/parley-go/parley/channel"
)

func (p *planner) cards(list []channel.Card) error {
	if len(list) == 0 {
		return nil
	}
	if !p.lacks(channel.FeatureCards) {
		native, err := p.nativeCards(list)
		p.sections = append(p.sections, section{content: native, left: func(m *channel.Message, r remains) {
			m.Cards = tail(m.Cards, r.taken)
		}})
		return err
	}
	for i := range list {
		s, err := p.card(&list[i], fmt.Sprintf("Cards[%d]", i))
		if err != nil {
			return err
		}
		p.sections = append(p.sections, s)
	}
	return nil
}

func (p *planner) nativeCards(list []channel.Card) (cards, error) {
	native := make(cards, len(list))
	for i, c := range list {
		c.Buttons = resolved(c.Buttons, true)
		image, err := p.picture(fmt.Sprintf("Cards[%d].Image", i), c.Image, false)
		if err != nil {
			return nil, err
		}
		c.Image = image
		native[i] = c
	}
	return native, nil
}

// card is one card where the platform has none: a text, its image, and an inline keyboard.
func (p *planner) card(c *channel.Card, field string) (section, error) {
	buttons, added, err := p.cardButtons(c, field+".Buttons")
	if err != nil {
		return section{}, err
	}
	s := section{content: nothing{}, keyboard: buttons, rendered: plain(lines(c.Title, c.Subtitle, c.URL, added))}
	if c.Image != nil {
		image := *c.Image
		image.Kind = channel.AttachmentImage
		sent, err := p.attachment(field+".Image", image, false)
		if err != nil {
			return section{}, err
		}
		s.content = files{[]channel.Attachment{sent}, 1}
	}
	image, written := c.Image, added != ""
	s.left = func(m *channel.Message, r remains) {
		if r.text == "" && (image == nil || r.taken > 0) {
			m.Cards = tail(m.Cards, 1)
			return
		}
		left := m.Cards[0]
		left.Title, left.Subtitle, left.URL = r.text, "", ""
		if written {
			left.Buttons = nil
		}
		m.Cards = append([]channel.Card{left}, m.Cards[1:]...)
	}
	return s, nil
}

// cardButtons is the buttons of a card as a keyboard, one in a row, or as lines of text.
func (p *planner) cardButtons(c *channel.Card, field string) (*channel.Keyboard, string, error) {
	if len(c.Buttons) == 0 {
		return nil, "", nil
	}
	k := &channel.Keyboard{Inline: true}
	for i := range c.Buttons {
		k.Rows = append(k.Rows, c.Buttons[i:i+1:i+1])
	}
	if p.lacks(channel.FeatureInlineKeyboard) {
		text, err := written(k, field)
		return nil, text, err
	}
	if err := checkKeyboard(&p.c.limits, k, field); err != nil {
		return nil, "", err
	}
	return resolvedKeyboard(k), "", nil
}
