package telegramtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxTextRunes   = 4096
	maxSourceBytes = 32768
	maxEntities    = 100 // the rest is ignored
)

var entityTypes = []string{
	"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
	"strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
	"custom_emoji", "date_time",
}

// foundTypes are recognised in the text by the server itself; an entity that a bot sends of such a type is ignored.
var foundTypes = []string{"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}

// formatted reads text with its parse_mode or its entities, and checks it as sendMessage does.
func (c *call) formatted() (string, []Entity, *apiError) {
	text, entities, bad := c.marked("text", "parse_mode", "entities")
	if bad != nil {
		return "", nil, bad
	}
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", nil, badRequest("message text is empty")
	case n > maxTextRunes:
		return "", nil, badRequest("message is too long")
	}
	return text, entities, nil
}

// marked reads the text of a parameter with its mode or its entities, which are parameters too.
func (c *call) marked(name, modeName, marks string) (string, []Entity, *apiError) {
	text := c.str(name)
	if len(text) > maxSourceBytes {
		return "", nil, badRequest("text is too long")
	}
	var entities []Entity
	var bad *apiError
	switch mode := strings.ToLower(c.str(modeName)); mode {
	case "", "null":
		entities, bad = entitiesOf(text, c.str(marks))
	case "html":
		text, entities, bad = parseHTML(text)
	case "markdownv2":
		text, entities, bad = parseMarkdown(text)
	case "markdown":
		text, entities, bad = parseLegacyMarkdown(text)
	default:
		bad = badRequest("unsupported parse_mode")
	}
	if bad != nil {
		return "", nil, bad
	}
	text, entities = trim(text, c.s.mentions(entities))
	return text, withFound(text, entities), nil
}

// entitiesOf reads the entities that a parameter lists; null and absent are none.
func entitiesOf(text, raw string) ([]Entity, *apiError) {
	if raw == "" || raw == "null" {
		return nil, nil
	}
	if !json.Valid([]byte(raw)) {
		return nil, badRequest("can't parse entities JSON object")
	}
	var objects []object
	if json.Unmarshal([]byte(raw), &objects) != nil {
		return nil, badRequest("expected an Array of MessageEntity")
	}
	if len(objects) > maxEntities {
		objects = objects[:maxEntities]
	}
	units := utf16.Encode([]rune(text))
	var out []Entity
	for _, o := range objects {
		e, err := entity(o)
		if err != nil {
			return nil, refusalOf("can't parse MessageEntity: ", err)
		}
		if bad := e.checkRange(units); bad != nil {
			return nil, bad
		}
		if e.Length > 0 && !slices.Contains(foundTypes, e.Type) {
			out = append(out, e)
		}
	}
	return out, nil
}

func entity(o object) (e Entity, err error) {
	var offset, length int64
	for _, read := range []func() error{
		func() error { e.Type, err = o.str("type"); return err },
		func() error { offset, err = o.number("offset"); return err },
		func() error { length, err = o.number("length"); return err },
		func() error { e.URL, err = o.str("url"); return err },
		func() error { e.Language, err = o.str("language"); return err },
		func() error { e.CustomEmoji, err = o.str("custom_emoji_id"); return err },
		func() error { e.UnixTime, err = o.number("unix_time"); return err },
	} {
		if err := read(); err != nil {
			return e, err
		}
	}
	e.Offset, e.Length = int(offset), int(length)
	switch {
	case !slices.Contains(entityTypes, e.Type):
		return e, badRequest("unsupported entity type specified")
	case e.Type == "text_link" && e.URL == "":
		return e, badRequest(`Can't find field "url"`)
	case e.Type == "custom_emoji" && e.CustomEmoji == "":
		return e, badRequest(`Can't find field "custom_emoji_id"`)
	case e.Type == "text_mention":
		return e, json.Unmarshal(o["user"], &e.User)
	}
	return e, nil
}

// checkRange refuses an entity that lies outside of the text or cuts a surrogate pair.
func (e Entity) checkRange(units []uint16) *apiError {
	at := "entity beginning at UTF-16 offset " + strconv.Itoa(e.Offset)
	end := e.Offset + e.Length
	switch {
	case e.Offset < 0 || e.Length < 0:
		return badRequest(at + " has an invalid range")
	case end > len(units):
		return badRequest(at + " ends after the end of the text at UTF-16 offset " + strconv.Itoa(end))
	case insidePair(units, e.Offset):
		return badRequest("entity begins in a middle of a UTF-16 symbol at byte offset " + strconv.Itoa(e.Offset))
	case insidePair(units, end):
		return badRequest(at + " ends in a middle of a UTF-16 symbol at UTF-16 offset " + strconv.Itoa(end))
	}
	return nil
}

func insidePair(units []uint16, at int) bool {
	return at > 0 && at < len(units) && utf16.IsSurrogate(rune(units[at-1])) && units[at] >= 0xDC00 && units[at] <= 0xDFFF
}

// trim strips leading blanks and trailing white space, and moves the entities along.
func trim(text string, entities []Entity) (string, []Entity) {
	shorter := strings.TrimLeft(text, " \n")
	cut := len(text) - len(shorter) // blanks only: as many UTF-16 units as bytes
	shorter = strings.TrimRightFunc(shorter, unicode.IsSpace)
	units := utf16Len(shorter)
	var kept []Entity
	for _, e := range entities {
		from, to := max(e.Offset-cut, 0), min(e.Offset+e.Length-cut, units)
		if from < to {
			e.Offset, e.Length = from, to-from
			kept = append(kept, e)
		}
	}
	return shorter, kept
}

// utf16Slice is the part of a text that an entity covers.
func utf16Slice(text string, offset, length int) string {
	return string(utf16.Decode(utf16.Encode([]rune(text))[offset : offset+length]))
}

func utf16Len(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

// found is what the server recognises in any text, first rule first.
var found = []struct {
	kind string
	form *regexp.Regexp
}{
	{"url", regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:!?)]`)},
	{"email", regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}`)},
	{"bot_command", regexp.MustCompile(`(?:^|\s)(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)},
	{"mention", regexp.MustCompile(`(?:^|\s)(@[A-Za-z][A-Za-z0-9_]{3,31})`)},
	{"hashtag", regexp.MustCompile(`(?:^|\s)(#[\pL_][\pL\pN_]*)`)},
}

// withFound adds what the server recognises by itself, where nothing is marked yet, and sorts.
func withFound(text string, entities []Entity) []Entity {
	out := slices.Clone(entities)
	for _, f := range found {
		for _, at := range f.form.FindAllStringSubmatchIndex(text, -1) {
			from, to := at[len(at)-2], at[len(at)-1]
			e := Entity{Type: f.kind, Offset: utf16Len(text[:from]), Length: utf16Len(text[from:to])}
			if !slices.ContainsFunc(out, e.clashes) {
				out = append(out, e)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	return out
}

// clashes says that a found entity cannot stand where other stands: inside code, a link or another found one.
func (e Entity) clashes(other Entity) bool {
	if e.Offset >= other.Offset+other.Length || other.Offset >= e.Offset+e.Length {
		return false
	}
	return slices.Contains(foundTypes, other.Type) ||
		slices.Contains([]string{"code", "pre", "text_link", "text_mention", "custom_emoji"}, other.Type)
}
