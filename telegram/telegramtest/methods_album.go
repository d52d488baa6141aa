package telegramtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

const (
	minAlbum = 2
	maxAlbum = 10
)

// sendMediaGroup sends all items or none.
func (c *call) sendMediaGroup() (any, *apiError) {
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, insideAlbum(bad)
	}
	items, bad := c.albumItems()
	if bad != nil {
		return nil, bad
	}
	reply, bad := c.replyTo(ch)
	if bad != nil {
		return nil, bad
	}
	for _, item := range items {
		if bad := ch.refuses(mediaKinds[item.draft.kind].sending); bad != nil {
			return nil, bad
		}
	}
	if c.has("reply_markup") {
		c.s.note("sendMediaGroup takes no reply_markup: it is ignored")
	}
	if bad := c.limit(ch, len(items)); bad != nil {
		return nil, bad
	}
	album := c.s.albumID(ch, "")
	sent := make([]*wireMessage, 0, len(items))
	for _, item := range items {
		m := item.message
		m.media, m.album, m.replyTo = item.draft.media(c.s), album, reply
		m.silent, m.protected = c.flag("disable_notification"), c.flag("protect_content")
		sent = append(sent, c.s.wire(c.post(ch, m)))
	}
	return sent, nil
}

// albumID is the media_group_id of the next album in a chat; by tells apart what is made there at once.
func (s *Server) albumID(to *chat, by string) string {
	return strconv.FormatUint(13_000_000_000_000_000+s.hash("album", to.id, len(to.messages), by)%900_000_000_000_000, 10)
}

// inputMedia is an InputMedia that has been checked.
type inputMedia struct {
	draft   *draft
	message *message // with its caption
}

func (c *call) albumItems() ([]inputMedia, *apiError) {
	if !c.has("media") {
		return nil, badRequest("parameter \"media\" is required")
	}
	var objects []object
	if json.Unmarshal([]byte(c.str("media")), &objects) != nil {
		return nil, badRequest("can't parse media JSON object")
	}
	if len(objects) > maxAlbum {
		return nil, badRequest("too many messages to send as an album")
	}
	if len(objects) < minAlbum {
		return nil, badRequest("too few messages to send as an album")
	}
	kinds := make([]MediaKind, 0, len(objects))
	for _, o := range objects {
		kind, bad := inputKind(o)
		switch {
		case bad != nil:
			return nil, bad
		case mediaKinds[kind].album == "":
			return nil, badRequest("can't parse InputMedia: type \"" + string(kind) + "\" can't be used in sendMediaGroup")
		}
		kinds = append(kinds, kind)
	}
	for _, kind := range kinds {
		if mediaKinds[kind].album != mediaKinds[kinds[0]].album {
			return nil, badRequest(string(kind) + " can't be mixed with other media types")
		}
	}
	return c.readAlbum(objects, kinds)
}

func (c *call) readAlbum(objects []object, kinds []MediaKind) ([]inputMedia, *apiError) {
	items := make([]inputMedia, 0, len(objects))
	for i, o := range objects {
		item, bad := c.inputMedia(o, kinds[i])
		if bad != nil {
			return nil, itemFailed(i+1, bad)
		}
		items = append(items, item)
	}
	return items, nil
}

// inputKind is the type of an InputMedia.
func inputKind(o object) (MediaKind, *apiError) {
	name, err := o.str("type")
	if err != nil {
		return "", badRequest("can't parse InputMedia: " + err.Error())
	}
	if name == "" {
		return "", badRequest("can't parse InputMedia: Can't find field \"type\"")
	}
	if kind := MediaKind(strings.ToLower(name)); mediaKinds[kind].input {
		return kind, nil
	}
	return "", badRequest("can't parse InputMedia: type \"" + name + "\" is unsupported")
}

// inputMedia reads an object whose fields are the parameters of the method that sends the kind.
func (c *call) inputMedia(o object, kind MediaKind) (inputMedia, *apiError) {
	p := params{values: map[string]string{}, files: c.files}
	for name, raw := range o {
		var text string
		if json.Unmarshal(raw, &text) != nil || string(raw) == "null" {
			text = string(raw)
		}
		p.values[name] = text
	}
	inner := &call{s: c.s, ctx: c.ctx, params: p}
	if !o.has("media") || inner.str("media") == "" {
		return inputMedia{}, badRequest("can't parse InputMedia: media not found")
	}
	d, bad := inner.draft(kind, inner.str("media"), upload{}, false)
	if bad != nil {
		return inputMedia{}, bad
	}
	m, bad := inner.captioned(kind)
	return inputMedia{d, m}, bad
}

// itemFailed wraps the failure of one item as the platform does, which tells the code of the item.
func itemFailed(number int, why *apiError) *apiError {
	prefix, inner, found := strings.Cut(why.description, ": ")
	if !found {
		return why // the request itself was refused
	}
	inner = strings.ToUpper(inner[:1]) + inner[1:]
	return &apiError{code: why.code, description: prefix + ": failed to send message #" + strconv.Itoa(number) +
		" with the error message \"" + inner + "\""}
}

// insideAlbum words the refusal of a chat as sendMediaGroup does: a block shows as a bad request.
func insideAlbum(bad *apiError) *apiError {
	switch bad.description {
	case "Forbidden: bot was blocked by the user":
		return itemFailed(1, &apiError{code: http.StatusBadRequest, description: "Bad Request: USER_IS_BLOCKED"})
	case "Forbidden: user is deactivated", "Forbidden: bot can't initiate conversation with a user":
		return itemFailed(1, bad)
	}
	return bad
}
