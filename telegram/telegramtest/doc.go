// Package telegramtest is a strict, deterministic stand-in for the Telegram Bot API: a server that a bot under
// test talks to as if it were api.telegram.org, and people who write to that bot.
//
//	srv := telegramtest.NewServer(t)
//	srv.Serve(bot)                        // webhooks arrive here, in memory
//	ann := srv.NewUser("Ann")
//	err := ann.Start("ref_42")            // returns once the bot has acknowledged the update
//	got := ann.Messages()                 // what the bot answered
//
// Every request is checked against the documented rules and refused with the platform's own error body; updates
// are delivered one by one per queue, redelivered on the platform's schedule and dropped when they expire; rate
// limits are enforced; faults can be injected. [Server.Client] answers in memory and everything waits on timers
// and channels only, so a test may run inside a testing/synctest bubble, where a day of redelivery takes no time.
//
// The rules come from https://core.telegram.org/bots/api, https://core.telegram.org/bots/webhooks,
// https://core.telegram.org/bots/faq and the open source of Telegram's own server,
// https://github.com/tdlib/telegram-bot-api.
package telegramtest
