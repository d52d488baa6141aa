package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	short, err := report(ctx, os.Stdout, budgets())
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(2)
	}
	if short > 0 {
		os.Exit(1)
	}
}

// budgets are what is measured. Each prints lines of its own, because one measurement may decide several bars.
func budgets() []func(ctx context.Context) ([]line, error) {
	return []func(ctx context.Context) ([]line, error){receiving, sending, limiterMemory, muxMemory, pacing}
}

// line is a budget and what was measured.
type line struct {
	name   string
	figure string
	bar    string // empty: the figure is there to be looked at
	ok     bool
}

// report prints the lines as they come, and returns how many are short.
func report(ctx context.Context, w io.Writer, budgets []func(ctx context.Context) ([]line, error)) (short int, err error) {
	for _, measure := range budgets {
		lines, err := measure(ctx)
		if err != nil {
			return short, err
		}
		for _, l := range lines {
			verdict := "ok"
			switch {
			case l.bar == "":
				verdict = ""
			case !l.ok:
				verdict = "short"
				short++
			}
			text := fmt.Sprintf("%-70s  %-28s  %-18s  %s", l.name, l.figure, l.bar, verdict)
			fmt.Fprintln(w, strings.TrimRight(text, " "))
		}
	}
	return short, nil
}

// atMost is a line whose figure must not be above the bar.
func atMost(name string, figure, bar float64, unit string) line {
	return line{
		name: name, figure: fmt.Sprintf("%.4g%s", figure, unit), bar: fmt.Sprintf("at most %.4g%s", bar, unit), ok: figure <= bar,
	}
}
