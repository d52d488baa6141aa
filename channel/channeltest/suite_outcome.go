package channeltest

import (
	"errors"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// outcomeChecks are about sends that go wrong.
var outcomeChecks = []check{
	{"a send that found no connection is made again", can(FaultRefused), retried(FaultRefused)},
	{"a send that was refused as a whole is made again", can(FaultUnavailable), retried(FaultUnavailable)},
	{"a send that was too much waits as long as it was told", can(FaultRateLimited), checkThrottled},
	{"a send that may not wait tells when it may come again", can(FaultRateLimited), checkMaxWait},
	{"one throttled chat does not hold up another", can(FaultRateLimited), checkThrottledApart},
	{"a send of unknown outcome is never made twice", can(FaultLost), unknown(FaultLost)},
	{"a send whose answer cannot be read is never made twice", can(FaultGarbled), unknown(FaultGarbled)},
	{"a send that the platform failed at is not believed to be undone", can(FaultFailed), checkFailed},
	{"a send whose connection broke is made once at most", can(FaultCut), checkCutConnection},
	{"a key of unknown outcome does not send again", can(FaultLost), checkUnknownKey},
	{"a person who leaves midway gets no more, and Rest is what was not sent", has(hasUser, hasBlock, hasTextLimit), checkRest},
	{"a store that fails does not keep a send from leaving", hasUser, checkSendWithoutStore},
	{"a bad token is an error of the account", can(FaultUnauthorized), checkUnauthorized},
}

func retried(kind FaultKind) func(*scene) {
	return func(s *scene) {
		s.open(channel.Options{})
		ann := s.writer("Ann")
		s.Fault(Fault{Kind: kind})
		_, err := s.send(ann.ChatID, channel.Text("hi"))
		require.NoError(s, err)
		assert.Equal(s, []string{"hi"}, ann.Texts())
	}
}

func checkThrottled(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.Fault(Fault{Kind: FaultRateLimited, RetryAfter: 7 * time.Second})
	start := time.Now()
	_, err := s.send(ann.ChatID, channel.Text("hi"))
	require.NoError(s, err)
	assert.GreaterOrEqual(s, time.Since(start), 7*time.Second)
	assert.Less(s, time.Since(start), 30*time.Second)
	assert.Equal(s, []string{"hi"}, ann.Texts())
}

func checkMaxWait(s *scene) {
	s.open(channel.Options{MaxWait: -1})
	ann := s.writer("Ann")
	s.Fault(Fault{Kind: FaultRateLimited, RetryAfter: 7 * time.Second})
	start := time.Now()
	for range 2 {
		_, err := s.send(ann.ChatID, channel.Text("hi"))
		require.ErrorIs(s, err, channel.ErrRateLimited)
		var e *channel.Error
		require.ErrorAs(s, err, &e)
		assert.WithinDuration(s, start.Add(7*time.Second), e.RetryAt, 2*time.Second)
	}
	assert.Less(s, time.Since(start), time.Second)
	time.Sleep(10 * time.Second)
	_, err := s.send(ann.ChatID, channel.Text("hi"))
	require.NoError(s, err)
}

func checkThrottledApart(s *scene) {
	s.open(channel.Options{})
	ann, bob := s.writer("Ann"), s.writer("Bob")
	s.Fault(Fault{Kind: FaultRateLimited, RetryAfter: 20 * time.Second})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := s.send(ann.ChatID, channel.Text("hi"))
		assert.NoError(s, err)
	})
	time.Sleep(time.Second)
	start := time.Now()
	_, err := s.send(bob.ChatID, channel.Text("hi"))
	assert.NoError(s, err)
	assert.Less(s, time.Since(start), 5*time.Second)
	wg.Wait()
}

func unknown(kind FaultKind) func(*scene) {
	return func(s *scene) {
		s.open(channel.Options{})
		ann := s.writer("Ann")
		s.Fault(Fault{Kind: kind})
		_, err := s.send(ann.ChatID, channel.Text("hi"))
		if err != nil { // a platform that deduplicates may be asked again
			require.ErrorIs(s, err, channel.ErrOutcomeUnknown)
		}
		assert.Equal(s, []string{"hi"}, ann.Texts())
	}
}

func checkFailed(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.Fault(Fault{Kind: FaultFailed})
	m := channel.Message{Text: "hi", Key: "order-7"}
	for range 2 {
		_, err := s.send(ann.ChatID, m)
		if s.Deduplicates && err == nil {
			assert.Equal(s, []string{"hi"}, ann.Texts())
			continue
		}
		require.ErrorIs(s, err, channel.ErrOutcomeUnknown)
		var e *channel.Error
		require.ErrorAs(s, err, &e)
		assert.Equal(s, channel.ScopeMessage, e.Scope)
	}
	assert.LessOrEqual(s, len(ann.Texts()), 1)
	assert.Equal(s, channel.StateActive, s.subscription(ann.ChatID).State, "the person did nothing")
}

// checkCutConnection allows ErrOutcomeUnknown too: not every transport can tell when it broke.
func checkCutConnection(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.Fault(Fault{Kind: FaultCut})
	_, err := s.send(ann.ChatID, channel.Text("hi"))
	if err == nil {
		assert.Equal(s, []string{"hi"}, ann.Texts())
		return
	}
	if !errors.Is(err, channel.ErrUnavailable) {
		require.ErrorIs(s, err, channel.ErrOutcomeUnknown)
	}
	assert.Empty(s, ann.Texts())
	_, err = s.send(ann.ChatID, channel.Text("hi again"))
	require.NoError(s, err)
	assert.Equal(s, []string{"hi again"}, ann.Texts(), "and nothing later by itself")
}

func checkUnknownKey(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.Fault(Fault{Kind: FaultLost})
	_, first := s.send(ann.ChatID, channel.Message{Text: "hi", Key: "order-7"})
	_, second := s.send(ann.ChatID, channel.Message{Text: "hi", Key: "order-7"})
	if first != nil {
		require.ErrorIs(s, first, channel.ErrOutcomeUnknown)
		require.ErrorIs(s, second, channel.ErrOutcomeUnknown)
	}
	assert.Equal(s, []string{"hi"}, ann.Texts())
}

func checkUnauthorized(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.Fault(Fault{Kind: FaultUnauthorized})
	_, err := s.send(ann.ChatID, channel.Text("hi"))
	require.ErrorIs(s, err, channel.ErrUnauthorized)
	var e *channel.Error
	require.ErrorAs(s, err, &e)
	assert.Equal(s, channel.ScopeAccount, e.Scope)
	assert.False(s, e.Permanent())
	sub, err := s.Channel.Subscription(s.Context(), ann.ChatID)
	require.NoError(s, s.note(err))
	assert.NotEqual(s, channel.StateInactive, sub.State, "the person did nothing")
}

// checkRest has so long a text that the pace holds its later parts back.
func checkRest(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	limit := s.Channel.Limits().Text
	text := prose(limit, 30*limit.Max)
	var sent channel.Sent
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		sent, err = s.send(ann.ChatID, channel.Text(text))
	}()
	synctest.Wait()
	ann.Block()
	<-done
	if err == nil {
		assert.Nil(s, sent.Rest)
		assert.Equal(s, strings.Fields(text), strings.Fields(strings.Join(ann.Texts(), " ")))
		return
	}
	require.ErrorIs(s, err, channel.ErrNotSubscribed)
	require.NotNil(s, sent.Rest, "what is still to be sent")
	comeBack(ann)
	rest, err := s.send(ann.ChatID, *sent.Rest)
	require.NoError(s, err)
	assert.Nil(s, rest.Rest)
	assert.Equal(s, strings.Fields(text), strings.Fields(strings.Join(ann.Texts(), " ")), "all of it, and nothing twice")
}

func checkSendWithoutStore(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.store.fail("Reserve", 1000)
	for range 3 {
		_, err := s.send(ann.ChatID, channel.Text("hi"))
		require.NoError(s, err, "limits fall back to the local pace")
	}
	assert.Len(s, ann.Texts(), 3)
}
