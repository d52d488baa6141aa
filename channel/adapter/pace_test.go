package adapter

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

var (
	perAccount = Pace{Name: "account", N: 5, Per: time.Second}
	perChat    = Pace{Name: "chat", N: 1, Per: time.Second, Chat: true}
)

func paced(paces ...Pace) *sendDriver {
	d := &sendDriver{rules: Rules{Paces: paces}}
	for _, p := range paces {
		d.costs = append(d.costs, Cost{Pace: p.Name})
	}
	return d
}

func TestPaceIsNeverExceededInAnyWindow(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]channel.Options{
		"by the store": {},
		"by the process when the store fails": {Store: &failingStore{
			Store: channel.NewMemoryStore(), fail: func(op string, _ channel.Key) bool { return op == "reserve" },
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if o.Store == nil {
					o.Store = channel.NewMemoryStore()
				}
				d := paced(perAccount, perChat)
				c := newSender(t, d, o)
				began := time.Now()
				var all sync.WaitGroup
				for i := range 100 {
					all.Go(func() {
						_, err := c.Send(t.Context(), fmt.Sprint(i%50), channel.Text("hi"))
						assert.NoError(t, err)
					})
					time.Sleep(7 * time.Millisecond)
				}
				all.Wait()
				calls := d.all()
				require.Len(t, calls, 100)
				requirePace(t, calls, 5, time.Second)
				byChat := map[string][]sendCall{}
				for _, call := range calls {
					byChat[call.chatID] = append(byChat[call.chatID], call)
				}
				for _, calls := range byChat {
					requirePace(t, calls, 1, time.Second)
				}
				assert.LessOrEqual(t, time.Since(began), 21*time.Second, "the pace is used, too")
			})
		})
	}
}

func TestPaceOfOneAppIsSharedByItsAccounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := channel.NewMemoryStore()
		p := Pace{Name: "app", N: 1, Per: time.Minute, Shared: "app-7"}
		a, b := newSender(t, paced(p), channel.Options{Store: store, MaxWait: -1}), newSender(t, paced(p), channel.Options{Store: store, MaxWait: -1})
		b.account.ID = "2"
		_, err := a.Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err)
		_, err = b.Send(t.Context(), "other", channel.Text("hi"))
		assert.ErrorIs(t, err, channel.ErrRateLimited)
	})
}

func TestRepliesGoBeforeBulk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perAccount)
		c := newSender(t, d, channel.Options{})
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				_, err := c.Send(channel.WithBulk(t.Context()), fmt.Sprint("bulk", i), channel.Text("news"))
				assert.NoError(t, err)
			})
		}
		time.Sleep(2500 * time.Millisecond)
		for range 20 {
			began := time.Now()
			_, err := c.Send(t.Context(), "person", channel.Text("answer"))
			require.NoError(t, err)
			require.LessOrEqual(t, time.Since(began), time.Second, "a reply waits for one window at most")
		}
		all.Wait()
		require.Len(t, d.all(), 220)
		requirePace(t, d.all(), 5, time.Second)
	})
}

func TestReplyDoesNotWaitBehindABroadcastToTheSameChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perAccount)
		c := newSender(t, d, channel.Options{})
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				_, err := c.Send(channel.WithBulk(t.Context()), "chat", channel.Text(fmt.Sprint("news ", i)))
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		began := time.Now()
		_, err := c.Send(t.Context(), "chat", channel.Text("answer"))
		require.NoError(t, err)
		assert.LessOrEqual(t, time.Since(began), time.Second)
		all.Wait()
		requirePace(t, d.all(), 5, time.Second)
		n := 0
		for _, text := range d.texts() {
			if text != "answer" {
				assert.Equal(t, fmt.Sprint("news ", n), text, "a broadcast keeps its order")
				n++
			}
		}
	})
}

func TestBroadcastUsesItsWholePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(Pace{Name: "account", N: 30, Per: time.Second}, perChat)
		d.send = func(context.Context, int, *Part) error {
			time.Sleep(80 * time.Millisecond)
			return nil
		}
		c := newSender(t, d, channel.Options{})
		const people = 3000
		next := make(chan int)
		var workers sync.WaitGroup
		began := time.Now()
		for range 32 {
			workers.Go(func() {
				for i := range next {
					_, err := c.Send(channel.WithBulk(t.Context()), fmt.Sprint(i), channel.Text("news"))
					assert.NoError(t, err)
				}
			})
		}
		for i := range people {
			next <- i
		}
		close(next)
		workers.Wait()
		requirePace(t, d.all(), 30, time.Second)
		allowed := (people/30 - 1) * time.Second
		assert.LessOrEqual(t, time.Since(began), allowed+allowed/50)
	})
}

func TestBulkWaitsNoLongerThanItMay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(Pace{Name: "account", N: 1, Per: time.Minute})
		c := newSender(t, d, channel.Options{MaxWait: 5 * time.Second})
		_, err := c.Send(t.Context(), "a", channel.Text("hi"))
		require.NoError(t, err)
		began := time.Now()
		_, err = c.Send(channel.WithBulk(t.Context()), "b", channel.Text("news"))
		e := failure(t, err)
		assert.Equal(t, channel.ErrRateLimited, e.Reason)
		assert.Equal(t, began.Add(time.Minute).UTC(), e.RetryAt)
		assert.Zero(t, time.Since(began))
	})
}

func TestThrottledChatHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perAccount, perChat)
		d.send = func(_ context.Context, n int, p *Part) error {
			if p.ChatID == "slow" && n == 1 {
				return &native{Verdict{
					Error:    channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeChat, RetryAt: time.Now().Add(time.Minute)},
					Executed: ExecutedNo, Pause: "chat",
				}}
			}
			return nil
		}
		c := newSender(t, d, channel.Options{})
		began := time.Now()
		var all sync.WaitGroup
		all.Go(func() {
			_, err := c.Send(t.Context(), "slow", channel.Text("hi"))
			assert.NoError(t, err)
			assert.Equal(t, time.Minute, time.Since(began))
		})
		synctest.Wait()
		for i := range 4 {
			_, err := c.Send(t.Context(), fmt.Sprint("quick", i), channel.Text("hi"))
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(began))
		all.Wait()
	})
}

func TestPauseThatComesWhileManyWaitHoldsForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perAccount)
		began := time.Now()
		until := began.Add(30 * time.Second)
		d.send = func(_ context.Context, n int, p *Part) error {
			if n == 8 {
				return &native{Verdict{
					Error:    channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount, RetryAt: until},
					Executed: ExecutedNo, Pause: "account",
				}}
			}
			return nil
		}
		c := newSender(t, d, channel.Options{})
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				_, err := c.Send(t.Context(), fmt.Sprint(i), channel.Text("hi"))
				assert.NoError(t, err)
			})
		}
		all.Wait()
		calls := d.all()
		require.Len(t, calls, 61)
		requirePace(t, calls, 5, time.Second)
		for _, call := range calls[10:] {
			require.False(t, call.at.Before(until), "called at %s", call.at.Sub(began))
		}
	})
}

func TestThrottleWithoutATimeDoublesAndIsForgottenOnSuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(Pace{Name: "account", N: 100, Per: time.Second})
		throttled := &native{Verdict{
			Error: channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount}, Executed: ExecutedNo, Pause: "account",
		}}
		d.send = func(_ context.Context, n int, _ *Part) error {
			if n == 4 || n == 6 {
				return nil
			}
			return throttled
		}
		c := newSender(t, d, channel.Options{})
		for range 2 {
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			require.NoError(t, err)
		}
		calls := d.all()
		require.Len(t, calls, 6)
		var gaps []time.Duration
		for i := range calls[1:] {
			gaps = append(gaps, calls[i+1].at.Sub(calls[i].at))
		}
		assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 0, time.Second}, gaps)
		assert.Empty(t, c.sender.throttles.of)
	})
}

func TestThrottleEndsAfterFiveTriesAndNamesATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perAccount)
		d.send = func(context.Context, int, *Part) error {
			return &native{Verdict{
				Error: channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount, Code: "429"}, Executed: ExecutedNo, Pause: "account",
			}}
		}
		c := newSender(t, d, channel.Options{})
		sent, err := c.Send(t.Context(), "chat", channel.Text("hi"))
		e := failure(t, err)
		assert.Equal(t, channel.ErrRateLimited, e.Reason)
		assert.Equal(t, "429", e.Code)
		assert.Equal(t, time.Now().Add(16*time.Second).UTC(), e.RetryAt)
		assert.Len(t, d.all(), 5)
		require.NotNil(t, sent.Rest)
		assert.Equal(t, "hi", sent.Rest.Text)
	})
}

func TestThrottleUntilATimeThatIsOverCountsAsOneWithoutATime(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]string{"with a pause": "account", "without": ""} {
		for ago := range 2 {
			t.Run(fmt.Sprintf("%s, %d s ago", name, ago), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					d := paced(Pace{Name: "account", N: 100, Per: time.Second})
					d.send = func(context.Context, int, *Part) error {
						return &native{Verdict{
							Error: channel.Error{
								Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount,
								RetryAt: time.Now().Add(time.Duration(-ago) * time.Second),
							},
							Executed: ExecutedNo, Pause: pause,
						}}
					}
					began := time.Now()
					_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
					require.ErrorIs(t, err, channel.ErrRateLimited)
					assert.Equal(t, 15*time.Second, time.Since(began), "a second, two, four and eight between five calls")
					assert.Len(t, d.all(), 5)
				})
			})
		}
	}
}

func TestThrottlesOfCallsUnderWayTogetherCountOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var th throttles
		key := channel.Key{ID: "x"}
		first := th.again(key)
		assert.Equal(t, time.Now().Add(time.Second).UTC(), first)
		assert.Equal(t, first, th.again(key))
		for range 20 {
			time.Sleep(time.Until(first))
			first = th.again(key)
		}
		assert.Equal(t, time.Minute, time.Until(first))
	})
}

func TestMaxWait(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		maxWait  time.Duration
		deadline time.Duration
		wait     time.Duration // until a second send of one in ten seconds is made; less than 0: it is not
	}{
		"zero waits as long as the context allows":   {0, 0, 10 * time.Second},
		"zero waits no longer than the context":      {0, 9 * time.Second, -1},
		"less than zero does not wait":               {-1, 0, -1},
		"enough":                                     {10 * time.Second, 0, 10 * time.Second},
		"too little":                                 {9 * time.Second, 0, -1},
		"enough, but the context ends before":        {time.Minute, 9 * time.Second, -1},
		"enough, and the context ends only later on": {time.Minute, 11 * time.Second, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := paced(Pace{Name: "account", N: 1, Per: 10 * time.Second})
				c := newSender(t, d, channel.Options{MaxWait: test.maxWait})
				began := time.Now()
				_, err := c.Send(t.Context(), "a", channel.Text("hi"))
				require.NoError(t, err)
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				_, err = c.Send(ctx, "b", channel.Text("hi"))
				if test.wait >= 0 {
					require.NoError(t, err)
					assert.Equal(t, test.wait, time.Since(began))
					return
				}
				e := failure(t, err)
				assert.Equal(t, channel.ErrRateLimited, e.Reason)
				assert.Equal(t, channel.ScopeAccount, e.Scope)
				assert.Equal(t, began.Add(10*time.Second).UTC(), e.RetryAt)
				assert.Zero(t, time.Since(began), "it is refused at once")
				time.Sleep(10 * time.Second)
				_, err = c.Send(t.Context(), "c", channel.Text("hi"))
				assert.NoError(t, err, "what was refused took nothing")
				assert.Equal(t, 10*time.Second, time.Since(began))
			})
		})
	}
}

func TestRateLimitIsAboutTheChatWhoseLimitHolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(Pace{Name: "account", N: 3, Per: 10 * time.Second}, perChat)
		c := newSender(t, d, channel.Options{MaxWait: -1})
		send := func(chat string) error {
			_, err := c.Send(t.Context(), chat, channel.Text("hi"))
			return err
		}
		require.NoError(t, send("a"))
		assert.Equal(t, channel.ScopeChat, failure(t, send("a")).Scope)
		require.NoError(t, send("b"), "asking which limit held took nothing")
		require.NoError(t, send("c"))
		assert.Equal(t, channel.ScopeAccount, failure(t, send("a")).Scope, "the account's is the longer wait now")
	})
}

func TestMaxWaitCountsTheLineOfTheChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perChat)
		c := newSender(t, d, channel.Options{MaxWait: 3 * time.Second})
		began := time.Now()
		var mu sync.Mutex
		var sent, refused int
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					sent++
					return
				}
				refused++
				assert.ErrorIs(t, err, channel.ErrRateLimited)
				assert.LessOrEqual(t, time.Since(began), 3*time.Second)
			})
		}
		all.Wait()
		assert.Equal(t, 4, sent)
		assert.Equal(t, 6, refused)
	})
}

func TestCostsThatCannotBeHadAreInvalid(t *testing.T) {
	t.Parallel()
	c := newSender(t, paced(perAccount, perChat), channel.Options{})
	for name, call := range map[string]Call{
		"no such pace":                    {Costs: []Cost{{Pace: "nonesuch"}}},
		"more than the pace ever has":     {Costs: []Cost{{Pace: "account", Units: 6}}},
		"the same, in two pieces":         {Costs: []Cost{{Pace: "account", Units: 3}, {Pace: "account", Units: 3}}},
		"the pace of a chat, but no chat": {Costs: []Cost{{Pace: "chat"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Do(t.Context(), c, call, func(context.Context) (int, error) {
				assert.Fail(t, "called")
				return 0, nil
			})
			assert.ErrorIs(t, err, channel.ErrInvalid)
		})
	}
}

func TestDoPaysForEachOfItsChats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, paced(perAccount, perChat), channel.Options{MaxWait: -1})
		call := Call{Op: "forward", ChatIDs: []string{"a", "b", "a"}, Costs: []Cost{{Pace: "account", Units: 2}, {Pace: "chat"}}}
		ok := func(context.Context) (string, error) { return "done", nil }
		v, err := Do(t.Context(), c, call, ok)
		require.NoError(t, err)
		assert.Equal(t, "done", v)
		for _, chat := range []string{"a", "b"} {
			_, err = Do(t.Context(), c, Call{ChatIDs: []string{chat}, Costs: []Cost{{Pace: "chat"}}}, ok)
			assert.ErrorIs(t, err, channel.ErrRateLimited)
		}
		_, err = Do(t.Context(), c, Call{Costs: []Cost{{Pace: "account", Units: 3}}}, ok)
		assert.NoError(t, err, "two of five were taken")
	})
}

func TestChatsThatThePlatformCountsAsOneShareItsPace(t *testing.T) {
	t.Parallel()
	group := func(chatID string) string { id, _, _ := strings.Cut(chatID, "/"); return id }
	c := newSender(t, paced(Pace{Name: "group", N: 2, Per: time.Minute, Chat: true, Of: group}), channel.Options{MaxWait: -1})
	for _, chatID := range []string{"7/topic-1", "7/topic-2", "8/topic-1"} {
		_, err := c.Send(t.Context(), chatID, channel.Text("hi"))
		require.NoError(t, err)
	}
	_, err := c.Send(t.Context(), "7/topic-3", channel.Text("hi"))
	require.ErrorIs(t, err, channel.ErrRateLimited)
	assert.Equal(t, channel.ScopeChat, failure(t, err).Scope)
	ok := func(context.Context) (int, error) { return 0, nil }
	call := Call{ChatIDs: []string{"9/topic-1", "9/topic-2"}, Costs: []Cost{{Pace: "group"}}}
	_, err = Do(t.Context(), c, call, ok)
	require.NoError(t, err)
	_, err = c.Send(t.Context(), "9/topic-3", channel.Text("hi"))
	require.ErrorIs(t, err, channel.ErrRateLimited, "a call about both topics took for both")
	call.ChatIDs = append(call.ChatIDs, "9/topic-3")
	_, err = Do(t.Context(), c, call, ok)
	require.ErrorIs(t, err, channel.ErrInvalid, "three at once are more than the group ever has")
}
