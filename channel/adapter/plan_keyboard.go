package adapter

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

// checkKeyboard checks a keyboard in itself, and against the limits unless the platform has no such keyboards: then it
// is degraded.
func checkKeyboard(l *channel.Limits, k *channel.Keyboard, field string) error {
	if k == nil {
		return nil
	}
	limits := l.Reply
	if k.Inline {
		limits = l.Inline
	}
	if !supports(l, keyboardFeature(k)) {
		limits = channel.KeyboardLimits{}
	}
	if limits.Rows > 0 && len(k.Rows) > limits.Rows {
		return refuse(channel.ErrTooLarge, "%s.Rows: %d rows, at most %d", field, len(k.Rows), limits.Rows)
	}
	total := 0
	for i, row := range k.Rows {
		if len(row) == 0 {
			return invalid("%s.Rows[%d]: no buttons", field, i)
		}
		if limits.PerRow > 0 && len(row) > limits.PerRow {
			return refuse(channel.ErrTooLarge, "%s.Rows[%d]: %d buttons, at most %d", field, i, len(row), limits.PerRow)
		}
		total += len(row)
		for j := range row {
			if err := checkButton(&limits, &row[j], k.Inline); err != nil {
				return prefixed(err, "%s.Rows[%d][%d]", field, i, j)
			}
		}
	}
	if limits.Total > 0 && total > limits.Total {
		return refuse(channel.ErrTooLarge, "%s: %d buttons, at most %d", field, total, limits.Total)
	}
	return nil
}

// checkButton returns what is wrong; its message begins after the name of the button, which is made only if needed.
func checkButton(l *channel.KeyboardLimits, b *channel.Button, inline bool) *channel.Error {
	kind := kindOf(b, inline)
	data := b.Data
	if data == "" && kind == channel.ButtonCallback {
		data = b.Text // it comes back in place of Data
	}
	if err := checkNative(".", b.Native); err != nil {
		return err.(*channel.Error)
	}
	switch {
	case !slices.Contains(buttonKinds[:], kind):
		return refuse(channel.ErrInvalid, ".Kind: unknown %q", kind)
	case blank(b.Text):
		return refuse(channel.ErrInvalid, ".Text: empty")
	case !utf8.ValidString(b.Text) || !utf8.ValidString(b.Data) || !utf8.ValidString(b.URL):
		return refuse(channel.ErrInvalid, ": not valid UTF-8")
	case b.URL == "" && (kind == channel.ButtonURL || kind == channel.ButtonApp):
		return refuse(channel.ErrInvalid, ".URL: empty")
	case runs(b.URL):
		return refuse(channel.ErrInvalid, ".URL: it is a script")
	case len(l.Kinds) > 0 && !slices.Contains(l.Kinds, kind):
		return refuse(channel.ErrUnsupported, ".Kind: the platform has no %q here", kind)
	case !within(l.Text, b.Text):
		return tooLong(l.Text, b.Text, ".Text")
	case !within(l.Data, data):
		return tooLong(l.Data, data, ".Data")
	}
	return nil
}

// prefixed is err with the name of its field before its message.
func prefixed(err *channel.Error, format string, args ...any) error {
	err.Message = fmt.Sprintf(format, args...) + err.Message
	return err
}

// units is what lengths are called in errors.
var units = map[channel.LengthUnit]string{
	channel.UnitRune: "characters", "": "characters", channel.UnitUTF16: "UTF-16 units", channel.UnitByte: "bytes",
}

func tooLong(l channel.Length, s, field string) *channel.Error {
	return refuse(channel.ErrTooLarge, "%s: %d %s, at most %d", field, l.Of(s), units[l.Unit], l.Max)
}

var buttonKinds = [...]channel.ButtonKind{
	channel.ButtonReply, channel.ButtonCallback, channel.ButtonURL, channel.ButtonPhone, channel.ButtonEmail,
	channel.ButtonLocation, channel.ButtonApp,
}

// kindOf is the kind of a button, as channel.Button says what a zero one is.
func kindOf(b *channel.Button, inline bool) channel.ButtonKind {
	switch {
	case b.Kind != "":
		return b.Kind
	case b.URL != "":
		return channel.ButtonURL
	case inline:
		return channel.ButtonCallback
	default:
		return channel.ButtonReply
	}
}

// resolved is buttons with their kinds, in memory of its own where that changes one.
func resolved(buttons []channel.Button, inline bool) []channel.Button {
	if !slices.ContainsFunc(buttons, func(b channel.Button) bool { return b.Kind == "" }) {
		return buttons
	}
	buttons = slices.Clone(buttons)
	for i := range buttons {
		buttons[i].Kind = kindOf(&buttons[i], inline)
	}
	return buttons
}

func resolvedKeyboard(k *channel.Keyboard) *channel.Keyboard {
	if k == nil {
		return nil
	}
	copied := *k
	copied.Rows = make([][]channel.Button, len(k.Rows))
	for i, row := range k.Rows {
		copied.Rows[i] = resolved(row, k.Inline)
	}
	return &copied
}

// checkCards checks cards in themselves, and their numbers unless the platform has no cards: then they are degraded.
func checkCards(l *channel.Limits, list []channel.Card) error {
	native := supports(l, channel.FeatureCards)
	if native && l.Cards > 0 && len(list) > l.Cards {
		return refuse(channel.ErrTooLarge, "Cards: %d cards, at most %d", len(list), l.Cards)
	}
	for i := range list {
		c, field := &list[i], fmt.Sprintf("Cards[%d]", i)
		if blank(c.Title+c.Subtitle+c.URL) && c.Image == nil {
			return invalid("%s: empty: set Title, Subtitle, URL or Image", field)
		}
		if runs(c.URL) {
			return invalid("%s.URL: it is a script", field)
		}
		for _, s := range [...]string{c.Title, c.Subtitle, c.URL} {
			if err := validText(field, s); err != nil {
				return err
			}
		}
		if err := checkPicture(field+".Image", c.Image); err != nil {
			return err
		}
		if native && l.CardButtons > 0 && len(c.Buttons) > l.CardButtons {
			return refuse(channel.ErrTooLarge, "%s.Buttons: %d buttons, at most %d", field, len(c.Buttons), l.CardButtons)
		}
		for j := range c.Buttons {
			if err := checkButton(&channel.KeyboardLimits{}, &c.Buttons[j], true); err != nil {
				return prefixed(err, "%s.Buttons[%d]", field, j)
			}
		}
	}
	return nil
}
