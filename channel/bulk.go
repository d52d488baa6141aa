package channel

import "context"

type bulkKey struct{}

// WithBulk marks the sends of ctx as part of a broadcast: they take only the pace that is free now, so that an answer to
// a person never waits behind them, also to the same chat.
func WithBulk(ctx context.Context) context.Context { return context.WithValue(ctx, bulkKey{}, true) }

// IsBulk reports whether [WithBulk] marked ctx.
func IsBulk(ctx context.Context) bool { return ctx.Value(bulkKey{}) != nil }
