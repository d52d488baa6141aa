package adapter

// How a message becomes parts.
//
//  1. It is checked (plan_check.go) as far as that needs no platform: what is wrong in itself, or beyond Limits that no
//     splitting helps, fails before any call. Fields that are received only (ID, AlbumID, Forwards, Forwarded) are
//     ignored, not refused: a received message may be sent on as it is.
//  2. What the platform lacks is simplified (degrade.go has the table). What remains is a list of sections in the order
//     in which they are sent: text with its attachments, location, contacts, cards. A Template excludes the rest.
//  3. Each section gives parts until it is used up (plan_section.go). Text is the caption of the first attachments if
//     that fits, else it goes before them; where a text is cut (split.go), what is left of it is looked at in the same
//     way. Attachments are grouped into albums as large as the driver takes. The keyboard goes with the last part of the
//     last section; attachments and cards that cannot carry it give their last item a part of its own.
//  4. The driver encodes each part as it will be sent, and is asked no more than needed: a short text is one call.
//  5. Bytes that must become a URL have a stand-in. They are published last (media.go), once all else is known to be
//     good, and only those of parts that will be sent.
//
// What is left of a message after a part is worked out in the form in which it was asked for, and planning that gives
// the same parts again: every decision depends only on what is still to be sent.

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

// draft is a message to be planned, and what its parts need to know.
type draft struct {
	chatID  string
	message channel.Message
	sub     channel.Subscription
	moved   bool   // the chat did: what ReplyTo names is not there, and another message may have its ID
	first   int    // Index of the first part
	seed    uint64 // what the Nonces are made from
}

// plan is a message as the parts that the platform takes.
type plan struct {
	parts    []*Part
	rests    []channel.Message // rests[i] is the message still to send when the parts before i are sent
	rest     channel.Message   // when all are
	degraded []channel.Feature
	publish  []channel.Attachment // what stand-in URLs in the parts stand for: publish makes them real
}

// from leaves out the parts before the one with this Part.Index.
func (p *plan) from(index int) {
	for len(p.parts) > 0 && p.parts[0].Index < index {
		p.parts, p.rests = p.parts[1:], p.rests[1:]
	}
}

// after is the message still to send when the parts up to i are sent.
func (p *plan) after(i int) *channel.Message {
	if i+1 < len(p.rests) {
		return &p.rests[i+1]
	}
	return &p.rest
}

// plan checks d.message against the limits and makes its parts, each encoded. It calls nobody. Its error is an
// *channel.Error. A URL whose bytes must be uploaded is opened within ctx, when the driver's Send opens it.
func (c *Channel) plan(ctx context.Context, d draft) (plan, error) {
	var refusal error
	if c.simple(&d.message) {
		m := envelope(&d.message)
		m.Text = d.message.Text
		part, err := c.part(&d, d.first, m)
		if err == nil {
			return plan{parts: []*Part{part}, rests: []channel.Message{d.message}}, nil
		}
		if !errors.Is(err, channel.ErrTooLarge) {
			return plan{}, c.fail("send", err)
		}
		refusal = err
	}
	p := planner{c: c, ctx: ctx, d: d}
	if err := p.run(refusal); err != nil {
		return plan{}, c.fail("send", err)
	}
	return p.plan, nil
}

// simple reports whether the message is a text that needs nothing but to be encoded, as most are.
func (c *Channel) simple(m *channel.Message) bool {
	limit := c.limits.Text.Max
	return m.Text != "" && (limit == 0 || len(m.Text) <= limit) && !blank(m.Text) && utf8.ValidString(m.Text) &&
		len(m.Styles) == 0 && len(m.Attachments) == 0 && len(m.Contacts) == 0 && len(m.Cards) == 0 &&
		m.Location == nil && m.Template == nil && m.Keyboard == nil &&
		m.ReplyTo == "" && !m.Silent && !m.NoPreview && len(m.Native) == 0 && checkPurpose(m.Purpose) == nil
}

// part encodes a message as the part with this index.
func (c *Channel) part(d *draft, index int, m channel.Message) (*Part, error) {
	part := &Part{
		ChatID: d.chatID, Message: m, Key: d.message.Key, Index: index, Nonce: partNonce(d.seed, index), Subscription: d.sub,
	}
	if err := c.driver.Encode(part); err != nil {
		return nil, err
	}
	return part, nil
}

// planner is one call of plan.
type planner struct {
	plan
	c   *Channel
	ctx context.Context
	d   draft

	base      channel.Message // what every part has in common
	replyTo   string          // of the first part
	sections  []section
	splitting splitter
}

// run plans. A refusal is what the driver said of the message as one part, where that was tried.
func (p *planner) run(refusal error) error {
	if err := check(&p.c.limits, &p.d.message); err != nil {
		return err
	}
	p.rest = p.d.message
	keyboard, err := p.degrade()
	if err != nil {
		return err
	}
	if refusal != nil {
		p.sections[0].refused = refusal
	}
	for i := range p.sections {
		s := &p.sections[i]
		if i == len(p.sections)-1 && keyboard != nil {
			s.keyboard = keyboard
		}
		if err := p.section(s); err != nil {
			return err
		}
	}
	return nil
}

// envelope is m without its content and without what is received only.
func envelope(m *channel.Message) channel.Message {
	return channel.Message{Purpose: m.Purpose, Key: m.Key, Native: m.Native, Silent: m.Silent, NoPreview: m.NoPreview}
}

// try encodes a message as the next part.
func (p *planner) try(m channel.Message) (*Part, error) {
	if err := p.ctx.Err(); err != nil { // a long text with many styles takes its time
		return nil, p.c.ended(opSend, err)
	}
	if len(p.parts) == 0 {
		m.ReplyTo = p.replyTo
	}
	return p.c.part(&p.d, p.d.first+len(p.parts), m)
}

// add makes a part that was encoded the next one, after which rest is left.
func (p *planner) add(part *Part, rest channel.Message) {
	p.parts = append(p.parts, part)
	p.rests = append(p.rests, p.rest)
	p.rest = rest
	p.rest.ReplyTo = ""
}

// partNonce mixes (splitmix64) what a Send and a part are, so that the parts of one Send, and of two with seeds side by
// side, have nothing in common.
func partNonce(seed uint64, index int) uint64 {
	z := seed + (uint64(index)+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return max(z, 1)
}

// apart reports whether an error of Driver.Encode says that less may fit.
func apart(err error) bool {
	return errors.Is(err, channel.ErrTooLarge) || errors.Is(err, channel.ErrUnsupported)
}
