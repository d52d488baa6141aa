package adapter

import (
	"context"
	"strconv"
	"time"

	"github.com/parley-go/parley/channel"
)

// ranks order the statuses of a message: a late one must not take the place of a higher.
var ranks = map[channel.ReceiptStatus]int64{
	channel.ReceiptSent:      1,
	channel.ReceiptFailed:    2,
	channel.ReceiptDelivered: 3,
	channel.ReceiptRead:      4,
}

const receiptKeep = 7 * 24 * time.Hour

// outranked takes from a receipt what a receipt of higher rank told already, and reports whether nothing is left of it.
// What the store cannot tell is delivered.
func (c *Channel) outranked(ctx context.Context, e *channel.Event) bool {
	if e.Kind != channel.EventReceipt || e.Receipt == nil || ranks[e.Receipt.Status] == 0 {
		return false
	}
	r := *e.Receipt
	rank := ranks[r.Status]
	told := len(r.MessageIDs) > 0 || !r.Until.IsZero()
	var news []string
	for _, id := range r.MessageIDs {
		if c.higher(ctx, e.Chat.ID+"\x00"+id, rank, func(known int64) bool { return known > rank }) {
			news = append(news, id)
		}
	}
	r.MessageIDs = news
	if !r.Until.IsZero() && !c.laterMark(ctx, e.Chat.ID, rank, r.Until) {
		r.Until = time.Time{}
	}
	e.Receipt = &r
	return told && len(r.MessageIDs) == 0 && r.Until.IsZero()
}

// laterMark notes a watermark and reports whether none of a higher rank reaches as far.
func (c *Channel) laterMark(ctx context.Context, chatID string, rank int64, until time.Time) bool {
	mark := until.UnixNano()
	for above := rank + 1; above <= ranks[channel.ReceiptRead]; above++ {
		if known, ok := c.number(ctx, watermark(chatID, above)); ok && known >= mark {
			return false
		}
	}
	c.higher(ctx, watermark(chatID, rank), mark, func(known int64) bool { return known >= mark })
	return true
}

func watermark(chatID string, rank int64) string {
	return chatID + "\x00\x00" + strconv.FormatInt(rank, 10)
}

// higher sets a number of the store to n unless beaten by the one that is there, and reports whether it was not beaten.
func (c *Channel) higher(ctx context.Context, id string, n int64, beaten func(known int64) bool) bool {
	key := c.key(channel.KeyReceipt, id)
	for range 10 {
		old, err := c.store.Get(ctx, key)
		if err != nil {
			return true
		}
		known, err := strconv.ParseInt(string(old), 10, 64)
		switch {
		case err == nil && beaten(known):
			return false
		case err == nil && known == n:
			return true
		}
		swapped, err := c.store.CompareAndSwap(ctx, key, old, strconv.AppendInt(nil, n, 10), receiptKeep)
		if swapped || err != nil {
			return true
		}
	}
	return true
}

func (c *Channel) number(ctx context.Context, id string) (int64, bool) {
	b, err := c.store.Get(ctx, c.key(channel.KeyReceipt, id))
	if err != nil || b == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil
}
