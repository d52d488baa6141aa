package channeltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

var limitTests = []storeLeaf{
	{"as many as the limit go at once, and the next when the first leaves the window", func(s *storeTest) {
		b := s.bucket("account", 3, 10)
		for range 3 {
			s.waits(0, 0, b)
		}
		s.waits(10, forever, b)
		s.sleep(4)
		s.waits(6, forever, b)
	}},
	{"n units take one window less than they fill", func(s *storeTest) {
		b := s.bucket("account", 4, 10)
		for i := range 21 {
			s.waits(float64(i/4)*10, forever, b)
		}
	}},
	{"a unit is free again exactly one window later", func(s *storeTest) {
		b := s.bucket("account", 1, 10)
		s.waits(0, 0, b)
		s.sleep(9)
		s.waits(1, 0, b)
		s.sleep(1)
		s.Sleep(s.Slack)
		s.waits(0, 0, b)
	}},
	{"the window slides: a burst across a border does not pass", func(s *storeTest) {
		b := s.bucket("account", 2, 10)
		s.waits(0, 0, b)
		s.sleep(9)
		s.waits(0, 0, b)
		s.sleep(2)
		s.waits(0, 0, b)
		s.waits(8, 0, b)
	}},
	{"a cost of several needs room for all of them", func(s *storeTest) {
		b, three := s.bucket("account", 4, 10), s.bucket("account", 4, 10)
		three.Cost = 3
		s.waits(0, 0, b)
		s.sleep(2)
		s.waits(0, 0, b)
		s.waits(8, 0, three)
		s.waits(0, 0, b)
		s.waits(10, forever, three)
	}},
	{"a cost that never fits is invalid and takes nothing", func(s *storeTest) {
		b, other := s.bucket("account", 2, 10), s.bucket("chat", 1, 10)
		b.Cost = 3
		_, err := s.Store.Reserve(s.Context(), []channel.Bucket{other, b}, s.units(forever))
		require.ErrorIs(s, err, channel.ErrInvalid)
		b.Cost = -1
		_, err = s.Store.Reserve(s.Context(), []channel.Bucket{other, b}, s.units(forever))
		require.ErrorIs(s, err, channel.ErrInvalid)
		s.waits(0, 0, other)
	}},
	{"no limits are no wait", func(s *storeTest) { s.waits(0, 0) }},
	{"a wait that is too long takes nothing", func(s *storeTest) {
		b := s.bucket("account", 1, 10)
		s.waits(0, 0, b)
		for range 5 {
			s.waits(10, 9, b)
		}
		s.waits(10, 11, b)
		s.waits(20, 11, b)
	}},
	{"all limits are taken or none", func(s *storeTest) {
		account, chat := s.bucket("account", 2, 10), s.bucket("chat", 1, 60)
		s.waits(0, 0, account, chat)
		for range 5 {
			s.waits(60, 0, account, chat)
			s.waits(60, 0, chat, account)
		}
		s.waits(0, 0, account)
		s.waits(10, 0, account)
	}},
	{"the time is the first that all limits allow", func(s *storeTest) {
		a, b := s.bucket("a", 1, 10), s.bucket("b", 1, 15)
		s.waits(0, 0, a)
		s.sleep(5)
		s.waits(0, 0, b)
		s.waits(15, forever, a, b) // a would at 5; b at 15
		s.waits(30, forever, b, a)
	}},
	{"a limit named twice costs both", func(s *storeTest) {
		b := s.bucket("account", 3, 10)
		s.waits(0, 0, b, b)
		s.waits(10, 0, b, b)
		s.waits(0, 0, b)
		_, err := s.Store.Reserve(s.Context(), []channel.Bucket{b, b, b, b}, s.units(forever))
		require.ErrorIs(s, err, channel.ErrInvalid)
	}},
	{"what is reserved for later holds up nobody who can go before", func(s *storeTest) {
		account, slow, quick := s.bucket("account", 1, 1), s.bucket("slow", 1, 60), s.bucket("quick", 10, 60)
		s.waits(0, 0, account, slow)
		s.waits(60, forever, account, slow)
		s.sleep(2)
		s.waits(0, 0, account, quick)
		s.waits(1, forever, account, quick)
		s.sleep(57.5) // half a unit before the slow chat's turn there is no room beside it
		s.waits(1.5, forever, account, quick)
	}},
	{"what is reserved for later is found again by a cost of several", func(s *storeTest) {
		account, slow := s.bucket("account", 3, 10), s.bucket("slow", 1, 35)
		s.waits(0, 0, slow)
		s.waits(35, forever, account, slow)
		three := account
		three.Cost = 3
		s.waits(0, 0, three)
		s.waits(10, forever, three)
		s.waits(20, forever, three)
		s.waits(45, forever, three)
	}},
	{"a bulk call takes only what is free now, and a reserved reply counts", func(s *storeTest) {
		b := s.bucket("account", 2, 10)
		s.waits(0, 0, b)
		s.waits(0, 0, b)
		s.waits(10, 0, b)
		s.waits(10, forever, b) // a reply
		s.sleep(10)
		s.Sleep(s.Slack)
		s.waits(0, 0, b)
		assert.Positive(s, s.reserve(0, b), "the reply has the other place")
	}},
	{"a limit whose numbers change follows the new ones", func(s *storeTest) {
		s.waits(0, 0, s.bucket("account", 1, 10))
		s.waits(10, 0, s.bucket("account", 1, 10))
		s.waits(0, 0, s.bucket("account", 2, 10))
		s.waits(20, 0, s.bucket("account", 2, 20))
		s.waits(10, 0, s.bucket("account", 1, 10))
		s.sleep(6)
		s.waits(0, 0, s.bucket("account", 1, 5))
	}},
	{"a reset forgets what was taken and what is reserved", func(s *storeTest) {
		b, other := s.bucket("chat", 1, 10), s.bucket("other", 1, 10)
		s.waits(0, 0, b, other)
		s.waits(10, forever, b)
		require.NoError(s, s.Store.Reset(s.Context(), b.Key))
		s.waits(0, 0, b)
		s.waits(10, 0, other)
		require.NoError(s, s.Store.Reset(s.Context(), s.key(channel.KeyLimit, "never used")))
	}},
	{"no window ever holds more than the limit", func(s *storeTest) {
		for seed := range uint64(5) {
			s.windows(rand.New(rand.NewPCG(seed, 0)), fmt.Sprint(seed, ":"))
		}
	}},
}

// windows reserves at random, and looks at every window afterwards.
func (s *storeTest) windows(random *rand.Rand, prefix string) {
	buckets := []channel.Bucket{s.bucket(prefix+"a", 1, 1), s.bucket(prefix+"b", 4, 5), s.bucket(prefix+"c", 20, 12)}
	taken := make([][]time.Time, len(buckets))
	for range 60 {
		var picked []channel.Bucket
		indices := random.Perm(len(buckets))[:1+random.IntN(len(buckets))]
		for _, i := range indices {
			b := buckets[i]
			b.Cost = 1 + random.IntN(b.N)
			picked = append(picked, b)
		}
		maxWait := s.units(float64(random.IntN(20)))
		now := s.Now()
		wait, err := s.Store.Reserve(s.Context(), picked, maxWait)
		require.NoError(s, err)
		for j, i := range indices {
			if wait <= maxWait {
				taken[i] = append(taken[i], slices.Repeat([]time.Time{now.Add(wait)}, picked[j].Cost)...)
			}
		}
		if random.IntN(2) == 0 {
			s.sleep(random.Float64())
		}
	}
	for i, b := range buckets {
		s.keeps(b, taken[i])
	}
}

// keeps asserts that no window of b holds more than its limit.
func (s *storeTest) keeps(b channel.Bucket, taken []time.Time) {
	s.Helper()
	slices.SortFunc(taken, time.Time.Compare)
	for i, first := range taken {
		if i+b.N < len(taken) {
			require.GreaterOrEqual(s, taken[i+b.N].Sub(first), b.Per-s.Slack, "%d units in less than %v", b.N+1, b.Per)
		}
	}
}

var pauseTests = []storeLeaf{
	{"nothing is taken before a pause ends", func(s *storeTest) {
		b, other := s.bucket("chat", 5, 1), s.bucket("account", 5, 1)
		s.pause(b, 30)
		s.waits(30, 0, b)
		s.waits(30, 0, other, b)
		s.waits(0, 0, other)
		s.waits(30, forever, b)
		s.sleep(30)
		s.Sleep(s.Slack)
		s.waits(0, 0, b)
	}},
	{"a later pause stands", func(s *storeTest) {
		b := s.bucket("chat", 5, 1)
		s.pause(b, 30)
		s.pause(b, 10)
		s.waits(30, 0, b)
		s.pause(b, 40)
		s.waits(40, 0, b)
	}},
	{"a pause in the past is none", func(s *storeTest) {
		b := s.bucket("chat", 5, 1)
		s.pause(b, -10)
		s.waits(0, 0, b)
	}},
	{"a cost of 0 waits for the pause and takes nothing", func(s *storeTest) {
		b, free := s.bucket("chat", 1, 10), s.bucket("chat", 1, 10)
		free.Cost = 0
		for range 3 {
			s.waits(0, 0, free)
		}
		s.waits(0, 0, b)
		s.waits(0, 0, free)
		s.pause(b, 5)
		s.waits(5, 0, free)
		s.waits(5, forever, free)
		s.waits(10, 0, b)
	}},
	{"what was reserved in a pause is kept", func(s *storeTest) {
		b := s.bucket("chat", 1, 10)
		s.waits(0, 0, b)
		s.waits(10, forever, b)
		s.pause(b, 15)
		s.waits(20, 0, b)
	}},
	{"a reset ends a pause", func(s *storeTest) {
		b := s.bucket("chat", 1, 10)
		s.pause(b, 30)
		require.NoError(s, s.Store.Reset(s.Context(), b.Key))
		s.waits(0, 0, b)
	}},
}

// pause pauses b for so many units.
func (s *storeTest) pause(b channel.Bucket, units float64) {
	s.Helper()
	require.NoError(s, s.Store.Pause(s.Context(), b.Key, s.Now().Add(s.units(units))))
}
