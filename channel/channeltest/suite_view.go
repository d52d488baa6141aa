package channeltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing/synctest"
	"unicode"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the suite sends beside words, and how it looks at what people see of it.

// need fails the check of a feature that is claimed, where the harness lacks what it takes to see it.
func (s *scene) need(has bool, what string, f channel.Feature) {
	s.Helper()
	require.True(s, has, "%s is needed to check feature %s", what, f)
}

// viewer is a person who wrote, and whose view of a feature the harness can tell.
func (s *scene) viewer(name string, f channel.Feature) Person {
	s.Helper()
	p := s.writer(name)
	s.need(p.Messages != nil, "Person.Messages", f)
	return p
}

// mediaKinds is every kind of attachment that can be sent, those that take a caption everywhere first.
var mediaKinds = []channel.AttachmentKind{
	channel.AttachmentImage, channel.AttachmentFile, channel.AttachmentVideo, channel.AttachmentAudio, channel.AttachmentVoice,
	channel.AttachmentAnimation, channel.AttachmentVideoNote, channel.AttachmentSticker,
}

// claimedKinds are the kinds of attachments that the channel claims.
func claimedKinds(h Harness) []channel.AttachmentKind {
	return slices.DeleteFunc(slices.Clone(mediaKinds), func(k channel.AttachmentKind) bool { return !claims(h, channel.Feature(k)) })
}

// uploadedKinds are those of them that the platform takes as bytes.
func uploadedKinds(h Harness) []channel.AttachmentKind {
	return slices.DeleteFunc(claimedKinds(h), func(k channel.AttachmentKind) bool {
		_, ok := h.Channel.Limits().Upload[k]
		return !ok
	})
}

func hasMedia(h Harness) bool  { return hasUser(h) && len(claimedKinds(h)) > 0 }
func hasUpload(h Harness) bool { return hasUser(h) && len(uploadedKinds(h)) > 0 }

// captioned is the kind that checks of anything but the kind are made with.
func (s *scene) captioned() channel.AttachmentKind { return claimedKinds(s.Harness)[0] }

// sample is the i-th file of a kind: that of the harness, but for i > 0 with a name and bytes of its own.
func (s *scene) sample(kind channel.AttachmentKind, i int) (channel.Attachment, []byte) {
	s.Helper()
	at := slices.IndexFunc(s.Media, func(a channel.Attachment) bool { return a.Kind == kind && a.Open != nil })
	s.need(at >= 0, fmt.Sprintf("an attachment of the kind %s with Open in Harness.Media", kind), channel.Feature(kind))
	a := s.Media[at]
	content, err := readAll(a.Open)
	require.NoError(s, err)
	if i > 0 {
		content = fmt.Appendf(content, "\n%d", i)
		ext := path.Ext(a.Name)
		a.Name = strings.TrimSuffix(a.Name, ext) + strconv.Itoa(i) + ext
	}
	a.Size, a.Open = 0, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	return a, content
}

// onWeb is a at a URL: one that the platform fetches, or else one that Options.Fetch does.
func (s *scene) onWeb(a channel.Attachment, content []byte) channel.Attachment {
	s.Helper()
	if _, fetches := s.Channel.Limits().Fetch[a.Kind]; fetches {
		s.need(s.Host != nil, "Harness.Host", channel.Feature(a.Kind))
		a.URL = s.Host(a.Name, content)
		s.web.know(a.URL, content)
	} else {
		a.URL = s.web.put(a.Name, content)
	}
	a.Open, a.Size = nil, 0
	return a
}

// web is where Options.Fetch goes.
type web struct {
	mu    sync.Mutex
	files map[string][]byte // by URL
}

func (w *web) put(name string, content []byte) (url string) {
	w.mu.Lock()
	url = "https://files.example/" + strconv.Itoa(len(w.files)) + "/" + name
	w.mu.Unlock()
	w.know(url, content)
	return url
}

func (w *web) know(url string, content []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.files == nil {
		w.files = make(map[string][]byte)
	}
	w.files[url] = bytes.Clone(content)
}

func (w *web) get(url string) ([]byte, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	content, ok := w.files[url]
	return content, ok
}

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	content, ok := w.get(r.URL.String())
	status := http.StatusOK
	if !ok {
		status = http.StatusNotFound
	}
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header), Body: io.NopCloser(bytes.NewReader(content)), ContentLength: int64(len(content)), Request: r,
	}, nil
}

// publish is Options.Publish.
func (s *scene) publish(_ context.Context, a channel.Attachment) (string, error) {
	if s.Host == nil {
		return "", errors.New("Harness.Host is needed where a platform takes URLs alone")
	}
	content, err := readAll(a.Open)
	if err != nil {
		return "", err
	}
	url := s.Host(a.Name, content)
	s.web.know(url, content)
	return url, nil
}

// contents is the bytes of an attachment that is seen, or is still to be sent.
func (s *scene) contents(a channel.Attachment) string {
	s.Helper()
	if a.Open != nil {
		content, err := readAll(a.Open)
		require.NoError(s, err)
		return string(content)
	}
	if content, ok := s.web.get(a.URL); ok {
		return string(content)
	}
	return "unknown contents of " + a.URL + a.FileID
}

// files is the attachments that p sees, oldest first.
func (s *scene) files(p Person) []channel.Attachment {
	s.Helper()
	var all []channel.Attachment
	for _, m := range p.Messages() {
		all = append(all, m.Attachments...)
	}
	return all
}

// sees demands that files with these contents are all that p sees, in order.
func (s *scene) sees(p Person, f channel.Feature, want ...[]byte) []channel.Attachment {
	s.Helper()
	files := s.files(p)
	s.need(len(files) > 0 || len(want) == 0, "Attachments of what was sent, in Person.Messages,", f)
	require.Len(s, files, len(want))
	for i, a := range files {
		assert.Equal(s, string(want[i]), s.contents(a), "the contents of file %d, a %s", i+1, a.Kind)
	}
	return files
}

// groups is what p sees with each album as one message.
func groups(p Person) []channel.Message {
	var all []channel.Message
	for _, m := range p.Messages() {
		n := len(all)
		if n == 0 || m.AlbumID == "" || all[n-1].AlbumID != m.AlbumID {
			all = append(all, m)
			continue
		}
		last := &all[n-1]
		last.Attachments = slices.Concat(last.Attachments, m.Attachments)
		last.Text += m.Text
		if m.Keyboard != nil {
			last.Keyboard = m.Keyboard
		}
	}
	return all
}

// items is all that messages hold, in the order in which it is sent, whatever it is divided in.
func (s *scene) items(messages ...channel.Message) []string {
	s.Helper()
	var all []string
	for _, m := range messages {
		all = append(all, strings.Fields(m.Text)...)
		for _, a := range m.Attachments {
			all = append(all, string(a.Kind)+" "+s.contents(a))
		}
		if m.Location != nil {
			all = append(all, place(*m.Location))
		}
		for _, c := range m.Contacts {
			all = append(all, digits(c.Phone)+" "+c.FirstName)
		}
	}
	return all
}

// place is a location to some ten metres.
func place(l channel.Location) string {
	return fmt.Sprintf("%.4f %.4f %s %s", l.Latitude, l.Longitude, l.Title, l.Address)
}

// digits is a phone number without what platforms write it with.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, phone)
}

// handles is an attachment's Open that counts what was opened and not closed.
type handles struct {
	mu           sync.Mutex
	opened, open int
}

func (h *handles) count(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r, err := open()
		h.mu.Lock()
		defer h.mu.Unlock()
		h.opened++
		if err == nil {
			h.open++
			r = &handle{ReadCloser: r, of: h}
		}
		return r, err
	}
}

func (h *handles) counts() (opened, open int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.opened, h.open
}

// closed demands that whatever was opened is closed.
func (s *scene) closed(h *handles) {
	s.Helper()
	synctest.Wait() // an upload may end after its call did
	_, open := h.counts()
	assert.Zero(s, open, "files left open")
}

type handle struct {
	io.ReadCloser
	of   *handles
	once sync.Once
}

func (h *handle) Close() error {
	h.once.Do(func() {
		h.of.mu.Lock()
		defer h.of.mu.Unlock()
		h.of.open--
	})
	return h.ReadCloser.Close()
}
