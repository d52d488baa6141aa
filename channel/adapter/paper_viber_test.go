package adapter_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	viberToken = "0123456789abcdef-fedcba9876543210-00112233445566aa"
	viberUser  = "AbCdEf0123456789+/ABCg=="
)

type paperViber struct {
	adapter.Base
	token  channel.Secret
	client *http.Client
}

var _ adapter.Driver = (*paperViber)(nil)

func (*paperViber) Account() channel.Account {
	return channel.Account{Platform: "viber", ID: "shopbot"}
}

func (*paperViber) Limits() channel.Limits {
	return channel.Limits{Text: channel.Length{Max: 7000, Unit: channel.UnitRune}}
}

func (*paperViber) Rules() adapter.Rules {
	return adapter.Rules{
		Deadline: 4500 * time.Millisecond, Redelivery: 2 * time.Hour, Deliveries: 10,
		Paces: []adapter.Pace{{Name: "unanswered", N: 100, Per: time.Hour, Chat: true, Resets: true}},
	}
}

func (d *paperViber) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	got, err := hex.DecodeString(r.Header.Get("X-Viber-Content-Signature"))
	mac := hmac.New(sha256.New, []byte(d.token.Reveal()))
	mac.Write(body)
	if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return adapter.Delivery{}, channel.ErrUnauthorized
	}
	var probe struct{ Event string }
	if json.Unmarshal(body, &probe) == nil && probe.Event == "webhook" {
		return adapter.Delivery{Handshake: &adapter.Response{}}, nil
	}
	events, err := d.Decode(body)
	return adapter.Delivery{Events: events}, err
}

type viberCallback struct {
	Event      string      `json:"event"`
	Timestamp  int64       `json:"timestamp"`
	Token      json.Number `json:"message_token"`
	UserID     string      `json:"user_id"`
	Context    string      `json:"context"`
	Subscribed bool        `json:"subscribed"`
	Desc       string      `json:"desc"`
	User       viberPerson `json:"user"`
	Sender     viberPerson `json:"sender"`
	Message    struct {
		Type, Text string
	} `json:"message"`
}

type viberPerson struct{ ID, Name, Language, Country string }

func (d *paperViber) Decode(native []byte) ([]adapter.Incoming, error) {
	var c viberCallback
	if err := json.Unmarshal(native, &c); err != nil {
		return nil, channel.ErrInvalid
	}
	p := c.User
	if c.Sender.ID != "" {
		p = c.Sender
	}
	if p.ID == "" {
		p.ID = c.UserID
	}
	in := adapter.Incoming{Event: channel.Event{
		ID: c.Event + ":" + c.Token.String() + ":" + p.ID, Time: time.UnixMilli(c.Timestamp).UTC(), Raw: native,
		Chat: channel.Chat{ID: p.ID, Kind: channel.ChatPrivate},
		User: channel.User{ID: p.ID, Name: p.Name, Language: p.Language, Country: p.Country},
	}}
	e := &in.Event
	active := channel.Subscription{State: channel.StateActive, Since: e.Time}
	left := channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed, Since: e.Time}
	receipt := channel.Receipt{MessageIDs: []string{c.Token.String()}}
	switch c.Event {
	case "conversation_started":
		e.Kind, in.Implies = channel.EventStarted, &left
		if c.Subscribed {
			in.Implies = &active
		}
		if c.Context != "" {
			e.Referral = &channel.Referral{Ref: c.Context}
		}
		in.Answer = func(p *adapter.Part) ([]byte, error) { return json.Marshal(p.Encoded) }
	case "message":
		e.Kind, in.Implies, in.Resets = channel.EventMessage, &active, true
		e.Message = &channel.Message{ID: c.Token.String(), Text: c.Message.Text}
	case "subscribed":
		e.Kind, e.Subscription = channel.EventSubscription, &active
	case "unsubscribed":
		e.Kind, e.Subscription = channel.EventSubscription, &left
	case "delivered":
		receipt.Status = channel.ReceiptDelivered
		e.Kind, e.Receipt = channel.EventReceipt, &receipt
	case "seen":
		receipt.Status, receipt.Until, receipt.Earlier = channel.ReceiptRead, e.Time, true
		e.Kind, e.Receipt = channel.EventReceipt, &receipt
	case "failed":
		receipt.Status = channel.ReceiptFailed
		receipt.Error = &channel.Error{Reason: channel.ErrInvalid, Scope: channel.ScopeMessage, Message: c.Desc}
		e.Kind, e.Receipt = channel.EventReceipt, &receipt
	default:
		e.Kind = channel.EventOther
	}
	return []adapter.Incoming{in}, nil
}

type viberSend struct {
	Receiver string            `json:"receiver,omitempty"` // absent in a welcome
	Type     string            `json:"type"`
	Text     string            `json:"text"`
	Sender   map[string]string `json:"sender"`
}

func (*paperViber) Encode(p *adapter.Part) error {
	p.Costs = []adapter.Cost{{Pace: "unanswered"}}
	p.Encoded = viberSend{Type: "text", Text: p.Message.Text, Sender: map[string]string{"name": "Shop"}}
	return nil
}

func (d *paperViber) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	body := p.Encoded.(viberSend)
	body.Receiver = p.ChatID
	b, err := paperCall(ctx, d.client, "https://chatapi.viber.test/pa/send_message", "application/json", paperJSON(body),
		"X-Viber-Auth-Token", d.token.Reveal())
	if err != nil {
		return channel.Sent{}, err
	}
	var answer struct {
		Status  int         `json:"status"`
		Message string      `json:"status_message"`
		Token   json.Number `json:"message_token"`
		Billing *int        `json:"billing_status"`
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return channel.Sent{}, err
	}
	if answer.Status != 0 {
		return channel.Sent{}, &paperError{Code: answer.Status, Message: answer.Message}
	}
	sent := channel.Sent{MessageIDs: []string{answer.Token.String()}}
	if answer.Billing != nil {
		sent.Billing = fmt.Sprint(*answer.Billing)
	}
	return sent, nil
}

func (*paperViber) Verdict(err error) adapter.Verdict {
	return paperVerdicts{
		2:  {Error: channel.Error{Reason: channel.ErrUnauthorized, Scope: channel.ScopeAccount}},
		5:  {Error: channel.Error{Reason: channel.ErrGone, Scope: channel.ScopeChat}},
		6:  {Error: channel.Error{Reason: channel.ErrNotSubscribed, Scope: channel.ScopeChat}},
		12: {Error: channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeChat}, Pause: "unanswered"},
	}.verdict(err)
}

const (
	viberStarted = `{"event":"conversation_started","timestamp":1763800001000,"chat_hostname":"SN-193_","message_token":6123456789012340002,"type":"open","context":"ref_spring-42","user":{"id":"AbCdEf0123456789+/ABCg==","name":"Olena","avatar":"https://media-direct.cdn.viber.com/download_photo?dlid=x1","language":"uk-UA","country":"UA","api_version":10},"subscribed":false}`
	viberMessage = `{"event":"message","timestamp":1763800008000,"chat_hostname":"SN-CALLBACK-04_","message_token":6123456789012340008,"sender":{"id":"AbCdEf0123456789+/ABCg==","name":"Olena","language":"uk-UA","country":"UA","api_version":10},"message":{"type":"text","text":"menu:orders","tracking_data":"step-1"},"silent":false}`
	viberSent    = `{"status":0,"status_message":"ok","message_token":6123456789012340010,"chat_hostname":"SN-CHAT-05_","billing_status":1}`
)

func viberSign(body string) (header, value string) {
	mac := hmac.New(sha256.New, []byte(viberToken))
	mac.Write([]byte(body))
	return "X-Viber-Content-Signature", hex.EncodeToString(mac.Sum(nil))
}

func viberPost(h http.Handler, body string) (status int, answer string) {
	k, v := viberSign(body)
	w := paperPost(h, body, k, v)
	return w.Code, w.Body.String()
}

func newPaperViber(t *testing.T, o channel.Options) (*adapter.Channel, *paperAPI) {
	api := &paperAPI{always: viberSent}
	return paperChannel(t, &paperViber{token: viberToken, client: &http.Client{Transport: api}}, o), api
}

func TestPaperViberAnswersTheProbeAndRefusesForgeries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperViber(t, channel.Options{})
		var in paperInbox
		h := ch.Webhook(&in)

		const probe = `{"event":"webhook","timestamp":4977000000000000001,"message_token":1478683000001}`
		w := paperPost(h, probe, "X-Viber-Content-Signature", "c07b38268701653e8973ec1221152ed19fd920c9e182c5ae35fe61c395dd15c8")
		assert.Equal(t, http.StatusOK, w.Code)
		for _, signature := range []string{"", "00", "c07b38268701653e8973ec1221152ed19fd920c9e182c5ae35fe61c395dd15c8"} {
			w := paperPost(h, viberMessage, "X-Viber-Content-Signature", signature)
			assert.Equal(t, http.StatusUnauthorized, w.Code, signature)
		}
		assert.Empty(t, in.all())
	})
}

func TestPaperViberWelcomesInTheResponseOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperViber(t, channel.Options{})
		var second error
		in := &paperInbox{answer: func(ctx context.Context, e *channel.Event) error {
			sent, err := ch.Send(ctx, e.Chat.ID, channel.Text("Hello! Press Start"))
			if err != nil {
				return err
			}
			assert.Empty(t, sent.MessageIDs, "the platform names no ID for a welcome")
			_, second = ch.Send(ctx, e.Chat.ID, channel.Text("and another"))
			return nil
		}}
		h := ch.Webhook(in)

		const welcome = `{"type":"text","text":"Hello! Press Start","sender":{"name":"Shop"}}`
		status, answer := viberPost(h, viberStarted)
		assert.Equal(t, http.StatusOK, status)
		assert.JSONEq(t, welcome, answer)
		require.ErrorIs(t, second, channel.ErrNotSubscribed)
		require.Len(t, in.all(), 1)
		assert.Equal(t, "ref_spring-42", in.all()[0].Referral.Ref)

		_, err := ch.Send(t.Context(), viberUser, channel.Text("from elsewhere"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)

		_, answer = viberPost(h, viberStarted)
		assert.JSONEq(t, welcome, answer, "a redelivery gets the welcome again, its first answer was lost")
		assert.Len(t, in.all(), 1)
		assert.Empty(t, api.calls())
	})
}

func TestPaperViberSubscribesWithTheFirstMessageAndLosesWhoLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var learnt paperInbox
		ch, api := newPaperViber(t, channel.Options{OnSubscription: &learnt})
		var in paperInbox
		h := ch.Webhook(&in)
		viberPost(h, viberStarted)
		viberPost(h, viberMessage)
		synctest.Wait()

		sub, err := ch.Subscription(t.Context(), viberUser)
		require.NoError(t, err)
		assert.Equal(t, channel.StateActive, sub.State)
		sent, err := ch.Send(t.Context(), viberUser, channel.Text("hi"))
		require.NoError(t, err)
		assert.Equal(t, []string{"6123456789012340010"}, sent.MessageIDs, "64 bits, whole")
		assert.Equal(t, "1", sent.Billing)
		assert.Equal(t, viberToken, api.calls()[0].header.Get("X-Viber-Auth-Token"))

		api.next(http.StatusOK, `{"status":6,"status_message":"notSubscribed","message_token":6123456789012340011}`)
		_, err = ch.Send(t.Context(), viberUser, channel.Text("are you there?"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		assert.EqualError(t, err, "viber: send: notSubscribed (6)")
		_, err = ch.Send(t.Context(), viberUser, channel.Text("and now?"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		assert.Len(t, api.calls(), 2, "the third is known to fail before the network")
		synctest.Wait()
		require.NotEmpty(t, learnt.all())
		last := learnt.all()[len(learnt.all())-1]
		assert.Equal(t, channel.EventSubscription, last.Kind)
		assert.Equal(t, channel.StateInactive, last.Subscription.State)
	})
}

func TestPaperViberTellsOfFailuresThatCameLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperViber(t, channel.Options{})
		var in paperInbox
		status, _ := viberPost(ch.Webhook(&in), `{"event":"failed","timestamp":1763800006000,"message_token":6123456789012340006,"user_id":"AbCdEf0123456789+/ABCg==","desc":"keyboard is not valid"}`)
		assert.Equal(t, http.StatusOK, status)
		require.Len(t, in.all(), 1)
		receipt := in.all()[0].Receipt
		require.NotNil(t, receipt)
		assert.Equal(t, []string{"6123456789012340006"}, receipt.MessageIDs)
		assert.Equal(t, "keyboard is not valid", receipt.Error.Message)
	})
}
