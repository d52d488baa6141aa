package adapter

import (
	"context"
	"time"

	"github.com/parley-go/parley/channel"
)

const storeWait = 5 * time.Second // for one call of a Store

// bounded is a Store whose calls end in time: one that hangs must not block its chat for ever, nor a Send beyond the
// caller's patience.
type bounded struct{ channel.Store }

// inTime is s, bounded if it may wait at all: the default Store waits for nothing, and is spared the timers.
func inTime(s channel.Store) channel.Store {
	if _, instant := s.(*channel.MemoryStore); instant {
		return s
	}
	return bounded{s}
}

func (s bounded) Claim(ctx context.Context, key channel.Key, lease, keep time.Duration) (channel.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.Claim(ctx, key, lease, keep)
}

func (s bounded) Renew(ctx context.Context, c channel.Claim, lease time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, renewEvery) // in time for the next: one that hangs does not cost the lease
	defer cancel()
	return s.Store.Renew(ctx, c, lease)
}

func (s bounded) Commit(ctx context.Context, c channel.Claim, answer []byte, keep time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.Commit(ctx, c, answer, keep)
}

func (s bounded) Release(ctx context.Context, c channel.Claim, counts bool) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.Release(ctx, c, counts)
}

func (s bounded) Get(ctx context.Context, key channel.Key) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.Get(ctx, key)
}

func (s bounded) CompareAndSwap(ctx context.Context, key channel.Key, old, new []byte, ttl time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.CompareAndSwap(ctx, key, old, new, ttl)
}

func (s bounded) Reserve(ctx context.Context, buckets []channel.Bucket, maxWait time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.Reserve(ctx, buckets, maxWait)
}

func (s bounded) Pause(ctx context.Context, bucket channel.Key, until time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.Pause(ctx, bucket, until)
}

func (s bounded) Reset(ctx context.Context, bucket channel.Key) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.Store.Reset(ctx, bucket)
}
