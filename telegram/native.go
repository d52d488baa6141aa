package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
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
	hidden      = "hidden"         // stands where the secret half of the token was
)

// API returns the library's own client for the calls that this package has no method for. Its calls end with ctx, and are
// made outside the engine: no pace, no retry, errors of the library. It holds a stand-in for the token, which its Client
// puts in: no link that the library makes from the Token is good.
func (c *Channel) API(ctx context.Context) *tgbotapi.BotAPI {
	d := c.driver
	bot := d.api(ctx, d.client)
	bot.Self = tgbotapi.User{ID: d.id, IsBot: true, UserName: d.knownUsername()}
	return bot
}

// Extra is what only Telegram's messages have. The zero value changes nothing.
type Extra struct {
	Protect       bool   // no forwarding, no saving
	Effect        string // message_effect_id: an animation; in private chats only
	PaidBroadcast bool   // up to 1000 messages a second, for 0.1 Star each above the free 30
	ParseMode     string // HTML or MarkdownV2, of a Text without Styles; it must fit into one message
}

// Native is e as the native parameters of a Message.
func (e Extra) Native() channel.Native {
	fields := make(map[string]any, 4)
	if e.Protect {
		fields["protect_content"] = true
	}
	if e.Effect != "" {
		fields["message_effect_id"] = e.Effect
	}
	if e.PaidBroadcast {
		fields["allow_paid_broadcast"] = true
	}
	if e.ParseMode != "" {
		fields["parse_mode"] = e.ParseMode
	}
	raw, err := json.Marshal(fields)
	if err != nil { // strings and bools always marshal
		panic(err)
	}
	return channel.Native{platform: raw}
}

// putNative merges native parameters, never over one that is set.
func putNative(p tgbotapi.Params, native json.RawMessage) error {
	if len(native) == 0 {
		return nil
	}
	fields, err := nativeFields(native)
	if err != nil {
		return err
	}
	for name, value := range fields {
		if _, set := p[name]; set {
			continue
		}
		if name == "parse_mode" && p["entities"] != "" {
			return refuse(channel.ErrInvalid, "Native parse_mode and Styles exclude each other")
		}
		if value[0] != '"' {
			p[name] = string(value)
			continue
		}
		var s string
		if err := json.Unmarshal(value, &s); err != nil {
			return refuse(channel.ErrInvalid, "Native[%q] is not a JSON object", platform)
		}
		p[name] = s
	}
	return nil
}

// nativeFields are the members of a native object but those that are null: Telegram would read the word.
func nativeFields(native json.RawMessage) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(native, &fields); err != nil || fields == nil {
		return nil, refuse(channel.ErrInvalid, "Native[%q] is not a JSON object", platform)
	}
	for name, value := range fields {
		if string(value) == "null" {
			delete(fields, name)
		}
	}
	return fields, nil
}

// appendNative appends the native members of a button but those that it has.
func appendNative(b []byte, native json.RawMessage) ([]byte, error) {
	if len(native) == 0 {
		return b, nil
	}
	fields, err := nativeFields(native)
	if err != nil {
		return nil, err
	}
	for name, value := range fields {
		switch name {
		case "text", "callback_data", "url", "web_app", "request_contact", "request_location":
			continue
		}
		b = append(b, ',')
		b = appendString(b, name)
		b = append(append(b, ':'), value...)
	}
	return b, nil
}

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
		return c.refusal(resp)
	}
	resp.Request = nil // its URL has the token
	resp.Body = &replyBody{body: resp.Body, status: resp.StatusCode, left: maxReply}
	return resp, nil
}

// refusal lets a reply of the Bot API pass, and makes one of anybody else, a proxy say, an error.
func (c *client) refusal(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	resp.Request = nil
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err != nil {
		return nil, c.token.clean(err)
	}
	var reply struct {
		Code int `json:"error_code"`
	}
	if json.Unmarshal(body, &reply) != nil || reply.Code == 0 {
		e := &HTTPError{Status: resp.StatusCode}
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
			e.RetryAfter = time.Duration(s) * time.Second
		}
		return nil, e
	}
	resp.Body = io.NopCloser(bytes.NewReader([]byte(c.token.hide(string(body)))))
	return resp, nil
}

// replyBody is a reply as it is read: an error if it is no JSON object, or longer than any reply should be.
type replyBody struct {
	body    io.ReadCloser
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

// sealed is a secret as a function: no verb, also no wrong one, and no encoder follows it, wherever it lies.
type sealed func() string

func seal(s string) sealed { return func() string { return s } }

// token keeps the token out of whatever is printed.
type token struct {
	value   sealed
	secret  sealed // its half after the colon, by which it is found also where the colon is escaped
	standIn string // what the library has in its place
}

func newToken(value string) *token {
	id, secret, _ := strings.Cut(value, ":")
	if len(secret) < 8 { // too short to be told from other text
		secret = value
	}
	return &token{value: seal(value), secret: seal(secret), standIn: id + ":" + hidden}
}

func (t *token) in(s string) bool { return strings.Contains(s, t.secret()) }

func (t *token) hide(s string) string { return strings.ReplaceAll(s, t.secret(), hidden) }

// clean returns err without the token, still good for errors.Is and errors.As.
func (t *token) clean(err error) error {
	if u, ok := err.(*url.Error); ok {
		return &url.Error{Op: u.Op, URL: t.hide(u.URL), Err: t.clean(u.Err)}
	}
	text := err.Error()
	if !t.in(text) {
		return err
	}
	return &cleanError{
		text: t.hide(text),
		is:   func(target error) bool { return errors.Is(err, target) },
		as: func(target any) bool {
			if !errors.As(err, target) {
				return false
			}
			found := reflect.ValueOf(target).Elem()
			if e, ok := found.Interface().(error); ok && t.in(e.Error()) {
				found.SetZero()
				return false
			}
			return true
		},
	}
}

// cleanError stands for an error whose text had the token. It holds that in functions alone: no verb and no encoder
// follows them, and it has no Unwrap.
type cleanError struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *cleanError) Error() string        { return e.text }
func (e *cleanError) Is(target error) bool { return e.is(target) }
func (e *cleanError) As(target any) bool   { return e.as(target) }
