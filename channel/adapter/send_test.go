package adapter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// inParts is a driver whose messages hold five letters: "aaaa bbbb cccc" is three parts.
func inParts() *sendDriver {
	return &sendDriver{limits: channel.Limits{Text: channel.Length{Max: 5, Unit: channel.UnitRune}}}
}

const threeParts = "aaaa bbbb cccc"

func TestSendTellsWhatItDid(t *testing.T) {
	t.Parallel()
	d := inParts()
	d.sent = func(n int, _ *Part) channel.Sent {
		return channel.Sent{MessageIDs: []string{fmt.Sprint("m", n)}, Billing: []string{"", "marketing", "utility", ""}[n]}
	}
	sent, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text(threeParts))
	require.NoError(t, err)
	assert.Equal(t, channel.Sent{ChatID: "chat", MessageIDs: []string{"m1", "m2", "m3"}, Billing: "utility"}, sent)
	assert.Equal(t, []string{"aaaa ", "bbbb ", "cccc"}, d.texts())
}

func TestSendStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	for failing, rest := range map[int]string{1: threeParts, 2: "bbbb cccc", 3: "cccc"} {
		t.Run(rest, func(t *testing.T) {
			t.Parallel()
			d := inParts()
			d.send = func(_ context.Context, n int, _ *Part) error {
				if n == failing {
					return refusal(channel.ErrForbidden, channel.ScopeMessage)
				}
				return nil
			}
			sent, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text(threeParts))
			assert.ErrorIs(t, err, channel.ErrForbidden)
			require.NotNil(t, sent.Rest)
			assert.Equal(t, rest, sent.Rest.Text)
			assert.Len(t, sent.MessageIDs, failing-1)
			assert.Len(t, d.all(), failing)
		})
	}
}

func TestSendChecksBeforeItCalls(t *testing.T) {
	t.Parallel()
	d := &sendDriver{}
	c := newSender(t, d, channel.Options{})
	sent, err := c.Send(t.Context(), "", channel.Text("hi"))
	assert.ErrorIs(t, err, channel.ErrInvalid)
	require.NotNil(t, sent.Rest)
	assert.Equal(t, "hi", sent.Rest.Text)
	assert.Empty(t, d.all())
}

func TestPartOfAnAlbumThatWentOutIsKept(t *testing.T) {
	t.Parallel()
	d := &sendDriver{limits: channel.Limits{
		Album: 10, Fetch: map[channel.AttachmentKind]int64{channel.AttachmentImage: 1 << 20},
		Caption:  channel.Length{Max: 100},
		Features: map[channel.Feature]channel.Level{channel.FeatureImage: channel.LevelFull, channel.FeatureAlbum: channel.LevelFull},
	}}
	d.send = failingFirst(1, errRefused) // of the upload of the third
	d.sent = func(n int, p *Part) channel.Sent {
		return channel.Sent{MessageIDs: []string{"m1", "m2"}}
	}
	m := channel.Message{Text: "caption"}
	for _, name := range []string{"a", "b", "c"} {
		m.Attachments = append(m.Attachments, channel.Attachment{Kind: channel.AttachmentImage, URL: "https://example.com/" + name})
	}
	sent, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", m)
	assert.ErrorIs(t, err, channel.ErrUnavailable)
	assert.Len(t, d.all(), 1, "what half went out is not sent again")
	assert.Equal(t, []string{"m1", "m2"}, sent.MessageIDs)
	require.NotNil(t, sent.Rest)
	assert.Empty(t, sent.Rest.Text)
	require.Len(t, sent.Rest.Attachments, 1)
	assert.Equal(t, "https://example.com/c", sent.Rest.Attachments[0].URL)
}

func TestCaptionAsThePlatformHadItIsNotSentAgain(t *testing.T) {
	t.Parallel()
	link := channel.Style{Kind: channel.StyleLink, Start: 4, End: 8, URL: "https://example.com/"}
	keyboard := &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "Shop", URL: "https://example.com/shop"}}}}
	for name, test := range map[string]struct {
		message  channel.Message
		features []channel.Feature
		caption  string
		rest     channel.Message
	}{
		"with the URL of a link": {
			channel.Message{Text: "our shop", Styles: []channel.Style{link}}, nil, "our shop (https://example.com/)", channel.Message{},
		},
		"with the lines of a keyboard": {
			channel.Message{Text: "our shop", Keyboard: keyboard}, nil, "our shop\nShop: https://example.com/shop", channel.Message{},
		},
		"but the keyboard, which comes last": {
			channel.Message{Text: "our shop", Keyboard: keyboard, ReplyTo: "7"},
			[]channel.Feature{channel.FeatureInlineKeyboard, channel.FeatureReplyTo}, "our shop", channel.Message{Keyboard: keyboard},
		},
		"and what comes after the album is": {
			channel.Message{Text: "our shop", Location: &channel.Location{Title: "here"}},
			[]channel.Feature{channel.FeatureLocation}, "our shop", channel.Message{Location: &channel.Location{Title: "here"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &sendDriver{limits: channel.Limits{
				Album: 10, Fetch: map[channel.AttachmentKind]int64{channel.AttachmentImage: 1 << 20},
				Features: map[channel.Feature]channel.Level{channel.FeatureImage: channel.LevelFull, channel.FeatureAlbum: channel.LevelFull},
			}}
			for _, f := range test.features {
				d.limits.Features[f] = channel.LevelFull
			}
			d.send = failingFirst(1, errRefused)
			d.sent = func(int, *Part) channel.Sent { return channel.Sent{MessageIDs: []string{"m1", "m2"}} }
			m := test.message
			for _, name := range []string{"a", "b", "c"} {
				m.Attachments = append(m.Attachments, channel.Attachment{Kind: channel.AttachmentImage, URL: "https://example.com/" + name})
			}
			sent, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", m)
			require.Error(t, err)
			assert.Equal(t, []string{test.caption}, d.texts())
			test.rest.Attachments = m.Attachments[2:]
			require.NotNil(t, sent.Rest)
			assert.Equal(t, test.rest, *sent.Rest)
		})
	}
}

func TestSendsToOneChatLeaveInTheOrderOfTheCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := inParts()
		d.send = func(_ context.Context, n int, p *Part) error {
			time.Sleep(rand.N(10 * time.Millisecond))
			if n%17 == 0 {
				return errRefused
			}
			return nil
		}
		c := newSender(t, d, channel.Options{})
		var all sync.WaitGroup
		var want []string
		for i := range 100 {
			m := channel.Text(fmt.Sprintf("%03da %03db", i, i))
			if i%3 == 0 {
				m.Key = fmt.Sprint("key", i)
			}
			want = append(want, fmt.Sprintf("%03da ", i), fmt.Sprintf("%03db", i))
			all.Go(func() {
				_, err := c.Send(t.Context(), "chat", m)
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		all.Wait()
		var texts []string
		for _, text := range d.texts() {
			if len(texts) == 0 || texts[len(texts)-1] != text { // a refused connection is tried again
				texts = append(texts, text)
			}
		}
		assert.Equal(t, want, texts)
		assert.Empty(t, c.sender.lines.last)
		assert.Empty(t, c.sender.keys.last)
	})
}

func TestSendFollowsAChatThatMoved(t *testing.T) {
	t.Parallel()
	store := channel.NewMemoryStore()
	moved := &native{Verdict{
		Error:    channel.Error{Reason: channel.ErrGone, Scope: channel.ScopeMessage},
		Executed: ExecutedNo, MovedTo: "new",
	}}
	d := inParts()
	d.send = func(_ context.Context, _ int, p *Part) error {
		if p.ChatID == "old" {
			return moved
		}
		return nil
	}
	c := newSender(t, d, channel.Options{Store: store})
	for range 2 {
		sent, err := c.Send(t.Context(), "old", channel.Text(threeParts))
		require.NoError(t, err)
		assert.Equal(t, "new", sent.ChatID)
		assert.Len(t, sent.MessageIDs, 3)
	}
	var chats []string
	for _, call := range d.all() {
		chats = append(chats, call.chatID)
	}
	assert.Equal(t, []string{"old", "new", "new", "new", "new", "new", "new"}, chats, "it is asked once")

	t.Run("also where the platform does not know the old ID any more", func(t *testing.T) {
		t.Parallel()
		d := &sendDriver{send: func(_ context.Context, _ int, p *Part) error {
			if p.ChatID == "old" {
				return refusal(channel.ErrNotFound, channel.ScopeChat)
			}
			return nil
		}}
		sent, err := newSender(t, d, channel.Options{Store: store}).Send(t.Context(), "old", channel.Text("hi"))
		require.NoError(t, err)
		assert.Equal(t, "new", sent.ChatID)
	})
	t.Run("but not in circles", func(t *testing.T) {
		t.Parallel()
		d := &sendDriver{send: func(_ context.Context, _ int, p *Part) error {
			v := Verdict{Error: channel.Error{Reason: channel.ErrNotFound, Scope: channel.ScopeChat}, Executed: ExecutedNo, MovedTo: "a"}
			if p.ChatID == "a" {
				v.MovedTo = "b"
			}
			return &native{v}
		}}
		c := newSender(t, d, channel.Options{})
		for range 3 {
			_, err := c.Send(t.Context(), "a", channel.Text("hi"))
			assert.ErrorIs(t, err, channel.ErrNotFound)
		}
	})
}

func TestChatThatMovesBackIsFoundWhereItWas(t *testing.T) {
	t.Parallel()
	d := &sendDriver{}
	c := newSender(t, d, channel.Options{})
	for i, move := range [][2]string{{"a", "b"}, {"b", "a"}, {"a", "b"}} {
		c.noteMove(t.Context(), move[0], move[1])
		for _, chat := range []string{"a", "b"} {
			sent, err := c.Send(t.Context(), chat, channel.Text("hi"))
			require.NoError(t, err)
			assert.Equal(t, move[1], sent.ChatID, "after move %d", i)
		}
	}
}

func TestMoveThatAnEventTellsOf(t *testing.T) {
	t.Parallel()
	d := &sendDriver{}
	c := newSender(t, d, channel.Options{})
	require.NoError(t, c.learn(t.Context(), &Incoming{Event: channel.Event{
		Kind: channel.EventChatMoved, Chat: channel.Chat{ID: "new", FormerID: "old"},
	}}))
	sent, err := c.Send(t.Context(), "old", channel.Text("hi"))
	require.NoError(t, err)
	assert.Equal(t, "new", sent.ChatID)
}

func TestAnswerOfTheWebhookRequestIsOneMessage(t *testing.T) {
	t.Parallel()
	encode := func(p *Part) ([]byte, error) {
		if p.Message.Text == "bad" {
			return nil, errors.New("cannot be")
		}
		return []byte(p.Message.Text), nil
	}
	setUp := func(t *testing.T) (*Channel, *sendDriver, *slot, context.Context) {
		d := inParts()
		c := newSender(t, d, channel.Options{})
		s := &slot{c: c, chatID: "chat", encode: encode}
		return c, d, s, context.WithValue(t.Context(), slotKey{}, s)
	}
	t.Run("which goes there once", func(t *testing.T) {
		t.Parallel()
		c, d, s, ctx := setUp(t)
		sent, err := c.Send(ctx, "chat", channel.Message{Text: "hi", Key: "welcome"})
		require.NoError(t, err)
		assert.Equal(t, channel.Sent{ChatID: "chat"}, sent)
		assert.Empty(t, d.all())
		assert.Equal(t, "hi", string(s.close()))
		_, err = c.Send(ctx, "chat", channel.Text("more"))
		require.NoError(t, err)
		assert.Equal(t, []string{"more"}, d.texts(), "a second goes as any other")
	})
	t.Run("and none that takes several", func(t *testing.T) {
		t.Parallel()
		c, d, s, ctx := setUp(t)
		_, err := c.Send(ctx, "chat", channel.Text(threeParts))
		assert.ErrorIs(t, err, channel.ErrUnsupported)
		assert.Empty(t, d.all())
		assert.Empty(t, s.close())
	})
	t.Run("and may fail", func(t *testing.T) {
		t.Parallel()
		c, d, _, ctx := setUp(t)
		_, err := c.Send(ctx, "chat", channel.Text("bad"))
		failure(t, err)
		assert.Empty(t, d.all())
	})
	t.Run("to its chat alone", func(t *testing.T) {
		t.Parallel()
		c, d, _, ctx := setUp(t)
		_, err := c.Send(ctx, "other", channel.Text(threeParts))
		require.NoError(t, err)
		assert.Len(t, d.all(), 3)
	})
}

func TestPlatformThatDeduplicatesIsAskedAgain(t *testing.T) {
	t.Parallel()
	t.Run("after an unknown outcome, with the same nonce", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{rules: Rules{Deduplicates: time.Hour}, send: failingFirst(1, overHTTP(io.EOF))}
			c := newSender(t, d, channel.Options{})
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			require.NoError(t, err)
			calls := d.all()
			require.Len(t, calls, 2)
			assert.Equal(t, calls[0].nonce, calls[1].nonce)
			assert.NotZero(t, calls[0].nonce)
			_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
			require.NoError(t, err)
			assert.NotEqual(t, calls[0].nonce, d.all()[2].nonce, "the next message is another")
		})
	})
	t.Run("not for ever: the outcome is unknown in the end", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{rules: Rules{Deduplicates: time.Hour}, send: failingFirst(9, overHTTP(io.EOF))}
			_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
			assert.ErrorIs(t, err, channel.ErrOutcomeUnknown)
			assert.Len(t, d.all(), 3)
		})
	})
	t.Run("not once it has forgotten the nonce", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{rules: Rules{Deduplicates: 400 * time.Millisecond}, send: failingFirst(9, overHTTP(io.EOF))}
			_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
			assert.ErrorIs(t, err, channel.ErrOutcomeUnknown)
			assert.Len(t, d.all(), 1)
		})
	})
	t.Run("and what it declares later does not settle the first try", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{rules: Rules{Deduplicates: time.Hour}, send: func(_ context.Context, n int, _ *Part) error {
				if n == 1 {
					return overHTTP(io.EOF)
				}
				return refusal(channel.ErrForbidden, channel.ScopeMessage)
			}}
			_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
			e := failure(t, err)
			assert.Equal(t, channel.ErrOutcomeUnknown, e.Reason)
			assert.Equal(t, "42", e.Code)
		})
	})
}
