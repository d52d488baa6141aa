package channeltest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
)

// paceChecks are about how fast sends leave: never faster than the platform allows, and never slower either.
var paceChecks = []check{
	{"the platform's pace is kept", has(hasUser, hasThrottled), checkPace},
	{"the pace of the account is kept and used in full", has(hasUser, hasRate, hasThrottled), checkRate},
	{"the pace of a chat is kept and used in full", has(hasUser, hasThrottled, hasChatRate), checkChatRate},
	{"an answer does not wait behind a broadcast", has(hasUser, hasRate), checkBulk},
}

// hasRate demands an account's pace that can be reached with as many people as are made quickly.
func hasRate(h Harness) bool { return h.Rate.N > 0 && h.Rate.N <= 1000 }

func hasChatRate(h Harness) bool { return h.ChatRate.N > 0 }

func hasThrottled(h Harness) bool { return h.Throttled != nil }

func checkPace(s *scene) {
	s.open(channel.Options{})
	var wg sync.WaitGroup
	people := make([]Person, 10)
	for i := range people {
		people[i] = s.writer("Person " + strconv.Itoa(i))
		for range 30 {
			wg.Go(func() {
				_, err := s.send(people[i].ChatID, channel.Text("tick"))
				assert.NoError(s, err)
			})
		}
	}
	wg.Wait()
	for _, p := range people {
		assert.Len(s, p.Texts(), 30)
	}
	assert.Zero(s, s.Throttled(), "the platform had to say that it is too much")
}

// crowd are n people who wrote long ago.
func (s *scene) crowd(n int) []Person {
	s.Helper()
	people := make([]Person, n)
	for i := range people {
		people[i] = s.writer("Person " + strconv.Itoa(i))
	}
	time.Sleep(time.Hour)
	return people
}

// broadcast sends a text to each of them at once, and returns how long that took.
func (s *scene) broadcast(ctx context.Context, people []Person) time.Duration {
	s.Helper()
	start := time.Now()
	var wg sync.WaitGroup
	for _, p := range people {
		wg.Go(func() {
			_, err := s.sendWithin(ctx, p.ChatID, channel.Text("tick"))
			assert.NoError(s, err)
		})
	}
	wg.Wait()
	return time.Since(start)
}

func checkRate(s *scene) {
	s.open(channel.Options{})
	people := s.crowd(2*s.Rate.N + s.Rate.N/2 + 1)
	took := s.broadcast(s.Context(), people)
	for _, p := range people {
		assert.Equal(s, []string{"tick"}, p.Texts())
	}
	assert.Zero(s, s.Throttled(), "the platform had to say that it is too much")
	assert.LessOrEqual(s, took, s.Rate.takes(len(people)), "slower than the limit demands")
}

func checkChatRate(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	time.Sleep(time.Hour)
	n := 2*s.ChatRate.N + s.ChatRate.N/2 + 1
	took := s.broadcast(s.Context(), slices.Repeat([]Person{ann}, n))
	assert.Len(s, ann.Texts(), n)
	assert.Zero(s, s.Throttled(), "the platform had to say that it is too much")
	assert.LessOrEqual(s, took, s.ChatRate.takes(n), "slower than the limit demands")
}

// checkBulk has an answer find a broadcast that is far from its end.
func checkBulk(s *scene) {
	s.open(channel.Options{})
	people := s.crowd(4*s.Rate.N + 1)
	ann := people[len(people)-1]
	sent := make(chan time.Duration, 1)
	go func() { sent <- s.broadcast(channel.WithBulk(s.Context()), people) }()
	time.Sleep(s.Rate.Per / 2)
	start := time.Now()
	_, err := s.send(ann.ChatID, channel.Text("an answer"))
	assert.NoError(s, err)
	assert.LessOrEqual(s, time.Since(start), s.Rate.Per+max(s.Rate.Per, s.ChatRate.Per), "it waits for what was sent, not for what will be")
	<-sent
	for _, p := range people {
		assert.Contains(s, p.Texts(), "tick")
	}
	if s.Throttled != nil {
		assert.Zero(s, s.Throttled(), "the platform had to say that it is too much")
	}
}
