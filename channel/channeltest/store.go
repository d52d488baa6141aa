package channeltest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// RunStore checks every promise of [channel.Store]. Each leaf test calls open for an empty store of its own, in a bubble
// of testing/synctest, so that hours pass in no time: the store must take the time from the package time, and must not
// wait for a socket. [RunStoreHarness] is for those that do.
func RunStore(t *testing.T, open func(t *testing.T) channel.Store) {
	t.Helper()
	for _, g := range storeTests {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for _, leaf := range g.tests {
				t.Run(leaf.name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { leaf.run(newStoreTest(t, StoreHarness{Store: open(t)})) })
				})
			}
		})
	}
}

// StoreHarness is a store that has a clock of its own, or that is behind a socket.
type StoreHarness struct {
	Store channel.Store

	// Sleep lets time pass for the store: it waits, or sets the store's clock forward. Nil: time.Sleep.
	Sleep func(time.Duration)

	// Now is the store's time. Nil: time.Now.
	Now func() time.Time

	// Unit is what leases, windows and sleeps of the suite are multiples of, some 1,200 of them in all. 0: a second. A
	// store in real time should have a short one, yet several times Slack.
	Unit time.Duration

	// Slack is how much later than asked a call may be carried out, and how far the store's times may be off for that.
	// 0: not at all.
	Slack time.Duration
}

// RunStoreHarness is [RunStore] outside a bubble, one leaf test after the other.
func RunStoreHarness(t *testing.T, open func(t *testing.T) StoreHarness) {
	t.Helper()
	for _, g := range storeTests {
		t.Run(g.name, func(t *testing.T) {
			for _, leaf := range g.tests {
				t.Run(leaf.name, func(t *testing.T) { leaf.run(newStoreTest(t, open(t))) })
			}
		})
	}
}

type storeLeaf struct {
	name string
	run  func(s *storeTest)
}

var storeTests = []struct {
	name  string
	tests []storeLeaf
}{
	{"claims", claimTests},
	{"values", valueTests},
	{"limits", limitTests},
	{"pauses", pauseTests},
	{"keys", keyTests},
	{"races", raceTests},
}

// storeTest is one leaf test with its store.
type storeTest struct {
	*testing.T
	StoreHarness
	account channel.Account
}

func newStoreTest(t *testing.T, h StoreHarness) *storeTest {
	if h.Sleep == nil {
		h.Sleep = time.Sleep
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Unit == 0 {
		h.Unit = time.Second
	}
	return &storeTest{T: t, StoreHarness: h, account: channel.Account{Platform: "test", ID: t.Name()}}
}

// sleep lets n units pass.
func (s *storeTest) sleep(n float64) { s.Sleep(s.units(n)) }

func (s *storeTest) units(n float64) time.Duration { return time.Duration(n * float64(s.Unit)) }

func (s *storeTest) key(kind channel.KeyKind, id string) channel.Key {
	return channel.Key{Account: s.account, Kind: kind, ID: id}
}

// near asserts that two durations are the same, give or take the slack.
func (s *storeTest) near(want, got time.Duration, what string) {
	s.Helper()
	assert.InDelta(s, want, got, float64(s.Slack), what)
}

// claim claims an event for ten units; its attempts are remembered for a hundred.
func (s *storeTest) claim(id string) channel.Claim {
	s.Helper()
	return s.claimKey(s.key(channel.KeyEvent, id))
}

func (s *storeTest) claimKey(k channel.Key) channel.Claim {
	s.Helper()
	c, err := s.Store.Claim(s.Context(), k, s.units(10), s.units(100))
	require.NoError(s, err)
	require.Equal(s, k, c.Key)
	return c
}

// win claims an event, and must get it.
func (s *storeTest) win(id string) channel.Claim {
	s.Helper()
	c := s.claim(id)
	s.won(c)
	return c
}

func (s *storeTest) won(c channel.Claim) {
	s.Helper()
	require.Equal(s, channel.ClaimWon, c.State)
	require.NotEmpty(s, c.Token)
}

func (s *storeTest) commit(c channel.Claim, answer string) {
	s.Helper()
	require.NoError(s, s.Store.Commit(s.Context(), c, []byte(answer), s.units(100)))
}

// stale asserts that nothing can be done with c any more.
func (s *storeTest) stale(c channel.Claim) {
	s.Helper()
	assert.ErrorIs(s, s.Store.Renew(s.Context(), c, s.units(10)), channel.ErrConflict, "renew")
	assert.ErrorIs(s, s.Store.Commit(s.Context(), c, []byte("stale"), s.units(100)), channel.ErrConflict, "commit")
	assert.ErrorIs(s, s.Store.Release(s.Context(), c, true), channel.ErrConflict, "release and count")
	assert.ErrorIs(s, s.Store.Release(s.Context(), c, false), channel.ErrConflict, "release")
}

func (s *storeTest) get(k channel.Key) []byte {
	s.Helper()
	v, err := s.Store.Get(s.Context(), k)
	require.NoError(s, err)
	return v
}

// swap is CompareAndSwap for ttl units.
func (s *storeTest) swap(k channel.Key, old, new []byte, ttl float64) bool {
	s.Helper()
	ok, err := s.Store.CompareAndSwap(s.Context(), k, old, new, s.units(ttl))
	require.NoError(s, err)
	return ok
}

// bucket costs one of n in per units.
func (s *storeTest) bucket(id string, n int, per float64) channel.Bucket {
	return channel.Bucket{Key: s.key(channel.KeyLimit, id), N: n, Per: s.units(per), Cost: 1}
}

const forever = 1e6 // units

// reserve waits for up to maxWait units.
func (s *storeTest) reserve(maxWait float64, buckets ...channel.Bucket) time.Duration {
	s.Helper()
	wait, err := s.Store.Reserve(s.Context(), buckets, s.units(maxWait))
	require.NoError(s, err)
	require.GreaterOrEqual(s, wait, time.Duration(0))
	return wait
}

// waits asserts that reserving has to wait for so many units.
func (s *storeTest) waits(units, maxWait float64, buckets ...channel.Bucket) {
	s.Helper()
	s.near(s.units(units), s.reserve(maxWait, buckets...), "the wait")
}
