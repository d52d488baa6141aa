package telegram

import (
	"strings"

	"github.com/parley-go/parley/channel"
)

// content is what a message may show beside text.
type content struct {
	LivePhoto *livePhoto  `json:"live_photo"`
	Photo     []photoSize `json:"photo"`
	Animation *file       `json:"animation"`
	Document  *file       `json:"document"`
	Video     *file       `json:"video"`
	Audio     *file       `json:"audio"`
	Voice     *file       `json:"voice"`
	VideoNote *file       `json:"video_note"`
	Sticker   *file       `json:"sticker"`
	Location  *location   `json:"location"`
	Venue     *venue      `json:"venue"`
	Contact   *contact    `json:"contact"`

	// What Event.Raw alone tells more of.
	Checklist       *struct{} `json:"checklist"`
	Dice            *struct{} `json:"dice"`
	Game            *struct{} `json:"game"`
	Giveaway        *struct{} `json:"giveaway"`
	GiveawayWinners *struct{} `json:"giveaway_winners"`
	Invoice         *struct{} `json:"invoice"`
	PaidMedia       *struct{} `json:"paid_media"`
	Poll            *struct{} `json:"poll"`
	RichMessage     *struct{} `json:"rich_message"`
	Story           *struct{} `json:"story"`
}

type file struct {
	ID        string     `json:"file_id"`
	Name      string     `json:"file_name"`
	MIME      string     `json:"mime_type"`
	Size      int64      `json:"file_size"`
	Width     int        `json:"width"`
	Height    int        `json:"height"`
	Diameter  int        `json:"length"` // of a video note
	Seconds   int        `json:"duration"`
	Thumbnail *photoSize `json:"thumbnail"`
}

type photoSize struct {
	ID     string `json:"file_id"`
	Size   int64  `json:"file_size"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// livePhoto is a short video with a photo of it.
type livePhoto struct {
	file
	Photo []photoSize `json:"photo"`
}

type location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type venue struct {
	Location location `json:"location"`
	Title    string   `json:"title"`
	Address  string   `json:"address"`
}

type contact struct {
	Phone     string `json:"phone_number"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	UserID    int64  `json:"user_id"`
	VCard     string `json:"vcard"`
}

// attachments are the one that a message has, or none. An animation is a document too, a live photo a photo: what is more
// special comes first.
func (c *content) attachments() []channel.Attachment {
	switch {
	case c.LivePhoto != nil:
		return c.LivePhoto.attachments()
	case len(c.Photo) > 0:
		return []channel.Attachment{largest(c.Photo).attachment()}
	case c.Animation != nil:
		return c.Animation.attachments(channel.AttachmentAnimation)
	case c.Video != nil:
		return c.Video.attachments(channel.AttachmentVideo)
	case c.VideoNote != nil:
		return c.VideoNote.attachments(channel.AttachmentVideoNote)
	case c.Voice != nil:
		return c.Voice.attachments(channel.AttachmentVoice)
	case c.Audio != nil:
		return c.Audio.attachments(channel.AttachmentAudio)
	case c.Sticker != nil:
		return c.Sticker.attachments(channel.AttachmentSticker)
	case c.Document != nil:
		return c.Document.attachments(channel.AttachmentFile)
	case c.isOther():
		return []channel.Attachment{{Kind: channel.AttachmentOther}}
	default:
		return nil
	}
}

func (c *content) isOther() bool {
	return c.Checklist != nil || c.Dice != nil || c.Game != nil || c.Giveaway != nil || c.GiveawayWinners != nil ||
		c.Invoice != nil || c.PaidMedia != nil || c.Poll != nil || c.RichMessage != nil || c.Story != nil
}

func (c *content) place() *channel.Location {
	var out channel.Location
	switch {
	case c.Venue != nil:
		out.Latitude, out.Longitude = c.Venue.Location.Latitude, c.Venue.Location.Longitude
		out.Title, out.Address = c.Venue.Title, c.Venue.Address
	case c.Location != nil:
		out.Latitude, out.Longitude = c.Location.Latitude, c.Location.Longitude
	default:
		return nil
	}
	return &out
}

func (f *file) attachments(kind channel.AttachmentKind) []channel.Attachment {
	all := []channel.Attachment{{
		Kind: kind, FileID: f.ID, Name: f.Name, MIME: f.MIME, Size: f.Size,
		Width: f.Width, Height: f.Height, Seconds: f.Seconds,
	}}
	a := &all[0]
	if kind == channel.AttachmentVideoNote {
		a.Width, a.Height = f.Diameter, f.Diameter
	}
	if f.Thumbnail != nil {
		thumbnail := f.Thumbnail.attachment()
		a.Thumbnail = &thumbnail
	}
	return all
}

// attachments are the video, with the photo as what is shown before it plays.
func (l *livePhoto) attachments() []channel.Attachment {
	if len(l.Photo) > 0 {
		l.Thumbnail = largest(l.Photo)
	}
	return l.file.attachments(channel.AttachmentVideo)
}

func (p *photoSize) attachment() channel.Attachment {
	return channel.Attachment{Kind: channel.AttachmentImage, FileID: p.ID, Size: p.Size, Width: p.Width, Height: p.Height}
}

func largest(sizes []photoSize) *photoSize {
	best := &sizes[0]
	for i := range sizes {
		if sizes[i].Width*sizes[i].Height > best.Width*best.Height {
			best = &sizes[i]
		}
	}
	return best
}

// contact is verified when the ID in it, which Telegram's server sets, is the sender's; one that is forwarded, or comes by
// way of a bot, may be anybody's.
func (m *message) contact() channel.Contact {
	c := m.Contact
	out := channel.Contact{
		Phone: c.Phone, FirstName: c.FirstName, LastName: c.LastName, UserID: id(c.UserID), VCard: c.VCard,
		Verified: c.UserID != 0 && c.UserID == m.From.ID && m.SenderChat == nil && m.ViaBot == nil && !m.forwarded(),
	}
	if out.Verified && c.Phone != "" && !strings.HasPrefix(c.Phone, "+") {
		out.Phone = "+" + c.Phone // an account's own number is international, with or without the sign
	}
	return out
}
