package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	library     = "github.com/parley-go/parley"
	allowedRate = 98 // percent
	bytesAChat  = 200
)

// limiterMemory runs the tests that measure what the limits of a chat take, because that of the idle needs fake time.
func limiterMemory(ctx context.Context) ([]line, error) {
	var lines []line
	for _, of := range []struct{ name, test string }{
		{"a private chat", "TestALimitTakesFewBytesPerChatAndNoneWhenIdle"},
		{"a group", "TestTheLimitsOfAGroupTakeFewBytesWhenManyAreWrittenToInAMinute"},
	} {
		found, err := runTest(ctx, "./channel", of.test, `limiter: (\d+) bytes per chat, (\d+) when idle`)
		if err != nil {
			return nil, err
		}
		worst := func(column int) float64 {
			return slices.MaxFunc(found, func(a, b []float64) int { return int(a[column] - b[column]) })[column]
		}
		lines = append(lines,
			atMost("limiter memory of "+of.name+" written to in the last minute", worst(0), bytesAChat, " bytes"),
			atMost("limiter memory of "+of.name+", idle", worst(1), 0, " bytes"))
	}
	return lines, nil
}

// pacing runs the tests of the pace against a Bot API that counts for itself.
func pacing(ctx context.Context) ([]line, error) {
	found, err := runTest(ctx, "./telegram", "TestMessagesToMixedChatsGoAsFastAsTheyMay|TestABroadcastGoesAsFastAsItMay",
		`paced: (\d+) messages, (\d+) refused, ([0-9.]+) % of the allowed rate`)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b []float64) int { return int(a[0] - b[0]) })
	var lines []line
	for _, f := range found {
		lines = append(lines, line{
			name:   fmt.Sprintf("telegram: %.0f messages in fake time", f[0]),
			figure: fmt.Sprintf("%.2f %% of the allowed rate, %.0f times 429", f[2], f[1]),
			bar:    fmt.Sprintf("at least %d %%, none", allowedRate),
			ok:     f[2] >= allowedRate && f[1] == 0,
		})
	}
	return lines, nil
}

// runTest runs tests of the library and returns the numbers that they log in the form of the pattern. That a bar is
// missed fails the test too: what it logged tells by how much.
func runTest(ctx context.Context, pkg, tests, pattern string) (found [][]float64, err error) {
	dir, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", library).Output()
	if err != nil {
		return nil, fmt.Errorf("finding the library: %w", err)
	}
	test := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", "^("+tests+")$", pkg)
	test.Dir = strings.TrimSpace(string(dir))
	out, failed := test.CombinedOutput()
	for _, match := range regexp.MustCompile(pattern).FindAllSubmatch(out, -1) {
		numbers := make([]float64, len(match)-1)
		for i := range numbers {
			if numbers[i], err = strconv.ParseFloat(string(match[i+1]), 64); err != nil {
				return nil, err
			}
		}
		found = append(found, numbers)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s of %s measured nothing: %w\n%s", tests, pkg, failed, out)
	}
	return found, nil
}
