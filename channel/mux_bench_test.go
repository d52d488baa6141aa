package channel_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/parley-go/parley/channel"
)

// BenchmarkMuxServeHTTP is what the Mux adds to a request whose webhook does nothing.
func BenchmarkMuxServeHTTP(b *testing.B) {
	m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
		if a.Platform == "vk" {
			return nil, channel.ErrNotFound
		}
		return &muxStateless{account: a}, nil
	}}
	for i := range 1000 {
		m.Add(&muxStateless{account: channel.Account{Platform: "viber", ID: fmt.Sprintf("pa:%d", i)}})
	}
	for name, path := range map[string]string{
		"added": "/viber/pa:500", "escaped": "/viber/pa%3A500", "resolved": "/telegram/123456", "missed": "/vk/1",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest(http.MethodPost, path, nil)
			w := httptest.NewRecorder()
			for b.Loop() {
				m.ServeHTTP(w, r)
				w.Body.Reset()
			}
		})
	}
	b.Run("added, from many goroutines", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			r := httptest.NewRequest(http.MethodPost, "/viber/pa:500", nil)
			w := httptest.NewRecorder()
			for pb.Next() {
				m.ServeHTTP(w, r)
			}
		})
	})
}
