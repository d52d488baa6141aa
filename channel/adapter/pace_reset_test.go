package adapter

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// wrote is the person of a chat writing to it.
func wrote(t *testing.T, c *Channel) {
	t.Helper()
	e := channel.Event{Kind: channel.EventMessage, Chat: channel.Chat{ID: "chat"}}
	require.NoError(t, c.learn(t.Context(), &Incoming{Event: e, Resets: true}))
}

func TestWhoWaitsForAPaceAsksAnewWhenItStartsAnew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		chat bool
		bulk bool
	}{
		"of the chat": {chat: true}, "of the account": {}, "in bulk": {chat: true, bulk: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newSender(t, paced(Pace{Name: "p", N: 2, Per: time.Hour, Chat: test.chat, Resets: true}), channel.Options{})
				var mu sync.Mutex
				var after []sendCall
				reset := time.Now().Add(30 * time.Minute)
				call := Call{Op: "typing", ChatIDs: []string{"chat"}, Costs: []Cost{{Pace: "p"}}, Bulk: test.bulk}
				var all sync.WaitGroup
				for range 9 {
					all.Go(func() {
						_, err := Do(t.Context(), c, call, func(context.Context) (struct{}, error) {
							mu.Lock()
							defer mu.Unlock()
							if !time.Now().Before(reset) {
								after = append(after, sendCall{at: time.Now()})
							}
							return struct{}{}, nil
						})
						assert.NoError(t, err)
					})
				}
				time.Sleep(time.Until(reset))
				wrote(t, c)
				all.Wait()
				require.Len(t, after, 7)
				assert.Equal(t, reset, after[1].at, "two go at once")
				requirePace(t, after, 2, time.Hour)
				assert.Equal(t, reset.Add(3*time.Hour), time.Now(), "and nobody waits for what was reserved before")
				assert.Empty(t, c.sender.resets.waiting)
			})
		})
	}
}

func TestReplyDoesNotWaitBehindWhatWasReservedBeforeThePersonWrote(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(Pace{Name: "chat", N: 2, Per: 24 * time.Hour, Chat: true, Resets: true})
		c := newSender(t, d, channel.Options{})
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				_, err := c.Send(t.Context(), "chat", channel.Text(fmt.Sprint(i)))
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		wrote(t, c)
		began := time.Now()
		_, err := c.Send(t.Context(), "chat", channel.Text("the reply"))
		require.NoError(t, err)
		assert.Zero(t, time.Since(began))
		all.Wait()
		assert.Equal(t, []string{"0", "1", "2", "the reply"}, d.texts())
		_, err = c.Send(t.Context(), "chat", channel.Text("a third"))
		require.NoError(t, err)
		assert.Equal(t, 24*time.Hour, time.Since(began), "what waited counts")
	})
}

func TestSleepThatIsCutShortCostsOnlyWhatItTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := patience{bounded: true, left: time.Hour}
		woken := make(chan struct{}, 1)
		time.AfterFunc(time.Minute, func() { woken <- struct{}{} })
		early, err := p.sleepUnless(t.Context(), 10*time.Minute, woken)
		require.NoError(t, err)
		assert.True(t, early)
		assert.Equal(t, 59*time.Minute, p.left)
		early, err = p.sleepUnless(t.Context(), 10*time.Minute, woken)
		require.NoError(t, err)
		assert.False(t, early)
		assert.Equal(t, 49*time.Minute, p.left)
	})
}
