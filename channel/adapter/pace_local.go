package adapter

import (
	"context"
	"time"

	"github.com/parley-go/parley/channel"
)

// mirrorSlack is by how much what was reserved may be later by the process's own limiter than by the Store, whose answer
// took its time. What would be later still is not mirrored: another process started a pace anew.
const mirrorSlack = time.Second

// local is the limiter of this process alone, for when the Store fails.
func (s *sender) local() *channel.MemoryStore {
	s.once.Do(func() { s.limiter = channel.NewMemoryStore() })
	return s.limiter
}

// mirror is the local limiter where what this process takes and pauses is noted there too, so that it goes on from there
// when the Store begins to fail. Nil: the Store is this process's memory, and does not fail.
func (c *Channel) mirror() *channel.MemoryStore {
	if _, never := c.store.(*channel.MemoryStore); never {
		return nil
	}
	return c.sender.local()
}

// reserve asks the Store, and when that fails the process's own limiter: a broken Store must stop nobody from sending.
// Its only error is that of ctx.
func (c *Channel) reserve(ctx context.Context, buckets []channel.Bucket, maxWait time.Duration) (time.Duration, error) {
	wait, err := c.store.Reserve(ctx, buckets, maxWait)
	if err == nil {
		if m := c.mirror(); m != nil && wait <= maxWait {
			_, _ = m.Reserve(ctx, buckets, max(wait, 0)+mirrorSlack)
		}
		return wait, nil
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	c.sender.complain(c, "the store does not limit: this process paces by itself", err)
	wait, err = c.sender.local().Reserve(ctx, buckets, maxWait)
	if err != nil && ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return wait, nil
}

func (c *Channel) pauseUntil(ctx context.Context, key channel.Key, until time.Time) {
	if err := c.store.Pause(ctx, key, until); err != nil {
		c.sender.complain(c, "the store does not pause: this process paces by itself", err)
	}
	if m := c.mirror(); m != nil {
		_ = m.Pause(ctx, key, until)
	}
}

// startAnew resets a bucket, and tells those who wait for it.
func (c *Channel) startAnew(ctx context.Context, key channel.Key) {
	if err := c.store.Reset(ctx, key); err != nil { // a send waits longer than it must
		c.sender.complain(c, "the store does not reset limits", err)
	}
	if m := c.mirror(); m != nil {
		_ = m.Reset(ctx, key)
	}
	c.sender.resets.tell(key)
}
