package channel

import (
	"context"
	"io"
	"time"
)

// Optional abilities. The type of a platform has the methods that its platform can do and no others; [As] finds them.
type (
	// Editor changes and takes back what was sent.
	Editor interface {
		// Edit replaces the text and the inline keyboard of a message this account sent. A Message with a Keyboard alone
		// changes the buttons, and a zero Keyboard takes them away; what the platform cannot change alone is ErrUnsupported.
		// A message that is as asked already is no error.
		Edit(ctx context.Context, chatID, messageID string, m Message) error
		// Delete takes messages back for everybody. One that is gone already is no error.
		Delete(ctx context.Context, chatID string, messageIDs ...string) error
	}

	// Reactor sets this account's reaction to a message; an empty emoji takes it away.
	Reactor interface {
		React(ctx context.Context, chatID, messageID, emoji string) error
	}

	// TypingSender shows that an answer is being written, for Limits().TypingSeconds or until a message is sent.
	TypingSender interface {
		SendTyping(ctx context.Context, chatID string) error
	}

	// ReadMarker marks a message and all before it as read.
	ReadMarker interface {
		MarkRead(ctx context.Context, chatID, messageID string) error
	}

	// Answerer shows a text to the person who pressed the button of an EventPostback. A press that its handler did not
	// answer is answered without a text when the handler returns nil, unless Options.ManualAnswer is set.
	Answerer interface {
		Answer(ctx context.Context, e *Event, text string) error
	}

	// Downloader opens a received attachment; the caller closes it.
	Downloader interface {
		Download(ctx context.Context, a Attachment) (io.ReadCloser, error)
	}

	// Uploader stores an attachment at the platform and returns it with a FileID, which can be sent many times.
	Uploader interface {
		Upload(ctx context.Context, a Attachment) (Attachment, error)
	}

	// Batcher sends one message to up to Limits().Batch chats in one call. The results come in the order of chatIDs; an
	// error says that no result is known.
	Batcher interface {
		SendBatch(ctx context.Context, chatIDs []string, m Message) ([]BatchResult, error)
	}

	// Linker makes a link that opens the chat and comes back as Referral.Ref. A ref beyond Limits().Ref, or with a
	// character that the platform would drop, is ErrInvalid.
	Linker interface {
		Link(ctx context.Context, ref string) (string, error)
	}

	// Registrar points the platform's webhook at a URL, tells where it points and what ails it, and takes it away.
	// Register may be repeated.
	Registrar interface {
		Register(ctx context.Context, url string) error
		Registered(ctx context.Context) (Registration, error)
		Unregister(ctx context.Context) error
	}

	// Poller receives without a public URL. Poll returns when ctx ends, with its error, or when the platform refuses
	// the account.
	Poller interface {
		Poll(ctx context.Context, h Handler) error
	}
)

// Registration is a webhook as the platform has it.
type Registration struct {
	URL         string    `json:"url,omitzero"`           // empty: none
	Pending     int       `json:"pending,omitzero"`       // events waiting; -1: the platform does not tell
	LastError   string    `json:"last_error,omitzero"`    // the platform's words for what went wrong last
	LastErrorAt time.Time `json:"last_error_at,omitzero"` // zero: the platform does not tell
}
