package adapter

import (
	"context"

	"github.com/parley-go/parley/channel"
)

// draft is a message to be planned, and what its parts need to know.
type draft struct {
	chatID  string
	message channel.Message
	sub     channel.Subscription
	first   int    // Index of the first part
	seed    uint64 // what the Nonces are made from
}

// plan is a message as the parts that the platform takes.
type plan struct {
	parts    []*Part
	rests    []channel.Message // rests[i] is the message still to send when the parts before i are sent
	degraded []channel.Feature
}

// plan checks d.message against the limits and makes its parts, each encoded. It calls nobody but Options.Publish, and
// that only once all else is known to be good.
func (c *Channel) plan(ctx context.Context, d draft) (plan, error) {
	return plan{}, nil
}
