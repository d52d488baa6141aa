package telegramtest

import (
	"strings"
	"unicode/utf8"
)

const maxCaptionRunes = 1024

// caption reads a caption with its parse_mode or caption_entities.
func (c *call) caption() (string, []Entity, *apiError) {
	text, entities, bad := c.marked("caption", "parse_mode", "caption_entities")
	if bad == nil && utf8.RuneCountInString(text) > maxCaptionRunes {
		bad = badRequest("message caption is too long")
	}
	return text, entities, bad
}

// sendMedia is the method that sends a kind of media.
func sendMedia(kind MediaKind) func(*call) (any, *apiError) {
	return func(c *call) (any, *apiError) { return c.sendMedia(kind) }
}

func (c *call) sendMedia(kind MediaKind) (any, *apiError) {
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, bad
	}
	up, uploaded := c.files[string(kind)]
	d, bad := c.draft(kind, strings.TrimSpace(c.str(string(kind))), up, uploaded)
	if bad != nil {
		return nil, bad
	}
	m, bad := c.captioned(kind)
	if bad != nil {
		return nil, bad
	}
	if bad := c.prepare(ch, m, mediaKinds[kind].sending); bad != nil {
		return nil, bad
	}
	m.media = d.media(c.s)
	return c.s.wire(c.post(ch, m)), nil
}

// captioned is a message with what goes along with media; the media itself is still missing.
func (c *call) captioned(kind MediaKind) (*message, *apiError) {
	m := &message{}
	if !mediaKinds[kind].caption {
		return m, nil // a caption is ignored
	}
	var bad *apiError
	m.text, m.entities, bad = c.caption()
	if visual := kind == Photo || kind == Video || kind == Animation; visual {
		m.spoiler, m.captionAbove = c.flag("has_spoiler"), c.flag("show_caption_above_media")
	}
	return m, bad
}

// prepare reads what goes with any message, and counts it if the bot may send it.
func (c *call) prepare(ch *chat, m *message, what sending) *apiError {
	var bad *apiError
	if m.keyboard, bad = c.keyboard(ch); bad != nil {
		return bad
	}
	if m.replyTo, bad = c.replyTo(ch); bad != nil {
		return bad
	}
	m.silent, m.protected = c.flag("disable_notification"), c.flag("protect_content")
	if bad := ch.refuses(what); bad != nil {
		return bad
	}
	return c.limit(ch, 1)
}
