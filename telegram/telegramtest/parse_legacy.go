package telegramtest

import "strings"

// legacySigns open an entity of parse_mode Markdown, and are what a backslash escapes there.
const legacySigns = "_*`["

// parseLegacyMarkdown reads parse_mode Markdown, https://core.telegram.org/bots/api#markdown-style: entities do not nest,
// and inside of one nothing is escaped.
func parseLegacyMarkdown(source string) (string, []Entity, *apiError) {
	p := &markdownParser{htmlParser{source: source}}
	for p.pos < len(source) {
		rest := source[p.pos:]
		var err error
		switch {
		case rest[0] == '\\' && len(rest) > 1 && strings.IndexByte(legacySigns, rest[1]) >= 0:
			p.write(rest[1:2])
			p.pos += 2
		case strings.IndexByte(legacySigns, rest[0]) >= 0:
			err = p.legacyEntity(rest)
		default:
			end := strings.IndexAny(rest[1:], legacySigns+"\\") + 1
			if end == 0 {
				end = len(rest)
			}
			p.write(rest[:end])
			p.pos += end
		}
		if err != nil {
			return "", nil, badRequest("can't parse entities: " + err.Error())
		}
	}
	return p.text.String(), p.entities, nil
}

// legacyEntity reads an entity to its end.
func (p *markdownParser) legacyEntity(rest string) error {
	mark, e := rest[:1], Entity{}
	switch {
	case rest[0] == '[':
		return p.legacyLink(rest)
	case strings.HasPrefix(rest, "```"):
		mark, e.Type = "```", "pre"
	case rest[0] == '`':
		e.Type = "code"
	case rest[0] == '*':
		e.Type = "bold"
	default:
		e.Type = "italic"
	}
	inside, _, closed := strings.Cut(rest[len(mark):], mark)
	if !closed {
		return words("Can't find end of the entity starting at byte offset %d", p.pos)
	}
	width := len(inside) + 2*len(mark)
	if e.Type == "pre" {
		e.Language, inside = language(inside)
	}
	p.push(e.Type, mark, 0)
	p.write(inside)
	p.pop(e)
	p.pos += width
	return nil
}

// legacyLink reads "[text](address)"; a text in brackets without an address loses the brackets.
func (p *markdownParser) legacyLink(rest string) error {
	text, after, closed := strings.Cut(rest[1:], "]")
	if !closed {
		return words("Can't find end of the entity starting at byte offset %d", p.pos)
	}
	p.push("text_link", "[", 0)
	p.write(text)
	width := len(text) + 2
	if !strings.HasPrefix(after, "(") {
		p.open = p.open[:len(p.open)-1]
		p.pos += width
		return nil
	}
	address, _, closed := strings.Cut(after[1:], ")")
	if !closed {
		address = after[1:]
		width--
	}
	p.pop(Entity{Type: "text_link", URL: address})
	p.pos += width + len(address) + 2
	return nil
}
