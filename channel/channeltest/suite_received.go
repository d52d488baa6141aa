package channeltest

import (
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// receivedChecks are about what people send beside words.
var receivedChecks = []check{
	{"a file that a person sent has its caption and its name", has(hasMedia, sendsFiles), checkReceivedCaption},
	{"files that a person sent together are told as an album", has(hasMedia, sendsFiles, claim(channel.FeatureAlbum)), checkReceivedAlbum},
	{"a place that a person shared is told", has(hasUser, func(h Harness) bool { return h.person.SendLocation != nil }), checkReceivedPlace},
	{"a contact that a person shared is told, and vouched for by nobody", has(hasUser, func(h Harness) bool { return h.person.SendContact != nil }), checkReceivedContact},
}

func sendsFiles(h Harness) bool { return h.person.SendFiles != nil }

func checkReceivedCaption(s *scene) {
	s.open(channel.Options{})
	kind := s.captioned()
	if claims(s.Harness, channel.FeatureFile) {
		kind = channel.AttachmentFile
	}
	a, content := s.sample(kind, 1)
	s.User("Ann").SendFiles("look & see 👋", a)
	m := s.received()
	require.Len(s, m.Attachments, 1)
	got := m.Attachments[0]
	assert.Equal(s, "look & see 👋", m.Text)
	assert.Equal(s, kind, got.Kind)
	if kind == channel.AttachmentFile {
		assert.Equal(s, a.Name, got.Name)
	}
	if got.Size != 0 {
		assert.Equal(s, int64(len(content)), got.Size)
	}
	assert.Nil(s, got.Open, "an event is plain data")
	require.True(s, (got.FileID == "") != (got.URL == ""), "it has one source")
	s.downloads(got, content)
}

// checkReceivedAlbum takes an album as one message or as several with one AlbumID.
func checkReceivedAlbum(s *scene) {
	s.open(channel.Options{})
	files, contents := s.samples(2)
	s.User("Ann").SendFiles("both", files...)
	var albums, texts []string
	var got []channel.Attachment
	for _, e := range s.in.all() {
		if e.Kind != channel.EventMessage {
			continue
		}
		albums, texts, got = append(albums, e.Message.AlbumID), append(texts, e.Message.Text), append(got, e.Message.Attachments...)
	}
	require.Len(s, got, 2)
	assert.Equal(s, "both", strings.Join(texts, ""), "the caption, once")
	if len(albums) > 1 {
		assert.NotEmpty(s, albums[0])
		assert.Equal(s, albums[0], albums[1])
	}
	for i, a := range got {
		s.downloads(a, contents[i])
	}
}

func checkReceivedPlace(s *scene) {
	s.open(channel.Options{})
	ann := s.User("Ann")
	for _, want := range []channel.Location{
		{Latitude: -48.21661, Longitude: 16.39583}, {Latitude: 1.5, Longitude: -2.5, Title: "Riesenrad", Address: "Gaußplatz 1"},
	} {
		ann.SendLocation(want)
		got := s.received().Location
		require.NotNil(s, got)
		assert.InDelta(s, want.Latitude, got.Latitude, 1e-5)
		assert.InDelta(s, want.Longitude, got.Longitude, 1e-5)
		assert.Equal(s, []string{want.Title, want.Address}, []string{got.Title, got.Address})
	}
}

func checkReceivedContact(s *scene) {
	s.open(channel.Options{})
	s.User("Ann").SendContact(channel.Contact{Phone: "+380441234567", FirstName: "Оля"})
	contacts := s.received().Contacts
	require.Len(s, contacts, 1)
	assert.Equal(s, digits("+380441234567"), digits(contacts[0].Phone))
	assert.Equal(s, "Оля", contacts[0].FirstName)
	assert.False(s, contacts[0].Verified, "it may be anybody's")
}
