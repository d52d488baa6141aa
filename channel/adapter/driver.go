package adapter

import (
	"context"
	"net/http"
	"time"

	"github.com/parley-go/parley/channel"
)

// Driver is one platform's wire format for one account. The engine calls it from many goroutines at once.
//
// A driver does not retry, wait, split, cache, deduplicate or keep order: the engine does. It makes at most the calls
// that its doc comments name, with the context it is given, and returns the errors of its HTTP client and of its
// platform as they are: [Driver.Verdict] is asked what one means. It never puts a token into an error.
//
// What only some platforms can do is not here: it is a method of the platform's own type, made with [Do]. A driver
// that has no answer to one of the methods embeds [Base].
type Driver interface {
	// Account names the account, without I/O.
	Account() channel.Account

	// Limits is what the platform accepts. It always returns the same.
	Limits() channel.Limits

	// Rules is how the platform delivers and how it limits. New calls it once.
	Rules() Rules

	// Receive looks at one webhook request: it answers a handshake, or verifies and decodes. The body is complete, within
	// the limit, and reused after the request is answered: nothing in the Delivery may point into it but Event.Raw,
	// which the engine copies. It must verify before it acts on anything, in constant time. It makes no call, but for
	// one that a handshake needs.
	//
	// An error is a refusal: one that is channel.ErrUnauthorized is answered 401, channel.ErrForbidden 403,
	// channel.ErrNotFound 404. channel.ErrInvalid means a verified body that cannot be understood at all: it is logged
	// and acknowledged. Any other error is answered with Rules.NotYet. What can be verified but is of an unknown kind is
	// an Incoming with EventOther, never an error; a wrong type in one item of a batch makes that item EventOther.
	Receive(r *http.Request, body []byte) (Delivery, error)

	// Decode decodes what Receive would, once it is verified: one update of a poll, or one account's share of a request
	// to an app of many accounts. Its error is channel.ErrInvalid.
	Decode(native []byte) ([]Incoming, error)

	// Complete is called for an Incoming that asks for it, after its claim and before its handler: a message that the
	// platform cut is read again. It may change all of the Event but its ID, and has ten seconds. What cannot be completed
	// is logged by the engine, and delivered as it is.
	Complete(ctx context.Context, in *Incoming) error

	// Encode checks a part and sets p.Encoded, which Send gets, and p.Costs. It makes no call. ErrTooLarge says that the
	// text, or the number of attachments, does not fit as it is, and may fit when there is less; ErrUnsupported that
	// these things cannot go together, and may apart; any other error fails the Send. Its Message names the field and
	// the limit. Encode may be called many times for one Send, and for parts that are never sent.
	Encode(p *Part) error

	// Send makes one call, or an upload and one call, that sends p. Sent.ChatID is not needed. An error after part of an
	// album went out comes with the Sent of that part.
	Send(ctx context.Context, p *Part) (channel.Sent, error)

	// AnswerPress answers the press of an EventPostback without a text. It is called for those with a Postback.ID that
	// the handler did not answer.
	AnswerPress(ctx context.Context, e *channel.Event) error

	// Users looks up to Rules.UserBatch people up in one call. Who is absent from the result was not found.
	Users(ctx context.Context, ids []string) (map[string]channel.User, error)

	// Subscriptions asks about up to Rules.SubscriptionBatch chats in one call. What is absent from the result the
	// platform does not tell.
	Subscriptions(ctx context.Context, chatIDs []string) (map[string]channel.Subscription, error)

	// Verdict says what an error of this driver's calls means. The engine has seen to errors of the context and of the
	// transport before: what is left is the platform's own, or an answer that could not be read. What the verdict depends
	// on beside the error, such as the kind of the call, the driver puts into its error.
	Verdict(err error) Verdict
}

// Base has the methods of a [Driver] whose platform has no such thing. A driver embeds it and overrides what its platform
// can do.
type Base struct{}

// Complete does nothing.
func (Base) Complete(context.Context, *Incoming) error { return nil }

// AnswerPress does nothing: the platform waits for no answer.
func (Base) AnswerPress(context.Context, *channel.Event) error { return nil }

// Users is ErrUnsupported: events alone tell who a person is.
func (Base) Users(context.Context, []string) (map[string]channel.User, error) {
	return nil, channel.ErrUnsupported
}

// Subscriptions is ErrUnsupported: events and failed sends alone tell who may be written to.
func (Base) Subscriptions(context.Context, []string) (map[string]channel.Subscription, error) {
	return nil, channel.ErrUnsupported
}

// Delivery is what one webhook request held.
type Delivery struct {
	Events    []Incoming
	Handshake *Response // answers the request at once; Events are then not looked at
	Ack       *Response // what acknowledges this request; nil: Rules.Ack
	Last      bool      // the platform will not deliver this again, whatever it is answered
}

// Incoming is an event and what only the engine needs to know of it.
type Incoming struct {
	// Event has an ID that is the same each time the platform delivers it: the engine handles an ID once. Without one the
	// Raw stands for it. Time is that of the arrival where the platform tells none.
	Event channel.Event

	// RawValid says that Event.Raw is known to be what encoders read back: JSON with unique keys, in valid UTF-8. Else the
	// engine looks, and mends it.
	RawValid bool

	// Order names what the event is ordered in: events with the same Order are handled one at a time, as they arrived.
	// Empty: the chat, and without a chat the user.
	Order string

	// Seq decides between two events about a subscription with the same Time: the higher is the newer.
	Seq int64

	// Implies is what the event tells of the right to write beside an Event.Subscription: a message is consent on most
	// platforms, and opens the windows there. A zero State, or a zero window, tells nothing of it. Nil: nothing at all.
	Implies *channel.Subscription

	// Passing says that the right which Implies and Event.Subscription tell of, StateActive, is one until its WindowEnds
	// alone, beside all else that is known: it narrows no right without a window, whichever of them came first, and once
	// it is over the chat is again what it was.
	Passing bool

	// Resets has the paces with Resets of this chat start anew: the person wrote.
	Resets bool

	// Answer encodes a part as the body of the webhook's response, where that carries a message: a Send to the chat
	// with the handler's context goes there, once. Nil: the response carries none.
	Answer func(p *Part) ([]byte, error)

	// Incomplete asks for Driver.Complete; State is the driver's own, for it.
	Incomplete bool
	State      any
}

// Response is an answer to a webhook request.
type Response struct {
	Status int // 0: 200
	Header http.Header
	Body   []byte
}

// Rules is how a platform delivers and how it limits, as data.
type Rules struct {
	Methods    []string      // of webhook requests; nil: POST
	MaxBody    int64         // bytes of a webhook request; less than 1 MiB: 1 MiB
	PollOnly   bool          // there is no webhook: it answers 404
	Ack        Response      // acknowledges a request
	NotYet     Response      // asks for it again; zero: 503
	Deadline   time.Duration // when the engine answers NotYet: earlier than the platform gives up; 0: 4 s
	Redelivery time.Duration // how long after the first delivery the platform may repeat it; 0: a day
	Deliveries int           // how often it delivers one event at most; 0: not known

	Paces        []Pace        // the limits that Costs name
	Deduplicates time.Duration // how long the platform knows a repeated Part.Nonce and sends nothing; 0: it does not

	// Fetches tells whether the platform fetches the URL of an attachment, which is of a kind in Limits.Fetch, or of its
	// thumbnail. Where it does not, the engine does, and Send gets an Open. Nil: it fetches every such.
	Fetches func(a *channel.Attachment, thumbnail bool) bool

	UserBatch         int           // people of one call of Users; 0: 1
	UserCosts         []Cost        // of one call of Users
	UserKeep          time.Duration // how long a profile is good; 0: a day
	SubscriptionBatch int           // chats of one call of Subscriptions; 0: 1
	SubscriptionCosts []Cost        // of one call of Subscriptions

	// Tells says which chats Subscriptions can have an answer about; the others are not asked about. Nil: all.
	Tells func(chatID string) bool

	// ChatOf is the platform's own chat in a Chat.ID that begins with it: of a topic's, the group. It is what moves, and
	// what follows it stays; and it is what the account may write to or not, in all its places alike. Nil: the whole ID.
	ChatOf func(chatID string) string
}

// Pace is a limit: N units in any window of length Per.
type Pace struct {
	Name   string // what a Cost names, unique in Rules
	N      int
	Per    time.Duration
	Chat   bool   // each chat has a limit of its own; false: the account has one
	Shared string // not empty: accounts of the platform with the same Shared (an app, say) have one together
	Resets bool   // starts anew with an Incoming that Resets

	// Of says, with Chat, which chat of the platform's a Chat.ID counts for: a topic counts for its group. Nil: each for
	// itself.
	Of func(chatID string) string
}

// Cost is what a call takes of a [Pace].
type Cost struct {
	Pace  string
	Units int // 0: 1
}

// Part is one message as the platform will have it: within its Limits, in the form it knows.
type Part struct {
	ChatID  string
	Message channel.Message

	// Key is the caller's Message.Key, or empty; Index is the number of the part in its Send, also over a repeat with
	// the same Key. Nonce is made from both and the chat, is the same each time this part is tried, and is never 0: a
	// platform that deduplicates gets it. Without a Key it is random.
	Key   string
	Index int
	Nonce uint64

	// Subscription is what is known of the right to write; a tag, or the type of a call, may depend on it.
	Subscription channel.Subscription

	// Encoded and Costs are set by Encode. Costs may be shared: the engine does not change them.
	Encoded any
	Costs   []Cost
}

// Verdict is what an error of a call means.
type Verdict struct {
	// Error is what the caller gets: Reason, Scope, Code, Message, RetryAt. The engine fills Platform and Op.
	Error channel.Error

	// Executed says whether the call was carried out. Only one that was not is ever retried, if its Reason is
	// ErrRateLimited or ErrUnavailable. A call that may have been is ErrOutcomeUnknown to the caller, whatever Error
	// says, unless it was Repeatable.
	Executed Executed

	// Pause names the Pace that nothing more may be taken from before Error.RetryAt; where the platform names no time,
	// the engine chooses one. Empty: none.
	Pause string

	// Widens names a Pace of the account that is paused too once several chats were refused by Pause, and no call to any
	// chat succeeded between: the platform does not say whom it limits, but then it is the account. Empty: never.
	Widens string

	// Refetch says that the platform could not fetch the URL of an attachment: where it takes bytes of that kind, the engine
	// gets them from there, and the part is encoded and sent once more.
	Refetch bool

	// MovedTo is the new ID of the chat, or of what Rules.ChatOf has of it: the engine remembers it and sends there.
	// Empty: it did not move.
	MovedTo string
}

// Executed says whether a failed call was carried out.
type Executed int8

// What may have become of a failed call. The zero value is the cautious one.
const (
	ExecutedMaybe Executed = iota // not known
	ExecutedNo                    // the platform says, or its protocol makes sure, that it was not
)
