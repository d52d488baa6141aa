package channeltest

import (
	"slices"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// partialChecks are about messages that become several, of which one fails.
var partialChecks = []check{
	{"Rest is exactly what was not sent, and completes it", has(can(FaultUnauthorized), hasPace, hasSeveral), inTheMiddle("", checkMiddleRest)},
	{"a send with a key goes on at the first unsent part", has(can(FaultUnauthorized), hasPace, hasSeveral), inTheMiddle("order-7", checkMiddleKey)},
}

func hasPace(h Harness) bool { return h.ChatRate.N > 0 || h.Rate.N > 0 }

// hasSeveral holds where a message can be of several kinds of content.
func hasSeveral(h Harness) bool {
	return len(claimedKinds(h)) > 0 || claims(h, channel.FeatureLocation) || claims(h, channel.FeatureContact)
}

// mixture is a message of all that the platform can send in one, the text as a part of its own.
func (s *scene) mixture() channel.Message {
	limits := s.Channel.Limits()
	n := 10
	if limits.Caption.Max > 0 {
		n = limits.Caption.Max
	}
	m := channel.Message{Text: prose(limits.Caption, n)}
	if len(claimedKinds(s.Harness)) > 0 {
		m.Attachments, _ = s.samples(2)
	}
	if claims(s.Harness, channel.FeatureLocation) {
		m.Location = &channel.Location{Latitude: 48.2166, Longitude: 16.3958}
	}
	if claims(s.Harness, channel.FeatureContact) {
		m.Contacts = someContacts
	}
	return m
}

// inTheMiddle has a message with this key fail at each place at which it can, and tries what is to be done then.
func inTheMiddle(key string, again func(s *scene, p Person, m channel.Message, sent channel.Sent)) func(s *scene) {
	return func(s *scene) {
		s.open(channel.Options{})
		for stop := 0; ; stop++ {
			p := s.viewer("Reader "+string(rune('A'+stop)), channel.FeatureAlbum)
			m := s.mixture()
			m.Key = key
			sent, failed := s.broken(p, m, len(s.items(channel.Text(m.Text)))+stop)
			if !failed {
				assert.Positive(s, stop, "it was sent as one")
				return
			}
			again(s, p, m, sent)
		}
	}
}

// broken sends m to p, and has the platform refuse the part that comes once p sees so many items, if one does.
func (s *scene) broken(p Person, m channel.Message, stop int) (sent channel.Sent, failed bool) {
	s.Helper()
	var err error
	all := s.items(m)
	rate := s.ChatRate
	if rate.N == 0 {
		rate = s.Rate
	}
	step := rate.Per / time.Duration(rate.N)
	for range rate.N { // so that the parts leave one by one
		_, err := s.send(p.ChatID, channel.Text("-"))
		require.NoError(s, err)
		time.Sleep(step)
	}
	before := len(s.items(p.Messages()...))
	done := make(chan struct{})
	go func() {
		defer close(done)
		sent, err = s.send(p.ChatID, m)
	}()
	for range 1000 {
		synctest.Wait()
		if len(s.items(p.Messages()...))-before >= stop {
			break
		}
		time.Sleep(step / 8)
	}
	if len(s.items(p.Messages()...))-before == len(all) {
		<-done
		require.NoError(s, err)
		return sent, false
	}
	s.Fault(Fault{Kind: FaultUnauthorized})
	<-done
	require.ErrorIs(s, err, channel.ErrUnauthorized, "the fault strikes whatever is sent")
	require.NotNil(s, sent.Rest, "what is still to be sent")
	seen := s.items(p.Messages()...)[before:]
	require.NotEmpty(s, seen)
	require.Less(s, len(seen), len(all))
	assert.Equal(s, all, slices.Concat(seen, s.items(*sent.Rest)), "Rest is what was not sent, no more and no less")
	return sent, true
}

// complete demands that p sees all of m, once.
func (s *scene) complete(p Person, m channel.Message, sent channel.Sent, err error) {
	s.Helper()
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	all := s.items(m)
	seen := s.items(p.Messages()...)
	require.GreaterOrEqual(s, len(seen), len(all))
	for _, item := range seen[:len(seen)-len(all)] {
		assert.Equal(s, "-", item, "sent twice")
	}
	assert.Equal(s, all, seen[len(seen)-len(all):], "all of it, and nothing twice")
}

func checkMiddleRest(s *scene, p Person, m channel.Message, sent channel.Sent) {
	again, err := s.send(p.ChatID, *sent.Rest)
	s.complete(p, m, again, err)
}

func checkMiddleKey(s *scene, p Person, m channel.Message, sent channel.Sent) {
	for range 2 { // the second does nothing
		again, err := s.send(p.ChatID, m)
		s.complete(p, m, again, err)
		if len(again.MessageIDs) > 0 {
			assert.Equal(s, sent.MessageIDs, again.MessageIDs[:len(sent.MessageIDs)], "it tells of all parts")
		}
	}
}
