package channeltest

import (
	"encoding/json"
	"time"

	"github.com/parley-go/parley/channel"
)

// The wire of the made-up platform "memory": JSON both ways. A webhook request is a memoryBatch with a MAC of its bytes
// in memoryHeader; a call is a POST of parameters with a bearer token, and its answer a memoryAnswer.

const (
	memoryPlatform = "memory"
	memoryHeader   = "Memory-Signature" // lower-case hex of HMAC-SHA256(secret, body)
	memoryURL      = "https://memory.example/"
)

type memoryBatch struct {
	Updates []json.RawMessage `json:"updates"`
}

type memoryUpdate struct {
	ID      string           `json:"id"`
	Seq     int64            `json:"seq,omitempty"` // rises with each update
	Type    string           `json:"type"`
	Time    int64            `json:"time"` // Unix milliseconds
	Chat    string           `json:"chat"`
	User    *memoryUser      `json:"user,omitempty"`
	Message *channel.Message `json:"message,omitempty"`
	Press   *memoryPress     `json:"press,omitempty"`
	React   *memoryReaction  `json:"reaction,omitempty"`
	Receipt *channel.Receipt `json:"receipt,omitempty"`
	Ref     string           `json:"ref,omitempty"`
	Welcome bool             `json:"welcome,omitempty"` // the answer may carry a memorySend; nothing else may be sent
}

type memoryUser struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"`
	Avatar   string `json:"avatar,omitempty"` // ID of a file
}

func (u *memoryUser) user() channel.User {
	user := channel.User{ID: u.ID, Name: u.Name, Language: u.Language}
	if u.Avatar != "" {
		user.Avatar = &channel.Attachment{Kind: channel.AttachmentImage, FileID: u.Avatar}
	}
	return user
}

type memoryPress struct {
	ID        string `json:"id,omitempty"` // empty: the press was a message and wants no answer
	Data      string `json:"data"`
	Text      string `json:"text"`
	MessageID string `json:"message_id,omitempty"`
}

type memoryReaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji,omitempty"` // empty: taken away
}

type memoryAnswer struct {
	OK     bool            `json:"ok"`
	Result json.RawMessage `json:"result,omitempty"`

	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Wait    int64  `json:"wait,omitempty"` // milliseconds until a rate_limited call may come again
}

// memorySend is the parameters of send and edit.
type memorySend struct {
	Chat      string          `json:"chat"`
	MessageID string          `json:"message_id,omitempty"`
	Message   channel.Message `json:"message"`
}

// memoryArgs is the parameters of every other call.
type memoryArgs struct {
	Chat       string   `json:"chat,omitempty"`
	MessageID  string   `json:"message_id,omitempty"`
	MessageIDs []string `json:"message_ids,omitempty"`
	Press      string   `json:"press,omitempty"`
	Text       string   `json:"text,omitempty"`
	Emoji      string   `json:"emoji,omitempty"`
	IDs        []string `json:"ids,omitempty"`
	Data       []byte   `json:"data,omitempty"`
	Name       string   `json:"name,omitempty"` // of Data
	MIME       string   `json:"mime,omitempty"` // of Data
	File       string   `json:"file,omitempty"`
}

// The error codes of the platform, and their HTTP statuses.
const (
	memoryBad           = "bad_request"
	memoryUnauthorized  = "unauthorized"
	memoryNotFound      = "not_found"
	memoryNotSubscribed = "not_subscribed"
	memoryBlocked       = "blocked"
	memoryTooLong       = "too_long"
	memoryRateLimited   = "rate_limited"
	memoryFailed        = "failed"      // nobody knows what was done
	memoryUnavailable   = "unavailable" // refused as a whole: nothing was done
)

// memoryLimits is what the platform accepts. Its server enforces the same by numbers of its own.
var memoryLimits = channel.Limits{
	Text:    channel.Length{Max: 4096, Unit: channel.UnitRune},
	Caption: channel.Length{Max: 1024, Unit: channel.UnitRune},
	Ref:     channel.Length{Max: 64, Unit: channel.UnitByte},
	Inline: channel.KeyboardLimits{
		Rows: 100, PerRow: 8, Total: 100,
		Text:  channel.Length{Max: 64, Unit: channel.UnitRune},
		Data:  channel.Length{Max: 64, Unit: channel.UnitByte},
		Kinds: []channel.ButtonKind{channel.ButtonCallback, channel.ButtonURL},
	},
	Reply: channel.KeyboardLimits{
		Rows: 100, PerRow: 8, Total: 100,
		Text:  channel.Length{Max: 64, Unit: channel.UnitRune},
		Data:  channel.Length{Max: 64, Unit: channel.UnitByte},
		Kinds: []channel.ButtonKind{channel.ButtonReply, channel.ButtonPhone, channel.ButtonLocation},
	},
	Cards: 10, CardButtons: 3, Album: 10, TypingSeconds: 5,
	Upload:   memoryKinds(memoryMost),
	Fetch:    memoryKinds(memoryMost),
	Features: memoryFeatures(),
}

func memoryKinds(size int64) map[channel.AttachmentKind]int64 {
	m := make(map[channel.AttachmentKind]int64)
	for _, k := range []channel.AttachmentKind{
		channel.AttachmentImage, channel.AttachmentVideo, channel.AttachmentAudio, channel.AttachmentVoice,
		channel.AttachmentFile, channel.AttachmentSticker, channel.AttachmentAnimation, channel.AttachmentVideoNote,
	} {
		m[k] = size
	}
	return m
}

func memoryFeatures() map[channel.Feature]channel.Level {
	m := make(map[channel.Feature]channel.Level)
	for _, f := range []channel.Feature{
		channel.FeatureBold, channel.FeatureItalic, channel.FeatureUnderline, channel.FeatureStrike, channel.FeatureCode,
		channel.FeaturePre, channel.FeatureLink, channel.FeatureQuote, channel.FeatureSpoiler,
		channel.FeatureImage, channel.FeatureVideo, channel.FeatureAudio, channel.FeatureVoice, channel.FeatureFile,
		channel.FeatureSticker, channel.FeatureAnimation, channel.FeatureVideoNote, channel.FeatureAlbum, channel.FeatureLocation,
		channel.FeatureContact, channel.FeatureCards, channel.FeatureInlineKeyboard, channel.FeatureReplyKeyboard,
		channel.FeatureReplyTo, channel.FeatureSilent, channel.FeatureNoPreview,
		channel.FeatureEdit, channel.FeatureDelete, channel.FeatureReact, channel.FeatureTyping, channel.FeatureAnswer,
		channel.FeatureUpload, channel.FeatureDownload, channel.FeatureLinks, channel.FeatureProfile,
		channel.FeatureSubscription, channel.FeatureRead, channel.FeatureReactions, channel.FeatureOptOut,
	} {
		m[f] = channel.LevelFull
	}
	return m
}

const (
	memoryDeadline   = 5 * time.Second // the platform waits so long for an answer
	memoryDeliveries = 6               // of one update at most

	memoryPerSecond     = 100 // calls of the account
	memoryPerSecondChat = 20  // messages of a chat
)
