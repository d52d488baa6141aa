package telegramtest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestPlacesContactsDiceAndPollsAreRefusedWithThePlatformsWords(t *testing.T) {
	t.Parallel()
	kyiv := func(more in) in {
		all := in{"latitude": 50.4501, "longitude": 30.5234}
		for name, value := range more {
			all[name] = value
		}
		return all
	}
	options := func(n int) []in {
		all := make([]in, n)
		for i := range all {
			all[i] = in{"text": "x"}
		}
		return all
	}
	for name, c := range map[string]struct {
		method     string
		parameters in
		want       string
	}{
		"no latitude":               {"sendLocation", in{"longitude": 1}, "latitude is empty"},
		"no longitude":              {"sendLocation", in{"latitude": 1}, "longitude is empty"},
		"a latitude beyond a pole":  {"sendLocation", kyiv(in{"latitude": 90.1}), "wrong location specified"},
		"a longitude too far":       {"sendLocation", kyiv(in{"longitude": -180.1}), "wrong location specified"},
		"a place that is no number": {"sendLocation", kyiv(in{"latitude": "NaN"}), "wrong location specified"},
		"a short live period":       {"sendLocation", kyiv(in{"live_period": 59}), "wrong live location period specified"},
		"a long live period":        {"sendLocation", kyiv(in{"live_period": 86401}), "wrong live location period specified"},
		"a heading of 361":          {"sendLocation", kyiv(in{"live_period": 60, "heading": 361}), "wrong live location heading specified"},
		"a far proximity":           {"sendLocation", kyiv(in{"live_period": 60, "proximity_alert_radius": 100001}), "wrong live location proximity alert radius specified"},
		"a venue nowhere":           {"sendVenue", in{"title": "x", "address": "y"}, "latitude is empty"},
		"a venue without a title":   {"sendVenue", kyiv(in{"address": "y"}), `parameter "title" is required`},
		"a venue without address":   {"sendVenue", kyiv(in{"title": "x"}), `parameter "address" is required`},
		"no phone number":           {"sendContact", in{"first_name": "x"}, `parameter "phone_number" is required`},
		"no first name":             {"sendContact", in{"phone_number": "1"}, `parameter "first_name" is required`},
		"2049 bytes of vCard":       {"sendContact", in{"phone_number": "1", "first_name": "x", "vcard": strings.Repeat("v", 2049)}, "contact vCard is too long"},
		"a dice that is none":       {"sendDice", in{"emoji": "🙂"}, "wrong dice emoji specified"},
		"no question":               {"sendPoll", in{"options": options(2)}, "poll question must be non-empty"},
		"301 characters":            {"sendPoll", in{"question": strings.Repeat("😀", 301), "options": options(2)}, "poll question length must not exceed 300"},
		"no options":                {"sendPoll", in{"question": "?"}, "can't parse options JSON object"},
		"options that are none":     {"sendPoll", in{"question": "?", "options": []int{1}}, "can't parse InputPollOption: expected an Object"},
		"an option that is none":    {"sendPoll", in{"question": "?", "options": []in{{"text": []int{}}}}, `can't parse InputPollOption: Field "text" must be of type String`},
		"an empty list":             {"sendPoll", in{"question": "?", "options": options(0)}, "poll must have at least 1 option"},
		"13 options":                {"sendPoll", in{"question": "?", "options": options(13)}, "poll can't have more than 12 options"},
		"an empty option":           {"sendPoll", in{"question": "?", "options": []string{"a", " "}}, "poll options must be non-empty"},
		"a long option":             {"sendPoll", in{"question": "?", "options": []string{strings.Repeat("x", 101)}}, "poll options length must not exceed 100"},
		"an unknown type":           {"sendPoll", in{"question": "?", "options": options(2), "type": "x"}, "unsupported poll type specified"},
		"a quiz nobody can win":     {"sendPoll", in{"question": "?", "options": options(2), "type": "quiz", "correct_option_id": 2}, "wrong correct option ID specified"},
		"a quiz without an answer":  {"sendPoll", in{"question": "?", "options": options(2), "type": "quiz", "correct_option_ids": []int{}}, "can't parse correct option identifiers"},
		"a bad question":            {"sendPoll", in{"question": "<b>x", "question_parse_mode": "HTML", "options": options(2)}, `can't parse entities: Can't find end tag corresponding to start tag "b"`},
		"a bad keyboard":            {"sendDice", in{"reply_markup": "null"}, "object expected as reply markup"},
		"a reply to nothing":        {"sendLocation", kyiv(in{"reply_to_message_id": 99}), "message to be replied not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			c.parameters["chat_id"] = ann.ID()
			got := call(t, srv, c.method, c.parameters)
			assert.Equal(t, 400, got.Status)
			assert.Equal(t, "Bad Request: "+c.want, got.Description)
			assert.Empty(t, ann.Messages())
		})
	}
}

func TestPlacesContactsDiceAndPollsAreSeen(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	do := func(method string, parameters in) in {
		parameters["chat_id"] = ann.ID()
		var message in
		require.NoError(t, json.Unmarshal(mustCall(t, srv, method, parameters).Result, &message))
		return message
	}
	kyiv := telegramtest.Location{Latitude: 50.4501, Longitude: 30.5234}
	live := telegramtest.Location{Latitude: -90, Longitude: 180, Accuracy: 1500, LivePeriod: 0x7FFFFFFF, Heading: 360, ProximityRadius: 9}

	do("sendLocation", in{"latitude": "50.4501", "longitude": 30.5234})
	do("sendLocation", in{
		"latitude": -90, "longitude": 180, "horizontal_accuracy": 9999, "live_period": 0x7FFFFFFF, "heading": 360,
		"proximity_alert_radius": 9, "reply_markup": inline(in{"text": "Go", "callback_data": "g"}),
	})
	venue := do("sendVenue", in{"latitude": 50.4501, "longitude": 30.5234, "title": "Cafe", "address": "Main St 1", "google_place_id": "g"})
	assert.Equal(t, venue["venue"].(in)["location"], venue["location"])
	do("sendContact", in{"phone_number": "+38", "first_name": "Bob", "last_name": "Lee", "vcard": strings.Repeat("v", 2048)})
	assert.Equal(t, "🎲", do("sendDice", in{})["dice"].(in)["emoji"])
	do("sendDice", in{"emoji": "⚽️"})
	poll := do("sendPoll", in{"question": " Why? ", "options": []any{"a", in{"text": "b"}}, "type": "quiz", "correct_option_ids": []int{1}, "is_anonymous": false})
	assert.Equal(t, []any{1.0}, poll["poll"].(in)["correct_option_ids"])
	assert.Equal(t, "quiz", poll["poll"].(in)["type"])
	assert.Equal(t, false, poll["poll"].(in)["allows_revoting"])
	poll = do("sendPoll", in{"question": "?", "options": "[\"a\"]", "allows_multiple_answers": true, "members_only": true})
	assert.Equal(t, true, poll["poll"].(in)["allows_revoting"])
	assert.Equal(t, false, poll["poll"].(in)["members_only"], "only a channel has members to speak of")

	seen := ann.Messages()
	assert.Equal(t, &kyiv, seen[0].Location)
	assert.Equal(t, &live, seen[1].Location)
	assert.Equal(t, "Go", seen[1].Keyboard.Rows[0][0].Text)
	assert.Equal(t, &telegramtest.Venue{Location: kyiv, Title: "Cafe", Address: "Main St 1", GooglePlaceID: "g"}, seen[2].Venue)
	assert.Equal(t, "Lee", seen[3].Contact.LastName)
	assert.Contains(t, []int{1, 2, 3, 4, 5}, seen[5].Dice.Value)
	assert.Equal(t, &telegramtest.Poll{Question: "Why?", Options: []string{"a", "b"}, Quiz: true, Correct: 1, Final: true}, seen[6].Poll)
	assert.Equal(t, &telegramtest.Poll{Question: "?", Options: []string{"a"}, Anonymous: true, Multiple: true}, seen[7].Poll)
}

func TestWhatHasNoTextIsRefusedToSomebodyWhoBlockedTheBot(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	require.NoError(t, ann.Block())
	for _, method := range []string{
		"sendLocation", "sendVenue", "sendContact", "sendDice", "sendPoll", "sendPhoto", "sendVideo", "sendAudio",
		"sendVoice", "sendDocument", "sendAnimation", "sendVideoNote", "sendSticker",
	} {
		got := call(t, srv, method, in{"chat_id": ann.ID()})
		assert.Equal(t, "Forbidden: bot was blocked by the user", got.Description, method)
		assert.Equal(t, 403, got.Status, method)
	}
}
