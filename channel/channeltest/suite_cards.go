package channeltest

import (
	"slices"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cardChecks are about carousels, as the platform has them or in the form that stands in.
var cardChecks = []check{
	{"cards are shown as they were sent", has(hasUser, claim(channel.FeatureCards)), checkCards},
	{"a message stands for each card that the platform lacks", has(hasUser, not(claim(channel.FeatureCards)), claim(channel.FeatureInlineKeyboard)), checkCardsWritten},
	{"the button of a card can be pressed", has(hasUser, func(h Harness) bool { return h.person.Press != nil },
		func(h Harness) bool {
			return claims(h, channel.FeatureCards) || claims(h, channel.FeatureInlineKeyboard)
		}), checkCardPressed},
}

// someCards are two cards, with pictures where the platform has such.
func (s *scene) someCards() (list []channel.Card, contents [][]byte) {
	list = []channel.Card{
		{Title: "Tea <&>", Subtitle: "Grüner", URL: "https://example.com/tea?a=1&b=2", Buttons: []channel.Button{{Text: "Buy tea", Data: "buy:1"}}},
		{Title: "Coffee", Subtitle: "Чорна", Buttons: []channel.Button{{Text: "Buy coffee", Data: "buy:2"}}},
	}
	if !claims(s.Harness, channel.FeatureImage) {
		return list, nil
	}
	for i := range list {
		a, content := s.sample(channel.AttachmentImage, i+1)
		list[i].Image, contents = &a, append(contents, content)
	}
	return list, contents
}

func checkCards(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureCards)
	want, contents := s.someCards()
	sent, err := s.send(ann.ChatID, channel.Message{Cards: want})
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	assert.NotContains(s, sent.Degraded, channel.FeatureCards)
	var seen []channel.Card
	for _, m := range ann.Messages() {
		seen = append(seen, m.Cards...)
	}
	s.need(len(seen) > 0, "Cards of what was sent, in Person.Messages,", channel.FeatureCards)
	require.Len(s, seen, len(want))
	for i, c := range want {
		assert.Equal(s, []string{c.Title, c.Subtitle, c.URL}, []string{seen[i].Title, seen[i].Subtitle, seen[i].URL})
		require.Len(s, seen[i].Buttons, len(c.Buttons))
		assert.Equal(s, c.Buttons[0].Text, seen[i].Buttons[0].Text)
		if contents == nil {
			continue
		}
		if assert.NotNil(s, seen[i].Image, "the picture is lost") {
			assert.Equal(s, string(contents[i]), s.contents(*seen[i].Image))
		}
	}
}

func checkCardsWritten(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureInlineKeyboard)
	want, contents := s.someCards()
	sent, err := s.send(ann.ChatID, channel.Message{Cards: want})
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	assert.Contains(s, sent.Degraded, channel.FeatureCards, "degraded, and not said")
	seen := ann.Messages()
	require.Len(s, seen, len(want), "a message for each card")
	for i, c := range want {
		lines := slices.DeleteFunc([]string{c.Title, c.Subtitle, c.URL}, func(line string) bool { return line == "" })
		assert.Equal(s, strings.Join(lines, "\n"), strings.TrimSpace(seen[i].Text))
		if assert.NotNil(s, seen[i].Keyboard, "the buttons are lost") {
			assert.Equal(s, [][]string{{c.Buttons[0].Text}}, labels(seen[i].Keyboard))
		}
	}
	if contents != nil {
		s.sees(ann, channel.FeatureImage, contents...)
	}
}

func checkCardPressed(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	list, _ := s.someCards()
	_, err := s.send(ann.ChatID, channel.Message{Cards: list})
	require.NoError(s, err)
	ann.Press("Buy tea")
	events := s.in.all()
	last := events[len(events)-1]
	require.Equal(s, channel.EventPostback, last.Kind)
	assert.Equal(s, "buy:1", last.Postback.Data)
}
