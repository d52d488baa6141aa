package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
)

const (
	accounts       = 10_000
	bytesAnAccount = 4 << 10
)

// muxMemory measures what a Mux holds for an account of a CRM: resolved, with its webhook mounted, one Store and one
// client for all of them.
func muxMemory(ctx context.Context) ([]line, error) {
	store, client := channel.NewMemoryStore(), &http.Client{Transport: platform{}}
	log := slog.New(slog.DiscardHandler)
	mux := &channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
		return telegram.New(telegram.Config{
			Token: channel.Secret(a.ID + ":" + botSecret), Secret: secret,
			Options: channel.Options{Store: store, Client: client, Logger: log},
		})
	}}
	d := newDelivery()
	call := func(i int) error {
		d.r.URL = &url.URL{Path: "/telegram/" + strconv.Itoa(100_000_000+i)}
		if status := d.to(mux, []byte(`{}`)); status != http.StatusOK {
			return fmt.Errorf("account %d: status %d", i, status)
		}
		return nil
	}
	if err := call(accounts); err != nil { // what all of them share is there before
		return nil, err
	}
	before := heap()
	for i := range accounts {
		if err := call(i); err != nil {
			return nil, err
		}
	}
	each := float64(heap()-before) / accounts
	err := mux.Shutdown(ctx)
	runtime.KeepAlive(mux)
	return []line{atMost("telegram: memory of an account in a Mux", each, bytesAnAccount, " bytes")}, err
}

// heap is the bytes in use. The collector runs twice, because what a pool holds goes with the second.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

const bytesAChat = 200

// limiterMemory measures what a limit takes of a chat, with what a Send of Telegram's takes from the Store.
func limiterMemory(ctx context.Context) ([]line, error) {
	var lines []line
	for _, to := range []struct {
		kind string
		id   string // of a chat; its digits are as many for all
	}{{"private chat", "5512345678"}, {"group", "-1001987654321"}} {
		taken, err := takenBySend(ctx, to.id)
		if err != nil {
			return nil, err
		}
		for _, n := range []int{100_000, 1_000_000} {
			each, err := bytesOf(ctx, taken, to.id, n)
			if err != nil {
				return nil, err
			}
			lines = append(lines, atMost(fmt.Sprintf("limiter memory of a %s, of %d", to.kind, n), each, bytesAChat, " bytes"))
		}
	}
	return lines, nil
}

// takenBySend is what a Send to a chat takes.
func takenBySend(ctx context.Context, chatID string) ([]channel.Bucket, error) {
	seen := &seeing{Store: channel.NewMemoryStore()}
	ch, err := telegram.New(telegram.Config{Token: botToken, Secret: secret, Options: channel.Options{
		Store: seen, Client: &http.Client{Transport: platform{}}, Logger: slog.New(slog.DiscardHandler),
	}})
	if err != nil {
		return nil, err
	}
	if _, err := ch.Send(ctx, chatID, channel.Message{Text: sentText}); err != nil {
		return nil, err
	}
	if len(seen.buckets) < 2 {
		return nil, errors.New("a Send takes nothing of its chat")
	}
	return seen.buckets, nil
}

// seeing is a Store that sees what is taken of limits.
type seeing struct {
	channel.Store
	buckets []channel.Bucket
}

func (s *seeing) Reserve(ctx context.Context, buckets []channel.Bucket, maxWait time.Duration) (time.Duration, error) {
	s.buckets = append(s.buckets, buckets...)
	return s.Store.Reserve(ctx, buckets, maxWait)
}

// bytesOf has n chats written to and returns what each takes. The limits of the account are left out: one has them all.
func bytesOf(ctx context.Context, taken []channel.Bucket, chatID string, n int) (float64, error) {
	store := channel.NewMemoryStore()
	before := heap()
	for i := range n {
		id := chatID[:len(chatID)-7] + fmt.Sprintf("%07d", i)
		for _, b := range taken {
			if !strings.Contains(b.Key.ID, chatID) {
				continue
			}
			b.Key.ID = strings.Replace(b.Key.ID, chatID, id, 1)
			if wait, err := store.Reserve(ctx, []channel.Bucket{b}, 0); err != nil || wait != 0 {
				return 0, fmt.Errorf("a limit that nobody used waits %v: %w", wait, err)
			}
		}
	}
	each := float64(heap()-before) / float64(n)
	runtime.KeepAlive(store)
	return each, nil
}
