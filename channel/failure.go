package channel

import "context"

type failureKey struct{}

// Failure returns why an event became a dead letter. It is for Options.DeadLetter, of whose context it is part; in any
// other it is nil.
func Failure(ctx context.Context) error {
	err, _ := ctx.Value(failureKey{}).(error)
	return err
}

// WithFailure is what an engine calls Options.DeadLetter with.
func WithFailure(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, failureKey{}, err)
}
