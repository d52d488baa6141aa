package telegram

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestPlacesAndContactsAreAsTelegramHasThem(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		m      channel.Message
		method string
		want   map[string]string
	}{
		"a place": {
			channel.Message{Location: &channel.Location{Latitude: 50.4501, Longitude: -0.5}}, "sendLocation",
			map[string]string{"latitude": "50.4501", "longitude": "-0.5"},
		},
		"zero and zero": {
			channel.Message{Location: &channel.Location{}}, "sendLocation",
			map[string]string{"latitude": "0", "longitude": "0"},
		},
		"a very small number": {
			channel.Message{Location: &channel.Location{Latitude: 1e-7, Longitude: math.Copysign(0, -1)}}, "sendLocation",
			map[string]string{"latitude": "0.0000001", "longitude": "0"},
		},
		"a venue": {
			channel.Message{Location: &channel.Location{Latitude: 1, Longitude: 2, Title: "Cafe", Address: "Main St 1"}}, "sendVenue",
			map[string]string{"latitude": "1", "longitude": "2", "title": "Cafe", "address": "Main St 1"},
		},
		"a venue without an address": {
			channel.Message{Location: &channel.Location{Latitude: 50.4501, Longitude: 2, Title: "Cafe", Address: " "}}, "sendVenue",
			map[string]string{"latitude": "50.4501", "longitude": "2", "title": "Cafe", "address": "50.4501, 2"},
		},
		"an address without a name": {
			channel.Message{Location: &channel.Location{Latitude: 1, Longitude: 2, Address: "Main St 1"}}, "sendVenue",
			map[string]string{"latitude": "1", "longitude": "2", "title": "Main St 1", "address": "1, 2"},
		},
		"a contact": {
			channel.Message{Contacts: []channel.Contact{{Phone: "+1", FirstName: "Ann", LastName: "Lee", VCard: "BEGIN:VCARD", UserID: "5"}}}, "sendContact",
			map[string]string{"phone_number": "+1", "first_name": "Ann", "last_name": "Lee", "vcard": "BEGIN:VCARD"},
		},
		"a contact with a last name alone": {
			channel.Message{Contacts: []channel.Contact{{Phone: "+1", LastName: "Lee"}}}, "sendContact",
			map[string]string{"phone_number": "+1", "first_name": "Lee"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := encoded(t, "-5/17", test.m)
			require.NoError(t, err)
			assert.Equal(t, test.method, r.method)
			test.want["chat_id"], test.want["message_thread_id"] = "-5", "17"
			assert.Equal(t, test.want, map[string]string(r.params))
		})
	}
}
