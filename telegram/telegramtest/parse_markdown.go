package telegramtest

import (
	"slices"
	"strings"
)

// markdownSigns are the characters that must be escaped outside of code.
const markdownSigns = "_*[]()~`>#+-=|{}.!"

// markdownMarks are the marks of MarkdownV2 that open and close alike, longest first.
var markdownMarks = []struct{ mark, kind string }{
	{"||", "spoiler"}, {"__", "underline"}, {"*", "bold"}, {"_", "italic"}, {"~", "strikethrough"},
}

type markdownParser struct {
	htmlParser // text, entities and what is open
}

// parseMarkdown reads parse_mode MarkdownV2, https://core.telegram.org/bots/api#markdownv2-style.
func parseMarkdown(source string) (string, []Entity, *apiError) {
	p := &markdownParser{htmlParser{source: source}}
	for p.pos < len(source) {
		if err := p.step(); err != nil {
			return "", nil, badRequest("can't parse entities: " + err.Error())
		}
	}
	var err error
	if p.quoting() {
		err = p.endQuote()
	}
	if err == nil && len(p.open) > 0 {
		err = p.unclosed()
	}
	if err != nil {
		return "", nil, badRequest("can't parse entities: " + err.Error())
	}
	slices.SortStableFunc(p.entities, func(a, b Entity) int { return a.Offset - b.Offset })
	return p.text.String(), p.entities, nil
}

func (p *markdownParser) step() error {
	rest := p.source[p.pos:]
	switch c := rest[0]; {
	case c == '\\' && len(rest) > 1 && rest[1] > 0 && rest[1] < 127:
		p.write(rest[1:2])
		p.pos += 2
		return nil
	case c == '\n':
		return p.newLine(rest)
	case c == '>' && p.startsLine() && !p.quoting():
		p.push("blockquote", ">", 1)
		return nil
	case p.expands(rest):
		p.open[len(p.open)-1].attrs["expandable"] = ""
		p.pos += len("||")
		return nil
	case c == '`':
		return p.code(rest)
	case c == '[':
		p.push("text_link", "[", 1)
		return nil
	case strings.HasPrefix(rest, "!["):
		p.push("custom_emoji", "![", 2)
		return nil
	case c == ']' && p.inside("text_link"):
		return p.link(rest)
	case c == ']' && p.inside("custom_emoji"):
		return p.emoji(rest)
	}
	for _, m := range markdownMarks {
		if strings.HasPrefix(rest, m.mark) {
			return p.toggle(m.mark, m.kind)
		}
	}
	if strings.IndexByte(markdownSigns, rest[0]) >= 0 {
		return words("Character '%c' is reserved and must be escaped with the preceding '\\'", rest[0])
	}
	end := strings.IndexAny(rest, markdownSigns+"\\\n")
	if end <= 0 { // to the end, or a backslash that escapes nothing
		end = len(rest)
		if rest[0] == '\\' {
			end = 1
		}
	}
	p.write(rest[:end])
	p.pos += end
	return nil
}

func (p *markdownParser) push(kind, mark string, width int) {
	p.open = append(p.open, openTag{name: kind, at: p.length, start: p.pos, attrs: map[string]string{"mark": mark}})
	p.pos += width
}

func (p *markdownParser) inside(kind string) bool {
	return len(p.open) > 0 && p.open[len(p.open)-1].name == kind
}

// toggle opens what a mark means, or closes it when it is the innermost open one.
func (p *markdownParser) toggle(mark, kind string) error {
	if p.inside(kind) {
		p.pop(Entity{Type: kind})
		p.pos += len(mark)
		return nil
	}
	if slices.ContainsFunc(p.open, func(o openTag) bool { return o.name == kind }) {
		return p.unclosed()
	}
	p.push(kind, mark, len(mark))
	return nil
}

// unclosed is the refusal of the innermost entity that is open.
func (p *markdownParser) unclosed() error {
	last := p.open[len(p.open)-1]
	return words("Can't find end of %s entity at byte offset %d", entityName(last.name), last.start)
}

// entityName is a type of entity as refusals call it.
func entityName(kind string) string {
	switch kind {
	case "text_link":
		return "TextUrl"
	case "custom_emoji":
		return "CustomEmoji"
	case "blockquote":
		return "BlockQuote"
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}

func (p *markdownParser) pop(e Entity) {
	tag := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	e.Offset, e.Length = tag.at, p.length-tag.at
	if e.Length > 0 {
		p.entities = append(p.entities, e)
	}
}

// until reads to the closing mark; only a backslash and the mark's own first character can be escaped.
func (p *markdownParser) until(from int, mark string) (text string, next int, ok bool) {
	var b strings.Builder
	for i := from; i < len(p.source); i++ {
		switch {
		case p.source[i] == '\\' && i+1 < len(p.source) && (p.source[i+1] == '\\' || p.source[i+1] == mark[0]):
			i++
			b.WriteByte(p.source[i])
		case strings.HasPrefix(p.source[i:], mark):
			return b.String(), i + len(mark), true
		default:
			b.WriteByte(p.source[i])
		}
	}
	return "", 0, false
}

func (p *markdownParser) code(rest string) error {
	mark, e := "`", Entity{Type: "code"}
	if strings.HasPrefix(rest, "```") {
		mark, e.Type = "```", "pre"
	}
	text, next, ok := p.until(p.pos+len(mark), mark)
	if !ok {
		return words("Can't find end of %s entity at byte offset %d", entityName(e.Type), p.pos)
	}
	if e.Type == "pre" {
		e.Language, text = language(text)
	}
	p.push(e.Type, mark, 0)
	p.write(text)
	p.pop(e)
	p.pos = next
	return nil
}

// language is what the first line of a block of code names, and the code.
func language(text string) (name, code string) {
	if name, code, more := strings.Cut(text, "\n"); more && !strings.ContainsAny(name, " \t") {
		return name, code
	}
	return "", text
}

// link reads "](address)"; a text in brackets without an address stays text.
func (p *markdownParser) link(rest string) error {
	if !strings.HasPrefix(rest, "](") {
		p.open = p.open[:len(p.open)-1]
		p.pos++
		return nil
	}
	address, next, ok := p.until(p.pos+2, ")")
	if !ok {
		return words("Can't find end of a URL at byte offset %d", p.pos+2)
	}
	p.pop(Entity{Type: "text_link", URL: address})
	p.pos = next
	return nil
}
