package telegramtest

import (
	"strings"
	"time"
	"unicode/utf8"
)

const (
	callbackLives  = 150 * time.Second
	maxAnswerRunes = 200
)

// callback is a pressed button that waits for answerCallbackQuery.
type callback struct {
	by *User
	at time.Time
}

type getMeResult struct {
	From
	JoinGroups   bool `json:"can_join_groups"`
	ReadAll      bool `json:"can_read_all_group_messages"`
	InlineMode   bool `json:"supports_inline_queries"`
	Business     bool `json:"can_connect_to_business"`
	MainWebApp   bool `json:"has_main_web_app"`
	TopicsOn     bool `json:"has_topics_enabled"`
	TopicsByUser bool `json:"allows_users_to_create_topics"`
}

func (c *call) getMe() (any, *apiError) {
	return getMeResult{From: *c.s.bot(), JoinGroups: true, ReadAll: c.s.cfg.ReadsAll, Business: true}, nil
}

type fullChat struct {
	wireChat
	AccentColor  int           `json:"accent_color_id"`
	MaxReactions int           `json:"max_reaction_count"`
	Gifts        acceptedGifts `json:"accepted_gift_types"`
	Photo        *chatPhoto    `json:"photo,omitempty"`
}

// acceptedGifts are all declined: gifts are not emulated.
type acceptedGifts struct {
	Unlimited    bool `json:"unlimited_gifts"`
	Limited      bool `json:"limited_gifts"`
	Unique       bool `json:"unique_gifts"`
	Premium      bool `json:"premium_subscription"`
	FromChannels bool `json:"gifts_from_channels"`
}

func (c *call) getChat() (any, *apiError) {
	ch, bad := c.readableChat("chat_id")
	if bad != nil {
		return nil, bad
	}
	if ch.person != nil && !ch.person.heard {
		return nil, errChatNotFound
	}
	full := fullChat{wireChat: ch.wire(), MaxReactions: 11}
	if ch.person != nil {
		full.Photo = ch.person.photos.wire()
	}
	return full, nil
}

func (c *call) answerCallbackQuery() (any, *apiError) {
	text := c.str("text")
	if utf8.RuneCountInString(text) > maxAnswerRunes {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	if link := c.str("url"); link != "" && !c.s.ownStartLink(link) {
		return nil, badRequest("URL_INVALID")
	}
	pressed := c.s.callbacks[c.str("callback_query_id")]
	if pressed == nil || time.Since(pressed.at) >= callbackLives {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	pressed.by.answers = append(pressed.by.answers, text)
	return true, nil
}

// ownStartLink tells the one kind of link that a callback may open without a game.
func (s *Server) ownStartLink(link string) bool {
	name := strings.ToLower(s.cfg.Username)
	link = strings.ToLower(link)
	for _, prefix := range []string{"https://t.me/" + name + "?start=", "tg://resolve?domain=" + name + "&start=", "t.me/" + name + "?start="} {
		if strings.HasPrefix(link, prefix) {
			return true
		}
	}
	return false
}
