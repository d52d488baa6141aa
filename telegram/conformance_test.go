package telegram_test

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

const (
	secretHeader  = "X-Telegram-Bot-Api-Secret-Token"
	webhookSecret = "canary_webhook-secret_of_the_suite"
	webhookURL    = "https://bot.example/telegram/7700110011"
)

func TestChannel(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, harness)
}

func harness(t *testing.T, o channel.Options) channeltest.Harness {
	platform := telegramtest.NewServer(t)
	o.Client = platform.Client()
	bot, err := telegram.New(telegram.Config{Token: channel.Secret(platform.Token()), Secret: webhookSecret, Options: o})
	require.NoError(t, err)
	_, tokenSecret, _ := strings.Cut(platform.Token(), ":")
	var hooked sync.Once
	return channeltest.Harness{
		Channel: bot,
		Serve: func(h http.Handler) {
			platform.Serve(h)
			hooked.Do(func() { setWebhook(t, platform) }) // Telegram takes it once a second
		},
		User:        people(t, platform),
		Request:     func(body []byte) *http.Request { return webhookRequest(body, webhookSecret) },
		Forgeries:   forgeries(),
		Payloads:    payloads,
		Subscribed:  subscribed(),
		Ordered:     true,
		BlockReason: channel.ErrBlocked,
		Rate:        channeltest.Rate{N: 30, Per: time.Second},
		ChatRate:    channeltest.Rate{N: 1, Per: time.Second},
		Deadline:    50 * time.Second,
		Faults:      slices.Collect(maps.Keys(faults)),
		Fault: func(f channeltest.Fault) {
			native := faults[f.Kind]
			native.RetryAfter = f.RetryAfter
			platform.Fault(native)
		},
		Calls:     func() int { return len(platform.Requests()) },
		Throttled: func() int { return throttled(platform) },
		Secrets:   []string{platform.Token(), tokenSecret, webhookSecret},
	}
}

// setWebhook is not the channel's Register, so that the channel has done nothing yet when a check begins.
func setWebhook(t *testing.T, platform *telegramtest.Server) {
	t.Helper()
	response, err := platform.Client().PostForm("https://api.telegram.org/bot"+platform.Token()+"/setWebhook",
		url.Values{"url": {webhookURL}, "secret_token": {webhookSecret}})
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func people(t *testing.T, platform *telegramtest.Server) func(name string) channeltest.Person {
	return func(name string) channeltest.Person {
		u := platform.NewUser(name)
		did := func(err error) {
			if err != nil && !errors.Is(err, telegramtest.ErrExpired) && !errors.Is(err, telegramtest.ErrClosed) {
				assert.NoError(t, err)
			}
		}
		return channeltest.Person{
			ID: u.ID(), ChatID: u.ChatID(),
			Write:    func(text string) { did(u.Write(text)) },
			Texts:    func() []string { return texts(u) },
			Messages: func() []channel.Message { return seenBy(u) },
			Start:    func(ref string) { did(u.Start(ref)) },
			Open:     func(link string) { did(u.Open(link)) },
			Press:    func(label string) { did(u.Press(label)) },
			Answers:  u.Answers,
			Block:    func() { did(u.Block()) },
			Unblock:  func() { did(u.Unblock()) },
		}
	}
}

// texts are those of the messages that the person sees.
func texts(u *telegramtest.User) []string {
	var seen []string
	for _, m := range u.Messages() {
		if !m.Deleted {
			seen = append(seen, m.Text)
		}
	}
	return seen
}

// seenBy is the messages of texts in the suite's words.
func seenBy(u *telegramtest.User) []channel.Message {
	var all []channel.Message
	for _, m := range u.Messages() {
		if m.Deleted {
			continue
		}
		all = append(all, channel.Message{
			ID: m.ID, Text: m.Text, Styles: stylesOf(m), Keyboard: keyboardOf(m.Keyboard), ReplyTo: m.ReplyTo, Silent: m.Silent,
		})
	}
	return all
}

// stylesOf leaves out what the platform found by itself.
func stylesOf(m telegramtest.Message) []channel.Style {
	bytesBefore := []int{} // by UTF-16 code units
	for i, c := range m.Text {
		for range utf16.RuneLen(c) {
			bytesBefore = append(bytesBefore, i)
		}
	}
	bytesBefore = append(bytesBefore, len(m.Text))
	var styles []channel.Style
	for _, e := range m.Entities {
		for kind, look := range looks {
			if look == e.Type {
				styles = append(styles, channel.Style{
					Kind: kind, Start: bytesBefore[e.Offset], End: bytesBefore[e.Offset+e.Length], URL: e.URL, Language: e.Language,
				})
			}
		}
	}
	return styles
}

func keyboardOf(k *telegramtest.Keyboard) *channel.Keyboard {
	if k == nil {
		return nil
	}
	shown := &channel.Keyboard{Inline: k.Inline, OneTime: k.OneTime}
	for _, row := range k.Rows {
		var buttons []channel.Button
		for _, b := range row {
			buttons = append(buttons, channel.Button{Text: b.Text, URL: b.URL})
		}
		shown.Rows = append(shown.Rows, buttons)
	}
	return shown
}

func throttled(platform *telegramtest.Server) (n int) {
	for _, r := range platform.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func webhookRequest(body []byte, secrets ...string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, webhookURL, bytes.NewReader(body))
	if err != nil {
		panic(err) // of the constant URL
	}
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "149.154.167.220:40000"
	r.Header.Set("Content-Type", "application/json")
	for _, secret := range secrets {
		r.Header.Add(secretHeader, secret)
	}
	return r
}

func forgeries() map[string]func(body []byte) *http.Request {
	with := func(secrets ...string) func(body []byte) *http.Request {
		return func(body []byte) *http.Request { return webhookRequest(body, secrets...) }
	}
	return map[string]func(body []byte) *http.Request{
		"without a secret":         with(),
		"with an empty secret":     with(""),
		"with another secret":      with("another-secret"),
		"with part of the secret":  with(webhookSecret[:len(webhookSecret)-1]),
		"with more than it":        with(webhookSecret + "x"),
		"in capitals":              with(strings.ToUpper(webhookSecret)),
		"with another one first":   with("another-secret", webhookSecret),
		"with it in the URL alone": func(body []byte) *http.Request { return inURL(webhookRequest(body)) },
	}
}

func inURL(r *http.Request) *http.Request {
	r.URL.RawQuery = url.Values{secretHeader: {webhookSecret}, "secret_token": {webhookSecret}}.Encode()
	r.RequestURI = r.URL.RequestURI()
	return r
}

// faults are the emulator's for those of the suite. There is none for FaultUnavailable: the Bot API refuses with a 5xx,
// after which nobody knows what was done.
var faults = map[channeltest.FaultKind]telegramtest.Fault{
	channeltest.FaultRateLimited:  {Kind: telegramtest.TooManyRequests, Method: "sendMessage"},
	channeltest.FaultRefused:      {Kind: telegramtest.RefusedConnection, Method: "sendMessage"},
	channeltest.FaultLost:         {Kind: telegramtest.LostResponse, Method: "sendMessage"},
	channeltest.FaultGarbled:      {Kind: telegramtest.GarbledResponse, Method: "sendMessage"},
	channeltest.FaultFailed:       {Kind: telegramtest.ServerError, Method: "sendMessage"},
	channeltest.FaultCut:          {Kind: telegramtest.CutConnection, Method: "sendMessage"},
	channeltest.FaultUnauthorized: {Kind: telegramtest.Unauthorized, Method: "sendMessage"},
	channeltest.FaultUndelivered:  {Kind: telegramtest.DroppedUpdate},
	channeltest.FaultDuplicated:   {Kind: telegramtest.DuplicateDelivery},
	channeltest.FaultUnanswered:   {Kind: telegramtest.LostReply},
}
