package telegramtest

import (
	"maps"
	"slices"
	"time"
)

type reaction struct {
	Type  string `json:"type"`
	Emoji string `json:"emoji"`
}

type reactionUpdate struct {
	Chat    wireChat   `json:"chat"`
	Message int64      `json:"message_id"`
	User    *From      `json:"user"`
	Date    int64      `json:"date"`
	Old     []reaction `json:"old_reaction"`
	New     []reaction `json:"new_reaction"`
}

// React puts an emoji under a message in place of the one that she had there; "" takes that away. The bot is told if it
// is an administrator and asked for message_reaction. Of posts of a channel it is told how many reactions of each kind
// there are, some minutes later, if it asked for message_reaction_count; the verb does not wait for that.
func (m *Member) React(messageID, emoji string) error {
	return m.act(func() ([]*update, error) {
		msg, err := m.message(messageID)
		if err != nil {
			return nil, err
		}
		if msg.reactions == nil {
			msg.reactions = map[*User]string{}
		}
		now := time.Now()
		told := reactionUpdate{
			Chat: m.ch.wire(), Message: msg.id, User: m.u.wire(), Date: now.Unix(),
			Old: reactions(msg.reactions[m.u]), New: reactions(emoji),
		}
		if msg.reactions[m.u] == emoji {
			return nil, m.u.cannot("she has reacted so already")
		}
		msg.reactions[m.u] = emoji
		switch {
		case !m.home.bot.admin():
			return nil, nil
		case m.ch.kind == broadcast:
			m.u.s.countLater(msg)
			return nil, nil
		}
		return []*update{m.u.s.enqueue("message_reaction", m.ch.id, seconds(now), told)}, nil
	})
}

func reactions(emoji string) []reaction {
	if emoji == "" {
		return []reaction{}
	}
	return []reaction{{"emoji", emoji}}
}

type reactionCount struct {
	Type  reaction `json:"type"`
	Total int      `json:"total_count"`
}

type reactionCountUpdate struct {
	Chat      wireChat        `json:"chat"`
	Message   int64           `json:"message_id"`
	Date      int64           `json:"date"`
	Reactions []reactionCount `json:"reactions"`
}

// countsComeAfter is how long reactions are gathered before the bot is told their numbers.
const countsComeAfter = 3 * time.Minute

// countLater tells the bot the reactions to a post once, however many come until then.
func (s *Server) countLater(m *message) {
	if m.counting {
		return
	}
	m.counting = true
	time.AfterFunc(countsComeAfter, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		m.counting = false
		if s.closed || m.deleted || !m.chat.bot.admin() {
			return
		}
		now := time.Now()
		s.enqueue("message_reaction_count", m.chat.id, seconds(now),
			reactionCountUpdate{m.chat.wire(), m.id, now.Unix(), m.countReactions()})
	})
}

// countReactions is how many reactions there are of each kind, the most frequent first.
func (m *message) countReactions() []reactionCount {
	totals := map[string]int{}
	for _, emoji := range m.reactions {
		if emoji != "" {
			totals[emoji]++
		}
	}
	counts := []reactionCount{}
	for _, emoji := range slices.Sorted(maps.Keys(totals)) {
		counts = append(counts, reactionCount{reaction{"emoji", emoji}, totals[emoji]})
	}
	slices.SortStableFunc(counts, func(a, b reactionCount) int { return b.Total - a.Total })
	return counts
}
