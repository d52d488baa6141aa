package telegramtest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestWhatTheBotMayWriteInAGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, b, g, ann := grouped(t, telegramtest.Config{})
		send := func() string {
			return call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"}).Description
		}
		assert.Empty(t, send())
		require.NoError(t, g.RestrictBot(ann.User(), telegramtest.SendPhotos))
		restricted := newest(t, b, "my_chat_member")["new_chat_member"].(in)
		assert.Equal(t, "restricted", restricted["status"])
		assert.Equal(t, false, restricted["can_send_messages"])
		assert.Equal(t, true, restricted["can_send_photos"])
		assert.Equal(t, "Bad Request: not enough rights to send text messages to the chat", send())
		assert.Empty(t, call(t, srv, "editMessageText", in{"chat_id": g.ID(), "message_id": 2, "text": "y"}).Description, "what it wrote before")
		require.NoError(t, g.DemoteBot(ann.User()))
		assert.Empty(t, send())
		g.SetUsername("@our_support")
		assert.True(t, call(t, srv, "sendMessage", in{"chat_id": "@Our_Support", "text": "x"}).OK)
		assert.Equal(t, "Bad Request: chat not found", call(t, srv, "sendMessage", in{"chat_id": "@nobody_here", "text": "x"}).Description)
		require.NoError(t, g.PromoteBot(ann.User(), telegramtest.PinMessages))
		rights := newest(t, b, "my_chat_member")["new_chat_member"].(in)
		assert.Equal(t, "administrator", rights["status"])
		assert.Equal(t, true, rights["can_pin_messages"])
		assert.Equal(t, false, rights["can_delete_messages"])
		assert.NotContains(t, rights, "can_post_messages", "which channels have")
		require.ErrorContains(t, g.PromoteBot(ann.User(), telegramtest.PostMessages), "no right")
	})
}

func TestAGroupThatLetsNobodyWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, g, ann := grouped(t, telegramtest.Config{})
		send := func() string {
			return call(t, srv, "sendMessage", in{"chat_id": g.ID(), "text": "x"}).Description
		}
		g.SetPermissions()
		assert.Equal(t, "Bad Request: not enough rights to send text messages to the chat", send())
		require.ErrorContains(t, ann.Write("x"), "may not send text messages")
		require.NoError(t, ann.Promote(ann.User()))
		require.NoError(t, ann.Write("x"))
		require.NoError(t, g.PromoteBot(ann.User()))
		assert.Empty(t, send())
		require.NoError(t, g.DemoteBot(ann.User()))
		g.SetPermissions(telegramtest.SendMessages)
		assert.Empty(t, send())
	})
}

func TestEachKindOfMessageNeedsItsPermission(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, g, ann := grouped(t, telegramtest.Config{NoLimits: true, ReadsAll: true})
		at := telegramtest.Location{Latitude: 1}
		photo := telegramtest.Media{Kind: telegramtest.Photo, Data: []byte("p")}
		video := telegramtest.Media{Kind: telegramtest.Video, Data: []byte("v")}
		require.NoError(t, ann.SendAlbum(photo, video))
		require.NoError(t, ann.SendPoll(telegramtest.Poll{Question: "?", Options: []string{"a"}}))
		sent := ann.Sent()
		items := []in{{"type": "photo", "media": sent[0].Media.FileID}, {"type": "video", "media": sent[1].Media.FileID}}
		for _, c := range []struct {
			needs      telegramtest.Permission
			what       string
			method     string
			parameters in
			person     func() error
		}{
			{telegramtest.SendMessages, "text messages", "sendMessage", in{"text": "x"}, func() error { return ann.Write("x") }},
			{telegramtest.SendMessages, "locations", "sendLocation", in{"latitude": 1, "longitude": 1}, func() error { return ann.SendLocation(at) }},
			{telegramtest.SendMessages, "venues", "sendVenue", in{"latitude": 1, "longitude": 1, "title": "t", "address": "a"},
				func() error { return ann.SendVenue(telegramtest.Venue{Location: at, Title: "t", Address: "a"}) }},
			{telegramtest.SendMessages, "contacts", "sendContact", in{"phone_number": "+1", "first_name": "B"},
				func() error { return ann.SharePhone("+1") }},
			{telegramtest.SendPolls, "polls", "sendPoll", in{"question": "?", "options": []string{"a"}},
				func() error { return ann.SendPoll(telegramtest.Poll{Question: "?", Options: []string{"a"}}) }},
			{telegramtest.SendPolls, "polls", "forwardMessage", in{"from_chat_id": g.ID(), "message_id": number(sent[2].ID)}, nil},
			{telegramtest.SendPolls, "polls", "copyMessages", in{"from_chat_id": g.ID(), "message_ids": []any{number(sent[2].ID)}}, nil},
			{telegramtest.SendOther, "dice", "sendDice", in{}, func() error { return ann.SendDice("🎲") }},
			{telegramtest.SendVideos, "videos", "sendVideo", in{"video": sent[1].Media.FileID}, func() error { return ann.Send(video) }},
		} {
			g.SetPermissions()
			c.parameters["chat_id"] = g.ID()
			assert.Equal(t, "Bad Request: not enough rights to send "+c.what+" to the chat", call(t, srv, c.method, c.parameters).Description)
			if c.person != nil {
				require.ErrorContains(t, c.person(), "may not send "+c.what)
			}
			g.SetPermissions(c.needs)
			mustCall(t, srv, c.method, c.parameters)
			if c.person != nil {
				require.NoError(t, c.person())
			}
		}
		g.SetPermissions(telegramtest.SendPhotos)
		before := len(ann.Sent())
		assert.Equal(t, "Bad Request: not enough rights to send videos to the chat",
			call(t, srv, "sendMediaGroup", in{"chat_id": g.ID(), "media": items}).Description, "each item counts, not the first alone")
		require.ErrorContains(t, ann.SendAlbum(photo, video), "may not send videos")
		assert.Len(t, ann.Sent(), before, "all or nothing")
		g.SetPermissions(telegramtest.SendPhotos, telegramtest.SendVideos)
		mustCall(t, srv, "sendMediaGroup", in{"chat_id": g.ID(), "media": items})
	})
}
