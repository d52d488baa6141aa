package adapter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
)

// refuse is an error about the message; its text names the field and the limit.
func refuse(reason channel.Reason, format string, args ...any) *channel.Error {
	return &channel.Error{
		Reason: reason, Scope: channel.ScopeMessage, Op: "send", Message: fmt.Sprintf(format, args...),
	}
}

func invalid(format string, args ...any) error { return refuse(channel.ErrInvalid, format, args...) }

// check refuses what is wrong in a message whatever the platform, and what is beyond limits that neither splitting nor
// degrading helps. Sizes of attachments are left to media.go, which knows what kind they are sent as.
func check(l *channel.Limits, m *channel.Message) error {
	checks := [...]func() error{
		func() error { return checkPurpose(m.Purpose) },
		func() error { return checkNative("", m.Native) },
		func() error { return checkContent(m) },
		func() error { return checkText(m) },
		func() error { return checkAttachments(m.Attachments) },
		func() error { return checkLocation(m.Location) },
		func() error { return checkContacts(m.Contacts) },
		func() error { return checkCards(l, m.Cards) },
		func() error { return checkKeyboard(l, m.Keyboard, "Keyboard") },
		func() error { return checkTemplate(m.Template) },
		func() error { return validText("ReplyTo", m.ReplyTo) },
	}
	for _, f := range checks {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// checkPurpose refuses what is unknown: taken for a reply, an advertisement would go to those who want none.
func checkPurpose(p channel.Purpose) error {
	switch p {
	case channel.PurposeReply, channel.PurposeUpdate, channel.PurposePromotion, channel.PurposeAgent:
		return nil
	default:
		return invalid("Purpose: unknown %q", p)
	}
}

// checkNative wants JSON: a driver could only refuse the rest, or break its request with it.
func checkNative(field string, n channel.Native) error {
	for platform, value := range n {
		if value != nil && !json.Valid(value) {
			return invalid("%sNative[%q]: not valid JSON", field, platform)
		}
	}
	return nil
}

// runs reports whether a URL is one that a browser runs instead of going there.
func runs(url string) bool {
	scheme, _, ok := strings.Cut(url, ":")
	if !ok {
		return false
	}
	scheme = strings.Map(func(r rune) rune { // browsers skip such
		if r <= ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, scheme)
	return scheme == "javascript" || scheme == "vbscript" || scheme == "data"
}

// checkContent wants something to send: a Template, or anything else but a keyboard that would stand alone.
func checkContent(m *channel.Message) error {
	content := m.Text != "" || len(m.Attachments) > 0 || m.Location != nil || len(m.Contacts) > 0 || len(m.Cards) > 0
	switch {
	case m.Template != nil && (content || len(m.Styles) > 0 || m.Keyboard != nil):
		return invalid("Template: it stands instead of all other content, not beside it")
	case m.Template == nil && !content && (m.Keyboard == nil || len(m.Keyboard.Rows) == 0):
		return invalid("nothing to send: set Text, Attachments, Location, Contacts, Cards or Template")
	}
	return nil
}

func validText(field, s string) error {
	if utf8.ValidString(s) {
		return nil
	}
	return invalid("%s: not valid UTF-8", field)
}

func checkText(m *channel.Message) error {
	if m.Text != "" && blank(m.Text) {
		return invalid("Text: empty but for white space")
	}
	if err := validText("Text", m.Text); err != nil {
		return err
	}
	for i := range m.Styles {
		if err := checkStyle(m.Text, &m.Styles[i]); err != nil {
			return invalid("Styles[%d]: %s", i, err)
		}
	}
	return checkCrossing(m.Styles)
}

// checkStyle returns what is wrong, without the field's name.
func checkStyle(text string, s *channel.Style) error {
	switch {
	case styleFeature(s.Kind) == "":
		return fmt.Errorf("unknown kind %q", s.Kind)
	case s.Start < 0 || s.End > len(text) || s.Start > s.End:
		return fmt.Errorf("%d to %d is out of the text of %d bytes", s.Start, s.End, len(text))
	case s.Start == s.End:
		return fmt.Errorf("empty at %d", s.Start)
	case !utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End]):
		return fmt.Errorf("%d to %d begins or ends inside a character", s.Start, s.End)
	case s.Kind == channel.StyleLink && s.URL == "":
		return fmt.Errorf("a link without URL")
	case runs(s.URL):
		return fmt.Errorf("a URL that is a script")
	case !utf8.ValidString(s.URL) || !utf8.ValidString(s.Language):
		return fmt.Errorf("URL or Language is not valid UTF-8")
	}
	return nil
}

// checkCrossing refuses styles of which one begins within another and ends after it.
func checkCrossing(styles []channel.Style) error {
	if len(styles) < 2 {
		return nil
	}
	sorted := slices.Clone(styles)
	slices.SortFunc(sorted, func(a, b channel.Style) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	var open []channel.Style
	for _, s := range sorted {
		for len(open) > 0 && open[len(open)-1].End <= s.Start {
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 && s.End > open[n-1].End {
			return invalid("Styles: %s from %d to %d crosses %s from %d to %d",
				s.Kind, s.Start, s.End, open[n-1].Kind, open[n-1].Start, open[n-1].End)
		}
		open = append(open, s)
	}
	return nil
}

func checkAttachments(list []channel.Attachment) error {
	for i := range list {
		if err := checkAttachment(fmt.Sprintf("Attachments[%d]", i), &list[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkAttachment(field string, a *channel.Attachment) error {
	if a.Kind == channel.AttachmentOther {
		return refuse(channel.ErrUnsupported, "%s.Kind: %q is received only", field, a.Kind)
	}
	if _, known := fallbacks[a.Kind]; !known {
		return invalid("%s.Kind: unknown %q", field, a.Kind)
	}
	return checkSource(field, a)
}

// checkPicture is checkAttachment for what is an image by its place, and so needs no Kind.
func checkPicture(field string, a *channel.Attachment) error {
	if a == nil {
		return nil
	}
	if a.Kind != "" && a.Kind != channel.AttachmentImage {
		return invalid("%s.Kind: %q is not an image", field, a.Kind)
	}
	return checkSource(field, a)
}

func checkSource(field string, a *channel.Attachment) error {
	sources := b2i(a.URL != "") + b2i(a.FileID != "") + b2i(a.Open != nil)
	switch {
	case sources == 0:
		return invalid("%s: no source: set one of URL, FileID, Open", field)
	case sources > 1:
		return invalid("%s: %d sources: set one of URL, FileID, Open", field, sources)
	case a.URL != "" && !isHTTP(a.URL):
		return invalid("%s.URL: not an http or https URL", field)
	case a.Size < 0:
		return invalid("%s.Size: %d bytes", field, a.Size)
	}
	for _, s := range [...]string{a.URL, a.FileID, a.Name, a.MIME} {
		if err := validText(field, s); err != nil {
			return err
		}
	}
	if a.Thumbnail != nil && a.Thumbnail.Thumbnail != nil {
		return invalid("%s.Thumbnail.Thumbnail: a thumbnail has none", field)
	}
	return checkPicture(field+".Thumbnail", a.Thumbnail)
}

func isHTTP(url string) bool {
	for _, scheme := range [...]string{"https://", "http://"} {
		if n := len(scheme); len(url) > n && strings.EqualFold(url[:n], scheme) {
			return true
		}
	}
	return false
}

func checkLocation(l *channel.Location) error {
	if l == nil {
		return nil
	}
	if !(math.Abs(l.Latitude) <= 90) { // so that NaN is caught
		return invalid("Location.Latitude: %v is not within -90 to 90", l.Latitude)
	}
	if !(math.Abs(l.Longitude) <= 180) {
		return invalid("Location.Longitude: %v is not within -180 to 180", l.Longitude)
	}
	return cmp.Or(validText("Location.Title", l.Title), validText("Location.Address", l.Address))
}

func checkContacts(list []channel.Contact) error {
	for i, c := range list {
		if blank(c.Phone) {
			return invalid("Contacts[%d].Phone: empty", i)
		}
		for _, s := range [...]string{c.Phone, c.FirstName, c.LastName, c.UserID, c.VCard} {
			if err := validText(fmt.Sprintf("Contacts[%d]", i), s); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkTemplate(t *channel.Template) error {
	if t == nil {
		return nil
	}
	if t.Name == "" {
		return invalid("Template.Name: empty")
	}
	for _, s := range append([]string{t.Name, t.Language}, t.Params...) {
		if err := validText("Template", s); err != nil {
			return err
		}
	}
	return nil
}
