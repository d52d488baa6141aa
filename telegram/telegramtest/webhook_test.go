package telegramtest_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestWebhookDeliversAMessageWithTheSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, in{"secret_token": "s3cret-_"})
		ann := srv.NewUser("Ann Lee")
		require.NoError(t, ann.Start("ref_42-A"))
		require.Len(t, b.got(), 1)
		assert.Equal(t, "s3cret-_", b.headers[0].Get("X-Telegram-Bot-Api-Secret-Token"))
		assert.Equal(t, "application/json", b.headers[0].Get("Content-Type"))
		message := b.got()[0]["message"].(in)
		assert.Equal(t, "/start ref_42-A", message["text"])
		from := message["from"].(in)
		assert.Equal(t, ann.ID(), strconv.FormatFloat(from["id"].(float64), 'f', -1, 64))
		assert.Equal(t, "Lee", from["last_name"])
		assert.Equal(t, []any{in{"type": "bot_command", "offset": 0.0, "length": 6.0}}, message["entities"])
	})
}

func TestFailedDeliveriesAreRepeatedOnThePlatformsSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		var at []time.Time
		b.answer = func(w http.ResponseWriter, n int) {
			at = append(at, time.Now())
			if n < 9 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}
		require.NoError(t, srv.NewUser("Ann").Write("hi"))
		var waits []time.Duration
		for i := 1; i < len(at); i++ {
			waits = append(waits, at[i].Sub(at[i-1]))
		}
		require.Len(t, waits, 8)
		assert.Equal(t, []time.Duration{0, 2e9, 4e9, 8e9, 16e9, 32e9}, waits[:6])
		assert.GreaterOrEqual(t, waits[6], 60*time.Second)
		assert.LessOrEqual(t, waits[6], 64*time.Second)
		assert.GreaterOrEqual(t, waits[7], 60*time.Second)
		assert.Less(t, waits[7], 120*time.Second)
		ids := map[any]bool{}
		for _, u := range b.got() {
			ids[u["update_id"]] = true
		}
		assert.Len(t, ids, 1)
	})
}

func TestRetryAfterOfTheBotIsObeyed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		b.answer = func(w http.ResponseWriter, n int) {
			if n == 1 {
				w.Header().Set("Retry-After", "99999")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}
		began := time.Now()
		require.NoError(t, srv.NewUser("Ann").Write("hi"))
		assert.Equal(t, time.Hour, time.Since(began), "capped")
	})
}

func TestAnUpdateThatKeepsFailingBlocksItsChatAloneUntilItExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		srv.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), "poison") {
				w.WriteHeader(http.StatusBadGateway)
			}
		}))
		mustCall(t, srv, "setWebhook", in{"url": hookURL})
		ann, bob := srv.NewUser("Ann"), srv.NewUser("Bob")
		began := time.Now()
		poison, after := make(chan error, 1), make(chan error, 1)
		go func() { poison <- ann.Write("poison") }()
		time.Sleep(10 * time.Minute)
		go func() { after <- ann.Write("after") }()
		synctest.Wait()
		now := time.Now()
		require.NoError(t, bob.Write("other chat"))
		assert.Zero(t, time.Since(now))
		info := mustCall(t, srv, "getWebhookInfo", nil)
		assert.Contains(t, string(info.Result), `"pending_update_count":2`)
		assert.Contains(t, string(info.Result), `Wrong response from the webhook: 502 Bad Gateway`)

		require.ErrorIs(t, <-poison, telegramtest.ErrExpired)
		assert.Equal(t, 24*time.Hour, time.Since(began).Truncate(time.Second))
		require.NoError(t, <-after)
		assert.Contains(t, string(mustCall(t, srv, "getWebhookInfo", nil).Result), `"pending_update_count":0`)
	})
}

func TestAPressedButtonExpiresSooner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		ann := srv.NewUser("Ann")
		require.NoError(t, ann.Start(""))
		mustCall(t, srv, "sendMessage", in{"chat_id": ann.ChatID(), "text": "?", "reply_markup": in{
			"inline_keyboard": [][]in{{{"text": "Yes", "callback_data": "y"}}}}})
		b.answer = func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusInternalServerError) }
		began := time.Now()
		require.ErrorIs(t, ann.Press("Yes"), telegramtest.ErrExpired)
		assert.Equal(t, 150*time.Second, time.Since(began))
	})
}

func TestASlowAnswerCountsAsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		cancelled := make(chan struct{})
		first := true
		srv.Serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if first {
				first = false
				<-r.Context().Done()
				close(cancelled)
			}
		}))
		mustCall(t, srv, "setWebhook", in{"url": hookURL})
		began := time.Now()
		require.NoError(t, srv.NewUser("Ann").Write("hi"))
		<-cancelled
		assert.Equal(t, time.Minute, time.Since(began))
		assert.Contains(t, string(mustCall(t, srv, "getWebhookInfo", nil).Result), "Read timeout expired")
	})
}

func TestAFlushedCompleteAnswerCountsBeforeTheHandlerReturns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		worked := make(chan time.Duration, 1)
		srv.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			w.Header().Set("Content-Length", "2")
			_, _ = w.Write([]byte("ok"))
			w.(http.Flusher).Flush()
			select {
			case <-time.After(5 * time.Minute):
			case <-r.Context().Done():
			}
			worked <- time.Since(began)
		}))
		mustCall(t, srv, "setWebhook", in{"url": hookURL})
		began := time.Now()
		require.NoError(t, srv.NewUser("Ann").Write("hi"))
		assert.Zero(t, time.Since(began))
		assert.Equal(t, 5*time.Minute, <-worked, "its context lives on")
	})
}

func TestCloseCancelsAndWaitsForHandlersThatStillWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, err := telegramtest.New(telegramtest.Config{})
		require.NoError(t, err)
		ended := false
		srv.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			time.Sleep(time.Second)
			ended = true
		}))
		mustCall(t, srv, "setWebhook", in{"url": hookURL})
		wrote := make(chan error, 1)
		go func() { wrote <- srv.NewUser("Ann").Write("hi") }()
		synctest.Wait()
		srv.Close()
		assert.True(t, ended)
		require.ErrorIs(t, <-wrote, telegramtest.ErrClosed)
		require.ErrorIs(t, srv.NewUser("Ann").Write("late"), telegramtest.ErrClosed)
		_, err = srv.Client().Get(methodURL(srv, "getMe"))
		require.ErrorContains(t, err, "connection refused")
		srv.Close()
	})
}

func TestAnUnfinishedAnswerIsAFailedDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		b.answer = func(w http.ResponseWriter, n int) {
			switch n {
			case 1:
				w.Header().Set("Content-Length", "10")
				_, _ = w.Write([]byte("short"))
			case 2:
				panic(http.ErrAbortHandler)
			}
		}
		require.NoError(t, srv.NewUser("Ann").Write("hi"))
		assert.Len(t, b.got(), 3)
	})
}

func TestTheAnswerToAWebhookMayCallAMethod(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]struct{ contentType, body string }{
		"json": {"application/json", `{"method":"sendMessage","chat_id":%,"text":"hello"}`},
		"form": {"application/x-www-form-urlencoded", `method=sendMessage&chat_id=%&text=hello`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := telegramtest.NewServer(t)
				b := hooked(t, srv, nil)
				ann := srv.NewUser("Ann")
				b.answer = func(w http.ResponseWriter, _ int) {
					w.Header().Set("Content-Type", answer.contentType)
					_, _ = w.Write([]byte(strings.ReplaceAll(answer.body, "%", ann.ChatID())))
				}
				require.NoError(t, ann.Start(""))
				require.Len(t, ann.Messages(), 1)
				assert.Equal(t, "hello", ann.Messages()[0].Text)
			})
		})
	}
}

func TestConnectionsAreLimitedAndDifferentChatsRunInParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		srv.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }))
		mustCall(t, srv, "setWebhook", in{"url": hookURL, "max_connections": 3})
		began := time.Now()
		done := make(chan error)
		for i := range 9 {
			go func() { done <- srv.NewUser("user" + strconv.Itoa(i)).Write("hi") }()
		}
		for range 9 {
			require.NoError(t, <-done)
		}
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

func TestANewWebhookDoesNotWaitForTheOldOnesRepetition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		b.answer = func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusInternalServerError) }
		wrote := make(chan error, 1)
		go func() { wrote <- srv.NewUser("Ann").Write("hi") }()
		time.Sleep(5 * time.Minute)
		began := time.Now()
		hooked(t, srv, in{"secret_token": "another"})
		require.NoError(t, <-wrote)
		assert.Zero(t, time.Since(began))
	})
}

func TestAPanicOfTheBotFailsTheTest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tb := &watched{TB: t}
		srv := telegramtest.NewServer(tb)
		b := hooked(t, srv, nil)
		b.answer = func(_ http.ResponseWriter, n int) {
			if n == 1 {
				panic("oops")
			}
		}
		require.NoError(t, srv.NewUser("Ann").Write("hi"))
		assert.Equal(t, 1, tb.failures)
		assert.Len(t, b.got(), 2)
	})
}
