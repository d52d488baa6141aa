// Package adapter is the engine: it makes a [Driver], one platform's wire format, a channel.Channel. Bot authors never
// name it. It is for authors of adapters, and experimental until five adapters stand on it.
//
// # The driver
//
// A driver turns requests into events and messages into requests. It says what is different about its platform and
// nothing else: it does not retry, wait, split, cache, deduplicate or keep order. What it needs of the engine it says as
// data, in [Rules], [Incoming], [Part] and [Verdict].
//
//	type driver struct {
//		adapter.Base // what the platform lacks
//		...
//	}
//
//	func (d *driver) Receive(r *http.Request, body []byte) (adapter.Delivery, error) {
//		if !authentic(d.secret, r.Header, body) { // in constant time
//			return adapter.Delivery{}, channel.ErrUnauthorized
//		}
//		events, err := d.Decode(body)
//		return adapter.Delivery{Events: events}, err
//	}
//
// [Driver] has the duties of each method. In short: Receive and Decode make an [Incoming] of each native event, with an ID
// that stays the same when the platform delivers it again; what is of an unknown kind, an empty object too, is an
// EventOther with its Raw. Encode makes a [Part] the platform's request, or says ErrTooLarge for what may fit when it is
// split and ErrUnsupported for what may go apart, and names the [Cost] of the call. Send makes that one call. What a
// call's error means, Verdict says from one table; an error carries what Verdict needs to know of its call.
//
//	func (d *driver) Encode(p *adapter.Part) error {
//		if limits.Text.Of(p.Message.Text) > limits.Text.Max {
//			return &channel.Error{Reason: channel.ErrTooLarge, Message: "Text: at most 4096 characters"}
//		}
//		p.Encoded = request{To: p.ChatID, Text: p.Message.Text}
//		p.Costs = costs // of paces in Rules
//		return nil
//	}
//
//	func (d *driver) Send(ctx context.Context, p *adapter.Part) (channel.Sent, error) {
//		id, err := d.post(ctx, "send", p.Encoded.(request))
//		if err != nil {
//			return channel.Sent{}, err
//		}
//		return channel.Sent{MessageIDs: []string{id}}, nil
//	}
//
//	func (d *driver) Verdict(err error) adapter.Verdict {
//		var refused *apiError
//		if !errors.As(err, &refused) { // an answer that could not be read
//			return adapter.Verdict{Error: channel.Error{Reason: channel.ErrUnavailable}}
//		}
//		return table[refused.code]
//	}
//
// # The platform's type
//
// Users see a type of the platform's own package. It embeds the interface channel.Channel with the engine in it, so that
// it has those six methods; Unwrap returns the engine; and each thing the platform can do besides is a method over [Do]:
//
//	type Channel struct {
//		channel.Channel
//		engine *adapter.Channel
//		driver *driver
//	}
//
//	func New(cfg Config) (*Channel, error) {
//		d := newDriver(cfg)
//		engine, err := adapter.New(d, cfg.Options)
//		if err != nil {
//			return nil, err
//		}
//		return &Channel{engine, engine, d}, nil
//	}
//
//	func (c *Channel) Unwrap() channel.Channel { return c.engine }
//
//	func (c *Channel) SendTyping(ctx context.Context, chatID string) error {
//		call := adapter.Call{Op: "typing", ChatIDs: []string{chatID}, Repeatable: true}
//		_, err := adapter.Do(ctx, c.engine, call, func(ctx context.Context) (struct{}, error) {
//			return struct{}{}, c.driver.typing(ctx, chatID)
//		})
//		return err
//	}
//
// The driver's calls are made with a [Client]. Long polling is [Poll]. A platform whose one URL serves many accounts has
// an [App].
//
// # Receiving
//
// A request goes through method, size, [Driver.Receive], and then for each event: its place in its chat's queue, its
// claim in the Store, [Driver.Complete] where asked for, what it teaches (profile, subscription), the handler, the
// commit, and the empty answer to a press nobody answered. The response is Rules.Ack when every event is committed, and
// Rules.NotYet when one must come again or the platform's deadline is there first.
//
// # Sending
//
// A message is checked and taken apart into parts that [Driver.Encode] accepts, with what the platform lacks in a
// simpler form. Each part waits for its [Cost] of the platform's [Pace], is sent by one [Driver.Send], and fails as
// [Driver.Verdict] says: retried if it was not executed and may pass, ErrOutcomeUnknown if nobody can know.
//
// # What a platform lacks
//
// A feature of LevelRejected or LevelDropped is simplified in one way each, and named once in Sent.Degraded; LevelPartial
// counts as there.
//
//	feature                    what becomes of it
//	bold … spoiler             plain text
//	link                       the text followed by its URL in parentheses, unless the text ends with the URL
//	image, video, audio        a file
//	voice                      audio, else a file
//	animation, video_note      a video, else a file
//	sticker                    an image
//	album                      each attachment is a message of its own
//	location                   lines of text: title, address, a link to a map
//	contact                    lines of text: name, phone
//	cards                      a message for each: its image with title, subtitle and URL as text, its buttons inline
//	inline_keyboard            a button that opens a URL is a line of text, "Label: URL"; any other is ErrUnsupported
//	reply_keyboard             a label to write is a line of text, a URL as above; any other button is ErrUnsupported;
//	                           taking a keyboard away is left out
//	template                   ErrUnsupported
//	reply_to, silent,
//	no_preview                 left out
//
// The kinds of attachments go by Limits.Upload and Limits.Fetch: a kind is lacking if it is in neither, and, for a
// FileID, its feature is lacking too. Where nothing in the row is left it is ErrUnsupported, before anything is sent. Of
// the URLs of a kind that the platform fetches, Rules.Fetches says which the engine gets instead. The lines of a keyboard
// end the text of the last message that the platform gets as text or attachments, else they are a message of their own.
//
// # Testing
//
// An adapter is tested with the suite of channel/channeltest, over an emulator of its platform.
package adapter
