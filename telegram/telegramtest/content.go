package telegramtest

// content is what a message has instead of a text. The caption of media is the message's text.
type content struct {
	media        *media
	album        string
	spoiler      bool
	captionAbove bool
	contact      *Contact
	location     *Location
	venue        *Venue
	dice         *Dice
	poll         *Poll
	story        *story
}

// Contact is a phone number with a name. UserID is set by the server if the number belongs to somebody on Telegram.
type Contact struct {
	Phone     string `json:"phone_number"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name,omitempty"`
	UserID    int64  `json:"user_id,omitempty"`
	VCard     string `json:"vcard,omitempty"`
}

// Location is a point on the map, in degrees. LivePeriod makes it a live one for as many seconds, 0x7FFFFFFF for ever.
type Location struct {
	Latitude        float64 `json:"latitude"`
	Longitude       float64 `json:"longitude"`
	Accuracy        float64 `json:"horizontal_accuracy,omitempty"` // meters
	LivePeriod      int     `json:"live_period,omitempty"`
	Heading         int     `json:"heading,omitempty"`                // degrees
	ProximityRadius int     `json:"proximity_alert_radius,omitempty"` // meters
}

// Venue is a place with a name.
type Venue struct {
	Location        Location `json:"location"`
	Title           string   `json:"title"`
	Address         string   `json:"address"`
	FoursquareID    string   `json:"foursquare_id,omitempty"`
	FoursquareType  string   `json:"foursquare_type,omitempty"`
	GooglePlaceID   string   `json:"google_place_id,omitempty"`
	GooglePlaceType string   `json:"google_place_type,omitempty"`
}

// Dice is an animated emoji that shows a random value: 1 to 6 for 🎲 🎯 🎳, to 5 for 🏀 ⚽, to 64 for 🎰. The seed settles
// the value.
type Dice struct {
	Emoji string `json:"emoji"`
	Value int    `json:"value"`
}

// Poll is a poll nobody has voted in.
type Poll struct {
	Question  string
	Options   []string
	Anonymous bool
	// Multiple is allows_multiple_answers.
	Multiple bool
	// Quiz tells a poll with a right answer, the option with the index Correct.
	Quiz    bool
	Correct int
	// Final says that nobody can vote again, as it is in a quiz by default; the opposite of allows_revoting.
	Final bool
	// MembersOnly keeps those out who joined the channel of the poll less than a day before.
	MembersOnly bool
}

type story struct {
	Chat wireChat `json:"chat"`
	ID   int64    `json:"id"`
}

type wireContent struct {
	Caption         string       `json:"caption,omitempty"`
	CaptionEntities []Entity     `json:"caption_entities,omitempty"`
	AlbumID         string       `json:"media_group_id,omitempty"`
	Spoiler         bool         `json:"has_media_spoiler,omitempty"`
	CaptionAbove    bool         `json:"show_caption_above_media,omitempty"`
	Photo           []*photoSize `json:"photo,omitempty"`
	Video           *wireFile    `json:"video,omitempty"`
	Audio           *wireFile    `json:"audio,omitempty"`
	Voice           *wireFile    `json:"voice,omitempty"`
	Document        *wireFile    `json:"document,omitempty"`
	Animation       *wireFile    `json:"animation,omitempty"`
	VideoNote       *wireFile    `json:"video_note,omitempty"`
	Sticker         *wireFile    `json:"sticker,omitempty"`
	Contact         *Contact     `json:"contact,omitempty"`
	Location        *Location    `json:"location,omitempty"`
	Venue           *Venue       `json:"venue,omitempty"`
	Dice            *Dice        `json:"dice,omitempty"`
	Poll            *wirePoll    `json:"poll,omitempty"`
	Story           *story       `json:"story,omitempty"`
}

type photoSize struct {
	ID     string `json:"file_id"`
	Unique string `json:"file_unique_id"`
	Size   int64  `json:"file_size,omitempty"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// wireFile is any file but a photo: each kind has some of the fields.
type wireFile struct {
	ID        string     `json:"file_id"`
	Unique    string     `json:"file_unique_id"`
	Size      int64      `json:"file_size,omitempty"`
	Name      string     `json:"file_name,omitempty"`
	MIME      string     `json:"mime_type,omitempty"`
	Duration  *int       `json:"duration,omitempty"`
	Width     int        `json:"width,omitempty"`
	Height    int        `json:"height,omitempty"`
	Length    int        `json:"length,omitempty"`
	Title     string     `json:"title,omitempty"`
	Performer string     `json:"performer,omitempty"`
	Thumbnail *photoSize `json:"thumbnail,omitempty"`
	Thumb     *photoSize `json:"thumb,omitempty"` // the name it had before, still sent
	Type      string     `json:"type,omitempty"`
	Emoji     string     `json:"emoji,omitempty"`
	Animated  *bool      `json:"is_animated,omitempty"`
	IsVideo   *bool      `json:"is_video,omitempty"`
}

type wirePoll struct {
	ID         string       `json:"id"`
	Question   string       `json:"question"`
	Options    []pollOption `json:"options"`
	Total      int          `json:"total_voter_count"`
	Closed     bool         `json:"is_closed"`
	Anonymous  bool         `json:"is_anonymous"`
	Type       string       `json:"type"`
	Multiple   bool         `json:"allows_multiple_answers"`
	Revoting   bool         `json:"allows_revoting"`
	Members    bool         `json:"members_only"`
	CorrectIDs []int        `json:"correct_option_ids,omitempty"`
}

type pollOption struct {
	ID     string `json:"persistent_id"`
	Text   string `json:"text"`
	Voters int    `json:"voter_count"`
}
