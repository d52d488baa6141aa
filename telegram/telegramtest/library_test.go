package telegramtest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// converse has a bot of the library talk with a person, by polling.
func converse(t *testing.T, srv *telegramtest.Server, endpoint string, client *http.Client) {
	t.Helper()
	bot, err := tgbotapi.NewBotAPIWithClient(srv.Token(), endpoint, client)
	require.NoError(t, err)
	assert.Equal(t, "parley_test_bot", bot.Self.UserName)
	updates := make(chan tgbotapi.Update)
	done := make(chan struct{})
	go func() {
		defer close(done)
		next := tgbotapi.UpdateConfig{Timeout: 10}
		for {
			batch, err := bot.GetUpdates(next)
			if err != nil {
				close(updates)
				return
			}
			for _, u := range batch {
				updates <- u
				next.Offset = u.UpdateID + 1
			}
		}
	}()
	go func() {
		for u := range updates {
			switch {
			case u.Message != nil:
				m := tgbotapi.NewMessage(u.Message.Chat.ID, "You said "+u.Message.Text)
				m.ReplyToMessageID = u.Message.MessageID
				m.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(
					tgbotapi.NewInlineKeyboardButtonData("More", "more")))
				_, err := bot.Send(m)
				assert.NoError(t, err)
			case u.CallbackQuery != nil:
				_, err := bot.Request(tgbotapi.NewCallback(u.CallbackQuery.ID, "as you like"))
				assert.NoError(t, err)
			}
		}
	}()
	ann := srv.NewUser("Ann")
	require.NoError(t, ann.Write("hello"))
	require.Eventually(t, func() bool { return len(ann.Messages()) == 1 }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, "You said hello", ann.Messages()[0].Text)
	assert.Equal(t, ann.Sent()[0].ID, ann.Messages()[0].ReplyTo)
	require.NoError(t, ann.Press("More"))
	require.Eventually(t, func() bool { return len(ann.Answers()) == 1 }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, []string{"as you like"}, ann.Answers())

	_, err = bot.Send(tgbotapi.NewMessage(42, "x"))
	var refusal *tgbotapi.Error
	require.True(t, errors.As(err, &refusal))
	assert.Equal(t, 400, refusal.Code)
	srv.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendMessage", RetryAfter: 14 * time.Second})
	_, err = bot.Send(tgbotapi.NewMessage(42, "x"))
	require.True(t, errors.As(err, &refusal))
	assert.Equal(t, 14, refusal.RetryAfter)
	srv.Close()
	<-done
	client.CloseIdleConnections()
}

func TestTheRequiredLibraryWorksInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		converse(t, srv, tgbotapi.APIEndpoint, srv.Client())
	})
}

func TestTheRequiredLibraryWorksOnLoopback(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	client := &http.Client{Transport: &http.Transport{}}
	converse(t, srv, srv.URL()+"/bot%s/%s", client)
}

func TestAWebhookOnLoopback(t *testing.T) {
	t.Parallel()
	srv, err := telegramtest.New(telegramtest.Config{Local: true})
	require.NoError(t, err)
	defer srv.Close()
	b := &bot{answer: func(w http.ResponseWriter, n int) {
		if n == 1 {
			w.WriteHeader(http.StatusFound)
		}
	}}
	target := httptest.NewServer(b)
	defer target.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	hook := "http://user:pass@" + target.Listener.Addr().String() + "/hook"
	response, err := client.Get(srv.URL() + "/bot" + srv.Token() + "/setWebhook?url=" + hook)
	require.NoError(t, err)
	require.True(t, read(t, response).OK)
	require.NoError(t, srv.NewUser("Ann").Write("hi"))
	require.Len(t, b.got(), 2, "a redirect is a failure")
	assert.Equal(t, "Basic dXNlcjpwYXNz", b.headers[0].Get("Authorization"))
}

func TestACutConnectionOnLoopback(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	srv.Fault(telegramtest.Fault{Kind: telegramtest.LostResponse})
	_, err := client.Post(srv.URL()+"/bot"+srv.Token()+"/getMe", "", nil)
	require.Error(t, err)
	response, err := client.Get(srv.URL() + "/bot" + srv.Token() + "/getMe")
	require.NoError(t, err)
	assert.True(t, read(t, response).OK)
	require.Len(t, srv.Requests(), 2)
	assert.Zero(t, srv.Requests()[0].Status)
}
