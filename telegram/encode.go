package telegram

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const (
	generalTopic   = 1 // which must not be named when sending
	businessWindow = 24 * time.Hour

	paramDirect = "direct_messages_topic_id"
	paramMarkup = "reply_markup"
)

// target is a chat ID taken apart; the forms are in the package's documentation.
type target struct {
	id         int64
	name       string // with @; instead of id
	topic      int64
	direct     int64
	connection string
}

func (t target) String() string {
	s := t.name
	if s == "" {
		s = id(t.id)
	}
	switch {
	case t.connection != "":
		return s + "/b" + t.connection
	case t.direct != 0:
		return s + "/d" + id(t.direct)
	case t.topic != 0:
		return s + "/" + id(t.topic)
	default:
		return s
	}
}

// parseTarget takes exactly what String makes, so that a chat has one ID.
func parseTarget(chatID string) (target, error) {
	var t target
	base, rest, _ := strings.Cut(chatID, "/")
	if strings.HasPrefix(base, "@") && isUsername(base[1:]) {
		t.name = base
	} else {
		t.id, _ = strconv.ParseInt(base, 10, 64)
	}
	switch {
	case rest == "":
	case rest[0] == 'b' && t.id > 0:
		t.connection = rest[1:]
	case rest[0] == 'd' && t.id < 0:
		t.direct, _ = strconv.ParseInt(rest[1:], 10, 64)
	default:
		t.topic, _ = strconv.ParseInt(rest, 10, 64)
	}
	if t.id == 0 && t.name == "" || t.topic < 0 || t.topic == generalTopic || t.direct < 0 || t.String() != chatID {
		return target{}, refuse(channel.ErrInvalid, "the chat ID is not of a form that Send takes")
	}
	return t, nil
}

func (t target) private() bool { return t.id > 0 }

func (t target) pace() string {
	if t.private() {
		return paceChat
	}
	return paceGroup
}

func (t target) costs() []adapter.Cost {
	if t.private() {
		return privateCosts
	}
	return groupCosts
}

// put names the place where a message goes.
func (t target) put(p tgbotapi.Params) {
	t.putChat(p)
	p.AddNonZero64("message_thread_id", t.topic)
	p.AddNonZero64(paramDirect, t.direct)
	p.AddNonEmpty("business_connection_id", t.connection)
}

// putChat names the chat alone, for calls about a message of it.
func (t target) putChat(p tgbotapi.Params) {
	if t.name != "" {
		p["chat_id"] = t.name
		return
	}
	p["chat_id"] = strconv.FormatInt(t.id, 10)
}

func parseMessageID(field, s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || id(n) != s {
		return 0, refuse(channel.ErrInvalid, "%s is not a positive number", field)
	}
	return n, nil
}

func (d *driver) Encode(p *adapter.Part) error {
	to, err := parseTarget(p.ChatID)
	if err != nil {
		return err
	}
	m := &p.Message
	r := newRequest("sendMessage", 8, to.pace())
	to.put(r.params)
	if err := putText(r.params, m); err != nil {
		return err
	}
	if m.ReplyTo != "" {
		n, err := parseMessageID("ReplyTo", m.ReplyTo)
		if err != nil {
			return err
		}
		r.params["reply_parameters"] = `{"message_id":` + strconv.FormatInt(n, 10) + `}`
	}
	if m.Keyboard != nil {
		if err := putKeyboard(r.params, m.Keyboard, to); err != nil {
			return err
		}
	}
	r.params.AddBool("disable_notification", m.Silent)
	if err := putNative(r.params, m.Native[platform]); err != nil {
		return err
	}
	if p.Index > 0 && r.params["parse_mode"] != "" {
		return refuse(channel.ErrInvalid, "Native parse_mode: Text is too long for one message, and markup cannot be cut")
	}
	p.Encoded, p.Costs = r, to.costs()
	return nil
}

// putText sets what a message of text has, and refuses what is more than text.
func putText(p tgbotapi.Params, m *channel.Message) error {
	if field := beyondText(m); field != "" {
		return refuse(channel.ErrUnsupported, "%s cannot be sent", field)
	}
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
	p["text"] = m.Text
	if m.NoPreview {
		p["link_preview_options"] = `{"is_disabled":true}`
	}
	if len(m.Styles) == 0 {
		return nil
	}
	entities, err := entitiesJSON(m.Text, m.Styles)
	if err != nil {
		return err
	}
	p["entities"] = entities
	return nil
}

func beyondText(m *channel.Message) string {
	switch {
	case len(m.Attachments) > 0:
		return "Attachments"
	case m.Location != nil:
		return "Location"
	case len(m.Contacts) > 0:
		return "Contacts"
	case len(m.Cards) > 0:
		return "Cards"
	case m.Template != nil:
		return "Template"
	default:
		return ""
	}
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

// putKeyboard sets the keyboard. An inline one without rows is none.
func putKeyboard(p tgbotapi.Params, k *channel.Keyboard, to target) error {
	rows, total := 0, 0
	name := "keyboard"
	if k.Inline {
		name = "inline_keyboard"
	}
	b := append(make([]byte, 0, 256), `{"`+name+`":`...)
	for i, row := range k.Rows {
		if len(row) == 0 {
			continue
		}
		if total += len(row); len(row) > maxPerRow || total > maxButtons {
			return refuse(channel.ErrInvalid, "Keyboard has more than %d buttons in a row or %d in all", maxPerRow, maxButtons)
		}
		b = append(b, opening(rows)...)
		for j := range row {
			b = append(b, opening(j)...)
			var err error
			if b, err = appendButton(b, &row[j], k.Inline, to); err != nil {
				e := err.(*channel.Error)
				e.Message = "Keyboard.Rows[" + strconv.Itoa(i) + "][" + strconv.Itoa(j) + "]: " + e.Message
				return e
			}
		}
		b = append(b, ']')
		rows++
	}
	switch {
	case rows == 0 && k.Inline:
		return nil
	case to.connection != "" && !k.Inline:
		return refuse(channel.ErrUnsupported, "Keyboard must be inline in a chat of a business connection")
	case rows == 0:
		p[paramMarkup] = `{"remove_keyboard":true}`
		return nil
	}
	b = append(b, ']')
	if !k.Inline {
		b = append(b, `,"resize_keyboard":true`...)
		if k.OneTime {
			b = append(b, `,"one_time_keyboard":true`...)
		}
	}
	p[paramMarkup] = string(append(b, '}'))
	return nil
}

func appendButton(b []byte, button *channel.Button, inline bool, to target) ([]byte, error) {
	if button.Text == "" {
		return nil, refuse(channel.ErrInvalid, "Text is empty")
	}
	native := button.Native[platform]
	kind := button.Kind
	switch {
	case kind != "":
	case button.URL != "":
		kind = channel.ButtonURL
	case len(native) > 0 && button.Data == "":
		kind = buttonNative // copy_text and its like, of which a button has one
	case inline:
		kind = channel.ButtonCallback
	default:
		kind = channel.ButtonReply
	}
	b = append(b, `{"text":`...)
	b = appendString(b, button.Text)
	b, err := appendAction(b, button, kind, inline, to)
	if err != nil {
		return nil, err
	}
	if b, err = appendNative(b, native); err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

// buttonNative is a button whose action is in its Native.
const buttonNative channel.ButtonKind = "native"

func appendAction(b []byte, button *channel.Button, kind channel.ButtonKind, inline bool, to target) ([]byte, error) {
	switch {
	case kind == buttonNative, kind == channel.ButtonReply && !inline:
		return b, nil
	case kind == channel.ButtonCallback && inline:
		data := button.Data
		if data == "" {
			data = button.Text
		}
		if len(data) > maxData {
			return nil, refuse(channel.ErrInvalid, "Data has %d bytes of %d", len(data), maxData)
		}
		return appendField(b, "callback_data", data), nil
	case kind == channel.ButtonURL && inline:
		if !isButtonURL(button.URL) {
			return nil, refuse(channel.ErrInvalid, "URL is not http, https or tg with a dotted host")
		}
		return appendField(b, "url", button.URL), nil
	case !to.private() && kind != channel.ButtonCallback && kind != channel.ButtonReply && kind != channel.ButtonURL:
		return nil, refuse(channel.ErrUnsupported, "a %s button is for private chats only", kind)
	case kind == channel.ButtonApp && to.connection == "":
		if !strings.HasPrefix(button.URL, "https://") || !isButtonURL(button.URL) {
			return nil, refuse(channel.ErrInvalid, "URL of an app is not https with a dotted host")
		}
		b = append(b, `,"web_app":{"url":`...)
		return append(appendString(b, button.URL), '}'), nil
	case kind == channel.ButtonPhone && !inline:
		return append(b, `,"request_contact":true`...), nil
	case kind == channel.ButtonLocation && !inline:
		return append(b, `,"request_location":true`...), nil
	case inline:
		return nil, refuse(channel.ErrUnsupported, "a %s button cannot be in an inline keyboard", kind)
	default:
		return nil, refuse(channel.ErrUnsupported, "a %s button cannot be in a reply keyboard", kind)
	}
}

// isButtonURL is Telegram's rule: one URL that breaks it fails the whole message.
func isButtonURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "tg":
		return true
	case "http", "https":
		return strings.Contains(strings.Trim(u.Hostname(), "."), ".")
	default:
		return false
	}
}
