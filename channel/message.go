package channel

import (
	"encoding/json"
	"io"
	"time"
)

// Message is what people and businesses write, in both directions. ID, AlbumID, Forwards and Forwarded are received
// only; Purpose, Key, Template, Silent and NoPreview are for sending.
type Message struct {
	ID          string       `json:"id,omitzero"`          // unique in its chat
	Text        string       `json:"text,omitzero"`        // plain UTF-8; the caption when there are Attachments
	Styles      []Style      `json:"styles,omitzero"`      // of Text; they may nest, not cross
	Attachments []Attachment `json:"attachments,omitzero"` // several are an album where the platform has such
	Location    *Location    `json:"location,omitzero"`
	Contacts    []Contact    `json:"contacts,omitzero"`
	Cards       []Card       `json:"cards,omitzero"`    // several are a carousel
	Keyboard    *Keyboard    `json:"keyboard,omitzero"` // one without rows takes the present one away
	Template    *Template    `json:"template,omitzero"` // instead of all content above, where the platform asks for one
	ReplyTo     string       `json:"reply_to,omitzero"` // ID of the message answered; left out where Send follows a chat that moved
	Forwards    []Message    `json:"forwards,omitzero"` // messages inside this one
	Forwarded   bool         `json:"forwarded,omitzero"`
	AlbumID     string       `json:"album_id,omitzero"`   // the same for each message of an album
	Purpose     Purpose      `json:"purpose,omitzero"`    // why it is sent; zero: PurposeReply
	Key         string       `json:"key,omitzero"`        // the caller's ID of this send: a repeat within a day sends nothing twice and returns the first Sent
	Native      Native       `json:"native,omitzero"`     // what only one platform knows
	Silent      bool         `json:"silent,omitzero"`     // make no sound
	NoPreview   bool         `json:"no_preview,omitzero"` // show no preview of a link
}

// Text is a [Message] of text alone.
func Text(s string) Message { return Message{Text: s} }

// Native holds native parameters by platform name. An adapter merges its own into its request, never over a field that
// it set itself. Each platform's package has a typed helper that builds one.
type Native map[string]json.RawMessage

// Purpose says why a message is sent. It, and an explicit Template, is all that ever makes an adapter use a platform's
// tag, template or paid message.
type Purpose string

// The purposes.
const (
	PurposeReply     Purpose = ""          // answers the person
	PurposeUpdate    Purpose = "update"    // tells of something the person is waiting for: an order, a booking
	PurposePromotion Purpose = "promotion" // advertises
	PurposeAgent     Purpose = "agent"     // a human typed it; the platform's tag for that is used only once the window is closed
)

// Style is the look of Text[Start:End]. Both are byte offsets on rune boundaries.
type Style struct {
	Kind     StyleKind `json:"kind,omitzero"`
	Start    int       `json:"start,omitzero"`
	End      int       `json:"end,omitzero"`
	URL      string    `json:"url,omitzero"`      // of StyleLink
	Language string    `json:"language,omitzero"` // of StylePre, a programming language
}

// StyleKind is a look of text.
type StyleKind string

// The kinds of styles.
const (
	StyleBold      StyleKind = "bold"
	StyleItalic    StyleKind = "italic"
	StyleUnderline StyleKind = "underline"
	StyleStrike    StyleKind = "strike"
	StyleCode      StyleKind = "code"
	StylePre       StyleKind = "pre"
	StyleLink      StyleKind = "link"
	StyleQuote     StyleKind = "quote"
	StyleSpoiler   StyleKind = "spoiler"
)

// Attachment is a file with exactly one source: URL, FileID or Open.
type Attachment struct {
	Kind      AttachmentKind                `json:"kind,omitzero"`
	URL       string                        `json:"url,omitzero"`     // a received one may expire
	FileID    string                        `json:"file_id,omitzero"` // the platform's own; good for this account only
	Open      func() (io.ReadCloser, error) `json:"-"`                // bytes to upload; called again for a retry
	Name      string                        `json:"name,omitzero"`    // a file name
	MIME      string                        `json:"mime,omitzero"`
	Size      int64                         `json:"size,omitzero"`    // bytes; 0: not known
	Expires   time.Time                     `json:"expires,omitzero"` // of URL or FileID; zero: not known to
	Width     int                           `json:"width,omitzero"`   // pixels
	Height    int                           `json:"height,omitzero"`  // pixels
	Seconds   int                           `json:"seconds,omitzero"` // of play
	Thumbnail *Attachment                   `json:"thumbnail,omitzero"`
}

// AttachmentKind is how a platform shows a file.
type AttachmentKind string

// The kinds of attachments.
const (
	AttachmentImage     AttachmentKind = "image"
	AttachmentVideo     AttachmentKind = "video"
	AttachmentAudio     AttachmentKind = "audio"
	AttachmentVoice     AttachmentKind = "voice" // recorded speech
	AttachmentFile      AttachmentKind = "file"
	AttachmentSticker   AttachmentKind = "sticker"
	AttachmentAnimation AttachmentKind = "animation"  // plays in a loop without sound
	AttachmentVideoNote AttachmentKind = "video_note" // a recorded round video
	AttachmentOther     AttachmentKind = "other"      // received only: a poll, a story, a shared post
)

// Keyboard is rows of buttons: under the message when Inline, else in place of the person's own keyboard.
type Keyboard struct {
	Inline  bool       `json:"inline,omitzero"`
	OneTime bool       `json:"one_time,omitzero"` // hide after a press; not for Inline
	Rows    [][]Button `json:"rows,omitzero"`
}

// Button is one button. With a zero Kind it opens URL if there is one; else, in an inline keyboard, it is a
// ButtonCallback and in any other a ButtonReply.
type Button struct {
	Kind   ButtonKind `json:"kind,omitzero"`
	Text   string     `json:"text,omitzero"` // the label
	Data   string     `json:"data,omitzero"` // comes back as Postback.Data; empty: Text does
	URL    string     `json:"url,omitzero"`  // of ButtonURL and ButtonApp
	Native Native     `json:"native,omitzero"`
}

// ButtonKind is what a button does.
type ButtonKind string

// The kinds of buttons.
const (
	ButtonReply    ButtonKind = "reply"    // writes its Text into the chat
	ButtonCallback ButtonKind = "callback" // sends its Data as an EventPostback
	ButtonURL      ButtonKind = "url"
	ButtonPhone    ButtonKind = "phone"    // shares the person's phone number
	ButtonEmail    ButtonKind = "email"    // shares the person's e-mail address
	ButtonLocation ButtonKind = "location" // shares the person's place
	ButtonApp      ButtonKind = "app"      // opens the platform's mini app at URL
)

// Card is one element of a carousel; a tap opens URL.
type Card struct {
	Title    string      `json:"title,omitzero"`
	Subtitle string      `json:"subtitle,omitzero"`
	URL      string      `json:"url,omitzero"`
	Image    *Attachment `json:"image,omitzero"`
	Buttons  []Button    `json:"buttons,omitzero"`
}

// Template is a text that the platform approved beforehand; Params fill its body in order.
type Template struct {
	Name     string   `json:"name,omitzero"`
	Language string   `json:"language,omitzero"` // as the platform writes it: en_US
	Params   []string `json:"params,omitzero"`
}

// Location is a point in degrees; with a Title it is a venue.
type Location struct {
	Latitude  float64 `json:"latitude,omitzero"`  // -90 to 90
	Longitude float64 `json:"longitude,omitzero"` // -180 to 180
	Title     string  `json:"title,omitzero"`
	Address   string  `json:"address,omitzero"`
}

// Contact is a shared phone number. Verified is true only if the platform vouches that it is the sender's own.
type Contact struct {
	Phone     string `json:"phone,omitzero"` // E.164 where the platform's form allows
	FirstName string `json:"first_name,omitzero"`
	LastName  string `json:"last_name,omitzero"`
	UserID    string `json:"user_id,omitzero"` // of the person, where the platform tells
	VCard     string `json:"vcard,omitzero"`
	Verified  bool   `json:"verified,omitzero"`
}

// Sent is what a Send did. It is meaningful beside an error too: then Rest is the message still to send.
type Sent struct {
	ChatID     string    `json:"chat_id,omitzero"`     // where it went; not as asked if the chat moved
	MessageIDs []string  `json:"message_ids,omitzero"` // of every part, in order; fewer where the platform names none
	Degraded   []Feature `json:"degraded,omitzero"`    // what the platform could not show as asked
	Rest       *Message  `json:"rest,omitzero"`        // what was not sent; nil: everything was
	Billing    string    `json:"billing,omitzero"`     // the platform's own word for what it costs, if it has one
}

// BatchResult is what SendBatch did for one chat.
type BatchResult struct {
	Sent Sent   `json:"sent,omitzero"`
	Err  *Error `json:"err,omitzero"` // nil: sent
}
