package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const (
	callTimeout = 90 * time.Second // the server waits up to 8 s in flood waits before it answers at all
	maxReply    = 32 << 20         // bytes; 100 updates of getUpdates are the largest reply
	maxRefusal  = 64 << 10         // bytes of a reply with an error
)

// httpClients makes the client of calls, and that of polls, which wait longer than any timeout of a client.
func httpClients(o channel.Options) (calls, polls *http.Client) {
	calls, polls = adapter.Client(o, callTimeout), adapter.Client(o, 0)
	polls.Timeout = 0
	return calls, polls
}

// api makes the library's client for one call: it has no context of its own, so each call gets a copy with a client
// that has.
func (d *driver) api(ctx context.Context, c *http.Client) *tgbotapi.BotAPI {
	bot := d.bot
	bot.Client = &client{ctx: ctx, http: c, token: d.token}
	return &bot
}

// newBot makes the library's client without the call to getMe that its constructors make.
func newBot(t *token, endpoint string) tgbotapi.BotAPI {
	bot := tgbotapi.BotAPI{Token: t.standIn, Buffer: 100}
	bot.SetAPIEndpoint(strings.ReplaceAll(strings.TrimRight(endpoint, "/"), "%", "%%") + "/bot%s/%s")
	return bot
}

// client makes the library's requests: with a context, with the real token, and with errors that do not show it.
type client struct {
	ctx   context.Context
	http  *http.Client
	token *token
}

func (c *client) Do(r *http.Request) (*http.Response, error) {
	r = r.WithContext(c.ctx)
	u := *r.URL
	u.Path = strings.Replace(u.Path, c.token.standIn, c.token.value(), 1)
	r.URL = &u
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, c.token.clean(err)
	}
	if resp.StatusCode >= 300 {
		return nil, c.refusal(resp)
	}
	resp.Request = nil // its URL has the token
	resp.Body = &replyBody{body: resp.Body, token: c.token, status: resp.StatusCode, left: maxReply}
	return resp, nil
}

// refusal is the error of the Bot API, or of anybody else who replied, a proxy say. The library would make one of the
// former itself, but after an upload without its code.
func (c *client) refusal(resp *http.Response) error {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err != nil {
		return c.token.clean(err)
	}
	var reply tgbotapi.APIResponse
	if json.Unmarshal(body, &reply) != nil || reply.ErrorCode == 0 {
		e := &HTTPError{Status: resp.StatusCode}
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
			e.RetryAfter = time.Duration(s) * time.Second
		}
		return e
	}
	return c.token.refused(&reply)
}

// replyBody is a reply as it is read: an error if it is no JSON object, or longer than any reply should be. No error of
// it shows the token.
type replyBody struct {
	body    io.ReadCloser
	token   *token
	status  int
	left    int
	started bool
}

func (b *replyBody) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if b.left <= 0 {
		return 0, &HTTPError{Status: b.status, TooLarge: true}
	}
	n, err := b.body.Read(p[:min(len(p), b.left)])
	b.left -= n
	if err != nil && err != io.EOF {
		err = b.token.clean(err)
	}
	if b.started {
		return n, err
	}
	first := bytes.TrimLeft(p[:n], " \t\r\n")
	switch {
	case len(first) > 0 && first[0] == '{':
		b.started = true
	case len(first) > 0, err == io.EOF:
		return 0, &HTTPError{Status: b.status}
	}
	return n, err
}

func (b *replyBody) Close() error { return b.body.Close() }

// HTTPError is a reply that is not the Bot API's: of a proxy, or of something else at Config.Endpoint.
type HTTPError struct {
	Status     int
	RetryAfter time.Duration // 0: the reply named none
	TooLarge   bool          // it was longer than any reply should be
}

func (e *HTTPError) Error() string { return fmt.Sprintf("%s (HTTP %d)", e.what(), e.Status) }

func (e *HTTPError) what() string {
	if e.TooLarge {
		return "the reply is too large"
	}
	return "the reply is not of the Bot API"
}
