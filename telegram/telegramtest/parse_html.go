package telegramtest

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
)

// htmlTags are the tags of parse_mode HTML and the entities they make.
var htmlTags = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "a": "text_link", "code": "code",
	"pre": "pre", "blockquote": "blockquote", "tg-spoiler": "spoiler", "span": "spoiler", "tg-emoji": "custom_emoji",
	"tg-time": "date_time",
}

type openTag struct {
	name  string
	at    int // UTF-16 offset in the text
	start int // byte offset in the source
	attrs map[string]string
}

type htmlParser struct {
	source   string
	pos      int
	text     strings.Builder
	length   int // of text, in UTF-16 units
	open     []openTag
	entities []Entity
}

// parseHTML reads parse_mode HTML: the documented tags only, the four named entities and numeric ones.
func parseHTML(source string) (string, []Entity, *apiError) {
	p := &htmlParser{source: source}
	for p.pos < len(source) {
		var err error
		switch source[p.pos] {
		case '<':
			err = p.tag()
		case '&':
			p.reference()
		default:
			end := strings.IndexAny(source[p.pos:], "<&")
			if end < 0 {
				end = len(source) - p.pos
			}
			p.write(source[p.pos : p.pos+end])
			p.pos += end
		}
		if err != nil {
			return "", nil, badRequest("can't parse entities: " + err.Error())
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, badRequest(fmt.Sprintf("can't parse entities: Can't find end tag corresponding to start tag %q", p.open[n-1].name))
	}
	slices.SortStableFunc(p.entities, func(a, b Entity) int { return a.Offset - b.Offset })
	return p.text.String(), p.entities, nil
}

func (p *htmlParser) write(text string) {
	p.text.WriteString(text)
	p.length += utf16Len(text)
}

// reference reads &lt; and its like; what is none stays as it is.
func (p *htmlParser) reference() {
	rest := p.source[p.pos:]
	if end := strings.IndexByte(rest, ';'); end > 1 {
		name := rest[1:end]
		if name[0] == '#' || slices.Contains([]string{"lt", "gt", "amp", "quot"}, name) {
			if text := html.UnescapeString(rest[:end+1]); text != rest[:end+1] {
				p.write(text)
				p.pos += end + 1
				return
			}
		}
	}
	p.write("&")
	p.pos++
}

func (p *htmlParser) tag() error {
	start := p.pos
	end := strings.IndexByte(p.source[start:], '>')
	if end < 0 {
		return words("Unclosed start tag at byte offset %d", start)
	}
	inside := p.source[start+1 : start+end]
	p.pos = start + end + 1
	if name, closing := strings.CutPrefix(inside, "/"); closing {
		return p.closeTag(strings.ToLower(strings.TrimSpace(name)), start)
	}
	name, rest, _ := strings.Cut(inside, " ")
	name = strings.ToLower(name)
	if htmlTags[name] == "" {
		return words("Unsupported start tag %q at byte offset %d", name, start)
	}
	attrs := attributes(rest)
	if name == "span" && attrs["class"] != "tg-spoiler" {
		return words(`Tag "span" must have class "tg-spoiler" at byte offset %d`, start)
	}
	p.open = append(p.open, openTag{name, p.length, start, attrs})
	return nil
}

func attributes(raw string) map[string]string {
	attrs := map[string]string{}
	for raw = strings.TrimSpace(raw); raw != ""; raw = strings.TrimSpace(raw) {
		name, rest, valued := strings.Cut(raw, "=")
		if !valued {
			attrs[strings.ToLower(raw)] = ""
			return attrs
		}
		value := ""
		if quote := rest; quote != "" && (quote[0] == '"' || quote[0] == '\'') {
			value, rest, _ = strings.Cut(quote[1:], quote[:1])
		} else {
			value, rest, _ = strings.Cut(rest, " ")
		}
		attrs[strings.ToLower(strings.TrimSpace(name))] = html.UnescapeString(value)
		raw = rest
	}
	return attrs
}

func (p *htmlParser) closeTag(name string, at int) error {
	n := len(p.open)
	if n == 0 {
		return words("Unexpected end tag at byte offset %d", at)
	}
	tag := p.open[n-1]
	if name != "" && name != tag.name {
		return words("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", at, tag.name, name)
	}
	p.open = p.open[:n-1]
	if p.length == tag.at {
		return nil
	}
	e := Entity{Type: htmlTags[tag.name], Offset: tag.at, Length: p.length - tag.at}
	switch tag.name {
	case "a":
		if e.URL = tag.attrs["href"]; e.URL == "" {
			return nil // no link: the text stays, as it is
		}
	case "code":
		if outer := len(p.open) - 1; outer >= 0 && p.open[outer].name == "pre" {
			p.open[outer].attrs["language"] = strings.TrimPrefix(tag.attrs["class"], "language-")
			return nil
		}
	case "pre":
		e.Language = tag.attrs["language"]
	case "blockquote":
		if _, on := tag.attrs["expandable"]; on {
			e.Type = "expandable_blockquote"
		}
	case "tg-emoji":
		e.CustomEmoji = tag.attrs["emoji-id"]
	case "tg-time":
		e.UnixTime, _ = strconv.ParseInt(tag.attrs["unix"], 10, 64)
	}
	p.entities = append(p.entities, e)
	return nil
}
