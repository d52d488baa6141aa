package channeltest

import (
	"context"
	"sync"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peopleChecks are about who people are, and the right to write to them.
var peopleChecks = []check{
	{"who wrote may be written to", hasUser, checkSubscribed},
	{"a chat that nobody knows is no error", hasUser, checkStranger},
	{"a person who blocks the account is known to have left", has(hasCalls, hasBlock, claim(channel.FeatureOptOut)), checkBlocked},
	{"a send finds out that a person left, once", has(hasCalls, hasBlock, hasLoss), checkFoundBlocked},
	{"a person who comes back may be written to", has(hasUser, hasBlock), checkUnblocked},
	{"news of a subscription that come late change nothing", has(hasUser, hasSubscribed), checkNewestWins},
	{"of news of one second the platform's last wins", has(hasUser, hasSubscribed, func(h Harness) bool { return h.Ordered }), checkSameSecond},
	{"an event tells when it happened", has(hasUser, func(h Harness) bool { return !h.Timeless }), checkTime},
	{"a start tells the ref of a link", has(hasUser, func(h Harness) bool { return h.person.Start != nil }), checkStart},
	{"a link comes back as a referral", has(hasUser, func(h Harness) bool { return h.person.Open != nil }, claim(channel.FeatureLinks)), checkLinks},
	{"a person is looked up once", hasCalls, checkProfile},
	{"a person nobody knows is not found, once", has(hasCalls, claim(channel.FeatureProfile)), checkNobody},
}

func hasSubscribed(h Harness) bool { return h.Subscribed != nil && h.Request != nil }

func hasBlock(h Harness) bool { return h.person.Block != nil }

// hasLoss holds where a send is how a person who left is found: there is no event, or it can be lost.
func hasLoss(h Harness) bool { return !claims(h, channel.FeatureOptOut) || can(FaultUndelivered)(h) }

func (s *scene) subscription(chatID string) channel.Subscription {
	s.Helper()
	sub, err := s.Channel.Subscription(s.Context(), chatID)
	require.NoError(s, s.note(err))
	return sub
}

func checkSubscribed(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	assert.Equal(s, channel.StateActive, s.subscription(ann.ChatID).State)
	e := s.in.all()[0]
	assert.Equal(s, ann.ChatID, e.Chat.ID)
	assert.Equal(s, ann.ID, e.User.ID)
	assert.Equal(s, channel.Address{Account: s.Channel.Account(), ChatID: ann.ChatID}, e.Address())
}

func checkStranger(s *scene) {
	s.open(channel.Options{})
	bob := s.User("Bob")
	assert.NotEqual(s, channel.StateActive, s.subscription(bob.ChatID).State)
}

// left demands that writing to p fails, and that one knows without a call.
func (s *scene) left(p Person) {
	s.Helper()
	calls := s.Calls()
	for range 2 {
		_, err := s.send(p.ChatID, channel.Text("are you there?"))
		require.ErrorIs(s, err, channel.ErrNotSubscribed)
		var e *channel.Error
		require.ErrorAs(s, err, &e)
		assert.Equal(s, channel.ScopeChat, e.Scope)
		assert.True(s, e.Permanent())
	}
	assert.Equal(s, calls, s.Calls(), "what is known is not asked of the platform")
	sub := s.subscription(p.ChatID)
	assert.Equal(s, channel.StateInactive, sub.State)
	assert.ErrorIs(s, sub.Reason, channel.ErrNotSubscribed)
	if s.BlockReason != "" {
		assert.Equal(s, s.BlockReason, sub.Reason)
	}
}

func checkBlocked(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	ann.Block()
	events := s.in.all()
	last := events[len(events)-1]
	require.Equal(s, channel.EventSubscription, last.Kind)
	require.NotNil(s, last.Subscription)
	assert.Equal(s, channel.StateInactive, last.Subscription.State)
	assert.Equal(s, ann.ChatID, last.Chat.ID)
	if s.BlockReason != "" {
		assert.Equal(s, s.BlockReason, last.Subscription.Reason)
	}
	s.left(ann)
}

func checkFoundBlocked(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	if claims(s.Harness, channel.FeatureOptOut) {
		s.Fault(Fault{Kind: FaultUndelivered})
	}
	ann.Block()
	_, err := s.send(ann.ChatID, channel.Text("hi"))
	require.ErrorIs(s, err, channel.ErrNotSubscribed)
	synctest.Wait()
	var inactive []channel.Event
	for _, e := range s.learnt.all() {
		if e.Subscription != nil && e.Subscription.State == channel.StateInactive && e.Chat.ID == ann.ChatID {
			inactive = append(inactive, e)
		}
	}
	require.Len(s, inactive, 1, "OnSubscription is told")
	assert.Equal(s, channel.EventSubscription, inactive[0].Kind)
	assert.Equal(s, s.Channel.Account(), inactive[0].Account)
	assert.NotEmpty(s, inactive[0].ID)
	s.left(ann)
}

func checkUnblocked(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	ann.Block()
	_, err := s.send(ann.ChatID, channel.Text("are you there?"))
	require.ErrorIs(s, err, channel.ErrNotSubscribed)
	comeBack(ann)
	assert.Equal(s, channel.StateActive, s.subscription(ann.ChatID).State)
	_, err = s.send(ann.ChatID, channel.Text("welcome back"))
	require.NoError(s, err)
	assert.Equal(s, []string{"welcome back"}, ann.Texts())
}

// news are delivered, after which p is known to be there or not.
func (s *scene) news(body []byte, p Person, want channel.State, why string) {
	s.Helper()
	s.take(body)
	assert.Equal(s, want, s.subscription(p.ChatID).State, why)
	events := s.in.all()
	last := events[len(events)-1]
	if assert.NotNil(s, last.Subscription, why) {
		assert.Equal(s, want, last.Subscription.State, "%s: the event has what is known now", why)
	}
}

func checkNewestWins(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	time.Sleep(time.Hour)
	now := time.Now().Truncate(time.Second)
	news := func(active bool, ago time.Duration) []byte { return s.Subscribed(ann, active, now.Add(-ago)) }
	back, gone, returned := news(true, 20*time.Minute), news(false, 10*time.Minute), news(true, 5*time.Minute)
	late := news(false, 7*time.Minute)
	s.news(gone, ann, channel.StateInactive, "she left")
	s.news(back, ann, channel.StateInactive, "that she was there earlier came late")
	_, err := s.send(ann.ChatID, channel.Text("are you there?"))
	require.ErrorIs(s, err, channel.ErrNotSubscribed)
	s.news(returned, ann, channel.StateActive, "she came back")
	s.news(late, ann, channel.StateActive, "that she left earlier came late")
	_, err = s.send(ann.ChatID, channel.Text("welcome back"))
	require.NoError(s, err)
	assert.Equal(s, now.Add(-5*time.Minute).UTC(), s.subscription(ann.ChatID).Since)
}

func checkSameSecond(s *scene) {
	s.open(channel.Options{})
	ann, bob := s.writer("Ann"), s.writer("Bob")
	time.Sleep(time.Hour)
	now := time.Now().Truncate(time.Second)
	gone, back, goneAgain := s.Subscribed(ann, false, now), s.Subscribed(ann, true, now), s.Subscribed(ann, false, now)
	s.news(gone, ann, channel.StateInactive, "she left")
	s.news(back, ann, channel.StateActive, "she came back at once")
	s.news(goneAgain, ann, channel.StateInactive, "she left again")
	gone, back = s.Subscribed(bob, false, now), s.Subscribed(bob, true, now)
	s.news(back, bob, channel.StateActive, "he came back")
	s.news(gone, bob, channel.StateActive, "that he had left came late")
}

// checkTime has the handler fail at first, so that the event comes when it no longer happens.
func checkTime(s *scene) {
	s.open(channel.Options{})
	failures := 2
	s.in.handle(func(context.Context, *channel.Event) error {
		if failures--; failures >= 0 {
			return channel.ErrUnavailable
		}
		return nil
	})
	ann := s.User("Ann")
	time.Sleep(90*time.Minute + 7*time.Second)
	start := time.Now().Truncate(time.Second)
	ann.Write("now")
	if s.person.Block != nil && claims(s.Harness, channel.FeatureOptOut) {
		s.told(start)
		s.in.forget()
		failures = 2
		time.Sleep(25*time.Hour + time.Second)
		start = time.Now().Truncate(time.Second)
		ann.Block()
	}
	s.told(start)
}

// told demands that all that the handler got happened then, and came later as well.
func (s *scene) told(then time.Time) {
	s.Helper()
	assert.GreaterOrEqual(s, len(s.in.all()), 3)
	assert.Greater(s, time.Since(then), time.Second)
	for _, e := range s.in.all() {
		assert.Equal(s, time.UTC, e.Time.Location())
		assert.Equal(s, then.UTC(), e.Time.Truncate(time.Second), e.Kind)
	}
}

// comeBack has a person who left write again.
func comeBack(p Person) {
	if p.Unblock != nil {
		p.Unblock()
	}
	p.Write("I am back")
}

// referral is the first that the handler was told of.
func (s *scene) referral() *channel.Referral {
	for _, e := range s.in.all() {
		if e.Referral != nil {
			return e.Referral
		}
	}
	return nil
}

func checkStart(s *scene) {
	s.open(channel.Options{})
	s.User("Ann").Start("")
	assert.Nil(s, s.referral())
	s.User("Bob").Start("spring-42")
	require.NotNil(s, s.referral())
	assert.Equal(s, "spring-42", s.referral().Ref)
}

func checkLinks(s *scene) {
	s.open(channel.Options{})
	linker, ok := channel.As[channel.Linker](s.Channel)
	require.True(s, ok)
	link, err := linker.Link(s.Context(), "spring_42-b")
	require.NoError(s, s.note(err))
	s.say(link)
	s.User("Ann").Open(link)
	require.NotNil(s, s.referral())
	assert.Equal(s, "spring_42-b", s.referral().Ref)
	if limit := s.Channel.Limits().Ref.Max; limit > 0 {
		_, err := linker.Link(s.Context(), prose(s.Channel.Limits().Ref, limit))
		require.ErrorIs(s, s.note(err), channel.ErrInvalid)
	}
}

func checkProfile(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	u, err := s.Channel.User(s.Context(), ann.ID)
	require.NoError(s, s.note(err))
	assert.Equal(s, ann.ID, u.ID)
	if e := s.in.all()[0]; e.User.Name != "" {
		assert.Equal(s, e.User.Name, u.Name)
	}
	calls := s.Calls()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			again, err := s.Channel.User(s.Context(), ann.ID)
			assert.NoError(s, s.note(err))
			assert.Equal(s, u, again)
		})
	}
	wg.Wait()
	assert.Equal(s, calls, s.Calls(), "what is known is not asked again")
}

func checkNobody(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	stranger := ann.ID[:len(ann.ID)-1] + "0"
	_, err := s.Channel.User(s.Context(), stranger)
	require.ErrorIs(s, s.note(err), channel.ErrNotFound)
	calls := s.Calls()
	_, err = s.Channel.User(s.Context(), stranger)
	require.ErrorIs(s, s.note(err), channel.ErrNotFound)
	assert.Equal(s, calls, s.Calls(), "that a person was not found is remembered")
}
