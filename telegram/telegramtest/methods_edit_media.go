package telegramtest

func (c *call) editMessageCaption() (any, *apiError) {
	m, bad := c.editable()
	if bad != nil {
		return nil, bad
	}
	text, entities, bad := c.caption()
	if bad != nil {
		return nil, bad
	}
	if m.media == nil || !mediaKinds[m.media.kind].caption {
		return nil, badRequest("there is no caption in the message to edit")
	}
	next := m.content
	next.captionAbove = c.flag("show_caption_above_media")
	return c.change(m, text, entities, next)
}

func (c *call) editMessageMedia() (any, *apiError) {
	m, bad := c.editable()
	if bad != nil {
		return nil, bad
	}
	if !c.has("media") {
		return nil, badRequest("parameter \"media\" is required")
	}
	o, ok := parseObject(c.str("media"))
	if !ok {
		return nil, badRequest("can't parse InputMedia: expected an Object")
	}
	kind, bad := inputKind(o)
	if bad != nil {
		return nil, bad
	}
	item, bad := c.inputMedia(o, kind)
	if bad != nil {
		return nil, bad
	}
	switch {
	case m.media == nil && m.text == "" || m.media != nil && !mediaKinds[m.media.kind].input:
		return nil, badRequest("message can't be edited")
	case m.album != "" && mediaKinds[m.media.kind].album != mediaKinds[kind].album:
		return nil, badRequest("MEDIA_GROUPED_INVALID")
	}
	next := item.message.content
	next.album, next.media = m.album, item.draft.media(c.s)
	return c.change(m, item.message.text, item.message.entities, next)
}
