package channeltest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"path"
	"slices"
	"strconv"

	"github.com/parley-go/parley/channel"
)

// memoryFile is a file that the made-up platform keeps.
type memoryFile struct {
	name, mime string
	content    []byte
}

// memoryMost is the platform's largest file in bytes.
const memoryMost = 10 << 20

// Host puts a file on the made-up web and returns its URL: what the bot sends by it is seen with its contents. Of any
// other URL a person sees the URL alone.
func (m *Memory) Host(name string, content []byte) (url string) {
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	url = "https://files.memory.example/" + strconv.Itoa(len(s.hosted)+1) + "/" + name
	s.hosted[url] = memoryFile{name, mime.TypeByExtension(path.Ext(name)), bytes.Clone(content)}
	return url
}

// keep makes a file of the platform's, and returns its ID. The lock is held.
func (s *memoryServer) keep(f memoryFile) string {
	s.files = append(s.files, f)
	return "file-" + strconv.Itoa(len(s.files))
}

// file is the one with this ID. The lock is held.
func (s *memoryServer) file(id string) (memoryFile, bool) {
	var n int
	if _, err := fmt.Sscanf(id, "file-%d", &n); err != nil || n < 1 || n > len(s.files) {
		return memoryFile{}, false
	}
	return s.files[n-1], true
}

// contents is the file behind an attachment, if the platform has it. The lock is held.
func (s *memoryServer) contents(a *channel.Attachment) (memoryFile, bool) {
	if a.FileID != "" {
		return s.file(a.FileID)
	}
	f, ok := s.hosted[a.URL]
	return f, ok
}

// shown is a message as the person sees it: each file can be opened whose contents the platform has. The lock is held.
func (s *memoryServer) shown(m channel.Message) channel.Message {
	m.Attachments, m.Cards = slices.Clone(m.Attachments), slices.Clone(m.Cards)
	for i := range m.Attachments {
		m.Attachments[i] = s.opened(m.Attachments[i])
	}
	for i, card := range m.Cards {
		if card.Image != nil {
			image := s.opened(*card.Image)
			m.Cards[i].Image = &image
		}
	}
	return m
}

func (s *memoryServer) opened(a channel.Attachment) channel.Attachment {
	f, ok := s.contents(&a)
	if !ok {
		return a
	}
	setDefault(&a.Name, f.name)
	setDefault(&a.MIME, f.mime)
	a.Size = int64(len(f.content))
	a.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.content)), nil }
	if a.Thumbnail != nil {
		thumbnail := s.opened(*a.Thumbnail)
		a.Thumbnail = &thumbnail
	}
	return a
}

// taken is what a person sends, with bytes made files of the platform's.
func (u *MemoryUser) taken(m channel.Message) (channel.Message, error) {
	m.Attachments = slices.Clone(m.Attachments)
	for i := range m.Attachments {
		a := &m.Attachments[i]
		if a.Open == nil {
			continue
		}
		content, err := readAll(a.Open)
		if err != nil {
			return m, err
		}
		u.server.mu.Lock()
		a.FileID, a.Open, a.Size = u.server.keep(memoryFile{a.Name, a.MIME, content}), nil, int64(len(content))
		u.server.mu.Unlock()
	}
	return m, nil
}

// readAll is all that open opens.
func readAll(open func() (io.ReadCloser, error)) ([]byte, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// bytesOf is an attachment with these bytes.
func bytesOf(kind channel.AttachmentKind, name string, content []byte) channel.Attachment {
	return channel.Attachment{
		Kind: kind, Name: name, MIME: mime.TypeByExtension(path.Ext(name)), Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}
}
