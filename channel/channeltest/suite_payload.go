package channeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// payloadChecks are what must hold for any payload.
func payloadChecks(p Payload) []check {
	if p.Name == "" {
		return nil
	}
	with := func(what string, run func(s *scene, p Payload)) check {
		return check{"payload " + p.Name + " " + what, hasRequest, func(s *scene) {
			s.open(channel.Options{})
			run(s, p)
		}}
	}
	all := []check{
		with("decodes to events that say what they are", checkDecodes),
		with("twice is one event", checkTwice),
		with("32 times at once is one event", checkAtOnce),
		with("comes again after its handler failed", checkAgain),
		with("cut anywhere does no harm", checkCut),
		with("with members that nobody knows is the same", checkUnknownMembers),
		with("with duplicate names, lone surrogates and bad UTF-8 is the same", checkLiberal),
		with("with a wrong value anywhere does no harm", checkDamaged),
	}
	if len(p.Kinds) > 1 {
		all = append(all, with("comes again for the event that failed alone", checkPartly))
	}
	return all
}

// take delivers a body for the first time and demands that it is acknowledged.
func (s *scene) take(body []byte) {
	s.Helper()
	a := s.deliver(s.Request(body))
	require.True(s, acknowledged(a), "status %d", a.Status)
}

func checkDecodes(s *scene, p Payload) {
	s.take(p.Body)
	events := s.in.all()
	require.ElementsMatch(s, p.Kinds, s.in.kinds())
	ids := make(map[string]bool)
	for _, e := range events {
		assert.NotEmpty(s, e.ID)
		assert.False(s, ids[e.ID], "two events have the ID %s", e.ID)
		ids[e.ID] = true
		assert.Equal(s, s.Channel.Account(), e.Account)
		assert.Equal(s, time.UTC, e.Time.Location())
		if !p.Time.IsZero() {
			assert.Equal(s, p.Time.UTC(), e.Time, e.Kind)
		}
		assert.True(s, json.Valid(e.Raw), "Raw is JSON: %s", e.Raw)
		assertPlain(s, e, p.Body)
		assertContent(s, e)
		assertCrossesQueue(s, e)
	}
	if p.Files != nil {
		assertFiles(s, p, events)
	}
}

// assertFiles checks that the attachments of events can be downloaded.
func assertFiles(s *scene, p Payload, events []channel.Event) {
	s.Helper()
	var all []channel.Attachment
	for _, e := range events {
		if e.Message != nil {
			all = append(all, e.Message.Attachments...)
		}
	}
	require.Len(s, all, len(p.Files))
	for i, a := range all {
		s.downloads(a, p.Files[i])
	}
}

// assertCrossesQueue checks that an event comes back from JSON as it was, by either encoder.
func assertCrossesQueue(s *scene, e channel.Event) {
	s.Helper()
	b, err := json.Marshal(e)
	require.NoError(s, err)
	var back, strict channel.Event
	require.NoError(s, json.Unmarshal(b, &back))
	again, err := json.Marshal(back)
	require.NoError(s, err)
	assert.JSONEq(s, string(b), string(again))
	require.NoError(s, jsonv2.Unmarshal(b, &strict))
	again, err = jsonv2.Marshal(strict)
	require.NoError(s, err)
	assert.JSONEq(s, string(b), string(again))
}

// checkPartly fails one event of several: the request comes again, and only that one is handled again.
func checkPartly(s *scene, p Payload) {
	var once sync.Once
	var failed string
	s.in.handle(func(_ context.Context, e *channel.Event) (err error) {
		once.Do(func() { failed, err = e.ID, channel.ErrUnavailable })
		return err
	})
	a := s.deliver(s.Request(p.Body))
	assert.False(s, acknowledged(a), "one of its events must come again: status %d", a.Status)
	assert.ElementsMatch(s, p.Kinds, s.in.kinds(), "the others do not wait for it")
	s.in.forget()
	time.Sleep(time.Minute)
	s.take(p.Body)
	require.Len(s, s.in.all(), 1)
	assert.Equal(s, failed, s.in.all()[0].ID)
}

// assertContent checks that an event has what its kind promises.
func assertContent(s *scene, e channel.Event) {
	s.Helper()
	if e.Message != nil {
		for _, a := range e.Message.Attachments {
			assert.Contains(s, append(mediaKinds, channel.AttachmentOther), a.Kind, "the kind of an attachment")
		}
	}
	switch e.Kind {
	case channel.EventMessage, channel.EventMessageEdited, channel.EventEcho:
		require.NotNil(s, e.Message, e.Kind)
		assert.NotEmpty(s, e.Chat.ID, e.Kind)
	case channel.EventMessageDeleted:
		require.NotNil(s, e.Message, e.Kind)
		assert.NotEmpty(s, e.Message.ID, e.Kind)
	case channel.EventPostback:
		require.NotNil(s, e.Postback, e.Kind)
		assert.NotEmpty(s, e.Chat.ID, e.Kind)
	case channel.EventSubscription:
		require.NotNil(s, e.Subscription, e.Kind)
		assert.NotEmpty(s, e.Subscription.State, e.Kind)
	case channel.EventReceipt:
		require.NotNil(s, e.Receipt, e.Kind)
		assert.NotEmpty(s, e.Receipt.Status, e.Kind)
	case channel.EventReaction:
		require.NotNil(s, e.Reaction, e.Kind)
	case channel.EventChatMoved:
		assert.NotEmpty(s, e.Chat.FormerID, e.Kind)
	case channel.EventAccount:
		require.NotNil(s, e.Error, e.Kind)
	case channel.EventStarted, channel.EventTyping:
		assert.NotEmpty(s, e.Chat.ID, e.Kind)
	}
}

func checkTwice(s *scene, p Payload) {
	s.take(p.Body)
	time.Sleep(time.Minute)
	s.take(p.Body)
	assert.ElementsMatch(s, p.Kinds, s.in.kinds())
}

func checkAtOnce(s *scene, p Payload) {
	s.in.handle(func(context.Context, *channel.Event) error {
		time.Sleep(100 * time.Millisecond)
		return nil
	})
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			a := s.deliver(s.Request(p.Body))
			assert.True(s, acknowledged(a), "status %d", a.Status)
		})
	}
	wg.Wait()
	assert.ElementsMatch(s, p.Kinds, s.in.kinds())
}

func checkAgain(s *scene, p Payload) {
	if len(p.Kinds) == 0 {
		s.take(p.Body)
		return
	}
	s.in.handle(func(context.Context, *channel.Event) error { return channel.ErrUnavailable })
	a := s.deliver(s.Request(p.Body))
	assert.False(s, acknowledged(a), "a failure is acknowledged: status %d", a.Status)
	first := s.in.all()
	s.in.forget()
	s.in.handle(nil)
	time.Sleep(time.Minute)
	s.take(p.Body)
	ids := func(events []channel.Event) (ids []string) {
		for _, e := range events {
			ids = append(ids, string(e.Kind)+" "+e.ID)
		}
		return ids
	}
	assert.ElementsMatch(s, ids(first), ids(s.in.all()), "the same events, with the same IDs")
}

func checkCut(s *scene, p Payload) {
	body := bytes.TrimSpace(p.Body)
	step := max(1, len(body)/128)
	for i := 0; i < len(body); i += step {
		a := s.deliver(s.Request(body[:i]))
		assert.True(s, refused(a) || acknowledged(a), "cut at %d: status %d", i, a.Status)
	}
	synctest.Wait()
	for _, kind := range s.in.kinds() {
		assert.Equal(s, channel.EventOther, kind)
	}
	s.in.forget()
	s.take(p.Body)
	assert.ElementsMatch(s, p.Kinds, s.in.kinds(), "the whole is delivered all the same")
}

func checkUnknownMembers(s *scene, p Payload) {
	s.take(p.Body)
	want := s.in.plain(s)
	dec := json.NewDecoder(bytes.NewReader(p.Body))
	dec.UseNumber()
	var v any
	require.NoError(s, dec.Decode(&v))
	body, err := json.Marshal(withUnknown(v, p.Opaque))
	require.NoError(s, err)

	s.again()
	s.take(body)
	assert.Equal(s, want, s.in.plain(s))
}

// again starts over with a channel that knows nothing.
func (s *scene) again() {
	s.in.forget()
	s.store.renew()
	s.open(channel.Options{})
}

// withUnknown adds members that no platform has to every object, but for those that are opaque.
func withUnknown(v any, opaque []string) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if !slices.Contains(opaque, name) {
				v[name] = withUnknown(member, opaque)
			}
		}
		v["zz_unknown_object"] = map[string]any{"a": []any{1, nil, "x"}}
		v["zz_unknown_text"] = "\U0001f600"
	case []any:
		for i := range v {
			v[i] = withUnknown(v[i], opaque)
		}
	}
	return v
}

func checkLiberal(s *scene, p Payload) {
	body := bytes.TrimSpace(p.Body)
	if !bytes.HasPrefix(body, []byte("{")) || bytes.Equal(body, []byte("{}")) {
		return
	}
	s.take(body)
	want := s.in.plain(s)
	for _, odd := range []string{
		`"zz_twice":1,"zz_twice":"2"`, `"zz_lone":"\ud800"`, `"zz_lone":"\udc00 \ud83d"`, "\"zz_bytes\":\"\xff\xfe\"",
	} {
		s.again()
		s.take(fmt.Appendf(nil, "{%s,%s", odd, body[1:]))
		assert.Equal(s, want, s.in.plain(s), odd)
		for _, e := range s.in.all() {
			assertPlain(s, e, body)
		}
	}
}
