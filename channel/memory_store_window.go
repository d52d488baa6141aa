package channel

import (
	"cmp"
	"slices"
	"time"
)

// memoryBucket is what was taken from a limit, and is reserved for later. It says nothing of how much may be: that is
// every call's own.
type memoryBucket struct {
	runs  []run         // by time; those that no window from now on can hold are gone at the next use
	per   time.Duration // the window of the last use
	pause time.Duration // nothing is taken before
}

// run is units taken at one instant.
type run struct {
	at time.Duration
	n  int
}

// maxPast is how many runs of the past a bucket keeps apart; beyond it those in the same grain are joined, of which
// there are so many in a window.
const (
	maxPast = 64
	grains  = 32
)

func (b *memoryBucket) aged() *age { return nil }

func (b *memoryBucket) idle(now time.Duration) bool {
	return now >= b.pause && (len(b.runs) == 0 || b.runs[len(b.runs)-1].at <= now-b.per)
}

// prune forgets the runs that no window of a unit from now on can hold.
func (b *memoryBucket) prune(now, per time.Duration) {
	if per <= 0 { // of a cost of 0
		return
	}
	i := 0
	for i < len(b.runs) && b.runs[i].at <= now-per {
		i++
	}
	if i > 0 {
		b.runs = slices.Delete(b.runs, 0, i)
	}
	if cap(b.runs) > 8 && cap(b.runs) > 4*len(b.runs) {
		b.runs = slices.Clone(b.runs)
	}
}

// earliest is the first time from t on at which cost more units leave no window with more than n.
//
// Runs i to j that lie in one window, and together leave too little room in it, forbid every time that can share a
// window with all of them: those after j's less per and before i's plus per. Going up by i, with the first j for each,
// both ends of what is forbidden go up; so one pass finds the first time that is free, and a time before what is
// forbidden next is free for good.
func (b *memoryBucket) earliest(t time.Duration, n int, per time.Duration, cost int) time.Duration {
	t = max(t, b.pause)
	if cost == 0 {
		return t
	}
	j, sum := 0, 0 // sum is that of runs[i:j]
	for i, first := range b.runs {
		for j < len(b.runs) && sum <= n-cost {
			sum += b.runs[j].n
			j++
		}
		if sum <= n-cost {
			break // all that is left leaves room
		}
		last := b.runs[j-1].at
		if t <= last-per {
			break
		}
		if last-first.at < per {
			t = max(t, after(first.at, per))
		}
		sum -= b.runs[i].n
	}
	return t
}

// take notes that n units are taken at the time at.
func (b *memoryBucket) take(now, at, per time.Duration, n int) {
	b.per = per
	i, found := slices.BinarySearchFunc(b.runs, at, func(r run, t time.Duration) int { return cmp.Compare(r.at, t) })
	if found {
		b.runs[i].n += n
		return
	}
	if len(b.runs) >= maxPast && b.runs[maxPast-1].at <= now {
		b.join(now, per/grains)
		i, _ = slices.BinarySearchFunc(b.runs, at, func(r run, t time.Duration) int { return cmp.Compare(r.at, t) })
	}
	b.runs = slices.Insert(b.runs, i, run{at, n})
}

// join puts runs of the past in the same grain together, at the time of the last of them. Every window that a new unit
// can be in and that held the earlier ones holds that time too, so the promise stands; they only weigh for a grain too
// long, and not more however often they are joined, because grains do not move. What is reserved for later stays as it
// is: for that it would not be so.
func (b *memoryBucket) join(now, grain time.Duration) {
	grain = max(grain, 1)
	joined := b.runs[:0]
	for _, r := range b.runs {
		if last := len(joined) - 1; last >= 0 && r.at <= now && joined[last].at/grain == r.at/grain {
			joined[last] = run{r.at, joined[last].n + r.n}
			continue
		}
		joined = append(joined, r)
	}
	b.runs = joined
}
