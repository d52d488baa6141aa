package channeltest_test

import (
	"context"
	"fmt"
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
