package channel

import (
	"context"
	"net/http"
)

// Channel is one business account on one messenger. It is safe for concurrent use. What an account can do beyond these
// methods is an ability, such as [Editor], found by [As].
type Channel interface {
	// Account names the account. It makes no call.
	Account() Account

	// Limits is what the platform accepts, as data. It makes no call; the maps in it are shared and not to be changed.
	Limits() Limits

	// Send sends m to a chat: a Chat.ID of an event, or an ID that the platform documents. Text of any length is split
	// into as many messages as the platform needs. Messages to one chat leave in the order of the calls, those of
	// [WithBulk] in an order of their own. The Sent tells what was done, also beside an error.
	Send(ctx context.Context, chatID string, m Message) (Sent, error)

	// User looks a person up. What events told and earlier calls returned is cached, as is that a person was not found,
	// which is ErrNotFound.
	User(ctx context.Context, userID string) (User, error)

	// Subscription tells what is known of the right to write to a chat, asking the platform where it answers and what
	// is known is older than a day. A chat nobody knows is StateUnknown and no error.
	Subscription(ctx context.Context, chatID string) (Subscription, error)

	// Webhook is where the platform's requests go. It verifies before it acts, decodes, and gives each event to h at least
	// once and never after it was committed, in order within a chat. It may be called more than once; the handlers it
	// returns share their state. Over HTTP/1 a request's goroutine lasts as long as its handler, over HTTP/2 [Linger] tells.
	Webhook(h Handler) http.Handler
}

// Handler receives events. Nil acknowledges the event for good. An error has it delivered again, unless it is an
// [*Error] that is Permanent, or the last of Options.MaxAttempts: then Options.DeadLetter gets the event. (A bare Reason
// is not Permanent.) The context ends after Options.HandlerTimeout, and not when the platform hangs up. The Event is the
// handler's own.
type Handler interface {
	HandleEvent(ctx context.Context, e *Event) error
}

// HandlerFunc is a function as a [Handler].
type HandlerFunc func(ctx context.Context, e *Event) error

// HandleEvent calls f.
func (f HandlerFunc) HandleEvent(ctx context.Context, e *Event) error { return f(ctx, e) }

// Handlers is a [Handler] with a function for each kind of event. A kind without a function goes to Other; without that
// it is acknowledged.
type Handlers struct {
	Started      HandlerFunc // EventStarted
	Message      HandlerFunc // EventMessage
	Postback     HandlerFunc // EventPostback
	Subscription HandlerFunc // EventSubscription
	Receipt      HandlerFunc // EventReceipt
	Reaction     HandlerFunc // EventReaction
	Other        HandlerFunc // every other kind, and every kind above without a function
}

// HandleEvent gives e to the function for its kind.
func (h Handlers) HandleEvent(ctx context.Context, e *Event) error {
	f := h.function(e.Kind)
	if f == nil {
		f = h.Other
	}
	if f == nil {
		return nil
	}
	return f(ctx, e)
}

func (h Handlers) function(k EventKind) HandlerFunc {
	switch k {
	case EventStarted:
		return h.Started
	case EventMessage:
		return h.Message
	case EventPostback:
		return h.Postback
	case EventSubscription:
		return h.Subscription
	case EventReceipt:
		return h.Receipt
	case EventReaction:
		return h.Reaction
	default:
		return nil
	}
}

var (
	_ Handler = HandlerFunc(nil)
	_ Handler = Handlers{}
)
