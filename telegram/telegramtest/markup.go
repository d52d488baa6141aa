package telegramtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

const (
	maxPerRow      = 12  // buttons beyond are dropped without a word
	maxButtons     = 300 // likewise
	maxMarkupBytes = 10 << 10
	maxCallback    = 64
	maxCopyText    = 256
	maxPlaceholder = 64
)

// Keyboard is a reply_markup.
type Keyboard struct {
	// Inline tells buttons under the message from a keyboard under the input field.
	Inline bool
	// Rows of buttons from the top, without those that the platform drops: beyond 12 in a row and 300 in all.
	Rows [][]Button
	// Remove and ForceReply are the markups that carry no buttons.
	Remove, ForceReply bool
	// Resize, OneTime and Persistent are options of a keyboard under the input field.
	Resize, OneTime, Persistent bool
	// Placeholder is shown in the empty input field.
	Placeholder string
}

func (k *Keyboard) clone() *Keyboard {
	if k == nil {
		return nil
	}
	c := *k
	c.Rows = make([][]Button, len(k.Rows))
	for i, row := range k.Rows {
		c.Rows[i] = slices.Clone(row)
	}
	return &c
}

// keyboard reads reply_markup; nil is none.
func (c *call) keyboard(to *chat) (*Keyboard, *apiError) {
	raw := c.str("reply_markup")
	if raw == "" {
		return nil, nil
	}
	if !json.Valid([]byte(raw)) {
		return nil, badRequest("can't parse reply keyboard markup JSON object")
	}
	o, ok := parseObject(raw)
	if !ok {
		return nil, badRequest("object expected as reply markup")
	}
	if len(raw) > maxMarkupBytes {
		return nil, badRequest("reply markup is too long")
	}
	switch {
	case to.inlineOnly() && !o.has("inline_keyboard"):
		return nil, badRequest("inline keyboard expected")
	case o.has("keyboard"):
		return c.replyKeyboard(o, to)
	case o.has("inline_keyboard"):
		return c.inlineKeyboard(o, to)
	case o.has("remove_keyboard"):
		return onlyFlag(o, "remove_keyboard", &Keyboard{Remove: true})
	case o.has("force_reply"):
		k, bad := onlyFlag(o, "force_reply", &Keyboard{ForceReply: true})
		if bad == nil && k != nil {
			k.Placeholder, bad = placeholder(o)
		}
		return k, bad
	}
	return nil, nil
}

func onlyFlag(o object, name string, k *Keyboard) (*Keyboard, *apiError) {
	on, err := o.flag(name)
	if err != nil {
		return nil, badRequest("can't parse reply keyboard markup: " + err.Error())
	}
	if !on {
		return nil, nil
	}
	return k, nil
}

func placeholder(o object) (string, *apiError) {
	text, err := o.str("input_field_placeholder")
	if err != nil {
		return "", badRequest("can't parse reply keyboard markup: " + err.Error())
	}
	if utf8.RuneCountInString(text) > maxPlaceholder {
		return "", badRequest("input field placeholder is too long")
	}
	return text, nil
}

// rows walks the buttons of a keyboard. What is beyond the counts is dropped, what is empty vanishes.
func rows(raw json.RawMessage, button func(json.RawMessage) (Button, error)) ([][]Button, error) {
	var lines [][]json.RawMessage
	if json.Unmarshal(raw, &lines) != nil {
		return nil, fmt.Errorf("expected an Array of Array of buttons")
	}
	var out [][]Button
	total := 0
	for _, line := range lines {
		var row []Button
		for _, one := range line {
			b, err := button(one)
			if err != nil {
				return nil, err
			}
			if len(row) < maxPerRow && total < maxButtons {
				row = append(row, b)
				total++
			}
		}
		if len(row) > 0 {
			out = append(out, row)
		}
	}
	return out, nil
}

// refusalOf makes an API error of a failed button, unless it is one already.
func refusalOf(prefix string, err error) *apiError {
	if refusal, ok := err.(*apiError); ok {
		return refusal
	}
	return badRequest(prefix + err.Error())
}

func (c *call) inlineKeyboard(o object, to *chat) (*Keyboard, *apiError) {
	lines, err := rows(o["inline_keyboard"], func(raw json.RawMessage) (Button, error) {
		return inlineButton(raw, to)
	})
	if err != nil {
		return nil, refusalOf("can't parse inline keyboard button: ", err)
	}
	if len(lines) == 0 {
		return nil, nil
	}
	return &Keyboard{Inline: true, Rows: lines}, nil
}

func (c *call) replyKeyboard(o object, to *chat) (*Keyboard, *apiError) {
	lines, err := rows(o["keyboard"], func(raw json.RawMessage) (Button, error) {
		return replyButton(raw, to)
	})
	if err != nil {
		return nil, refusalOf("can't parse keyboard button: ", err)
	}
	if len(lines) == 0 {
		return nil, nil
	}
	k := &Keyboard{Rows: lines}
	for name, to := range map[string]*bool{
		"resize_keyboard": &k.Resize, "one_time_keyboard": &k.OneTime, "is_persistent": &k.Persistent,
	} {
		if *to, err = o.flag(name); err != nil {
			return nil, badRequest("can't parse reply keyboard markup: " + err.Error())
		}
	}
	var bad *apiError
	k.Placeholder, bad = placeholder(o)
	return k, bad
}
