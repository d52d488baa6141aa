package telegramtest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// converse has a bot of the library talk with a person, by polling.
func converse(t *testing.T, srv *telegramtest.Server, endpoint string, client *http.Client) {
	t.Helper()
	bot, err := tgbotapi.NewBotAPIWithClient(srv.Token(), endpoint, client)
	require.NoError(t, err)
	assert.Equal(t, "parley_test_bot", bot.Self.UserName)
	updates := make(chan tgbotapi.Update)
	done := make(chan struct{})
	go func() {
		defer close(done)
		next := tgbotapi.UpdateConfig{Timeout: 10}
		for {
			batch, err := bot.GetUpdates(next)
			if err != nil {
				close(updates)
				return
			}
			for _, u := range batch {
				updates <- u
				next.Offset = u.UpdateID + 1
			}
		}
	}()
	go func() {
		for u := range updates {
			switch {
			case u.Message != nil:
				m := tgbotapi.NewMessage(u.Message.Chat.ID, "You said "+u.Message.Text)
				m.ReplyToMessageID = u.Message.MessageID
				m.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(
					tgbotapi.NewInlineKeyboardButtonData("More", "more")))
				_, err := bot.Send(m)
				assert.NoError(t, err)
			case u.CallbackQuery != nil:
				_, err := bot.Request(tgbotapi.NewCallback(u.CallbackQuery.ID, "as you like"))
				assert.NoError(t, err)
			}
		}
	}()
	ann := srv.NewUser("Ann")
	require.NoError(t, ann.Write("hello"))
	require.Eventually(t, func() bool { return len(ann.Messages()) == 1 }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, "You said hello", ann.Messages()[0].Text)
	assert.Equal(t, ann.Sent()[0].ID, ann.Messages()[0].ReplyTo)
	require.NoError(t, ann.Press("More"))
	require.Eventually(t, func() bool { return len(ann.Answers()) == 1 }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, []string{"as you like"}, ann.Answers())

	_, err = bot.Send(tgbotapi.NewMessage(42, "x"))
	var refusal *tgbotapi.Error
	require.True(t, errors.As(err, &refusal))
	assert.Equal(t, 400, refusal.Code)
	srv.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendMessage", RetryAfter: 14 * time.Second})
	_, err = bot.Send(tgbotapi.NewMessage(42, "x"))
	require.True(t, errors.As(err, &refusal))
	assert.Equal(t, 14, refusal.RetryAfter)
	srv.Close()
	<-done
	client.CloseIdleConnections()
}

func TestTheRequiredLibraryWorksInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		converse(t, srv, tgbotapi.APIEndpoint, srv.Client())
	})
}

func TestTheRequiredLibraryWorksOnLoopback(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	client := &http.Client{Transport: &http.Transport{}}
	converse(t, srv, srv.URL()+"/bot%s/%s", client)
}

func TestAWebhookOnLoopback(t *testing.T) {
	t.Parallel()
	srv, err := telegramtest.New(telegramtest.Config{Local: true})
	require.NoError(t, err)
	defer srv.Close()
	b := &bot{answer: func(w http.ResponseWriter, n int) {
		if n == 1 {
			w.WriteHeader(http.StatusFound)
		}
	}}
	target := httptest.NewServer(b)
	defer target.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	hook := "http://user:pass@" + target.Listener.Addr().String() + "/hook"
	response, err := client.Get(srv.URL() + "/bot" + srv.Token() + "/setWebhook?url=" + hook)
	require.NoError(t, err)
	require.True(t, read(t, response).OK)
	require.NoError(t, srv.NewUser("Ann").Write("hi"))
	require.Len(t, b.got(), 2, "a redirect is a failure")
	assert.Equal(t, "Basic dXNlcjpwYXNz", b.headers[0].Get("Authorization"))
}

func TestACutConnectionOnLoopback(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	srv.Fault(telegramtest.Fault{Kind: telegramtest.LostResponse})
	_, err := client.Post(srv.URL()+"/bot"+srv.Token()+"/getMe", "", nil)
	require.Error(t, err)
	response, err := client.Get(srv.URL() + "/bot" + srv.Token() + "/getMe")
	require.NoError(t, err)
	assert.True(t, read(t, response).OK)
	require.Len(t, srv.Requests(), 2)
	assert.Zero(t, srv.Requests()[0].Status)
}

// libraryBot is a bot of the library whose updates come by webhook, decoded into the library's types.
func libraryBot(t testing.TB, srv *telegramtest.Server, allowed ...string) (*tgbotapi.BotAPI, func() tgbotapi.Update) {
	t.Helper()
	bot, err := tgbotapi.NewBotAPIWithClient(srv.Token(), tgbotapi.APIEndpoint, srv.Client())
	require.NoError(t, err)
	got := make(chan tgbotapi.Update, 100)
	srv.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, err := bot.HandleUpdate(r)
		if assert.NoError(t, err) {
			got <- *u
		}
	}))
	hook, err := tgbotapi.NewWebhook(hookURL)
	require.NoError(t, err)
	hook.AllowedUpdates = allowed
	_, err = bot.Request(hook)
	require.NoError(t, err)
	return bot, func() tgbotapi.Update {
		select {
		case u := <-got:
			return u
		default:
			require.Fail(t, "no update")
			return tgbotapi.Update{}
		}
	}
}

func TestTheRequiredLibraryInAGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		bot, next := libraryBot(t, srv, "message", "my_chat_member", "chat_member", "chat_join_request")
		g, ann := srv.NewGroup("Friends"), srv.NewUser("Ann")
		require.NoError(t, g.PromoteBot(ann))
		id := chatID(t, g.ID())
		for range 2 { // in any order
			if u := next(); u.MyChatMember != nil {
				assert.True(t, u.MyChatMember.NewChatMember.IsAdministrator())
				assert.True(t, u.MyChatMember.NewChatMember.CanPinMessages)
			} else {
				assert.Equal(t, bot.Self.ID, u.Message.NewChatMembers[0].ID)
			}
		}
		require.NoError(t, g.Member(ann).Start("ref"))
		u := next()
		assert.Equal(t, "start", u.Message.Command())
		assert.Equal(t, "ref", u.Message.CommandArguments())
		assert.True(t, u.Message.Chat.IsGroup())

		member, err := bot.GetChatMember(tgbotapi.GetChatMemberConfig{ChatConfigWithUser: tgbotapi.ChatConfigWithUser{ChatID: id, UserID: u.Message.From.ID}})
		require.NoError(t, err)
		assert.Equal(t, "member", member.Status)
		admins, err := bot.GetChatAdministrators(tgbotapi.ChatAdministratorsConfig{ChatConfig: tgbotapi.ChatConfig{ChatID: id}})
		require.NoError(t, err)
		assert.Len(t, admins, 1)
		count, err := bot.GetChatMembersCount(tgbotapi.ChatMemberCountConfig{ChatConfig: tgbotapi.ChatConfig{ChatID: id}})
		require.NoError(t, err)
		assert.Equal(t, 2, count)
		forwarded, err := bot.Send(tgbotapi.NewForward(id, id, u.Message.MessageID))
		require.NoError(t, err)
		assert.Equal(t, "Ann", forwarded.ForwardFrom.FirstName)
		copied, err := bot.CopyMessage(tgbotapi.NewCopyMessage(id, id, u.Message.MessageID))
		require.NoError(t, err)
		assert.NotZero(t, copied.MessageID)
		_, err = bot.Request(tgbotapi.PinChatMessageConfig{ChatID: id, MessageID: copied.MessageID})
		require.NoError(t, err)

		require.NoError(t, g.RequestToJoin(srv.NewUser("Bob"), "hi"))
		asked := next()
		_, err = bot.Request(tgbotapi.ApproveChatJoinRequestConfig{ChatConfig: tgbotapi.ChatConfig{ChatID: id}, UserID: asked.ChatJoinRequest.From.ID})
		require.NoError(t, err)
		synctest.Wait()
		for range 2 {
			if u := next(); u.ChatMember != nil {
				assert.Equal(t, "member", u.ChatMember.NewChatMember.Status)
			} else {
				assert.Equal(t, "Bob", u.Message.NewChatMembers[0].FirstName)
			}
		}

		to, err := g.Migrate(ann)
		require.NoError(t, err)
		for range 2 {
			if m := next().Message; m.MigrateToChatID != 0 {
				assert.Equal(t, chatID(t, to.ID()), m.MigrateToChatID)
			} else {
				assert.Equal(t, id, m.MigrateFromChatID)
			}
		}
		_, err = bot.Send(tgbotapi.NewMessage(id, "x"))
		var refusal *tgbotapi.Error
		require.True(t, errors.As(err, &refusal))
		assert.Equal(t, chatID(t, to.ID()), refusal.MigrateToChatID)
		_, err = bot.Request(tgbotapi.LeaveChatConfig{ChatID: refusal.MigrateToChatID})
		require.NoError(t, err)
		synctest.Wait()
		assert.True(t, next().MyChatMember.NewChatMember.HasLeft())
		_, err = bot.Send(tgbotapi.NewMessage(refusal.MigrateToChatID, "x"))
		require.True(t, errors.As(err, &refusal))
		assert.Equal(t, 403, refusal.Code)
	})
}

func TestTheRequiredLibraryInAChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		bot, next := libraryBot(t, srv)
		c, ed := srv.NewChannel("News"), srv.NewUser("Ed")
		c.SetUsername("our_news")
		require.NoError(t, c.AddBot(ed))
		assert.True(t, next().MyChatMember.NewChatMember.CanPostMessages)
		_, err := c.Post(ed, "Post")
		require.NoError(t, err)
		u := next()
		assert.Equal(t, "Post", u.ChannelPost.Text)
		assert.Nil(t, u.ChannelPost.From)
		assert.True(t, u.ChannelPost.SenderChat.IsChannel())
		sent, err := bot.Send(tgbotapi.NewMessageToChannel("@our_news", "x"))
		require.NoError(t, err)
		assert.Equal(t, 2, sent.MessageID)
		_, err = bot.Request(tgbotapi.NewSetMyCommandsWithScope(tgbotapi.NewBotCommandScopeAllGroupChats(), tgbotapi.BotCommand{Command: "help", Description: "Help"}))
		require.NoError(t, err)
		commands, err := bot.GetMyCommandsWithConfig(tgbotapi.NewGetMyCommandsWithScope(tgbotapi.NewBotCommandScopeAllGroupChats()))
		require.NoError(t, err)
		assert.Equal(t, "help", commands[0].Command)
	})
}

func chatID(t testing.TB, id string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	require.NoError(t, err)
	return n
}
