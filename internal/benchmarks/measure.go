package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

const (
	rounds = 7
	atWork = "200ms" // of one contestant in one round, about
)

// contestant does some work b.N times. What it prepares is not timed.
type contestant struct {
	name string
	work func(b *testing.B) error
}

// results are what the contestants took, by name, each round at the same index.
type results map[string][]testing.BenchmarkResult

// contest measures contestants in turns.
func contest(ctx context.Context, all []contestant) (results, error) {
	if err := setBenchTime(atWork); err != nil {
		return nil, err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	found := make(results)
	for round := range rounds {
		for i := range all {
			c := all[(i+round)%len(all)] // so that nobody always comes after the same
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			var failed error
			r := testing.Benchmark(func(b *testing.B) {
				if failed = c.work(b); failed != nil {
					b.FailNow()
				}
			})
			if failed != nil {
				return nil, fmt.Errorf("%s: %w", c.name, failed)
			}
			r.T = time.Duration(r.Extra[processor] * float64(r.N))
			found[c.name] = append(found[c.name], r)
		}
	}
	return found, nil
}

const processor = "cpu-ns/op"

// timed starts the clock of b; stop stops it. What counts is the time of the processor: on a machine that others use too
// the time on the wall is mostly theirs.
func timed(b *testing.B) (stop func()) {
	b.ReportAllocs()
	b.ResetTimer()
	start := processorTime()
	return func() {
		b.StopTimer()
		b.ReportMetric(float64(processorTime()-start)/float64(b.N), processor)
	}
}

// processorTime is what this process took of the processor so far, in nanoseconds.
func processorTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // there is no such error for a process about itself
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func setBenchTime(d string) error {
	testing.Init()
	return flag.Set("test.benchtime", d)
}

// time is the median of nanoseconds.
func (r results) time(name string) float64 {
	return median(r[name], func(i int) float64 { return nanoseconds(r[name][i]) })
}

// timeRatio is how many times as long as over name took, in the same round.
func (r results) timeRatio(name, over string) float64 {
	return median(r[name], func(i int) float64 { return nanoseconds(r[name][i]) / nanoseconds(r[over][i]) })
}

func (r results) allocs(name string) float64 {
	return median(r[name], func(i int) float64 { return float64(r[name][i].MemAllocs) / float64(r[name][i].N) })
}

// fastest is the quickest of names.
func (r results) fastest(names []string) string {
	return slices.MinFunc(names, func(a, b string) int {
		if r.time(a) < r.time(b) {
			return -1
		}
		return 1
	})
}

// figure is what a contestant took.
func (r results) figure(name string) string {
	return fmt.Sprintf("%.2f µs, %.1f allocations", r.time(name)/1e3, r.allocs(name))
}

func nanoseconds(r testing.BenchmarkResult) float64 { return float64(r.T.Nanoseconds()) / float64(r.N) }

func median(rounds []testing.BenchmarkResult, value func(i int) float64) float64 {
	values := make([]float64, len(rounds))
	for i := range rounds {
		values[i] = value(i)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
