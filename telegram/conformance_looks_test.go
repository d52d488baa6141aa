package telegram_test

import (
	"io"
	"testing"
	"unicode/utf16"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram/telegramtest"
	"github.com/stretchr/testify/require"
)

// captioned is a message whose caption is its text.
func captioned(m telegramtest.Message) telegramtest.Message {
	if m.Media != nil {
		m.Text = m.Media.Caption
	}
	return m
}

// texts are those of the messages that the person sees.
func texts(u *telegramtest.User) []string {
	var seen []string
	for _, m := range u.Messages() {
		if !m.Deleted {
			seen = append(seen, captioned(m).Text)
		}
	}
	return seen
}

// seenBy is the messages of texts in the suite's words.
func seenBy(u *telegramtest.User) []channel.Message {
	var all []channel.Message
	for _, m := range u.Messages() {
		if m.Deleted {
			continue
		}
		m = captioned(m)
		all = append(all, channel.Message{
			ID: m.ID, Text: m.Text, Styles: stylesOf(m), Keyboard: keyboardOf(m.Keyboard), ReplyTo: m.ReplyTo, Silent: m.Silent, NoPreview: m.NoPreview,
			AlbumID: m.AlbumID, Attachments: filesOf(m), Location: placeOf(m), Contacts: contactsOf(m),
		})
	}
	return all
}

// oneOfEach kind.
func oneOfEach(t *testing.T) []channel.Attachment {
	return []channel.Attachment{
		file(channel.AttachmentImage, "a.jpg", picture(t, 8, 8)), file(channel.AttachmentFile, "a.pdf", []byte("%PDF-1.7 a bill")),
		file(channel.AttachmentVideo, "a.mp4", []byte("\x00\x00\x00\x18ftypmp42 a video")), file(channel.AttachmentAudio, "a.mp3", []byte("ID3 a song")),
		file(channel.AttachmentVoice, "a.ogg", []byte("OggS a word")), file(channel.AttachmentAnimation, "a.gif", []byte("GIF89a a loop")),
		file(channel.AttachmentVideoNote, "a.mp4", []byte("\x00\x00\x00\x18ftypmp42 a face")),
		file(channel.AttachmentSticker, "a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 a cat")),
	}
}

func file(kind channel.AttachmentKind, name string, content []byte) channel.Attachment {
	a := of(kind, content)
	a.Name = name
	return a
}

func mediaOf(t *testing.T, files []channel.Attachment) []telegramtest.Media {
	var all []telegramtest.Media
	for _, a := range files {
		r, err := a.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		all = append(all, telegramtest.Media{Kind: kinds[a.Kind], Data: content, Name: a.Name, MIME: a.MIME})
	}
	return all
}

func filesOf(m telegramtest.Message) []channel.Attachment {
	if m.Media == nil {
		return nil
	}
	for kind, native := range kinds {
		if native == m.Media.Kind {
			return []channel.Attachment{file(kind, m.Media.Name, m.Media.Data)}
		}
	}
	return []channel.Attachment{file(channel.AttachmentOther, m.Media.Name, m.Media.Data)}
}

func placeOf(m telegramtest.Message) *channel.Location {
	switch {
	case m.Venue != nil:
		return &channel.Location{
			Latitude: m.Venue.Location.Latitude, Longitude: m.Venue.Location.Longitude, Title: m.Venue.Title, Address: m.Venue.Address,
		}
	case m.Location != nil:
		return &channel.Location{Latitude: m.Location.Latitude, Longitude: m.Location.Longitude}
	}
	return nil
}

func contactsOf(m telegramtest.Message) []channel.Contact {
	if m.Contact == nil {
		return nil
	}
	return []channel.Contact{{Phone: m.Contact.Phone, FirstName: m.Contact.FirstName, LastName: m.Contact.LastName}}
}

// stylesOf leaves out what the platform found by itself.
func stylesOf(m telegramtest.Message) []channel.Style {
	bytesBefore := []int{} // by UTF-16 code units
	for i, c := range m.Text {
		for range utf16.RuneLen(c) {
			bytesBefore = append(bytesBefore, i)
		}
	}
	bytesBefore = append(bytesBefore, len(m.Text))
	var styles []channel.Style
	for _, e := range m.Entities {
		for kind, look := range looks {
			if look == e.Type {
				styles = append(styles, channel.Style{
					Kind: kind, Start: bytesBefore[e.Offset], End: bytesBefore[e.Offset+e.Length], URL: e.URL, Language: e.Language,
				})
			}
		}
	}
	return styles
}

func keyboardOf(k *telegramtest.Keyboard) *channel.Keyboard {
	if k == nil {
		return nil
	}
	shown := &channel.Keyboard{Inline: k.Inline, OneTime: k.OneTime}
	for _, row := range k.Rows {
		var buttons []channel.Button
		for _, b := range row {
			buttons = append(buttons, channel.Button{Text: b.Text, URL: b.URL})
		}
		shown.Rows = append(shown.Rows, buttons)
	}
	return shown
}
