package adapter

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// people answers look-ups of everybody whose ID does not start with "no".
func everybody(ids []string) (map[string]channel.User, error) {
	found := map[string]channel.User{}
	for _, id := range ids {
		if id[:min(2, len(id))] != "no" {
			found[id] = channel.User{ID: id, Name: "Name of " + id}
		}
	}
	return found, nil
}

func tell(t *testing.T, c *Channel, u channel.User) {
	t.Helper()
	require.NoError(t, c.learn(t.Context(), &Incoming{Event: channel.Event{Kind: channel.EventMessage, User: u}}))
}

func TestUserIsLookedUpOnceInItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{users: everybody, rules: Rules{UserKeep: time.Hour}}
		store := channel.NewMemoryStore()
		for range 3 {
			u, err := newSender(t, d, channel.Options{Store: store}).User(t.Context(), "ann")
			require.NoError(t, err)
			assert.Equal(t, channel.User{ID: "ann", Name: "Name of ann"}, u)
		}
		assert.Len(t, d.lookups, 1)
		time.Sleep(time.Hour)
		_, err := newSender(t, d, channel.Options{Store: store}).User(t.Context(), "ann")
		require.NoError(t, err)
		assert.Len(t, d.lookups, 2)
	})
}

func TestUserThatIsNotThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{users: everybody}
		c := newSender(t, d, channel.Options{})
		for range 3 {
			_, err := c.User(t.Context(), "nobody")
			e := failure(t, err)
			assert.Equal(t, channel.ErrNotFound, e.Reason)
			assert.Equal(t, "user", e.Op)
		}
		assert.Len(t, d.lookups, 1, "that is remembered")
		tell(t, c, channel.User{ID: "nobody", Name: "Nobody"})
		d.users = func(ids []string) (map[string]channel.User, error) {
			return map[string]channel.User{ids[0]: {ID: ids[0], Name: "Somebody"}}, nil
		}
		u, err := c.User(t.Context(), "nobody")
		require.NoError(t, err, "an event of the person says otherwise")
		assert.Equal(t, "Somebody", u.Name)
		d.users = everybody
		_, err = c.User(t.Context(), "no one")
		require.ErrorIs(t, err, channel.ErrNotFound)
		time.Sleep(time.Hour)
		_, err = c.User(t.Context(), "no one")
		require.ErrorIs(t, err, channel.ErrNotFound)
		assert.Len(t, d.lookups, 4, "for an hour")
	})
}

func TestUserThatThePlatformDeclaresNotFound(t *testing.T) {
	t.Parallel()
	d := &sendDriver{users: func([]string) (map[string]channel.User, error) {
		return nil, refusal(channel.ErrNotFound, channel.ScopeMessage)
	}}
	c := newSender(t, d, channel.Options{})
	for range 2 {
		_, err := c.User(t.Context(), "ann")
		assert.ErrorIs(t, err, channel.ErrNotFound)
	}
	assert.Len(t, d.lookups, 1)
}

func TestWhatEventsToldServesWhereThePlatformDoesNotTell(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		reason channel.Reason // empty: what events told serves
	}{
		"not at all":   {channel.ErrUnsupported, ""},
		"not now":      {errRefused, ""},
		"not of her":   {refusal(channel.ErrForbidden, channel.ScopeMessage), ""},
		"rate limited": {refusal(channel.ErrRateLimited, channel.ScopeAccount), ""},
		"not found":    {refusal(channel.ErrNotFound, channel.ScopeMessage), channel.ErrNotFound},
		"not to us":    {refusal(channel.ErrUnauthorized, channel.ScopeAccount), channel.ErrUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &sendDriver{users: func([]string) (map[string]channel.User, error) { return nil, test.err }}
			c := newSender(t, d, channel.Options{MaxWait: -1})
			_, err := c.User(t.Context(), "stranger")
			assert.Error(t, err)
			tell(t, c, channel.User{ID: "ann", Name: "Ann", Language: "de"})
			tell(t, c, channel.User{ID: "ann", Name: "Ann Smith"})
			u, err := c.User(t.Context(), "ann")
			if test.reason != "" {
				assert.ErrorIs(t, err, test.reason)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, channel.User{ID: "ann", Name: "Ann Smith", Language: "de"}, u)
		})
	}
}

func TestLookUpAddsToWhatEventsTold(t *testing.T) {
	t.Parallel()
	d := &sendDriver{users: everybody}
	c := newSender(t, d, channel.Options{})
	tell(t, c, channel.User{ID: "ann", Name: "Ann", Phone: "+491701234567", Aliases: []string{"a1"}})
	want := channel.User{ID: "ann", Name: "Name of ann", Phone: "+491701234567", Aliases: []string{"a1"}}
	for _, id := range []string{"ann", "a1"} {
		u, err := c.User(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, want, u)
	}
	assert.Len(t, d.lookups, 1, "an alias finds the same")
	tell(t, c, channel.User{ID: "ann", Name: "Anna"})
	u, err := c.User(t.Context(), "a1")
	require.NoError(t, err)
	assert.Equal(t, "Anna", u.Name, "an event is newer")
	assert.Len(t, d.lookups, 1)
}

func TestProfileOfEventsIsKeptWhileTheyCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSender(t, &sendDriver{rules: Rules{UserKeep: time.Hour}}, channel.Options{})
		for range 20 {
			tell(t, c, channel.User{ID: "ann", Name: "Ann"})
			_, err := c.User(t.Context(), "ann")
			require.NoError(t, err)
			time.Sleep(20 * time.Minute)
		}
	})
}

func TestLookUpsAtOnceAreOneCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{users: func(ids []string) (map[string]channel.User, error) {
			time.Sleep(time.Second)
			return everybody(ids)
		}}
		c := newSender(t, d, channel.Options{})
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				u, err := c.User(t.Context(), "ann")
				assert.NoError(t, err)
				assert.Equal(t, "ann", u.ID)
			})
		}
		all.Wait()
		assert.Len(t, d.lookups, 1)
		assert.Empty(t, c.people.users.running)
	})
}

func TestDriverThatPanicsInALookUpFailsAllWhoWaitForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const secret = "https://api.example/bot-token"
		d := &sendDriver{
			users: func([]string) (map[string]channel.User, error) {
				time.Sleep(time.Second)
				panic(secret)
			},
			asked: func([]string) (map[string]channel.Subscription, error) { panic(secret) },
		}
		var log bytes.Buffer
		c := newSender(t, d, channel.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				_, err := c.User(t.Context(), "ann")
				assert.ErrorIs(t, err, channel.ErrUnavailable)
				assert.EqualError(t, err, "test: user: the driver panicked")
			})
		}
		all.Wait()
		_, err := c.Subscription(t.Context(), "chat")
		assert.EqualError(t, err, "test: subscription: the driver panicked")
		assert.Len(t, d.lookups, 2)
		assert.Contains(t, log.String(), "lookup.go", "the stack is logged")
		assert.NotContains(t, log.String(), secret)
		d.users = everybody
		u, err := c.User(t.Context(), "ann")
		require.NoError(t, err)
		assert.Equal(t, "ann", u.ID)
	})
}

func TestLookUpsOfSeveralGoTogether(t *testing.T) {
	t.Parallel()
	for batch, calls := range map[int]int{1: 25, 10: 3, 100: 1} {
		t.Run(fmt.Sprint(batch), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &sendDriver{users: everybody, rules: Rules{UserBatch: batch}}
				c := newSender(t, d, channel.Options{})
				began := time.Now()
				var all sync.WaitGroup
				for i := range 25 {
					for range 2 {
						all.Go(func() {
							u, err := c.User(t.Context(), fmt.Sprint("u", i))
							assert.NoError(t, err)
							assert.Equal(t, fmt.Sprint("Name of u", i), u.Name)
						})
					}
				}
				_, err := c.User(t.Context(), "u1")
				require.NoError(t, err)
				all.Wait()
				assert.Len(t, d.lookups, calls)
				assert.LessOrEqual(t, time.Since(began), 10*time.Millisecond)
				var asked []string
				for _, ids := range d.lookups {
					assert.LessOrEqual(t, len(ids), batch)
					asked = append(asked, ids...)
				}
				slices.Sort(asked)
				assert.Len(t, slices.Compact(asked), 25)
			})
		})
	}
}

func TestCallerThatLeavesDoesNotTakeTheOthersCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{users: func(ids []string) (map[string]channel.User, error) {
			time.Sleep(time.Minute)
			return everybody(ids)
		}}
		c := newSender(t, d, channel.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			_, err := c.User(ctx, "ann")
			assert.ErrorIs(t, err, channel.ErrUnavailable)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		u, err := c.User(t.Context(), "ann")
		require.NoError(t, err)
		assert.Equal(t, "ann", u.ID)
		all.Wait()
		assert.Len(t, d.lookups, 1)
	})
}

func TestLookUpThatNobodyWaitsForEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(Pace{Name: "account", N: 1, Per: time.Hour})
		d.users, d.rules.UserCosts, d.rules.UserBatch = everybody, d.costs, 10
		c := newSender(t, d, channel.Options{})
		_, err := c.User(t.Context(), "first")
		require.NoError(t, err)
		began := time.Now()
		for _, id := range []string{"ann", "ann", "bob"} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := c.User(ctx, id)
			assert.ErrorIs(t, err, channel.ErrUnavailable)
			cancel()
			synctest.Wait()
			assert.Empty(t, c.people.users.running)
		}
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.Len(t, d.lookups, 1)
	})
}

func TestLookUpsHaveAPaceAndAreRepeatable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := paced(perAccount, perChat)
		d.rules.UserCosts = d.costs
		var n atomic.Int32
		d.users = func(ids []string) (map[string]channel.User, error) {
			if n.Add(1) == 1 {
				return nil, overHTTP(context.DeadlineExceeded)
			}
			return everybody(ids)
		}
		c := newSender(t, d, channel.Options{})
		began := time.Now()
		_, err := c.User(t.Context(), "ann")
		require.NoError(t, err)
		assert.Equal(t, time.Second, time.Since(began), "the pace of one person's look-ups")
	})
}

func TestProfilesFailNoEventAndNoLookUp(t *testing.T) {
	t.Parallel()
	d := &sendDriver{users: everybody}
	c := newSender(t, d, channel.Options{Store: &failingStore{Store: channel.NewMemoryStore(), fail: func(string, channel.Key) bool { return true }}})
	tell(t, c, channel.User{ID: "ann", Name: "Ann"})
	u, err := c.User(t.Context(), "ann")
	require.NoError(t, err)
	assert.Equal(t, "Name of ann", u.Name)
}

func TestUserWithoutAnIDIsInvalid(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	_, err := c.User(t.Context(), "")
	assert.ErrorIs(t, err, channel.ErrInvalid)
	_, err = c.Subscription(t.Context(), "")
	assert.ErrorIs(t, err, channel.ErrInvalid)
}
