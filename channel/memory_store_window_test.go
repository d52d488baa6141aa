package channel

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// model is a limit as its promise reads, unit by unit: slow, and plain enough to believe.
type model struct {
	units []time.Time
	pause time.Time
}

// fits tries every window that begins at a unit, or at t, and holds t.
func (m *model) fits(t time.Time, b Bucket) bool {
	if t.Before(m.pause) {
		return false
	}
	if b.Cost == 0 {
		return true
	}
	for _, begin := range append([]time.Time{t}, m.units...) {
		if begin.After(t) || !t.Before(begin.Add(b.Per)) {
			continue
		}
		if m.in(begin, b.Per)+b.Cost > b.N {
			return false
		}
	}
	return true
}

func (m *model) in(begin time.Time, per time.Duration) (n int) {
	for _, u := range m.units {
		if !u.Before(begin) && u.Before(begin.Add(per)) {
			n++
		}
	}
	return n
}

// earliest goes through every time at which anything changes.
func earliestOfModels(now time.Time, models map[Key]*model, buckets []Bucket) time.Time {
	candidates := []time.Time{now}
	for _, b := range buckets {
		m := models[b.Key]
		candidates = append(candidates, m.pause)
		for _, u := range m.units {
			candidates = append(candidates, u.Add(b.Per))
		}
	}
	slices.SortFunc(candidates, time.Time.Compare)
	for _, t := range candidates {
		if t.Before(now) {
			continue
		}
		if !slices.ContainsFunc(buckets, func(b Bucket) bool { return !models[b.Key].fits(t, b) }) {
			return t
		}
	}
	panic("the last candidate is free")
}

// testLimits is a store under random use beside its model.
type testLimits struct {
	store  *MemoryStore
	limits []Bucket
	models map[Key]*model
	random *rand.Rand
}

func newTestLimits(seed uint64) *testLimits {
	l := &testLimits{store: NewMemoryStore(), models: map[Key]*model{}, random: rand.New(rand.NewPCG(seed, 1))}
	for i := range 3 + int(seed%2)*20 { // many, so that some share a shard
		key := Key{Account: Account{"telegram", "1"}, Kind: KeyLimit, ID: strconv.Itoa(i)}
		l.limits = append(l.limits, Bucket{Key: key, N: 1 + l.random.IntN(5), Per: time.Duration(1+l.random.IntN(8)) * 10 * time.Millisecond})
		l.models[key] = new(model)
	}
	return l
}

// pick is some of the limits, in any order, at any cost that they allow.
func (l *testLimits) pick() []Bucket {
	var picked []Bucket
	for _, i := range l.random.Perm(len(l.limits))[:1+l.random.IntN(len(l.limits))] {
		b := l.limits[i]
		b.Cost = l.random.IntN(b.N + 1)
		picked = append(picked, b)
	}
	return picked
}

func (l *testLimits) reserve(t *testing.T) {
	now, picked := time.Now(), l.pick()
	maxWait := time.Duration(l.random.IntN(200)) * time.Millisecond
	if l.random.IntN(3) == 0 {
		maxWait = 0
	}
	wait, err := l.store.Reserve(context.Background(), picked, maxWait)
	require.NoError(t, err)
	at := earliestOfModels(now, l.models, picked)
	require.Equal(t, at.Sub(now), wait, "the earliest time for %v", picked)
	if wait > maxWait {
		return
	}
	for _, b := range picked {
		m := l.models[b.Key]
		for range b.Cost {
			m.units = append(m.units, at)
		}
	}
}

// step does one thing that a client may do, or lets time pass.
func (l *testLimits) step(t *testing.T) {
	one := l.limits[l.random.IntN(len(l.limits))]
	switch l.random.IntN(12) {
	case 0:
		until := time.Now().Add(time.Duration(l.random.IntN(100)-20) * time.Millisecond)
		require.NoError(t, l.store.Pause(context.Background(), one.Key, until))
		if m := l.models[one.Key]; until.After(m.pause) {
			m.pause = until
		}
	case 1:
		if l.random.IntN(5) == 0 {
			require.NoError(t, l.store.Reset(context.Background(), one.Key))
			l.models[one.Key] = new(model)
		}
	case 2, 3, 4:
		time.Sleep(time.Duration(l.random.IntN(30)) * time.Millisecond)
	default:
		l.reserve(t)
	}
}

func TestLimitsDoWhatTheModelDoes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newTestLimits(seed)
				for range 200 {
					l.step(t)
				}
				for _, b := range l.limits {
					m := l.models[b.Key]
					for _, u := range m.units {
						require.LessOrEqual(t, m.in(u, b.Per), b.N, "units in the window at %v", u)
					}
				}
			})
		})
	}
}

// A limit with far more instants than it keeps apart may make one wait for a grain too long, and never lets one too many
// through.
func TestABusyLimitStaysSmallAndKeepsItsPromise(t *testing.T) {
	t.Parallel()
	for _, per := range []time.Duration{time.Second, time.Hour} {
		t.Run(per.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { keepBusy(t, per) })
		})
	}
}

func keepBusy(t *testing.T, per time.Duration) {
	store, random := NewMemoryStore(), rand.New(rand.NewPCG(7, 7))
	b := Bucket{Key: Key{Account: Account{"facebook", "1"}, Kind: KeyLimit, ID: "calls"}, N: 300, Per: per, Cost: 1}
	var units []time.Time // nothing is reserved for later, so the last N are all that count
	begin := time.Now()
	for time.Since(begin) < 8*per {
		time.Sleep(time.Duration(random.Int64N(int64(per / 200))))
		for range 1 + random.IntN(3) {
			exact := time.Duration(0)
			if len(units) >= b.N {
				exact = max(0, time.Until(units[len(units)-b.N].Add(per)))
			}
			wait, err := store.Reserve(t.Context(), []Bucket{b}, 0)
			require.NoError(t, err)
			require.GreaterOrEqual(t, wait, exact, "a unit too early")
			require.LessOrEqual(t, wait, exact+per/grains, "a unit more than a grain too late")
			if wait == 0 {
				units = append(units, time.Now())
			}
		}
		require.LessOrEqual(t, mostRuns(store), 2*maxPast)
	}
	assert.GreaterOrEqual(t, len(units), 8*b.N*95/100, "the pace that is allowed is used")
}

// mostRuns is the most runs that any limit of s has room for.
func mostRuns(s *MemoryStore) (n int) {
	for i := range s.buckets {
		s.buckets[i].mu.Lock()
		for _, b := range s.buckets[i].entries {
			n = max(n, cap(b.runs))
		}
		s.buckets[i].mu.Unlock()
	}
	return n
}

// Moved to a later time, what is reserved would be missing from the windows that end between the two.
func TestABusyLimitLeavesWhatIsReservedForLaterWhereItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, begin := NewMemoryStore(), time.Now()
		key := func(id string) Key { return Key{Account{"facebook", "1"}, KeyLimit, id} }
		calls := func(n int) Bucket { return Bucket{Key: key("calls"), N: 300, Per: time.Second, Cost: n} }
		reserve := func(maxWait time.Duration, buckets ...Bucket) time.Duration {
			wait, err := store.Reserve(t.Context(), buckets, maxWait)
			require.NoError(t, err)
			return wait
		}
		for at, n := range map[time.Duration]int{1100 * time.Millisecond: 200, 1120 * time.Millisecond: 1} { // in one grain
			gate := Bucket{Key: key(at.String())}
			require.NoError(t, store.Pause(t.Context(), gate.Key, begin.Add(at)))
			require.Equal(t, at, reserve(time.Hour, calls(n), gate))
		}
		for range maxPast + 6 {
			require.Zero(t, reserve(0, calls(1)))
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Until(begin.Add(110 * time.Millisecond)))
		assert.Equal(t, 1990*time.Millisecond, reserve(0, calls(101)), "the 200 are in the window of now, and until 2.1 s")
		assert.Zero(t, reserve(0, calls(100)))
	})
}
