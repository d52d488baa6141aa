package telegram

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const (
	pollSeconds = 50 // the longest that Telegram waits
	pollTimeout = pollSeconds*time.Second + 20*time.Second
)

// allowedUpdates is every kind that becomes an event other than EventOther, and those that Telegram sends unasked.
// Reactions it sends only to who asks; members of groups and counts of reactions, which would be EventOther, are not
// asked for. A kind that the server does not know it ignores.
const allowedUpdates = `["message","edited_message","channel_post","edited_channel_post",` +
	`"business_connection","business_message","edited_business_message","deleted_business_messages","guest_message",` +
	`"message_reaction","callback_query","my_chat_member","chat_join_request",` +
	`"inline_query","chosen_inline_result","shipping_query","pre_checkout_query","purchased_paid_media",` +
	`"poll","poll_answer","chat_boost","removed_chat_boost","managed_bot","subscription","stopped_message_generation"]`

// Poll receives by getUpdates, until ctx ends, whose error it then returns. One poller may run at a time, in all
// processes, and no webhook be registered: else it is ErrConflict. A token that is no longer good is ErrUnauthorized.
// Anything else, from a flood to a network that is down, it waits out. Telegram forgets the updates that are behind it
// once it fetches the next, so a poll that ends between has its last updates come again, which the Store then skips.
// The kinds of updates asked for are those of Register.
func (c *Channel) Poll(ctx context.Context, h channel.Handler) error {
	p := poller{driver: c.driver}
	return adapter.Poll(ctx, c.engine, h, p.fetch)
}

// poller remembers how far it is. It is used by one goroutine.
type poller struct {
	driver *driver
	next   int64 // the first update that was not fetched; 0: not known
}

// fetch is called once what it returned before is handled: asking from p.next on then lets Telegram forget that.
func (p *poller) fetch(ctx context.Context) ([][]byte, error) {
	r := newRequest("getUpdates", 3, paceBot)
	r.params["timeout"] = strconv.Itoa(pollSeconds)
	r.params["allowed_updates"] = allowedUpdates
	if p.next != 0 {
		r.params["offset"] = strconv.FormatInt(p.next, 10)
	}
	limited, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	result, err := p.driver.callBy(limited, p.driver.pollClient, r)
	if err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			return nil, errors.New("getUpdates: no answer") // ctx goes on: this is no end of it
		}
		return nil, err
	}
	return p.updates(r, result)
}

func (p *poller) updates(r *request, result []byte) ([][]byte, error) {
	var values []jsontext.Value
	if err := r.read(result, &values); err != nil {
		return nil, err
	}
	updates := make([][]byte, len(values))
	next := p.next
	for i, v := range values {
		var u struct {
			ID int64 `json:"update_id"`
		}
		// One whose ID cannot be read is EventOther, like any that is not as documented; the next one tells how far we are.
		if err := json.Unmarshal(v, &u, liberal); err == nil && u.ID != 0 {
			next = u.ID + 1
		}
		updates[i] = v
	}
	p.next = next
	return updates, nil
}
