package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

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
}

func newRequest(method string, params int, pace string) *request {
	return &request{method: method, params: make(tgbotapi.Params, params), pace: pace}
}

func (d *driver) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	r := p.Encoded.(*request)
	result, err := d.call(ctx, r)
	if err != nil {
		return channel.Sent{}, err
	}
	type message struct {
		MessageID int64 `json:"message_id"`
	}
	var (
		one  [1]message
		many = one[:]
	)
	if r.method == methodAlbum {
		err = json.Unmarshal(result, &many)
	} else {
		err = json.Unmarshal(result, &many[0])
	}
	if err != nil {
		return channel.Sent{}, fmt.Errorf("sent message: %w", err)
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

// call makes a call and returns its result.
func (d *driver) call(ctx context.Context, r *request) (json.RawMessage, error) {
	if len(r.files) > 0 {
		return d.upload(ctx, r)
	}
	return d.callBy(ctx, d.client, r)
}

func (d *driver) callBy(ctx context.Context, c *http.Client, r *request) (json.RawMessage, error) {
	reply, err := d.api(ctx, c).MakeRequest(r.method, r.params)
	if err != nil {
		return nil, &failure{err: err, pace: r.pace}
	}
	return reply.Result, nil
}
