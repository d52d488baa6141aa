package channel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

var purposes = []channel.Purpose{
	channel.PurposeReply, channel.PurposeUpdate, channel.PurposePromotion, channel.PurposeAgent,
}

func TestTheRightToWrite(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	open, closed := now.Add(time.Nanosecond), now // a window ends at its end
	// what each purpose gets, in their order: reply, update, promotion, agent
	type verdicts [4]error
	all := func(err error) verdicts { return verdicts{err, err, err, err} }
	const notSubscribed, windowClosed = channel.ErrNotSubscribed, channel.ErrWindowClosed

	for _, c := range []struct {
		name           string
		s              channel.Subscription
		text, template verdicts
	}{
		{"nothing is known", channel.Subscription{}, all(nil), all(nil)},
		{"active, without a window", channel.Subscription{State: channel.StateActive}, all(nil), all(nil)},
		{"active, in the window", channel.Subscription{State: channel.StateActive, WindowEnds: open}, all(nil), all(nil)},
		{"active, after the window", channel.Subscription{State: channel.StateActive, WindowEnds: closed}, all(windowClosed), all(nil)},
		{"unknown, after the window", channel.Subscription{WindowEnds: closed}, all(windowClosed), all(nil)},
		{
			"after the window, in that of agents",
			channel.Subscription{State: channel.StateActive, WindowEnds: closed, AgentWindowEnds: open},
			verdicts{windowClosed, windowClosed, windowClosed, nil}, all(nil),
		},
		{
			"after both windows",
			channel.Subscription{State: channel.StateActive, WindowEnds: closed, AgentWindowEnds: closed},
			all(windowClosed), all(nil),
		},
		{"after that of agents, where there is no other", channel.Subscription{AgentWindowEnds: closed}, all(nil), all(nil)},
		{
			"no promotion, in the window",
			channel.Subscription{State: channel.StateActive, WindowEnds: open, NoPromotion: true},
			verdicts{nil, nil, notSubscribed, nil}, verdicts{nil, nil, notSubscribed, nil},
		},
		{
			"no promotion, after the window",
			channel.Subscription{State: channel.StateActive, WindowEnds: closed, NoPromotion: true},
			verdicts{windowClosed, windowClosed, notSubscribed, windowClosed}, verdicts{nil, nil, notSubscribed, nil},
		},
		{"inactive, nobody knows why", channel.Subscription{State: channel.StateInactive}, all(notSubscribed), all(notSubscribed)},
		{
			"never subscribed", channel.Subscription{State: channel.StateInactive, Reason: notSubscribed},
			all(notSubscribed), all(notSubscribed),
		},
		{
			"blocked, in both windows",
			channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked, WindowEnds: open, AgentWindowEnds: open},
			all(channel.ErrBlocked), all(channel.ErrBlocked),
		},
		{
			"gone", channel.Subscription{State: channel.StateInactive, Reason: channel.ErrGone, NoPromotion: true},
			all(channel.ErrGone), all(channel.ErrGone),
		},
		{"back again, with the old reason", channel.Subscription{State: channel.StateActive, Reason: channel.ErrBlocked}, all(nil), all(nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for i, p := range purposes {
				assert.Equal(t, c.text[i], c.s.Check(now, channel.Message{Text: "hi", Purpose: p}), "text, %q", p)
				template := channel.Message{Purpose: p, Template: &channel.Template{Name: "order"}}
				assert.Equal(t, c.template[i], c.s.Check(now, template), "template, %q", p)
			}
		})
	}
}
