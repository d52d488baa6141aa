package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func measured(lines ...line) func(context.Context) ([]line, error) {
	return func(context.Context) ([]line, error) { return lines, nil }
}

func TestTheReportMarksAndCountsWhatIsShort(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	short, err := report(t.Context(), &out, []func(context.Context) ([]line, error){
		measured(atMost("time", 0.4, 0.5, "×"), atMost("allocations", 0.6, 0.5, "×")),
		measured(line{name: "beside", figure: "3 µs"}),
	})
	require.NoError(t, err)
	assert.Equal(t, 1, short)
	lines := strings.Split(out.String(), "\n")
	assert.Regexp(t, `^time +0.4× +at most 0.5× +ok$`, lines[0])
	assert.Regexp(t, `^allocations +0.6× +at most 0.5× +short$`, lines[1])
	assert.Regexp(t, `^beside +3 µs$`, lines[2])
}

func TestWhatCannotBeMeasuredEndsTheReport(t *testing.T) {
	t.Parallel()
	broken := errors.New("the peer answers 500")
	var out strings.Builder
	_, err := report(t.Context(), &out, []func(context.Context) ([]line, error){
		func(context.Context) ([]line, error) { return nil, broken },
		measured(atMost("time", 1, 1, "×")),
	})
	assert.ErrorIs(t, err, broken)
	assert.Empty(t, out.String())
}

func TestTheMedianOfTheRoundsDecides(t *testing.T) {
	t.Parallel()
	me := []testing.BenchmarkResult{{N: 1, T: 10}, {N: 2, T: 20}, {N: 1, T: 900}}
	peer := []testing.BenchmarkResult{{N: 1, T: 20}, {N: 1, T: 40}, {N: 1, T: 30}}
	r := results{"me": me, "peer": peer}
	assert.EqualValues(t, 10, r.time("me"))
	assert.EqualValues(t, 0.5, r.timeRatio("me", "peer"))
	assert.Equal(t, "me", r.fastest([]string{"peer", "me"}))
}
