package interop

import (
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestPlacesAreSent(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := must[message](w, &bot.SendLocationParams{ChatID: w.ann.id, Latitude: 50.4501, Longitude: -30.5234, LivePeriod: 900},
			tu.Location(tu.ID(w.ann.id), 50.4501, -30.5234).WithLivePeriod(900))
		require.NotNil(w.t, sent.Location)
		assert.Equal(w.t, location{50.4501, -30.5234, 900}, *sent.Location)
		assert.InDelta(w.t, 50.4501, w.sees().Location.Latitude, 1e-9)

		// The equator is a place like any other.
		sent = must[message](w, &bot.SendVenueParams{ChatID: w.ann.id, Latitude: 0, Longitude: 6.5, Title: "Cafe", Address: "Main St 1"},
			tu.Venue(tu.ID(w.ann.id), 0, 6.5, "Cafe", "Main St 1"))
		require.NotNil(w.t, sent.Venue)
		assert.Equal(w.t, "Cafe", sent.Venue.Title)
		assert.Equal(w.t, location{0, 6.5, 0}, sent.Venue.Location)
		assert.NotNil(w.t, sent.Location, "a venue is a location too")
		r := refused(w, &bot.SendLocationParams{ChatID: w.ann.id, Latitude: 91}, tu.Location(tu.ID(w.ann.id), 91, 0))
		assert.Equal(w.t, 400, r.Code)
	})
}

func TestContactsDiceAndPollsAreSent(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := must[message](w, &bot.SendContactParams{ChatID: w.ann.id, PhoneNumber: "+380501112233", FirstName: "Bob"},
			tu.Contact(tu.ID(w.ann.id), "+380501112233", "Bob"))
		require.NotNil(w.t, sent.Contact)
		assert.Equal(w.t, "Bob", sent.Contact.FirstName)
		assert.Equal(w.t, "+380501112233", w.sees().Contact.Phone)

		sent = must[message](w, &bot.SendDiceParams{ChatID: w.ann.id, Emoji: "🎯"}, tu.Dice(tu.ID(w.ann.id), "🎯"))
		require.NotNil(w.t, sent.Dice)
		assert.Equal(w.t, "🎯", sent.Dice.Emoji)
		assert.Equal(w.t, w.sees().Dice.Value, sent.Dice.Value)

		sent = must[message](w,
			&bot.SendPollParams{ChatID: w.ann.id, Question: "Tea?", Options: []models.InputPollOption{{Text: "yes"}, {Text: "no"}},
				AllowsMultipleAnswers: true, IsAnonymous: bot.False()},
			tu.Poll(tu.ID(w.ann.id), "Tea?", tu.PollOption("yes"), tu.PollOption("no")).WithAllowsMultipleAnswers().
				WithIsAnonymous(false))
		require.NotNil(w.t, sent.Poll)
		assert.Equal(w.t, "Tea?", sent.Poll.Question)
		assert.Equal(w.t, "regular", sent.Poll.Type)
		assert.True(w.t, sent.Poll.Multiple)
		assert.Equal(w.t, []string{"yes", "no"}, w.sees().Poll.Options)
		assert.False(w.t, w.sees().Poll.Anonymous)
	})
}

func TestWhatElseAPersonSends(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		require.NoError(w.t, w.ann.SendLocation(telegramtest.Location{Latitude: 1.5, Longitude: 2.25, LivePeriod: 60}))
		assert.Equal(w.t, location{1.5, 2.25, 60}, *w.next().Message.Location)
		require.NoError(w.t, w.ann.Move(1.75, 2.25))
		assert.InDelta(w.t, 1.75, w.next().EditedMessage.Location.Latitude, 1e-9)
		require.NoError(w.t, w.ann.SendVenue(telegramtest.Venue{
			Location: telegramtest.Location{Latitude: 1, Longitude: 2}, Title: "Cafe", Address: "Main St 1"}))
		venue := w.next().Message
		assert.Equal(w.t, "Main St 1", venue.Venue.Address)
		assert.NotNil(w.t, venue.Location)
		require.NoError(w.t, w.ann.SendContact(telegramtest.Contact{Phone: "+49301234", FirstName: "Bob"}))
		assert.Zero(w.t, w.next().Message.Contact.UserID)
		require.NoError(w.t, w.ann.SendDice("🎲"))
		assert.InDelta(w.t, 3.5, w.next().Message.Dice.Value, 2.5)
		require.NoError(w.t, w.ann.SendPoll(telegramtest.Poll{Question: "Tea?", Options: []string{"yes", "no"}}))
		assert.Equal(w.t, "Tea?", w.next().Message.Poll.Question)
		require.NoError(w.t, w.ann.SendStory(7))
		assert.NotZero(w.t, w.next().Message.ID)
	})
}

func TestAProfilePhotoIsShownAndDownloaded(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		face := picture(w.t, 640, 640)
		require.NoError(w.t, w.ann.SetPhoto(face))
		photos := must[struct {
			Total  int      `json:"total_count"`
			Photos [][]file `json:"photos"`
		}](w, &bot.GetUserProfilePhotosParams{UserID: w.ann.id, Limit: 1},
			&telego.GetUserProfilePhotosParams{UserID: w.ann.id, Limit: 1})
		assert.Equal(w.t, 1, photos.Total)
		require.Len(w.t, photos.Photos, 1)
		sizes := photos.Photos[0]
		assert.Equal(w.t, face, w.download(sizes[len(sizes)-1].ID))
		got := must[struct {
			Photo struct {
				Big string `json:"big_file_id"`
			} `json:"photo"`
		}](w, &bot.GetChatParams{ChatID: w.ann.id}, &telego.GetChatParams{ChatID: tu.ID(w.ann.id)})
		assert.Equal(w.t, face, w.download(got.Photo.Big))
	})
}

func TestAQuizIsSent(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		sent := must[message](w,
			&bot.SendPollParams{ChatID: w.ann.id, Question: "2+2?", Type: "quiz", CorrectOptionID: 1,
				Options: []models.InputPollOption{{Text: "3"}, {Text: "4"}}},
			tu.Poll(tu.ID(w.ann.id), "2+2?", tu.PollOption("3"), tu.PollOption("4")).WithType("quiz").WithCorrectOptionIDs(1))
		assert.Equal(w.t, "quiz", sent.Poll.Type)
		assert.True(w.t, w.sees().Poll.Quiz)
		assert.Equal(w.t, 1, w.sees().Poll.Correct)
	})
}
