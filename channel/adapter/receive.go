package adapter

import (
	"context"
	"net/http"

	"github.com/parley-go/parley/channel"
)

type receiver struct{}

// Webhook is stubbed.
func (c *Channel) Webhook(h channel.Handler) http.Handler { return http.NotFoundHandler() }

// Poll receives by calling fetch, which waits for native updates and returns them, until ctx ends or fetch fails for
// good. It calls fetch again once every update of the last call is committed, or with its dead letter: what a platform
// acknowledges by the offset of the next call may be derived from that. Failures that may pass are retried, slower and
// slower; an account that the platform refuses, and another poller, end it.
func Poll(ctx context.Context, c *Channel, h channel.Handler, fetch func(ctx context.Context) ([][]byte, error)) error {
	return nil
}

// answered notes that a call answers the press with this Postback.ID, so that the engine does not.
func (c *Channel) answered(pressID string) {}

// welcome takes p as the answer of the webhook request that ctx belongs to, if that carries one for p.ChatID. taken is
// false when it does not, or did already.
func (c *Channel) welcome(ctx context.Context, p *Part) (taken bool, err error) { return false, nil }
