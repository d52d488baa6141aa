package telegramtest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestAPersonHasTheSameVerbsInEveryPlace(t *testing.T) {
	t.Parallel()
	at := telegramtest.Location{Latitude: 1, Longitude: 2, LivePeriod: 900}
	type verbs interface {
		SendLocation(telegramtest.Location) error
		Move(latitude, longitude float64) error
		SendVenue(telegramtest.Venue) error
		SharePhone(number string) error
		SendContact(telegramtest.Contact) error
		SendDice(emoji string) error
		SendPoll(telegramtest.Poll) error
		Forward(author *telegramtest.User, text string) error
		Sent() []telegramtest.Message
	}
	for name, in := range map[string]struct {
		person             func(w *town) verbs
		told, edited, from string
	}{
		"in private":      {func(w *town) verbs { return w.ann }, "message", "edited_message", ""},
		"in a group":      {func(w *town) verbs { return w.group.Member(w.ann) }, "message", "edited_message", ""},
		"in a topic":      {func(w *town) verbs { return w.topic.Member(w.ann) }, "message", "edited_message", "message_thread_id"},
		"with a business": {func(w *town) verbs { return w.shop.Customer(w.ann) }, "business_message", "edited_business_message", "business_connection_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, s := newTown(t)
				ann := in.person(w)
				written := len(ann.Sent())
				for field, verb := range map[string]func() error{
					"location": func() error { return ann.SendLocation(at) },
					"venue": func() error {
						return ann.SendVenue(telegramtest.Venue{Location: at, Title: "Cafe", Address: "Main St 1"})
					},
					"contact":        func() error { return ann.SharePhone("+380501112233") },
					"dice":           func() error { return ann.SendDice("🎲") },
					"poll":           func() error { return ann.SendPoll(telegramtest.Poll{Question: "?", Options: []string{"a"}}) },
					"forward_origin": func() error { return ann.Forward(w.ann, "hi") },
				} {
					before := s.count()
					require.NoError(t, verb(), field)
					require.Equal(t, before+1, s.count(), field)
					message, _ := s.got[before][in.told].(map[string]any)
					require.NotNil(t, message[field], field)
					if in.from != "" {
						assert.NotNil(t, message[in.from], field)
					}
				}
				require.Len(t, ann.Sent(), written+6)
				require.NoError(t, ann.SendContact(telegramtest.Contact{Phone: "+1", FirstName: "Bob"}))
				require.NoError(t, ann.Move(3, 4))
				moved := s.got[s.count()-1][in.edited].(map[string]any)
				assert.Equal(t, 3.0, moved["location"].(map[string]any)["latitude"])
			})
		})
	}
}

func TestMediaIsSentInEveryPlace(t *testing.T) {
	t.Parallel()
	photo := telegramtest.Media{Kind: telegramtest.Photo, Data: []byte("a photo"), Caption: "two"}
	for name, send := range map[string]func(w *town) error{
		"a photo in a topic":         func(w *town) error { return w.topic.Member(w.ann).Send(photo) },
		"an album in a topic":        func(w *town) error { return w.topic.Member(w.ann).SendAlbum(photo, photo) },
		"a photo for a business":     func(w *town) error { return w.shop.Customer(w.ann).Send(photo) },
		"an album for a business":    func(w *town) error { return w.shop.Customer(w.ann).SendAlbum(photo, photo) },
		"an album in direct message": func(w *town) error { return w.channel.Direct(w.ann).SendAlbum(photo, photo) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, s := newTown(t)
				before := s.count()
				require.NoError(t, send(w))
				albums := map[any]bool{}
				for _, u := range s.got[before:] {
					m, ok := u["message"].(in)
					if !ok {
						m = u["business_message"].(in)
						assert.NotNil(t, m["business_connection_id"])
					}
					assert.Equal(t, "two", m["caption"])
					assert.NotEmpty(t, m["photo"])
					albums[m["media_group_id"]] = true
				}
				assert.Len(t, albums, 1)
			})
		})
	}
}

func TestMediaOfTheBotStandsWhereItIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, _ := newTown(t)
		require.NoError(t, w.topic.Member(w.ann).Send(telegramtest.Media{Kind: telegramtest.Photo, Data: []byte("x"), Caption: "old"}))
		photo := w.topic.Member(w.ann).Sent()[0].Media.FileID
		to := func(method string, parameters in) result {
			all := in{"chat_id": w.forum.ID(), "message_thread_id": w.topic.ID()}
			for name, value := range parameters {
				all[name] = value
			}
			return mustCall(t, w.srv, method, all)
		}
		album := []in{{"type": "photo", "media": photo, "caption": "a"}, {"type": "photo", "media": photo}}
		to("sendPhoto", in{"photo": photo})
		to("sendMediaGroup", in{"media": album})
		to("sendLocation", in{"latitude": 50.45, "longitude": 30.52})
		got := w.topic.Messages()
		require.Len(t, got, 4)
		first := w.topic.Member(w.ann).Sent()[0].ID

		to("copyMessage", in{"from_chat_id": w.forum.ID(), "message_id": first})
		to("copyMessage", in{"from_chat_id": w.forum.ID(), "message_id": first, "caption": "*new*", "parse_mode": "Markdown"})
		to("copyMessages", in{"from_chat_id": w.forum.ID(), "message_ids": []json.Number{number(got[1].ID), number(got[2].ID)}, "remove_caption": true})
		to("forwardMessages", in{"from_chat_id": w.forum.ID(), "message_ids": []json.Number{number(got[1].ID), number(got[2].ID)}})
		all := w.topic.Messages()[4:]
		require.Len(t, all, 6)
		assert.Equal(t, "old", all[0].Media.Caption)
		assert.Equal(t, "new", all[1].Media.Caption)
		assert.Equal(t, "bold", all[1].Entities[0].Type)
		assert.Empty(t, all[2].Media.Caption)
		assert.Equal(t, "a", all[4].Media.Caption)
		assert.NotEmpty(t, all[2].AlbumID)
		assert.Equal(t, all[2].AlbumID, all[3].AlbumID)
		assert.NotEqual(t, got[1].AlbumID, all[2].AlbumID)
		assert.NotEqual(t, all[2].AlbumID, all[4].AlbumID)
		assert.Equal(t, "Bad Request: message caption is too long", call(t, w.srv, "copyMessage", in{"chat_id": w.forum.ID(),
			"from_chat_id": w.forum.ID(), "message_id": first, "caption": strings.Repeat("x", 1025)}).Description)

		require.NoError(t, w.group.RestrictBot(w.ann, telegramtest.SendMessages))
		assert.Equal(t, "Bad Request: not enough rights to send photos to the chat",
			call(t, w.srv, "sendPhoto", in{"chat_id": w.group.ID(), "photo": photo}).Description)
		assert.Equal(t, "Bad Request: not enough rights to send photos to the chat",
			call(t, w.srv, "sendMediaGroup", in{"chat_id": w.group.ID(), "media": album}).Description)
		mustCall(t, w.srv, "sendMessage", in{"chat_id": w.group.ID(), "text": "x"})
		require.NoError(t, w.shop.Customer(w.ann).Write("hi"))
		mustCall(t, w.srv, "sendPhoto", in{"business_connection_id": w.shop.ID(), "chat_id": w.ann.ID(), "photo": photo})
		assert.NotNil(t, w.shop.Customer(w.ann).Messages()[0].Media)
		mustCall(t, w.srv, "sendPhoto", in{"chat_id": w.channel.ID(), "photo": photo})
	})
}
