package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
	"github.com/mymmrac/telego/telegoutil"
	"gopkg.in/telebot.v4"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
)

// sender makes bots that send a text to a chat through a client. Ours keeps to 30 messages a second, which no benchmark
// can wait for: it gets a new bot for every 30.
type sender struct {
	name string
	make func(client *http.Client, store channel.Store) (send func(chatID int64, text string) error, err error)
	many bool // a bot for every 30 messages, all with one store
}

const perBot = 30

func senders() []sender {
	return []sender{
		{ours, sendOurs, true},
		{goTelegramBot, sendGoTelegramBot, false},
		{"telego", sendTelego, false},
		{"telebot", sendTelebot, false},
		{"tgbotapi", sendTgbotapi, false},
	}
}

var bots atomic.Int64 // ours, made so far: no two share a limit

func sendOurs(client *http.Client, store channel.Store) (func(int64, string) error, error) {
	ch, err := telegram.New(telegram.Config{
		Token: channel.Secret(strconv.FormatInt(100_000_000+bots.Add(1), 10) + ":" + botSecret), Secret: secret,
		Options: channel.Options{Client: client, Store: store, Logger: slog.New(slog.DiscardHandler), MaxWait: -1},
	})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	return func(chatID int64, text string) error {
		sent, err := ch.Send(ctx, strconv.FormatInt(chatID, 10), channel.Message{Text: text})
		return named(len(sent.MessageIDs) == 1, err)
	}, nil
}

func sendGoTelegramBot(client *http.Client, _ channel.Store) (func(int64, string) error, error) {
	b, err := bot.New(botToken, bot.WithSkipGetMe(), bot.WithHTTPClient(0, client))
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	return func(chatID int64, text string) error {
		m, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: chatID, Text: text})
		return named(m != nil && m.ID != 0, err)
	}, nil
}

func sendTelego(client *http.Client, _ channel.Store) (func(int64, string) error, error) {
	b, err := telego.NewBot(botToken, telego.WithDiscardLogger(), telego.WithHTTPClient(client))
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	return func(chatID int64, text string) error {
		m, err := b.SendMessage(ctx, telegoutil.Message(telegoutil.ID(chatID), text))
		return named(m != nil && m.MessageID != 0, err)
	}, nil
}

func sendTelebot(client *http.Client, _ channel.Store) (func(int64, string) error, error) {
	b, err := telebot.NewBot(telebot.Settings{Token: botToken, Offline: true, Client: client})
	if err != nil {
		return nil, err
	}
	return func(chatID int64, text string) error {
		m, err := b.Send(telebot.ChatID(chatID), text)
		return named(m != nil && m.ID != 0, err)
	}, nil
}

func sendTgbotapi(client *http.Client, _ channel.Store) (func(int64, string) error, error) {
	b := &tgbotapi.BotAPI{Token: botToken, Client: client}
	b.SetAPIEndpoint(tgbotapi.APIEndpoint)
	return func(chatID int64, text string) error {
		m, err := b.Send(tgbotapi.NewMessage(chatID, text))
		return named(m.MessageID != 0, err)
	}, nil
}

// named makes a message without an ID an error: it was not read.
func named(hasID bool, err error) error {
	if err == nil && !hasID {
		return errors.New("the answer was not read")
	}
	return err
}

const answer = `{"ok":true,"result":{"message_id":1742,"from":{"id":123456789,"is_bot":true,"first_name":"Shop","username":"shop_bot"},"chat":{"id":5512345678,"first_name":"Ann","last_name":"Lee","username":"ann_lee","type":"private"},"date":1795300000,"text":"Your order is on its way: https://example.com/orders/1742","entities":[{"offset":26,"length":31,"type":"url"}]}}`

// platform answers every call without a network.
type platform struct{}

func (platform) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(answer)),
		Body: io.NopCloser(bytes.NewReader([]byte(answer))), Request: r,
	}, nil
}
