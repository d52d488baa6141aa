package telegram

import (
	"encoding/json"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
)

// Update decodes the library's type of an event's update from Event.Raw, when it is asked for: also of an event that
// crossed a queue. An event of another platform, or without a Raw that is an update, is ErrInvalid.
//
// The library stops at Bot API 5.5. Of newer updates its type lacks, and Raw has: business messages and connections,
// reactions, boosts, paid media and all else of such kinds, which make an Update without any field; of messages
// message_thread_id, forward_origin, quote, external_reply, stories, shared users and chats; and a message that cannot be
// reached any more has Date 0. Some of its helpers are traps: Update.FromChat panics at a press under an inline message,
// FromChat and SentFrom are nil for members, join requests and poll answers, and Message.CommandArguments breaks a
// command that a letter beyond ASCII follows at once.
func Update(e *channel.Event) (*tgbotapi.Update, error) {
	if e == nil || e.Account.Platform != platform {
		return nil, named("update", refuse(channel.ErrInvalid, "the event is not of Telegram"))
	}
	var u tgbotapi.Update
	// encoding/json takes what is not UTF-8, and names that are there twice, as the adapter does.
	if err := json.Unmarshal(e.Raw, &u); err != nil || u.UpdateID == 0 {
		return nil, named("update", refuse(channel.ErrInvalid, "Raw is no update that the library can read"))
	}
	return &u, nil
}
