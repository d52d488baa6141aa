package channel

// Limits is what a platform accepts. A zero number is no limit that is known. Its maps are shared: do not change them.
type Limits struct {
	Text          Length                   `json:"text,omitzero"`    // of one message; Send splits a longer one
	Caption       Length                   `json:"caption,omitzero"` // of Text beside Attachments; a longer one goes before them; Max < 0: none is shown
	Ref           Length                   `json:"ref,omitzero"`     // of Linker
	Inline        KeyboardLimits           `json:"inline,omitzero"`
	Reply         KeyboardLimits           `json:"reply,omitzero"`
	Cards         int                      `json:"cards,omitzero"`        // of a message
	CardButtons   int                      `json:"card_buttons,omitzero"` // of a card
	Album         int                      `json:"album,omitzero"`        // attachments of one message; 0: one
	Batch         int                      `json:"batch,omitzero"`        // chats of a SendBatch
	Upload        map[AttachmentKind]int64 `json:"upload,omitzero"`       // bytes, by Open; a kind that is absent is not accepted so
	Fetch         map[AttachmentKind]int64 `json:"fetch,omitzero"`        // bytes, by URL; a kind that is absent is not accepted so
	TypingSeconds int                      `json:"typing_seconds,omitzero"`
	Features      map[Feature]Level        `json:"features,omitzero"` // what is absent is LevelRejected
}

// Length is a number of units of text.
type Length struct {
	Max  int        `json:"max,omitzero"`
	Unit LengthUnit `json:"unit,omitzero"`
}

// LengthUnit is what a platform counts text in.
type LengthUnit string

// The units.
const (
	UnitRune  LengthUnit = "rune"  // Unicode code points
	UnitUTF16 LengthUnit = "utf16" // UTF-16 code units
	UnitByte  LengthUnit = "byte"  // bytes of UTF-8
)

// Of counts s in the unit of l; an empty unit is UnitRune.
func (l Length) Of(s string) int {
	if l.Unit == UnitByte {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n++
		if l.Unit == UnitUTF16 && r > 0xFFFF {
			n++
		}
	}
	return n
}

// KeyboardLimits bounds one kind of keyboard.
type KeyboardLimits struct {
	Rows   int          `json:"rows,omitzero"`
	PerRow int          `json:"per_row,omitzero"`
	Total  int          `json:"total,omitzero"`
	Text   Length       `json:"text,omitzero"`
	Data   Length       `json:"data,omitzero"`
	Kinds  []ButtonKind `json:"kinds,omitzero"`
}

// Feature names something that a [Message] or a [Channel] can have.
type Feature string

// The features of messages. What becomes of one that a platform lacks is said in the package docs of channel/adapter.
const (
	FeatureBold           Feature = "bold"
	FeatureItalic         Feature = "italic"
	FeatureUnderline      Feature = "underline"
	FeatureStrike         Feature = "strike"
	FeatureCode           Feature = "code"
	FeaturePre            Feature = "pre"
	FeatureLink           Feature = "link" // a text that opens a URL
	FeatureQuote          Feature = "quote"
	FeatureSpoiler        Feature = "spoiler"
	FeatureImage          Feature = "image"
	FeatureVideo          Feature = "video"
	FeatureAudio          Feature = "audio"
	FeatureVoice          Feature = "voice"
	FeatureFile           Feature = "file"
	FeatureSticker        Feature = "sticker"
	FeatureAnimation      Feature = "animation"
	FeatureVideoNote      Feature = "video_note"
	FeatureAlbum          Feature = "album"
	FeatureLocation       Feature = "location"
	FeatureContact        Feature = "contact"
	FeatureCards          Feature = "cards"
	FeatureTemplate       Feature = "template"
	FeatureInlineKeyboard Feature = "inline_keyboard"
	FeatureReplyKeyboard  Feature = "reply_keyboard"
	FeatureReplyTo        Feature = "reply_to"
	FeatureSilent         Feature = "silent"
	FeatureNoPreview      Feature = "no_preview"
)

// The features of channels: the first are abilities, found by [As]; the last are what events tell.
const (
	FeatureEdit         Feature = "edit"
	FeatureDelete       Feature = "delete"
	FeatureReact        Feature = "react"
	FeatureTyping       Feature = "typing"
	FeatureMarkRead     Feature = "mark_read"
	FeatureAnswer       Feature = "answer"
	FeatureUpload       Feature = "upload"
	FeatureDownload     Feature = "download"
	FeatureBatch        Feature = "batch"
	FeatureLinks        Feature = "links"
	FeatureRegister     Feature = "register"
	FeaturePoll         Feature = "poll"
	FeatureProfile      Feature = "profile"      // User asks the platform
	FeatureSubscription Feature = "subscription" // Subscription asks the platform
	FeatureDelivered    Feature = "delivered"    // receipts of delivery
	FeatureRead         Feature = "read"         // receipts of reading
	FeatureReactions    Feature = "reactions"    // reactions of people
	FeatureOptOut       Feature = "opt_out"      // an event tells that a person left
)

// Level says how well a platform does something. It is LevelRejected when zero, so that what nobody claimed is not
// promised.
type Level string

// The levels.
const (
	LevelRejected Level = ""        // not at all: degraded as documented, or ErrUnsupported
	LevelDropped  Level = "dropped" // left out, and named in Sent.Degraded
	LevelPartial  Level = "partial" // with limits, or in another form that the adapter documents
	LevelFull     Level = "full"
)
