package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	"github.com/mymmrac/telego/telegohandler"
	"gopkg.in/telebot.v4"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
)

const (
	ours          = "parley"
	goTelegramBot = "go-telegram/bot"
)

// receiver makes a bot that calls handled for each update, and returns its webhook and what stops it.
type receiver struct {
	name string
	make func(handled func()) (webhook http.Handler, stop func(), err error)
}

// receivers are the library and its peers, each as its documentation has it set up for a webhook. None looks at what it
// got. A peer verifies the secret where it can, and runs its handlers as it does unless told.
func receivers() []receiver {
	return []receiver{
		{ours, receiveOurs},
		{goTelegramBot, receiveGoTelegramBot},
		{"telego", receiveTelego},
		{"telebot", receiveTelebot},
		{"tgbotapi", receiveTgbotapi},
	}
}

func receiveOurs(handled func()) (http.Handler, func(), error) {
	ch, err := telegram.New(telegram.Config{Token: botToken, Secret: secret, Options: channel.Options{
		Logger:       slog.New(slog.DiscardHandler),
		ManualAnswer: true, // as the peers do
	}})
	if err != nil {
		return nil, nil, err
	}
	h := channel.HandlerFunc(func(context.Context, *channel.Event) error {
		handled()
		return nil
	})
	return ch.Webhook(h), func() {}, nil
}

func receiveGoTelegramBot(handled func()) (http.Handler, func(), error) {
	b, err := bot.New(botToken, bot.WithSkipGetMe(), bot.WithWebhookSecretToken(secret),
		bot.WithDefaultHandler(func(context.Context, *bot.Bot, *models.Update) { handled() }))
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		b.StartWebhook(ctx)
	}()
	return b.WebhookHandler(), func() { cancel(); <-stopped }, nil
}

func receiveTelego(handled func()) (http.Handler, func(), error) {
	b, err := telego.NewBot(botToken, telego.WithDiscardLogger())
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var server http.Server
	updates, err := b.UpdatesViaWebhook(ctx, telego.WebhookHTTPServer(&server, "/", secret))
	if err != nil {
		cancel()
		return nil, nil, err
	}
	bh, err := telegohandler.NewBotHandler(b, updates)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	bh.Handle(func(*telegohandler.Context, telego.Update) error { handled(); return nil })
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = bh.Start() // ends without an error when its updates do
	}()
	return server.Handler, func() { cancel(); <-stopped }, nil
}

func receiveTelebot(handled func()) (http.Handler, func(), error) {
	hook := &attached{Webhook: &telebot.Webhook{SecretToken: secret, IgnoreSetWebhook: true}, ready: make(chan struct{})}
	b, err := telebot.NewBot(telebot.Settings{Token: botToken, Offline: true, Poller: hook})
	if err != nil {
		return nil, nil, err
	}
	h := func(telebot.Context) error { handled(); return nil }
	for _, endpoint := range []string{telebot.OnText, telebot.OnPhoto, telebot.OnCallback, "/start"} {
		b.Handle(endpoint, h)
	}
	go b.Start()
	<-hook.ready
	return hook, b.Stop, nil
}

// attached is a Webhook without a server of its own that tells when it can be served.
type attached struct {
	*telebot.Webhook
	ready chan struct{}
}

func (a *attached) Poll(b *telebot.Bot, dest chan telebot.Update, stop chan struct{}) {
	over := make(chan struct{})
	close(over)
	a.Webhook.Poll(b, dest, over) // notes where updates go, and returns
	close(a.ready)
	<-stop
}

func receiveTgbotapi(handled func()) (http.Handler, func(), error) {
	b := &tgbotapi.BotAPI{Token: botToken, Client: http.DefaultClient}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, err := b.HandleUpdate(r)
		if err != nil || u.UpdateID == 0 {
			http.Error(w, errors.Join(errors.New("no update"), err).Error(), http.StatusBadRequest)
			return
		}
		handled()
	}), func() {}, nil
}
