package telegram_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestABlockIsFoundByASendOnceAndStartEndsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.DroppedUpdate})
		require.ErrorIs(t, ann.Block(), telegramtest.ErrExpired, "the bot is not told")
		for range 2 {
			_, err := r.send(ann, channel.Text("are you there?"))
			require.ErrorIs(t, err, channel.ErrBlocked)
			assert.Equal(t, 1, r.calls("sendMessage"), "the second send makes no call")
		}
		require.EqualError(t, lastError(r.send(ann, channel.Text("x"))), "telegram: send: blocked")
		told := r.learnt.all()
		last := told[len(told)-1]
		assert.Equal(t, channel.EventSubscription, last.Kind)
		assert.Equal(t, ann.ChatID(), last.Chat.ID)
		assert.Equal(t, channel.StateInactive, last.Subscription.State)
		assert.Equal(t, channel.ErrBlocked, last.Subscription.Reason)

		time.Sleep(time.Second)
		require.NoError(t, ann.Start(""))
		sub, err := r.bot.Subscription(t.Context(), ann.ChatID())
		require.NoError(t, err)
		assert.Equal(t, channel.StateActive, sub.State)
		_, err = r.send(ann, channel.Text("welcome back"))
		require.NoError(t, err)
		assert.Equal(t, []string{"welcome back"}, texts(ann))
	})
}

func lastError(_ channel.Sent, err error) error { return err }

func TestADeletedAccountIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		ann.Deactivate()
		_, err := r.send(ann, channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrGone)
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		require.EqualError(t, err, "telegram: send: user is deactivated (403)")
		_, err = r.send(r.platform.NewUser("Bob"), channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed, "never wrote")
		assert.Equal(t, 2, r.calls("sendMessage"))
	})
}

func TestALongTextArrivesWholeInOrderOneASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		text := strings.TrimSpace(strings.Repeat("Привет 👋 and so on.\n", 1200))
		sent, err := r.send(ann, channel.Message{Text: text, Keyboard: &channel.Keyboard{
			Inline: true, Rows: [][]channel.Button{{{Text: "More", Data: "more"}}},
		}})
		require.NoError(t, err)
		got := ann.Messages()
		assert.Greater(t, len(got), 5)
		assert.Len(t, sent.MessageIDs, len(got))
		var whole []string
		for i, m := range got {
			assert.LessOrEqual(t, utf8.RuneCountInString(m.Text), 4096)
			assert.Equal(t, sent.MessageIDs[i], m.ID)
			assert.Equal(t, i == len(got)-1, m.Keyboard != nil, "the keyboard goes with the last part")
			if i > 0 {
				assert.GreaterOrEqual(t, m.Date.Sub(got[i-1].Date), time.Second)
				assert.Less(t, m.Date.Sub(got[i-1].Date), 1100*time.Millisecond, "no slower than it may be")
			}
			whole = append(whole, m.Text)
		}
		assert.Equal(t, text, strings.Join(whole, "\n"), "Telegram strips the white space at the ends of each")
		assert.Zero(t, throttled(r.platform))
	})
}

func TestA429IsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann, bob := r.writer("Ann"), r.writer("Bob")
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendMessage", RetryAfter: 14 * time.Second})
		start := time.Now()
		done := make(chan error, 1)
		go func() { done <- lastError(r.send(ann, channel.Text("late"))) }()
		synctest.Wait()
		_, err := r.send(bob, channel.Text("at once"))
		require.NoError(t, err)
		assert.Less(t, time.Since(start), time.Second, "another chat is not held up")
		require.NoError(t, <-done)
		assert.Equal(t, 14*time.Second, time.Since(start))
		assert.Equal(t, []string{"late"}, texts(ann))
		assert.Equal(t, 1, throttled(r.platform), "nothing was tried before the time")
	})
}

func TestALostResponseIsAnUnknownOutcomeAndArrivesOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   telegramtest.Fault
		arrives []string
	}{
		"cut after the write":        {telegramtest.Fault{Kind: telegramtest.LostResponse}, []string{"order 7"}},
		"cut after a long wait":      {telegramtest.Fault{Kind: telegramtest.LostResponse, Delay: 20 * time.Second}, []string{"order 7"}},
		"cut before the write":       {telegramtest.Fault{Kind: telegramtest.CutConnection}, nil},
		"a page in place of JSON":    {telegramtest.Fault{Kind: telegramtest.GarbledResponse}, []string{"order 7"}},
		"an error inside the server": {telegramtest.Fault{Kind: telegramtest.ServerError, Status: http.StatusInternalServerError}, nil},
		"a gateway that was unsure":  {telegramtest.Fault{Kind: telegramtest.ServerError, Status: http.StatusGatewayTimeout}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t).hooked()
				ann := r.writer("Ann")
				c.fault.Method = "sendMessage"
				r.platform.Fault(c.fault)
				for range 2 {
					_, err := r.send(ann, channel.Message{Text: "order 7", Key: "order-7"})
					require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
				}
				assert.Equal(t, c.arrives, texts(ann))
				assert.Equal(t, 1, r.calls("sendMessage"), "nothing is tried again unasked")
			})
		})
	}
}

func TestACallerWhoStopsWaitingDoesNotKnowTheOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.LostResponse, Method: "sendMessage", Delay: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := r.bot.Send(ctx, ann.ChatID(), channel.Text("hi"))
		require.ErrorIs(t, r.note(err), channel.ErrOutcomeUnknown)
		assert.Equal(t, []string{"hi"}, texts(ann))
	})
}

func TestMarkupOfOurOwnIsNeverCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		html := telegram.Extra{ParseMode: "HTML"}.Native()
		_, err := r.send(ann, channel.Message{Text: "<b>one</b> " + strings.Repeat("two ", 2000) + "<i>three four</i>", Native: html})
		require.ErrorIs(t, err, channel.ErrInvalid)
		assert.Zero(t, r.calls("sendMessage"), "not even the part before the cut")
		_, err = r.send(ann, channel.Message{Text: "<b>bold &amp; brave</b>", Native: html})
		require.NoError(t, err)
		assert.Equal(t, []string{"bold & brave"}, texts(ann))
	})
}

func TestATextOfTheLargestSizeIsOneMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		parts int
	}{
		"as many characters as there may be": {strings.Repeat("x", 4096), 1},
		"one more":                           {strings.Repeat("x", 4097), 2},
		"of four bytes each":                 {strings.Repeat("😀", 4096), 1},
		"one more of those":                  {strings.Repeat("😀", 4097), 2},
		"with a mark on each, which count":   {strings.Repeat("e\u0301", 2048), 1},
		"one more with a mark":               {strings.Repeat("e\u0301", 2049), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t).hooked()
				ann := r.writer("Ann")
				_, err := r.send(ann, channel.Text(c.text))
				require.NoError(t, err)
				assert.Len(t, texts(ann), c.parts)
				assert.Equal(t, c.text, strings.Join(texts(ann), ""))
			})
		})
	}
}

func TestABotKeepsThePaceOfAllItsChatsTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		var people []*telegramtest.User
		for i := range 100 {
			people = append(people, r.writer("Person "+strconv.Itoa(i)))
		}
		start := time.Now()
		var wg sync.WaitGroup
		for _, p := range people {
			wg.Go(func() { assert.NoError(t, lastError(r.send(p, channel.Text("news")))) })
		}
		wg.Wait()
		assert.Zero(t, throttled(r.platform))
		assert.Equal(t, 3*time.Second, time.Since(start), "30 at once, and no slower than it may be")
	})
}

func TestAForumThatPutTheBotOutIsNotWrittenToInAnyTopic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		forum := r.platform.NewForum("Support")
		require.NoError(t, forum.AddBot(ann))
		billing, err := forum.NewTopic(ann, "Billing")
		require.NoError(t, err)
		chatID := forum.ChatID() + "/" + billing.ID()
		_, err = r.bot.Send(t.Context(), chatID, channel.Text("hello"))
		require.NoError(t, r.note(err))

		time.Sleep(time.Second)
		require.NoError(t, forum.KickBot(ann))
		calls := r.calls("sendMessage")
		_, err = r.bot.Send(t.Context(), chatID, channel.Text("hello?"))
		require.ErrorIs(t, r.note(err), channel.ErrNotSubscribed)
		assert.Equal(t, calls, r.calls("sendMessage"))

		time.Sleep(time.Second)
		require.NoError(t, forum.AddBot(ann))
		_, err = r.bot.Send(t.Context(), chatID, channel.Text("back"))
		require.NoError(t, r.note(err))
	})
}

func TestAReplyToAMessageOfTheOldGroupGoesOutWithout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		group := r.platform.NewGroup("Friends")
		require.NoError(t, group.AddBot(ann))
		first, err := r.bot.Send(t.Context(), group.ChatID(), channel.Text("first"))
		require.NoError(t, err)
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.DroppedUpdate, Count: 2})
		moved, _ := group.Migrate(ann) // of which the bot is not told
		require.NotNil(t, moved)
		for range 2 {
			sent, err := r.bot.Send(t.Context(), group.ChatID(), channel.Message{Text: "again", ReplyTo: first.MessageIDs[0]})
			require.NoError(t, r.note(err))
			assert.Equal(t, moved.ChatID(), sent.ChatID)
			assert.Equal(t, []channel.Feature{channel.FeatureReplyTo}, sent.Degraded)
		}
		require.Len(t, moved.Messages(), 2)
	})
}
