package telegramtest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A quote of MarkdownV2 begins with ">" where a line begins, goes on as long as each line does so, and is closed by its
// last line: no mark says where. "||" at its very end makes it an expandable one.

func (p *markdownParser) quoting() bool {
	return slices.ContainsFunc(p.open, func(o openTag) bool { return o.name == "blockquote" })
}

// startsLine says that nothing stands on the line yet; "**", an empty entity that keeps two quotes apart, is nothing.
func (p *markdownParser) startsLine() bool {
	return p.text.Len() == 0 || strings.HasSuffix(p.text.String(), "\n")
}

// lastOfQuote says that no line of the quote comes after.
func lastOfQuote(rest string) bool {
	return rest == "" || rest[0] == '\n' && !strings.HasPrefix(rest, "\n>")
}

func (p *markdownParser) expands(rest string) bool {
	after, marked := strings.CutPrefix(rest, "||")
	return marked && p.inside("blockquote") && lastOfQuote(after)
}

func (p *markdownParser) newLine(rest string) error {
	if p.quoting() && lastOfQuote(rest) {
		if err := p.endQuote(); err != nil {
			return err
		}
	}
	p.write("\n")
	p.pos++
	if p.quoting() {
		p.pos += len(">")
	}
	return nil
}

// endQuote closes the quote, in which nothing may be open any more.
func (p *markdownParser) endQuote() error {
	if !p.inside("blockquote") {
		return p.unclosed()
	}
	kind := "blockquote"
	if _, on := p.open[len(p.open)-1].attrs["expandable"]; on {
		kind = "expandable_blockquote"
	}
	p.pop(Entity{Type: kind})
	return nil
}

var emojiID = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)

// emoji reads "](tg://emoji?id=…)".
func (p *markdownParser) emoji(rest string) error {
	if !strings.HasPrefix(rest, "](") {
		return words("Custom emoji entity must contain a tg://emoji URL")
	}
	address, next, ok := p.until(p.pos+2, ")")
	if !ok {
		return words("Can't find end of a custom emoji URL at byte offset %d", p.pos+2)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || !strings.EqualFold(u.Scheme, "tg") || !strings.EqualFold(u.Host, "emoji"):
		return words("Custom emoji entity must contain a tg://emoji URL")
	case !emojiID.MatchString(u.Query().Get("id")):
		return words("Invalid custom emoji identifier specified")
	}
	p.pop(Entity{Type: "custom_emoji", CustomEmoji: u.Query().Get("id")})
	p.pos = next
	return nil
}
