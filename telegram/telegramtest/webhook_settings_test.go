package telegramtest_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

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
