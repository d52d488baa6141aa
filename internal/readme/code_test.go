package readme

import (
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// What the README shows is below, word for word, so that it compiles.
func TestTheCodeInTheREADMEIsCode(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(file)
	require.NoError(t, err)
	here, err := os.ReadFile("code_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(readme, -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		assert.Contains(t, words(here), words(block[1]))
	}
}

// words leaves no white space but one between words, and no comments.
func words(code []byte) string {
	code = regexp.MustCompile(`(?m)\s//.*$`).ReplaceAll(code, nil)
	return strings.Join(strings.Fields(string(code)), " ")
}

var _ = serve

func serve(ctx context.Context, token, secret channel.Secret) error {
	bot, err := telegram.New(telegram.Config{Token: token, Secret: secret})
	if err != nil {
		return err
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
	if err := mux.Register(ctx, "https://bot.example.com/hooks"); err != nil {
		return err
	}
	return http.ListenAndServe(":8080", http.StripPrefix("/hooks", mux))
}

func newBot(mux *channel.Mux) channel.Handler {
	return channel.Handlers{
		Message: func(ctx context.Context, e *channel.Event) error {
			if e.Message.Text == "" || len(e.Message.Attachments) > 0 {
				return receipt(ctx, mux, e)
			}
			_, err := mux.Send(ctx, e.Address(), channel.Text("You wrote: "+e.Message.Text))
			return err
		},
	}
}

func receipt(ctx context.Context, mux *channel.Mux, e *channel.Event) error {
	openReceipt := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("%PDF-1.7")), nil }
	sent, err := mux.Send(ctx, e.Address(), channel.Message{
		Text:        "Your receipt, and the way to us",
		Styles:      []channel.Style{{Kind: channel.StyleBold, Start: 0, End: len("Your receipt")}},
		Attachments: []channel.Attachment{{Kind: channel.AttachmentFile, Name: "receipt.pdf", Open: openReceipt}},
		Location:    &channel.Location{Latitude: 50.4501, Longitude: 30.5234, Title: "The shop", Address: "Main St 1"},
		Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{
			{{Text: "Thanks", Data: "thanks"}, {Text: "Website", URL: "https://shop.example"}},
		}},
	})
	if len(sent.MessageIDs) == 0 {
		return err
	}
	return nil
}

func TestTheInMemoryChannelOfTheREADME(t *testing.T) {
	t.Parallel()
	chat := channeltest.New(t)
	mux := new(channel.Mux)
	mux.Handler = newBot(mux)
	mux.Add(chat)
	chat.Serve(mux)

	ann := chat.NewUser("Ann")
	ann.Write("hi") // returns when the bot has acknowledged it
	assert.Equal(t, []string{"You wrote: hi"}, ann.Texts())
}

func TestTheEmulatorOfTheREADME(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mux := new(channel.Mux)
		mux.Handler = newBot(mux)
		photo := []byte("\xFF\xD8\xFF a photo")

		platform := telegramtest.NewServer(t)
		bot, err := telegram.New(telegram.Config{
			Token: channel.Secret(platform.Token()), Secret: "made-up",
			Options: channel.Options{Client: platform.Client()},
		})
		require.NoError(t, err)
		mux.Add(bot)
		platform.Serve(mux)
		require.NoError(t, mux.Register(t.Context(), "https://bot.example.com"))

		ann := platform.NewUser("Ann")
		platform.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, RetryAfter: 3 * time.Second})
		require.NoError(t, ann.Write("hi")) // returns when the bot has acknowledged it
		assert.Equal(t, "You wrote: hi", ann.Messages()[0].Text)
		require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Photo, Data: photo, Caption: "look"}))
	})
}
