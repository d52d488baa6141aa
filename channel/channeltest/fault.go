package channeltest

import "time"

// Fault is something that goes wrong, once, at a platform. [Memory.Fault] has it happen, and Harness.Fault does in an
// adapter's emulator.
type Fault struct {
	Kind       FaultKind
	RetryAfter time.Duration // of FaultRateLimited
	Status     int           // of FaultFailed: 500 is the platform's own, 502 of what stands before it; 0: 500
}

// FaultKind is what goes wrong. Those that are about a send strike the next call that sends a message, of whatever kind:
// a text, an album, a place; another call in between goes well.
type FaultKind string

// The kinds of faults.
const (
	FaultRateLimited  FaultKind = "rate limited" // the send is refused as too much, and all to that chat for RetryAfter
	FaultUnavailable  FaultKind = "unavailable"  // the send is refused in words that say that nothing was done
	FaultRefused      FaultKind = "refused"      // the send finds no connection
	FaultLost         FaultKind = "lost"         // the send is carried out, and its answer lost
	FaultGarbled      FaultKind = "garbled"      // the send is carried out, and its answer cannot be read
	FaultFailed       FaultKind = "failed"       // the send is answered with a 5xx, and nobody can know what was done
	FaultCut          FaultKind = "cut"          // the connection breaks before the platform read the send
	FaultUnauthorized FaultKind = "unauthorized" // the send is refused: the token is not good
	FaultUndelivered  FaultKind = "undelivered"  // the next webhook request reaches nobody, and is not repeated
	FaultDuplicated   FaultKind = "duplicated"   // the next webhook request comes twice at once
	FaultUnanswered   FaultKind = "unanswered"   // the answer to the next webhook request is lost
)
