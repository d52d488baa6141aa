package channeltest

import (
	"bytes"
	"strconv"

	"github.com/parley-go/parley/channel"
)

// Write writes a text, and returns the message's ID.
func (u *MemoryUser) Write(text string) string { return u.Send(channel.Text(text)) }

// SendPhoto sends an image with a caption, which may be empty, and returns the message's ID.
func (u *MemoryUser) SendPhoto(content []byte, caption string) string {
	return u.Send(channel.Message{Text: caption, Attachments: []channel.Attachment{
		bytesOf(channel.AttachmentImage, "photo.jpg", content),
	}})
}

// SendFile sends a file with a caption, which may be empty, and returns the message's ID.
func (u *MemoryUser) SendFile(name string, content []byte, caption string) string {
	return u.Send(channel.Message{Text: caption, Attachments: []channel.Attachment{
		bytesOf(channel.AttachmentFile, name, content),
	}})
}

// SendLocation sends a place, a venue if it has a Title, and returns the message's ID.
func (u *MemoryUser) SendLocation(l channel.Location) string {
	return u.Send(channel.Message{Location: &l})
}

// SendContact sends somebody's contact, and returns the message's ID. The person's own is sent by SharePhone.
func (u *MemoryUser) SendContact(c channel.Contact) string {
	c.Verified = false
	return u.Send(channel.Message{Contacts: []channel.Contact{c}})
}

// Send sends a message of any kind, and returns its ID. The bot gets an attachment with Open as one with a FileID that
// it can download; several are an album.
func (u *MemoryUser) Send(m channel.Message) string { return u.send(m, nil) }

func (u *MemoryUser) send(m channel.Message, press *memoryPress) string {
	m, err := u.taken(m)
	if err != nil {
		u.server.fail("channeltest: send: %v", err)
		return ""
	}
	u.server.mu.Lock()
	u.open()
	u.last++
	m.ID = strconv.Itoa(u.last)
	u.server.mu.Unlock()
	u.deliver(memoryUpdate{Type: "message", Message: &m, Press: press})
	return m.ID
}

// SharePhone shares the person's own phone number.
func (u *MemoryUser) SharePhone() {
	u.Send(channel.Message{Contacts: []channel.Contact{{
		Phone: u.phone, FirstName: u.profile.Name, UserID: u.profile.ID, Verified: true,
	}}})
}

// SetAvatar gives the person a picture, which the bot finds as User.Avatar.
func (u *MemoryUser) SetAvatar(content []byte) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.profile.Avatar = u.server.keep(memoryFile{"avatar.jpg", "image/jpeg", bytes.Clone(content)})
}

// Contents returns the bytes of an attachment that the person sees. It is a failure if the platform never had them: a URL
// that [Memory.Host] did not make.
func (u *MemoryUser) Contents(a channel.Attachment) []byte {
	u.server.mu.Lock()
	f, ok := u.server.contents(&a)
	u.server.mu.Unlock()
	if !ok {
		u.server.fail("channeltest: contents: the platform has no file %s%s", a.FileID, a.URL)
	}
	return bytes.Clone(f.content)
}
