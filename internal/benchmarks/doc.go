// Benchmarks measures the budgets of the library against its peers, as ratios in one run, and prints a line for each:
//
//	go -C internal/benchmarks run .
//
// It exits 1 when a budget is short. All contestants do the same work on the same payloads, one after another in each of
// several rounds, on one processor: what one of them leaves to other goroutines, and to the collector, counts as its own.
// Times are those of the processor, and of the rounds' ratios the median decides, so that noise of the machine does not.
//
// It is a module of its own, so that the peers stay out of the library's.
package main
