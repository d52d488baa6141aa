package adapter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// writes counts what a store is asked to do about subscriptions.
func counting(ops map[string]int) *failingStore {
	var mu sync.Mutex
	return &failingStore{Store: channel.NewMemoryStore(), fail: func(op string, k channel.Key) bool {
		mu.Lock()
		defer mu.Unlock()
		ops[op+" "+string(k.Kind)]++
		return false
	}}
}

func TestCommonMessageWritesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := map[string]int{}
		c := newSender(t, &sendDriver{}, channel.Options{Store: counting(ops)})
		for range 100 {
			in := inbound("chat", time.Now())
			in.Event.User = channel.User{ID: "ann", Name: "Ann"}
			require.NoError(t, c.learn(t.Context(), in))
			time.Sleep(time.Second)
		}
		assert.Equal(t, 1, ops["swap subscription"])
		assert.Equal(t, 1, ops["swap profile"])
		time.Sleep(time.Hour)
		require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now())))
		assert.Equal(t, 2, ops["swap subscription"], "but now and then, so that others know it is still so")
	})
}

func TestWindowIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := map[string]int{}
		store := counting(ops)
		c := newSender(t, &sendDriver{}, channel.Options{Store: store})
		var ends time.Time
		for range 120 {
			ends = time.Now().Add(24 * time.Hour)
			in := inbound("chat", time.Now())
			in.Implies.WindowEnds = ends
			require.NoError(t, c.learn(t.Context(), in))
			time.Sleep(time.Second)
		}
		assert.Equal(t, 2, ops["swap subscription"])
		assert.Equal(t, ends.UTC(), subscriptionOf(t, c, "chat").WindowEnds, "this process knows better")
		other := newSender(t, &sendDriver{}, channel.Options{Store: store})
		assert.WithinDuration(t, ends, subscriptionOf(t, other, "chat").WindowEnds, time.Minute)
	})
}

func TestReplicasLearnFromOneAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		d := &sendDriver{send: failingFirst(1, refusal(channel.ErrBlocked, channel.ScopeChat))}
		a, b := newSender(t, d, channel.Options{Store: store}), newSender(t, &sendDriver{}, channel.Options{Store: store})
		require.NoError(t, b.learn(t.Context(), inbound("chat", time.Now())))
		time.Sleep(10 * time.Second)
		_, err := a.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		time.Sleep(time.Minute)
		_, err = b.Send(t.Context(), "chat", channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		require.NoError(t, b.learn(t.Context(), inbound("chat", time.Now())))
		time.Sleep(time.Minute)
		_, err = a.Send(t.Context(), "chat", channel.Text("hi"))
		assert.NoError(t, err)
	})
}

func TestOnSubscriptionGetsTheChangesThatNoEventTells(t *testing.T) {
	t.Parallel()
	var told []channel.Event
	d := &sendDriver{send: failingFirst(1, refusal(channel.ErrBlocked, channel.ScopeChat))}
	c := newSender(t, d, channel.Options{OnSubscription: channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
		told = append(told, *e)
		return nil
	})})
	now := time.Now()
	first := inbound("chat", now)
	first.Event.User = channel.User{ID: "ann"}
	for range 2 {
		require.NoError(t, c.learn(t.Context(), first))
	}
	_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
	require.Error(t, err)
	require.NoError(t, c.learn(t.Context(), inbound("chat", now.Add(time.Minute))))
	require.NoError(t, c.learn(t.Context(), optOut("chat", now.Add(2*time.Minute))))
	require.Len(t, told, 3, "an EventSubscription is its own news")
	for i, state := range []channel.State{channel.StateActive, channel.StateInactive, channel.StateActive} {
		assert.Equal(t, channel.EventSubscription, told[i].Kind)
		assert.Equal(t, c.account, told[i].Account)
		assert.Equal(t, "chat", told[i].Chat.ID)
		assert.Equal(t, state, told[i].Subscription.State)
		assert.NotEmpty(t, told[i].ID)
		assert.False(t, told[i].Time.IsZero())
	}
	assert.Equal(t, first.Event.ID+":subscription", told[0].ID)
	assert.Equal(t, "ann", told[0].User.ID)
}

func TestOnSubscriptionThatFails(t *testing.T) {
	t.Parallel()
	fails := true
	var ids []string
	d := &sendDriver{send: failingFirst(1, refusal(channel.ErrBlocked, channel.ScopeChat))}
	c := newSender(t, d, channel.Options{OnSubscription: channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
		ids = append(ids, e.ID)
		if fails {
			return errors.New("the database is down")
		}
		return nil
	})})
	in := inbound("chat", time.Now())
	require.Error(t, c.learn(t.Context(), in), "the event must come again")
	assert.Equal(t, channel.StateUnknown, subscriptionOf(t, c, "chat").State, "it is called before anything is written")
	fails = false
	require.NoError(t, c.learn(t.Context(), in))
	require.Len(t, ids, 2)
	assert.Equal(t, ids[0], ids[1])
	fails = true
	_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
	require.ErrorIs(t, err, channel.ErrBlocked)
	assert.Equal(t, channel.StateInactive, subscriptionOf(t, c, "chat").State, "a failed send is not repeated for that")
}

func TestEventComesAgainWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"get", "swap"} {
		c := newSender(t, &sendDriver{}, channel.Options{Store: &failingStore{
			Store: channel.NewMemoryStore(), fail: func(o string, _ channel.Key) bool { return o == op },
		}})
		assert.ErrorIs(t, c.learn(t.Context(), inbound("chat", time.Now())), errBroken)
	}
}

func TestManyLearnOfOneChatAtOnce(t *testing.T) {
	t.Parallel()
	store := channel.NewMemoryStore()
	now := time.Now()
	var all sync.WaitGroup
	for i := range 8 {
		c := newSender(t, &sendDriver{}, channel.Options{Store: store})
		all.Go(func() {
			for j := range 10 {
				in := optOut("chat", now.Add(time.Duration(i*10+j)*time.Second))
				if i == 7 && j == 9 {
					in = inbound("chat", in.Event.Time)
				}
				assert.NoError(t, c.learn(context.Background(), in))
			}
		})
	}
	all.Wait()
	assert.Equal(t, channel.StateActive, subscriptionOf(t, newSender(t, &sendDriver{}, channel.Options{Store: store}), "chat").State)
}

func TestPaceThatResetsStartsAnewWhenThePersonWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := Pace{Name: "chat", N: 1, Per: time.Hour, Chat: true, Resets: true}
		c := newSender(t, paced(p), channel.Options{MaxWait: -1})
		for range 3 {
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			require.NoError(t, err)
			_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
			require.ErrorIs(t, err, channel.ErrRateLimited)
			require.NoError(t, c.learn(t.Context(), &Incoming{Event: channel.Event{Kind: channel.EventMessage, Chat: channel.Chat{ID: "chat"}}, Resets: true}))
		}
	})
}

func TestSubscriptionAsksThePlatform(t *testing.T) {
	t.Parallel()
	t.Run("when what is known is older than a day, and keeps the answer", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			state := channel.StateActive
			d := &sendDriver{asked: func(ids []string) (map[string]channel.Subscription, error) {
				return map[string]channel.Subscription{ids[0]: {State: state}}, nil
			}}
			c := newSender(t, d, channel.Options{})
			for range 2 {
				assert.Equal(t, channel.StateActive, subscriptionOf(t, c, "chat").State)
			}
			assert.Len(t, d.lookups, 1)
			time.Sleep(25 * time.Hour)
			state = channel.StateInactive
			assert.Equal(t, channel.StateInactive, subscriptionOf(t, c, "chat").State)
			assert.Len(t, d.lookups, 2)
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			assert.ErrorIs(t, err, channel.ErrNotSubscribed)
			require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now().Add(-time.Minute))))
			assert.Equal(t, channel.StateActive, subscriptionOf(t, c, "chat").State)
			assert.Len(t, d.lookups, 2)
		})
	})
	t.Run("once a day when it does not tell", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{asked: func([]string) (map[string]channel.Subscription, error) { return nil, nil }}
			c := newSender(t, d, channel.Options{})
			for range 3 {
				assert.Equal(t, channel.Subscription{}, subscriptionOf(t, c, "chat"))
			}
			assert.Len(t, d.lookups, 1)
		})
	})
	t.Run("and tells what is known where it cannot", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := newSender(t, &sendDriver{}, channel.Options{})
			require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now())))
			time.Sleep(48 * time.Hour)
			assert.Equal(t, channel.StateActive, subscriptionOf(t, c, "chat").State)
		})
	})
	t.Run("and tells what is known beside the error", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{asked: func([]string) (map[string]channel.Subscription, error) { return nil, errRefused }}
			c := newSender(t, d, channel.Options{})
			require.NoError(t, c.learn(t.Context(), inbound("chat", time.Now())))
			time.Sleep(48 * time.Hour)
			s, err := c.Subscription(t.Context(), "chat")
			assert.ErrorIs(t, err, channel.ErrUnavailable)
			assert.Equal(t, channel.StateActive, s.State)
			assert.Equal(t, "subscription", failure(t, err).Op)
		})
	})
	t.Run("in one call for many chats", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{rules: Rules{SubscriptionBatch: 3}, asked: func(ids []string) (map[string]channel.Subscription, error) {
				found := map[string]channel.Subscription{}
				for _, id := range ids {
					found[id] = channel.Subscription{State: channel.StateActive}
				}
				return found, nil
			}}
			c := newSender(t, d, channel.Options{})
			var all sync.WaitGroup
			var active atomic.Int32
			for i := range 7 {
				all.Go(func() {
					s, err := c.Subscription(t.Context(), fmt.Sprint(i))
					if assert.NoError(t, err) && s.State == channel.StateActive {
						active.Add(1)
					}
				})
			}
			all.Wait()
			assert.Equal(t, int32(7), active.Load())
			assert.Len(t, d.lookups, 3)
		})
	})
}

func TestAliasFindsWhatIsKnownOfTheChat(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	in := optOut("bsuid", time.Now())
	in.Event.User = channel.User{ID: "bsuid", Aliases: []string{"491701234567"}}
	require.NoError(t, c.learn(t.Context(), in))
	assert.Equal(t, channel.StateInactive, subscriptionOf(t, c, "491701234567").State)
	_, err := c.Send(t.Context(), "491701234567", channel.Text("hi"))
	assert.ErrorIs(t, err, channel.ErrBlocked)

	back := inbound("bsuid", time.Now().Add(time.Minute))
	require.NoError(t, c.learn(t.Context(), back))
	_, err = c.Send(t.Context(), "491701234567", channel.Text("hi"))
	assert.NoError(t, err)

	c.learnFailure(t.Context(), "491701234567", &channel.Error{Reason: channel.ErrGone, Scope: channel.ScopeChat}, time.Now().Add(time.Hour))
	assert.Equal(t, channel.ErrGone, subscriptionOf(t, c, "bsuid").Reason, "what is learnt under an alias is known of the chat")

	swapped := inbound("491701234567", time.Now().Add(2*time.Hour))
	swapped.Event.User = channel.User{ID: "491701234567", Aliases: []string{"bsuid"}}
	require.NoError(t, c.learn(t.Context(), swapped), "two that name one another do not chase themselves")
	subscriptionOf(t, c, "bsuid")
	subscriptionOf(t, c, "491701234567")
}

func TestOnSubscriptionMaySendToTheChatThatLeft(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]string{"": "", "though the store cannot be written": "swap", "though the store is away": "get swap"} {
		for _, key := range []string{"", "key"} {
			if key != "" && failing != "" {
				continue // nothing is sent with a key then
			}
			t.Run(name+key, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					d := &sendDriver{send: func(context.Context, int, *Part) error { return refusal(channel.ErrBlocked, channel.ScopeChat) }}
					store := &failingStore{Store: channel.NewMemoryStore(), fail: func(op string, k channel.Key) bool {
						return failing != "" && strings.Contains(failing, op)
					}}
					told := 0
					var c *Channel
					c = newSender(t, d, channel.Options{Store: store, OnSubscription: channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
						told++
						assert.Equal(t, channel.StateInactive, e.Subscription.State)
						_, err := c.Send(ctx, e.Chat.ID, channel.Message{Text: "goodbye", Key: key})
						assert.ErrorIs(t, err, channel.ErrBlocked)
						return err
					})})
					began := time.Now()
					for range 3 {
						_, err := c.Send(t.Context(), "chat", channel.Message{Text: "hi", Key: key})
						require.ErrorIs(t, err, channel.ErrBlocked)
					}
					assert.Equal(t, 1, told)
					assert.Equal(t, []string{"hi"}, d.texts(), "what the failure told is known before OnSubscription is called")
					assert.Zero(t, time.Since(began))
				})
			})
		}
	}
}

func TestOnSubscriptionMayAskAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{asked: func(ids []string) (map[string]channel.Subscription, error) {
			return map[string]channel.Subscription{ids[0]: {State: channel.StateActive}}, nil
		}}
		told := 0
		var c *Channel
		c = newSender(t, d, channel.Options{OnSubscription: channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
			told++
			s, err := c.Subscription(ctx, e.Chat.ID)
			assert.Equal(t, channel.StateActive, s.State)
			return err
		})})
		assert.Equal(t, channel.StateActive, subscriptionOf(t, c, "chat").State)
		assert.Equal(t, 1, told)
		assert.Len(t, d.lookups, 1)
	})
}
