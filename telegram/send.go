package telegram

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// request is a call, ready to be made. It may be made again: nothing changes it.
type request struct {
	method string
	params tgbotapi.Params
	files  []uploadFile // that go with it
	pace   string       // what a 429 pauses
	paid   bool         // it is a broadcast that Stars are paid for
}

// failed is an error of the call. In the direct messages of a channel each topic is a person's: what is said of one is not
// said of the others.
func (r *request) failed(err error) error {
	f := &failure{err: err, pace: r.pace, paid: r.paid}
	if r.params[paramDirect] != "" {
		f.aside = asidePerson
	}
	return f
}

func newRequest(method string, params int, pace string) *request {
	return &request{method: method, params: make(tgbotapi.Params, params), pace: pace}
}

func (d *driver) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	r := p.Encoded.(*request)
	type message struct {
		MessageID int64 `json:"message_id"`
	}
	var (
		one  [1]message
		many = one[:]
	)
	result := any(&one[0])
	if r.method == methodAlbum {
		result = &many
	}
	if err := d.ask(ctx, r, result); err != nil {
		return channel.Sent{}, err
	}
	var sent channel.Sent
	for _, m := range many {
		if m.MessageID != 0 { // one that Telegram scheduled cannot be named yet
			sent.MessageIDs = append(sent.MessageIDs, id(m.MessageID))
		}
	}
	return sent, nil
}

// AnswerPress ends the waiting of the button. A press that nobody waits at any more is no error.
func (d *driver) AnswerPress(ctx context.Context, e *channel.Event) error {
	_, err := d.call(ctx, answerRequest(e.Postback.ID, ""))
	if describes(err, textTooOld) {
		return nil
	}
	return err
}

func answerRequest(pressID, text string) *request {
	r := newRequest("answerCallbackQuery", 2, paceBot)
	r.params["callback_query_id"] = pressID
	if text != "" {
		r.params["text"] = text
	}
	return r
}

func intsJSON(ns []int64) string {
	b := make([]byte, 0, 8*len(ns))
	for i, n := range ns {
		b = append(b, opening(i)...)
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, ']'))
}

// reactionJSON is a reaction as Telegram has it: a custom emoji is a number, any other an emoji, which is none.
func reactionJSON(emoji string) string {
	if emoji == "" {
		return "[]"
	}
	if _, err := strconv.ParseInt(emoji, 10, 64); err == nil && len(emoji) > 2 {
		return string(appendField([]byte(`[{"type":"custom_emoji"`), "custom_emoji_id", emoji)) + "}]"
	}
	return string(appendField([]byte(`[{"type":"emoji"`), "emoji", emoji)) + "}]"
}

// ask makes a call and reads its result into v.
func (d *driver) ask(ctx context.Context, r *request, v any) error {
	result, err := d.call(ctx, r)
	if err != nil {
		return err
	}
	return r.read(result, v)
}

// read reads the result of the call into v. Its error is none of the transport's, such as io.EOF: there was an answer.
func (r *request) read(result []byte, v any) error {
	if err := json.Unmarshal(result, v, liberal); err != nil {
		return fmt.Errorf("%s: %v", r.method, err)
	}
	return nil
}

// call makes a call and returns its result.
func (d *driver) call(ctx context.Context, r *request) ([]byte, error) {
	if len(r.files) > 0 {
		return d.upload(ctx, r)
	}
	return d.callBy(ctx, d.client, r)
}

func (d *driver) callBy(ctx context.Context, c *http.Client, r *request) ([]byte, error) {
	reply, err := d.api(ctx, c).MakeRequest(r.method, r.params)
	if err != nil {
		return nil, r.failed(d.token.clean(err)) // a reply may say ok: false, and the path, with any status
	}
	return reply.Result, nil
}
