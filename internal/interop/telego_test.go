package interop

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/mymmrac/telego"
	"github.com/mymmrac/telego/telegoapi"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// telegoClient is a bot of github.com/mymmrac/telego.
type telegoClient struct {
	bot   *telego.Bot
	got   chan any
	retry time.Duration
}

// newTelego uses net/http in memory; on loopback fasthttp, which is that library's own choice.
func newTelego(to link) client {
	c := &telegoClient{got: make(chan any, 100), retry: 8 * time.Second}
	transport := telego.WithHTTPClient(to.http)
	if to.loopback {
		// fasthttp takes no notice of a context: a poll that fails when the server closes has to be the last one.
		c.retry = 0
		fast := &fasthttp.Client{Dial: func(address string) (net.Conn, error) { return net.Dial("tcp", address) }}
		to.t.Cleanup(fast.CloseIdleConnections)
		transport = telego.WithAPICaller(strictCaller{to.t, telegoapi.FastHTTPCaller{Client: fast}})
	}
	var err error
	c.bot, err = telego.NewBot(to.token, telego.WithAPIServer(to.url), transport, telego.WithLogger(testLog{to.t}),
		telego.WithHealthCheck(to.t.Context()))
	require.NoError(to.t, err)
	return c
}

func (c *telegoClient) api() any            { return c.bot }
func (c *telegoClient) updates() <-chan any { return c.got }

func (c *telegoClient) poll(ctx context.Context) {
	updates, err := c.bot.UpdatesViaLongPolling(ctx, &telego.GetUpdatesParams{Timeout: 9},
		telego.WithLongPollingRetryTimeout(c.retry))
	if err != nil {
		return // nobody gets an update then
	}
	for u := range updates {
		c.got <- u
	}
}

// webhook takes one request at a time: the library's handler shares a variable between requests, which is a data race.
func (c *telegoClient) webhook(ctx context.Context, got func()) http.Handler {
	mux := http.NewServeMux()
	var one sync.Mutex
	updates, err := c.bot.UpdatesViaWebhook(ctx, telego.WebhookHTTPServeMux(mux, "POST /", webhookSecret))
	go func() {
		defer got()
		if err != nil {
			return
		}
		for u := range updates {
			c.got <- u
		}
	}()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		mux.ServeHTTP(w, r)
	})
}

func (c *telegoClient) fileURL(path string) string { return c.bot.FileDownloadURL(path) }

func (c *telegoClient) refusal(err error) (refusal, bool) {
	var e *telegoapi.Error
	if !errors.As(err, &e) {
		return refusal{}, false
	}
	r := refusal{Code: e.ErrorCode, Text: e.Description}
	if e.Parameters != nil {
		r.RetryAfter, r.MigrateToChatID = e.Parameters.RetryAfter, e.Parameters.MigrateToChatID
	}
	return r, true
}

// strictCaller has what fasthttp brings checked as what net/http brings.
type strictCaller struct {
	t    testing.TB
	next telegoapi.Caller
}

func (c strictCaller) Call(ctx context.Context, url string, data *telegoapi.RequestData) (*telegoapi.Response, error) {
	answer, err := c.next.Call(ctx, url, data)
	if err == nil && answer.Ok {
		checkResult(c.t, methodOf(url), answer.Result)
	}
	return answer, err
}

type testLog struct{ t testing.TB }

func (l testLog) Debugf(string, ...any)             {}
func (l testLog) Errorf(format string, args ...any) { l.t.Logf(format, args...) }
