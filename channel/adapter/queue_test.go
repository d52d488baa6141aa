package adapter

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQueueServesALineInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var q queue
		var served []int // guarded by the line
		var all sync.WaitGroup
		for i := range 100 {
			ticket := q.enter("chat")
			all.Go(func() {
				defer ticket.leave()
				assert.NoError(t, ticket.wait(t.Context()))
				served = append(served, i)
				time.Sleep(time.Millisecond)
			})
		}
		all.Wait()
		require.Len(t, served, 100)
		assert.IsIncreasing(t, served)
		assert.Empty(t, q.last, "a line without anybody in it is forgotten")
	})
}

func TestQueueLinesDoNotWaitForOneAnother(t *testing.T) {
	t.Parallel()
	var q queue
	a, b := q.enter("a"), q.enter("b")
	require.NoError(t, a.wait(t.Context()))
	require.NoError(t, b.wait(t.Context()))
	a.leave()
	b.leave()
	assert.Empty(t, q.last)
}

func TestQueuePlaceIsKeptUntilItIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var q queue
		first, second, third := q.enter("chat"), q.enter("chat"), q.enter("chat")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, second.wait(ctx), context.DeadlineExceeded)
		first.leave()
		assert.ErrorIs(t, third.wait(ctx), context.DeadlineExceeded, "the second still has its place")
		require.NoError(t, second.wait(ctx), "a turn that came counts more than a context that ended")
		second.leave()
		require.NoError(t, third.wait(t.Context()))
		third.leave()
		assert.Empty(t, q.last)
	})
}

func TestQueuePlaceCanBeLeftBeforeItsTurn(t *testing.T) {
	t.Parallel()
	for name, leavers := range map[string][]int{
		"the first": {0}, "one in the middle": {1}, "the last": {3}, "several": {2, 1}, "twice": {1, 1}, "all but one": {3, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var q queue
			line := []*ticket{q.enter("chat"), q.enter("chat"), q.enter("chat"), q.enter("chat")}
			for _, i := range leavers {
				line[i].leave()
			}
			for _, ticket := range line {
				if ticket.gone {
					continue
				}
				require.NoError(t, ticket.wait(t.Context()))
				ticket.leave()
			}
			assert.Empty(t, q.last)
		})
	}
}

func TestQueuePlaceThatWasLeftHoldsNoOther(t *testing.T) {
	t.Parallel()
	var q queue
	first, second, third := q.enter("chat"), q.enter("chat"), q.enter("chat")
	for _, left := range []*ticket{second, first, third} {
		left.leave()
		assert.Nil(t, left.ahead)
		assert.Nil(t, left.after)
	}
}
