package adapter_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestALateReceiptOfLowerRankIsNotDelivered(t *testing.T) {
	t.Parallel()
	at := func(s int) time.Time { return time.Date(2026, 1, 1, 0, 0, s, 0, time.UTC) }
	ids := func(s channel.ReceiptStatus, ids ...string) channel.Receipt {
		return channel.Receipt{Status: s, MessageIDs: ids}
	}
	until := func(s channel.ReceiptStatus, sec int) channel.Receipt {
		return channel.Receipt{Status: s, Until: at(sec)}
	}
	tests := []struct {
		name      string
		in        []channel.Receipt
		delivered []channel.Receipt
	}{
		{"delivered after read",
			[]channel.Receipt{ids("read", "m"), ids("delivered", "m"), ids("sent", "m")},
			[]channel.Receipt{ids("read", "m")}},
		{"in order",
			[]channel.Receipt{ids("sent", "m"), ids("delivered", "m"), ids("read", "m")},
			[]channel.Receipt{ids("sent", "m"), ids("delivered", "m"), ids("read", "m")}},
		{"failed after delivered, and delivered after failed",
			[]channel.Receipt{ids("delivered", "m"), ids("failed", "m"), ids("failed", "n"), ids("delivered", "n")},
			[]channel.Receipt{ids("delivered", "m"), ids("failed", "n"), ids("delivered", "n")}},
		{"only the messages that are news",
			[]channel.Receipt{ids("read", "m"), ids("delivered", "m", "n")},
			[]channel.Receipt{ids("read", "m"), ids("delivered", "n")}},
		{"a watermark",
			[]channel.Receipt{until("read", 10), until("delivered", 9), until("delivered", 11), until("read", 11)},
			[]channel.Receipt{until("read", 10), until("delivered", 11), until("read", 11)}},
		{"a status of its own",
			[]channel.Receipt{ids("read", "m"), ids("played", "m")},
			[]channel.Receipt{ids("read", "m"), ids("played", "m")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, adapter.Rules{}, channel.Options{})
			h := &recorder{}
			for i, r := range tt.in {
				assert.Equal(t, 200, w.post(h, wireEvent{ID: string(rune('a' + i)), Kind: channel.EventReceipt, Chat: "c", Receipt: &r}).Code)
			}
			var got []channel.Receipt
			for _, e := range h.events {
				got = append(got, *e.Receipt)
			}
			assert.Equal(t, tt.delivered, got)
		})
	}
}

func TestReceiptsOfChatsAreApart(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{}, channel.Options{})
	h := &recorder{}
	for i, chat := range []string{"a", "b"} {
		w.post(h, wireEvent{ID: chat + "1", Kind: channel.EventReceipt, Chat: chat,
			Receipt: &channel.Receipt{Status: []channel.ReceiptStatus{channel.ReceiptRead, channel.ReceiptDelivered}[i], MessageIDs: []string{"m"}}})
	}
	assert.Equal(t, []string{"a1", "b1"}, h.ids(), "message IDs are unique in a chat alone")
}
