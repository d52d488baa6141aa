package adapter_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type paperWhatsApp struct {
	adapter.Base
	paperMetaApp
	number string
	token  channel.Secret
	client *http.Client
}

var _ adapter.Driver = (*paperWhatsApp)(nil)

func (d *paperWhatsApp) Account() channel.Account {
	return channel.Account{Platform: "whatsapp", ID: d.number}
}

func (*paperWhatsApp) Limits() channel.Limits {
	return channel.Limits{
		Text:     channel.Length{Max: 4096, Unit: channel.UnitRune},
		Features: map[channel.Feature]channel.Level{channel.FeatureTemplate: channel.LevelFull},
	}
}

func (*paperWhatsApp) Rules() adapter.Rules {
	return adapter.Rules{
		Methods: []string{http.MethodGet, http.MethodPost}, MaxBody: 3 << 20, Redelivery: 7 * 24 * time.Hour,
		Paces: []adapter.Pace{{Name: "throughput", N: 80, Per: time.Second}, {Name: "pair", N: 45, Per: 270 * time.Second, Chat: true}},
	}
}

type whatsAppValue struct {
	Metadata struct {
		ID string `json:"phone_number_id"`
	} `json:"metadata"`
	Contacts []struct {
		Profile struct{ Name, Username string }
		WaID    string `json:"wa_id"`
		UserID  string `json:"user_id"`
	} `json:"contacts"`
	Messages []json.RawMessage `json:"messages"`
	Statuses []json.RawMessage `json:"statuses"`
}

func (d *paperWhatsApp) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	handshake, err := d.check(r, body)
	if handshake != nil || err != nil {
		return adapter.Delivery{Handshake: handshake}, err
	}
	var b metaBatch
	if json.Unmarshal(body, &b) != nil {
		return adapter.Delivery{}, channel.ErrInvalid
	}
	var all []adapter.Incoming
	for _, raw := range b.Entry {
		var entry struct {
			Changes []struct{ Value json.RawMessage }
		}
		if json.Unmarshal(raw, &entry) != nil {
			continue
		}
		for _, change := range entry.Changes {
			events, err := d.Decode(change.Value)
			if err == nil {
				all = append(all, events...)
			}
		}
	}
	return adapter.Delivery{Events: all}, nil
}

// Decode decodes one change's value: the share of a number in a request to the app.
func (d *paperWhatsApp) Decode(native []byte) ([]adapter.Incoming, error) {
	var v whatsAppValue
	if json.Unmarshal(native, &v) != nil || v.Metadata.ID != d.number {
		return nil, channel.ErrInvalid
	}
	people := map[string]channel.User{}
	for _, c := range v.Contacts {
		u := whatsAppUser(c.WaID, c.UserID)
		u.Name, u.Username = c.Profile.Name, c.Profile.Username
		people[u.ID] = u
	}
	var all []adapter.Incoming
	for _, raw := range v.Messages {
		all = append(all, whatsAppMessage(raw, people))
	}
	for _, raw := range v.Statuses {
		all = append(all, whatsAppStatus(raw))
	}
	return all, nil
}

// whatsAppUser keys a person by the BSUID where there is one; a phone number can be hidden, and change.
func whatsAppUser(phone, bsuid string) channel.User {
	u := channel.User{ID: cmp.Or(bsuid, phone)}
	if phone != "" {
		u.Phone = "+" + phone
		if bsuid != "" {
			u.Aliases = []string{phone}
		}
	}
	return u
}

func whatsAppTime(seconds string) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

func whatsAppMessage(raw json.RawMessage, people map[string]channel.User) adapter.Incoming {
	var m struct {
		ID, From, Timestamp, Type string
		FromUserID                string `json:"from_user_id"`
		Text                      struct{ Body string }
		Reaction                  *struct {
			MessageID string `json:"message_id"`
			Emoji     string
		}
	}
	in := adapter.Incoming{Event: channel.Event{Kind: channel.EventOther, Raw: raw}}
	if json.Unmarshal(raw, &m) != nil {
		return in
	}
	e := &in.Event
	e.ID, e.Time, e.User = m.ID, whatsAppTime(m.Timestamp), whatsAppUser(m.From, m.FromUserID)
	if known, ok := people[e.User.ID]; ok {
		e.User = known
	}
	e.Chat = channel.Chat{ID: e.User.ID, Kind: channel.ChatPrivate}
	in.Implies = &channel.Subscription{State: channel.StateActive, Since: e.Time, WindowEnds: e.Time.Add(24 * time.Hour)}
	switch {
	case m.Type == "text":
		e.Kind, e.Message = channel.EventMessage, &channel.Message{ID: m.ID, Text: m.Text.Body}
	case m.Reaction != nil:
		e.Kind, e.Reaction = channel.EventReaction, &channel.Reaction{MessageID: m.Reaction.MessageID}
		if m.Reaction.Emoji != "" {
			e.Reaction.Emojis = []string{m.Reaction.Emoji}
		}
	}
	return in
}

func whatsAppStatus(raw json.RawMessage) adapter.Incoming {
	var s struct {
		ID, Status, Timestamp string
		RecipientID           string `json:"recipient_id"`
		RecipientUserID       string `json:"recipient_user_id"`
		Errors                []struct {
			Code  int
			Title string
		}
	}
	in := adapter.Incoming{Event: channel.Event{Kind: channel.EventOther, Raw: raw}}
	if json.Unmarshal(raw, &s) != nil {
		return in
	}
	e := &in.Event
	e.ID, e.Time = s.ID+":"+s.Status, whatsAppTime(s.Timestamp)
	e.Chat = channel.Chat{ID: cmp.Or(s.RecipientUserID, s.RecipientID), Kind: channel.ChatPrivate}
	e.Kind = channel.EventReceipt
	e.Receipt = &channel.Receipt{Status: channel.ReceiptStatus(s.Status), MessageIDs: []string{s.ID}}
	if len(s.Errors) > 0 {
		native := &paperError{Code: s.Errors[0].Code, Message: s.Errors[0].Title}
		failure := whatsAppVerdicts.verdict(native).Error
		e.Receipt.Error = &failure
		if failure.Reason == channel.ErrWindowClosed {
			in.Implies = &channel.Subscription{WindowEnds: e.Time}
		}
	}
	return in
}

type whatsAppSend struct {
	Product   string            `json:"messaging_product"`
	To        string            `json:"to,omitempty"`
	Recipient string            `json:"recipient,omitempty"`
	Type      string            `json:"type"`
	Text      map[string]string `json:"text,omitempty"`
	Template  any               `json:"template,omitempty"`
}

var bsuid = regexp.MustCompile(`^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$`)

func (*paperWhatsApp) Encode(p *adapter.Part) error {
	s := whatsAppSend{Product: "whatsapp"}
	if bsuid.MatchString(p.ChatID) {
		s.Recipient = p.ChatID
	} else {
		s.To = p.ChatID
	}
	if t := p.Message.Template; t != nil {
		s.Type, s.Template = "template", map[string]any{"name": t.Name, "language": map[string]string{"code": t.Language}}
	} else {
		s.Type, s.Text = "text", map[string]string{"body": p.Message.Text}
	}
	p.Encoded, p.Costs = s, []adapter.Cost{{Pace: "throughput"}, {Pace: "pair"}}
	return nil
}

func (d *paperWhatsApp) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	b, err := paperCall(ctx, d.client, "https://graph.facebook.test/v25.0/"+d.number+"/messages", "application/json",
		paperJSON(p.Encoded), "Authorization", "Bearer "+d.token.Reveal())
	if err != nil {
		return channel.Sent{}, err
	}
	var answer struct {
		metaError
		Messages []struct{ ID string }
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return channel.Sent{}, err
	}
	if e := answer.Error; e != nil {
		return channel.Sent{}, &paperError{Code: e.Code, Message: e.Message}
	}
	var sent channel.Sent
	for _, m := range answer.Messages {
		sent.MessageIDs = append(sent.MessageIDs, m.ID)
	}
	return sent, nil
}

var whatsAppVerdicts = paperVerdicts{
	190:    {Error: channel.Error{Reason: channel.ErrUnauthorized, Scope: channel.ScopeAccount}},
	131047: {Error: channel.Error{Reason: channel.ErrWindowClosed, Scope: channel.ScopeChat}},
	130429: {Error: channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount}, Pause: "throughput"},
	131056: {Error: channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeChat}, Pause: "pair"},
}

func (*paperWhatsApp) Verdict(err error) adapter.Verdict { return whatsAppVerdicts.verdict(err) }

const (
	whatsAppNumber = "106540352242922"
	whatsAppPhone  = "16505551234"
	whatsAppBSUID  = "US.13491208655302741918"
	whatsAppSent   = `{"messaging_product":"whatsapp","contacts":[{"input":"US.13491208655302741918","user_id":"US.13491208655302741918"}],"messages":[{"id":"wamid.HBgLMTY1"}]}`
)

// whatsAppBody wraps values' members as a batch for the number.
func whatsAppBody(members ...string) string {
	var changes []string
	for _, m := range members {
		changes = append(changes, `{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"`+whatsAppNumber+`"},`+m+`}}`)
	}
	return `{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[` + strings.Join(changes, ",") + `]}]}`
}

func whatsAppText(id string, at time.Time) string {
	return fmt.Sprintf(`"contacts":[{"profile":{"name":"Ada L"},"wa_id":"16505551234","user_id":"US.13491208655302741918"}],"messages":[{"from":"16505551234","from_user_id":"US.13491208655302741918","id":%q,"timestamp":"%d","type":"text","text":{"body":"Hi"}}]`, id, at.Unix())
}

func whatsAppFailed(code int, at time.Time) string {
	return fmt.Sprintf(`"statuses":[{"id":"wamid.OUR9","status":"failed","timestamp":"%d","recipient_user_id":"US.13491208655302741918","errors":[{"code":%d,"title":"Re-engagement message","message":"Re-engagement message","error_data":{"details":"More than 24 hours have passed since the recipient last replied."}}]}]`, at.Unix(), code)
}

func newPaperWhatsApp(t *testing.T, o channel.Options) (*adapter.Channel, *paperAPI) {
	api := &paperAPI{always: whatsAppSent}
	return paperChannel(t, &paperWhatsApp{
		paperMetaApp: paperMetaApp{metaSecret, "verify-me"}, number: whatsAppNumber, token: "EAATESTTOKEN",
		client: &http.Client{Transport: api},
	}, o), api
}

func TestPaperWhatsAppTakesABatchApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperWhatsApp(t, channel.Options{})
		var in paperInbox
		now := time.Now()
		const delivered = `"statuses":[{"id":"wamid.OUR8","status":"delivered","timestamp":"1795300012","recipient_id":"16505551234"},{"id":"wamid.OUR8","status":"read","timestamp":"1795300020","recipient_id":"16505551234"}]`
		w := metaPost(ch.Webhook(&in), whatsAppBody(whatsAppText("wamid.1", now), delivered, whatsAppText("wamid.2", now)))
		assert.Equal(t, http.StatusOK, w.Code)
		assert.ElementsMatch(t, []channel.EventKind{
			channel.EventMessage, channel.EventMessage, channel.EventReceipt, channel.EventReceipt,
		}, in.kinds())
	})
}

func TestPaperWhatsAppKeysAPersonByTheBSUID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperWhatsApp(t, channel.Options{})
		var in paperInbox
		metaPost(ch.Webhook(&in), whatsAppBody(whatsAppText("wamid.1", time.Now())))
		require.Len(t, in.all(), 1)
		u := in.all()[0].User
		assert.Equal(t, channel.User{ID: whatsAppBSUID, Aliases: []string{whatsAppPhone}, Name: "Ada L", Phone: "+" + whatsAppPhone}, u)

		for _, to := range []string{whatsAppBSUID, whatsAppPhone} {
			_, err := ch.Send(t.Context(), to, channel.Text("Hi"))
			require.NoError(t, err)
		}
		var by, to whatsAppSend
		require.NoError(t, json.Unmarshal([]byte(api.calls()[0].body), &by))
		require.NoError(t, json.Unmarshal([]byte(api.calls()[1].body), &to))
		assert.Equal(t, whatsAppBSUID, by.Recipient)
		assert.Empty(t, by.To)
		assert.Equal(t, whatsAppPhone, to.To)
		assert.Empty(t, to.Recipient)
	})
}

func TestPaperWhatsAppLearnsFromAFailureThatCameLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperWhatsApp(t, channel.Options{})
		var in paperInbox
		h := ch.Webhook(&in)
		_, err := ch.Send(t.Context(), whatsAppBSUID, channel.Text("Hi"))
		require.NoError(t, err, "the platform accepts what it will not deliver")
		metaPost(h, whatsAppBody(whatsAppFailed(131047, time.Now())))
		require.Equal(t, []channel.EventKind{channel.EventReceipt}, in.kinds())
		receipt := in.all()[0].Receipt
		assert.Equal(t, channel.ReceiptFailed, receipt.Status)
		require.ErrorIs(t, receipt.Error, channel.ErrWindowClosed)
		assert.Equal(t, "131047", receipt.Error.Code)

		_, err = ch.Send(t.Context(), whatsAppBSUID, channel.Text("Hi again"))
		require.ErrorIs(t, err, channel.ErrWindowClosed)
		assert.Len(t, api.calls(), 1, "known before the network")

		_, err = ch.Send(t.Context(), whatsAppBSUID, channel.Message{
			Template: &channel.Template{Name: "order_upd", Language: "en_US"}, Purpose: channel.PurposeUpdate,
		})
		require.NoError(t, err, "a template may leave outside the window")

		metaPost(h, whatsAppBody(whatsAppText("wamid.3", time.Now().Add(time.Minute))))
		_, err = ch.Send(t.Context(), whatsAppBSUID, channel.Text("Hi at last"))
		require.NoError(t, err)
	})
}

func TestPaperWhatsAppNeverPutsALateStatusBeforeANewerMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, _ := newPaperWhatsApp(t, channel.Options{})
		h := ch.Webhook(&paperInbox{})
		metaPost(h, whatsAppBody(whatsAppText("wamid.3", time.Now())))
		metaPost(h, whatsAppBody(whatsAppFailed(131047, time.Now().Add(-time.Hour))))
		_, err := ch.Send(t.Context(), whatsAppBSUID, channel.Text("Hi"))
		require.NoError(t, err)
	})
}

func TestPaperWhatsAppWaitsForThePairPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ch, api := newPaperWhatsApp(t, channel.Options{MaxWait: -1})
		api.next(http.StatusBadRequest, `{"error":{"message":"(#131056) pair rate limit hit","type":"OAuthException","code":131056}}`)
		_, err := ch.Send(t.Context(), whatsAppBSUID, channel.Text("Hi"))
		require.ErrorIs(t, err, channel.ErrRateLimited)
		_, err = ch.Send(t.Context(), whatsAppPhone, channel.Text("Hi"))
		require.NoError(t, err, "another chat does not wait")
		time.Sleep(2 * time.Minute)
		_, err = ch.Send(t.Context(), whatsAppBSUID, channel.Text("Hi"))
		require.NoError(t, err)
	})
}
