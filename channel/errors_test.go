package channel_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

// permanent has every reason, and whether no repeat can mend it.
var permanent = map[channel.Reason]bool{
	channel.ErrRateLimited:    false,
	channel.ErrNotSubscribed:  true,
	channel.ErrBlocked:        true,
	channel.ErrGone:           true,
	channel.ErrWindowClosed:   true,
	channel.ErrNotFound:       true,
	channel.ErrUnauthorized:   false,
	channel.ErrForbidden:      true,
	channel.ErrTooLarge:       true,
	channel.ErrUnsupported:    true,
	channel.ErrInvalid:        true,
	channel.ErrUnavailable:    false,
	channel.ErrQuota:          false,
	channel.ErrConflict:       false,
	channel.ErrOutcomeUnknown: true,
}

func TestOnlySomeReasonsArePermanentAndNoneAboutTheAccount(t *testing.T) {
	t.Parallel()
	for reason, want := range permanent {
		for _, scope := range []channel.Scope{"", channel.ScopeMessage, channel.ScopeChat} {
			assert.Equal(t, want, (&channel.Error{Reason: reason, Scope: scope}).Permanent(), "%s %s", reason, scope)
		}
		assert.False(t, (&channel.Error{Reason: reason, Scope: channel.ScopeAccount}).Permanent(), reason)
	}
	assert.False(t, (&channel.Error{Reason: "new"}).Permanent(), "what is not known may pass")
	assert.False(t, (&channel.Error{}).Permanent())
}

func TestAnErrorIsItsReasonAndNoOther(t *testing.T) {
	t.Parallel()
	for reason := range permanent {
		for other := range permanent {
			want := reason == other ||
				other == channel.ErrNotSubscribed && (reason == channel.ErrBlocked || reason == channel.ErrGone)
			wrapped := fmt.Errorf("answering: %w", &channel.Error{Reason: reason})
			assert.Equal(t, want, errors.Is(wrapped, other), "an error with %q is %q", reason, other)
			assert.Equal(t, want, errors.Is(reason, other), "%q is %q", reason, other)
		}
	}
}

func TestAnErrorIsFoundInsideOthersWithWhatTheTransportSaid(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("answering: %w", &channel.Error{Reason: channel.ErrUnavailable, Op: "send", Err: io.ErrUnexpectedEOF})
	var e *channel.Error
	assert.ErrorAs(t, err, &e)
	assert.Equal(t, "send", e.Op)
	var reason channel.Reason
	assert.ErrorAs(t, err, &reason)
	assert.Equal(t, channel.ErrUnavailable, reason)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.NotErrorIs(t, err, io.EOF)
	assert.Equal(t, []error{channel.ErrGone}, (&channel.Error{Reason: channel.ErrGone}).Unwrap())
}

func TestAnErrorAsText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]channel.Error{
		"telegram: send: chat not found (400)": {
			Reason: channel.ErrNotFound, Platform: "telegram", Op: "send", Code: "400", Message: "chat not found",
		},
		"viber: send: blocked (6)": {Reason: channel.ErrBlocked, Platform: "viber", Op: "send", Code: "6"},
		"vk: gone":                 {Reason: channel.ErrGone, Platform: "vk"},
		"reserve: invalid":         {Reason: channel.ErrInvalid, Op: "reserve"},
		"too long":                 {Reason: channel.ErrTooLarge, Message: "too long"},
		"unavailable":              {Reason: channel.ErrUnavailable, Err: errors.New("dial https://api.example/botTOKEN")},
	} {
		assert.Equal(t, want, e.Error())
	}
	assert.EqualError(t, channel.ErrQuota, "quota used up")
}
