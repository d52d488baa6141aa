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

// helpdesk answers in the topic that it was written to in.
func helpdesk(w http.ResponseWriter, r *http.Request) {
	var update struct {
		Message struct {
			ID     int64 `json:"message_id"`
			Thread int64 `json:"message_thread_id"`
			Text   string
			Chat   struct{ ID int64 }
		}
	}
	_ = json.NewDecoder(r.Body).Decode(&update)
	if update.Message.Text == "" { // the bot was added, or the topic opened
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": "sendMessage", "chat_id": update.Message.Chat.ID, "message_thread_id": update.Message.Thread,
		"reply_parameters": map[string]any{"message_id": update.Message.ID}, "text": "Somebody will be with you.",
	})
}

func ExampleServer_NewForum() {
	srv, err := telegramtest.New(telegramtest.Config{})
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	srv.Serve(http.HandlerFunc(helpdesk))
	_, _ = srv.Client().PostForm("https://api.telegram.org/bot"+srv.Token()+"/setWebhook",
		url.Values{"url": {"https://bot.example/hook"}})

	boss, ann := srv.NewUser("Boss"), srv.NewUser("Ann")
	support := srv.NewForum("Support")
	fmt.Println(support.AddBot(boss))
	billing, err := support.NewTopic(boss, "Billing")
	fmt.Println(err)

	member := billing.Member(ann)
	fmt.Println(member.Write("I paid twice")) // the group privacy mode keeps this from the bot
	fmt.Println(len(billing.Messages()))
	fmt.Println(member.Write("/help I paid twice"))
	fmt.Println(billing.Messages()[0].Text)
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// 0
	// <nil>
	// Somebody will be with you.
}
