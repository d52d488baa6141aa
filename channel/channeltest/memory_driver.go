package channeltest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// memoryDriver is the wire format of the made-up platform, as an adapter has it.
type memoryDriver struct {
	adapter.Base
	account channel.Account
	token   channel.Secret
	secret  channel.Secret
	client  *http.Client
}

var _ adapter.Driver = (*memoryDriver)(nil)

func (d *memoryDriver) Account() channel.Account { return d.account }

func (d *memoryDriver) Limits() channel.Limits { return memoryLimits }

const (
	paceAccount = "calls"
	paceChat    = "messages of a chat"
)

func (d *memoryDriver) Rules() adapter.Rules {
	return adapter.Rules{
		Deadline: memoryDeadline - 500*time.Millisecond, Redelivery: time.Hour, Deliveries: memoryDeliveries,
		Paces: []adapter.Pace{
			{Name: paceAccount, N: memoryPerSecond, Per: time.Second},
			{Name: paceChat, N: memoryPerSecondChat, Per: time.Second, Chat: true},
		},
		UserBatch: 100, UserCosts: []adapter.Cost{{Pace: paceAccount}},
		SubscriptionBatch: 100, SubscriptionCosts: []adapter.Cost{{Pace: paceAccount}},
	}
}

func (d *memoryDriver) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
	got, err := hex.DecodeString(r.Header.Get(memoryHeader))
	if err != nil || !hmac.Equal(got, memoryMAC(d.secret, body)) {
		return adapter.Delivery{}, channel.ErrUnauthorized
	}
	var b memoryBatch
	if err := json.Unmarshal(body, &b); err != nil {
		return adapter.Delivery{}, channel.ErrInvalid
	}
	var events []adapter.Incoming
	for _, u := range b.Updates {
		events = append(events, decodeMemory(u))
	}
	return adapter.Delivery{Events: events}, nil
}

func memoryMAC(secret channel.Secret, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(body)
	return mac.Sum(nil)
}

func (d *memoryDriver) Decode(native []byte) ([]adapter.Incoming, error) {
	if !json.Valid(native) {
		return nil, channel.ErrInvalid
	}
	return []adapter.Incoming{decodeMemory(native)}, nil
}

func decodeMemory(raw json.RawMessage) adapter.Incoming {
	var u memoryUpdate
	in := adapter.Incoming{Event: channel.Event{Kind: channel.EventOther, Raw: cleanJSON(raw)}}
	e := &in.Event
	if err := json.Unmarshal(raw, &u); err != nil || u.ID == "" {
		sum := sha256.Sum256(raw)
		e.ID = hex.EncodeToString(sum[:]) // the same for a redelivery
		return in
	}
	in.Seq = u.Seq
	e.ID, e.Time = u.ID, time.UnixMilli(u.Time).UTC()
	e.Chat = channel.Chat{ID: u.Chat, Kind: channel.ChatPrivate}
	if u.User != nil {
		e.User = u.User.user()
	}
	if u.Ref != "" {
		e.Referral = &channel.Referral{Ref: u.Ref}
	}
	memoryKind(&in, u)
	return in
}

// memoryKind sets what depends on the update's type. A type that is not known, or lacks its content, stays EventOther.
func memoryKind(in *adapter.Incoming, u memoryUpdate) {
	e := &in.Event
	active := &channel.Subscription{State: channel.StateActive, Since: e.Time}
	switch {
	case u.Type == "start" && u.Welcome:
		e.Kind, in.Answer = channel.EventStarted, memoryWelcome
		in.Implies = &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed, Since: e.Time}
	case u.Type == "start":
		e.Kind, in.Implies = channel.EventStarted, active
	case u.Type == "message" && u.Message != nil:
		e.Kind, e.Message, in.Implies = channel.EventMessage, u.Message, active
		if u.Press != nil {
			e.Kind, e.Postback = channel.EventPostback, memoryPostback(u.Press)
		}
	case u.Type == "edited" && u.Message != nil:
		e.Kind, e.Message, in.Implies = channel.EventMessageEdited, u.Message, active
	case u.Type == "press" && u.Press != nil:
		e.Kind, e.Postback, in.Implies = channel.EventPostback, memoryPostback(u.Press), active
	case u.Type == "reaction" && u.React != nil:
		e.Kind, e.Reaction = channel.EventReaction, &channel.Reaction{MessageID: u.React.MessageID}
		if u.React.Emoji != "" {
			e.Reaction.Emojis = []string{u.React.Emoji}
		}
	case u.Type == "receipt" && u.Receipt != nil:
		e.Kind, e.Receipt = channel.EventReceipt, u.Receipt
	case u.Type == "blocked":
		e.Kind = channel.EventSubscription
		e.Subscription = &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked, Since: e.Time}
	case u.Type == "unblocked":
		e.Kind, e.Subscription = channel.EventSubscription, active
	}
}

func memoryWelcome(p *adapter.Part) ([]byte, error) { return json.Marshal(p.Encoded) }

func memoryPostback(p *memoryPress) *channel.Postback {
	return &channel.Postback{ID: p.ID, Data: p.Data, Text: p.Text, MessageID: p.MessageID}
}

// cleanJSON is raw as valid JSON with unique names in objects, as Event.Raw has to be.
func cleanJSON(raw json.RawMessage) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

func (d *memoryDriver) Encode(p *adapter.Part) error {
	p.Costs = memorySendCosts
	if n := uploads(&p.Message); n > 0 {
		p.Costs = []adapter.Cost{{Pace: paceAccount, Units: 1 + n}, {Pace: paceChat}}
	}
	p.Encoded = &memorySend{Chat: p.ChatID, Message: p.Message}
	return nil
}

var memorySendCosts = []adapter.Cost{{Pace: paceAccount}, {Pace: paceChat}}

func (d *memoryDriver) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
	params := *p.Encoded.(*memorySend)
	if err := d.uploadAll(ctx, &params.Message); err != nil {
		return channel.Sent{}, err
	}
	var id string
	if err := d.call(ctx, "send", params, &id); err != nil {
		return channel.Sent{}, err
	}
	return channel.Sent{MessageIDs: []string{id}}, nil
}

func (d *memoryDriver) AnswerPress(ctx context.Context, e *channel.Event) error {
	return d.call(ctx, "answer", memoryArgs{Press: e.Postback.ID}, nil)
}

func (d *memoryDriver) Users(ctx context.Context, ids []string) (map[string]channel.User, error) {
	var found map[string]memoryUser
	if err := d.call(ctx, "users", memoryArgs{IDs: ids}, &found); err != nil {
		return nil, err
	}
	users := make(map[string]channel.User, len(found))
	for id, u := range found {
		users[id] = u.user()
	}
	return users, nil
}

func (d *memoryDriver) Subscriptions(ctx context.Context, chatIDs []string) (map[string]channel.Subscription, error) {
	var found map[string]channel.Subscription
	if err := d.call(ctx, "subscriptions", memoryArgs{IDs: chatIDs}, &found); err != nil {
		return nil, err
	}
	return maps.Clone(found), nil
}

// call makes one call. An answer with an error in it is a *memoryError.
func (d *memoryDriver) call(ctx context.Context, method string, params, result any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return &memoryError{Code: memoryBad, Message: err.Error()}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, memoryURL+method, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+d.token.Reveal())
	resp, err := d.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer memoryAnswer
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("unreadable answer: %w", err)
	}
	if !answer.OK {
		return &memoryError{Code: answer.Code, Message: answer.Message, Wait: time.Duration(answer.Wait) * time.Millisecond}
	}
	if result == nil || len(answer.Result) == 0 {
		return nil
	}
	return json.Unmarshal(answer.Result, result)
}

type memoryError struct {
	Code, Message string
	Wait          time.Duration
}

func (e *memoryError) Error() string { return strings.TrimSpace(e.Code + " " + e.Message) }

// memoryVerdicts is what each code means. A call that is refused with one was not carried out.
var memoryVerdicts = map[string]struct {
	reason channel.Reason
	scope  channel.Scope
}{
	memoryBad:           {channel.ErrInvalid, channel.ScopeMessage},
	memoryTooLong:       {channel.ErrTooLarge, channel.ScopeMessage},
	memoryNotFound:      {channel.ErrNotFound, channel.ScopeMessage},
	memoryUnauthorized:  {channel.ErrUnauthorized, channel.ScopeAccount},
	memoryNotSubscribed: {channel.ErrNotSubscribed, channel.ScopeChat},
	memoryBlocked:       {channel.ErrBlocked, channel.ScopeChat},
	memoryRateLimited:   {channel.ErrRateLimited, channel.ScopeChat},
	memoryUnavailable:   {channel.ErrUnavailable, channel.ScopeMessage},
}

func (d *memoryDriver) Verdict(err error) adapter.Verdict {
	var own *channel.Error
	if errors.As(err, &own) { // of an attachment: no call was made
		return adapter.Verdict{Error: *own, Executed: adapter.ExecutedNo}
	}
	var native *memoryError
	if !errors.As(err, &native) {
		return adapter.Verdict{Error: channel.Error{Reason: channel.ErrUnavailable, Message: "unreadable answer"}}
	}
	known, ok := memoryVerdicts[native.Code]
	if !ok {
		return adapter.Verdict{Error: channel.Error{Reason: channel.ErrUnavailable, Code: native.Code, Message: native.Message}}
	}
	v := adapter.Verdict{Executed: adapter.ExecutedNo, Error: channel.Error{
		Reason: known.reason, Scope: known.scope, Code: native.Code, Message: native.Message,
	}}
	if known.reason == channel.ErrRateLimited {
		v.Pause, v.Error.RetryAt = paceChat, time.Now().Add(native.Wait)
	}
	return v
}
