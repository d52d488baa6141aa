package channeltest

import (
	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

var valueTests = []storeLeaf{
	{"what was never set is nil", func(s *storeTest) {
		assert.Nil(s, s.get(s.key(channel.KeyProfile, "1")))
	}},
	{"a value is set where there is none, and not over another", func(s *storeTest) {
		k := s.key(channel.KeySubscription, "1")
		assert.True(s, s.swap(k, nil, []byte("a"), 0))
		assert.False(s, s.swap(k, nil, []byte("b"), 0))
		assert.Equal(s, "a", string(s.get(k)))
	}},
	{"a value is changed by who knows it alone", func(s *storeTest) {
		k := s.key(channel.KeySubscription, "1")
		assert.False(s, s.swap(k, []byte("a"), []byte("b"), 0), "there is none")
		assert.True(s, s.swap(k, nil, []byte("a"), 0))
		assert.False(s, s.swap(k, []byte("x"), []byte("b"), 0))
		assert.True(s, s.swap(k, []byte("a"), []byte("b"), 0))
		assert.True(s, s.swap(k, []byte("b"), []byte("b"), 0), "also for itself")
		assert.Equal(s, "b", string(s.get(k)))
	}},
	{"a value is deleted by who knows it alone", func(s *storeTest) {
		k := s.key(channel.KeyMoved, "1")
		assert.True(s, s.swap(k, nil, nil, 0), "none for none")
		assert.True(s, s.swap(k, nil, []byte("a"), 0))
		assert.False(s, s.swap(k, nil, nil, 0))
		assert.False(s, s.swap(k, []byte("x"), nil, 0))
		assert.True(s, s.swap(k, []byte("a"), nil, 0))
		assert.Nil(s, s.get(k))
		assert.True(s, s.swap(k, nil, []byte("b"), 0), "it can be set again")
	}},
	{"an empty value is a value", func(s *storeTest) {
		k := s.key(channel.KeyDriver, "1")
		assert.False(s, s.swap(k, []byte{}, []byte("a"), 0), "there is none")
		assert.True(s, s.swap(k, nil, []byte{}, 0))
		v := s.get(k)
		assert.NotNil(s, v)
		assert.Empty(s, v)
		assert.False(s, s.swap(k, nil, []byte("a"), 0))
		assert.True(s, s.swap(k, []byte{}, []byte("a"), 0))
	}},
	{"a value is bytes of any kind", func(s *storeTest) {
		k, v := s.key(channel.KeyDriver, "1"), make([]byte, 70_000)
		for i := range v {
			v[i] = byte(i * 7)
		}
		assert.True(s, s.swap(k, nil, v, 0))
		assert.Equal(s, v, s.get(k))
	}},
	{"a value is kept as it was when it was set", func(s *storeTest) {
		k, v := s.key(channel.KeyDriver, "1"), []byte("before")
		assert.True(s, s.swap(k, nil, v, 0))
		copy(v, "after!")
		got := s.get(k)
		assert.Equal(s, "before", string(got))
		assert.True(s, s.swap(k, got, []byte("change"), 0))
		assert.Equal(s, "before", string(got), "who has it keeps it")
	}},
	{"a value ends with its time", func(s *storeTest) {
		k := s.key(channel.KeyReceipt, "1")
		assert.True(s, s.swap(k, nil, []byte("a"), 10))
		s.sleep(9)
		assert.Equal(s, "a", string(s.get(k)))
		s.sleep(2)
		assert.Nil(s, s.get(k))
		assert.False(s, s.swap(k, []byte("a"), []byte("b"), 10))
		assert.True(s, s.swap(k, nil, []byte("b"), 10))
		assert.Equal(s, "b", string(s.get(k)))
	}},
	{"a change gives a value a new time", func(s *storeTest) {
		k := s.key(channel.KeyReceipt, "1")
		assert.True(s, s.swap(k, nil, []byte("a"), 10))
		s.sleep(8)
		assert.True(s, s.swap(k, []byte("a"), []byte("a"), 10))
		s.sleep(8)
		assert.Equal(s, "a", string(s.get(k)))
		assert.True(s, s.swap(k, []byte("a"), []byte("a"), 0))
		s.sleep(200)
		assert.Equal(s, "a", string(s.get(k)), "a ttl of 0 does not end")
		assert.True(s, s.swap(k, []byte("a"), []byte("a"), 10))
		s.sleep(11)
		assert.Nil(s, s.get(k))
	}},
}
