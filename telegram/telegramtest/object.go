package telegramtest

import (
	"encoding/json"
	"strconv"
)

// object is a JSON object inside a parameter. encoding/json would match names regardless of case, Telegram does
// not, so nested objects are read field by field.
type object map[string]json.RawMessage

func parseObject(raw string) (object, bool) {
	var o object
	if json.Unmarshal([]byte(raw), &o) != nil || o == nil {
		return nil, false
	}
	return o, true
}

func (o object) has(name string) bool {
	raw, ok := o[name]
	return ok && string(raw) != "null"
}

// str reads a string; a number is taken as its text.
func (o object) str(name string) (string, error) {
	if !o.has(name) {
		return "", nil
	}
	var text string
	if json.Unmarshal(o[name], &text) == nil {
		return text, nil
	}
	var number json.Number
	if json.Unmarshal(o[name], &number) == nil {
		return number.String(), nil
	}
	return "", words("Field %q must be of type String", name)
}

// number reads an integer; a string of digits is taken as well.
func (o object) number(name string) (int64, error) {
	text, err := o.str(name)
	if err != nil || text == "" {
		if err != nil {
			err = words("Field %q must be of type Number", name)
		}
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, words("Field %q must be a valid Number", name)
	}
	return n, nil
}

func (o object) flag(name string) (bool, error) {
	if !o.has(name) {
		return false, nil
	}
	var b bool
	if json.Unmarshal(o[name], &b) != nil {
		return false, words("Field %q must be of type Boolean", name)
	}
	return b, nil
}
