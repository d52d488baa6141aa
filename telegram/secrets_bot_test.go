package telegram_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// Whatever goes wrong, and wherever: the rig looks through all that was said when the test is over.
func TestNoSecretIsSaidWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]telegramtest.Fault{
		"no connection":      {Kind: telegramtest.RefusedConnection},
		"a cut connection":   {Kind: telegramtest.CutConnection},
		"a lost response":    {Kind: telegramtest.LostResponse},
		"a garbled response": {Kind: telegramtest.GarbledResponse},
		"a gateway's page":   {Kind: telegramtest.ServerError},
		"a revoked token":    {Kind: telegramtest.Unauthorized},
		"too many requests":  {Kind: telegramtest.TooManyRequests},
		"nothing":            {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t).hooked()
				ann := r.writer("Ann")
				for _, call := range callsOf(t, r, ann) {
					if f.Kind != 0 {
						f.Count = 5
						r.platform.Fault(f)
					}
					_ = r.note(call())
				}
			})
		})
	}
}

// callsOf has every way that the bot calls the platform.
func callsOf(t *testing.T, r *rig, ann *telegramtest.User) []func() error {
	ctx := t.Context()
	return []func() error{
		func() error { _, err := r.send(ann, channel.Text("hi")); return err },
		func() error { return r.bot.Edit(ctx, ann.ChatID(), "1", channel.Text("hi")) },
		func() error { return r.bot.Delete(ctx, ann.ChatID(), "1", "2") },
		func() error { return r.bot.React(ctx, ann.ChatID(), "1", "👍") },
		func() error { return r.bot.SendTyping(ctx, ann.ChatID()) },
		func() error { return r.bot.Answer(ctx, &channel.Event{Postback: &channel.Postback{ID: "1"}}, "hi") },
		func() error { _, err := r.bot.Link(ctx, "ref"); return err },
		func() error { _, err := r.bot.User(ctx, "42"); return err },
		func() error { _, err := r.bot.Subscription(ctx, ann.ChatID()); return err },
		func() error { return r.bot.Register(ctx, "https://127.0.0.1/hook") },
		func() error { _, err := r.bot.Registered(ctx); return err },
		func() error { _, err := r.bot.API(ctx).MakeRequest("getMe", nil); return err },
		func() error { _, err := r.bot.API(ctx).MakeRequest("noSuchMethod", nil); return err },
		func() error { _, err := r.bot.API(ctx).Send(tgbotapi.NewMessage(chatNumber(t, ann), "hi")); return err },
		func() error {
			file := tgbotapi.FileBytes{Name: "a.txt", Bytes: []byte("content")}
			_, err := r.bot.API(ctx).Send(tgbotapi.NewDocument(chatNumber(t, ann), file))
			return err
		},
		func() error { _, err := r.bot.API(ctx).GetFileDirectURL("nothing"); return err },
		func() error { return r.bot.Poll(ctx, nil) }, // a webhook is set: it ends
	}
}

func TestARevokedTokenEndsPollingWithoutBeingSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.Unauthorized, Method: "getUpdates"})
		err := r.note(r.bot.Poll(t.Context(), &r.events))
		require.ErrorIs(t, err, channel.ErrUnauthorized)
		require.EqualError(t, err, "telegram: poll: Unauthorized (401)")
	})
}

func TestRefusedRequestsAndPrintedConfigsSayNoSecret(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	hook := r.bot.Webhook(&r.events)
	for _, request := range []*http.Request{
		webhookRequest([]byte(`{}`)),
		webhookRequest([]byte(`{"update_id":1}`), webhookSecret+"x"),
		webhookRequest([]byte(`no JSON`), webhookSecret),
		webhookRequest(bytes.Repeat([]byte(" "), 9<<20), webhookSecret),
		inURL(webhookRequest([]byte(`{"update_id":1}`))),
	} {
		w := httptest.NewRecorder()
		hook.ServeHTTP(w, request)
		r.say(fmt.Sprint(w.Code, w.Header(), w.Body))
	}
	cfg := telegram.Config{Token: channel.Secret(r.platform.Token()), Secret: webhookSecret}
	printed, err := json.Marshal(cfg)
	require.NoError(t, err)
	r.say(string(printed) + fmt.Sprintf("%v %+v %#v %v %+v %#v", cfg, cfg, cfg, r.bot, r.bot, r.bot))
	api := r.bot.API(t.Context())
	r.say(fmt.Sprintf("%v %+v %#v %+v %#v", api, api, api, *api, *api))
	cfg.Token += ":x"
	_, err = telegram.New(cfg)
	require.Error(t, r.note(err))
	var inner *url.Error
	assert.False(t, errors.As(err, &inner))
}
