package adapter

import (
	"context"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// quickDriver answers at once and remembers nothing, so that what is measured is the engine.
type quickDriver struct {
	sendDriver
	ids []string
}

func (d *quickDriver) Send(context.Context, *Part) (channel.Sent, error) {
	return channel.Sent{MessageIDs: d.ids}, nil
}

func BenchmarkSend(b *testing.B) {
	paces := []Pace{{Name: "account", N: 1 << 20, Per: time.Microsecond}, {Name: "chat", N: 1 << 20, Per: time.Microsecond, Chat: true}}
	for name, test := range map[string]struct {
		paces []Pace
		key   string
	}{
		"without a pace": {}, "two paces": {paces, ""}, "two paces and a key": {paces, "key"},
	} {
		b.Run(name, func(b *testing.B) {
			d := &quickDriver{ids: []string{"1"}}
			d.rules.Paces = test.paces
			for _, p := range test.paces {
				d.costs = append(d.costs, Cost{Pace: p.Name})
			}
			c, err := New(d, channel.Options{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(b, err)
			ctx, m := b.Context(), channel.Text("Your order is on its way.")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if test.key != "" {
					m.Key = strconv.Itoa(i)
				}
				if _, err := c.Send(ctx, "5512345678", m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
