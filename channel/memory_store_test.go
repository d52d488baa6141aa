package channel_test

import (
	"testing"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
)

func TestMemoryStoreKeepsThePromisesOfAStore(t *testing.T) {
	t.Parallel()
	channeltest.RunStore(t, func(*testing.T) channel.Store { return channel.NewMemoryStore() })
}
