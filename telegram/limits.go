package telegram

import (
	"strings"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Numbers of https://core.telegram.org/bots/api; the keyboard's are not documented, and what clients show.
const (
	maxText       = 4096   // code points
	maxCaption    = 1024   // code points
	maxStyles     = 100    // entities of a message: the rest is ignored
	maxData       = 64     // bytes of callback_data
	maxAnswer     = 200    // code points of answerCallbackQuery
	maxRef        = 64     // characters of a deep link
	maxDelete     = 100    // messages of deleteMessages
	maxAlbum      = 10     // files of sendMediaGroup
	maxVCard      = 2048   // bytes
	maxSides      = 10_000 // pixels of a photo's width and height together
	maxRatio      = 20     // of a photo's sides
	maxPerRow     = 8
	maxButtons    = 100
	typingSeconds = 5
)

// Sizes in bytes, of https://core.telegram.org/bots/api#sending-files, #getfile and #using-a-local-bot-api-server.
const (
	maxPhoto      = 10 << 20 // to upload
	maxFile       = 50 << 20
	maxLocalFile  = 2000 << 20
	maxThumbnail  = 200_000
	maxFetchPhoto = 5 << 20 // by URL
	maxFetchFile  = 20 << 20
	maxFetchVoice = 1 << 20 // a larger one is shown as a file
	maxDownload   = 20 << 20
)

// The paces, of https://core.telegram.org/bots/faq.
const (
	paceBot      = "bot"
	pacePaid     = "paid" // in its place, for messages with allow_paid_broadcast
	paceChat     = "chat"
	paceGroup    = "group"
	paceRegister = "register"
)

var (
	paces = []adapter.Pace{
		{Name: paceBot, N: 30, Per: time.Second},
		{Name: pacePaid, N: 1000, Per: time.Second},
		{Name: paceChat, N: 1, Per: time.Second, Chat: true, Of: nativeChat},
		{Name: paceGroup, N: 20, Per: time.Minute, Chat: true, Of: nativeChat},
		{Name: paceRegister, N: 1, Per: time.Second},
	}
	privateCosts  = []adapter.Cost{{Pace: paceBot}, {Pace: paceChat}}
	groupCosts    = []adapter.Cost{{Pace: paceBot}, {Pace: paceChat}, {Pace: paceGroup}} // a group is a chat too
	botCosts      = []adapter.Cost{{Pace: paceBot}}
	paidCosts     = []adapter.Cost{{Pace: pacePaid}}
	registerCosts = []adapter.Cost{{Pace: paceBot}, {Pace: paceRegister}}
)

// nativeChat is the chat that Telegram counts a chat ID's messages for: topics share what their group has.
func nativeChat(chatID string) string {
	native, _, _ := strings.Cut(chatID, "/")
	return native
}

// chatOf is the chat that a chat ID is a place in: its topics move with it, and where it may not be written to they may
// not either. A chat of a business connection is another account's, which has a right of its own.
func chatOf(chatID string) string {
	native, place, _ := strings.Cut(chatID, "/")
	if strings.HasPrefix(place, "b") {
		return chatID
	}
	return native
}

var (
	limits      = limitsWith(maxFile)
	localLimits = limitsWith(maxLocalFile) // of a server that was started with --local
)

func limitsWith(upload int64) channel.Limits {
	l := textLimits
	l.Upload = make(map[channel.AttachmentKind]int64, len(mediaKinds))
	l.Fetch = make(map[channel.AttachmentKind]int64, len(mediaKinds))
	for kind := range mediaKinds {
		l.Upload[kind], l.Fetch[kind] = upload, maxFetchFile
	}
	l.Upload[channel.AttachmentImage] = maxPhoto
	l.Fetch[channel.AttachmentImage], l.Fetch[channel.AttachmentVoice] = maxFetchPhoto, maxFetchVoice
	delete(l.Fetch, channel.AttachmentVideoNote)
	return l
}

var textLimits = channel.Limits{
	Text:    channel.Length{Max: maxText, Unit: channel.UnitRune},
	Caption: channel.Length{Max: maxCaption, Unit: channel.UnitRune},
	Ref:     channel.Length{Max: maxRef, Unit: channel.UnitByte},
	Inline: channel.KeyboardLimits{
		PerRow: maxPerRow, Total: maxButtons, Data: channel.Length{Max: maxData, Unit: channel.UnitByte},
		Kinds: []channel.ButtonKind{channel.ButtonCallback, channel.ButtonURL, channel.ButtonApp},
	},
	Reply: channel.KeyboardLimits{
		PerRow: maxPerRow, Total: maxButtons,
		Kinds: []channel.ButtonKind{channel.ButtonReply, channel.ButtonPhone, channel.ButtonLocation, channel.ButtonApp},
	},
	Album:         maxAlbum,
	TypingSeconds: typingSeconds,
	Features: map[channel.Feature]channel.Level{
		channel.FeatureBold:           channel.LevelFull,
		channel.FeatureItalic:         channel.LevelFull,
		channel.FeatureUnderline:      channel.LevelFull,
		channel.FeatureStrike:         channel.LevelFull,
		channel.FeatureCode:           channel.LevelFull,
		channel.FeaturePre:            channel.LevelFull,
		channel.FeatureLink:           channel.LevelFull,
		channel.FeatureQuote:          channel.LevelFull,
		channel.FeatureSpoiler:        channel.LevelFull,
		channel.FeatureImage:          channel.LevelFull,
		channel.FeatureVideo:          channel.LevelFull,
		channel.FeatureAudio:          channel.LevelFull,
		channel.FeatureVoice:          channel.LevelFull,
		channel.FeatureFile:           channel.LevelFull,
		channel.FeatureSticker:        channel.LevelFull,
		channel.FeatureAnimation:      channel.LevelFull,
		channel.FeatureVideoNote:      channel.LevelFull,
		channel.FeatureAlbum:          channel.LevelPartial, // photos with videos; files, and audio, among themselves
		channel.FeatureLocation:       channel.LevelFull,
		channel.FeatureContact:        channel.LevelFull,
		channel.FeatureInlineKeyboard: channel.LevelFull,
		channel.FeatureReplyKeyboard:  channel.LevelFull,
		channel.FeatureReplyTo:        channel.LevelFull,
		channel.FeatureSilent:         channel.LevelFull,
		channel.FeatureNoPreview:      channel.LevelFull,

		channel.FeatureEdit:      channel.LevelPartial, // of texts, captions and most files
		channel.FeatureDelete:    channel.LevelPartial, // for 48 hours
		channel.FeatureReact:     channel.LevelFull,
		channel.FeatureTyping:    channel.LevelFull,
		channel.FeatureAnswer:    channel.LevelFull,
		channel.FeatureUpload:    channel.LevelPartial, // to Config.UploadChat
		channel.FeatureDownload:  channel.LevelPartial, // of up to 20 MB, but for a local server
		channel.FeatureLinks:     channel.LevelFull,
		channel.FeatureRegister:  channel.LevelFull,
		channel.FeaturePoll:      channel.LevelFull,
		channel.FeatureProfile:   channel.LevelFull,
		channel.FeatureReactions: channel.LevelPartial, // in groups, to administrators
		channel.FeatureOptOut:    channel.LevelFull,

		channel.FeatureSubscription: channel.LevelPartial, // of groups and channels
	},
}

func (d *driver) Limits() channel.Limits { return d.limits }

func (d *driver) Rules() adapter.Rules {
	return adapter.Rules{
		PollOnly: d.pollOnly,
		// Telegram waits 60 s; what is refused then must still reach it.
		Deadline:   50 * time.Second,
		Redelivery: 24 * time.Hour,
		Paces:      paces,
		Fetches:    fetches,
		UserBatch:  1,
		UserCosts:  botCosts,

		SubscriptionCosts: botCosts,
		Tells:             tells,
		ChatOf:            chatOf,
	}
}

// checkPhoto is Telegram's rule for photos whose size is known: https://core.telegram.org/bots/api#sendphoto.
func checkPhoto(i, width, height int) error {
	if width <= 0 || height <= 0 {
		return nil
	}
	long, short := max(width, height), min(width, height)
	switch {
	case long > maxSides-short:
		return refuse(channel.ErrTooLarge, "Attachments[%d]: Width and Height of a photo are more than %d together: send it as a file", i, maxSides)
	case long > maxRatio*short:
		return refuse(channel.ErrInvalid, "Attachments[%d]: a photo of which a side is more than %d times the other: send it as a file", i, maxRatio)
	}
	return nil
}
