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
	Once       bool   // f can be called only once: it sends a stream, say. Its failure is returned, whatever that is

	// Move has f go to the new ID of the only chat from now on, and returns what that costs. Nil: f does not, because it
	// is about a message, say, whose ID is good for the old chat alone; a chat that moved is remembered all the same, and
	// the failure returned.
	Move func(chatID string) ([]Cost, error)
}

// Do makes a native call in the engine's care: it waits for the pace, retries what is safe, turns a failure into a
// *channel.Error, and notes what that says about the chat. A chat that moved is followed where Call.Move does that.
func Do[T any](ctx context.Context, c *Channel, call Call, f func(ctx context.Context) (T, error)) (T, error) {
	var v T
	job := nativeJob{channel: c, of: &call}
	job.callFunc = func(ctx context.Context) (err error) {
		v, err = f(ctx)
		return err
	}
	if to, moved := c.knownMove(&call); moved {
		costs, err := call.Move(to)
		if err != nil {
			return v, c.fail(call.Op, err)
		}
		call.ChatIDs, call.Costs = []string{to}, costs
	}
	a := attempt{
		op: call.Op, chatIDs: call.ChatIDs, costs: call.Costs, repeatable: call.Repeatable, teaches: true,
		bulk: call.Bulk || channel.IsBulk(ctx), patience: c.patience(), job: job,
	}
	if err := c.carryOut(ctx, &a); err != nil {
		return v, err
	}
	if call.Answers != "" {
		c.answered(call.Answers)
	}
	return v, nil
}

// knownMove is the new ID of the call's chat, if that is known to have moved and is followed.
func (c *Channel) knownMove(call *Call) (to string, moved bool) {
	if call.Move == nil || len(call.ChatIDs) != 1 {
		return "", false
	}
	to = c.latest(call.ChatIDs[0])
	return to, to != call.ChatIDs[0]
}

// nativeJob is the job of a native call.
type nativeJob struct {
	callFunc
	channel *Channel
	of      *Call
}

func (n nativeJob) undone() bool { return !n.of.Once }

func (n nativeJob) move(to string) ([]Cost, bool, *channel.Error) {
	if n.of.Once || n.of.Move == nil {
		return nil, false, nil
	}
	costs, err := n.of.Move(to)
	if err != nil {
		return nil, false, n.channel.fail(n.of.Op, err)
	}
	return costs, true, nil
}
