package telegram

import (
	"strconv"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// arrival is an event in the making, and room for what most events have, all in one allocation.
type arrival struct {
	*adapter.Incoming // the one of events
	events            [1]adapter.Incoming
	message           channel.Message
	subscription      channel.Subscription
	texts             texts
}

func newArrival() *arrival {
	a := new(arrival)
	a.Incoming = &a.events[0]
	return a
}

// right is s, which the event tells or implies.
func (a *arrival) right(s channel.Subscription) *channel.Subscription {
	a.subscription = s
	return &a.subscription
}

// texts composes the short strings of an event, IDs for the most part, in one allocation. It must not be copied.
type texts struct{ all strings.Builder }

// usualTexts is the bytes of an update's, a chat's and a message's ID, and of a person's name and link.
const usualTexts = 96

func (t *texts) join(parts ...string) string {
	if t.all.Cap() == 0 {
		t.all.Grow(usualTexts)
	}
	from := t.all.Len()
	for _, p := range parts {
		t.all.WriteString(p)
	}
	return t.all.String()[from:]
}

// id is the function id.
func (t *texts) id(n int64) string {
	if n == 0 {
		return ""
	}
	var digits [20]byte
	return t.join(string(strconv.AppendInt(digits[:0], n, 10)))
}

func (t *texts) fullName(first, last string) string {
	if last == "" {
		return first
	}
	return strings.TrimSpace(t.join(first, " ", last))
}
