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
	Contact *struct {
		Phone  string `json:"phone_number"`
		UserID int64  `json:"user_id"`
	} `json:"contact"`
	Protected bool `json:"has_protected_content"`
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
