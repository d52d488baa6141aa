package channeltest

import (
	"context"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// welcomeChecks are about platforms where only the answer to a webhook request reaches who did not write yet.
var welcomeChecks = []check{
	{"who only started the chat is welcomed once, in the answer", hasWelcome, checkWelcome},
	{"a welcome whose answer was lost is answered again", has(hasWelcome, can(FaultUnanswered)), checkWelcomeLost},
	{"who was welcomed and writes may be written to", hasWelcome, checkWelcomedWriter},
}

func hasWelcome(h Harness) bool { return hasUser(h) && h.Welcome && h.person.Start != nil }

// welcoming has the handler greet who starts the chat, twice, and returns what became of the second greeting.
func (s *scene) welcoming() *error {
	s.Helper()
	s.open(channel.Options{})
	second := new(error)
	s.in.handle(func(ctx context.Context, e *channel.Event) error {
		if e.Kind != channel.EventStarted {
			return nil
		}
		if _, err := s.sendWithin(ctx, e.Chat.ID, channel.Text("welcome")); err != nil {
			return err
		}
		_, *second = s.sendWithin(ctx, e.Chat.ID, channel.Text("and more"))
		return nil
	})
	return second
}

func checkWelcome(s *scene) {
	second := s.welcoming()
	ann := s.User("Ann")
	ann.Start("")
	assert.Equal(s, []string{"welcome"}, ann.Texts())
	require.ErrorIs(s, *second, channel.ErrNotSubscribed)
	_, err := s.send(ann.ChatID, channel.Text("from elsewhere"))
	require.ErrorIs(s, err, channel.ErrNotSubscribed)
	assert.Equal(s, []string{"welcome"}, ann.Texts())
}

func checkWelcomeLost(s *scene) {
	s.welcoming()
	ann := s.User("Ann")
	s.Fault(Fault{Kind: FaultUnanswered})
	ann.Start("")
	assert.Equal(s, []string{"welcome"}, ann.Texts())
	assert.Equal(s, []channel.EventKind{channel.EventStarted}, s.in.kinds(), "handled once")
}

func checkWelcomedWriter(s *scene) {
	s.welcoming()
	ann := s.User("Ann")
	ann.Start("")
	ann.Write("hello")
	_, err := s.send(ann.ChatID, channel.Text("at last"))
	require.NoError(s, err)
	assert.Equal(s, []string{"welcome", "at last"}, ann.Texts())
}
