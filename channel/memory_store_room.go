package channel

import (
	"log/slog"
	"sync/atomic"
)

// room is a bound on one sort of entries. Each shard has an equal share of it: that is exact with one shard, and close
// with shares so large that chance fills them evenly.
type room struct {
	what      string
	max       int
	shards    int // that the entries are spread over, a power of two
	share     int // of each shard
	forgotten atomic.Int64
}

// leastShare is large enough for hashing to fill the shares alike, give or take a few in a hundred.
const leastShare = 1024

// set fills in a room; most <= 0 means def.
func (r *room) set(what string, most, def int) {
	if most <= 0 {
		most = def
	}
	r.what, r.max, r.shards = what, most, 1
	for r.shards < memoryShards && most/(2*r.shards) >= leastShare {
		r.shards *= 2
	}
	r.share = (most + r.shards - 1) / r.shards
}

// note logs the first eviction and then one in so many: a full store must not fill the log too.
func (r *room) note(log *slog.Logger, evicted int) {
	if evicted == 0 {
		return
	}
	n := r.forgotten.Add(int64(evicted))
	every := int64(max(r.max/10, 1000))
	if before := n - int64(evicted); before > 0 && before/every == n/every {
		return
	}
	if log == nil {
		log = slog.Default()
	}
	log.Warn("channel: memory store is full: the oldest are forgotten", "what", r.what, "max", r.max, "forgotten", n)
}
