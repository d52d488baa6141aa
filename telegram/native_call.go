package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// maxFields is what the server takes of parameters that are no files, in bytes of a request.
const maxFields = 1 << 20

// nativeClient makes the library's requests in the engine's care.
type nativeClient struct {
	ctx     context.Context
	channel *Channel
}

// Do makes one request, more than once if it fails so that it may be repeated. What fails is its error, so that the
// library makes none of its own.
func (c *nativeClient) Do(r *http.Request) (*http.Response, error) {
	d := c.channel.driver
	op := path.Base(r.URL.Path)
	defer r.Body.Close() // also when it was never sent: the library waits for somebody to read it
	stop := context.AfterFunc(c.ctx, func() { r.Body.Close() })
	defer stop()
	n, err := newLibraryCall(r, op, d.token)
	if err != nil && c.ctx.Err() == nil {
		return nil, named(op, err)
	}
	if err != nil { // the wait for its first file ended: the engine says so
		n = &libraryCall{method: op}
	}
	reply, err := adapter.Do(c.ctx, c.channel.engine, n.call(), func(ctx context.Context) ([]byte, error) {
		reply, err := n.make(ctx, d)
		if err != nil {
			return nil, &failure{err: err, pace: n.pace(), paid: n.paid(), aside: n.aside()}
		}
		return reply, nil
	})
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(reply))}, nil
}

// libraryCall is a request of the library.
type libraryCall struct {
	method  string
	traits  traits
	request *http.Request
	fields  url.Values   // but files
	stream  *libraryBody // nil: the fields are all there is
	to      target       // zero: it names no chat, or none that can be understood
}

// newLibraryCall reads the fields of a request; of one with files, which come behind them, not these.
func newLibraryCall(r *http.Request, method string, t *token) (*libraryCall, error) {
	n := &libraryCall{method: method, traits: traitsOf(method), request: r}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		n.stream = &libraryBody{body: r.Body, token: t}
		n.fields, err = n.stream.fields(params["boundary"])
	} else {
		n.fields, err = formFields(r)
	}
	if err != nil {
		return nil, err
	}
	n.to = targetOf(n.fields)
	return n, nil
}

func formFields(r *http.Request) (url.Values, error) {
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil || len(body) > maxForm {
		return nil, tooLong()
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse(channel.ErrInvalid, "the parameters are no form")
	}
	return fields, nil
}

// maxForm is maxFields as a form, where a byte may take three.
const maxForm = 3 * maxFields

func tooLong() error {
	return refuse(channel.ErrTooLarge, "the parameters have more than %d bytes", maxFields)
}

// targetOf is the chat that a call names, as Send would: a number or a name, and the place in it.
func targetOf(fields url.Values) target {
	var t target
	name := fields.Get("chat_id")
	if t.id = number(name); t.id == 0 {
		t.name = name
	}
	if name == "" {
		t.id = number(fields.Get("user_id")) // of a gift
	}
	if t.topic = number(fields.Get("message_thread_id")); t.topic == generalTopic {
		t.topic = 0
	}
	t.direct = number(fields.Get(paramDirect))
	t.connection = fields.Get("business_connection_id")
	t, err := parseTarget(t.String())
	if err != nil {
		return target{}
	}
	return t
}

func (n *libraryCall) call() adapter.Call {
	call := adapter.Call{
		Op: n.method, Costs: n.costs(), Repeatable: n.traits&repeatable != 0, Once: n.stream != nil,
	}
	if n.to != (target{}) {
		call.ChatIDs = []string{n.to.String()}
	}
	if n.follows() {
		call.Move = n.move
	}
	if strings.EqualFold(n.method, "answerCallbackQuery") {
		call.Answers = n.fields.Get("callback_query_id")
	}
	return call
}

// costs is what the package's own calls of this kind cost. One that writes, but to a chat that cannot be known, takes of
// the bot's pace alone.
func (n *libraryCall) costs() []adapter.Cost {
	switch {
	case n.traits&registers != 0:
		return registerCosts
	case n.traits&writes != 0 && n.to != (target{}):
		return n.to.costs(min(n.items(), mostItems), n.paid())
	case n.paid():
		return paidCosts
	default:
		return botCosts
	}
}

// paid reports whether the call is a broadcast that Stars are paid for, which no forwarding and no edit can be.
func (n *libraryCall) paid() bool {
	method := strings.ToLower(n.method)
	return n.traits&writes != 0 && (strings.HasPrefix(method, "send") || method == "copymessage") && isTrue(n.fields.Get(paramPaid))
}

// mostItems is what any pace that counts items has: a call with more takes it whole.
const mostItems = 20

// items is how many messages the call makes.
func (n *libraryCall) items() int {
	field := listFields[strings.ToLower(n.method)]
	var items []json.RawMessage
	if field == "" || json.Unmarshal([]byte(n.fields.Get(field)), &items) != nil {
		return 1
	}
	return max(len(items), 1)
}

// pace is what a 429 pauses.
func (n *libraryCall) pace() string {
	switch {
	case n.traits&registers != 0:
		return paceRegister
	case n.to == (target{}):
		return accountPace(n.paid())
	default:
		return n.to.pace()
	}
}

func (n *libraryCall) aside() aside {
	switch {
	case n.fields.Has("from_chat_id"):
		return asideSource
	case n.fields.Has("user_id") && n.fields.Has("chat_id"), n.to.direct != 0:
		return asidePerson
	default:
		return asideNobody
	}
}

// follows reports whether the call would be the same in the supergroup that a group became: messages have other IDs there.
func (n *libraryCall) follows() bool {
	if n.traits&(writes|shows) == 0 || n.stream != nil || n.to.id >= 0 {
		return false
	}
	for _, field := range []string{"message_id", "message_ids", "from_chat_id", "reply_to_message_id", "reply_parameters"} {
		if n.fields.Has(field) {
			return false
		}
	}
	return true
}

func (n *libraryCall) move(chatID string) ([]adapter.Cost, error) {
	to, err := parseTarget(chatID)
	if err != nil {
		return nil, err
	}
	n.to = to
	n.fields.Set("chat_id", id(to.id))
	return n.costs(), nil
}

// make makes the request. An upload takes as long as it moves.
func (n *libraryCall) make(ctx context.Context, d *driver) ([]byte, error) {
	r := n.request.Clone(ctx)
	r.GetBody = nil
	if n.stream != nil {
		r.Body = n.stream
	} else {
		body := n.fields.Encode()
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	by := d.client
	switch {
	case n.stream != nil:
		var cancel context.CancelCauseFunc
		ctx, cancel = context.WithCancelCause(ctx)
		defer cancel(nil)
		defer n.stream.watch(by.Timeout, func() { cancel(stalled{}) })()
		by = d.pollClient
	case strings.EqualFold(n.method, "getUpdates"):
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, pollTimeout)
		defer cancel()
		by = d.pollClient
	}
	body, err := exchange(ctx, by, r, d.token)
	switch {
	case err == nil:
		return body, nil
	case n.stream != nil && n.stream.failed.Load() != nil:
		return nil, n.stream.failed.Load()
	case context.Cause(ctx) == (stalled{}):
		return nil, stalled{} // of an upload: the caller's own context goes on
	default:
		return nil, err
	}
}

// exchange makes a request and returns the body of the reply, which is the Bot API's and ok.
func exchange(ctx context.Context, by *http.Client, r *http.Request, t *token) ([]byte, error) {
	resp, err := (&client{ctx: ctx, http: by, token: t}).Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, t.clean(err)
	}
	var said tgbotapi.APIResponse
	switch err := json.Unmarshal(body, &said); {
	case err != nil:
		return nil, t.clean(err)
	case !said.Ok:
		return nil, t.refused(&said)
	default:
		return body, nil
	}
}
