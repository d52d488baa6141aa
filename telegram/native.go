package telegram

import (
	"context"
	"encoding/json"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
)

// API returns the library's own client, for the calls that this package has no method for. Its calls end with ctx, and
// are made as this package's own: they wait for the pace, of the chat that they name too where they write to it, what is
// safe is retried, and a failure is a *channel.Error, in which errors.As finds the *tgbotapi.Error of what the Bot API
// refused; the *APIResponse beside it is nil. One that says that a person left teaches that, as a failed Send does. With a
// ctx of [channel.WithBulk] they take only the pace that is free. An upload is a stream and tried once: its 429 is
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

// Extra is what only Telegram's messages have. The zero value changes nothing. What is for files goes with the files of a
// message, what is for a text with its text.
type Extra struct {
	Protect       bool   // no forwarding, no saving
	Effect        string // message_effect_id: an animation; in private chats only
	PaidBroadcast bool   // may cost 0.1 Star, above the free 30 messages a second; this package keeps to those
	ParseMode     string // HTML or MarkdownV2, of a Text without Styles; it must fit into one message
	Spoiler       bool   // covers photos, videos and animations until somebody looks
	CaptionAbove  bool   // shows the text above the photos and videos
	Preview       Preview
}

// Preview is how the preview of a link in a text looks. NoPreview of a Message stands above it.
type Preview struct {
	URL       string // of the link that is shown; empty: the first in the text
	Small     bool   // a small image
	Large     bool   // a large one
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
