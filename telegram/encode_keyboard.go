package telegram

import (
	"net/url"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
)

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
		return u.Host != ""
	case "http", "https":
		return strings.Contains(strings.Trim(u.Hostname(), "."), ".") && isPort(u.Port())
	default:
		return false
	}
}

func isPort(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
