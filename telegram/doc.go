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
// The right to write is to a chat with all of its topics, whichever of them an event tells of; a customer of a business
// connection is apart from the private chat of the same person. Topics also share the paces of their chat: messages wait
// so that no more than one a second goes to a chat, 20 a minute to a group, and 30 a second to all.
//
// A group that becomes a supergroup has a new ID, and its messages too. Send, SendTyping and Upload go there, whichever
// ID they are given; what a message answers is left out then. Edit, Delete and React do not follow.
//
// What else is Telegram's own: a text is counted in code points; anybody who wrote to the bot may be written to until
// they block it; a bot hears of reactions in groups only, and only as an administrator; a custom emoji in a Reaction is
// its ID; the time of a press is the time it was received, since Telegram tells none.
//
// # Files
//
// Files are sent by FileID; by URL where Telegram fetches it, which it does with most images, videos and audio, with PDF
// and ZIP files, and with no thumbnail, else the engine does; and as bytes, which are streamed. A URL that Telegram could
// not fetch the engine tries too, and uploads what is there, when a Send has the file by itself. A photo has at most
// 10000 pixels of width and height together, and no side 20 times the other: a larger one is a file.
//
// Photos and videos go together as an album, files and audio among themselves. No keyboard stands under an album: its last
// file is a message of its own then. An album takes as many of the bot's messages a second, and of a group's a minute, as
// it has files, and one of the chat's. An album of which a file failed is ErrOutcomeUnknown, as the others may be out.
//
// A location with a Title is a venue; without an Address it has the point in degrees in its place. A contact needs a name.
//
// # Events
//
//	update                          event
//	message                         EventMessage; EventStarted of /start, with what follows it as Referral.Ref
//	  web_app_data                  EventPostback
//	  write_access_allowed          EventSubscription
//	  migrate_to_chat_id, _from_    EventChatMoved, of both
//	edited_message                  EventMessageEdited, also of a live location that moved
//	channel_post, edited_           EventMessage, EventMessageEdited, of nobody
//	business_message                EventMessage of the customer, which opens 24 hours; EventEcho of the owner
//	edited_business_message         EventMessageEdited of the customer
//	deleted_business_messages       EventMessageDeleted, one for each message
//	callback_query                  EventPostback; under a message by way of an inline query it has no Chat
//	message_reaction                EventReaction
//	my_chat_member                  EventSubscription: a private chat's person blocked the bot or took that back; a group
//	                                or a channel let it in, put it out, or took or gave the right to write
//	chat_join_request               EventSubscription of the person's private chat, which may be written to for five
//	                                minutes, beside any other right; the group is in Raw
//	business_connection             EventOther: User is the owner, Chat their private one; is_enabled, false when it
//	                                ended, id and rights are in Raw
//	all else                        EventOther, with Chat, User and Time as far as the update tells
//
// EventOther is, with its Message, what a bot, an anonymous administrator or a channel wrote in a group, an edit or a
// message by a bot of a business connection's owner, and a guest_message; and without one a message of the service, such
// as a new title or a payment. Each item of an album is an EventMessage with the same AlbumID, and no end is told. What a
// Message has no field for, such as a poll or a rich message, is an Attachment of the kind AttachmentOther, to be read
// from Raw; so are a quote and the message of another chat that one answers.
//
// [Channel.API] gives the calls that this package has no method for. Pages:
// https://core.telegram.org/bots/api, https://core.telegram.org/bots/webhooks, https://core.telegram.org/bots/faq.
package telegram
