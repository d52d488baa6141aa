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
	pace   string // what a 429 pauses
}

func newRequest(method string, params int, pace string) *request {
	return &request{method: method, params: make(tgbotapi.Params, params), pace: pace}
}

func (d *driver) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	result, err := d.call(ctx, p.Encoded.(*request))
	if err != nil {
		return channel.Sent{}, err
	}
	var sent struct {
		MessageID int64 `json:"message_id"`
	}
	if err := json.Unmarshal(result, &sent); err != nil {
		return channel.Sent{}, fmt.Errorf("sent message: %w", err)
	}
	if sent.MessageID == 0 { // scheduled by Telegram: it cannot be named yet
		return channel.Sent{}, nil
	}
	return channel.Sent{MessageIDs: []string{id(sent.MessageID)}}, nil
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

// editRequest makes a call that has the message read as m.
func editRequest(chatID, messageID string, m *channel.Message) (*request, target, error) {
	to, err := parseTarget(chatID)
	if err != nil {
		return nil, to, err
	}
	n, err := parseMessageID("message ID", messageID)
	if err != nil {
		return nil, to, err
	}
	r := newRequest("editMessageText", 8, to.pace())
	to.putChat(r.params)
	r.params.AddNonEmpty("business_connection_id", to.connection)
	r.params["message_id"] = strconv.FormatInt(n, 10)
	if err := putText(r.params, m); err != nil {
		return nil, to, err
	}
	if k := m.Keyboard; k != nil {
		if len(k.Rows) > 0 && !k.Inline {
			return nil, to, refuse(channel.ErrInvalid, "Keyboard is not inline: it stands under no message")
		}
		r.params[paramMarkup] = `{"inline_keyboard":[]}`
		inline := *k
		inline.Inline = true
		if err := putKeyboard(r.params, &inline, to); err != nil {
			return nil, to, err
		}
	}
	return r, to, putNative(r.params, m.Native[platform])
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
	return d.callBy(ctx, d.client, r)
}

func (d *driver) callBy(ctx context.Context, c *http.Client, r *request) (json.RawMessage, error) {
	reply, err := d.api(ctx, c).MakeRequest(r.method, r.params)
	if err != nil {
		return nil, &failure{err: err, pace: r.pace}
	}
	return reply.Result, nil
}
