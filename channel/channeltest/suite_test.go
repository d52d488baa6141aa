package channeltest

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a testing.TB that keeps failures to itself.
type recorder struct {
	testing.TB

	mu       sync.Mutex
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Error(args ...any)                 { r.Errorf("%s", fmt.Sprint(args...)) }
func (r *recorder) Fail()                             { r.Errorf("failed") }
func (r *recorder) FailNow()                          { r.Fail(); runtime.Goexit() }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *recorder) Helper()                           {}

func (r *recorder) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.failures, "\n")
}

func TestTheSuiteFindsFlaws(t *testing.T) {
	t.Parallel()
	for _, flaw := range slices.Concat(flaws, mediaFlaws, albumFlaws, fileFlaws) {
		t.Run(flaw.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				open := func(o channel.Options) Harness {
					m, h := memoryHarness(t, o)
					b := &broken{Memory: m}
					flaw.in(b, o)
					h.Channel = b
					return h
				}
				assert.Contains(t, report(t, flaw.check, open), flaw.says)
			})
		})
	}
}

func TestEveryCheckOfFilesAndPlacesFindsAFlaw(t *testing.T) {
	t.Parallel()
	found := make(map[string]bool)
	for _, flaw := range slices.Concat(mediaFlaws, albumFlaws, fileFlaws) {
		found[flaw.check] = true
	}
	for _, c := range slices.Concat(mediaChecks, albumChecks, placeChecks, cardChecks, storageChecks, editChecks, partialChecks, receivedChecks) {
		assert.True(t, found[c.name], "%q finds nothing", c.name)
	}
}

// report is what a check of the suite has against a channel.
func report(t *testing.T, name string, open func(o channel.Options) Harness) string {
	t.Helper()
	for _, c := range checks(open(channel.Options{Logger: quiet, Store: channel.NewMemoryStore()})) {
		if c.name != name {
			continue
		}
		r := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.do(r, open)
		}()
		<-done
		return r.all()
	}
	require.Fail(t, "there is no such check", name)
	return ""
}

func TestEveryCheckHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, h := harnessOf(t, MemoryConfig{Welcome: true})
		names := make(map[string]bool)
		for _, c := range checks(h.probed()) {
			assert.False(t, names[c.name], c.name)
			names[c.name] = true
			if c.needs != nil && !strings.Contains(lacking, c.name) {
				assert.True(t, c.needs(h.probed()), "the in-memory channel proves %q", c.name)
			}
		}
		assert.Greater(t, len(names), 100)
	})
}

func TestSpellingsFindASecretInAnyPlace(t *testing.T) {
	t.Parallel()
	const secret = "canary \"of\" 7+/= é"
	for _, around := range []string{"", "a", "ab", "abc", "user:"} {
		whole := around + secret + around
		for name, text := range map[string]string{
			"plain": whole, "quoted": strconv.Quote(whole), "hex": fmt.Sprintf("%x", whole), "HEX": fmt.Sprintf("%X", whole),
			"base64": base64.StdEncoding.EncodeToString([]byte(whole)), "base64url": base64.RawURLEncoding.EncodeToString([]byte(whole)),
		} {
			found := false
			for _, spelling := range spellings(secret) {
				found = found || strings.Contains(text, spelling)
			}
			assert.True(t, found, "%s after %q", name, around)
		}
	}
	for _, spelling := range spellings(secret) {
		assert.NotContains(t, base64.StdEncoding.EncodeToString([]byte("innocent text of some length, that shows nothing")), spelling)
	}
}

// lacking is what the in-memory platform has not, so that the suite leaves it out.
const lacking = "a message is marked as read, a message is sent to many chats in one call, " +
	"a handshake is answered in the platform's words, a webhook is registered, told and taken away, " +
	"a registered webhook is delivered to, and none that was taken away, polling gives each event once it is handled, " +
	"files without an album arrive one by one, a place that the platform lacks is written, " +
	"contacts that the platform lacks are written, a message stands for each card that the platform lacks"

var quiet = slog.New(slog.DiscardHandler)
