package telegram_test

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(platform.Token()), Secret: webhookSecret, UploadChat: storage(t, platform), Options: o,
	})
	require.NoError(t, err)
	_, tokenSecret, _ := strings.Cut(platform.Token(), ":")
	var hooked sync.Once
	var hosted atomic.Int64
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
		MaxText:     4096,
		Rate:        channeltest.Rate{N: 30, Per: time.Second},
		ChatRate:    channeltest.Rate{N: 1, Per: time.Second},
		Deadline:    50 * time.Second,
		Faults:      slices.Collect(maps.Keys(faults)),
		Fault: func(f channeltest.Fault) {
			native := faults[f.Kind]
			native.RetryAfter, native.Status = f.RetryAfter, f.Status
			platform.Fault(native)
		},
		Calls:     func() int { return len(platform.Requests()) },
		Throttled: func() int { return throttled(platform) },
		Media:     oneOfEach(t),
		Host: func(name string, content []byte) string {
			link := "https://files.example/" + strconv.Itoa(int(hosted.Add(1))) + "/" + name
			platform.Host(link, telegramtest.Hosted{Data: content})
			return link
		},
		Secrets: []string{platform.Token(), tokenSecret, webhookSecret},
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
			SendFiles: func(caption string, files ...channel.Attachment) {
				media := mediaOf(t, files)
				media[0].Caption = caption
				if len(media) == 1 {
					did(u.Send(media[0]))
					return
				}
				did(u.SendAlbum(media...))
			},
			SendLocation: func(l channel.Location) {
				at := telegramtest.Location{Latitude: l.Latitude, Longitude: l.Longitude}
				if l.Title == "" {
					did(u.SendLocation(at))
					return
				}
				did(u.SendVenue(telegramtest.Venue{Location: at, Title: l.Title, Address: l.Address}))
			},
			SetAvatar: func(image []byte) { did(u.SetPhoto(image)) },
			SendContact: func(c channel.Contact) {
				did(u.SendContact(telegramtest.Contact{Phone: c.Phone, FirstName: c.FirstName, LastName: c.LastName}))
			},
		}
	}
}

// storage is a channel in which the bot may post. The bot is not told that it came there.
func storage(t *testing.T, platform *telegramtest.Server) string {
	c := platform.NewChannel("Storage")
	platform.Fault(telegramtest.Fault{Kind: telegramtest.DroppedUpdate})
	require.ErrorIs(t, c.AddBot(platform.NewUser("Storekeeper")), telegramtest.ErrExpired)
	return c.ChatID()
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
	channeltest.FaultRateLimited:  {Kind: telegramtest.TooManyRequests},
	channeltest.FaultRefused:      {Kind: telegramtest.RefusedConnection},
	channeltest.FaultLost:         {Kind: telegramtest.LostResponse},
	channeltest.FaultGarbled:      {Kind: telegramtest.GarbledResponse},
	channeltest.FaultFailed:       {Kind: telegramtest.ServerError},
	channeltest.FaultCut:          {Kind: telegramtest.CutConnection},
	channeltest.FaultUnauthorized: {Kind: telegramtest.Unauthorized},
	channeltest.FaultUndelivered:  {Kind: telegramtest.DroppedUpdate},
	channeltest.FaultDuplicated:   {Kind: telegramtest.DuplicateDelivery},
	channeltest.FaultUnanswered:   {Kind: telegramtest.LostReply},
}
