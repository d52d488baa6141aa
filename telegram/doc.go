// Package telegram is a channel.Channel for a bot of Telegram, over the Bot API.
//
//	bot, err := telegram.New(telegram.Config{Token: token, Secret: secret})
//	mux.Add(bot)
//	err = bot.Register(ctx, "https://bot.example/telegram/"+bot.Account().ID)
//
// The account's ID is the bot's numeric ID, which the token begins with. A person's ID is numeric, and so is a chat's;
// a private chat has the ID of its person. A Chat.ID that this package makes, and that Send takes, is one of
//
//	5512345678                a private chat
//	-1002233445566            a group or a channel
//	-1002233445566/17         topic 17 of a group (or of a private chat)
//	-1002233445566/d17        topic 17 of the direct messages of a channel
//	6600000001/bbc_AbCdEf01   a customer of the business connection bc_AbCdEf01, after the letter b
//	@our_news                 a public group or channel; for sending only
//
// What else is Telegram's own: a text is counted in code points; anybody who wrote to the bot may be written to until
// they block it; a bot hears of reactions in groups only, and only as an administrator; a custom emoji in a Reaction is
// its ID; the time of a press is the time it was received, since Telegram tells none.
//
// Files are sent by FileID; by URL where Telegram fetches it, which it does with most images, videos and audio, with PDF
// and ZIP files, and with no thumbnail, else the engine does; and as bytes, which are streamed. Photos and videos go
// together as an album, files and audio among themselves. No keyboard stands under an album: its last file is a message of
// its own then. An album takes as many of the bot's messages a second, and of a group's a minute, as it has files, and one
// of the chat's. One that failed at a later file than the first is ErrOutcomeUnknown, as some of it may be out. A location
// with a Title is a venue; without an Address it has the point in degrees in its place. A contact needs a name.
//
// [Channel.API] gives the calls that this package has no method for. Pages:
// https://core.telegram.org/bots/api, https://core.telegram.org/bots/webhooks, https://core.telegram.org/bots/faq.
package telegram
