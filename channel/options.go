package channel

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Options is what every adapter's Config has in common. The zero value works.
type Options struct {
	// Store is what is known and shared: events handled, keys sent, subscriptions, limits. Nil: this channel's own
	// [MemoryStore], which a restart forgets.
	Store Store `json:"-"`

	// Client makes the calls to the platform. Nil: one with timeouts, on a transport that all channels share.
	Client *http.Client `json:"-"`

	// Logger gets what no error can tell: refused requests, dead letters, failed commits. Nil: slog.Default().
	Logger *slog.Logger `json:"-"`

	// MaxBody is the largest webhook request in bytes. 0: what the platform may send, at least 1 MiB.
	MaxBody int64 `json:"max_body,omitzero"`

	// HandlerTimeout is how long a handler may run; then its context ends. 0: a minute. The platform is answered
	// earlier, when its own deadline is near.
	HandlerTimeout time.Duration `json:"-"`

	// MaxWait is the longest that Send waits for its pace. 0: as long as its context allows; less: not at all.
	MaxWait time.Duration `json:"-"`

	// MaxAttempts is the number of failed deliveries of an event after which DeadLetter gets it, and at most what the
	// platform makes. 0: ten.
	MaxAttempts int `json:"max_attempts,omitzero"`

	// DeadLetter gets an event that its handler failed for good: [Failure] of its context tells why. Its nil
	// acknowledges the event, an error has it delivered again. Nil: the event is logged, whole,
	// and acknowledged.
	DeadLetter Handler `json:"-"`

	// OnSubscription gets an EventSubscription for each change that no event of the platform tells: a first message, a
	// send that failed because the person left. Nil: nobody does.
	OnSubscription Handler `json:"-"`

	// ManualAnswer leaves a press that its handler did not answer unanswered: a worker behind a queue will.
	ManualAnswer bool `json:"manual_answer,omitzero"`

	// Publish turns an attachment's bytes into a URL that the platform can fetch, for platforms that take only URLs.
	// Nil: such an attachment is ErrUnsupported.
	Publish func(ctx context.Context, a Attachment) (url string, err error) `json:"-"`

	// Fetch turns an attachment's URL into bytes, where the platform does not fetch it. Nil: a client with a timeout that
	// refuses private addresses. No client gets more than Limits.Upload allows, or 50 MiB where that knows no limit.
	Fetch *http.Client `json:"-"`
}
