package main

import (
	"context"
	"net/http"
	"testing"

	"github.com/parley-go/parley/channel"
)

const sentText = "Your order is on its way: https://example.com/orders/1742"

// sending measures the sending of a text, from the call to its result, without the network.
func sending(ctx context.Context) ([]line, error) {
	var all []contestant
	var peers []string
	for _, s := range senders() {
		all = append(all, contestant{"send " + s.name, s.work})
		if s.name != ours {
			peers = append(peers, "send "+s.name)
		}
	}
	r, err := contest(ctx, all)
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, c := range all {
		lines = append(lines, line{name: "telegram: " + c.name, figure: r.figure(c.name)})
	}
	me, rival, fastest := "send "+ours, "send "+goTelegramBot, r.fastest(peers)
	beside := atMost("telegram: send, time of the fastest peer's ("+fastest+")", r.timeRatio(me, fastest), 0, "×")
	beside.bar = ""
	return append(lines,
		beside,
		atMost("telegram: send, time of go-telegram/bot's", r.timeRatio(me, rival), 1, "×"),
		atMost("telegram: send, allocations of go-telegram/bot's", r.allocs(me)/r.allocs(rival), 1, "×"),
	), nil
}

// work sends b.N messages.
func (s sender) work(b *testing.B) error {
	client, store := &http.Client{Transport: platform{}}, channel.NewMemoryStore()
	needed := 1
	if s.many {
		needed = (b.N + perBot - 1) / perBot
	}
	bots := make([]func(int64, string) error, needed)
	for i := range bots {
		send, err := s.make(client, store)
		if err != nil {
			return err
		}
		bots[i] = send
	}
	defer timed(b)()
	for i := range b.N {
		if err := bots[i/perBot%needed](firstChat+int64(i%chats), sentText); err != nil {
			return err
		}
	}
	return nil
}
