package interop

import (
	"strconv"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// tell has the bot send plain text to any chat.
func (w *world) tell(chatID int64, text string) message {
	w.t.Helper()
	return must[message](w, &bot.SendMessageParams{ChatID: chatID, Text: text},
		&telego.SendMessageParams{ChatID: tu.ID(chatID), Text: text})
}

// everyKind has the bot ask for all kinds of updates, also those that are sent on request only.
func (w *world) everyKind() {
	w.t.Helper()
	kinds := []string{"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member",
		"chat_member", "chat_join_request", "message_reaction", "message_reaction_count", "business_connection", "business_message",
		"edited_business_message", "deleted_business_messages"}
	const url = "https://bot.example/"
	done(w, &bot.SetWebhookParams{URL: url, AllowedUpdates: kinds}, &telego.SetWebhookParams{URL: url, AllowedUpdates: kinds})
	done(w, &bot.DeleteWebhookParams{}, &telego.DeleteWebhookParams{}) // the setting outlives it
	w.poll()
}

func TestAGroupFromTheFirstDayToTheLast(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.everyKind()
		g := w.srv.NewGroup("Support")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.AddBot(w.ann.User))
		added, greeting := w.nextOf2(func(u update) bool { return u.MyChatMember != nil })
		assert.Equal(w.t, "left", added.MyChatMember.Old.Status)
		assert.Equal(w.t, "member", added.MyChatMember.New.Status)
		assert.Equal(w.t, chat{ID: id, Type: "group", Title: "Support"}, added.MyChatMember.Chat)
		require.Len(w.t, greeting.Message.NewMembers, 1)
		assert.True(w.t, greeting.Message.NewMembers[0].IsBot)

		ann := g.Member(w.ann.User)
		require.NoError(w.t, ann.Start("ref"))
		assert.Equal(w.t, "/start@parley_test_bot ref", w.next().Message.Text)
		sent := w.tell(id, "hello, group")
		assert.Equal(w.t, "group", sent.Chat.Type)
		require.NoError(w.t, ann.Reply(g.Messages()[0].ID, "hello, bot"))
		assert.Equal(w.t, sent.ID, w.next().Message.ReplyTo.ID)

		require.NoError(w.t, g.KickBot(w.ann.User))
		assert.Equal(w.t, "kicked", w.nextWith(func(u update) bool { return u.MyChatMember != nil }).MyChatMember.New.Status)
		r := w.refusedText(id, "hi")
		assert.Equal(w.t, 403, r.Code)
		assert.Contains(w.t, r.Text, "bot was kicked from the group chat")
	})
}

// nextWith is the next update that fits; the others before it are gone.
func (w *world) nextWith(fits func(update) bool) update {
	w.t.Helper()
	for {
		if u := w.next(); fits(u) {
			return u
		}
	}
}

// nextOf2 is the next two updates, the one that fits first: kinds are delivered side by side.
func (w *world) nextOf2(fits func(update) bool) (first, second update) {
	w.t.Helper()
	first, second = w.next(), w.next()
	if !fits(first) {
		first, second = second, first
	}
	require.True(w.t, fits(first))
	return first, second
}

func TestAGroupThatBecameASupergroup(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		g := w.srv.NewGroup("Support")
		require.NoError(w.t, g.AddBot(w.ann.User))
		old := number(w.t, g.ID())
		w.tell(old, "before")
		w.next()
		w.next()
		moved, err := g.Migrate(w.ann.User)
		require.NoError(w.t, err)
		id := number(w.t, moved.ID())
		to, from := w.nextOf2(func(u update) bool { return u.Message.MigrateTo != 0 })
		assert.Equal(w.t, id, to.Message.MigrateTo)
		assert.Equal(w.t, old, from.Message.MigrateFrom)
		assert.Equal(w.t, "supergroup", from.Message.Chat.Type)

		r := w.refusedText(old, "after")
		assert.Equal(w.t, 400, r.Code)
		assert.Equal(w.t, id, r.MigrateToChatID)
		w.tell(r.MigrateToChatID, "after")
		assert.Equal(w.t, "after", moved.Messages()[0].Text)
	})
}

func TestTopicsOfAForum(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		g := w.srv.NewForum("Forum")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.PromoteBot(w.ann.User))
		w.next()
		w.next()
		topic, err := g.NewTopic(w.ann.User, "Orders")
		require.NoError(w.t, err)
		opened := w.next().Message
		require.NotNil(w.t, opened.NewTopic)
		assert.Equal(w.t, "Orders", opened.NewTopic.Name)
		assert.True(w.t, opened.Chat.IsForum)
		require.NoError(w.t, topic.Member(w.ann.User).Write("where is it?"))
		asked := w.next().Message
		assert.True(w.t, asked.InTopic)
		assert.Equal(w.t, topic.ID(), itoa(asked.ThreadID))

		sent := must[message](w, &bot.SendMessageParams{ChatID: id, MessageThreadID: asked.ThreadID, Text: "on its way"},
			tu.Message(tu.ID(id), "on its way").WithMessageThreadID(asked.ThreadID))
		assert.Equal(w.t, asked.ThreadID, sent.ThreadID)
		assert.Equal(w.t, "on its way", topic.Messages()[0].Text)
		w.tell(id, "in General")
		assert.Len(w.t, topic.Messages(), 1)
		done(w, &bot.SendChatActionParams{ChatID: id, MessageThreadID: asked.ThreadID, Action: "typing"},
			tu.ChatAction(tu.ID(id), telego.ChatActionTyping).WithMessageThreadID(asked.ThreadID))

		topic.Delete()
		r := refused(w, &bot.SendMessageParams{ChatID: id, MessageThreadID: asked.ThreadID, Text: "x"},
			tu.Message(tu.ID(id), "x").WithMessageThreadID(asked.ThreadID))
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "message thread not found")
	})
}

func TestMembersOfAGroup(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.everyKind()
		g := w.srv.NewSupergroup("Club")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.PromoteBot(w.ann.User))
		w.nextOf2(func(u update) bool { return u.MyChatMember != nil })
		bob := w.person("Bob")
		joined, err := g.Join(bob.User)
		require.NoError(w.t, err)
		told, greeting := w.nextOf2(func(u update) bool { return u.ChatMember != nil })
		assert.Equal(w.t, "member", told.ChatMember.New.Status)
		assert.Equal(w.t, bob.id, greeting.Message.NewMembers[0].ID)
		status := func() string {
			return must[member](w, &bot.GetChatMemberParams{ChatID: id, UserID: bob.id},
				&telego.GetChatMemberParams{ChatID: tu.ID(id), UserID: bob.id}).Status
		}
		assert.Equal(w.t, "member", status())
		require.NoError(w.t, joined.Promote(w.ann.User))
		assert.Equal(w.t, "administrator", w.next().ChatMember.New.Status)
		assert.Equal(w.t, "administrator", status())
		admins := must[[]member](w, &bot.GetChatAdministratorsParams{ChatID: id}, &telego.GetChatAdministratorsParams{ChatID: tu.ID(id)})
		assert.Len(w.t, admins, 2)
		assert.Equal(w.t, 2, must[int](w, &bot.GetChatMemberCountParams{ChatID: id}, &telego.GetChatMemberCountParams{ChatID: tu.ID(id)}))

		sent := w.tell(id, "like it?")
		require.NoError(w.t, joined.React(itoa(sent.ID), "👍"))
		liked := w.next().Reaction
		require.NotNil(w.t, liked)
		assert.Equal(w.t, []reaction{{"emoji", "👍"}}, liked.New)
		assert.Equal(w.t, bob.id, liked.User.ID)
		require.NoError(w.t, joined.React(itoa(sent.ID), ""))
		assert.Empty(w.t, w.next().Reaction.New)

		require.NoError(w.t, joined.Kick(w.ann.User))
		gone, _ := w.nextOf2(func(u update) bool { return u.ChatMember != nil })
		assert.Equal(w.t, "kicked", gone.ChatMember.New.Status)
		assert.Equal(w.t, "kicked", status())
		done(w, &bot.LeaveChatParams{ChatID: id}, &telego.LeaveChatParams{ChatID: tu.ID(id)})
		assert.Equal(w.t, "left", w.next().MyChatMember.New.Status)
	})
}

func TestARestrictedBotMayNotWrite(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		g := w.srv.NewSupergroup("Club")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.AddBot(w.ann.User))
		require.NoError(w.t, g.RestrictBot(w.ann.User))
		restricted := w.nextWith(func(u update) bool { return u.MyChatMember != nil && u.MyChatMember.New.Status == "restricted" })
		assert.Equal(w.t, "member", restricted.MyChatMember.Old.Status)
		r := w.refusedText(id, "hi")
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "not enough rights to send text messages to the chat")
	})
}

func TestAJoinRequestIsGreetedAndApproved(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.everyKind()
		g := w.srv.NewSupergroup("Club")
		id := number(w.t, g.ID())
		require.NoError(w.t, g.PromoteBot(w.ann.User))
		w.nextOf2(func(u update) bool { return u.MyChatMember != nil })
		bob, eve := w.person("Bob"), w.person("Eve")
		require.NoError(w.t, g.RequestToJoin(bob.User, "I like tea"))
		asked := w.next().JoinRequest
		require.NotNil(w.t, asked)
		assert.Equal(w.t, "I like tea", asked.Bio)
		assert.Equal(w.t, id, asked.Chat.ID)
		w.tell(asked.ChatID, "Welcome, Bob")
		assert.Equal(w.t, "Welcome, Bob", bob.Messages()[0].Text)
		done(w, &bot.ApproveChatJoinRequestParams{ChatID: id, UserID: bob.id},
			&telego.ApproveChatJoinRequestParams{ChatID: tu.ID(id), UserID: bob.id})
		joined := w.nextWith(func(u update) bool { return u.ChatMember != nil })
		assert.True(w.t, joined.ChatMember.ViaRequest)
		assert.Equal(w.t, "member", joined.ChatMember.New.Status)

		require.NoError(w.t, g.RequestToJoin(eve.User, ""))
		w.nextWith(func(u update) bool { return u.JoinRequest != nil })
		done(w, &bot.DeclineChatJoinRequestParams{ChatID: id, UserID: eve.id},
			&telego.DeclineChatJoinRequestParams{ChatID: tu.ID(id), UserID: eve.id})
		assert.Equal(w.t, 403, w.refusedText(eve.id, "hi").Code)
	})
}

func TestForwardsAndCopies(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		bob := w.person("Bob")
		require.NoError(w.t, bob.Start(""))
		w.next()
		require.NoError(w.t, bob.Write("my order"))
		order := w.next().Message
		forwarded := must[message](w, &bot.ForwardMessageParams{ChatID: w.ann.id, FromChatID: bob.id, MessageID: order.ID},
			&telego.ForwardMessageParams{ChatID: tu.ID(w.ann.id), FromChatID: tu.ID(bob.id), MessageID: order.ID})
		assert.Equal(w.t, "my order", forwarded.Text)
		require.NotNil(w.t, forwarded.Origin)
		assert.Equal(w.t, "user", forwarded.Origin.Type)
		assert.Equal(w.t, bob.id, forwarded.Origin.User.ID)

		type id struct {
			ID int `json:"message_id"`
		}
		copied := must[id](w, &bot.CopyMessageParams{ChatID: w.ann.id, FromChatID: bob.id, MessageID: order.ID},
			tu.CopyMessage(tu.ID(w.ann.id), tu.ID(bob.id), order.ID))
		assert.Equal(w.t, itoa(copied.ID), w.sees().ID)
		many := must[[]id](w, &bot.ForwardMessagesParams{ChatID: w.ann.id, FromChatID: bob.id, MessageIDs: []int{1, order.ID, 99}},
			&telego.ForwardMessagesParams{ChatID: tu.ID(w.ann.id), FromChatID: tu.ID(bob.id), MessageIDs: []int{1, order.ID, 99}})
		assert.Len(w.t, many, 2, "what is not there is skipped")
		assert.Len(w.t, must[[]id](w, &bot.CopyMessagesParams{ChatID: w.ann.id, FromChatID: bob.id, MessageIDs: []int{1, order.ID}},
			&telego.CopyMessagesParams{ChatID: tu.ID(w.ann.id), FromChatID: tu.ID(bob.id), MessageIDs: []int{1, order.ID}}), 2)
		r := refused(w, &bot.CopyMessageParams{ChatID: w.ann.id, FromChatID: bob.id, MessageID: 99},
			tu.CopyMessage(tu.ID(w.ann.id), tu.ID(bob.id), 99))
		assert.Contains(w.t, r.Text, "message to copy not found")

		require.NoError(w.t, w.ann.Forward(bob.User, "he said so"))
		assert.Equal(w.t, bob.id, w.next().Message.Origin.User.ID)
		bob.HideForwards()
		require.NoError(w.t, w.ann.Forward(bob.User, "somebody said so"))
		assert.Equal(w.t, "hidden_user", w.next().Message.Origin.Type)
	})
}

func TestAnonymousVoicesInASupergroup(t *testing.T) {
	t.Parallel()
	run(t, telegramtest.Config{NoLimits: true, ReadsAll: true}, transports, func(w *world) {
		w.poll()
		g := w.srv.NewSupergroup("Club")
		require.NoError(w.t, g.AddBot(w.ann.User))
		w.next()
		w.next()
		require.NoError(w.t, g.WriteAnonymously("the management"))
		said := w.next().Message
		assert.EqualValues(w.t, 1087968824, said.From.ID)
		assert.Equal(w.t, number(w.t, g.ID()), said.SenderChat.ID)
		require.NoError(w.t, g.WriteAsChannel(w.srv.NewChannel("News"), "we too"))
		assert.Equal(w.t, "channel", w.next().Message.SenderChat.Type)
	})
}

func itoa(id int) string { return strconv.Itoa(id) }
