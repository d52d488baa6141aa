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

	CustomEmoji string `json:"custom_emoji_id"`
	User        *user  `json:"user"`
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

	SenderChat  *chat   `json:"sender_chat"`
	ThreadID    int     `json:"message_thread_id"`
	InTopic     bool    `json:"is_topic_message"`
	Origin      *origin `json:"forward_origin"`
	Business    string  `json:"business_connection_id"`
	BusinessBot *user   `json:"sender_business_bot"`
	NewMembers  []user  `json:"new_chat_members"`
	LeftMember  *user   `json:"left_chat_member"`
	MigrateTo   int64   `json:"migrate_to_chat_id"`
	MigrateFrom int64   `json:"migrate_from_chat_id"`
	NewTopic    *struct {
		Name string `json:"name"`
	} `json:"forum_topic_created"`
	DirectTopic *struct {
		ID int64 `json:"topic_id"`
	} `json:"direct_messages_topic"`
	WriteAccess *struct {
		FromRequest bool `json:"from_request"`
	} `json:"write_access_allowed"`

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
	User    user   `json:"user"`
	Status  string `json:"status"`
	CanPost bool   `json:"can_post_messages"`
}

type memberUpdate struct {
	Chat       chat   `json:"chat"`
	From       user   `json:"from"`
	Old        member `json:"old_chat_member"`
	New        member `json:"new_chat_member"`
	ViaRequest bool   `json:"via_join_request"`
}

type origin struct {
	Type       string `json:"type"`
	User       *user  `json:"sender_user"`
	Name       string `json:"sender_user_name"`
	Chat       *chat  `json:"chat"`
	SenderChat *chat  `json:"sender_chat"`
	MessageID  int    `json:"message_id"`
}

type connection struct {
	ID     string          `json:"id"`
	User   user            `json:"user"`
	ChatID int64           `json:"user_chat_id"`
	Rights map[string]bool `json:"rights"`
	IsOn   bool            `json:"is_enabled"`
}

type reaction struct {
	Type  string `json:"type"`
	Emoji string `json:"emoji"`
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
	MyChatMember      *memberUpdate `json:"my_chat_member"`
	ChatMember        *memberUpdate `json:"chat_member"`
	ChannelPost       *message      `json:"channel_post"`
	EditedChannelPost *message      `json:"edited_channel_post"`
	JoinRequest       *struct {
		Chat   chat   `json:"chat"`
		From   user   `json:"from"`
		ChatID int64  `json:"user_chat_id"`
		Bio    string `json:"bio"`
	} `json:"chat_join_request"`
	Reaction *struct {
		Chat      chat       `json:"chat"`
		MessageID int        `json:"message_id"`
		User      *user      `json:"user"`
		Old       []reaction `json:"old_reaction"`
		New       []reaction `json:"new_reaction"`
	} `json:"message_reaction"`
	ReactionCount *struct {
		MessageID int `json:"message_id"`
		Reactions []struct {
			Type  reaction `json:"type"`
			Total int      `json:"total_count"`
		} `json:"reactions"`
	} `json:"message_reaction_count"`
	BusinessConnection    *connection `json:"business_connection"`
	BusinessMessage       *message    `json:"business_message"`
	EditedBusinessMessage *message    `json:"edited_business_message"`
	DeletedBusiness       *struct {
		ID   string `json:"business_connection_id"`
		Chat chat   `json:"chat"`
		IDs  []int  `json:"message_ids"`
	} `json:"deleted_business_messages"`
}
