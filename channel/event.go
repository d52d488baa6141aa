package channel

import (
	"encoding/json"
	"time"
)

// Event is one thing that happened, as plain data: it marshals to JSON and back without loss, so it can cross a queue.
// Kind says which fields to read.
type Event struct {
	ID           string          `json:"id,omitzero"` // unique in Account; the same when it is delivered again
	Kind         EventKind       `json:"kind,omitzero"`
	Account      Account         `json:"account,omitzero"`
	Time         time.Time       `json:"time,omitzero"` // when it happened by the platform's clock, UTC
	Chat         Chat            `json:"chat,omitzero"`
	User         User            `json:"user,omitzero"` // who did it; zero where the platform does not say
	Message      *Message        `json:"message,omitzero"`
	Postback     *Postback       `json:"postback,omitzero"`
	Subscription *Subscription   `json:"subscription,omitzero"`
	Receipt      *Receipt        `json:"receipt,omitzero"`
	Reaction     *Reaction       `json:"reaction,omitzero"`
	Referral     *Referral       `json:"referral,omitzero"` // where the person came from, of any kind of event
	Error        *Error          `json:"error,omitzero"`    // of EventAccount
	Raw          json.RawMessage `json:"raw,omitzero"`      // this event's native JSON, without secrets; an encoder may re-space it
}

// Address is where an answer to e goes.
func (e *Event) Address() Address { return Address{e.Account, e.Chat.ID} }

// EventKind says what happened, and so which fields of the [Event] to read.
type EventKind string

// The kinds of events. Kinds that must not be answered by mistake have a name of their own: what this account sent
// itself is never an EventMessage.
const (
	EventStarted        EventKind = "started"         // a chat was opened, maybe by a link: Referral; Message or Postback if it came as one
	EventMessage        EventKind = "message"         // a person wrote: Message
	EventMessageEdited  EventKind = "message_edited"  // Message, as it now is
	EventMessageDeleted EventKind = "message_deleted" // Message, its ID alone
	EventEcho           EventKind = "echo"            // Message that a human or another app sent from this account
	EventPostback       EventKind = "postback"        // a button was pressed: Postback; Message too if the press shows in the chat
	EventSubscription   EventKind = "subscription"    // Subscription, as it now is
	EventReceipt        EventKind = "receipt"         // what became of messages this account sent: Receipt
	EventReaction       EventKind = "reaction"        // Reaction
	EventTyping         EventKind = "typing"          // User is writing in Chat
	EventChatMoved      EventKind = "chat_moved"      // Chat.ID takes the place of Chat.FormerID
	EventAccount        EventKind = "account"         // the account itself is in trouble, or out of it: Error
	EventOther          EventKind = "other"           // Raw; Message if it carries one that is not ours to answer
)

// Chat is where messages go.
type Chat struct {
	ID       string   `json:"id,omitzero"`        // what Send takes; opaque
	Kind     ChatKind `json:"kind,omitzero"`      // empty: not known
	Title    string   `json:"title,omitzero"`     // of a group or a channel
	FormerID string   `json:"former_id,omitzero"` // of EventChatMoved
}

// ChatKind says how many read a chat, and who may write there.
type ChatKind string

// The kinds of chats.
const (
	ChatPrivate ChatKind = "private" // one person and the account
	ChatGroup   ChatKind = "group"   // several people, all of whom may write
	ChatChannel ChatKind = "channel" // many readers, few writers
)

// Postback is a pressed button.
type Postback struct {
	ID        string `json:"id,omitzero"`         // the platform's ID of the press; empty where presses are not answered
	Data      string `json:"data,omitzero"`       // the button's Data. A person can make it up
	Text      string `json:"text,omitzero"`       // the button's Text, where the platform tells
	MessageID string `json:"message_id,omitzero"` // of the message the button stood under, where the platform tells
}

// Receipt is what became of messages that this account sent. One of lower rank than an earlier one about the same
// message is not delivered; the ranks are sent, failed, delivered, read.
type Receipt struct {
	Status     ReceiptStatus `json:"status,omitzero"`
	MessageIDs []string      `json:"message_ids,omitzero"`
	Earlier    bool          `json:"earlier,omitzero"` // MessageIDs and all before them
	Until      time.Time     `json:"until,omitzero"`   // all sent up to then; zero: no watermark
	Error      *Error        `json:"error,omitzero"`   // of ReceiptFailed
}

// ReceiptStatus is how far a message came.
type ReceiptStatus string

// The statuses of a receipt.
const (
	ReceiptSent      ReceiptStatus = "sent"      // the platform has it
	ReceiptFailed    ReceiptStatus = "failed"    // it will not arrive: Receipt.Error
	ReceiptDelivered ReceiptStatus = "delivered" // a device has it
	ReceiptRead      ReceiptStatus = "read"      // the person saw it
)

// Reaction is all the emoji that a person now has on a message; none: they were taken away.
type Reaction struct {
	MessageID string   `json:"message_id,omitzero"`
	Emojis    []string `json:"emojis,omitzero"`
}

// Referral is where a person came from: the Ref of a link made by [Linker], or an ad. Anybody can make up a Ref.
type Referral struct {
	Ref    string `json:"ref,omitzero"`
	Source string `json:"source,omitzero"` // the platform's own word for the kind of place, such as ADS
	Type   string `json:"type,omitzero"`   // the platform's own word for what happened, such as OPEN_THREAD
	AdID   string `json:"ad_id,omitzero"`
	URL    string `json:"url,omitzero"` // of the page or ad, where the platform tells
}
