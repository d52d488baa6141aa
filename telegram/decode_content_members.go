package telegram

import "github.com/parley-go/parley/internal/jsonscan"

func (c *content) Member(name []byte) any {
	switch string(name) {
	case "live_photo":
		return jsonscan.Made(&c.LivePhoto)
	case "photo":
		return jsonscan.ListOf(&c.Photo)
	case "animation":
		return jsonscan.Made(&c.Animation)
	case "document":
		return jsonscan.Made(&c.Document)
	case "video":
		return jsonscan.Made(&c.Video)
	case "audio":
		return jsonscan.Made(&c.Audio)
	case "voice":
		return jsonscan.Made(&c.Voice)
	case "video_note":
		return jsonscan.Made(&c.VideoNote)
	case "sticker":
		return jsonscan.Made(&c.Sticker)
	case "location":
		return jsonscan.Made(&c.Location)
	case "venue":
		return jsonscan.Made(&c.Venue)
	case "contact":
		return jsonscan.Made(&c.Contact)
	case "checklist":
		return jsonscan.Made(&c.Checklist)
	case "dice":
		return jsonscan.Made(&c.Dice)
	case "game":
		return jsonscan.Made(&c.Game)
	case "giveaway":
		return jsonscan.Made(&c.Giveaway)
	case "giveaway_winners":
		return jsonscan.Made(&c.GiveawayWinners)
	case "invoice":
		return jsonscan.Made(&c.Invoice)
	case "paid_media":
		return jsonscan.Made(&c.PaidMedia)
	case "poll":
		return jsonscan.Made(&c.Poll)
	case "rich_message":
		return jsonscan.Made(&c.RichMessage)
	case "story":
		return jsonscan.Made(&c.Story)
	}
	return nil
}

func (f *file) Member(name []byte) any {
	switch string(name) {
	case "file_id":
		return &f.ID
	case "file_name":
		return &f.Name
	case "mime_type":
		return &f.MIME
	case "file_size":
		return &f.Size
	case "width":
		return &f.Width
	case "height":
		return &f.Height
	case "length":
		return &f.Diameter
	case "duration":
		return &f.Seconds
	case "thumbnail":
		return jsonscan.Made(&f.Thumbnail)
	}
	return nil
}

func (p *photoSize) Member(name []byte) any {
	switch string(name) {
	case "file_id":
		return &p.ID
	case "file_size":
		return &p.Size
	case "width":
		return &p.Width
	case "height":
		return &p.Height
	}
	return nil
}

func (l *livePhoto) Member(name []byte) any {
	if string(name) == "photo" {
		return jsonscan.ListOf(&l.Photo)
	}
	return l.file.Member(name)
}

func (l *location) Member(name []byte) any {
	switch string(name) {
	case "latitude":
		return &l.Latitude
	case "longitude":
		return &l.Longitude
	}
	return nil
}

func (v *venue) Member(name []byte) any {
	switch string(name) {
	case "location":
		return &v.Location
	case "title":
		return &v.Title
	case "address":
		return &v.Address
	}
	return nil
}

func (c *contact) Member(name []byte) any {
	switch string(name) {
	case "phone_number":
		return &c.Phone
	case "first_name":
		return &c.FirstName
	case "last_name":
		return &c.LastName
	case "user_id":
		return &c.UserID
	case "vcard":
		return &c.VCard
	}
	return nil
}
