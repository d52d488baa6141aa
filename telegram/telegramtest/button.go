package telegramtest

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Button is a button of either kind of keyboard; a plain one of a reply keyboard has nothing but its text.
type Button struct {
	Text              string          `json:"text"`
	CallbackData      string          `json:"callback_data,omitempty"`
	URL               string          `json:"url,omitempty"`
	CopyText          *CopyText       `json:"copy_text,omitempty"`
	Style             string          `json:"style,omitempty"`
	Icon              string          `json:"icon_custom_emoji_id,omitempty"`
	RequestContact    bool            `json:"request_contact,omitempty"`
	RequestLocation   bool            `json:"request_location,omitempty"`
	SwitchInline      *string         `json:"switch_inline_query,omitempty"`
	SwitchInlineHere  *string         `json:"switch_inline_query_current_chat,omitempty"`
	SwitchInlineOther json.RawMessage `json:"switch_inline_query_chosen_chat,omitempty"`
	WebApp            json.RawMessage `json:"web_app,omitempty"`
	LoginURL          json.RawMessage `json:"login_url,omitempty"`
	Pay               bool            `json:"pay,omitempty"`
	Game              json.RawMessage `json:"callback_game,omitempty"`
	// Request is the object of request_users, request_chat or request_poll.
	Request json.RawMessage `json:"-"`
}

// CopyText is the text that a button puts on the clipboard.
type CopyText struct {
	Text string `json:"text"`
}

var inlineActions = []string{
	"url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
	"switch_inline_query_chosen_chat", "copy_text", "pay", "callback_game",
}

func inlineButton(raw json.RawMessage, to *chat) (Button, error) {
	o, b, err := label(raw)
	if err != nil {
		return b, err
	}
	actions := 0
	for _, name := range inlineActions {
		if o.has(name) {
			actions++
		}
	}
	if actions > 1 && o.emptyCopy() {
		delete(o, "copy_text")
		actions--
	}
	switch {
	case actions == 0:
		return b, words("Text buttons are unallowed in the inline keyboard")
	case actions > 1:
		return b, errors.New("exactly one of the optional fields must be used")
	}
	return b, b.action(o, to)
}

// emptyCopy tells a copy_text that copies nothing. There are libraries that write one into every button, and the
// platform minds it only where it is alone.
func (o object) emptyCopy() bool {
	inner, ok := parseObject(string(o["copy_text"]))
	text, err := inner.str("text")
	return ok && err == nil && text == ""
}

// action reads the one thing that an inline button does.
func (b *Button) action(o object, to *chat) (err error) {
	switch {
	case o.has("callback_data"):
		if b.CallbackData, err = o.str("callback_data"); err == nil && (b.CallbackData == "" || len(b.CallbackData) > maxCallback) {
			err = badRequest("BUTTON_DATA_INVALID")
		}
	case o.has("url"):
		if b.URL, err = o.str("url"); err == nil {
			err = checkButtonURL(b.URL)
		}
	case o.has("copy_text"):
		b.CopyText, err = copyText(o["copy_text"])
	case o.has("web_app"):
		b.WebApp = o["web_app"]
		err = checkWebApp(b.WebApp, to)
	case o.has("switch_inline_query"):
		b.SwitchInline, err = pointer(o.str("switch_inline_query"))
	case o.has("switch_inline_query_current_chat"):
		b.SwitchInlineHere, err = pointer(o.str("switch_inline_query_current_chat"))
	case o.has("pay"):
		b.Pay, err = o.flag("pay")
	default:
		b.LoginURL, b.Game, b.SwitchInlineOther = o["login_url"], o["callback_game"], o["switch_inline_query_chosen_chat"]
	}
	return err
}

func pointer(text string, err error) (*string, error) { return &text, err }

// label reads what both kinds of buttons have.
func label(raw json.RawMessage) (o object, b Button, err error) {
	o, ok := parseObject(string(raw))
	if !ok {
		return o, b, errors.New("expected an Object")
	}
	if b.Text, err = o.str("text"); err != nil {
		return o, b, err
	}
	if !o.has("text") {
		return o, b, words(`Can't find field "text"`)
	}
	if strings.TrimSpace(b.Text) == "" {
		return o, b, errors.New("button text must be non-empty")
	}
	if b.Style, err = o.str("style"); err != nil {
		return o, b, err
	}
	if !slices.Contains([]string{"", "danger", "success", "primary"}, b.Style) {
		return o, b, errors.New("invalid button style specified")
	}
	b.Icon, err = o.str("icon_custom_emoji_id")
	return o, b, err
}

// checkButtonURL follows the rule that one bad URL fails the whole message.
func checkButtonURL(raw string) error {
	reason := ""
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		reason = "Failed to parse URL"
	case u.Scheme == "tg" && u.Host != "":
	case u.Scheme != "http" && u.Scheme != "https":
		reason = "Unsupported URL protocol"
	case u.Hostname() == "":
		reason = "URL host is empty"
	case !strings.Contains(strings.Trim(u.Hostname(), "."), "."):
		reason = "Wrong HTTP URL"
	}
	if reason == "" {
		return nil
	}
	return badRequest("inline keyboard button URL '" + raw + "' is invalid: " + reason)
}

func copyText(raw json.RawMessage) (*CopyText, error) {
	o, ok := parseObject(string(raw))
	if !ok {
		return nil, errors.New("expected an Object")
	}
	text, err := o.str("text")
	if n := utf8.RuneCountInString(text); err == nil && (n < 1 || n > maxCopyText) {
		err = badRequest("BUTTON_COPY_TEXT_INVALID")
	}
	return &CopyText{text}, err
}

func checkWebApp(raw json.RawMessage, to *chat) error {
	if to != nil && (to.kind != private || to.account != nil) {
		return badRequest("BUTTON_TYPE_INVALID")
	}
	o, ok := parseObject(string(raw))
	if !ok {
		return errors.New("expected an Object")
	}
	link, err := o.str("url")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(link, "https://") {
		return badRequest("inline keyboard button Web App URL '" + link + "' is invalid: Only HTTPS links are allowed")
	}
	return nil
}

var requests = []string{"request_users", "request_chat", "request_poll"}

func replyButton(raw json.RawMessage, to *chat) (Button, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil { // a plain button may be a bare string
		raw, _ = json.Marshal(map[string]string{"text": text})
	}
	o, b, err := label(raw)
	if err != nil {
		return b, err
	}
	if b.RequestContact, err = o.flag("request_contact"); err != nil {
		return b, err
	}
	if b.RequestLocation, err = o.flag("request_location"); err != nil {
		return b, err
	}
	special := 0
	for _, name := range requests {
		if o.has(name) {
			special++
			b.Request = o[name]
		}
	}
	if o.has("web_app") {
		special++
		b.WebApp = o["web_app"]
		if err := checkWebApp(b.WebApp, to); err != nil {
			return b, err
		}
	}
	for _, on := range []bool{b.RequestContact, b.RequestLocation} {
		if on {
			special++
		}
	}
	if special > 1 {
		return b, errors.New("at most one of the optional fields must be used")
	}
	if special > 0 && to != nil && to.kind != private {
		return b, errors.New("phone number can be requested in private chats only")
	}
	return b, nil
}
