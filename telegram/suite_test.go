package telegram_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
	"github.com/stretchr/testify/require"
)

const suiteSecret = "canary_webhook_secret"

func TestTelegramPassesTheSuite(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, func(t *testing.T, o channel.Options) channeltest.Harness {
		srv := telegramtest.NewServer(t)
		o.Client = srv.Client()
		bot, err := telegram.New(telegram.Config{
			Token: channel.Secret(srv.Token()), Secret: suiteSecret, Username: "parley_test_bot", Options: o,
		})
		require.NoError(t, err)
		return channeltest.Harness{
			Channel: bot,
			Serve: func(h http.Handler) {
				srv.Serve(h)
				require.NoError(t, bot.Register(t.Context(), "https://bot.example/telegram"))
			},
			User:    func(name string) channeltest.Person { return suitePerson(srv.NewUser(name)) },
			Request: func(body []byte) *http.Request { return suiteRequest(body, suiteSecret) },
			Forgeries: map[string]func([]byte) *http.Request{
				"without a secret": func(body []byte) *http.Request { return suiteRequest(body, "") },
				"with another":     func(body []byte) *http.Request { return suiteRequest(body, "another") },
			},
			Deadline: time.Minute,
			Payloads: suitePayloads,
			Fault:    func(f channeltest.Fault) { srv.Fault(suiteFault(f)) },
			Faults: []channeltest.FaultKind{
				channeltest.FaultRateLimited, channeltest.FaultRefused, channeltest.FaultLost, channeltest.FaultDuplicated,
				channeltest.FaultUnanswered,
			},
			Calls: func() int { return len(srv.Requests()) },
			Throttled: func() (n int) {
				for _, r := range srv.Requests() {
					if r.Status == http.StatusTooManyRequests {
						n++
					}
				}
				return n
			},
			Secrets: []string{srv.Token(), suiteSecret},
		}
	})
}

func suiteRequest(body []byte, secret string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://bot.example/telegram", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	return r
}

func suiteFault(f channeltest.Fault) telegramtest.Fault {
	kinds := map[channeltest.FaultKind]telegramtest.FaultKind{
		channeltest.FaultRateLimited: telegramtest.TooManyRequests,
		channeltest.FaultRefused:     telegramtest.RefusedConnection,
		channeltest.FaultLost:        telegramtest.LostResponse,
		channeltest.FaultDuplicated:  telegramtest.DuplicateDelivery,
		channeltest.FaultUnanswered:  telegramtest.LostReply,
	}
	return telegramtest.Fault{Kind: kinds[f.Kind], RetryAfter: f.RetryAfter}
}

// suitePerson leaves the errors of verbs to the suite, which sees what reached the handler.
func suitePerson(u *telegramtest.User) channeltest.Person {
	return channeltest.Person{
		ID: u.ID(), ChatID: u.ChatID(),
		Write:   func(text string) { _ = u.Write(text) },
		Start:   func(ref string) { _ = u.Start(ref) },
		Press:   func(label string) { _ = u.Press(label) },
		Block:   func() { _ = u.Block() },
		Unblock: func() { _ = u.Unblock() },
		Answers: u.Answers,
		Texts: func() []string {
			var texts []string
			for _, m := range u.Messages() {
				if !m.Deleted {
					texts = append(texts, m.Text)
				}
			}
			return texts
		},
	}
}

var suitePayloads = []channeltest.Payload{
	{
		Name:  "text",
		Body:  []byte(`{"update_id":700020,"message":{"message_id":21,"from":{"id":5512345678,"is_bot":false,"first_name":"Zo\u00eb"},"chat":{"id":5512345678,"first_name":"Zo\u00eb","type":"private"},"date":1795300200,"text":"Hi \ud83d\udc4b"}}`),
		Kinds: []channel.EventKind{channel.EventMessage},
	},
	{
		Name:  "press",
		Body:  []byte(`{"update_id":700021,"callback_query":{"id":"4382bfdwdsb323b2d9","from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"message":{"message_id":22,"from":{"id":700,"is_bot":true,"first_name":"Shop"},"chat":{"id":5512345678,"type":"private"},"date":1795300201,"text":"Buy?"},"chat_instance":"-33","data":"buy:7"}}`),
		Kinds: []channel.EventKind{channel.EventPostback},
	},
	{
		Name:  "blocked",
		Body:  []byte(`{"update_id":700022,"my_chat_member":{"chat":{"id":5512345678,"type":"private"},"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"date":1795300202,"old_chat_member":{"user":{"id":700,"is_bot":true,"first_name":"Shop"},"status":"member"},"new_chat_member":{"user":{"id":700,"is_bot":true,"first_name":"Shop"},"status":"kicked","until_date":0}}}`),
		Kinds: []channel.EventKind{channel.EventSubscription},
	},
	{
		Name:  "of an unknown kind",
		Body:  []byte(`{"update_id":700023,"brand_new":{"a":1}}`),
		Kinds: []channel.EventKind{channel.EventOther},
	},
}
