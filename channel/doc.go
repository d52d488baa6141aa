// Package channel is the vocabulary of business messaging: accounts, events, messages, people, and the right to write
// to them. It holds plain data and small interfaces; a package for each messenger, such as telegram, implements [Channel].
//
// A bot is a [Handler] and a [Mux] with channels in it:
//
//	mux := new(channel.Mux)
//	mux.Handler = channel.Handlers{
//		Message: func(ctx context.Context, e *channel.Event) error {
//			answer := channel.Text("You wrote: " + e.Message.Text)
//			answer.Key = e.ID
//			_, err := mux.Send(ctx, e.Address(), answer)
//			return err
//		},
//	}
//	mux.Add(bot) // of telegram.New, say
//	err := http.ListenAndServe(":8080", mux)
//
// # Receiving
//
// A Handler gets each event at least once, and never again after it returned nil and that was recorded in the [Store].
// An error has the platform deliver the event again, unless it is an [*Error] that no repeat can mend, or the last of
// as many failures as Options.MaxAttempts allows or the platform repeats: then Options.DeadLetter gets the event.
// Because a crash between the handler's work and its record repeats the work, give a Send inside a handler a
// Message.Key made from Event.ID, or make the work itself repeatable. Events of one chat come one at a time, in order
// of arrival; chats do not wait for one another. A platform waits only seconds for its answer: past that the handler
// goes on and the platform delivers again, to be told the outcome. Slow work belongs behind a queue: an [Event] is
// plain data and crosses one.
//
// # Sending
//
// Send checks a [Message] against the platform's [Limits], splits what is too long, waits for the platform's pace and
// returns an [*Error] with a [Reason] for errors.Is. What a platform cannot show is simplified, as Sent.Degraded tells,
// or refused with [ErrUnsupported] before anything is sent; nothing is ever cut off. A call that was written and not
// answered is never repeated on a platform that would show it twice: it is [ErrOutcomeUnknown].
//
// # Abilities
//
// What only some platforms can do is an interface of one or two methods, found by [As]:
//
//	if editor, ok := channel.As[channel.Editor](ch); ok {
//		err = editor.Edit(ctx, chatID, messageID, channel.Text("corrected"))
//	}
package channel
