package channeltest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// abilityChecks are about what a channel can do beyond sending.
var abilityChecks = []check{
	{"an ability is there if and only if it is claimed", nil, checkClaims},
	{"limits are the same each time", nil, checkLimits},
	{"a message is edited, and edited again to the same", has(hasUser, claim(channel.FeatureEdit)), checkEdit},
	{"a message is deleted, and deleted again", has(hasUser, claim(channel.FeatureDelete)), checkDelete},
	{"a reaction is set and taken away", has(hasUser, claim(channel.FeatureReact)), checkReact},
	{"typing is shown", has(hasUser, claim(channel.FeatureTyping)), checkTyping},
	{"a message is marked as read", has(hasUser, claim(channel.FeatureMarkRead)), checkMarkRead},
	{"a webhook is registered, told and taken away", has(hasUser, claim(channel.FeatureRegister)), checkRegister},
	{"a registered webhook is delivered to, and none that was taken away", has(hasUser, claim(channel.FeatureRegister)), checkDelivered},
	{"polling gives each event once it is handled", has(hasUser, claim(channel.FeaturePoll)), checkPoll},
	{"a message is sent to many chats in one call", has(hasUser, claim(channel.FeatureBatch)), checkBatch},
}

// abilities tells for each ability which features claim it.
var abilities = []struct {
	name     string
	features []channel.Feature
	has      func(ch channel.Channel) bool
}{
	{"Editor", []channel.Feature{channel.FeatureEdit, channel.FeatureDelete}, is[channel.Editor]},
	{"Reactor", []channel.Feature{channel.FeatureReact}, is[channel.Reactor]},
	{"TypingSender", []channel.Feature{channel.FeatureTyping}, is[channel.TypingSender]},
	{"ReadMarker", []channel.Feature{channel.FeatureMarkRead}, is[channel.ReadMarker]},
	{"Answerer", []channel.Feature{channel.FeatureAnswer}, is[channel.Answerer]},
	{"Uploader", []channel.Feature{channel.FeatureUpload}, is[channel.Uploader]},
	{"Downloader", []channel.Feature{channel.FeatureDownload}, is[channel.Downloader]},
	{"Batcher", []channel.Feature{channel.FeatureBatch}, is[channel.Batcher]},
	{"Linker", []channel.Feature{channel.FeatureLinks}, is[channel.Linker]},
	{"Registrar", []channel.Feature{channel.FeatureRegister}, is[channel.Registrar]},
	{"Poller", []channel.Feature{channel.FeaturePoll}, is[channel.Poller]},
}

func is[T any](ch channel.Channel) bool {
	_, ok := channel.As[T](ch)
	return ok
}

func checkClaims(s *scene) {
	s.open(channel.Options{})
	for _, a := range abilities {
		claimed := slices.ContainsFunc(a.features, func(f channel.Feature) bool { return claims(s.Harness, f) })
		assert.Equal(s, claimed, a.has(s.Channel), "%s, claimed by %v", a.name, a.features)
	}
	if claims(s.Harness, channel.FeatureBatch) {
		assert.Positive(s, s.Channel.Limits().Batch)
	}
	if claims(s.Harness, channel.FeatureTyping) {
		assert.Positive(s, s.Channel.Limits().TypingSeconds)
	}
	for feature, level := range s.Channel.Limits().Features {
		assert.Contains(s, []channel.Level{channel.LevelRejected, channel.LevelDropped, channel.LevelPartial, channel.LevelFull}, level, feature)
	}
}

func checkLimits(s *scene) {
	s.open(channel.Options{})
	assert.Equal(s, s.Channel.Limits(), s.Channel.Limits())
	assert.NotEmpty(s, s.Channel.Account().Platform)
	assert.NotEmpty(s, s.Channel.Account().ID)
	back, err := channel.ParseAccount(s.Channel.Account().String())
	require.NoError(s, err)
	assert.Equal(s, s.Channel.Account(), back)
}

func ability[T any](s *scene) T {
	s.Helper()
	t, ok := channel.As[T](s.Channel)
	require.True(s, ok)
	return t
}

// sentTo is a message that p sees, and its ID.
func (s *scene) sentTo(p Person, text string) (id string) {
	s.Helper()
	sent, err := s.send(p.ChatID, channel.Text(text))
	require.NoError(s, err)
	require.Len(s, sent.MessageIDs, 1)
	return sent.MessageIDs[0]
}

func checkEdit(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	id := s.sentTo(ann, "Moday")
	editor := ability[channel.Editor](s)
	for range 2 {
		require.NoError(s, s.note(editor.Edit(s.Context(), ann.ChatID, id, channel.Text("Monday"))))
		assert.Equal(s, []string{"Monday"}, ann.Texts())
	}
	err := editor.Edit(s.Context(), ann.ChatID, "999999", channel.Text("nothing"))
	require.Error(s, s.note(err), "a message that is not there")
	var e *channel.Error
	require.ErrorAs(s, err, &e)
}

func checkDelete(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	first, second := s.sentTo(ann, "one"), s.sentTo(ann, "two")
	s.sentTo(ann, "three")
	editor := ability[channel.Editor](s)
	for range 2 {
		require.NoError(s, s.note(editor.Delete(s.Context(), ann.ChatID, first, second)))
		assert.Equal(s, []string{"three"}, ann.Texts())
	}
}

// heard is the ID of the last message that a person wrote.
func (s *scene) heard() string {
	s.Helper()
	for _, e := range slices.Backward(s.in.all()) {
		if e.Kind == channel.EventMessage {
			return e.Message.ID
		}
	}
	require.Fail(s, "nobody wrote")
	return ""
}

func checkReact(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	reactor := ability[channel.Reactor](s)
	require.NoError(s, s.note(reactor.React(s.Context(), ann.ChatID, s.heard(), "👍")))
	require.NoError(s, s.note(reactor.React(s.Context(), ann.ChatID, s.heard(), "")))
}

func checkTyping(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	require.NoError(s, s.note(ability[channel.TypingSender](s).SendTyping(s.Context(), ann.ChatID)))
	synctest.Wait()
	assert.Empty(s, ann.Texts())
}

func checkMarkRead(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	require.NoError(s, s.note(ability[channel.ReadMarker](s).MarkRead(s.Context(), ann.ChatID, s.heard())))
}

func checkBatch(s *scene) {
	s.open(channel.Options{})
	var people []Person
	var chatIDs []string
	for _, name := range strings.Fields("Ann Bob Cid") {
		p := s.writer(name)
		people, chatIDs = append(people, p), append(chatIDs, p.ChatID)
	}
	results, err := ability[channel.Batcher](s).SendBatch(s.Context(), chatIDs, channel.Text("news"))
	require.NoError(s, s.note(err))
	require.Len(s, results, len(people))
	for i, p := range people {
		assert.Nil(s, results[i].Err)
		assert.Equal(s, []string{"news"}, p.Texts())
	}
}

func checkRegister(s *scene) {
	s.open(channel.Options{})
	registrar := ability[channel.Registrar](s)
	const url = "https://bot.example/another"
	for range 2 {
		require.NoError(s, s.note(registrar.Register(s.Context(), url)))
		registration, err := registrar.Registered(s.Context())
		require.NoError(s, s.note(err))
		assert.Equal(s, url, registration.URL)
		s.say(fmt.Sprintf("%+v", registration))
	}
	for range 2 {
		require.NoError(s, s.note(registrar.Unregister(s.Context())))
		registration, err := registrar.Registered(s.Context())
		require.NoError(s, s.note(err))
		assert.Empty(s, registration.URL)
	}
}

// checkDelivered has what the platform delivers verified by the secret that it was registered with.
func checkDelivered(s *scene) {
	s.open(channel.Options{})
	registrar := ability[channel.Registrar](s)
	const url = "https://bot.example/another"
	require.NoError(s, s.note(registrar.Register(s.Context(), url)))
	ann := s.User("Ann")
	ann.Write("registered")
	assert.Equal(s, []string{"registered"}, s.in.messages())

	require.NoError(s, s.note(registrar.Unregister(s.Context())))
	s.in.forget()
	var writing sync.WaitGroup
	writing.Go(func() { ann.Write("to nobody") })
	time.Sleep(time.Minute)
	assert.Empty(s, s.in.messages(), "delivered to a webhook that was taken away")

	require.NoError(s, s.note(registrar.Register(s.Context(), url)))
	writing.Wait() // for a platform that kept it
	ann.Write("registered again")
	require.NotEmpty(s, s.in.messages())
	assert.Equal(s, "registered again", s.in.messages()[len(s.in.messages())-1])
}

func checkPoll(s *scene) {
	s.polled = true
	s.open(channel.Options{})
	poller := ability[channel.Poller](s)
	failures := 1
	s.in.handle(func(_ context.Context, e *channel.Event) error {
		if e.Message == nil || e.Message.Text != "again" {
			return nil
		}
		if failures--; failures >= 0 {
			return channel.ErrUnavailable
		}
		return nil
	})
	ctx, cancel := context.WithCancel(s.Context())
	ended := make(chan error, 1)
	go func() { ended <- poller.Poll(ctx, s.in) }()
	ann := s.User("Ann")
	ann.Write("once")
	ann.Write("again")
	ann.Write("last")
	assert.Equal(s, []string{"once", "again", "again", "last"}, s.in.messages())
	cancel()
	require.ErrorIs(s, s.note(<-ended), context.Canceled)
}
