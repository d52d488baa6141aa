package channeltest

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
)

// Harness is a channel and the platform it talks to, as [Run] needs them. The platform is an emulator in memory: no
// socket, no time but time's. Nil and zero stand for what a platform, or its emulator, has not: the checks that need it
// are left out, unless the channel claims that it can do what they check.
type Harness struct {
	// Channel has the Options that open was given, with the emulator's Client.
	Channel channel.Channel

	// Serve has the platform deliver to h from now on. What a Person does goes there, and comes again as the platform
	// does it, until it is acknowledged or the platform gives up.
	//
	// A check may call it more than once, with another handler each time; the last one counts, also for what was refused
	// before. What the platform must know to deliver, such as a webhook, it sets with the first call alone (a later one
	// must not undo a channel.Registrar's), and not by the Channel, which has done nothing yet when a check begins. It
	// delivers nothing by itself and waits for nothing that h does.
	Serve func(h http.Handler)

	// User is a new person, who did not write yet. No check asks for one name twice.
	User func(name string) Person

	// Request is a genuine webhook request with this body, signed if the platform signs.
	Request func(body []byte) *http.Request

	// Forgeries are ways to make a request that is not genuine: without a secret, with a wrong one.
	Forgeries map[string]func(body []byte) *http.Request

	// Signed says that Request signs the body, so that no bit of it may change.
	Signed bool

	// Handshakes are requests that the platform asks something with before it delivers.
	Handshakes []Handshake

	// Payloads are bodies for Request.
	Payloads []Payload

	// Subscribed is the body of a webhook request that tells that a person left, or came back, at a time in whole
	// seconds. Ordered says that the bodies tell which of one second was made first. Nil: no event tells of it.
	Subscribed func(p Person, active bool, at time.Time) []byte
	Ordered    bool

	// Receipt is the body of a webhook request that tells that a message of the account to p is at least so far. Nil, or a
	// nil body: the platform tells nothing of it.
	Receipt func(p Person, messageID string, status channel.ReceiptStatus) []byte

	// Batch is the body of one webhook request with texts that p wrote, in this order. Nil: the platform makes none.
	Batch func(p Person, texts ...string) []byte

	// BlockReason is what Subscription.Reason has to be after a Block. Empty: any that is channel.ErrNotSubscribed.
	BlockReason channel.Reason

	// Timeless says that events do not tell when they happened.
	Timeless bool

	// Deadline is how long the platform waits for an answer. 0: 5 s.
	Deadline time.Duration

	// Welcome says that a person who started the chat and did not write may be written to once, in the answer to the
	// webhook request that tells of it.
	Welcome bool

	// Fault has something go wrong at the platform, once; Faults are the kinds that it can.
	Fault  func(f Fault)
	Faults []FaultKind

	// Deduplicates says that the platform itself makes a send only once, however often it comes.
	Deduplicates bool

	// Calls is the number of calls that reached the platform, and Throttled how many of them were refused as too much.
	Calls     func() int
	Throttled func() int

	// MaxText is how many letters x the platform takes in one message. 0: as many as Limits tells.
	MaxText int

	// Rate is how many texts the account may send to different people, and ChatRate how many to one, at the most.
	Rate, ChatRate Rate

	// Media are files that the platform takes, with Name and Open: one of each kind that the channel claims. Some more
	// bytes at the end do no harm to one, and the image does as a thumbnail of another.
	Media []channel.Attachment

	// Host puts a file where the platform fetches what is sent by URL. It is needed for kinds in Limits.Fetch.
	Host func(name string, content []byte) (url string)

	// Secrets are the token, the webhook's secret, and what else must never be seen. Each has 8 bytes at least, and
	// looks like nothing else.
	Secrets []string

	person Person // shows the checks which verbs there are
}

// Rate is up to N in any stretch of time of the length Per. Zero: no limit is known.
type Rate struct {
	N   int
	Per time.Duration
}

// takes is how long n of them take at least, from the first to the last.
func (r Rate) takes(n int) time.Duration { return time.Duration((n-1)/r.N) * r.Per }

// Person is somebody at the other end of a [Harness]. Each function returns when the bot acknowledged what was done, or
// the platform gave up.
type Person struct {
	ID     string // User.ID
	ChatID string // Chat.ID of the chat with the account
	Write  func(text string)
	Texts  func() []string // what the account sent and the person sees now, oldest first

	// Messages are those that Texts tells the texts of, as the person sees them: ID, Text (the caption of one with
	// Attachments), Styles in order of their Start, Keyboard, ReplyTo, Silent of one that made no sound, NoPreview of
	// one whose links show none, Location, Contacts, Cards, and Attachments with Kind, Name and their bytes as Open, or
	// the URL where the platform only passes that on. An album is one message with several, or several with one AlbumID.
	// It is needed for whatever the channel claims of these.
	Messages func() []channel.Message

	// SendFiles sends files that have Kind, Name and Open, with a caption, which may be empty: several are an album. It is
	// needed where the channel claims channel.FeatureDownload.
	SendFiles func(caption string, files ...channel.Attachment)

	SendLocation func(l channel.Location) // shares a place, a venue if it has a Title
	SendContact  func(c channel.Contact)  // shares somebody else's phone number
	SetAvatar    func(image []byte)       // gives the person a picture

	Start   func(ref string)   // opens the chat, by a link with this ref if it is not empty
	Open    func(link string)  // follows a link of channel.Linker
	Press   func(label string) // presses the newest button with this label
	Answers func() []string    // the texts that answered presses, oldest first; "" is an answer without one
	Block   func()
	Unblock func()
}

// Handshake is a request that reaches no handler, and its answer.
type Handshake struct {
	Name    string
	Request func() *http.Request
	Status  int    // 0: 200
	Answer  string // the answer's whole body, where Status is 200
}

// Payload is the body of a webhook request, and what it decodes to.
type Payload struct {
	Name  string
	Body  []byte
	Kinds []channel.EventKind // of its events, in the body's order

	// Time is when its events happened, of which it tells nothing else. Zero: that is not checked.
	Time time.Time

	// Files are the bytes of the attachments of its events, in the body's order. Nil: they are not downloaded.
	Files [][]byte

	// Opaque names members whose objects are the bot's own, such as a button's data: nothing may be added there.
	Opaque []string
}

// Run checks that a channel keeps the promises of package channel: each as a subtest in a bubble of testing/synctest of
// its own, with the harness that open makes there. open gives the channel the Options and closes what it opened by
// t.Cleanup. A check may call it again, for a second process with the same account and Store, or to start over.
func Run(t *testing.T, open func(t *testing.T, o channel.Options) Harness) {
	t.Helper()
	var probe Harness
	synctest.Test(t, func(t *testing.T) { probe = open(t, channel.Options{}).probed() })
	for _, c := range checks(probe) {
		if c.needs != nil && !c.needs(probe) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c.do(t, func(o channel.Options) Harness { return open(t, o) })
			})
		})
	}
}

func (h Harness) probed() Harness {
	if h.User != nil {
		h.person = h.User("Probe")
	}
	return h
}

// check is one promise.
type check struct {
	name  string
	needs func(h Harness) bool // what the harness must have; nil: nothing
	run   func(s *scene)
}

// do runs the check in a bubble, and looks for secrets when it is over, however it ended.
func (c check) do(t testing.TB, open func(o channel.Options) Harness) {
	s := newScene(t, open)
	defer func() {
		time.Sleep(s.ends) // whatever the check began ends, as a bubble demands
		s.search()
	}()
	c.run(s)
}

func checks(probe Harness) []check {
	all := slices.Concat(refusalChecks, deliveryChecks, handlerChecks, pressChecks, sendChecks, paceChecks, outcomeChecks, peopleChecks,
		welcomeChecks, abilityChecks, lookChecks, mediaChecks, albumChecks, placeChecks, cardChecks, storageChecks, editChecks,
		partialChecks, receivedChecks, kindChecks(probe))
	for _, p := range probe.Payloads {
		all = append(all, payloadChecks(p)...)
	}
	return append(all, featureChecks(probe)...)
}

func hasRequest(h Harness) bool   { return h.Request != nil && len(h.Payloads) > 0 }
func hasHandshake(h Harness) bool { return len(h.Handshakes) > 0 }

func hasUser(h Harness) bool  { return h.User != nil && h.Serve != nil }
func hasCalls(h Harness) bool { return hasUser(h) && h.Calls != nil }

// can demands a fault that the emulator can have happen to people's chats.
func can(kind FaultKind) func(Harness) bool {
	return func(h Harness) bool { return hasUser(h) && h.Fault != nil && slices.Contains(h.Faults, kind) }
}

func has(fs ...func(Harness) bool) func(Harness) bool {
	return func(h Harness) bool {
		return !slices.ContainsFunc(fs, func(f func(Harness) bool) bool { return !f(h) })
	}
}

// claims reports whether the channel says that it has a feature at all.
func claims(h Harness, f channel.Feature) bool {
	level := h.Channel.Limits().Features[f]
	return level == channel.LevelFull || level == channel.LevelPartial
}

func claim(f channel.Feature) func(Harness) bool {
	return func(h Harness) bool { return claims(h, f) }
}
