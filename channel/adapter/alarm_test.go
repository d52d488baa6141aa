package adapter

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// bell notes when it rang.
type bell struct {
	mu   sync.Mutex
	rang []time.Duration
	from time.Time
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rang = append(b.rang, time.Since(b.from))
}

func (b *bell) times() []time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rang
}

func TestEachAlarmRingsOnceAtItsTimeUnlessStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, start := alarms{after: 10 * time.Second}, time.Now()
		var set [6]alarm
		var bells [6]bell
		for i := range set {
			bells[i].from = start
			s.set(&set[i], &bells[i])
			time.Sleep(time.Second)
		}
		for _, i := range []int{0, 3, 5} { // the first, one between, and the last
			assert.True(t, s.stop(&set[i]))
			assert.False(t, s.stop(&set[i]))
		}
		time.Sleep(time.Minute)
		for i := range bells {
			if i == 0 || i == 3 || i == 5 {
				assert.Empty(t, bells[i].times())
				continue
			}
			assert.Equal(t, []time.Duration{time.Duration(10+i) * time.Second}, bells[i].times())
			assert.False(t, s.stop(&set[i]), "it has rung")
		}

		bells[0].from = time.Now()
		s.set(&set[0], &bells[0])
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, []time.Duration{10 * time.Second}, bells[0].times(), "after all others are over")
	})
}
