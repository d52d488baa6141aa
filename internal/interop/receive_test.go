package interop

import (
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func (w *world) setWebhook(url, secret string) {
	w.t.Helper()
	done(w, &bot.SetWebhookParams{URL: url, SecretToken: secret}, &telego.SetWebhookParams{URL: url, SecretToken: secret})
}

// talk is what any way of receiving has to bring.
func talk(w *world) {
	require.NoError(w.t, w.ann.Start("ref_42-A"))
	start := w.next().Message
	assert.Equal(w.t, "/start ref_42-A", start.Text)
	assert.Equal(w.t, []entity{{Type: "bot_command", Length: 6}}, start.Entities)
	assert.Equal(w.t, user{ID: w.ann.id, FirstName: "Ann", LastName: "Lee", LanguageCode: "en"}, *start.From)

	require.NoError(w.t, w.ann.Write("Привет 👋 https://a.example"))
	said := w.next()
	assert.Equal(w.t, []entity{{Type: "url", Offset: 10, Length: 17}}, said.Message.Entities)
	require.NoError(w.t, w.ann.Edit(w.ann.Sent()[2].ID, "fixed"))
	edited := w.next()
	require.NotNil(w.t, edited.EditedMessage)
	assert.Equal(w.t, "fixed", edited.EditedMessage.Text)
	assert.Equal(w.t, said.Message.ID, edited.EditedMessage.ID)
	assert.Greater(w.t, edited.ID, said.ID)

	require.NoError(w.t, w.ann.Block())
	left := w.next().MyChatMember
	require.NotNil(w.t, left)
	assert.Equal(w.t, "member", left.Old.Status)
	assert.Equal(w.t, "kicked", left.New.Status)
	assert.Equal(w.t, w.ann.id, left.From.ID)
	require.NoError(w.t, w.ann.Unblock())
	assert.Equal(w.t, "member", w.next().MyChatMember.New.Status)
}

func TestUpdatesByLongPolling(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		talk(w)
	})
}

func TestUpdatesByWebhook(t *testing.T) {
	t.Parallel()
	withWebhooks(t, func(w *world) {
		w.hook()
		talk(w)
	})
}

type webhookInfo struct {
	URL            string   `json:"url"`
	Certificate    bool     `json:"has_custom_certificate"`
	Pending        int      `json:"pending_update_count"`
	LastError      string   `json:"last_error_message"`
	LastErrorDate  int64    `json:"last_error_date"`
	MaxConnections int      `json:"max_connections"`
	Allowed        []string `json:"allowed_updates"`
}

func (w *world) webhookInfo() webhookInfo {
	w.t.Helper()
	return must[webhookInfo](w, bare("GetWebhookInfo"), bare("GetWebhookInfo"))
}

func TestAWebhookIsSetShownAndDeleted(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		const url = "https://bot.example/hook"
		done(w, &bot.SetWebhookParams{URL: url, MaxConnections: 7, AllowedUpdates: []string{"message", "callback_query"}},
			&telego.SetWebhookParams{URL: url, MaxConnections: 7, AllowedUpdates: []string{"message", "callback_query"}})
		info := w.webhookInfo()
		assert.Equal(w.t, url, info.URL)
		assert.Equal(w.t, 7, info.MaxConnections)
		assert.ElementsMatch(w.t, []string{"message", "callback_query"}, info.Allowed)
		done(w, &bot.DeleteWebhookParams{DropPendingUpdates: true}, &telego.DeleteWebhookParams{DropPendingUpdates: true})
		assert.Empty(w.t, w.webhookInfo().URL)

		r := refused(w, &bot.SetWebhookParams{URL: url, SecretToken: "with space"},
			&telego.SetWebhookParams{URL: url, SecretToken: "with space"})
		assert.Contains(w.t, r.Text, "secret token contains unallowed characters")
		r = refused(w, &bot.SetWebhookParams{URL: "ftp://bot.example/"}, &telego.SetWebhookParams{URL: "ftp://bot.example/"})
		assert.Contains(w.t, r.Text, "bad webhook: An HTTPS URL must be provided for webhook")
	})
}

// One library refuses a delivery with the wrong secret, and gets it again when the secret is right; the other acknowledges
// it and says nothing.
func TestAWrongSecretBringsNoUpdate(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		url := w.serve()
		w.setWebhook(url, "another-secret")
		wrote := make(chan error, 1)
		go func() { wrote <- w.ann.Write("hi") }()
		time.Sleep(5 * time.Minute)
		assert.Empty(w.t, w.client.updates())
		info := w.webhookInfo()
		w.setWebhook(url, webhookSecret)
		require.NoError(w.t, <-wrote)
		if _, refuses := w.client.(*telegoClient); refuses {
			assert.Equal(w.t, 1, info.Pending)
			assert.Contains(w.t, info.LastError, "401")
			assert.Equal(w.t, "hi", w.next().Message.Text)
			return
		}
		assert.Zero(w.t, info.Pending)
		assert.Empty(w.t, w.client.updates())
	})
}

func TestAnUpdateIsDeliveredAgainWhenTheReplyWasLost(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		w.hook()
		w.srv.Fault(telegramtest.Fault{Kind: telegramtest.LostReply})
		require.NoError(w.t, w.ann.Write("once"))
		first, second := w.next(), w.next()
		assert.Equal(w.t, "once", first.Message.Text)
		assert.Equal(w.t, first.ID, second.ID)
		assert.NotZero(w.t, w.webhookInfo().LastErrorDate)
	})
}

func TestPollingSurvivesWhatGoesWrong(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		w.poll()
		for _, fault := range []telegramtest.Fault{
			{Kind: telegramtest.TooManyRequests, RetryAfter: 3 * time.Second},
			{Kind: telegramtest.ServerError},
			{Kind: telegramtest.CutConnection},
			{Kind: telegramtest.LostResponse},
		} {
			fault.Method = "getUpdates"
			w.srv.Fault(fault)
			require.NoError(w.t, w.ann.Write("still there?"))
			assert.Equal(w.t, "still there?", w.next().Message.Text)
		}
	})
}

func TestPollingBesideAWebhookIsAConflict(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.setWebhook("https://bot.example/hook", "")
		tele, ok := w.client.api().(*telego.Bot)
		if !ok {
			return // that library does not let its user call getUpdates
		}
		_, err := tele.GetUpdates(w.ctx, nil)
		r, ok := w.client.refusal(err)
		require.True(w.t, ok, "%v", err)
		assert.Equal(w.t, 409, r.Code)
		assert.Contains(w.t, r.Text, "can't use getUpdates method while webhook is active")
	})
}

func TestASecondPollerEndsTheFirst(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		tele, ok := w.client.api().(*telego.Bot)
		if !ok {
			return
		}
		first := make(chan error, 1)
		go func() {
			_, err := tele.GetUpdates(w.ctx, &telego.GetUpdatesParams{Timeout: 30})
			first <- err
		}()
		synctest.Wait()
		updates, err := tele.GetUpdates(w.ctx, &telego.GetUpdatesParams{Offset: 1})
		require.NoError(w.t, err)
		assert.Empty(w.t, updates)
		r, ok := w.client.refusal(<-first)
		require.True(w.t, ok)
		assert.Equal(w.t, 409, r.Code)
		assert.Contains(w.t, r.Text, "terminated by other getUpdates request")
	})
}

func TestAWebhookWithACertificateOfItsOwn(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		const url = "https://bot.example:8443/hook"
		pem := upload([]byte("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"), "cert.pem")
		done(w, &bot.SetWebhookParams{URL: url, Certificate: pem.gotelegram},
			&telego.SetWebhookParams{URL: url, Certificate: &pem.telego})
		assert.True(w.t, w.webhookInfo().Certificate)
	})
}

func TestAWebhookIsNotSetTwiceInASecond(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{}, func(w *world) {
		w.setWebhook("https://bot.example/1", "")
		r := refused(w, &bot.SetWebhookParams{URL: "https://bot.example/2"}, &telego.SetWebhookParams{URL: "https://bot.example/2"})
		assert.Equal(w.t, 429, r.Code)
		assert.Equal(w.t, 1, r.RetryAfter)
		time.Sleep(time.Second)
		w.setWebhook("https://bot.example/2", "")
	})
}

// A crowd writes at once, and everybody gets an answer, each in the chat of his own.
func TestManyPeopleAtOnce(t *testing.T) {
	t.Parallel()
	for name, receive := range map[string]func(*world){
		"by polling": (*world).poll,
		"by webhook": (*world).hook,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withWebhooks(t, func(w *world) {
				receive(w)
				const people = 20
				var crowd sync.WaitGroup
				for i := range people {
					p := w.person("Person " + strconv.Itoa(i))
					crowd.Go(func() { assert.NoError(w.t, p.Write("I am "+strconv.Itoa(i))) })
				}
				for range people {
					u := w.next()
					sent := must[message](w, &bot.SendMessageParams{ChatID: u.Message.Chat.ID, Text: "You said " + u.Message.Text},
						tu.Message(tu.ID(u.Message.Chat.ID), "You said "+u.Message.Text))
					assert.Equal(w.t, u.Message.Chat.ID, sent.Chat.ID)
				}
				crowd.Wait()
				for i := range people {
					got := w.person("Person " + strconv.Itoa(i)).Messages()
					require.Len(w.t, got, 1)
					assert.Equal(w.t, "You said I am "+strconv.Itoa(i), got[0].Text)
				}
			})
		})
	}
}
