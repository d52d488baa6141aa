package channeltest_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// log is a handler that keeps events.
type log struct {
	mu     sync.Mutex
	events []channel.Event
}

func (l *log) HandleEvent(_ context.Context, e *channel.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, *e)
	return nil
}

func (l *log) last(t *testing.T) channel.Event {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	require.NotEmpty(t, l.events)
	return l.events[len(l.events)-1]
}

func TestEveryVerbOfAPersonReachesTheBot(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do    func(u *channeltest.MemoryUser)
		kind  channel.EventKind
		check func(t *testing.T, e channel.Event)
	}{
		"writing": {func(u *channeltest.MemoryUser) { u.Write("hello") }, channel.EventMessage, func(t *testing.T, e channel.Event) {
			assert.Equal(t, "hello", e.Message.Text)
			assert.Equal(t, "Ann", e.User.Name)
		}},
		"starting": {func(u *channeltest.MemoryUser) { u.Start("ad-7") }, channel.EventStarted, func(t *testing.T, e channel.Event) {
			assert.Equal(t, "ad-7", e.Referral.Ref)
		}},
		"sharing a phone": {(*channeltest.MemoryUser).SharePhone, channel.EventMessage, func(t *testing.T, e channel.Event) {
			require.Len(t, e.Message.Contacts, 1)
			assert.True(t, e.Message.Contacts[0].Verified)
			assert.Equal(t, e.User.ID, e.Message.Contacts[0].UserID)
		}},
		"sending a photo": {func(u *channeltest.MemoryUser) {
			u.Send(channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentImage, URL: "https://example.com/a.png"}}})
		}, channel.EventMessage, func(t *testing.T, e channel.Event) {
			assert.Equal(t, channel.AttachmentImage, e.Message.Attachments[0].Kind)
		}},
		"sending a photo's bytes": {func(u *channeltest.MemoryUser) { u.SendPhoto([]byte("\xff\xd8"), "my cat") }, channel.EventMessage, func(t *testing.T, e channel.Event) {
			require.Len(t, e.Message.Attachments, 1)
			assert.Equal(t, "my cat", e.Message.Text)
			assert.Equal(t, channel.Attachment{
				Kind: channel.AttachmentImage, FileID: "file-1", Name: "photo.jpg", MIME: "image/jpeg", Size: 2,
			}, e.Message.Attachments[0])
		}},
		"sending a file": {func(u *channeltest.MemoryUser) { u.SendFile("cv.pdf", []byte("%PDF"), "") }, channel.EventMessage, func(t *testing.T, e channel.Event) {
			require.Len(t, e.Message.Attachments, 1)
			assert.Equal(t, "cv.pdf", e.Message.Attachments[0].Name)
			assert.Equal(t, channel.AttachmentFile, e.Message.Attachments[0].Kind)
		}},
		"sending a place": {func(u *channeltest.MemoryUser) {
			u.SendLocation(channel.Location{Latitude: 1, Longitude: 2, Title: "Shop"})
		}, channel.EventMessage, func(t *testing.T, e channel.Event) {
			assert.Equal(t, &channel.Location{Latitude: 1, Longitude: 2, Title: "Shop"}, e.Message.Location)
		}},
		"sending a contact": {func(u *channeltest.MemoryUser) { u.SendContact(channel.Contact{Phone: "+43", Verified: true}) }, channel.EventMessage, func(t *testing.T, e channel.Event) {
			assert.Equal(t, []channel.Contact{{Phone: "+43"}}, e.Message.Contacts, "nobody vouches for it")
		}},
		"editing": {func(u *channeltest.MemoryUser) { u.Edit(u.Write("helo"), "hello") }, channel.EventMessageEdited, func(t *testing.T, e channel.Event) {
			assert.Equal(t, "hello", e.Message.Text)
		}},
		"reacting": {func(u *channeltest.MemoryUser) { u.React("1", "👍") }, channel.EventReaction, func(t *testing.T, e channel.Event) {
			assert.Equal(t, []string{"👍"}, e.Reaction.Emojis)
		}},
		"taking a reaction away": {func(u *channeltest.MemoryUser) { u.React("1", "") }, channel.EventReaction, func(t *testing.T, e channel.Event) {
			assert.Empty(t, e.Reaction.Emojis)
		}},
		"reading": {func(u *channeltest.MemoryUser) { u.Read("1") }, channel.EventReceipt, func(t *testing.T, e channel.Event) {
			assert.Equal(t, &channel.Receipt{Status: channel.ReceiptRead, MessageIDs: []string{"1"}, Earlier: true}, e.Receipt)
		}},
		"blocking": {(*channeltest.MemoryUser).Block, channel.EventSubscription, func(t *testing.T, e channel.Event) {
			assert.Equal(t, channel.ErrBlocked, e.Subscription.Reason)
		}},
		"unblocking": {(*channeltest.MemoryUser).Unblock, channel.EventSubscription, func(t *testing.T, e channel.Event) {
			assert.Equal(t, channel.StateActive, e.Subscription.State)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chat := channeltest.New(t)
				var l log
				chat.Handle(&l)
				tt.do(chat.NewUser("Ann"))
				require.Equal(t, tt.kind, l.last(t).Kind)
				tt.check(t, l.last(t))
			})
		})
	}
}

func TestEveryKindOfButtonCanBePressed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		inline bool
		button channel.Button
		kind   channel.EventKind
		data   string
	}{
		"a callback":                  {true, channel.Button{Text: "Go", Data: "go:1"}, channel.EventPostback, "go:1"},
		"a callback without data":     {true, channel.Button{Text: "Go"}, channel.EventPostback, "Go"},
		"a reply":                     {false, channel.Button{Text: "Go", Data: "go:1"}, channel.EventPostback, "go:1"},
		"one that asks for the phone": {false, channel.Button{Text: "Go", Kind: channel.ButtonPhone}, channel.EventMessage, ""},
		"one that asks for the place": {false, channel.Button{Text: "Go", Kind: channel.ButtonLocation}, channel.EventMessage, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chat := channeltest.New(t)
				var l log
				chat.Handle(&l)
				ann := chat.NewUser("Ann")
				ann.Write("hi")
				_, err := chat.Send(t.Context(), ann.ChatID(), channel.Message{Text: "?", Keyboard: &channel.Keyboard{
					Inline: tt.inline, Rows: [][]channel.Button{{tt.button}},
				}})
				require.NoError(t, err)
				ann.Press("Go")
				e := l.last(t)
				require.Equal(t, tt.kind, e.Kind)
				if tt.kind == channel.EventPostback {
					assert.Equal(t, tt.data, e.Postback.Data)
					assert.Equal(t, "Go", e.Postback.Text)
					assert.Equal(t, !tt.inline, e.Message != nil, "a reply shows in the chat")
				}
			})
		})
	}
}

func TestThePlatformGivesUpOnABotThatAlwaysFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chat, err := channeltest.NewMemory(channeltest.MemoryConfig{Options: channel.Options{
			Logger: slog.New(slog.DiscardHandler), MaxAttempts: 100, DeadLetter: channel.HandlerFunc(func(context.Context, *channel.Event) error { return errors.New("no") }),
		}})
		require.NoError(t, err)
		chat.Handle(channel.HandlerFunc(func(context.Context, *channel.Event) error { return errors.New("broken") }))
		start := time.Now()
		chat.NewUser("Ann").Write("hi")
		deliveries := chat.Deliveries()
		assert.Len(t, deliveries, 6)
		for i, d := range deliveries {
			assert.Equal(t, i+1, d.Attempt)
			assert.Equal(t, 503, d.Status)
		}
		assert.Less(t, time.Since(start), 2*time.Minute)
	})
}

func TestAPersonWhoNeverWroteMayNotBeWrittenTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chat := channeltest.New(t)
		_, err := chat.Send(t.Context(), chat.NewUser("Ann").ChatID(), channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		assert.EqualError(t, err, "memory: send: the person never wrote (not_subscribed)")
	})
}

func TestTheBotsReactionIsSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chat := channeltest.New(t)
		chat.Handle(&log{})
		ann := chat.NewUser("Ann")
		id := ann.Write("hi")
		require.NoError(t, chat.React(t.Context(), ann.ChatID(), id, "👍"))
		assert.Equal(t, "👍", ann.Reaction(id))
		require.NoError(t, chat.React(t.Context(), ann.ChatID(), id, ""))
		assert.Empty(t, ann.Reaction(id))
		require.ErrorIs(t, chat.React(t.Context(), ann.ChatID(), "77", "👍"), channel.ErrNotFound)
	})
}

func TestButtonsAreChangedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chat := channeltest.New(t)
		chat.Handle(&log{})
		ann := chat.NewUser("Ann")
		ann.Write("hi")
		sent, err := chat.Send(t.Context(), ann.ChatID(), channel.Message{
			Text: "Well?", Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "Yes", Data: "yes"}}}},
		})
		require.NoError(t, err)
		require.NoError(t, chat.Edit(t.Context(), ann.ChatID(), sent.MessageIDs[0], channel.Message{Keyboard: &channel.Keyboard{}}))
		got := ann.Messages()[0]
		assert.Equal(t, "Well?", got.Text)
		assert.Empty(t, got.Keyboard.Rows)
	})
}

func TestBytesAreUploadedWithTheMessageAndOpenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chat := channeltest.New(t)
		chat.Handle(&log{})
		ann := chat.NewUser("Ann")
		ann.Write("send me the file")
		_, err := chat.Send(t.Context(), ann.ChatID(), channel.Message{Attachments: []channel.Attachment{{
			Kind: channel.AttachmentFile, Name: "a.txt",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("content")), nil },
		}}})
		require.NoError(t, err)
		require.Len(t, ann.Messages(), 1)
		got := ann.Messages()[0].Attachments
		require.Len(t, got, 1)
		assert.Equal(t, "a.txt", got[0].Name)
		r, err := chat.Download(t.Context(), got[0])
		require.NoError(t, err)
		defer r.Close()
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, "content", string(b))
		_, err = chat.Download(t.Context(), channel.Attachment{FileID: "file-99"})
		require.ErrorIs(t, err, channel.ErrNotFound)
	})
}

func TestTwoAccountsOfThePlatformShareAMux(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mux := new(channel.Mux)
		mux.Handler = channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
			_, err := mux.Send(ctx, e.Address(), channel.Text("from "+e.Account.String()))
			return err
		})
		for _, id := range []string{"one", "two"} {
			chat, err := channeltest.NewMemory(channeltest.MemoryConfig{AccountID: id})
			require.NoError(t, err)
			mux.Add(chat)
			chat.Serve(mux)
			ann := chat.NewUser("Ann")
			ann.Write("hi")
			assert.Equal(t, []string{"from memory:" + id}, ann.Texts())
		}
	})
}
