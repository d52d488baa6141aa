package adapter

import (
	"context"
	"time"

	"github.com/parley-go/parley/channel"
)

type people struct{}

// User is stubbed.
func (c *Channel) User(ctx context.Context, userID string) (channel.User, error) {
	return channel.User{}, nil
}

// Subscription is stubbed.
func (c *Channel) Subscription(ctx context.Context, chatID string) (channel.Subscription, error) {
	return channel.Subscription{}, nil
}

// learn notes what an event tells of its person and of the right to write, before it is handled: it feeds the profile
// cache, merges in.Implies and Event.Subscription into what is known, sets Event.Subscription to the outcome, starts
// paces anew, and calls OnSubscription when a state changed that no EventSubscription tells of. Its error means that the
// event must come again.
func (c *Channel) learn(ctx context.Context, in *Incoming) error { return nil }

// learnFailure notes what a failure tells of a chat, and calls OnSubscription when that is news. What was learnt of the
// chat after since stands.
func (c *Channel) learnFailure(ctx context.Context, chatID string, e *channel.Error, since time.Time) {
}
