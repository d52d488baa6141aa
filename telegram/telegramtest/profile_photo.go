package telegramtest

import (
	"bytes"
	"slices"
)

// chatPhoto is the picture of a chat: its ids are for downloads alone.
type chatPhoto struct {
	SmallID     string `json:"small_file_id"`
	SmallUnique string `json:"small_file_unique_id"`
	BigID       string `json:"big_file_id"`
	BigUnique   string `json:"big_file_unique_id"`
}

// profilePhotos are the pictures of a person.
type profilePhotos struct {
	all        []*media // newest first
	small, big *file    // of the newest
}

// SetPhoto gives the person a new profile photo. Those before it stay in getUserProfilePhotos; the ids of
// getChat.photo are new, and the old ones are no longer known.
func (u *User) SetPhoto(data []byte) error {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	switch {
	case len(data) == 0:
		return u.cannot("an empty photo")
	case checkPicture(data) != nil:
		return u.cannot("the photo is too large or too long")
	}
	s, data := u.s, bytes.Clone(data)
	about := Media{}
	if _, _, readable := dimensions(data); !readable {
		about.Width, about.Height = 640, 640
	}
	u.photos.all = slices.Insert(u.photos.all, 0, s.newMedia(Photo, inMemory(data), about))
	for _, old := range []*file{u.photos.small, u.photos.big} {
		if old != nil {
			delete(s.files.byID, old.id)
		}
	}
	u.photos.small = s.keep(&file{kind: profileFile, contents: inMemory(s.standIn(160, 160)), width: 160, height: 160})
	u.photos.big = s.keep(&file{kind: profileFile, contents: inMemory(data), width: 640, height: 640})
	return nil
}

// wire is the photo as getChat tells it; nil if there is none.
func (p *profilePhotos) wire() *chatPhoto {
	if p.big == nil {
		return nil
	}
	return &chatPhoto{p.small.id, p.small.unique, p.big.id, p.big.unique}
}

func (c *call) getUserProfilePhotos() (any, *apiError) {
	u := c.s.usersByID[c.number("user_id", 0, 0, 1<<52)]
	if u == nil || !u.heard {
		return nil, badRequest("user not found")
	}
	all := u.photos.all
	from := min(int(c.number("offset", 0, 0, 1<<31)), len(all))
	to := min(from+int(c.number("limit", 100, 1, 100)), len(all))
	photos := make([][]*photoSize, 0, to-from)
	for _, m := range all[from:to] {
		var sizes []*photoSize
		for _, f := range m.sizes {
			sizes = append(sizes, f.wireSize())
		}
		photos = append(photos, sizes)
	}
	return map[string]any{"total_count": len(all), "photos": photos}, nil
}
