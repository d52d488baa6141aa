package telegram

import (
	"context"
	"errors"
	"strconv"
	"strings"

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
		var p profile
		err = d.ask(ctx, r, &p)
		if describes(err, textChatNotFound) {
			continue
		}
		if err != nil {
			return nil, err
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

// tells reports whether Telegram tells who may write to a chat: of groups and channels it does. Of a private chat only a
// send that failed, or an event, tells. A chat action might be refused as a send would, but that is not documented, and
// the person would see that somebody is writing to them.
func tells(chatID string) bool {
	to, err := parseTarget(chatID)
	return err == nil && to.id <= 0 && to.direct == 0
}

// Subscriptions asks what the bot is in one group or channel.
func (d *driver) Subscriptions(ctx context.Context, chatIDs []string) (map[string]channel.Subscription, error) {
	found := make(map[string]channel.Subscription, len(chatIDs))
	for _, chatID := range chatIDs {
		if !tells(chatID) {
			continue
		}
		s, err := d.subscription(ctx, chatID)
		if err != nil {
			return nil, err
		}
		if s.State != channel.StateUnknown {
			found[chatID] = s
		}
	}
	return found, nil
}

func (d *driver) subscription(ctx context.Context, chatID string) (channel.Subscription, error) {
	to, err := parseTarget(chatID)
	if err != nil {
		return channel.Subscription{}, err
	}
	r := newRequest("getChatMember", 2, paceBot)
	to.putChat(r.params)
	r.params["user_id"] = id(d.id)
	result, err := d.call(ctx, r)
	if err != nil {
		return d.refusedSubscription(err)
	}
	var m member
	if err := r.read(result, &m); err != nil {
		return channel.Subscription{}, err
	}
	// The chat's kind is not told. In a channel the bot is an administrator, or nothing at all: it is no member there.
	may, known := m.mayWrite("")
	switch {
	case !known:
		return channel.Subscription{}, nil
	case !may:
		return channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed}, nil
	default:
		return channel.Subscription{State: channel.StateActive}, nil
	}
}

// refusedSubscription is what a refusal to tell tells. That a chat is not found may be a wrong ID: it tells nothing.
func (d *driver) refusedSubscription(err error) (channel.Subscription, error) {
	v := d.Verdict(err)
	text := strings.ToLower(v.Error.Message)
	switch {
	case errors.Is(v.Error.Reason, channel.ErrNotSubscribed):
		if isMembership(text) {
			return channel.Subscription{State: channel.StateInactive, Reason: v.Error.Reason}, nil
		}
		return channel.Subscription{}, nil
	case v.Error.Reason == channel.ErrNotFound && v.MovedTo == "":
		return channel.Subscription{}, nil
	default:
		return channel.Subscription{}, err
	}
}
