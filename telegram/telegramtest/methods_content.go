package telegramtest

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	minLive         = 60
	maxLive         = 86400
	liveForever     = 0x7FFFFFFF
	maxAccuracy     = 1500
	maxProximity    = 100000
	maxVCardBytes   = 2048
	maxQuestion     = 300
	maxPollOptions  = 12
	maxOptionLength = 100
)

// sendContent sends what has neither a text nor a file.
func (c *call) sendContent(read func(ch *chat) (content, *apiError)) (any, *apiError) {
	ch, bad := c.writableChat()
	if bad != nil {
		return nil, bad
	}
	what, bad := read(ch)
	if bad != nil {
		return nil, bad
	}
	m := &message{content: what}
	if bad := c.prepare(ch, m, what.sending()); bad != nil {
		return nil, bad
	}
	return c.s.wire(c.post(ch, m)), nil
}

// required is a text parameter that must be there.
func (c *call) required(name string) (string, *apiError) {
	if !c.has(name) {
		return "", badRequest("parameter \"" + name + "\" is required")
	}
	return c.str(name), nil
}

func onEarth(latitude, longitude float64) bool {
	return math.Abs(latitude) <= 90 && math.Abs(longitude) <= 180
}

func (c *call) degrees(name string) (float64, *apiError) {
	raw := strings.TrimSpace(c.str(name))
	if raw == "" {
		return 0, badRequest(name + " is empty")
	}
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return 0, nil // what is no number counts as 0
	}
	return n, nil
}

func (c *call) location() (*Location, *apiError) {
	latitude, bad := c.degrees("latitude")
	if bad != nil {
		return nil, bad
	}
	longitude, bad := c.degrees("longitude")
	if bad != nil {
		return nil, bad
	}
	if !onEarth(latitude, longitude) {
		return nil, badRequest("wrong location specified")
	}
	accuracy, _ := strconv.ParseFloat(c.str("horizontal_accuracy"), 64)
	return &Location{Latitude: latitude, Longitude: longitude, Accuracy: min(max(accuracy, 0), maxAccuracy)}, nil
}

func (c *call) sendLocation() (any, *apiError) {
	return c.sendContent(func(*chat) (content, *apiError) {
		l, bad := c.location()
		if bad != nil {
			return content{}, bad
		}
		period := c.number("live_period", 0, math.MinInt32, math.MaxInt32)
		heading := c.number("heading", 0, math.MinInt32, math.MaxInt32)
		radius := c.number("proximity_alert_radius", 0, math.MinInt32, math.MaxInt32)
		switch {
		case period != 0 && period != liveForever && (period < minLive || period > maxLive):
			bad = badRequest("wrong live location period specified")
		case heading < 0 || heading > 360:
			bad = badRequest("wrong live location heading specified")
		case radius < 0 || radius > maxProximity:
			bad = badRequest("wrong live location proximity alert radius specified")
		case period != 0:
			l.LivePeriod, l.Heading, l.ProximityRadius = int(period), int(heading), int(radius)
		}
		return content{location: l}, bad
	})
}

func (c *call) sendVenue() (any, *apiError) {
	return c.sendContent(func(*chat) (content, *apiError) {
		l, bad := c.location()
		if bad != nil {
			return content{}, bad
		}
		v := &Venue{
			Location: Location{Latitude: l.Latitude, Longitude: l.Longitude}, FoursquareID: c.str("foursquare_id"),
			FoursquareType: c.str("foursquare_type"), GooglePlaceID: c.str("google_place_id"),
			GooglePlaceType: c.str("google_place_type"),
		}
		if v.Title, bad = c.required("title"); bad != nil {
			return content{}, bad
		}
		v.Address, bad = c.required("address")
		return content{venue: v}, bad
	})
}

func (c *call) sendContact() (any, *apiError) {
	return c.sendContent(func(*chat) (content, *apiError) {
		out := &Contact{LastName: c.str("last_name"), VCard: c.str("vcard")}
		var bad *apiError
		if out.Phone, bad = c.required("phone_number"); bad != nil {
			return content{}, bad
		}
		if out.FirstName, bad = c.required("first_name"); bad != nil {
			return content{}, bad
		}
		if len(out.VCard) > maxVCardBytes {
			bad = badRequest("contact vCard is too long")
		}
		return content{contact: out}, bad
	})
}

// diceFaces is how many values each dice can show.
var diceFaces = map[string]uint64{"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}

// dice throws one; nil if there is none with this emoji.
func (s *Server) dice(ch *chat, emoji string) *Dice {
	emoji = strings.TrimSuffix(emoji, "\uFE0F") // some keyboards add that they want it in colour
	faces := diceFaces[emoji]
	if faces == 0 {
		return nil
	}
	return &Dice{Emoji: emoji, Value: 1 + int(s.hash("dice", ch.id, len(ch.messages))%faces)}
}

func (c *call) sendDice() (any, *apiError) {
	return c.sendContent(func(ch *chat) (content, *apiError) {
		emoji := c.str("emoji")
		if emoji == "" {
			emoji = "🎲"
		}
		d := c.s.dice(ch, emoji)
		if d == nil {
			return content{}, badRequest("wrong dice emoji specified")
		}
		return content{dice: d}, nil
	})
}

func (c *call) sendPoll() (any, *apiError) {
	return c.sendContent(func(ch *chat) (content, *apiError) {
		p := &Poll{
			Anonymous: !c.has("is_anonymous") || c.flag("is_anonymous"), Multiple: c.flag("allows_multiple_answers"),
			MembersOnly: ch.kind == broadcast && c.flag("members_only"),
		}
		var bad *apiError
		if p.Question, _, bad = c.marked("question", "question_parse_mode", "question_entities"); bad != nil {
			return content{}, bad
		}
		switch n := utf8.RuneCountInString(p.Question); {
		case n == 0:
			return content{}, badRequest("poll question must be non-empty")
		case n > maxQuestion:
			return content{}, badRequest("poll question length must not exceed 300")
		}
		if p.Options, bad = c.pollOptions(); bad != nil {
			return content{}, bad
		}
		switch kind := c.str("type"); kind {
		case "", "regular":
		case "quiz":
			p.Quiz = true
			p.Correct, bad = c.correctOption(len(p.Options))
		default:
			bad = badRequest("unsupported poll type specified")
		}
		p.Final = p.Quiz
		if c.has("allows_revoting") {
			p.Final = !c.flag("allows_revoting")
		}
		return content{poll: p}, bad
	})
}

// pollOptions reads options, each of which is an object or, as before, a bare text.
func (c *call) pollOptions() ([]string, *apiError) {
	var raw []json.RawMessage
	if json.Unmarshal([]byte(c.str("options")), &raw) != nil {
		return nil, badRequest("can't parse options JSON object")
	}
	var options []string
	for _, one := range raw {
		var text string
		if json.Unmarshal(one, &text) != nil {
			o, ok := parseObject(string(one))
			if !ok {
				return nil, badRequest("can't parse InputPollOption: expected an Object")
			}
			var err error
			if text, err = o.str("text"); err != nil {
				return nil, badRequest("can't parse InputPollOption: " + err.Error())
			}
		}
		text, _ = trim(text, nil)
		switch n := utf8.RuneCountInString(text); {
		case n == 0:
			return nil, badRequest("poll options must be non-empty")
		case n > maxOptionLength:
			return nil, badRequest("poll options length must not exceed 100")
		}
		options = append(options, text)
	}
	switch {
	case len(options) == 0:
		return nil, badRequest("poll must have at least 1 option")
	case len(options) > maxPollOptions:
		return nil, badRequest("poll can't have more than 12 options")
	}
	return options, nil
}

func (c *call) correctOption(options int) (int, *apiError) {
	ids := []int64{c.number("correct_option_id", -1, -1, 100)}
	if raw := c.str("correct_option_ids"); raw != "" && (json.Unmarshal([]byte(raw), &ids) != nil || len(ids) == 0) {
		return 0, badRequest("can't parse correct option identifiers")
	}
	if ids[0] < 0 || ids[0] >= int64(options) {
		return 0, badRequest("wrong correct option ID specified")
	}
	return int(ids[0]), nil
}
