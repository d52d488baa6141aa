package channeltest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
)

// farStore is a store whose calls take time on the way there and back, as one behind a socket.
type farStore struct {
	channel.Store
	way time.Duration
}

func (f farStore) travel() func() {
	time.Sleep(f.way)
	return func() { time.Sleep(f.way) }
}

func (f farStore) Claim(ctx context.Context, key channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	defer f.travel()()
	return f.Store.Claim(ctx, key, lease, keep)
}

func (f farStore) Renew(ctx context.Context, c channel.Claim, lease time.Duration) error {
	defer f.travel()()
	return f.Store.Renew(ctx, c, lease)
}

func (f farStore) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	defer f.travel()()
	return f.Store.Commit(ctx, c, answer, keep)
}

func (f farStore) Release(ctx context.Context, c channel.Claim, counts bool) error {
	defer f.travel()()
	return f.Store.Release(ctx, c, counts)
}

func (f farStore) Get(ctx context.Context, key channel.Key) ([]byte, error) {
	defer f.travel()()
	return f.Store.Get(ctx, key)
}

func (f farStore) CompareAndSwap(ctx context.Context, key channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	defer f.travel()()
	return f.Store.CompareAndSwap(ctx, key, old, new, ttl)
}

func (f farStore) Reserve(ctx context.Context, buckets []channel.Bucket, maxWait time.Duration) (time.Duration, error) {
	defer f.travel()()
	return f.Store.Reserve(ctx, buckets, maxWait)
}

func (f farStore) Pause(ctx context.Context, bucket channel.Key, until time.Time) error {
	defer f.travel()()
	return f.Store.Pause(ctx, bucket, until)
}

func (f farStore) Reset(ctx context.Context, bucket channel.Key) error {
	defer f.travel()()
	return f.Store.Reset(ctx, bucket)
}

func TestTheStoreSuiteAllowsForTheSlackOfAHarness(t *testing.T) {
	t.Parallel()
	for _, g := range storeTests {
		for _, leaf := range g.tests {
			t.Run(g.name+"/"+leaf.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					leaf.run(newStoreTest(t, StoreHarness{
						Store: farStore{channel.NewMemoryStore(), time.Millisecond},
						Unit:  2 * time.Second,
						Slack: 300 * time.Millisecond,
					}))
				})
			})
		}
	}
}
