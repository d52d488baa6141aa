package channel

import (
	"hash/maphash"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unique"
)

// MemoryStore is a [Store] in the memory of one process: a restart forgets it. Its zero value is ready; set the fields
// before it is used, and do not copy it. None of its methods waits for anything, so it does not look at contexts.
//
// It is bounded. Profiles have the smaller room, so they go first, the oldest before the others; then the oldest
// committed claims. Claims under way, subscriptions, receipts, other values and limits in force are never forgotten before
// their time, which alone bounds them; what is past its time is swept away within a minute, and idle limits with it.
type MemoryStore struct {
	// MaxClaims is how many committed claims are remembered. 0: a million, which takes some 200 MB. An event whose claim
	// was forgotten is handled again if the platform delivers it again.
	MaxClaims int

	// MaxProfiles is how many values of KeyProfile are remembered. 0: 100,000.
	MaxProfiles int

	// Logger is told, once in a while, that claims or profiles are being forgotten. Nil: slog.Default().
	Logger *slog.Logger

	once  sync.Once
	start time.Time // what all times inside are counted from, by the monotonic clock
	seed  maphash.Seed
	seed2 maphash.Seed

	claims  [memoryShards]claimTable
	values  [memoryShards]shard[*memoryValue]
	buckets [memoryShards]shard[*memoryBucket]

	claimRoom   room
	profileRoom room
	tokens      atomic.Uint64
	sweeping    atomic.Bool // a sweep is due
}

var _ Store = (*MemoryStore)(nil)

// NewMemoryStore returns a store with default bounds.
func NewMemoryStore() *MemoryStore { return new(MemoryStore) }

const (
	memoryShards = 16
	sweepEvery   = time.Minute
)

// init makes a zero MemoryStore ready at its first use.
func (s *MemoryStore) init() {
	s.once.Do(func() {
		s.start = time.Now()
		s.seed, s.seed2 = maphash.MakeSeed(), maphash.MakeSeed()
		s.claimRoom.set("committed claims", s.MaxClaims, 1_000_000)
		s.profileRoom.set("profiles", s.MaxProfiles, 100_000)
	})
}

// now is the time inside: since the start, so that no step of the wall clock ends a lease or a limit.
func (s *MemoryStore) now() time.Duration { return time.Since(s.start) }

// after adds without overflow: an endless lease is not one that ended long ago.
func after(t, d time.Duration) time.Duration {
	if d > 0 && t > math.MaxInt64-d {
		return math.MaxInt64
	}
	return t + d
}

// memoryKey is a [Key] in a third of the room: the account and the kind are kept once for all the keys that have them.
type memoryKey struct {
	scope unique.Handle[memoryScope]
	id    string
}

type memoryScope struct {
	account Account
	kind    KeyKind
}

func newMemoryKey(k Key) memoryKey {
	return memoryKey{unique.Make(memoryScope{k.Account, k.Kind}), k.ID}
}

// own is the key with a copy of its ID: what is kept must not hold on to the request that the ID is a part of.
func (k memoryKey) own() memoryKey {
	k.id = strings.Clone(k.id)
	return k
}

// spread picks one of the first n shards; n is a power of two.
func (s *MemoryStore) spread(id string, n int) int {
	if n == 1 {
		return 0
	}
	return int(maphash.String(s.seed, id) & uint64(n-1))
}

// planSweep makes sure that a sweep will come: whoever adds an entry calls it. A timer instead of a goroutine lets a store
// that nobody refers to, and that holds nothing, be collected.
func (s *MemoryStore) planSweep() {
	if !s.sweeping.Load() && s.sweeping.CompareAndSwap(false, true) {
		time.AfterFunc(sweepEvery, s.sweep)
	}
}

// sweep forgets what is past its time, a shard at a time, so that nobody waits long.
func (s *MemoryStore) sweep() {
	s.sweeping.Store(false) // first: an entry added behind the sweep's back plans the next one
	left := 0
	for i := range memoryShards {
		left += s.claims[i].sweep(s.now())
		left += s.values[i].sweep(s.now())
		left += s.buckets[i].sweep(s.now())
	}
	if left > 0 {
		s.planSweep()
	}
}
