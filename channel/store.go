package channel

import (
	"context"
	"strings"
	"time"
)

// Store is what is known of accounts, and what their replicas share. [MemoryStore] is the default; a Store of your own
// passes the suite channeltest.RunStore. All methods are safe for concurrent use. An error says that the store could not
// be reached or is broken; what it then did is not known.
type Store interface {
	// Claim asks for the right to do the work that key names, for the length of lease. A Claim that is ClaimWon has a
	// Token of its own and the number of this Attempt: 1 for the first, one more after each Release that counts and
	// each lease that ran out. ClaimBusy: another has the lease, until Until. ClaimDone: the work is committed, with
	// this Answer, which the caller must not change. Attempts of work that is never committed are remembered for keep
	// after the last claim, and at least until its lease ends.
	Claim(ctx context.Context, key Key, lease, keep time.Duration) (Claim, error)

	// Renew makes the lease of a won claim end after lease from now. It is ErrConflict when the lease ran out and
	// another claimed or committed the key, when the claim was released or committed, and when all of it is forgotten; a
	// lease that ran out and that nobody took can be renewed.
	Renew(ctx context.Context, c Claim, lease time.Duration) error

	// Commit records that the work is done, with an answer that later claims get, and remembers it for keep. It is
	// ErrConflict as Renew is, but that committing again with the token that committed is no error and changes nothing.
	Commit(ctx context.Context, c Claim, answer []byte, keep time.Duration) error

	// Release gives the claim back, so that the next Claim wins. The attempt counts if counts is true. It is ErrConflict
	// as Renew is.
	Release(ctx context.Context, c Claim, counts bool) error

	// Get returns the value of key; nil: there is none. The caller must not change it.
	Get(ctx context.Context, key Key) ([]byte, error)

	// CompareAndSwap sets key to new, for ttl, if its value is old, and reports whether it did. A nil old is no value;
	// a nil new deletes; a ttl of 0 does not end. A value can be empty, and is then not nil.
	CompareAndSwap(ctx context.Context, key Key, old, new []byte, ttl time.Duration) (bool, error)

	// Reserve takes the cost of each bucket from all of them or from none, at the earliest time that all allow, and
	// returns how long to wait until then. When that is longer than maxWait it takes nothing and returns that wait. What
	// was reserved for later counts for everybody from now on, and holds up nobody who can go before it. A bucket follows
	// the N and Per of each call. A cost that a bucket can never allow is ErrInvalid.
	Reserve(ctx context.Context, buckets []Bucket, maxWait time.Duration) (wait time.Duration, err error)

	// Pause lets nothing more be taken from the bucket before until; a later pause stands.
	Pause(ctx context.Context, bucket Key, until time.Time) error

	// Reset forgets what was taken from the bucket, what is reserved there for later, and its pause.
	Reset(ctx context.Context, bucket Key) error
}

// Key names something in a [Store]. Claims, values and buckets are apart: the same Key may name one of each.
type Key struct {
	Account Account
	Kind    KeyKind
	ID      string // any text; unique in Account and Kind
}

// String is the account, the kind and the ID, joined by colons: a key for stores that know only text. No two keys have
// the same.
func (k Key) String() string {
	var b strings.Builder
	for _, part := range []string{k.Account.Platform, k.Account.ID, string(k.Kind)} {
		b.WriteString(escaper.Replace(part))
		b.WriteByte(':')
	}
	b.WriteString(k.ID)
	return b.String()
}

// KeyKind says what a [Key] names, so that a bounded store can choose what to forget: profiles first, then the oldest
// committed claims.
type KeyKind string

// The kinds of keys.
const (
	KeyEvent        KeyKind = "event"        // claim: an Event.ID
	KeySend         KeyKind = "send"         // claim and value: a Message.Key in its chat, and how far it came
	KeyLimit        KeyKind = "limit"        // bucket
	KeyProfile      KeyKind = "profile"      // value: a User
	KeySubscription KeyKind = "subscription" // value: a Subscription and when it was learnt
	KeyReceipt      KeyKind = "receipt"      // value: the highest rank that a message reached
	KeyMoved        KeyKind = "moved"        // value: the ID that took the place of a chat's
	KeyDriver       KeyKind = "driver"       // value: an adapter's own
)

// Bucket is a limit and what a call costs of it: never more than N units in any window of length Per, whatever a unit's
// place in it, and up to N at once. A unit and one exactly Per later share no window.
type Bucket struct {
	Key  Key
	N    int
	Per  time.Duration
	Cost int // at most N; 0 waits for the end of a pause and takes nothing
}

// Claim is one attempt at a piece of work.
type Claim struct {
	Key     Key
	State   ClaimState
	Token   string    // of ClaimWon: keeps a late Commit from touching another's lease
	Attempt int       // of ClaimWon: from 1
	Until   time.Time // of ClaimBusy: when the lease ends, unless it is renewed
	Answer  []byte    // of ClaimDone
}

// ClaimState is what became of a Claim.
type ClaimState string

// The states of a [Claim].
const (
	ClaimWon  ClaimState = "won"
	ClaimBusy ClaimState = "busy"
	ClaimDone ClaimState = "done"
)
