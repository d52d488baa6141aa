package channel

// User is a person, or a bot, as far as the platform tells; what it does not give stays empty.
type User struct {
	ID         string      `json:"id,omitzero"`      // unique in the account; never a phone number where the platform has another
	Aliases    []string    `json:"aliases,omitzero"` // the platform's other IDs for the same person
	Name       string      `json:"name,omitzero"`    // as shown
	FirstName  string      `json:"first_name,omitzero"`
	LastName   string      `json:"last_name,omitzero"`
	Username   string      `json:"username,omitzero"`    // without @; it can change hands
	ProfileURL string      `json:"profile_url,omitzero"` // a public page
	Avatar     *Attachment `json:"avatar,omitzero"`      // open it with Downloader: some platforms' URL would carry our token
	Language   string      `json:"language,omitzero"`    // BCP 47
	Country    string      `json:"country,omitzero"`     // ISO 3166-1 alpha-2
	Timezone   string      `json:"timezone,omitzero"`    // IANA name or UTC+hh:mm
	Phone      string      `json:"phone,omitzero"`       // E.164
	Bot        bool        `json:"bot,omitzero"`
}
