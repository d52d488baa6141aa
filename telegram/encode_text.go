package telegram

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
)

// putText makes r a message of text.
func putText(r *request, m *channel.Message) error {
	// A rune has at least one byte: short texts need not be counted.
	if len(m.Text) > maxText {
		if n := utf8.RuneCountInString(m.Text); n > maxText {
			return refuse(channel.ErrTooLarge, "Text has %d characters of %d", n, maxText)
		}
	}
	if !utf8.ValidString(m.Text) {
		return refuse(channel.ErrInvalid, "Text is not UTF-8")
	}
	if strings.TrimSpace(m.Text) == "" {
		return refuse(channel.ErrInvalid, "Text is empty")
	}
	r.params["text"] = m.Text
	if m.NoPreview {
		r.params["link_preview_options"] = `{"is_disabled":true}`
	}
	return putEntities(r.params, paramEntities, m)
}

// putCaption sets the text of a message with a file; there need be none.
func putCaption(p tgbotapi.Params, m *channel.Message) error {
	if m.Text == "" {
		return nil
	}
	if len(m.Text) > maxCaption {
		if n := utf8.RuneCountInString(m.Text); n > maxCaption {
			return refuse(channel.ErrTooLarge, "Text has %d characters of %d beside Attachments", n, maxCaption)
		}
	}
	if !utf8.ValidString(m.Text) {
		return refuse(channel.ErrInvalid, "Text is not UTF-8")
	}
	p[paramCaption] = m.Text
	return putEntities(p, paramCaptionEntities, m)
}

func putEntities(p tgbotapi.Params, name string, m *channel.Message) error {
	if len(m.Styles) == 0 {
		return nil
	}
	fields, err := nativeOf(m)
	if err != nil {
		return err
	}
	if fields[paramMode] != nil {
		return refuse(channel.ErrInvalid, "Native parse_mode and Styles exclude each other")
	}
	entities, err := entitiesJSON(m.Text, m.Styles)
	if err != nil {
		return err
	}
	p[name] = entities
	return nil
}

// nativeOf are the native parameters of a message.
func nativeOf(m *channel.Message) (map[string]json.RawMessage, error) {
	native := m.Native[platform]
	if len(native) == 0 {
		return nil, nil
	}
	return nativeFields(native)
}

var entityTypes = map[channel.StyleKind]string{
	channel.StyleBold:      "bold",
	channel.StyleItalic:    "italic",
	channel.StyleUnderline: "underline",
	channel.StyleStrike:    "strikethrough",
	channel.StyleSpoiler:   "spoiler",
	channel.StyleQuote:     "blockquote",
	channel.StyleCode:      "code",
	channel.StylePre:       "pre",
	channel.StyleLink:      "text_link",
}

// entitiesJSON is the styles in UTF-16 units.
func entitiesJSON(text string, styles []channel.Style) (string, error) {
	if len(styles) > maxStyles {
		return "", refuse(channel.ErrTooLarge, "Styles are %d of %d", len(styles), maxStyles)
	}
	b := make([]byte, 0, 64*len(styles))
	for i, s := range styles {
		kind, ok := entityTypes[s.Kind]
		switch {
		case !ok:
			return "", refuse(channel.ErrUnsupported, "Styles[%d] is of the unknown kind %q", i, s.Kind)
		case s.Start < 0 || s.End > len(text) || s.Start >= s.End || !isBoundary(text, s.Start) || !isBoundary(text, s.End):
			return "", refuse(channel.ErrInvalid, "Styles[%d] is not a part of Text", i)
		case s.Kind == channel.StyleLink && s.URL == "":
			return "", refuse(channel.ErrInvalid, "Styles[%d] has no URL", i)
		}
		b = append(b, opening(i)...)
		b = append(b, `{"type":"`...)
		b = append(b, kind...)
		b = append(b, `","offset":`...)
		b = strconv.AppendInt(b, int64(utf16Len(text[:s.Start])), 10)
		b = append(b, `,"length":`...)
		b = strconv.AppendInt(b, int64(utf16Len(text[s.Start:s.End])), 10)
		if s.Kind == channel.StyleLink {
			b = appendField(b, "url", s.URL)
		}
		if s.Kind == channel.StylePre && s.Language != "" {
			b = appendField(b, "language", s.Language)
		}
		b = append(b, '}')
	}
	return string(append(b, ']')), nil
}

func isBoundary(s string, i int) bool { return i == len(s) || utf8.RuneStart(s[i]) }

func utf16Len(s string) int { return channel.Length{Unit: channel.UnitUTF16}.Of(s) }

// opening is what stands before element i of a JSON array.
func opening(i int) string {
	if i == 0 {
		return "["
	}
	return ","
}

// appendField appends a member to an object that has one already.
func appendField(b []byte, name, value string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return appendString(b, value)
}

// appendString appends a JSON string; what is not UTF-8 in it becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	quoted, err := jsontext.AppendQuote(b, s)
	if err != nil {
		quoted, _ = jsontext.AppendQuote(b, strings.ToValidUTF8(s, "\uFFFD"))
	}
	return quoted
}
