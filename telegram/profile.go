package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/parley-go/parley/channel"
)

// Users asks for one person by getChat, which knows those who wrote to the bot. Their language it does not tell.
func (d *driver) Users(ctx context.Context, ids []string) (map[string]channel.User, error) {
	found := make(map[string]channel.User, len(ids))
	for _, userID := range ids {
		n, err := strconv.ParseInt(userID, 10, 64)
		if err != nil || n <= 0 || id(n) != userID {
			continue // no ID of a person: there is nobody
		}
		r := newRequest("getChat", 1, paceBot)
		r.params["chat_id"] = userID
		result, err := d.call(ctx, r)
		if describes(err, textChatNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var p profile
		if err := json.Unmarshal(result, &p); err != nil {
			return nil, fmt.Errorf("getChat: %w", err)
		}
		found[userID] = p.channel()
	}
	return found, nil
}

type profile struct {
	ID        int64  `json:"id"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Photo     *struct {
		Big string `json:"big_file_id"`
	} `json:"photo"`
}

func (p *profile) channel() channel.User {
	native := user{ID: p.ID, FirstName: p.FirstName, LastName: p.LastName, Username: p.Username}
	u := native.user()
	if p.Photo != nil && p.Photo.Big != "" {
		// big_file_id is good for downloading alone, until the person changes the photo.
		u.Avatar = &channel.Attachment{Kind: channel.AttachmentImage, FileID: p.Photo.Big, Width: 640, Height: 640}
	}
	return u
}
