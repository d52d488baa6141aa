package channeltest

import (
	"math"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

// check is what the made-up platform demands of a message. Its numbers are written here a second time, so that a limit
// that the driver has wrong is refused.
func (s *memoryServer) check(m channel.Message) *memoryError {
	limit := 4096
	if len(m.Attachments) > 0 {
		limit = 1024
	}
	switch {
	case !utf8.ValidString(m.Text):
		return &memoryError{Code: memoryBad, Message: "the text is not UTF-8"}
	case utf8.RuneCountInString(m.Text) > limit:
		return &memoryError{Code: memoryTooLong, Message: "the text is too long"}
	case m.Text == "" && len(m.Attachments) == 0 && m.Location == nil && len(m.Contacts) == 0 && len(m.Cards) == 0:
		return &memoryError{Code: memoryBad, Message: "the message is empty"}
	case len(m.Attachments) > 10, len(m.Cards) > 10:
		return &memoryError{Code: memoryTooLong, Message: "more than 10 attachments or cards"}
	case m.Template != nil:
		return &memoryError{Code: memoryBad, Message: "there are no templates"}
	}
	for _, st := range m.Styles {
		if st.Start < 0 || st.Start >= st.End || st.End > len(m.Text) {
			return &memoryError{Code: memoryBad, Message: "a style is not within the text"}
		}
	}
	for _, a := range m.Attachments {
		if native := s.checkAttachment(a); native != nil {
			return native
		}
	}
	for _, c := range m.Cards {
		if c.Image == nil {
			continue
		}
		if native := s.checkAttachment(*c.Image); native != nil {
			return native
		}
	}
	if native := checkPlaces(m); native != nil {
		return native
	}
	if m.Keyboard == nil {
		return nil
	}
	return checkKeyboard(m.Keyboard)
}

func (s *memoryServer) checkAttachment(a channel.Attachment) *memoryError {
	if (a.URL == "") == (a.FileID == "") {
		return &memoryError{Code: memoryBad, Message: "an attachment needs a URL or a file"}
	}
	f, ok := s.contents(&a)
	switch {
	case a.FileID != "" && !ok:
		return &memoryError{Code: memoryNotFound, Message: "no such file"}
	case len(f.content) > 10<<20:
		return &memoryError{Code: memoryTooLong, Message: "more than 10 MiB"}
	}
	return nil
}

func checkPlaces(m channel.Message) *memoryError {
	if l := m.Location; l != nil && !(math.Abs(l.Latitude) <= 90 && math.Abs(l.Longitude) <= 180) {
		return &memoryError{Code: memoryBad, Message: "the place is not on earth"}
	}
	for _, c := range m.Contacts {
		if c.Phone == "" {
			return &memoryError{Code: memoryBad, Message: "a contact without a phone number"}
		}
	}
	return nil
}

func checkKeyboard(k *channel.Keyboard) *memoryError {
	total := 0
	for _, row := range k.Rows {
		total += len(row)
		if len(row) == 0 || len(row) > 8 {
			return &memoryError{Code: memoryBad, Message: "a row has 1 to 8 buttons"}
		}
		for _, b := range row {
			switch {
			case b.Text == "" || utf8.RuneCountInString(b.Text) > 64:
				return &memoryError{Code: memoryBad, Message: "a label has 1 to 64 characters"}
			case len(b.Data) > 64:
				return &memoryError{Code: memoryBad, Message: "data has up to 64 bytes"}
			}
		}
	}
	if total > 100 {
		return &memoryError{Code: memoryBad, Message: "a keyboard has up to 100 buttons"}
	}
	return nil
}
