package telegramtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// echo is a bot of plain net/http: it answers a message with its text, in the reply to the webhook.
func echo(w http.ResponseWriter, r *http.Request) {
	var update struct {
		Message struct {
			Text string
			Chat struct{ ID int64 }
		}
	}
	_ = json.NewDecoder(r.Body).Decode(&update)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": "sendMessage", "chat_id": update.Message.Chat.ID, "text": "You said: " + update.Message.Text,
	})
}

func ExampleUser_Send() {
	srv, err := telegramtest.New(telegramtest.Config{})
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	api := "https://api.telegram.org/bot" + srv.Token()
	// A bot that sends every photo back, by its file id.
	srv.Serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var update struct {
			Message struct {
				Caption string
				Photo   []struct {
					ID string `json:"file_id"`
				}
				Chat struct{ ID json.Number }
			}
		}
		_ = json.NewDecoder(r.Body).Decode(&update)
		m := update.Message
		_, _ = srv.Client().PostForm(api+"/sendPhoto", url.Values{
			"chat_id": {m.Chat.ID.String()}, "photo": {m.Photo[len(m.Photo)-1].ID}, "caption": {m.Caption + " indeed"},
		})
	}))
	_, _ = srv.Client().PostForm(api+"/setWebhook", url.Values{"url": {"https://bot.example/hook"}})

	ann := srv.NewUser("Ann")
	fmt.Println(ann.Send(telegramtest.Media{Kind: telegramtest.Photo, Data: []byte("my cat"), Caption: "A cat"}))
	got := ann.Messages()[0].Media
	fmt.Printf("%s: %q, %s\n", got.Kind, got.Data, got.Caption)
	// Output:
	// <nil>
	// photo: "my cat", A cat indeed
}

func Example() {
	srv, err := telegramtest.New(telegramtest.Config{})
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	srv.Serve(http.HandlerFunc(echo))
	_, _ = srv.Client().PostForm("https://api.telegram.org/bot"+srv.Token()+"/setWebhook",
		url.Values{"url": {"https://bot.example/hook"}})

	ann := srv.NewUser("Ann")
	fmt.Println(ann.Write("hello"))
	fmt.Println(ann.Messages()[0].Text)
	// Output:
	// <nil>
	// You said: hello
}
