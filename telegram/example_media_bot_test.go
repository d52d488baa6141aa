package telegram_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// newExampleChat is a bot, and a person who wrote to it.
func newExampleChat() (bot channel.Channel, ann *telegramtest.User, done func()) {
	ch, platform := newExampleBot(channel.Handlers{})
	ann = platform.NewUser("Ann")
	if err := ann.Write("hello"); err != nil {
		panic(err)
	}
	return ch, ann, platform.Close
}

// drawn is a picture that a program has made.
func drawn() (io.ReadCloser, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)))
	return io.NopCloser(&b), err
}

// A photo with a caption and a button. Open is called again should the upload be tried again.
func Example_photo() {
	bot, ann, done := newExampleChat()
	defer done()
	_, err := bot.Send(context.Background(), ann.ChatID(), channel.Message{
		Text:        "The new cup",
		Attachments: []channel.Attachment{{Kind: channel.AttachmentImage, Open: drawn, Name: "cup.png"}},
		Keyboard:    &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "Buy", Data: "buy:cup"}}}},
	})
	seen := ann.Messages()[0]
	fmt.Println(err, seen.Media.Kind, seen.Media.Caption, seen.Keyboard.Rows[0][0].Text)
	// Output: <nil> photo The new cup Buy
}

// Several pictures are an album. Telegram has no keyboard under one: the last picture would stand by itself with it.
func Example_album() {
	bot, ann, done := newExampleChat()
	defer done()
	cup := channel.Attachment{Kind: channel.AttachmentImage, Open: drawn}
	sent, err := bot.Send(context.Background(), ann.ChatID(), channel.Message{
		Text: "The new cups", Attachments: []channel.Attachment{cup, cup, cup},
	})
	seen := ann.Messages()
	fmt.Println(err, len(sent.MessageIDs), seen[0].Media.Caption, seen[0].AlbumID == seen[2].AlbumID)
	// Output: <nil> 3 The new cups true
}

// A file of this machine is streamed: it is never in memory as a whole.
func Example_file() {
	path := filepath.Join(os.TempDir(), "parley-example-prices.csv")
	if err := os.WriteFile(path, []byte("cup;5\n"), 0o600); err != nil {
		panic(err)
	}
	defer os.Remove(path)
	bot, ann, done := newExampleChat()
	defer done()
	_, err := bot.Send(context.Background(), ann.ChatID(), channel.Message{
		Text: "Our prices",
		Attachments: []channel.Attachment{{
			Kind: channel.AttachmentFile, Name: "prices.csv",
			Open: func() (io.ReadCloser, error) { return os.Open(path) },
		}},
	})
	seen := ann.Messages()[0]
	fmt.Println(err, seen.Media.Name, string(seen.Media.Data) == "cup;5\n")
	// Output: <nil> prices.csv true
}
