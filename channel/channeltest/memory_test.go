package channeltest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/require"
)

const (
	canaryToken  = "canary-token-5f1c/+=9"
	canarySecret = "canary-secret-\"77e0\""
)

// memoryHarness is the in-memory channel as the suite needs it.
func memoryHarness(t testing.TB, o channel.Options) (*Memory, Harness) {
	return harnessOf(t, MemoryConfig{Options: o})
}

func harnessOf(t testing.TB, c MemoryConfig) (*Memory, Harness) {
	c.AccountID, c.Token, c.Secret = "shop", canaryToken, canarySecret
	m, err := NewMemory(c)
	require.NoError(t, err)
	m.server.fail = t.Errorf
	m.server.keep(memoryFile{"a.png", "image/png", []byte("\x89PNG of Ann")}) // file-1, of a payload
	return m, Harness{
		Channel: m,
		Serve:   m.Serve,
		User: func(name string) Person {
			u := m.NewUser(name)
			return Person{
				ID: u.ID(), ChatID: u.ChatID(), Texts: u.Texts, Messages: u.Messages, Answers: u.Answers,
				Write: func(text string) { u.Write(text) }, Start: u.Start, Open: u.Open, Press: u.Press,
				Block: u.Block, Unblock: u.Unblock, SetAvatar: u.SetAvatar,
				SendFiles: func(caption string, files ...channel.Attachment) {
					u.Send(channel.Message{Text: caption, Attachments: files})
				},
				SendLocation: func(l channel.Location) { u.SendLocation(l) },
				SendContact:  func(c channel.Contact) { u.SendContact(c) },
			}
		},
		Request: m.server.request,
		Forgeries: map[string]func([]byte) *http.Request{
			"without a secret":    func(body []byte) *http.Request { return forged(m, body, "") },
			"with half a secret":  func(body []byte) *http.Request { return forged(m, body, "abcdef") },
			"with another secret": func(body []byte) *http.Request { return memoryRequest(m.Account(), "another", body) },
			"with no hex at all":  func(body []byte) *http.Request { return forged(m, body, "zz"+canarySecret[:6]) },
		},
		Signed:      true,
		Receipt:     receiptOf,
		Batch:       batchOf,
		Subscribed:  m.subscribed(),
		Ordered:     true,
		BlockReason: channel.ErrBlocked,
		MaxText:     4096,
		Rate:        Rate{N: 100, Per: time.Second},
		ChatRate:    Rate{N: 20, Per: time.Second},
		Payloads:    memoryPayloads,
		Deadline:    memoryDeadline,
		Fault:       m.Fault,
		Faults: []FaultKind{
			FaultRateLimited, FaultUnavailable, FaultRefused, FaultLost, FaultGarbled, FaultFailed, FaultCut, FaultUnauthorized, FaultUndelivered,
			FaultDuplicated, FaultUnanswered,
		},
		Calls: func() int { return len(m.Requests()) },
		Throttled: func() (n int) {
			for _, r := range m.Requests() {
				if r.Code == memoryRateLimited {
					n++
				}
			}
			return n
		},
		Media:   memoryMedia(),
		Host:    m.Host,
		Welcome: c.Welcome,
		Secrets: []string{canaryToken, canarySecret},
	}
}

// subscribed tells of people who left or came back, by updates with IDs of their own.
func (m *Memory) subscribed() func(p Person, active bool, at time.Time) []byte {
	n := 1_000_000
	return func(p Person, active bool, at time.Time) []byte {
		n++
		kind := "blocked"
		if active {
			kind = "unblocked"
		}
		return batch(update(memoryUpdate{
			ID: "told-" + strconv.Itoa(n), Seq: int64(n), Type: kind, Time: at.UnixMilli(), Chat: p.ChatID, User: &memoryUser{ID: p.ID},
		}))
	}
}

func receiptOf(p Person, messageID string, status channel.ReceiptStatus) []byte {
	return batch(update(memoryUpdate{
		ID: messageID + " is " + string(status), Type: "receipt", Time: time.Now().UnixMilli(), Chat: p.ChatID,
		User: &memoryUser{ID: p.ID}, Receipt: &channel.Receipt{Status: status, MessageIDs: []string{messageID}},
	}))
}

func batchOf(p Person, texts ...string) []byte {
	var updates []json.RawMessage
	for i, text := range texts {
		updates = append(updates, update(memoryUpdate{
			ID: "b" + strconv.Itoa(i), Type: "message", Time: time.Now().UnixMilli(), Chat: p.ChatID, User: &memoryUser{ID: p.ID},
			Message: &channel.Message{ID: "b" + strconv.Itoa(i), Text: text},
		}))
	}
	return batch(updates...)
}

func memoryMedia() (all []channel.Attachment) {
	for kind, name := range map[channel.AttachmentKind]string{
		channel.AttachmentImage: "a.png", channel.AttachmentFile: "a.pdf", channel.AttachmentVideo: "a.mp4",
		channel.AttachmentAudio: "a.mp3", channel.AttachmentVoice: "a.ogg", channel.AttachmentSticker: "a.webp",
		channel.AttachmentAnimation: "a.gif", channel.AttachmentVideoNote: "a.mov",
	} {
		all = append(all, channel.Attachment{Kind: kind, Name: name, Open: opener("the bytes of " + name)})
	}
	return all
}

func opener(content string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewBufferString(content)), nil }
}

func forged(m *Memory, body []byte, signature string) *http.Request {
	r := m.server.request(body)
	r.Header.Del(memoryHeader)
	if signature != "" {
		r.Header.Set(memoryHeader, signature)
	}
	return r
}

func update(u memoryUpdate) json.RawMessage {
	b, err := json.Marshal(u)
	if err != nil {
		panic(err)
	}
	return b
}

func batch(updates ...json.RawMessage) []byte {
	b, err := json.Marshal(memoryBatch{Updates: updates})
	if err != nil {
		panic(err)
	}
	return b
}

var (
	ann = &memoryUser{ID: "user-a", Name: "Zoë 👩‍👩‍👧‍👦", Language: "en"}
	bob = &memoryUser{ID: "user-b"}
)

const someTime = 1795300000123

func annSays(id, text string) json.RawMessage {
	return update(memoryUpdate{
		ID: id, Type: "message", Time: someTime, Chat: "chat-a", User: ann, Message: &channel.Message{ID: id, Text: text},
	})
}

var memoryPayloads = []Payload{
	{Name: "text", Body: batch(annSays("u1", "hi")), Kinds: []channel.EventKind{channel.EventMessage}, Time: time.UnixMilli(someTime)},
	{Name: "photo and place", Body: batch(update(memoryUpdate{
		ID: "u2", Type: "message", Time: someTime, Chat: "chat-a", User: ann, Message: &channel.Message{
			ID: "2", Text: "here", Location: &channel.Location{Latitude: 48.2, Longitude: 16.37},
			Attachments: []channel.Attachment{{Kind: channel.AttachmentImage, FileID: "file-1", Size: 7}},
		},
	})), Kinds: []channel.EventKind{channel.EventMessage}, Files: [][]byte{[]byte("\x89PNG of Ann")}},
	{Name: "start", Body: batch(update(memoryUpdate{ID: "u3", Type: "start", Time: someTime, Chat: "chat-a", User: ann, Ref: "x"})),
		Kinds: []channel.EventKind{channel.EventStarted}},
	{Name: "press", Body: batch(update(memoryUpdate{
		ID: "u4", Type: "press", Time: someTime, Chat: "chat-a", User: ann, Press: &memoryPress{ID: "p1", Data: "buy", Text: "Buy"},
	})), Kinds: []channel.EventKind{channel.EventPostback}},
	{Name: "blocked", Body: batch(update(memoryUpdate{ID: "u5", Type: "blocked", Time: someTime, Chat: "chat-a", User: ann})),
		Kinds: []channel.EventKind{channel.EventSubscription}},
	{Name: "reaction", Body: batch(update(memoryUpdate{
		ID: "u6", Type: "reaction", Time: someTime, Chat: "chat-a", User: ann, React: &memoryReaction{MessageID: "1", Emoji: "👍"},
	})), Kinds: []channel.EventKind{channel.EventReaction}},
	{Name: "receipt", Body: batch(update(memoryUpdate{
		ID: "u13", Type: "receipt", Time: someTime, Chat: "chat-a", User: ann,
		Receipt: &channel.Receipt{Status: channel.ReceiptRead, MessageIDs: []string{"1"}},
	})), Kinds: []channel.EventKind{channel.EventReceipt}},
	{Name: "edited", Body: batch(update(memoryUpdate{
		ID: "u7", Type: "edited", Time: someTime, Chat: "chat-a", User: ann, Message: &channel.Message{ID: "1", Text: "hello"},
	})), Kinds: []channel.EventKind{channel.EventMessageEdited}},
	{Name: "of an unknown type", Body: batch(json.RawMessage(`{"id":"u8","type":"poll","time":1,"chat":"chat-a","big":12345678901234567890}`)),
		Kinds: []channel.EventKind{channel.EventOther}},
	{Name: "batch with a wrong type in it", Body: batch(
		annSays("u9", "one"), json.RawMessage(`{"id":"u10","type":"message","chat":7}`), annSays("u11", "two"),
		update(memoryUpdate{ID: "u12", Type: "start", Time: someTime, Chat: "chat-b", User: bob}),
	), Kinds: []channel.EventKind{channel.EventMessage, channel.EventOther, channel.EventMessage, channel.EventStarted}},
	{Name: "empty batch", Body: []byte(`{"updates":[]}`)},
}

func TestMemoryPassesTheSuite(t *testing.T) {
	t.Parallel()
	Run(t, func(t *testing.T, o channel.Options) Harness {
		_, h := memoryHarness(t, o)
		return h
	})
}

func TestMemoryWithAWelcomePassesTheSuite(t *testing.T) {
	t.Parallel()
	Run(t, func(t *testing.T, o channel.Options) Harness {
		_, h := harnessOf(t, MemoryConfig{Options: o, Welcome: true})
		return h
	})
}
