package adapter_test

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type paperVK struct {
	adapter.Base
	secret, token, confirmation channel.Secret
	client                      *http.Client
}

var _ adapter.Driver = (*paperVK)(nil)

const vkGroup = 700100200

func (*paperVK) Account() channel.Account {
	return channel.Account{Platform: "vk", ID: strconv.Itoa(vkGroup)}
}

func (*paperVK) Limits() channel.Limits {
	return channel.Limits{Text: channel.Length{Max: 4096, Unit: channel.UnitUTF16}}
}

func (*paperVK) Rules() adapter.Rules {
	return adapter.Rules{
		Ack:      adapter.Response{Body: []byte("ok")},
		NotYet:   adapter.Response{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"10"}}},
		Deadline: 5 * time.Second, Redelivery: 24 * time.Hour, Deliveries: 6, Deduplicates: time.Hour,
		Paces: []adapter.Pace{{Name: "requests", N: 20, Per: time.Second}},
	}
}

type vkEnvelope struct {
	Type    string          `json:"type"`
	EventID string          `json:"event_id,omitempty"`
	GroupID int64           `json:"group_id"`
	Secret  string          `json:"secret,omitempty"`
	Object  json.RawMessage `json:"object,omitempty"`
}

func (d *paperVK) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	var e vkEnvelope
	if err := json.Unmarshal(body, &e); err != nil {
		return adapter.Delivery{}, channel.ErrUnauthorized // a secret that cannot be read is none
	}
	known := subtle.ConstantTimeCompare([]byte(e.Secret), []byte(d.secret.Reveal())) == 1
	first := e.Type == "confirmation" && e.Secret == ""
	if !known && !first || e.GroupID != vkGroup {
		return adapter.Delivery{}, channel.ErrForbidden
	}
	if e.Type == "confirmation" {
		return adapter.Delivery{Handshake: &adapter.Response{
			Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(d.confirmation.Reveal()),
		}}, nil
	}
	events, err := d.decode(e)
	return adapter.Delivery{Events: events, Last: r.Header.Get("X-Retry-Counter") == "5"}, err
}

func (d *paperVK) Decode(native []byte) ([]adapter.Incoming, error) {
	var e vkEnvelope
	if err := json.Unmarshal(native, &e); err != nil {
		return nil, channel.ErrInvalid
	}
	return d.decode(e)
}

type vkMessage struct {
	ID          int64           `json:"conversation_message_id"`
	Date        int64           `json:"date"`
	PeerID      int64           `json:"peer_id"`
	FromID      int64           `json:"from_id"`
	Text        string          `json:"text"`
	Cropped     bool            `json:"is_cropped"`
	Attachments []vkAttachment  `json:"attachments"`
	UserID      int64           `json:"user_id"`
	EventID     string          `json:"event_id"`
	Payload     json.RawMessage `json:"payload"`
}

type vkAttachment struct {
	Type string `json:"type"`
	Doc  struct {
		Title, URL string
	} `json:"doc"`
}

func (d *paperVK) decode(env vkEnvelope) ([]adapter.Incoming, error) {
	var o struct {
		vkMessage
		Message *vkMessage `json:"message"`
	}
	env.Secret = ""
	raw, err := json.Marshal(env)
	if err != nil {
		return nil, channel.ErrInvalid
	}
	in := adapter.Incoming{Event: channel.Event{ID: env.EventID, Kind: channel.EventOther, Raw: raw}}
	if json.Unmarshal(env.Object, &o) != nil {
		return []adapter.Incoming{in}, nil
	}
	m := cmp.Or(o.Message, &o.vkMessage)
	e := &in.Event
	peer, user := vkID(cmp.Or(m.PeerID, m.UserID)), vkID(cmp.Or(m.FromID, m.UserID))
	e.Chat, e.User = channel.Chat{ID: peer, Kind: channel.ChatPrivate}, channel.User{ID: user}
	e.Time = time.Now().UTC() // what VK puts no time in is as old as its arrival
	if m.Date > 0 {
		e.Time = time.Unix(m.Date, 0).UTC()
	}
	active := channel.Subscription{State: channel.StateActive, Since: e.Time}
	switch env.Type {
	case "message_new":
		e.Kind, e.Message, in.Implies = channel.EventMessage, m.message(), &active
		in.Incomplete, in.State = m.Cropped, m.ID
	case "message_reply":
		e.Kind, e.Message, e.User = channel.EventEcho, m.message(), channel.User{}
	case "message_event":
		e.Kind, in.Implies = channel.EventPostback, nil
		e.Postback = &channel.Postback{ID: m.EventID, Data: strings.ToValidUTF8(string(m.Payload), "\uFFFD"), MessageID: vkID(m.ID)}
	case "message_allow":
		e.Kind, e.Subscription = channel.EventSubscription, &active
	case "message_deny":
		e.Kind = channel.EventSubscription
		e.Subscription = &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed, Since: e.Time}
	}
	return []adapter.Incoming{in}, nil
}

func (m *vkMessage) message() *channel.Message {
	out := &channel.Message{ID: vkID(m.ID), Text: m.Text}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, channel.Attachment{
			Kind: channel.AttachmentFile, Name: a.Doc.Title, URL: a.Doc.URL,
		})
	}
	return out
}

func vkID(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (d *paperVK) call(ctx context.Context, method string, params url.Values, response any) error {
	params.Set("v", "5.199")
	b, err := paperCall(ctx, d.client, "https://api.vk.test/method/"+method, "application/x-www-form-urlencoded", params.Encode(),
		"Authorization", "Bearer "+d.token.Reveal())
	if err != nil {
		return err
	}
	answer := struct {
		Response any `json:"response"`
		Error    *struct {
			Code    int    `json:"error_code"`
			Message string `json:"error_msg"`
		} `json:"error"`
	}{Response: response}
	if err := json.Unmarshal(b, &answer); err != nil {
		return err
	}
	if answer.Error != nil {
		return &paperError{Code: answer.Error.Code, Message: answer.Error.Message}
	}
	return nil
}

func (d *paperVK) Complete(ctx context.Context, in *adapter.Incoming) error {
	var found struct{ Items []vkMessage }
	err := d.call(ctx, "messages.getByConversationMessageId", url.Values{
		"peer_id": {in.Event.Chat.ID}, "conversation_message_ids": {vkID(in.State.(int64))},
	}, &found)
	if err == nil && len(found.Items) == 1 {
		in.Event.Message = found.Items[0].message()
	}
	return err
}

func (*paperVK) Encode(p *adapter.Part) error {
	p.Costs = []adapter.Cost{{Pace: "requests"}}
	p.Encoded = url.Values{
		"peer_ids": {p.ChatID}, "message": {p.Message.Text},
		// random_id is an int32 for which 0 is no check.
		"random_id": {strconv.FormatUint(p.Nonce%math.MaxInt32+1, 10)},
	}
	return nil
}

func (d *paperVK) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	var peers []struct {
		ID    int64 `json:"conversation_message_id"`
		Error *struct {
			Code        int    `json:"code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := d.call(ctx, "messages.send", p.Encoded.(url.Values), &peers); err != nil {
		return channel.Sent{}, err
	}
	if len(peers) != 1 {
		return channel.Sent{}, fmt.Errorf("%d results for one recipient", len(peers))
	}
	if e := peers[0].Error; e != nil {
		return channel.Sent{}, &paperError{Code: e.Code, Message: e.Description}
	}
	return channel.Sent{MessageIDs: []string{vkID(peers[0].ID)}}, nil
}

func (d *paperVK) AnswerPress(ctx context.Context, e *channel.Event) error {
	var ok int
	return d.call(ctx, "messages.sendMessageEventAnswer", url.Values{
		"event_id": {e.Postback.ID}, "user_id": {e.User.ID}, "peer_id": {e.Chat.ID},
	}, &ok)
}

func (*paperVK) Verdict(err error) adapter.Verdict {
	return paperVerdicts{
		5:   {Error: channel.Error{Reason: channel.ErrUnauthorized, Scope: channel.ScopeAccount}},
		6:   {Error: channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount}, Pause: "requests"},
		900: {Error: channel.Error{Reason: channel.ErrBlocked, Scope: channel.ScopeChat}},
		901: {Error: channel.Error{Reason: channel.ErrNotSubscribed, Scope: channel.ScopeChat}},
	}.verdict(err)
}

const (
	vkSecret     = "s3cr3tKey"
	vkMessageNew = `{"group_id":700100200,"type":"message_new","event_id":"0f3c9a1be2d47788aa01bb02cc03dd04ee05ff06","v":"5.199","secret":"s3cr3tKey","object":{"message":{"date":1795000001,"from_id":5550001,"id":41,"out":0,"attachments":[],"conversation_message_id":17,"peer_id":5550001,"random_id":0,"text":"Start","payload":"{\"command\":\"start\"}"},"client_info":{"keyboard":true,"lang_id":0}}}`
	vkCropped    = `{"group_id":700100200,"type":"message_new","event_id":"c7c7c7c7","v":"5.199","secret":"s3cr3tKey","object":{"message":{"id":42,"conversation_message_id":18,"date":1795000050,"peer_id":5550001,"from_id":5550001,"out":0,"text":"","is_cropped":true,"attachments":[{"type":"doc","doc":{"id":1,"title":"a.pdf","url":"https://vk.example/a"}}]}}}`
	vkReply      = `{"group_id":700100200,"type":"message_reply","event_id":"e1e1e1e1","v":"5.199","secret":"s3cr3tKey","object":{"id":43,"conversation_message_id":20,"peer_id":5550001,"from_id":-700100200,"date":1795000120,"out":1,"text":"Hi","random_id":123456789,"admin_author_id":5550999,"attachments":[]}}`
	vkPress      = `{"type":"message_event","event_id":"11aa22bb33cc44dd55ee66ff778899aabbccddee","v":"5.199","group_id":700100200,"secret":"s3cr3tKey","object":{"user_id":5550001,"peer_id":5550001,"event_id":"9f31c0aa77de","payload":{"cmd":"buy","id":7},"conversation_message_id":19}}`
	vkSent       = `{"response":[{"peer_id":5550001,"message_id":43,"conversation_message_id":20}]}`
)

func newPaperVK(t *testing.T, o channel.Options) (*adapter.Channel, *paperAPI) {
	api := &paperAPI{always: vkSent}
	d := &paperVK{secret: vkSecret, token: "vk1.a.TOKEN", confirmation: "1a2b3c4d", client: &http.Client{Transport: api}}
	return paperChannel(t, d, o), api
}

func TestPaperVKAnswersInVKsOwnWords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body   string
		status int
		answer string
	}{
		"a confirmation with the string alone": {`{"type":"confirmation","group_id":700100200}`, 200, "1a2b3c4d"},
		"a confirmation of another community":  {`{"type":"confirmation","group_id":7}`, 403, ""},
		"a confirmation with a wrong secret":   {`{"type":"confirmation","group_id":700100200,"secret":"x"}`, 403, ""},
		"an event with ok":                     {vkMessageNew, 200, "ok"},
		"an event of an unknown kind with ok":  {`{"type":"donut_x","group_id":700100200,"event_id":"d","secret":"s3cr3tKey","object":{}}`, 200, "ok"},
		"an event without a secret with 403":   {`{"type":"message_new","group_id":700100200,"event_id":"d","object":{}}`, 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ch, _ := newPaperVK(t, channel.Options{})
				w := paperPost(ch.Webhook(&paperInbox{}), tt.body)
				assert.Equal(t, tt.status, w.Code)
				if tt.status == http.StatusOK {
					assert.Equal(t, tt.answer, w.Body.String())
				}
				assert.NotContains(t, w.Body.String(), vkSecret)
			})
		})
	}
}

func TestPaperVKKeepsTheSecretOutOfTheEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperVK(t, channel.Options{})
		var in paperInbox
		paperPost(ch.Webhook(&in), vkMessageNew)
		require.Len(t, in.all(), 1)
		assert.Equal(t, "Start", in.all()[0].Message.Text)
		assert.Equal(t, "vk:700100200:5550001", in.all()[0].Address().String())
		assert.NotContains(t, paperJSON(in.all()[0]), vkSecret)
		assert.True(t, json.Valid(in.all()[0].Raw))
	})
}

func TestPaperVKGivesUpAtTheLastDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dead paperInbox
		ch, _ := newPaperVK(t, channel.Options{DeadLetter: &dead})
		h := ch.Webhook(&paperInbox{answer: func(context.Context, *channel.Event) error { return channel.ErrUnavailable }})

		w := paperPost(h, vkMessageNew, "X-Retry-Counter", "1")
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, "10", w.Header().Get("Retry-After"))
		assert.Empty(t, dead.all())
		w = paperPost(h, vkMessageNew, "X-Retry-Counter", "5")
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, "ok", w.Body.String())
		assert.Len(t, dead.all(), 1)
	})
}

func TestPaperVKReadsACroppedMessageAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperVK(t, channel.Options{})
		var in paperInbox
		h := ch.Webhook(&in)
		api.next(http.StatusOK, `{"response":{"count":1,"items":[{"conversation_message_id":18,"peer_id":5550001,"from_id":5550001,"text":"","attachments":[{"type":"doc","doc":{"title":"a.pdf","url":"https://vk.example/a"}},{"type":"doc","doc":{"title":"b.pdf","url":"https://vk.example/b"}}]}]}}`)
		paperPost(h, vkCropped)
		paperPost(h, vkCropped)
		require.Len(t, in.all(), 1)
		assert.Len(t, in.all()[0].Message.Attachments, 2)
		require.Len(t, api.calls(), 1, "only the delivery that won the claim reads it")
		assert.Equal(t, "/method/messages.getByConversationMessageId", api.calls()[0].path)
	})
}

func TestPaperVKDeliversWhatCannotBeCompleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperVK(t, channel.Options{})
		var in paperInbox
		api.next(http.StatusOK, `{"error":{"error_code":15,"error_msg":"Access denied"}}`)
		w := paperPost(ch.Webhook(&in), vkCropped)
		assert.Equal(t, "ok", w.Body.String())
		require.Len(t, in.all(), 1)
		assert.Len(t, in.all()[0].Message.Attachments, 1)
	})
}

func TestPaperVKTellsEchoesFromMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperVK(t, channel.Options{})
		var in paperInbox
		paperPost(ch.Webhook(&in), vkReply)
		assert.Equal(t, []channel.EventKind{channel.EventEcho}, in.kinds())
	})
}

func TestPaperVKAnswersAPressOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperVK(t, channel.Options{})
		var in paperInbox
		h := ch.Webhook(&in)
		api.always = `{"response":1}`
		paperPost(h, vkPress)
		paperPost(h, vkPress)
		synctest.Wait()
		require.Len(t, in.all(), 1)
		assert.JSONEq(t, `{"cmd":"buy","id":7}`, in.all()[0].Postback.Data)
		require.Len(t, api.calls(), 1)
		form, err := url.ParseQuery(api.calls()[0].body)
		require.NoError(t, err)
		assert.Equal(t, "9f31c0aa77de", form.Get("event_id"))
		assert.Empty(t, form.Get("event_data"))
	})
}

func TestPaperVKRetriesWithTheSameRandomID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperVK(t, channel.Options{})
		api.fail(&net.OpError{Op: "read", Err: syscall.ECONNRESET})
		api.next(http.StatusOK, `{"error":{"error_code":6,"error_msg":"Too many requests per second"}}`)
		_, err := ch.Send(t.Context(), "5550001", channel.Message{Text: "Hi", Key: "order-7"})
		require.NoError(t, err)
		ids := map[string]bool{}
		for _, c := range api.calls() {
			form, err := url.ParseQuery(c.body)
			require.NoError(t, err)
			ids[form.Get("random_id")] = true
			_, err = strconv.ParseInt(form.Get("random_id"), 10, 32)
			require.NoError(t, err)
		}
		assert.Len(t, api.calls(), 3)
		assert.Len(t, ids, 1)
		assert.NotContains(t, ids, "0")
	})
}

func TestPaperVKFindsTheErrorOfOneRecipient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperVK(t, channel.Options{})
		api.next(http.StatusOK, `{"response":[{"peer_id":5550002,"message_id":0,"conversation_message_id":0,"error":{"code":901,"description":"Can't send messages for users without permission"}}]}`)
		_, err := ch.Send(t.Context(), "5550002", channel.Text("Hi"))
		require.ErrorIs(t, err, channel.ErrNotSubscribed)
		assert.NotContains(t, err.Error(), "TOKEN")
	})
}
