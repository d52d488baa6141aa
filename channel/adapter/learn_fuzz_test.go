package adapter

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

var firstLesson = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// lessonsOf makes of each three bytes a lesson: its kind, the minute it is of, and its place in the order of arrival.
func lessonsOf(data []byte) (lessons []lesson, arrival []int) {
	for ; len(data) >= 3 && len(lessons) < 50; data = data[3:] {
		l := lesson{at: firstLesson.Add(time.Duration(data[1]) * time.Minute), seq: int64(len(lessons)), seen: firstLesson}
		switch data[0] % 9 {
		case 0:
			l.implied = &channel.Subscription{State: channel.StateActive}
		case 1:
			l.implied = &channel.Subscription{State: channel.StateActive, WindowEnds: l.at.Add(24 * time.Hour)}
		case 2:
			l.told, l.about = &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed}, true
		case 3:
			l.told, l.about = &channel.Subscription{NoPromotion: true}, true
		case 4:
			l.told, l.about = &channel.Subscription{NoPromotion: false}, true
		case 5:
			l.failure = channel.ErrBlocked
		case 6:
			l.failure = channel.ErrWindowClosed
		case 7:
			l.implied = &channel.Subscription{State: channel.StateActive, AgentWindowEnds: l.at.Add(7 * 24 * time.Hour)}
		case 8:
			l.told, l.about = &channel.Subscription{State: channel.StateActive, WindowEnds: l.at.Add(5 * time.Minute)}, true
			l.passing = true
		}
		lessons = append(lessons, l)
		arrival = append(arrival, int(data[2]))
	}
	return lessons, arrival
}

func FuzzNewestWins(f *testing.F) {
	f.Add([]byte("\x01\x0a\x05\x02\x14\x01\x06\x1e\x00"))
	f.Add([]byte("\x06\x1e\x00\x01\x0a\x05\x02\x14\x01\x05\x14\x03"))
	f.Add([]byte("\x03\x01\x02\x04\x02\x01\x00\x03\x00"))
	f.Add([]byte("\x08\x0a\x05\x00\x0b\x01\x05\x0c\x00\x08\x0d\x02"))
	f.Add([]byte("\x07\x0a\x05\x06\x14\x01\x07\x1e\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lessons, arrival := lessonsOf(data)
		asTheyWere := make([]int, len(lessons))
		for i := range asTheyWere {
			asTheyWere[i] = i
		}
		asTheyCame := slices.Clone(asTheyWere)
		slices.SortStableFunc(asTheyWere, func(a, b int) int { return lessons[a].at.Compare(lessons[b].at) })
		slices.SortStableFunc(asTheyCame, func(a, b int) int { return arrival[a] - arrival[b] })
		outcome := func(order []int, minute int) channel.Subscription {
			var k known
			for _, i := range order {
				lessons[i].apply(&k)
			}
			s := k.on(firstLesson.Add(time.Duration(minute) * time.Minute))
			s.Since = time.Time{} // tells of what was seen, not of what is
			return s
		}
		for minute := 0; minute < 300; minute += 4 {
			require.Equal(t, outcome(asTheyWere, minute), outcome(asTheyCame, minute))
		}
	})
}
