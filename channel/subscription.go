package channel

import "time"

// Subscription is the right to write to a chat, as far as it is known. A zero time is no known end.
type Subscription struct {
	State           State     `json:"state,omitzero"`
	Reason          Reason    `json:"reason,omitzero"`            // of StateInactive: ErrNotSubscribed, ErrBlocked or ErrGone
	Since           time.Time `json:"since,omitzero"`             // of State, by the platform's clock
	WindowEnds      time.Time `json:"window_ends,omitzero"`       // until then anything may be sent; zero: no window
	AgentWindowEnds time.Time `json:"agent_window_ends,omitzero"` // until then PurposeAgent may be sent
	NoPromotion     bool      `json:"no_promotion,omitzero"`      // the person stopped promotions alone; believed until the person says otherwise
}

// State says whether a chat may be written to.
type State string

// The states of a [Subscription].
const (
	StateUnknown  State = ""         // nothing is known: Send tries
	StateActive   State = "active"   // the person wrote, or agreed
	StateInactive State = "inactive" // the person never agreed, left, or is gone: Subscription.Reason
)

// Check returns what Send would for want of the right to write m at the time now: ErrNotSubscribed, ErrBlocked, ErrGone,
// ErrWindowClosed, or nil.
func (s Subscription) Check(now time.Time, m Message) error {
	switch {
	case s.State == StateInactive && s.Reason != "":
		return s.Reason
	case s.State == StateInactive, m.Purpose == PurposePromotion && s.NoPromotion:
		return ErrNotSubscribed
	case m.Template != nil:
		return nil
	case m.Purpose == PurposeAgent && now.Before(s.AgentWindowEnds):
		return nil
	case !s.WindowEnds.IsZero() && !now.Before(s.WindowEnds):
		return ErrWindowClosed
	default:
		return nil
	}
}
