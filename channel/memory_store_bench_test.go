package channel_test

import (
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parley-go/parley/channel"
)

func BenchmarkMemoryStoreClaimAndCommit(b *testing.B) {
	store := &channel.MemoryStore{MaxClaims: 100_000, Logger: slog.New(slog.DiscardHandler)}
	account := channel.Account{Platform: "telegram", ID: "123456"}
	var n atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			key := channel.Key{Account: account, Kind: channel.KeyEvent, ID: strconv.FormatInt(n.Add(1), 10)}
			c, err := store.Claim(b.Context(), key, 10*time.Second, time.Hour)
			if err == nil {
				err = store.Commit(b.Context(), c, nil, time.Hour)
			}
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkMemoryStoreReserve(b *testing.B) {
	store := channel.NewMemoryStore()
	account := channel.Account{Platform: "telegram", ID: "123456"}
	var n atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			chat := "chat:" + strconv.FormatInt(n.Add(1)%100_000, 10)
			_, err := store.Reserve(b.Context(), []channel.Bucket{
				{Key: channel.Key{Account: account, Kind: channel.KeyLimit, ID: "all"}, N: 30, Per: time.Second, Cost: 1},
				{Key: channel.Key{Account: account, Kind: channel.KeyLimit, ID: chat}, N: 1, Per: time.Second, Cost: 1},
			}, 0)
			if err != nil {
				b.Error(err)
			}
		}
	})
}
