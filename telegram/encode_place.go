package telegram

import (
	"strconv"
	"strings"

	"github.com/parley-go/parley/channel"
)

// putLocation makes r a point on the map, or a venue if it has a name. A venue must have an address: without one it is
// the point in degrees; an address alone is the name of its venue.
func putLocation(r *request, l *channel.Location) error {
	latitude, longitude := degrees(l.Latitude), degrees(l.Longitude)
	r.method = "sendLocation"
	r.params["latitude"], r.params["longitude"] = latitude, longitude
	title, address := l.Title, l.Address
	if strings.TrimSpace(title) == "" {
		title, address = address, ""
	}
	if strings.TrimSpace(title) == "" {
		return nil
	}
	if strings.TrimSpace(address) == "" {
		address = latitude + ", " + longitude
	}
	r.method = "sendVenue"
	r.params["title"], r.params["address"] = title, address
	return nil
}

// degrees never has an exponent, which Telegram might not read, nor is it less than nothing.
func degrees(f float64) string {
	if f == 0 {
		return "0"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// putContact makes r a contact, which must have a first name: the last one will do.
func putContact(r *request, c *channel.Contact) error {
	first, last := c.FirstName, c.LastName
	if strings.TrimSpace(first) == "" {
		first, last = last, ""
	}
	switch {
	case strings.TrimSpace(c.Phone) == "":
		return refuse(channel.ErrInvalid, "Contacts: Phone is empty")
	case strings.TrimSpace(first) == "":
		return refuse(channel.ErrInvalid, "Contacts: FirstName is empty, which Telegram requires")
	case len(c.VCard) > maxVCard:
		return refuse(channel.ErrTooLarge, "Contacts: VCard has %d bytes of %d", len(c.VCard), maxVCard)
	}
	r.method = "sendContact"
	r.params["phone_number"], r.params["first_name"] = c.Phone, first
	r.params.AddNonEmpty("last_name", last)
	r.params.AddNonEmpty("vcard", c.VCard)
	return nil
}
