package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
)

const jsonValid = "json.Valid"

// receiving measures webhook requests, from the request to the handler.
func receiving(ctx context.Context) ([]line, error) {
	all := []contestant{{jsonValid, validate}}
	var peers []string
	for _, r := range receivers() {
		all = append(all, contestant{"receive " + r.name, r.work})
		if r.name != ours {
			peers = append(peers, "receive "+r.name)
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
	me, fastest, rival := "receive "+ours, r.fastest(peers), "receive "+goTelegramBot
	return append(lines,
		atMost("telegram: receive, time of the fastest peer's ("+fastest+")", r.timeRatio(me, fastest), 1, "×"),
		atMost("telegram: receive, time of go-telegram/bot's", r.timeRatio(me, rival), 0.5, "×"),
		atMost("telegram: receive, allocations of go-telegram/bot's", r.allocs(me)/r.allocs(rival), 0.5, "×"),
		atMost("telegram: receive, time of json.Valid's", r.timeRatio(me, jsonValid), 5, "×"),
	), nil
}

// work delivers b.N updates and waits until all are handled. Everybody wrote before: most updates are of people whom the
// bot knows.
func (r receiver) work(b *testing.B) error {
	var handled atomic.Int64
	handledAll := make(chan struct{}, 1)
	webhook, stop, err := r.make(func() {
		if n := handled.Add(1); n == chats || n == int64(chats+b.N) {
			handledAll <- struct{}{}
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	f, d := newFeed(), newDelivery()
	deliver := func(n int) error {
		for range n {
			if status := d.to(webhook, f.body()); status != http.StatusOK {
				return fmt.Errorf("status %d", status)
			}
		}
		<-handledAll
		return nil
	}
	if err := deliver(chats); err != nil {
		return err
	}
	stopped := timed(b)
	err = deliver(b.N)
	stopped()
	return err
}

func validate(b *testing.B) error {
	f := newFeed()
	defer timed(b)()
	for range b.N {
		if !json.Valid(f.body()) {
			return errors.New("the payload is not valid")
		}
	}
	return nil
}

// delivery makes webhook requests without a network, and almost without cost: only the first is built.
type delivery struct {
	r    http.Request
	body body
	w    response
}

func newDelivery() *delivery {
	d := &delivery{w: response{header: make(http.Header)}}
	d.r = http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/"}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{secretHeader: {secret}, "Content-Type": {"application/json"}},
		Host:   "example.com", Body: &d.body,
	}
	return d
}

func (d *delivery) to(webhook http.Handler, update []byte) (status int) {
	d.body.Reset(update)
	d.r.ContentLength = int64(len(update))
	clear(d.w.header)
	d.w.status = http.StatusOK
	webhook.ServeHTTP(&d.w, &d.r)
	return d.w.status
}

type body struct{ bytes.Reader }

func (b *body) Close() error { return nil }

type response struct {
	header http.Header
	status int
}

func (w *response) Header() http.Header         { return w.header }
func (w *response) WriteHeader(status int)      { w.status = status }
func (w *response) Write(b []byte) (int, error) { return len(b), nil }
