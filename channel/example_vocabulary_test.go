package channel_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/parley-go/parley/channel"
)

func ExampleHandlers() {
	h := channel.Handlers{
		Started: func(_ context.Context, e *channel.Event) error {
			fmt.Printf("%s came from %s\n", e.User.Name, e.Referral.Ref)
			return nil
		},
		Message: func(_ context.Context, e *channel.Event) error {
			fmt.Printf("%s wrote: %s\n", e.User.Name, e.Message.Text)
			return nil
		},
		Other: func(_ context.Context, e *channel.Event) error {
			fmt.Printf("also: %s\n", e.Kind)
			return nil
		},
	}
	ann := channel.User{ID: "5", Name: "Ann"}
	for _, e := range []channel.Event{
		{Kind: channel.EventStarted, User: ann, Referral: &channel.Referral{Ref: "spring-sale"}},
		{Kind: channel.EventMessage, User: ann, Message: &channel.Message{Text: "is it open?"}},
		{Kind: channel.EventEcho, Message: &channel.Message{Text: "a colleague answered"}},
	} {
		if err := h.HandleEvent(context.Background(), &e); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// Ann came from spring-sale
	// Ann wrote: is it open?
	// also: echo
}

// logged is a wrapper: it prints sends, and lets the abilities of the channel inside be found.
type logged struct{ channel.Channel }

func (l logged) Unwrap() channel.Channel { return l.Channel }

func (l logged) Send(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
	fmt.Println("sending to", chatID)
	return l.Channel.Send(ctx, chatID, m)
}

func ExampleAs() {
	var chats []string
	var ch channel.Channel = logged{typing{plain{}, &chats}} // of telegram.New, say

	if t, ok := channel.As[channel.TypingSender](ch); ok {
		if err := t.SendTyping(context.Background(), "789"); err != nil {
			fmt.Println(err)
		}
	}
	if _, err := ch.Send(context.Background(), "789", channel.Text("It is.")); err != nil {
		fmt.Println(err)
	}
	_, ok := channel.As[channel.Editor](ch)
	fmt.Println("typing in", chats, "and can edit:", ok)
	// Output:
	// sending to 789
	// typing in [789] and can edit: false
}

func ExampleSubscription_Check() {
	wrote := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := channel.Subscription{
		State:           channel.StateActive,
		WindowEnds:      wrote.Add(24 * time.Hour),
		AgentWindowEnds: wrote.Add(7 * 24 * time.Hour),
	}
	twoDaysLater := wrote.Add(48 * time.Hour)
	fmt.Println("bot:  ", s.Check(twoDaysLater, channel.Text("Any questions?")))
	fmt.Println("human:", s.Check(twoDaysLater, channel.Message{Text: "Sorry for the wait!", Purpose: channel.PurposeAgent}))

	s = channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked}
	err := s.Check(twoDaysLater, channel.Text("Hello?"))
	fmt.Println("later:", err, errors.Is(err, channel.ErrNotSubscribed))
	// Output:
	// bot:   window closed
	// human: <nil>
	// later: blocked true
}

// A CRM keeps one text with each of its contacts, and can write there ever after.
func ExampleAddress() {
	e := &channel.Event{
		Account: channel.Account{Platform: "telegram", ID: "123456"},
		Chat:    channel.Chat{ID: "-1001:42"}, // a topic of a group: opaque, and it may hold colons
	}
	column := e.Address().String()
	fmt.Println(column)

	to, err := channel.ParseAddress(column)
	fmt.Println(to.Account.Platform, to.ChatID, err)

	type contact struct {
		Name string
		Chat channel.Address
	}
	row, err := json.Marshal(contact{"Ann", to})
	fmt.Println(string(row), err)
	// Output:
	// telegram:123456:-1001%3A42
	// telegram -1001:42 <nil>
	// {"Name":"Ann","Chat":"telegram:123456:-1001%3A42"} <nil>
}
