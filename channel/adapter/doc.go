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
// Long polling is [Poll]. A platform whose one URL serves many accounts has an [App].
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
// Then the adapter is tested with the suite of channel/channeltest.
package adapter
