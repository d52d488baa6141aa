package telegramtest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// poll calls getUpdates and returns the ids and texts.
func poll(t testing.TB, srv *telegramtest.Server, parameters in) (ids []int64, texts []string) {
	t.Helper()
	var updates []struct {
		ID      int64 `json:"update_id"`
		Message struct{ Text string }
	}
	require.NoError(t, json.Unmarshal(mustCall(t, srv, "getUpdates", parameters).Result, &updates))
	for _, u := range updates {
		ids, texts = append(ids, u.ID), append(texts, u.Message.Text)
	}
	return ids, texts
}

// pending is a server with three updates that nobody has fetched.
func pending(t testing.TB) (*telegramtest.Server, chan error) {
	t.Helper()
	srv := telegramtest.NewServer(t)
	wrote := make(chan error, 3)
	for i := range 3 {
		go func() { wrote <- srv.NewUser("Ann").Write(strconv.Itoa(i)) }()
		synctest.Wait()
	}
	return srv, wrote
}

func TestPollingAcknowledgesByTheOffset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, wrote := pending(t)
		ids, texts := poll(t, srv, in{"timeout": 30, "limit": 2})
		require.Equal(t, []string{"0", "1"}, texts)
		require.Empty(t, wrote)
		ids, texts = poll(t, srv, in{"timeout": 30, "offset": ids[1] + 1})
		require.Equal(t, []string{"2"}, texts)
		require.NoError(t, <-wrote)
		require.NoError(t, <-wrote)
		require.Empty(t, wrote)
		began := time.Now()
		ids, _ = poll(t, srv, in{"timeout": 90, "offset": ids[0] + 1})
		require.Empty(t, ids)
		require.NoError(t, <-wrote)
		assert.Equal(t, 50*time.Second, time.Since(began), "the timeout is capped")
	})
}

func TestANegativeOffsetKeepsTheLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, wrote := pending(t)
		_, texts := poll(t, srv, in{"offset": -1})
		assert.Equal(t, []string{"2"}, texts)
		require.NoError(t, <-wrote)
		require.NoError(t, <-wrote)
		_, texts = poll(t, srv, in{"offset": -99})
		assert.Equal(t, []string{"2"}, texts)
		mustCall(t, srv, "deleteWebhook", in{"drop_pending_updates": true})
		require.NoError(t, <-wrote)
	})
}

func TestALongPollAnswersWhenSomethingComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		began := time.Now()
		go func() {
			time.Sleep(7 * time.Second)
			_ = srv.NewUser("Ann").Write("hi") // acknowledged by the second poll
		}()
		ids, texts := poll(t, srv, in{"timeout": 30})
		assert.Equal(t, []string{"hi"}, texts)
		assert.Equal(t, 7*time.Second, time.Since(began))
		poll(t, srv, in{"offset": ids[0] + 1})
	})
}

func TestAskingForTheSameAgainIsSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _ := pending(t)
		began := time.Now()
		poll(t, srv, nil)
		assert.Zero(t, time.Since(began))
		ids, _ := poll(t, srv, nil)
		require.Len(t, ids, 3)
		assert.Equal(t, 3*time.Second, time.Since(began), "what was not acknowledged comes late")
		poll(t, srv, in{"offset": ids[2] + 1})
		assert.Equal(t, 3*time.Second, time.Since(began))
		poll(t, srv, in{"offset": ids[2] + 1})
		assert.Equal(t, 6*time.Second, time.Since(began), "an empty loop does not spin")
	})
}

func TestOnlyOneMayPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		results := make(chan result, 2)
		for range 2 {
			go func() { results <- call(t, srv, "getUpdates", in{"timeout": 50}) }()
			synctest.Wait()
		}
		got := <-results
		assert.Equal(t, 409, got.Status)
		assert.Equal(t, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", got.Description)
		hooked(t, srv, nil)
		got = <-results
		assert.Equal(t, "Conflict: terminated by setWebhook request", got.Description)
		got = call(t, srv, "getUpdates", nil)
		assert.Equal(t, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", got.Description)
	})
}

func TestAPollThatIsCancelledLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, methodURL(srv, "getUpdates")+"?timeout=30", nil)
		require.NoError(t, err)
		_, err = srv.Client().Do(r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		go func() { _ = srv.NewUser("Ann").Write("hi") }()
		ids, _ := poll(t, srv, in{"timeout": 30})
		require.Len(t, ids, 1)
		poll(t, srv, in{"offset": ids[0] + 1})
	})
}

func TestCloseEndsAPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, err := telegramtest.New(telegramtest.Config{})
		require.NoError(t, err)
		failed := make(chan error, 1)
		go func() {
			_, err := srv.Client().Get(methodURL(srv, "getUpdates") + "?timeout=30")
			failed <- err
		}()
		synctest.Wait()
		srv.Close()
		require.ErrorContains(t, <-failed, "connection reset")
	})
}
