package channeltest

import (
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// placeChecks are about places and phone numbers.
var placeChecks = []check{
	{"a place is where it was said to be", has(hasUser, claim(channel.FeatureLocation)), checkPlace},
	{"a venue has a name", has(hasUser, claim(channel.FeatureLocation)), checkVenue},
	{"contacts are those that were sent, in order", has(hasUser, claim(channel.FeatureContact)), checkContacts},
	{"a place that the platform lacks is written", has(hasUser, not(claim(channel.FeatureLocation))), checkPlaceWritten},
	{"contacts that the platform lacks are written", has(hasUser, not(claim(channel.FeatureContact))), checkContactsWritten},
}

// located sends a place and returns what p then sees of places.
func (s *scene) located(p Person, l channel.Location) channel.Location {
	s.Helper()
	before := len(p.Messages())
	sent, err := s.send(p.ChatID, channel.Message{Location: &l})
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	var seen []channel.Location
	for _, m := range p.Messages()[before:] {
		if m.Location != nil {
			seen = append(seen, *m.Location)
		}
	}
	s.need(len(seen) > 0, "Location of what was sent, in Person.Messages,", channel.FeatureLocation)
	require.Len(s, seen, 1)
	assert.InDelta(s, l.Latitude, seen[0].Latitude, 1e-5)
	assert.InDelta(s, l.Longitude, seen[0].Longitude, 1e-5)
	return seen[0]
}

func checkPlace(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureLocation)
	for _, l := range []channel.Location{
		{Latitude: 48.20817, Longitude: 16.37382}, {Latitude: -54.80191, Longitude: -68.30295}, {}, {Latitude: 90, Longitude: 180},
		{Latitude: -90, Longitude: -180}, {Latitude: 0.00001, Longitude: -0.00001},
	} {
		assert.Empty(s, s.located(ann, l).Title)
	}
}

// checkVenue allows that a name is written beside the place where there is no address, which some platforms demand.
func checkVenue(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureLocation)
	l := channel.Location{Latitude: 48.21661, Longitude: 16.39583, Title: "Riesenrad <&>", Address: "Gaußplatz 1, Wien"}
	seen := s.located(ann, l)
	if full(channel.FeatureLocation)(s.Harness) {
		assert.Equal(s, l.Title, seen.Title)
		assert.Equal(s, l.Address, seen.Address)
	}
	seen = s.located(ann, channel.Location{Latitude: 1, Longitude: 2, Title: "Nowhere"})
	assert.Contains(s, strings.Join(append(ann.Texts(), seen.Title), "\n"), "Nowhere", "the name is lost")
}

var someContacts = []channel.Contact{
	{Phone: "+4312345678", FirstName: "Zoë", LastName: "Krämer & Söhne"},
	{Phone: "+380441234567", FirstName: "Оля"},
}

func checkContacts(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureContact)
	sent, err := s.send(ann.ChatID, channel.Message{Contacts: someContacts})
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	var seen []channel.Contact
	for _, m := range ann.Messages() {
		seen = append(seen, m.Contacts...)
	}
	s.need(len(seen) > 0, "Contacts of what was sent, in Person.Messages,", channel.FeatureContact)
	require.Len(s, seen, len(someContacts))
	for i, c := range someContacts {
		assert.Equal(s, digits(c.Phone), digits(seen[i].Phone))
		assert.Equal(s, strings.TrimSpace(c.FirstName+" "+c.LastName), strings.TrimSpace(seen[i].FirstName+" "+seen[i].LastName))
	}
}

// written sends what the platform lacks and returns the texts that are seen for it.
func (s *scene) written(m channel.Message, f channel.Feature) string {
	s.Helper()
	ann := s.writer("Ann")
	sent, err := s.send(ann.ChatID, m)
	require.NoError(s, err)
	assert.Contains(s, sent.Degraded, f, "degraded, and not said")
	return strings.Join(ann.Texts(), "\n")
}

func checkPlaceWritten(s *scene) {
	s.open(channel.Options{})
	text := s.written(channel.Message{Location: &channel.Location{
		Latitude: 48.21661, Longitude: 16.39583, Title: "Riesenrad", Address: "Gaußplatz 1",
	}}, channel.FeatureLocation)
	for _, word := range []string{"Riesenrad", "Gaußplatz 1", "48.21661", "16.39583"} {
		assert.Contains(s, text, word)
	}
}

func checkContactsWritten(s *scene) {
	s.open(channel.Options{})
	text := s.written(channel.Message{Contacts: someContacts}, channel.FeatureContact)
	for _, c := range someContacts {
		assert.Contains(s, digits(text), digits(c.Phone))
		assert.Contains(s, text, c.FirstName)
	}
}
