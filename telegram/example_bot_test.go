package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// A bot that answers, on a stand-in for Telegram. In production there is no Client, and an HTTP server serves
// http.StripPrefix("/hooks", mux).
func Example() {
	ctx := context.Background()
	platform, err := telegramtest.New(telegramtest.Config{})
	if err != nil {
		panic(err)
	}
	defer platform.Close()

	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(platform.Token()), Secret: "chosen-by-us_and-told-to-Telegram",
		Options: channel.Options{Client: platform.Client()},
	})
	if err != nil {
		panic(err)
	}
	mux := new(channel.Mux)
	mux.Add(bot)
	mux.Handler = channel.Handlers{
		Message: func(ctx context.Context, e *channel.Event) error {
			answer := channel.Text("You wrote: " + e.Message.Text)
			answer.Key = e.ID
			_, err := mux.Send(ctx, e.Address(), answer)
			return err
		},
	}
	platform.Serve(http.StripPrefix("/hooks", mux))
	if err := mux.Register(ctx, "https://bot.example.com/hooks"); err != nil {
		panic(err)
	}

	ann := platform.NewUser("Ann")
	fmt.Println(ann.Write("Is it open?"))
	fmt.Println(ann.Messages()[0].Text)
	// Output:
	// <nil>
	// You wrote: Is it open?
}

// newExampleBot is a bot on a stand-in for Telegram, which delivers to h.
func newExampleBot(h channel.Handler) (*telegram.Channel, *telegramtest.Server) {
	platform, err := telegramtest.New(telegramtest.Config{})
	if err != nil {
		panic(err)
	}
	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(platform.Token()), Secret: "chosen-by-us_and-told-to-Telegram",
		Options: channel.Options{Client: platform.Client()},
	})
	if err != nil {
		panic(err)
	}
	platform.Serve(bot.Webhook(h))
	if err := bot.Register(context.Background(), "https://bot.example.com/hook"); err != nil {
		panic(err)
	}
	return bot, platform
}

// Polling needs no URL, and so no secret.
func ExampleChannel_Poll() {
	platform, err := telegramtest.New(telegramtest.Config{})
	if err != nil {
		panic(err)
	}
	defer platform.Close()
	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(platform.Token()), PollOnly: true, Options: channel.Options{Client: platform.Client()},
	})
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- bot.Poll(ctx, channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
			fmt.Println(e.Kind, e.User.Name, e.Message.Text)
			return nil
		}))
	}()

	err = platform.NewUser("Ann").Write("Is it open?") // returns when the bot has acknowledged it
	stop()
	fmt.Println(err, <-ended)
	// Output:
	// message Ann Is it open?
	// <nil> context canceled
}

// An address is text: it is kept in a database, and written to from anywhere.
func ExampleChannel_Send() {
	var kept string
	bot, platform := newExampleBot(channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
		kept = e.Address().String()
		return nil
	}))
	defer platform.Close()
	ann := platform.NewUser("Ann")
	if err := ann.Write("Tell me when it arrives"); err != nil {
		panic(err)
	}

	mux := new(channel.Mux)
	mux.Add(bot)
	to, err := channel.ParseAddress(kept)
	if err != nil {
		panic(err)
	}
	sent, err := mux.Send(context.Background(), to, channel.Message{Text: "It is there", Key: "order-7"})
	fmt.Println(len(sent.MessageIDs), err)
	sent, err = mux.Send(context.Background(), to, channel.Message{Text: "It is there", Key: "order-7"})
	fmt.Println(len(sent.MessageIDs), err)
	fmt.Println(len(ann.Messages()))
	// Output:
	// 1 <nil>
	// 1 <nil>
	// 1
}

func ExampleChannel_Send_blocked() {
	bot, platform := newExampleBot(channel.Handlers{
		Subscription: func(_ context.Context, e *channel.Event) error {
			fmt.Println(e.User.Name, "is", e.Subscription.State)
			return nil
		},
	})
	defer platform.Close()
	ann := platform.NewUser("Ann")
	if err := errors.Join(ann.Start(""), ann.Block()); err != nil {
		panic(err)
	}

	_, err := bot.Send(context.Background(), ann.ChatID(), channel.Text("Are you there?"))
	fmt.Println(err)
	fmt.Println(errors.Is(err, channel.ErrBlocked), errors.Is(err, channel.ErrNotSubscribed))
	// Output:
	// Ann is inactive
	// telegram: send: blocked
	// true true
}

func ExampleChannel_Link() {
	bot, platform := newExampleBot(channel.Handlers{
		Started: func(_ context.Context, e *channel.Event) error {
			fmt.Println(e.User.Name, "came by", e.Referral.Ref)
			return nil
		},
	})
	defer platform.Close()

	link, err := bot.Link(context.Background(), "spring_42")
	fmt.Println(link, err)
	fmt.Println(platform.NewUser("Ann").Open(link))
	// Output:
	// https://t.me/parley_test_bot?start=spring_42 <nil>
	// Ann came by spring_42
	// <nil>
}

func ExampleChannel_Answer() {
	var bot *telegram.Channel
	bot, platform := newExampleBot(channel.Handlers{
		Started: func(ctx context.Context, e *channel.Event) error {
			_, err := bot.Send(ctx, e.Chat.ID, channel.Message{Text: "Tea?", Keyboard: &channel.Keyboard{
				Inline: true, Rows: [][]channel.Button{{{Text: "Yes", Data: "tea:yes"}}},
			}})
			return err
		},
		Postback: func(ctx context.Context, e *channel.Event) error {
			return bot.Answer(ctx, e, "It is "+e.Postback.Data)
		},
	})
	defer platform.Close()

	ann := platform.NewUser("Ann")
	fmt.Println(ann.Start(""), ann.Press("Yes"))
	fmt.Println(ann.Answers())
	// Output:
	// <nil> <nil>
	// [It is tea:yes]
}
