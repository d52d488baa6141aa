package telegram

import (
	"context"
	"encoding/json"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
)

// API returns the library's own client, for the calls that this package has no method for. Its calls end with ctx, and
// are made as this package's own. They wait for the pace, also for that of the chat that they write to; what is safe is
// retried. A failure is a *channel.Error, in which errors.As finds the *tgbotapi.Error of what the Bot API refused; the
// *APIResponse beside it is nil. One that says that a person left is remembered, as that of a Send is. With a ctx of
// [channel.WithBulk] they take only the pace that is free. An upload is a stream and tried once: its 429 is
// returned, with the time to come again.
//
// It holds a stand-in for the token, which its Client puts in, so a link that the library makes of the Token, by
// GetFileDirectURL say, is not good: use GetFile, and [Channel.Download]. For receiving use [Channel.Poll]: the library's
// GetUpdatesChan goes on after ctx ended.
func (c *Channel) API(ctx context.Context) *tgbotapi.BotAPI {
	d := c.driver
	bot := d.bot
	bot.Client = &nativeClient{ctx: ctx, channel: c}
	bot.Self = tgbotapi.User{ID: d.id, IsBot: true, UserName: d.knownUsername()}
	return &bot
}

// Extra is what only Telegram's messages have:
//
//	m := channel.Message{Text: "for you alone", Native: telegram.Extra{Protect: true}.Native()}
//
// The zero value changes nothing. Where a message becomes several, each has
// it as far as it applies: what is for files goes with the files, what is for a text without files with that. An Edit
// takes ParseMode, Spoiler, CaptionAbove and Preview; the others are of the message as it was sent.
type Extra struct {
	// Protect is for any message: it cannot be forwarded or saved.
	Protect bool

	// Effect is for any message in a private chat, and no other: a message_effect_id, of an animation that is shown once.
	Effect string

	// PaidBroadcast is for any message: 1000 a second may go out with it in place of 30. Each above the free 30 costs 0.1
	// Star of the bot's balance; @BotFather enables it for large bots that have many. That one message a second may go to a
	// chat, and 20 a minute to a group, is the same. https://core.telegram.org/bots/api#paid-broadcasts
	PaidBroadcast bool

	// ParseMode is for a text, or a caption, without Styles: HTML or MarkdownV2. The text must fit into one message, and is
	// ErrInvalid otherwise. https://core.telegram.org/bots/api#formatting-options
	ParseMode string

	// Spoiler is for images, videos and animations: they are covered until somebody looks.
	Spoiler bool

	// CaptionAbove is for images, videos and animations with a text: it is shown above them.
	CaptionAbove bool

	// Preview is for a text without files.
	Preview Preview
}

// Preview is how the preview of a link in a text looks; a Message with NoPreview shows none, whatever is here.
type Preview struct {
	URL       string // of the link that is shown; empty: the first in the text
	Small     bool   // a small image; Telegram heeds that only where URL is set
	Large     bool   // a large one; the same
	AboveText bool
}

// Native is e as the native parameters of a Message.
func (e Extra) Native() channel.Native {
	fields := make(map[string]any, 7)
	if e.Protect {
		fields["protect_content"] = true
	}
	if e.Effect != "" {
		fields["message_effect_id"] = e.Effect
	}
	if e.PaidBroadcast {
		fields["allow_paid_broadcast"] = true
	}
	if e.ParseMode != "" {
		fields["parse_mode"] = e.ParseMode
	}
	if e.Spoiler {
		fields["has_spoiler"] = true
	}
	if e.CaptionAbove {
		fields["show_caption_above_media"] = true
	}
	if e.Preview != (Preview{}) {
		fields["link_preview_options"] = e.Preview.options()
	}
	raw, err := json.Marshal(fields)
	if err != nil { // strings and bools always marshal
		panic(err)
	}
	return channel.Native{platform: raw}
}

func (p Preview) options() map[string]any {
	options := make(map[string]any, 4)
	if p.URL != "" {
		options["url"] = p.URL
	}
	for name, set := range map[string]bool{
		"prefer_small_media": p.Small, "prefer_large_media": p.Large, "show_above_text": p.AboveText,
	} {
		if set {
			options[name] = true
		}
	}
	return options
}

// ofText is whether a native parameter is for a text, or for files. Those of which a message may have both are not here.
var ofText = map[string]bool{
	"link_preview_options":     true,
	"has_spoiler":              false,
	"show_caption_above_media": false,
}

// putNative merges native parameters, never over one that is set.
func putNative(p tgbotapi.Params, native json.RawMessage) error {
	if len(native) == 0 {
		return nil
	}
	fields, err := nativeFields(native)
	if err != nil {
		return err
	}
	for name, value := range fields {
		if _, set := p[name]; set {
			continue
		}
		if text, only := ofText[name]; only && text != (p["text"] != "") {
			continue
		}
		if name == "parse_mode" && p["entities"] != "" {
			return refuse(channel.ErrInvalid, "Native parse_mode and Styles exclude each other")
		}
		if value[0] != '"' {
			p[name] = string(value)
			continue
		}
		var s string
		if err := json.Unmarshal(value, &s); err != nil {
			return refuse(channel.ErrInvalid, "Native[%q] is not a JSON object", platform)
		}
		p[name] = s
	}
	return nil
}

// nativeFields are the members of a native object but those that are null: Telegram would read the word.
func nativeFields(native json.RawMessage) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(native, &fields); err != nil || fields == nil {
		return nil, refuse(channel.ErrInvalid, "Native[%q] is not a JSON object", platform)
	}
	for name, value := range fields {
		if string(value) == "null" {
			delete(fields, name)
		}
	}
	return fields, nil
}

// appendNative appends the native members of a button but those that it has.
func appendNative(b []byte, native json.RawMessage) ([]byte, error) {
	if len(native) == 0 {
		return b, nil
	}
	fields, err := nativeFields(native)
	if err != nil {
		return nil, err
	}
	for name, value := range fields {
		switch name {
		case "text", "callback_data", "url", "web_app", "request_contact", "request_location":
			continue
		}
		b = append(b, ',')
		b = appendString(b, name)
		b = append(append(b, ':'), value...)
	}
	return b, nil
}
