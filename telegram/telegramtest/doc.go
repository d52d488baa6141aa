// Package telegramtest is a strict, deterministic stand-in for the Telegram Bot API: a server that a bot under
// test talks to as if it were api.telegram.org, and people who write to that bot.
//
//	srv := telegramtest.NewServer(t)
//	srv.Serve(bot)                        // webhooks arrive here, in memory
//	ann := srv.NewUser("Ann")
//	err := ann.Start("ref_42")            // returns once the bot has acknowledged the update
//	got := ann.Messages()                 // what the bot answered
//	err = ann.Send(telegramtest.Media{Kind: telegramtest.Photo, Data: png, Caption: "look"})
//
// Beside private chats ([User]) there are groups and supergroups ([Server.NewGroup], [Server.NewSupergroup]), forums
// with topics ([Server.NewForum]), channels and their direct messages ([Server.NewChannel]), and business accounts
// ([User.ConnectBusiness]). The bot is in none of them before somebody adds it, and people act there by the verbs
// they have in private:
//
//	support := srv.NewForum("Support")
//	err := support.AddBot(ann)
//	billing, err := support.NewTopic(ann, "Billing")
//	err = billing.Member(ann).Write("/help")
//	got := billing.Messages()
//
// Every request is checked against the documented rules and refused with the platform's own error body; updates
// are delivered one by one per queue, redelivered on the platform's schedule and dropped when they expire; rate
// limits are enforced; faults can be injected. [Server.Client] answers in memory and everything waits on timers
// and channels only, so a test may run inside a testing/synctest bubble, where a day of redelivery takes no time.
//
// A bot that is no administrator sees of a group what the privacy mode leaves it: commands, answers to it and service
// messages, unless [Config].ReadsAll. What the platform keeps from the bot is no error of the verb.
//
// Files are kept whole: [Message.Media] has the very bytes that a bot uploaded, and getFile with the download behind
// it those that a person sent. What a bot names by URL must have been put there with [Server.Host]. Pictures are
// measured as far as PNG, JPEG and GIF go, and taken on trust otherwise; what the platform would draw (smaller sizes,
// thumbnails) is a grey JPEG of the right size; nothing is recoded, and no video is looked into. Albums are sent as a
// whole or not at all; each item counts for the limits of the bot and of a group, the album once for the one message
// a second of a chat.
//
// The rules come from https://core.telegram.org/bots/api, https://core.telegram.org/bots/webhooks,
// https://core.telegram.org/bots/faq and the open source of Telegram's own server,
// https://github.com/tdlib/telegram-bot-api.
package telegramtest
