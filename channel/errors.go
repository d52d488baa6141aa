package channel

import (
	"strings"
	"time"
)

// Reason is a cause of failure. It is an error by itself, so that errors.Is finds it in an [*Error], and a string in JSON.
type Reason string

func (r Reason) Error() string { return string(r) }

// The reasons.
const (
	ErrRateLimited    Reason = "rate limited"    // too much at once: not before Error.RetryAt
	ErrNotSubscribed  Reason = "not subscribed"  // the person never wrote, or unsubscribed
	ErrBlocked        Reason = "blocked"         // the person blocked the account; is ErrNotSubscribed too
	ErrGone           Reason = "gone"            // the person or chat is deleted for good; is ErrNotSubscribed too
	ErrWindowClosed   Reason = "window closed"   // the person wrote too long ago for this Purpose
	ErrNotFound       Reason = "not found"       // no such chat, person, message, file or account
	ErrUnauthorized   Reason = "unauthorized"    // the token is not good
	ErrForbidden      Reason = "forbidden"       // the account has no right to this
	ErrTooLarge       Reason = "too large"       // beyond a limit that no splitting helps
	ErrUnsupported    Reason = "unsupported"     // the platform cannot do it
	ErrInvalid        Reason = "invalid"         // the call itself is wrong
	ErrUnavailable    Reason = "unavailable"     // the platform, the network or the Store does not answer: try later
	ErrQuota          Reason = "quota used up"   // or the balance: no use before RetryAt, or before somebody pays
	ErrConflict       Reason = "conflict"        // another poller, another app that holds the chat, another lease
	ErrOutcomeUnknown Reason = "outcome unknown" // the call was written and not answered: it may have been executed
)

// Is makes ErrBlocked and ErrGone kinds of ErrNotSubscribed.
func (r Reason) Is(target error) bool {
	return target == ErrNotSubscribed && (r == ErrBlocked || r == ErrGone)
}

// Scope is what a failure is about. A broadcast goes on after the first two and stops at the third.
type Scope string

// The scopes.
const (
	ScopeMessage Scope = "message" // this message or call alone
	ScopeChat    Scope = "chat"    // every message to this chat
	ScopeAccount Scope = "account" // every call of this account
)

// Error is a failure of a platform, or of the checks before it is called. It never holds a token or a secret.
type Error struct {
	Reason   Reason    `json:"reason,omitzero"`
	Scope    Scope     `json:"scope,omitzero"`
	Platform string    `json:"platform,omitzero"`
	Op       string    `json:"op,omitzero"`       // what was tried: send, user, register
	Code     string    `json:"code,omitzero"`     // the platform's own
	Message  string    `json:"message,omitzero"`  // the platform's own, or which field was wrong and what its limit is
	RetryAt  time.Time `json:"retry_at,omitzero"` // no use before; zero: no time is known
	Err      error     `json:"-"`                 // of the transport, without secrets
}

func (e *Error) Error() string {
	var parts []string
	for _, s := range []string{e.Platform, e.Op} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if e.Message != "" {
		parts = append(parts, e.Message)
	} else {
		parts = append(parts, e.Reason.Error())
	}
	s := strings.Join(parts, ": ")
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	return s
}

// Unwrap lets errors.Is find the Reason, and errors.As what the transport said.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Err}
}

// Permanent reports whether no redelivery of the event, and no repeat of the call, can mend it. A failure of the whole
// account is not permanent: somebody will renew the token, or pay.
func (e *Error) Permanent() bool {
	if e.Scope == ScopeAccount {
		return false
	}
	switch e.Reason {
	case ErrNotSubscribed, ErrBlocked, ErrGone, ErrWindowClosed, ErrNotFound, ErrForbidden, ErrTooLarge, ErrUnsupported,
		ErrInvalid, ErrOutcomeUnknown:
		return true
	default:
		return false
	}
}

var (
	_ error = Reason("")
	_ error = (*Error)(nil)
)
