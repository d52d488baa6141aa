package telegramtest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// chat finds the chat that chat_id names.
func (c *call) chat() (*chat, *apiError) { return c.chatIn("chat_id") }

func (c *call) chatIn(parameter string) (*chat, *apiError) {
	raw := strings.TrimSpace(c.str(parameter))
	if raw == "" {
		return nil, badRequest(parameter + " is empty")
	}
	if name, ok := strings.CutPrefix(raw, "@"); ok {
		if strings.EqualFold(name, c.s.cfg.Username) {
			return nil, forbidden("the bot can't send messages to the bot")
		}
		return c.s.publicChat(name)
	}
	id, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		return nil, errChatNotFound
	}
	if id == c.s.botID {
		return nil, forbidden("the bot can't send messages to the bot")
	}
	if ch := c.s.chats[id]; ch != nil {
		return ch, nil
	}
	return nil, errChatNotFound
}

func (c *call) sendMessage() (any, *apiError) {
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, bad
	}
	m, bad := c.written()
	if bad != nil {
		return nil, bad
	}
	if bad := c.prepare(ch, m, texts); bad != nil {
		return nil, bad
	}
	return c.s.wire(c.post(ch, m)), nil
}

// written is a message with the text of the call.
func (c *call) written() (m *message, bad *apiError) {
	m = &message{}
	if m.text, m.entities, bad = c.formatted(); bad == nil {
		m.noPreview, bad = c.noPreview()
	}
	return m, bad
}

// noPreview reports whether link_preview_options, or the older disable_web_page_preview, turn the preview off.
func (c *call) noPreview() (bool, *apiError) {
	raw := c.str("link_preview_options")
	if raw == "" {
		return c.flag("disable_web_page_preview"), nil
	}
	o, ok := parseObject(raw)
	if !ok {
		return false, badRequest("object expected as link preview options")
	}
	for _, name := range []string{"is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text"} {
		if _, err := o.flag(name); err != nil {
			return false, badRequest("can't parse link preview options: " + err.Error())
		}
	}
	if _, err := o.str("url"); err != nil {
		return false, badRequest("can't parse link preview options: " + err.Error())
	}
	off, _ := o.flag("is_disabled")
	return off, nil
}

// replyTo finds the message to be replied, of reply_parameters or of the older reply_to_message_id.
func (c *call) replyTo(ch *chat) (*message, *apiError) {
	id, lenient, quote := c.number("reply_to_message_id", 0, -1<<62, 1<<62), c.flag("allow_sending_without_reply"), ""
	if raw := c.str("reply_parameters"); raw != "" {
		o, ok := parseObject(raw)
		if !ok {
			return nil, badRequest("object expected as reply parameters")
		}
		var err error
		if id, err = o.number("message_id"); err == nil {
			lenient, err = o.flag("allow_sending_without_reply")
		}
		if err == nil {
			quote, err = o.str("quote")
		}
		other, failure := o.str("chat_id")
		if err == nil {
			err = failure
		}
		if err != nil {
			return nil, badRequest("can't parse reply parameters: " + err.Error())
		}
		if other != "" {
			elsewhere := &call{s: c.s, params: params{values: map[string]string{"chat_id": other}}}
			var bad *apiError
			if ch, bad = elsewhere.readableChat("chat_id"); bad != nil {
				return nil, bad
			}
		}
	}
	if id == 0 {
		return nil, nil
	}
	m := ch.find(id)
	switch {
	case m == nil && lenient:
		return nil, nil
	case m == nil:
		return nil, badRequest("message to be replied not found")
	case !strings.Contains(m.text, quote):
		return nil, badRequest("QUOTE_TEXT_INVALID")
	}
	return m, nil
}

var chatActions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
	"choose_sticker", "find_location", "record_video_note", "upload_video_note",
}

func (c *call) sendChatAction() (any, *apiError) {
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, bad
	}
	if ch.kind == broadcast {
		return nil, badRequest("have no write access to the chat")
	}
	if !slices.Contains(chatActions, strings.ToLower(c.str("action"))) {
		return nil, badRequest("wrong parameter action in request")
	}
	return true, nil
}

// setMessageReaction checks a reaction; nobody is shown it.
func (c *call) setMessageReaction() (any, *apiError) {
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, bad
	}
	var reactions []object
	if raw := c.str("reaction"); raw != "" && json.Unmarshal([]byte(raw), &reactions) != nil {
		return nil, badRequest("can't parse reaction types JSON object")
	}
	if c.messageID() == 0 {
		return nil, badRequest("message identifier is not specified")
	}
	if ch.find(c.messageID()) == nil {
		return nil, badRequest("message to react not found")
	}
	if len(reactions) > 1 {
		return nil, badRequest("REACTIONS_TOO_MANY")
	}
	for _, o := range reactions {
		if bad := checkReaction(o); bad != nil {
			return nil, bad
		}
	}
	return true, nil
}

func checkReaction(o object) *apiError {
	kind, _ := o.str("type")
	field := map[string]string{"emoji": "emoji", "custom_emoji": "custom_emoji_id"}[kind]
	if value, err := o.str(field); field == "" || err != nil || value == "" {
		return badRequest("REACTION_INVALID")
	}
	return nil
}
