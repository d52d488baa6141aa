// Package channeltest has what tests of messaging need: a channel in memory for the tests of a bot, and the suites that
// every adapter and every Store pass, a third party's too.
//
// # The test of a bot
//
// [New] is a channel whose platform lives in the test. People write to the bot, and see what it sent:
//
//	func TestGreeting(t *testing.T) {
//		chat := channeltest.New(t)
//		chat.Handle(bot(chat)) // or chat.Serve(mux)
//		ann := chat.NewUser("Ann")
//		ann.Write("hi")
//		if got := ann.Texts(); !slices.Equal(got, []string{"Hello, Ann"}) {
//			t.Errorf("Ann got %q", got)
//		}
//	}
//
// People send photos, files, places and contacts too, and see what the bot sent with its contents:
//
//	ann.SendPhoto(photo, "where is this?")
//	bill := ann.Messages()[0].Attachments[0]
//	fmt.Println(bill.Name, len(ann.Contents(bill)))
//
// What a person does returns when the bot acknowledged it. Requests are signed, delivered again until they are
// acknowledged, and limited in pace as on a real platform; [Memory.Fault] has something go wrong. There are no sockets,
// so in a bubble of testing/synctest the waits take no time.
//
// # The suite of an adapter
//
// [Run] checks that a channel keeps the promises of package channel. An adapter's test tells it how to make a channel and
// the emulator of its platform, as a [Harness]:
//
//	func TestChannel(t *testing.T) {
//		channeltest.Run(t, func(t *testing.T, o channel.Options) channeltest.Harness {
//			platform := signaltest.NewServer(t)
//			o.Client = platform.Client()
//			ch, err := signal.New(signal.Config{Token: "canary-token-1", Secret: "canary-secret-2", Options: o})
//			if err != nil {
//				t.Fatal(err)
//			}
//			return channeltest.Harness{
//				Channel: ch,
//				Serve:   platform.Serve,
//				User:    func(name string) channeltest.Person { … },
//				Request: platform.Request,
//				Signed:  true,
//				Payloads: []channeltest.Payload{
//					{Name: "text", Body: text, Kinds: []channel.EventKind{channel.EventMessage}},
//				},
//				Media:   []channel.Attachment{{Kind: channel.AttachmentImage, Name: "a.png", Open: image}, …},
//				Host:    platform.Host,
//				Secrets: []string{"canary-token-1", "canary-secret-2"},
//			}
//		})
//	}
//
// Each check runs in a bubble of its own, where open is called. A check that needs what a harness has not is left out:
// fill in as much as the emulator can. But what Limits().Features claims is tried, not believed: where the harness cannot
// tell what a person sees of it, the check fails and says what is needed.
//
// # The suite of a Store
//
// [RunStore] checks a channel.Store.
package channeltest
