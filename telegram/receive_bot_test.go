package telegram_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestAWebhookIsRegisteredAndAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		registered := r.platform.Requests()[0]
		assert.Equal(t, "setWebhook", registered.Method)
		assert.Equal(t, webhookSecret, registered.Parameters["secret_token"])
		r.events.then = func(ctx context.Context, e *channel.Event) error {
			_, err := r.bot.Send(ctx, e.Chat.ID, channel.Message{Text: "You wrote: " + e.Message.Text, ReplyTo: e.Message.ID, Key: e.ID})
			return err
		}
		ann := r.platform.NewUser("Ann Lee")
		require.NoError(t, ann.Write("Is it open? 👋"))
		require.Len(t, ann.Messages(), 1)
		assert.Equal(t, "You wrote: Is it open? 👋", ann.Messages()[0].Text)
		assert.Equal(t, ann.Sent()[0].ID, ann.Messages()[0].ReplyTo)
		e := r.events.all()[0]
		assert.Equal(t, "Ann Lee", e.User.Name)
		assert.Equal(t, "telegram:7700110011:"+ann.ID(), e.Address().String())

		registration, err := r.bot.Registered(t.Context())
		require.NoError(t, err)
		assert.Equal(t, channel.Registration{URL: webhookURL}, registration)
	})
}

func TestAHandlerThatFailsIsSeenInTheRegistration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		failures := 3
		r.events.then = func(context.Context, *channel.Event) error {
			if failures--; failures >= 0 {
				return channel.ErrUnavailable
			}
			return nil
		}
		ann := r.writer("Ann")
		assert.Len(t, r.events.all(), 4, "the same event until it is handled")
		registration, err := r.bot.Registered(t.Context())
		require.NoError(t, err)
		assert.Contains(t, registration.LastError, "503")
		assert.False(t, registration.LastErrorAt.IsZero())
		require.NoError(t, ann.Write("fine"))
	})
}

// What the webhook was given and could not acknowledge comes by polling too, and is one event.
func TestPollingGivesTheEventsOfTheWebhook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.LostReply, Count: 1000})
		ann := r.platform.NewUser("Ann")
		acknowledged := make(chan error, 3)
		for _, do := range []func() error{
			func() error { return ann.Start("ref_42-A") },
			func() error { return ann.SharePhone("+380501112233") },
			ann.Block,
		} {
			go func() { acknowledged <- do() }()
			time.Sleep(time.Second)
		}
		hooked := r.events.all()
		// Those behind one that is not acknowledged stay with the platform.
		require.Equal(t, []channel.EventKind{channel.EventStarted, channel.EventSubscription}, r.events.kinds())
		require.ErrorIs(t, r.bot.Poll(t.Context(), &r.events), channel.ErrConflict, "a webhook is registered")
		require.NoError(t, r.bot.Unregister(t.Context()))

		polled := pollUntil(t, r, 3)
		assert.Empty(t, acknowledged, "what failed is not acknowledged")
		assert.Equal(t, []channel.Event{hooked[0], hooked[1]}, []channel.Event{polled[0], polled[2]}, "the same, with the same IDs")
		assert.Equal(t, channel.EventMessage, polled[1].Kind)

		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.bot.Poll(ctx, &r.events) }()
		for range 3 {
			require.NoError(t, <-acknowledged)
		}
		assert.Equal(t, append(hooked, polled[1]), r.events.all(), "what the webhook's handler took is not handled again")
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

// pollUntil has a channel that knows nothing poll, and fail, n events; they come in the order of their IDs.
func pollUntil(t *testing.T, r *rig, n int) []channel.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := make(map[string]channel.Event)
	events := make(chan channel.Event)
	ended := make(chan error, 1)
	go func() {
		ended <- r.another(nil, r.platform.Token()).Poll(ctx, channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
			events <- *e
			return channel.ErrUnavailable
		}))
	}()
	first := ""
	for len(got) < n {
		e := <-events
		if first == "" || e.ID < first {
			first = e.ID
		}
		got[e.ID] = e
	}
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	id, err := strconv.Atoi(first)
	require.NoError(t, err)
	var inOrder []channel.Event
	for i := range n {
		inOrder = append(inOrder, got[strconv.Itoa(id+i)])
	}
	return inOrder
}

func TestAStrangerReachesNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.Serve(r.bot.Webhook(&r.events))
		response, err := r.platform.Client().Get("https://api.telegram.org/bot" + r.platform.Token() +
			"/setWebhook?url=" + webhookURL + "&secret_token=" + "another-secret")
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.ErrorIs(t, r.platform.NewUser("Ann").Write("hi"), telegramtest.ErrExpired)
		assert.Empty(t, r.events.all())
		registration, err := r.bot.Registered(t.Context())
		require.NoError(t, err)
		assert.Contains(t, registration.LastError, "401")
	})
}

func TestTheNewestKnowledgeOfASubscriptionWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		apart          time.Duration // in the same second the ID of the update decides
		earlier, later func(u *telegramtest.User) error
		want           channel.Subscription
	}{
		"a message before a block": {
			3 * time.Second, write, (*telegramtest.User).Block,
			channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked},
		},
		"a message before a block in the same second": {
			0, write, (*telegramtest.User).Block,
			channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked},
		},
		"a block before a start": {
			3 * time.Second, (*telegramtest.User).Block, start, channel.Subscription{State: channel.StateActive},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t).hooked()
				ann := r.writer("Ann")
				time.Sleep(10 * time.Second)
				r.platform.Fault(telegramtest.Fault{Kind: telegramtest.DelayedDelivery, Delay: 30 * time.Second})
				done := make(chan error, 1)
				go func() { done <- c.earlier(ann) }()
				synctest.Wait()
				time.Sleep(c.apart)
				since := time.Now()
				require.NoError(t, c.later(ann))
				require.NoError(t, <-done)
				sub, err := r.bot.Subscription(t.Context(), ann.ChatID())
				require.NoError(t, err)
				assert.Equal(t, c.want.State, sub.State)
				assert.Equal(t, c.want.Reason, sub.Reason)
				if c.want.State == channel.StateInactive {
					assert.WithinDuration(t, since, sub.Since, time.Second)
				}
			})
		})
	}
}

func write(u *telegramtest.User) error { return u.Write("hi") }
func start(u *telegramtest.User) error { return u.Start("") }

func TestAnEditSaysWhenItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		time.Sleep(time.Hour)
		require.NoError(t, ann.Edit(ann.Sent()[0].ID, "hello!"))
		first, second := r.events.all()[0], r.events.all()[1]
		assert.Equal(t, channel.EventMessageEdited, second.Kind)
		assert.Equal(t, first.Message.ID, second.Message.ID)
		assert.Equal(t, time.Hour, second.Time.Sub(first.Time))
	})
}

func TestANewPollerEndsTheOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ctx, cancel := context.WithCancel(t.Context())
		first, second := make(chan error, 1), make(chan error, 1)
		go func() { first <- r.bot.Poll(ctx, &r.events) }()
		synctest.Wait()
		go func() { second <- r.another(nil, r.platform.Token()).Poll(ctx, &r.events) }()
		err := r.note(<-first)
		require.ErrorIs(t, err, channel.ErrConflict)
		assert.Contains(t, err.Error(), "only one bot instance")
		require.NoError(t, r.platform.NewUser("Ann").Write("hi"), "the new one goes on")
		cancel()
		require.ErrorIs(t, <-second, context.Canceled)
	})
}
