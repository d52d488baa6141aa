package adapter

import (
	"context"

	"github.com/parley-go/parley/channel"
)

// Call is what the engine must know of a native call.
type Call struct {
	Op         string   // what errors call it
	ChatIDs    []string // the chats it is about: what its failure teaches is about the only one
	Costs      []Cost
	Repeatable bool   // carried out twice it is the same as once: an unknown outcome is retried
	Bulk       bool   // takes only the pace that is free now; so does a context of channel.WithBulk
	Answers    string // the Postback.ID that it answers
}

// Do makes a native call in the engine's care: it waits for the pace, retries what is safe, turns a failure into a
// *channel.Error, and notes what that says about the chat. A chat that moved is remembered, and the failure returned: f
// alone knows where it writes the chat's ID.
func Do[T any](ctx context.Context, c *Channel, call Call, f func(ctx context.Context) (T, error)) (T, error) {
	var v T
	a := attempt{
		op: call.Op, chatIDs: call.ChatIDs, costs: call.Costs, repeatable: call.Repeatable, teaches: true,
		bulk: call.Bulk || channel.IsBulk(ctx), patience: c.patience(),
		job: callFunc(func(ctx context.Context) (err error) {
			v, err = f(ctx)
			return err
		}),
	}
	if err := c.carryOut(ctx, &a); err != nil {
		return v, err
	}
	if call.Answers != "" {
		c.answered(call.Answers)
	}
	return v, nil
}
