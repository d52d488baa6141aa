package channel_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/parley-go/parley/channel"
)

// printer stands for a messenger: it prints what is sent, and each request to its webhook is a message.
type printer struct {
	channel.Channel
	account channel.Account
}

func (p printer) Account() channel.Account { return p.account }

func (p printer) Send(_ context.Context, chatID string, m channel.Message) (channel.Sent, error) {
	fmt.Printf("%s > %s\n", channel.Address{Account: p.account, ChatID: chatID}, m.Text)
	return channel.Sent{ChatID: chatID}, nil
}

func (p printer) Webhook(h channel.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = h.HandleEvent(r.Context(), &channel.Event{
			Kind: channel.EventMessage, Account: p.account, Chat: channel.Chat{ID: "789"}, Message: &channel.Message{Text: "Hi"},
		})
	})
}

// Two accounts on two messengers, one handler.
func ExampleMux() {
	mux := new(channel.Mux)
	mux.Handler = channel.Handlers{
		Message: func(ctx context.Context, e *channel.Event) error {
			_, err := mux.Send(ctx, e.Address(), channel.Text("You wrote: "+e.Message.Text))
			return err
		},
	}
	mux.Add( // of telegram.New and viber.New
		printer{account: channel.Account{Platform: "telegram", ID: "123456"}},
		printer{account: channel.Account{Platform: "viber", ID: "pa:59250001"}},
	)
	defer mux.Shutdown(context.Background())

	// http.ListenAndServe(":8080", mux) serves what the platforms post:
	for _, path := range []string{"/telegram/123456", "/viber/pa:59250001", "/vk/1"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
		fmt.Println(path, w.Code)
	}
	// Output:
	// telegram:123456:789 > You wrote: Hi
	// /telegram/123456 200
	// viber:pa%3A59250001:789 > You wrote: Hi
	// /viber/pa:59250001 200
	// /vk/1 404
}

// The accounts of thousands of tenants are in a database; each is built when it is first needed.
func ExampleMux_resolve() {
	tokens := map[string]string{"telegram:123456": "…"} // SELECT token FROM accounts WHERE name = $1
	query := func(name string) (string, error) {
		token, ok := tokens[name]
		if !ok {
			return "", sql.ErrNoRows
		}
		return token, nil
	}
	mux := &channel.Mux{
		Resolve: func(ctx context.Context, a channel.Account) (channel.Channel, error) {
			_, err := query(a.String())
			if errors.Is(err, sql.ErrNoRows) {
				return nil, channel.ErrNotFound
			}
			if err != nil {
				return nil, err // the platform delivers again
			}
			fmt.Println("building", a)
			return printer{account: a}, nil // of telegram.New, with the token and the one Store of all
		},
	}
	defer mux.Shutdown(context.Background())

	ctx := context.Background()
	for _, text := range []string{"telegram:123456:789", "telegram:123456:790", "telegram:654321:789"} {
		to, err := channel.ParseAddress(text) // as a CRM keeps it
		if err != nil {
			fmt.Println(err)
			continue
		}
		if _, err := mux.Send(ctx, to, channel.Text("Your order is on its way.")); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// building telegram:123456
	// telegram:123456:789 > Your order is on its way.
	// telegram:123456:790 > Your order is on its way.
	// telegram: resolve: not found
}
