package adapter_test

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// paperMetaApp is what a Meta app verifies with, for all of its Pages and numbers.
type paperMetaApp struct {
	appSecret, verifyToken channel.Secret
}

// check is the handshake, or the body verified.
func (a paperMetaApp) check(r *http.Request, body []byte) (*adapter.Response, error) {
	if r.Method == http.MethodGet {
		q := r.URL.Query()
		known := subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(a.verifyToken.Reveal())) == 1
		if q.Get("hub.mode") != "subscribe" || !known {
			return nil, channel.ErrForbidden
		}
		return &adapter.Response{Body: []byte(q.Get("hub.challenge"))}, nil
	}
	hexed, ok := strings.CutPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256=")
	got, err := hex.DecodeString(hexed)
	mac := hmac.New(sha256.New, []byte(a.appSecret.Reveal()))
	mac.Write(body)
	if !ok || err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return nil, channel.ErrUnauthorized
	}
	return nil, nil
}

type metaBatch struct {
	Object string            `json:"object"`
	Entry  []json.RawMessage `json:"entry"`
}

type paperFacebook struct {
	adapter.Base
	paperMetaApp
	page   string
	token  channel.Secret
	client *http.Client
}

var _ adapter.Driver = (*paperFacebook)(nil)

const facebookPage = "100200300400500"

func (d *paperFacebook) Account() channel.Account {
	return channel.Account{Platform: "facebook", ID: d.page}
}

func (*paperFacebook) Limits() channel.Limits {
	return channel.Limits{Text: channel.Length{Max: 2000, Unit: channel.UnitUTF16}}
}

func paperFacebookRules() adapter.Rules {
	return adapter.Rules{
		Methods: []string{http.MethodGet, http.MethodPost}, MaxBody: 1 << 20,
		Deadline: 5 * time.Second, Redelivery: 36 * time.Hour,
		Paces: []adapter.Pace{{Name: "text", N: 300, Per: time.Second}},
	}
}

func (*paperFacebook) Rules() adapter.Rules { return paperFacebookRules() }

func (d *paperFacebook) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	handshake, err := d.check(r, body)
	if handshake != nil || err != nil {
		return adapter.Delivery{Handshake: handshake}, err
	}
	var b metaBatch
	if json.Unmarshal(body, &b) != nil {
		return adapter.Delivery{}, channel.ErrInvalid
	}
	var all []adapter.Incoming
	for _, entry := range b.Entry {
		events, err := d.Decode(entry)
		if err != nil {
			events = []adapter.Incoming{{Event: channel.Event{Kind: channel.EventOther, Raw: entry}}}
		}
		all = append(all, events...)
	}
	return adapter.Delivery{Events: all}, nil
}

type facebookEntry struct {
	ID        string            `json:"id"`
	Messaging []json.RawMessage `json:"messaging"`
	Standby   []json.RawMessage `json:"standby"`
}

type facebookItem struct {
	Sender, Recipient struct{ ID string }
	Timestamp         int64
	Message           *struct {
		MID    string
		Text   string
		IsEcho bool `json:"is_echo"`
	}
	Postback *struct {
		Title, Payload, MID string
		Referral            *struct{ Ref, Source, Type string }
	}
	Reaction *struct{ MID, Action, Emoji string }
	Policy   *struct{ Action, Reason string } `json:"policy_enforcement"`
}

func (d *paperFacebook) Decode(native []byte) ([]adapter.Incoming, error) {
	var entry facebookEntry
	if json.Unmarshal(native, &entry) != nil || entry.ID != d.page {
		return nil, channel.ErrInvalid
	}
	var all []adapter.Incoming
	for _, raw := range entry.Messaging {
		all = append(all, d.item(raw, false))
	}
	for _, raw := range entry.Standby {
		all = append(all, d.item(raw, true))
	}
	return all, nil
}

func (d *paperFacebook) item(raw json.RawMessage, standby bool) adapter.Incoming {
	var it facebookItem
	in := adapter.Incoming{Event: channel.Event{Kind: channel.EventOther, Raw: raw}}
	e := &in.Event
	if json.Unmarshal(raw, &it) != nil {
		sum := sha256.Sum256(raw)
		e.ID = hex.EncodeToString(sum[:])
		return in
	}
	e.Time = time.UnixMilli(it.Timestamp).UTC()
	e.User = channel.User{ID: it.Sender.ID}
	e.Chat = channel.Chat{ID: it.Sender.ID, Kind: channel.ChatPrivate}
	window := &channel.Subscription{State: channel.StateActive, Since: e.Time, WindowEnds: e.Time.Add(24 * time.Hour)}
	switch {
	case it.Message != nil:
		e.ID, e.Kind = it.Message.MID, channel.EventMessage
		e.Message = &channel.Message{ID: it.Message.MID, Text: it.Message.Text}
		window.AgentWindowEnds = e.Time.Add(7 * 24 * time.Hour)
		in.Implies = window
		if it.Message.IsEcho {
			e.Kind, e.User, e.Chat.ID, in.Implies = channel.EventEcho, channel.User{}, it.Recipient.ID, nil
		}
	case it.Postback != nil:
		e.ID = cmp.Or(it.Postback.MID, fmt.Sprint(it.Sender.ID, it.Timestamp, it.Postback.Payload))
		e.Kind, in.Implies = channel.EventPostback, window
		e.Postback = &channel.Postback{Data: it.Postback.Payload, Text: it.Postback.Title}
		if it.Postback.Payload == "GET_STARTED" {
			e.Kind = channel.EventStarted
		}
		if r := it.Postback.Referral; r != nil {
			e.Referral = &channel.Referral{Ref: r.Ref, Source: r.Source, Type: r.Type}
		}
	case it.Reaction != nil:
		e.ID = fmt.Sprint(it.Reaction.MID, it.Sender.ID, it.Reaction.Action, it.Timestamp)
		e.Kind, in.Implies = channel.EventReaction, window
		e.Reaction = &channel.Reaction{MessageID: it.Reaction.MID}
		if it.Reaction.Action == "react" {
			e.Reaction.Emojis = []string{it.Reaction.Emoji}
		}
	case it.Policy != nil:
		e.ID, e.Kind = fmt.Sprint("policy", it.Timestamp), channel.EventAccount
		e.Error = &channel.Error{Reason: channel.ErrForbidden, Scope: channel.ScopeAccount, Message: it.Policy.Reason}
	}
	if standby {
		e.ID, e.Kind, in.Implies = "standby:"+e.ID, channel.EventOther, nil
	}
	return in
}

type facebookSend struct {
	Recipient struct {
		ID string `json:"id"`
	} `json:"recipient"`
	Type    string `json:"messaging_type"`
	Tag     string `json:"tag,omitempty"`
	Message struct {
		Text string `json:"text"`
	} `json:"message"`
}

func (*paperFacebook) Encode(p *adapter.Part) error {
	s := facebookSend{Type: "RESPONSE"}
	switch {
	case p.Message.Purpose == channel.PurposeAgent && !p.Subscription.WindowEnds.IsZero() && time.Now().After(p.Subscription.WindowEnds):
		s.Type, s.Tag = "MESSAGE_TAG", "HUMAN_AGENT"
	case p.Message.Purpose == channel.PurposeUpdate:
		s.Type = "UPDATE"
	}
	s.Recipient.ID, s.Message.Text = p.ChatID, p.Message.Text
	p.Encoded, p.Costs = s, []adapter.Cost{{Pace: "text"}}
	return nil
}

type metaError struct {
	Error *struct {
		Message string `json:"message"`
		Code    int    `json:"code"`
		Subcode int    `json:"error_subcode"`
	} `json:"error"`
}

func (d *paperFacebook) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	b, err := paperCall(ctx, d.client, "https://graph.facebook.test/v26.0/"+d.page+"/messages", "application/json",
		paperJSON(p.Encoded), "Authorization", "Bearer "+d.token.Reveal())
	if err != nil {
		return channel.Sent{}, err
	}
	var answer struct {
		metaError
		MessageID string `json:"message_id"`
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return channel.Sent{}, err
	}
	if e := answer.Error; e != nil {
		return channel.Sent{}, &paperError{Code: e.Code, Subcode: e.Subcode, Message: e.Message}
	}
	return channel.Sent{MessageIDs: []string{answer.MessageID}}, nil
}

func (*paperFacebook) Verdict(err error) adapter.Verdict {
	return paperVerdicts{
		190:     {Error: channel.Error{Reason: channel.ErrUnauthorized, Scope: channel.ScopeAccount}},
		2018278: {Error: channel.Error{Reason: channel.ErrWindowClosed, Scope: channel.ScopeChat}},
		1545041: {Error: channel.Error{Reason: channel.ErrBlocked, Scope: channel.ScopeChat}},
		4:       {Error: channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount}, Pause: "text"},
	}.verdict(err)
}

const (
	metaSecret = "0123456789abcdef0123456789abcdef"
	psid       = "7001000000000001"
)

// facebookBody is a batch of one item that happened at t; %d in it is the time.
func facebookBody(t time.Time, item string) string {
	item = strings.ReplaceAll(item, "%d", fmt.Sprint(t.UnixMilli()))
	return `{"object":"page","entry":[{"id":"` + facebookPage + `","time":1790000000900,"messaging":[` + item + `]}]}`
}

const (
	facebookText     = `{"sender":{"id":"7001000000000001"},"recipient":{"id":"100200300400500"},"timestamp":%d,"message":{"mid":"m_aa01","text":"Bonjour caf\u00e9"}}`
	facebookEcho     = `{"sender":{"id":"100200300400500"},"recipient":{"id":"7001000000000001"},"timestamp":%d,"message":{"mid":"m_bb01","is_echo":true,"app_id":263902037430900,"text":"A colleague answers"}}`
	facebookReaction = `{"sender":{"id":"7001000000000001"},"recipient":{"id":"100200300400500"},"timestamp":%d,"reaction":{"mid":"m_bb01","action":"react","reaction":"love","emoji":"\u2764\ufe0f"}}`
	facebookSent     = `{"recipient_id":"7001000000000001","message_id":"m_dd01"}`
	facebookClosed   = `{"error":{"message":"(#10) This message is sent outside of allowed window.","type":"OAuthException","code":10,"error_subcode":2018278,"fbtrace_id":"Axx1"}}`
)

func metaSign(body string) string {
	mac := hmac.New(sha256.New, []byte(metaSecret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func metaPost(h http.Handler, body string) *httptest.ResponseRecorder {
	return paperPost(h, body, "X-Hub-Signature-256", metaSign(body))
}

func newPaperFacebook(t *testing.T, o channel.Options) (*adapter.Channel, *paperAPI) {
	api := &paperAPI{always: facebookSent}
	return paperChannel(t, &paperFacebook{
		paperMetaApp: paperMetaApp{metaSecret, "verify-me"}, page: facebookPage, token: "EAATESTTOKEN",
		client: &http.Client{Transport: api},
	}, o), api
}

func TestPaperFacebookShakesHands(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		query  string
		status int
		answer string
	}{
		"with the challenge":    {"hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444", 200, "1158201444"},
		"not with a stranger":   {"hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1158201444", 403, ""},
		"not in another manner": {"hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=1158201444", 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ch, _ := newPaperFacebook(t, channel.Options{})
				w := paperServe(ch.Webhook(&paperInbox{}), httptest.NewRequest(http.MethodGet, "/hook?"+tt.query, nil))
				assert.Equal(t, tt.status, w.Code)
				if tt.status == http.StatusOK {
					assert.Equal(t, tt.answer, w.Body.String())
				}
				assert.NotContains(t, w.Body.String(), "verify-me")
			})
		})
	}
}

func TestPaperFacebookSignsTheRawBytes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperFacebook(t, channel.Options{})
		var in paperInbox
		h := ch.Webhook(&in)
		const body = `{"object":"page","entry":[{"id":"100200300400500","time":1790000000123,"messaging":[{"sender":{"id":"7001"},"recipient":{"id":"100200300400500"},"timestamp":1790000000001,"message":{"mid":"m_T1","text":"caf\u00e9 https:\/\/ex.test"}}]}]}`
		const signature = "sha256=cb755801b6c43555ce443b9c376c6c96f1d46f81fbe671992fe803eca4d80743"
		assert.Equal(t, http.StatusUnauthorized, paperPost(h, strings.Replace(body, `\/`, "/", 1), "X-Hub-Signature-256", signature).Code)
		assert.Equal(t, http.StatusOK, paperPost(h, body, "X-Hub-Signature-256", signature).Code)
		require.Len(t, in.all(), 1)
		assert.Equal(t, "café https://ex.test", in.all()[0].Message.Text)
	})
}

func TestPaperFacebookAnswersInTimeAndAcknowledgesLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperFacebook(t, channel.Options{})
		in := &paperInbox{answer: func(ctx context.Context, _ *channel.Event) error {
			time.Sleep(20 * time.Second)
			return ctx.Err()
		}}
		h := ch.Webhook(in)
		start := time.Now()
		body := facebookBody(start, facebookText)
		assert.Equal(t, http.StatusServiceUnavailable, metaPost(h, body).Code)
		assert.LessOrEqual(t, time.Since(start), 5*time.Second)
		time.Sleep(time.Minute)
		assert.Equal(t, http.StatusOK, metaPost(h, body).Code)
		assert.Len(t, in.all(), 1)
	})
}

func TestPaperFacebookTellsEchoesFromMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperFacebook(t, channel.Options{})
		var in paperInbox
		metaPost(ch.Webhook(&in), facebookBody(time.Now(), facebookEcho))
		require.Equal(t, []channel.EventKind{channel.EventEcho}, in.kinds())
		assert.Equal(t, psid, in.all()[0].Chat.ID)
	})
}

func TestPaperFacebookKeepsTheWindows(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for name, tt := range map[string]struct {
		opens   string
		after   time.Duration
		purpose channel.Purpose
		want    error
		tag     string
	}{
		"a reply within a day":                  {facebookText, 23 * time.Hour, channel.PurposeReply, nil, ""},
		"a reply after a day":                   {facebookText, 25 * time.Hour, channel.PurposeReply, channel.ErrWindowClosed, ""},
		"a promotion after a day":               {facebookText, 25 * time.Hour, channel.PurposePromotion, channel.ErrWindowClosed, ""},
		"a human within a day needs no tag":     {facebookText, time.Hour, channel.PurposeAgent, nil, ""},
		"a human within a week":                 {facebookText, 6 * day, channel.PurposeAgent, nil, "HUMAN_AGENT"},
		"a human after a week":                  {facebookText, 8 * day, channel.PurposeAgent, channel.ErrWindowClosed, ""},
		"a reaction opens the day":              {facebookReaction, 23 * time.Hour, channel.PurposeReply, nil, ""},
		"a reaction does not open a human week": {facebookReaction, 2 * day, channel.PurposeAgent, channel.ErrWindowClosed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ch, api := newPaperFacebook(t, channel.Options{})
				metaPost(ch.Webhook(&paperInbox{}), facebookBody(time.Now(), tt.opens))
				time.Sleep(tt.after)
				_, err := ch.Send(t.Context(), psid, channel.Message{Text: "Hi", Purpose: tt.purpose})
				if tt.want != nil {
					require.ErrorIs(t, err, tt.want)
					assert.Empty(t, api.calls(), "refused before the network")
					return
				}
				require.NoError(t, err)
				var sent facebookSend
				require.NoError(t, json.Unmarshal([]byte(api.calls()[0].body), &sent))
				assert.Equal(t, tt.tag, sent.Tag)
			})
		})
	}
}

func TestPaperFacebookLearnsThatTheWindowClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperFacebook(t, channel.Options{})
		api.next(http.StatusBadRequest, facebookClosed)
		for range 2 {
			_, err := ch.Send(t.Context(), psid, channel.Text("Hi"))
			require.ErrorIs(t, err, channel.ErrWindowClosed)
		}
		assert.Len(t, api.calls(), 1)
		assert.NotErrorIs(t, error(channel.ErrWindowClosed), channel.ErrNotSubscribed)

		metaPost(ch.Webhook(&paperInbox{}), facebookBody(time.Now().Add(time.Second), facebookText))
		_, err := ch.Send(t.Context(), psid, channel.Text("Hi"))
		require.NoError(t, err)
	})
}

func TestPaperFacebookLeavesAnotherAppsThreadAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperFacebook(t, channel.Options{})
		var in paperInbox
		item := strings.ReplaceAll(facebookText, "%d", fmt.Sprint(time.Now().UnixMilli()))
		metaPost(ch.Webhook(&in), `{"object":"page","entry":[{"id":"`+facebookPage+`","standby":[`+item+`]}]}`)
		require.Equal(t, []channel.EventKind{channel.EventOther}, in.kinds())
		assert.Equal(t, "Bonjour café", in.all()[0].Message.Text)
	})
}
