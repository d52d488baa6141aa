package interop

// Views of what a library understood: what the scenarios look at, under the platform's names.

type user struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	Username     string `json:"username"`
	LanguageCode string `json:"language_code"`
}

type chat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Title     string `json:"title"`
	IsForum   bool   `json:"is_forum"`
}

type entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url"`
	Language string `json:"language"`
}

type button struct {
	Text         string `json:"text"`
	CallbackData string `json:"callback_data,omitempty"`
	URL          string `json:"url,omitempty"`
	Style        string `json:"style,omitempty"`
}

type message struct {
	ID       int      `json:"message_id"`
	From     *user    `json:"from"`
	Chat     chat     `json:"chat"`
	Date     int64    `json:"date"`
	EditDate int64    `json:"edit_date"`
	ReplyTo  *message `json:"reply_to_message"`
	Text     string   `json:"text"`
	Entities []entity `json:"entities"`
	Markup   *struct {
		Inline [][]button `json:"inline_keyboard"`
	} `json:"reply_markup"`
	Protected bool `json:"has_protected_content"`

	AlbumID         string    `json:"media_group_id"`
	Caption         string    `json:"caption"`
	CaptionEntities []entity  `json:"caption_entities"`
	CaptionAbove    bool      `json:"show_caption_above_media"`
	Spoiler         bool      `json:"has_media_spoiler"`
	Photo           []file    `json:"photo"`
	Video           *file     `json:"video"`
	Audio           *file     `json:"audio"`
	Voice           *file     `json:"voice"`
	Document        *file     `json:"document"`
	Animation       *file     `json:"animation"`
	VideoNote       *file     `json:"video_note"`
	Sticker         *file     `json:"sticker"`
	Location        *location `json:"location"`
	Venue           *struct {
		Location location `json:"location"`
		Title    string   `json:"title"`
		Address  string   `json:"address"`
	} `json:"venue"`
	Contact *struct {
		Phone     string `json:"phone_number"`
		FirstName string `json:"first_name"`
		UserID    int64  `json:"user_id"`
	} `json:"contact"`
	Dice *struct {
		Emoji string `json:"emoji"`
		Value int    `json:"value"`
	} `json:"dice"`
	Poll *poll `json:"poll"`
}

type file struct {
	ID        string `json:"file_id"`
	Unique    string `json:"file_unique_id"`
	Size      int64  `json:"file_size"`
	Name      string `json:"file_name"`
	MIME      string `json:"mime_type"`
	Path      string `json:"file_path"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Length    int    `json:"length"`
	Duration  int    `json:"duration"`
	Performer string `json:"performer"`
	Title     string `json:"title"`
	Thumbnail *file  `json:"thumbnail"`
}

type location struct {
	Latitude   float64 `json:"latitude"`
	Longitude  float64 `json:"longitude"`
	LivePeriod int     `json:"live_period"`
}

type poll struct {
	Question string `json:"question"`
	Type     string `json:"type"`
	Multiple bool   `json:"allows_multiple_answers"`
	Options  []struct {
		Text string `json:"text"`
	} `json:"options"`
}

type member struct {
	User   user   `json:"user"`
	Status string `json:"status"`
}

type memberUpdate struct {
	Chat chat   `json:"chat"`
	From user   `json:"from"`
	Old  member `json:"old_chat_member"`
	New  member `json:"new_chat_member"`
}

type update struct {
	ID            int64    `json:"update_id"`
	Message       *message `json:"message"`
	EditedMessage *message `json:"edited_message"`
	CallbackQuery *struct {
		ID       string   `json:"id"`
		From     user     `json:"from"`
		Message  *message `json:"message"`
		Data     string   `json:"data"`
		Instance string   `json:"chat_instance"`
	} `json:"callback_query"`
	MyChatMember *memberUpdate `json:"my_chat_member"`
}
