package adapter_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestAPressThatNobodyAnsweredIsAnsweredEmpty(t *testing.T) {
	t.Parallel()
	var w *wire
	tests := []struct {
		name    string
		options channel.Options
		do      func(ctx context.Context, e *channel.Event, nth int) error
		want    []string
	}{
		{"when the handler returns", channel.Options{}, nil, []string{"p"}},
		{"not when the handler answered", channel.Options{}, func(ctx context.Context, e *channel.Event, _ int) error {
			_, err := adapter.Do(ctx, w.Channel, adapter.Call{Op: "answer", Answers: e.Postback.ID},
				func(context.Context) (int, error) { return 0, nil })
			return err
		}, nil},
		{"not when the handler failed", channel.Options{}, func(context.Context, *channel.Event, int) error {
			return errors.New("no")
		}, nil},
		{"not with ManualAnswer", channel.Options{ManualAnswer: true}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w = newWire(t, adapter.Rules{}, tt.options)
			for range 2 {
				w.post(&recorder{do: tt.do}, wireEvent{ID: "1", Chat: "c", Press: "p"})
			}
			assert.Equal(t, tt.want, w.driver.answeredPresses())
		})
	}
}
