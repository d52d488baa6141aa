package telegramtest_test

import (
	"bytes"
	"io"
	"mime/multipart"
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

func TestAnswering410For23HoursRemovesTheWebhook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		b.answer = func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusGone) }
		require.ErrorIs(t, srv.NewUser("Ann").Write("hi"), telegramtest.ErrExpired)
		assert.Contains(t, string(mustCall(t, srv, "getWebhookInfo", nil).Result), `"url":""`)
	})
}

func TestSetWebhookRefusesWhatThePlatformRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parameters in
		want       string
	}{
		"plain http":            {in{"url": "http://bot.example/"}, "bad webhook: An HTTPS URL must be provided for webhook"},
		"another port":          {in{"url": "https://bot.example:444/"}, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"},
		"a private address":     {in{"url": "https://10.0.0.7/"}, "bad webhook: IP address 10.0.0.7 is reserved"},
		"localhost":             {in{"url": "https://localhost/"}, "bad webhook: IP address 127.0.0.1 is reserved"},
		"IPv6":                  {in{"url": "https://[2a00::1]/"}, "bad webhook: IPv6-only addresses are not allowed"},
		"a reserved ip_address": {in{"url": hookURL, "ip_address": "192.168.1.1"}, "bad webhook: IP address 192.168.1.1 is reserved"},
		"a long secret":         {in{"url": hookURL, "secret_token": strings.Repeat("a", 257)}, "secret token is too long"},
		"a secret with a blank": {in{"url": hookURL, "secret_token": "a b"}, "secret token contains unallowed characters"},
		"a certificate as text": {in{"url": hookURL, "certificate": "PEM"}, "bad webhook: certificate must be uploaded as a file"},
		"no host":               {in{"url": "https:///x"}, "bad webhook: invalid webhook URL specified"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, telegramtest.NewServer(t), "setWebhook", c.parameters)
			assert.Equal(t, 400, got.Status)
			assert.Equal(t, "Bad Request: "+c.want, got.Description)
		})
	}
}

func TestSetWebhookMoreThanOnceASecondIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		assert.Equal(t, "Webhook was set", mustCall(t, srv, "setWebhook", in{"url": hookURL}).Description)
		got := call(t, srv, "setWebhook", in{"url": hookURL})
		assert.Equal(t, 429, got.Status)
		assert.Equal(t, 1, got.Parameters.RetryAfter)
		assert.Equal(t, "1", got.Header.Get("Retry-After"))
		time.Sleep(time.Second)
		assert.Equal(t, "Webhook is already set", mustCall(t, srv, "setWebhook", in{"url": hookURL}).Description)
		assert.Equal(t, "Webhook was deleted", mustCall(t, srv, "setWebhook", in{"url": ""}).Description)
		assert.Equal(t, "Webhook is already deleted", mustCall(t, srv, "deleteWebhook", nil).Description)
	})
}

func TestUpdatesNotAllowedAreDroppedAndNeverReplayed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, in{"allowed_updates": []string{"callback_query", "no_such_kind"}})
		ann := srv.NewUser("Ann")
		require.NoError(t, ann.Write("dropped"))
		info := mustCall(t, srv, "getWebhookInfo", nil)
		assert.Contains(t, string(info.Result), `"allowed_updates":["callback_query"]`)
		mustCall(t, srv, "setWebhook", in{"url": hookURL, "allowed_updates": nil})
		require.NoError(t, ann.Write("dropped too: null leaves the setting"))
		mustCall(t, srv, "setWebhook", in{"url": hookURL, "allowed_updates": []string{}})
		require.NoError(t, ann.Write("seen"))
		require.Len(t, b.got(), 1)
		assert.Equal(t, "seen", b.got()[0]["message"].(in)["text"])
	})
}

func TestPendingUpdatesWaitForTheWebhookAndCanBeDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		wrote := make(chan error, 2)
		go func() { wrote <- srv.NewUser("Ann").Write("one") }()
		synctest.Wait()
		mustCall(t, srv, "deleteWebhook", in{"drop_pending_updates": true})
		require.NoError(t, <-wrote)
		go func() { wrote <- srv.NewUser("Ann").Write("two") }()
		synctest.Wait()
		b := hooked(t, srv, nil)
		require.NoError(t, <-wrote)
		require.Len(t, b.got(), 1)
	})
}

func TestACertificateIsUploadedAsAFile(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]string{1 << 10: "Webhook was set", 3<<20 + 1: "Bad Request: bad webhook: certificate size is too big"} {
		srv := unlimited(t)
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		require.NoError(t, w.WriteField("url", hookURL))
		part, err := w.CreateFormFile("certificate", "cert.pem")
		require.NoError(t, err)
		_, err = part.Write(make([]byte, size))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		assert.Equal(t, want, send(t, srv, methodURL(srv, "setWebhook"), w.FormDataContentType(), form.Bytes()).Description)
		assert.Equal(t, want == "Webhook was set", strings.Contains(
			string(mustCall(t, srv, "getWebhookInfo", nil).Result), `"has_custom_certificate":true`))
	}
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
