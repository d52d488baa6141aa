package channeltest

import (
	"strings"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

// awkwardKeys are pairwise different, and alike once somebody joins or escapes carelessly.
func (s *storeTest) awkwardKeys() []channel.Key {
	var keys []channel.Key
	for _, account := range []channel.Account{
		{Platform: "telegram", ID: "1"}, {Platform: "telegram", ID: "1:event"}, {Platform: "telegram", ID: "1%3Aevent"},
		{Platform: "telegram:1", ID: "1"}, {Platform: "viber", ID: "1"}, {Platform: "telegram", ID: ""}, {ID: "event"}, {},
	} {
		for _, kind := range []channel.KeyKind{channel.KeyEvent, channel.KeySend, channel.KeyDriver, "event:1", "1"} {
			for _, id := range []string{"1", "1:2", "1%3A2", "1%253A2", ":1", "1:", "", " ", "\x00", "é", "*", "{1}", strings.Repeat("1", 300)} {
				keys = append(keys, channel.Key{Account: account, Kind: kind, ID: id})
			}
		}
	}
	return keys
}

var keyTests = []storeLeaf{
	{"claims of different keys are different work", func(s *storeTest) {
		for _, k := range s.awkwardKeys() {
			c := s.claimKey(k)
			s.won(c)
			s.commit(c, k.String())
		}
		for _, k := range s.awkwardKeys() {
			assert.Equal(s, k.String(), string(s.claimKey(k).Answer))
		}
	}},
	{"values of different keys are different values", func(s *storeTest) {
		for _, k := range s.awkwardKeys() {
			assert.True(s, s.swap(k, nil, []byte(k.String()), 0), k)
		}
		for _, k := range s.awkwardKeys() {
			assert.Equal(s, k.String(), string(s.get(k)))
		}
	}},
	{"limits of different keys are different limits", func(s *storeTest) {
		b := s.bucket("", 1, forever)
		for _, b.Key = range s.awkwardKeys() {
			s.waits(0, 0, b)
		}
		for _, b.Key = range s.awkwardKeys() {
			assert.Positive(s, s.reserve(0, b), b.Key)
		}
	}},
	{"one key may name a claim, a value and a limit", func(s *storeTest) {
		k := s.key(channel.KeySend, "chat:1")
		c := s.claimKey(k)
		s.won(c)
		assert.Nil(s, s.get(k))
		assert.True(s, s.swap(k, nil, []byte("half way"), 0))
		b := s.bucket("", 1, 10)
		b.Key = k
		s.waits(0, 0, b)
		s.commit(c, "sent")
		assert.True(s, s.swap(k, []byte("half way"), nil, 0))
		assert.Equal(s, "sent", string(s.claimKey(k).Answer))
		s.waits(10, 0, b)
	}},
}
