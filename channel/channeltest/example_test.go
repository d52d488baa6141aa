package channeltest_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
)

// shop is a bot: it asks what to buy, and takes the order.
func shop(ch channel.Channel) channel.Handler {
	return channel.Handlers{
		Message: func(ctx context.Context, e *channel.Event) error {
			_, err := ch.Send(ctx, e.Chat.ID, channel.Message{
				Text: "Hello, " + e.User.Name + ". Tea or coffee?",
				Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{
					{{Text: "Tea", Data: "order:tea"}, {Text: "Coffee", Data: "order:coffee"}},
				}},
				Key: e.ID,
			})
			return err
		},
		Postback: func(ctx context.Context, e *channel.Event) error {
			if answerer, ok := channel.As[channel.Answerer](ch); ok {
				if err := answerer.Answer(ctx, e, "Ordered"); err != nil {
					return err
				}
			}
			_, err := ch.Send(ctx, e.Chat.ID, channel.Message{Text: "Coming: " + e.Postback.Data, Key: e.ID})
			return err
		},
	}
}

// In a test t is its *testing.T.
func ExampleNew() {
	t := new(testing.T)

	chat := channeltest.New(t)
	chat.Handle(shop(chat))
	ann := chat.NewUser("Ann")
	ann.Write("hi")
	ann.Press("Tea")

	for _, m := range ann.Messages() {
		fmt.Println(m.Text)
	}
	fmt.Println(ann.Answers())
	// Output:
	// Hello, Ann. Tea or coffee?
	// Coming: order:tea
	// [Ordered]
}

// finder is a bot: it is shown a photo, and tells where that was taken.
func finder(ch channel.Channel) channel.Handler {
	return channel.Handlers{Message: func(ctx context.Context, e *channel.Event) error {
		downloader, ok := channel.As[channel.Downloader](ch)
		if !ok || len(e.Message.Attachments) == 0 {
			return nil
		}
		r, err := downloader.Download(ctx, e.Message.Attachments[0])
		if err != nil {
			return err
		}
		defer r.Close()
		photo, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		_, err = ch.Send(ctx, e.Chat.ID, channel.Message{
			Text:     fmt.Sprintf("%d bytes of the Prater", len(photo)),
			Location: &channel.Location{Latitude: 48.2167, Longitude: 16.3958, Title: "Riesenrad", Address: "Vienna"},
			Key:      e.ID,
		})
		return err
	}}
}

// A person sends a photo, and sees the place that the bot answers with.
func ExampleMemoryUser_SendPhoto() {
	chat := channeltest.New(new(testing.T))
	chat.Handle(finder(chat))
	ann := chat.NewUser("Ann")
	ann.SendPhoto([]byte("a photo"), "where is this?")
	for _, m := range ann.Messages() {
		if m.Location != nil {
			fmt.Println(m.Location.Title, m.Location.Latitude, m.Location.Longitude)
			continue
		}
		fmt.Println(m.Text)
	}
	// Output:
	// 7 bytes of the Prater
	// Riesenrad 48.2167 16.3958
}

// What the bot sends can be looked into.
func ExampleMemoryUser_Contents() {
	chat := channeltest.New(new(testing.T))
	chat.Handle(channel.Handlers{Message: func(ctx context.Context, e *channel.Event) error {
		_, err := chat.Send(ctx, e.Chat.ID, channel.Message{Text: "Your bill", Attachments: []channel.Attachment{{
			Kind: channel.AttachmentFile, Name: "bill.txt",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("Tea: 3.20")), nil },
		}}})
		return err
	}})
	ann := chat.NewUser("Ann")
	ann.Write("the bill, please")
	bill := ann.Messages()[0]
	fmt.Println(bill.Text, bill.Attachments[0].Name)
	fmt.Printf("%s\n", ann.Contents(bill.Attachments[0]))
	// Output:
	// Your bill bill.txt
	// Tea: 3.20
}

func ExampleMemory_Serve() {
	chat := channeltest.New(new(testing.T))
	mux := new(channel.Mux)
	mux.Handler = channel.Handlers{
		Message: func(ctx context.Context, e *channel.Event) error {
			_, err := mux.Send(ctx, e.Address(), channel.Text("You wrote: "+e.Message.Text))
			return err
		},
	}
	mux.Add(chat)
	chat.Serve(mux)

	ann := chat.NewUser("Ann")
	ann.Write("hi")
	fmt.Println(ann.Texts())
	// Output: [You wrote: hi]
}

func ExampleMemory_Fault() {
	chat := channeltest.New(new(testing.T))
	chat.Handle(shop(chat))
	ann := chat.NewUser("Ann")
	chat.Fault(channeltest.Fault{Kind: channeltest.FaultDuplicated})
	chat.Fault(channeltest.Fault{Kind: channeltest.FaultRefused})
	ann.Write("hi")
	fmt.Println(ann.Texts())
	// Output: [Hello, Ann. Tea or coffee?]
}
