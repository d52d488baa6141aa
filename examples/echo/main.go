// Echo is a bot that answers what people write, on every platform that Parley has.
//
// Without tokens it runs against the built-in emulators: simulated people write to it, and it fails if an answer is not
// what it should be. With a token in the environment it talks to the real platform by polling, until it is interrupted:
//
//	TELEGRAM_TOKEN=123456:ABC go run ./examples/echo
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

func main() {
	live := flag.Bool("live", false, "talk to the real platforms, with tokens from the environment")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if token := os.Getenv("TELEGRAM_TOKEN"); token != "" {
		err = serve(ctx, channel.Secret(token))
	} else if *live {
		err = errors.New("nothing to talk to: set TELEGRAM_TOKEN to a bot's token from @BotFather")
	} else {
		err = rehearse(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

// bot answers on any platform: it knows none of them.
func bot(mux *channel.Mux) channel.Handler {
	answer := func(ctx context.Context, e *channel.Event, text string) error {
		m := channel.Text(text)
		m.Key = e.ID // handled twice after a crash, it is still answered once
		_, err := mux.Send(ctx, e.Address(), m)
		return err
	}
	return channel.Handlers{
		Started: func(ctx context.Context, e *channel.Event) error {
			greeting := "Hello, " + e.User.Name + "!"
			if e.Referral != nil && e.Referral.Ref != "" {
				greeting += " You came by " + e.Referral.Ref + "."
			}
			return answer(ctx, e, greeting)
		},
		Message: func(ctx context.Context, e *channel.Event) error {
			if e.Message.Text == "" {
				return answer(ctx, e, "I can only echo text.")
			}
			return answer(ctx, e, "You wrote: "+e.Message.Text)
		},
	}
}

// serve runs the bot for real.
func serve(ctx context.Context, token channel.Secret) error {
	tg, err := telegram.New(telegram.Config{Token: token, PollOnly: true})
	if err != nil {
		return err
	}
	mux := new(channel.Mux)
	mux.Handler = bot(mux)
	mux.Add(tg)
	fmt.Println("listening as", tg.Account())
	if err := mux.Poll(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// rehearse runs the bot against the emulator and checks what it answers.
func rehearse(ctx context.Context) error {
	server, err := telegramtest.New(telegramtest.Config{})
	if err != nil {
		return err
	}
	defer server.Close()
	tg, err := telegram.New(telegram.Config{
		Token:   channel.Secret(server.Token()),
		Secret:  "echo-webhook-secret",
		Options: channel.Options{Client: server.Client()},
	})
	if err != nil {
		return err
	}
	mux := new(channel.Mux)
	mux.Handler = bot(mux)
	mux.Add(tg)
	server.Serve(mux)
	if err := mux.Register(ctx, "https://echo.example.com"); err != nil {
		return err
	}

	ann := server.NewUser("Ann")
	steps := []struct {
		says func() error
		line string
		want string
	}{
		{func() error { return ann.Start("spring") }, "/start spring", "Hello, Ann! You came by spring."},
		{func() error { return ann.Write("Привіт 👋") }, "Привіт 👋", "You wrote: Привіт 👋"},
		{func() error { return ann.Write("Is it open?") }, "Is it open?", "You wrote: Is it open?"},
	}
	for i, step := range steps {
		if err := step.says(); err != nil {
			return err
		}
		fmt.Println("telegram  Ann:", step.line)
		got := ann.Messages()
		if len(got) != i+1 || got[i].Text != step.want {
			return fmt.Errorf("telegram: Ann has %q, and should have had %q last", texts(got), step.want)
		}
		fmt.Println("telegram  bot:", got[i].Text)
	}
	if err := mux.Shutdown(ctx); err != nil {
		return err
	}
	fmt.Println("ok: telegram")
	return nil
}

func texts(messages []telegramtest.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, " | ")
}
