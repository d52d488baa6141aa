package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strconv"

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
