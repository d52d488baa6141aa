package channeltest

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

const racers = 32

// race runs f in many goroutines at once.
func (s *storeTest) race(f func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range racers {
		wg.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	wg.Wait()
}

var raceTests = []storeLeaf{
	{"of many that claim at once one wins", func(s *storeTest) {
		for round := range 10 {
			k := s.key(channel.KeyEvent, strconv.Itoa(round))
			var won, busy atomic.Int64
			s.race(func(int) {
				c, err := s.Store.Claim(s.Context(), k, s.units(100), s.units(1000))
				assert.NoError(s, err)
				switch c.State {
				case channel.ClaimWon:
					won.Add(1)
				case channel.ClaimBusy:
					busy.Add(1)
				}
			})
			assert.EqualValues(s, 1, won.Load())
			assert.EqualValues(s, racers-1, busy.Load())
		}
	}},
	{"of many that take over a lease that ran out one wins, with a token of its own", func(s *storeTest) {
		tokens := map[string]bool{}
		for round := 1; round <= 5; round++ {
			var mu sync.Mutex
			s.race(func(int) {
				c, err := s.Store.Claim(s.Context(), s.key(channel.KeyEvent, "1"), s.units(10), s.units(1000))
				assert.NoError(s, err)
				if c.State == channel.ClaimWon {
					mu.Lock()
					defer mu.Unlock()
					assert.Equal(s, round, c.Attempt)
					tokens[c.Token] = true
				}
			})
			assert.Len(s, tokens, round)
			s.sleep(11)
		}
	}},
	{"of many that set a value at once one does", func(s *storeTest) {
		k := s.key(channel.KeySubscription, "1")
		var won atomic.Int64
		var winner atomic.Value
		s.race(func(i int) {
			mine := []byte(strconv.Itoa(i))
			ok, err := s.Store.CompareAndSwap(s.Context(), k, nil, mine, 0)
			assert.NoError(s, err)
			if ok {
				won.Add(1)
				winner.Store(string(mine))
			}
		})
		assert.EqualValues(s, 1, won.Load())
		assert.Equal(s, winner.Load(), string(s.get(k)))
	}},
	{"nothing is lost when many count by compare and swap", func(s *storeTest) {
		k := s.key(channel.KeyDriver, "counter")
		s.race(func(int) {
			for done := 0; done < 3; {
				old, err := s.Store.Get(s.Context(), k)
				assert.NoError(s, err)
				n, _ := strconv.Atoi(string(old))
				ok, err := s.Store.CompareAndSwap(s.Context(), k, old, []byte(strconv.Itoa(n+1)), 0)
				if !assert.NoError(s, err) {
					return
				}
				if ok {
					done++
				}
			}
		})
		assert.Equal(s, strconv.Itoa(3*racers), string(s.get(k)))
	}},
	{"many that reserve at once keep the limits, in whatever order they name them", func(s *storeTest) {
		account := s.bucket("account", 3, 2)
		var mu sync.Mutex
		taken := map[channel.Key][]time.Time{}
		s.race(func(i int) {
			chat := s.bucket(fmt.Sprint("chat:", i%4), 1, 1)
			for j := range 4 {
				buckets := []channel.Bucket{account, chat}
				if (i+j)%2 == 0 {
					buckets = []channel.Bucket{chat, account}
				}
				now := s.Now()
				wait, err := s.Store.Reserve(s.Context(), buckets, s.units(forever))
				assert.NoError(s, err)
				mu.Lock()
				for _, b := range buckets {
					taken[b.Key] = append(taken[b.Key], now.Add(wait))
				}
				mu.Unlock()
			}
		})
		assert.Len(s, taken[account.Key], 4*racers)
		s.keeps(account, taken[account.Key])
		for i := range 4 {
			chat := s.bucket(fmt.Sprint("chat:", i), 1, 1)
			assert.Len(s, taken[chat.Key], racers)
			s.keeps(chat, taken[chat.Key])
		}
	}},
	{"everything at once on the same keys", func(s *storeTest) {
		ctx, b := s.Context(), s.bucket("account", 5, 1)
		s.race(func(i int) {
			k := s.key(channel.KeyEvent, strconv.Itoa(i%3))
			c, err := s.Store.Claim(ctx, k, s.units(10), s.units(100))
			assert.NoError(s, err)
			if c.State == channel.ClaimWon {
				assert.NoError(s, s.Store.Renew(ctx, c, s.units(20)))
				if i%2 == 0 {
					assert.NoError(s, s.Store.Release(ctx, c, true))
				} else {
					assert.NoError(s, s.Store.Commit(ctx, c, []byte("done"), s.units(100)))
				}
			}
			_, err = s.Store.Reserve(ctx, []channel.Bucket{b}, s.units(1))
			assert.NoError(s, err)
			assert.NoError(s, s.Store.Pause(ctx, b.Key, s.Now().Add(s.units(1))))
			assert.NoError(s, s.Store.Reset(ctx, b.Key))
		})
	}},
}
