package channeltest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Memory is a channel of a made-up platform, "memory", that lives in the process: for the tests of a bot. It goes the
// way that every adapter goes (signed webhook requests, redelivery, limits, errors), on no socket, so that it works in a
// bubble of testing/synctest too. [New] makes one, [Memory.NewUser] the people who talk to the bot.
type Memory struct {
	channel.Channel

	driver *memoryDriver
	engine *adapter.Channel
	server *memoryServer
}

// MemoryConfig is what a [Memory] is made of. The zero value works.
type MemoryConfig struct {
	channel.Options

	AccountID string         // empty: bot
	Token     channel.Secret // of the bot's calls; empty: a made-up one
	Secret    channel.Secret // that webhook requests are signed with; empty: a made-up one

	// Welcome makes the platform one of those where who started the chat and did not write yet may be written to once,
	// in the answer to the webhook request that tells of the start.
	Welcome bool
}

// New is a [Memory] for a test. A failure to deliver, or a person's action that makes no sense, fails the test.
func New(t testing.TB) *Memory {
	t.Helper()
	m, err := NewMemory(MemoryConfig{})
	if err != nil {
		t.Fatalf("channeltest: %v", err)
	}
	m.server.fail = func(format string, args ...any) {
		t.Helper()
		t.Fatalf(format, args...)
	}
	return m
}

// NewMemory is [New] outside a test: where that fails the test, this panics.
func NewMemory(c MemoryConfig) (*Memory, error) {
	setDefault(&c.AccountID, "bot")
	setDefault(&c.Token, "memory-token")
	setDefault(&c.Secret, "memory-secret")
	server := newMemoryServer(c)
	d := &memoryDriver{
		account: channel.Account{Platform: memoryPlatform, ID: c.AccountID}, token: c.Token, secret: c.Secret,
		client: &http.Client{Transport: server},
	}
	engine, err := adapter.New(d, c.Options)
	if err != nil {
		return nil, err
	}
	return &Memory{Channel: engine, driver: d, engine: engine, server: server}, nil
}

func setDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// Unwrap returns the engine.
func (m *Memory) Unwrap() channel.Channel { return m.Channel }

// Serve has the platform deliver to h from now on: a channel.Mux with m in it, or what m.Webhook returned.
func (m *Memory) Serve(h http.Handler) { m.server.serve(h) }

// Handle has the platform deliver to h from now on.
func (m *Memory) Handle(h channel.Handler) { m.Serve(m.Webhook(h)) }

// Client answers the calls of the bot in memory. It is for clients other than m.
func (m *Memory) Client() *http.Client { return m.driver.client }

func (m *Memory) do(ctx context.Context, op, chatID string, args memoryArgs) error {
	call := adapter.Call{Op: op, ChatIDs: []string{chatID}, Costs: []adapter.Cost{{Pace: paceAccount}}, Repeatable: true}
	args.Chat = chatID
	_, err := adapter.Do(ctx, m.engine, call, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, m.driver.call(ctx, op, args, nil)
	})
	return err
}

// Edit replaces the text and the keyboard of a message, or the keyboard alone.
func (m *Memory) Edit(ctx context.Context, chatID, messageID string, msg channel.Message) error {
	call := adapter.Call{Op: "edit", ChatIDs: []string{chatID}, Costs: memorySendCosts, Repeatable: true}
	_, err := adapter.Do(ctx, m.engine, call, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, m.driver.call(ctx, "edit", memorySend{Chat: chatID, MessageID: messageID, Message: msg}, nil)
	})
	return err
}

// Delete takes messages back. One that is gone already is no error.
func (m *Memory) Delete(ctx context.Context, chatID string, messageIDs ...string) error {
	return m.do(ctx, "delete", chatID, memoryArgs{MessageIDs: messageIDs})
}

// React sets the bot's reaction to a message; an empty emoji takes it away.
func (m *Memory) React(ctx context.Context, chatID, messageID, emoji string) error {
	return m.do(ctx, "react", chatID, memoryArgs{MessageID: messageID, Emoji: emoji})
}

// SendTyping shows that an answer is being written.
func (m *Memory) SendTyping(ctx context.Context, chatID string) error {
	return m.do(ctx, "typing", chatID, memoryArgs{})
}

// Answer shows a text to the person who pressed a button.
func (m *Memory) Answer(ctx context.Context, e *channel.Event, text string) error {
	if e.Postback == nil || e.Postback.ID == "" {
		return memoryRefusal("answer", channel.ErrInvalid, "the event is no press that can be answered")
	}
	id := e.Postback.ID
	call := adapter.Call{
		Op: "answer", ChatIDs: []string{e.Chat.ID}, Costs: []adapter.Cost{{Pace: paceAccount}}, Repeatable: true, Answers: id,
	}
	_, err := adapter.Do(ctx, m.engine, call, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, m.driver.call(ctx, "answer", memoryArgs{Press: id, Text: text}, nil)
	})
	return err
}

// Link makes a link that [Person.Open] follows.
func (m *Memory) Link(_ context.Context, ref string) (string, error) {
	if n := memoryLimits.Ref.Of(ref); n == 0 || n > memoryLimits.Ref.Max {
		return "", memoryRefusal("link", channel.ErrInvalid, "ref: 1 to 64 bytes")
	}
	return memoryURL + url.PathEscape(m.Account().ID) + "?ref=" + url.QueryEscape(ref), nil
}

// memoryRef is the ref of a link.
func memoryRef(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(link, memoryURL) {
		return "", errors.New("not a link of this platform")
	}
	return u.Query().Get("ref"), nil
}

var (
	_ channel.Channel      = (*Memory)(nil)
	_ channel.Editor       = (*Memory)(nil)
	_ channel.Reactor      = (*Memory)(nil)
	_ channel.TypingSender = (*Memory)(nil)
	_ channel.Answerer     = (*Memory)(nil)
	_ channel.Uploader     = (*Memory)(nil)
	_ channel.Downloader   = (*Memory)(nil)
	_ channel.Linker       = (*Memory)(nil)
)
