package telegram_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// Sockets in both directions, as with Telegram's own server run with --local.
func TestABotOverRealConnections(t *testing.T) {
	t.Parallel()
	platform, err := telegramtest.New(telegramtest.Config{Local: true})
	require.NoError(t, err)
	defer platform.Close()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(platform.Token()), Secret: webhookSecret, Endpoint: platform.URL() + "/",
		Options: channel.Options{Client: &http.Client{Transport: transport}},
	})
	require.NoError(t, err)
	mux := new(channel.Mux)
	mux.Add(bot)
	mux.Handler = channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
		_, err := mux.Send(ctx, e.Address(), channel.Text("You wrote: "+e.Message.Text+" & <more>"))
		return err
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	require.NoError(t, mux.Register(t.Context(), server.URL))
	for _, name := range []string{"Ann", "Bob", "Cid"} {
		person := platform.NewUser(name)
		require.NoError(t, person.Write("Привет 👋 + 100%"))
		assert.Equal(t, []string{"You wrote: Привет 👋 + 100% & <more>"}, texts(person))
	}
	require.NoError(t, mux.Shutdown(t.Context()))
}

// Replicas know of each other by their Store alone, and Telegram counts what all of them send.
func TestReplicasKeepThePaceTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		store := channel.NewMemoryStore()
		replicas := []*telegram.Channel{r.another(store, r.platform.Token()), r.another(store, r.platform.Token())}
		r.platform.Serve(replicas[0].Webhook(&r.events))
		for _, replica := range replicas {
			require.NoError(t, replica.Register(t.Context(), webhookURL), "once a second, by both")
		}
		var wg sync.WaitGroup
		var people []*telegramtest.User
		for i := range 45 {
			person := r.writer("Person " + strconv.Itoa(i))
			people = append(people, person)
			for _, replica := range replicas {
				wg.Go(func() {
					_, err := replica.Send(t.Context(), person.ChatID(), channel.Message{Text: "news", Key: "issue-7"})
					assert.NoError(t, r.note(err))
				})
			}
			for range 2 {
				wg.Go(func() {
					_, err := replicas[i%2].Send(t.Context(), person.ChatID(), channel.Text("more"))
					assert.NoError(t, r.note(err))
				})
			}
		}
		start := time.Now()
		wg.Wait()
		for _, person := range people {
			assert.ElementsMatch(t, []string{"news", "more", "more"}, texts(person), "and a key is sent by one of them")
		}
		assert.Zero(t, throttled(r.platform))
		assert.Less(t, time.Since(start), 10*time.Second)
	})
}
