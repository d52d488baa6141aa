package channeltest

import (
	"slices"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// samples is a message with each feature, that any platform with it can show.
var samples = map[channel.Feature]channel.Message{
	channel.FeatureBold:      styled(channel.StyleBold),
	channel.FeatureItalic:    styled(channel.StyleItalic),
	channel.FeatureUnderline: styled(channel.StyleUnderline),
	channel.FeatureStrike:    styled(channel.StyleStrike),
	channel.FeatureCode:      styled(channel.StyleCode),
	channel.FeaturePre:       styled(channel.StylePre),
	channel.FeatureQuote:     styled(channel.StyleQuote),
	channel.FeatureSpoiler:   styled(channel.StyleSpoiler),
	channel.FeatureLink: {Text: "a link here", Styles: []channel.Style{
		{Kind: channel.StyleLink, Start: 2, End: 6, URL: "https://example.com/"},
	}},
	channel.FeatureSilent:    {Text: "a hush", Silent: true},
	channel.FeatureNoPreview: {Text: "see https://example.com/", NoPreview: true},
	channel.FeatureLocation:  {Location: &channel.Location{Latitude: 48.2082, Longitude: 16.3738}},
	channel.FeatureContact:   {Contacts: []channel.Contact{{Phone: "+4312345678", FirstName: "Shop"}}},
	channel.FeatureCards: {Cards: []channel.Card{{
		Title: "Tea", Subtitle: "Green", URL: "https://example.com/tea", Buttons: []channel.Button{{Text: "Buy", Data: "buy:1"}},
	}}},
	channel.FeatureInlineKeyboard: {Text: "Choose", Keyboard: &channel.Keyboard{
		Inline: true, Rows: [][]channel.Button{{{Text: "Yes", Data: "yes"}}},
	}},
	channel.FeatureReplyKeyboard: {Text: "Choose", Keyboard: &channel.Keyboard{Rows: [][]channel.Button{{{Text: "Yes"}}}}},
}

func styled(kind channel.StyleKind) channel.Message {
	return channel.Message{Text: "some words", Styles: []channel.Style{{Kind: kind, Start: 0, End: 4}}}
}

// featureChecks try what Limits().Features says of each feature: a claim is no promise until it was kept.
func featureChecks(probe Harness) []check {
	var all []check
	if probe.Channel == nil {
		return nil
	}
	for _, feature := range features() {
		switch probe.Channel.Limits().Features[feature] {
		case channel.LevelFull, channel.LevelPartial:
			all = append(all, check{"feature " + string(feature) + " is shown, as claimed", hasUser, func(s *scene) { checkShown(s, feature) }})
		default:
			all = append(all, check{"feature " + string(feature) + " is degraded or refused, as claimed", hasUser, func(s *scene) { checkLacking(s, feature) }})
		}
	}
	return all
}

func features() []channel.Feature {
	var all []channel.Feature
	for f := range samples {
		all = append(all, f)
	}
	slices.Sort(all)
	return all
}

func checkShown(s *scene, feature channel.Feature) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	sent, err := s.send(ann.ChatID, samples[feature])
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	if s.Channel.Limits().Features[feature] == channel.LevelFull {
		assert.NotContains(s, sent.Degraded, feature)
	}
	assert.NotEmpty(s, ann.Texts())
}

// checkLacking allows that the look of a message is degraded, if Sent says so. What would lose content is refused.
func checkLacking(s *scene, feature channel.Feature) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	m := samples[feature]
	sent, err := s.send(ann.ChatID, m)
	if err != nil {
		require.ErrorIs(s, err, channel.ErrUnsupported)
		assert.Empty(s, ann.Texts(), "refused, and sent all the same")
		return
	}
	assert.Contains(s, sent.Degraded, feature, "degraded, and not said")
	require.NotEmpty(s, ann.Texts())
	for _, word := range strings.Fields(m.Text) { // a link may be written out between them
		assert.Contains(s, ann.Texts()[0], word, "the words are never lost")
	}
}
