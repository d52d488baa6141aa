package channeltest

import (
	"context"
	"errors"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// handlerChecks are about what becomes of an event whose handler failed.
var handlerChecks = []check{
	{"a handler that failed gets the event again", hasUser, checkHandlerAgain},
	{"a handler that panicked gets the event again", hasUser, checkPanic},
	{"a permanent error goes to the dead letters and does not block the chat", hasUser, checkPermanent},
	{"an error of the account is no dead letter", hasRequest, checkAccountError},
	{"an event that failed often enough is a dead letter", hasRequest, checkMaxAttempts},
	{"a dead letter that is not taken comes again", hasRequest, checkDeadLetterFails},
	{"an event that nobody takes as a dead letter is acknowledged and logged", hasRequest, checkNoDeadLetter},
}

func checkHandlerAgain(s *scene) {
	s.open(channel.Options{})
	failures := 2
	s.in.handle(func(context.Context, *channel.Event) error {
		if failures--; failures >= 0 {
			return errors.New("the database is down")
		}
		return nil
	})
	s.User("Ann").Write("hi")
	assert.Equal(s, []string{"hi", "hi", "hi"}, s.in.messages()[max(0, len(s.in.messages())-3):])
	ids := make(map[string]bool)
	for _, e := range s.in.all() {
		ids[e.ID] = e.Kind == channel.EventMessage
	}
	messages := 0
	for _, isMessage := range ids {
		if isMessage {
			messages++
		}
	}
	assert.Equal(s, 1, messages, "it has the same ID each time")
}

func checkPanic(s *scene) {
	s.open(channel.Options{})
	panics := 1
	s.in.handle(func(context.Context, *channel.Event) error {
		if panics--; panics >= 0 {
			panic("of the handler")
		}
		return nil
	})
	ann := s.User("Ann")
	ann.Write("hi")
	ann.Write("still there?")
	assert.Contains(s, s.in.messages(), "hi")
	assert.Equal(s, "still there?", s.in.messages()[len(s.in.messages())-1])
}

func checkPermanent(s *scene) {
	s.open(channel.Options{DeadLetter: s.dead})
	s.in.handle(func(_ context.Context, e *channel.Event) error {
		if e.Message != nil && e.Message.Text == "poison" {
			return &channel.Error{Reason: channel.ErrBlocked, Scope: channel.ScopeChat}
		}
		return nil
	})
	ann := s.User("Ann")
	start := time.Now()
	ann.Write("poison")
	assert.Less(s, time.Since(start), time.Second, "it is not delivered again")
	ann.Write("fine")
	assert.Equal(s, []string{"poison"}, s.dead.messages())
	assert.Equal(s, []string{"poison", "fine"}, s.in.messages())
}

// event opens a channel and returns a body with events in it.
func (s *scene) event(o channel.Options) []byte {
	s.Helper()
	s.open(o)
	for _, p := range s.Payloads {
		if len(p.Kinds) == 1 {
			return p.Body
		}
	}
	require.Fail(s, "the harness has no payload of one event")
	return nil
}

func checkAccountError(s *scene) {
	body := s.event(channel.Options{DeadLetter: s.dead, MaxAttempts: 2})
	s.in.handle(func(context.Context, *channel.Event) error {
		return &channel.Error{Reason: channel.ErrUnauthorized, Scope: channel.ScopeAccount}
	})
	for range 5 {
		assert.False(s, acknowledged(s.deliver(s.Request(body))))
		time.Sleep(time.Minute)
	}
	assert.Empty(s, s.dead.all(), "the event is not bad, the account is")
	s.in.handle(nil)
	s.take(body)
	assert.Len(s, s.in.all(), 6)
}

func checkMaxAttempts(s *scene) {
	body := s.event(channel.Options{DeadLetter: s.dead, MaxAttempts: 3})
	s.in.handle(func(context.Context, *channel.Event) error { return channel.ErrUnavailable })
	for i := range 3 {
		assert.Equal(s, i == 2, acknowledged(s.deliver(s.Request(body))), "attempt %d", i+1)
		time.Sleep(time.Minute)
	}
	assert.Len(s, s.dead.all(), 1)
	s.take(body)
	assert.Len(s, s.in.all(), 3)
	assert.Len(s, s.dead.all(), 1)
}

func checkDeadLetterFails(s *scene) {
	body := s.event(channel.Options{DeadLetter: s.dead})
	s.in.handle(func(context.Context, *channel.Event) error {
		return &channel.Error{Reason: channel.ErrInvalid, Scope: channel.ScopeMessage}
	})
	s.dead.handle(func(context.Context, *channel.Event) error { return errors.New("full") })
	assert.False(s, acknowledged(s.deliver(s.Request(body))))
	s.dead.handle(nil)
	time.Sleep(time.Minute)
	s.take(body)
	assert.Len(s, s.dead.all(), 2)
}

func checkNoDeadLetter(s *scene) {
	body := s.event(channel.Options{})
	s.in.handle(func(context.Context, *channel.Event) error {
		return &channel.Error{Reason: channel.ErrInvalid, Scope: channel.ScopeMessage, Message: "a failure to be logged"}
	})
	s.take(body)
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	assert.Contains(s, s.log.String(), "a failure to be logged", "no event vanishes")
}

// pressChecks are about buttons.
var pressChecks = []check{
	{"a press that its handler did not answer is answered empty, once", hasPress, checkPressEmpty},
	{"a press that its handler answered is not answered again", has(hasPress, claim(channel.FeatureAnswer)), checkPressAnswered},
	{"a press is left to a worker with ManualAnswer", hasPress, checkManualAnswer},
	{"a press whose handler failed is answered when it did not", hasPress, checkPressFails},
	{"a press tells the button's data", hasPresser, checkPressData},
}

func hasPresser(h Harness) bool {
	return hasUser(h) && claims(h, channel.FeatureInlineKeyboard) && h.person.Press != nil
}

func hasPress(h Harness) bool {
	return hasPresser(h) && claims(h, channel.FeatureAnswer) && h.person.Answers != nil
}

// buttons opens a channel and has a person who sees a keyboard.
func (s *scene) buttons(o channel.Options) Person {
	s.Helper()
	s.open(o)
	ann := s.writer("Ann")
	_, err := s.send(ann.ChatID, channel.Message{Text: "Buy?", Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{
		{{Text: "Yes", Data: "buy:7"}, {Text: "No", Data: "leave"}},
	}}})
	require.NoError(s, err)
	s.in.forget()
	return ann
}

func checkPressData(s *scene) {
	ann := s.buttons(channel.Options{})
	ann.Press("Yes")
	require.Len(s, s.in.all(), 1)
	e := s.in.all()[0]
	assert.Equal(s, channel.EventPostback, e.Kind)
	require.NotNil(s, e.Postback)
	assert.Equal(s, "buy:7", e.Postback.Data)
	assert.Equal(s, ann.ChatID, e.Chat.ID)
}

func checkPressEmpty(s *scene) {
	ann := s.buttons(channel.Options{})
	ann.Press("Yes")
	synctest.Wait()
	assert.Equal(s, []string{""}, ann.Answers())
}

func checkPressAnswered(s *scene) {
	ann := s.buttons(channel.Options{})
	answerer, ok := channel.As[channel.Answerer](s.Channel)
	require.True(s, ok)
	s.in.handle(func(ctx context.Context, e *channel.Event) error { return s.note(answerer.Answer(ctx, e, "Bought")) })
	ann.Press("Yes")
	synctest.Wait()
	assert.Equal(s, []string{"Bought"}, ann.Answers())
}

func checkManualAnswer(s *scene) {
	ann := s.buttons(channel.Options{ManualAnswer: true})
	ann.Press("Yes")
	synctest.Wait()
	assert.Empty(s, ann.Answers())
}

func checkPressFails(s *scene) {
	ann := s.buttons(channel.Options{})
	failures := 1
	s.in.handle(func(context.Context, *channel.Event) error {
		if failures--; failures >= 0 {
			return channel.ErrUnavailable
		}
		return nil
	})
	ann.Press("Yes")
	synctest.Wait()
	assert.Equal(s, []string{""}, ann.Answers())
}
