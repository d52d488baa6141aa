package telegram

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestRulesAreThoseOfTelegram(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	r := c.driver.Rules()
	assert.Less(t, r.Deadline, 60*time.Second, "Telegram waits a minute")
	assert.Equal(t, 24*time.Hour, r.Redelivery)
	assert.Zero(t, r.Deduplicates, "a send that is repeated shows twice")
	known := make(map[string]bool)
	for _, p := range r.Paces {
		known[p.Name] = true
	}
	for _, costs := range [][]adapter.Cost{privateCosts, groupCosts, botCosts, registerCosts, r.UserCosts} {
		for _, cost := range costs {
			assert.True(t, known[cost.Pace], cost.Pace)
		}
	}
	for _, p := range r.Paces {
		assert.True(t, p.N >= mostItems || p.Name == paceChat || p.Name == paceRegister, "%s has less than a call of many items takes", p.Name)
	}
	for _, cost := range privateCosts {
		assert.Contains(t, groupCosts, cost, "what holds for one chat holds for a group")
	}
}

func TestAnAbilityIsClaimedIfAndOnlyIfItIsThere(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	claims := c.Limits().Features
	for feature, found := range map[channel.Feature]bool{
		channel.FeatureEdit:     has[channel.Editor](c),
		channel.FeatureReact:    has[channel.Reactor](c),
		channel.FeatureTyping:   has[channel.TypingSender](c),
		channel.FeatureMarkRead: has[channel.ReadMarker](c),
		channel.FeatureAnswer:   has[channel.Answerer](c),
		channel.FeatureUpload:   has[channel.Uploader](c),
		channel.FeatureDownload: has[channel.Downloader](c),
		channel.FeatureBatch:    has[channel.Batcher](c),
		channel.FeatureLinks:    has[channel.Linker](c),
		channel.FeatureRegister: has[channel.Registrar](c),
		channel.FeaturePoll:     has[channel.Poller](c),
	} {
		assert.Equal(t, found, claims[feature] != channel.LevelRejected, feature)
	}
}

func has[T any](c channel.Channel) bool {
	_, found := channel.As[T](c)
	return found
}

// What a message of text cannot have is not claimed either.
func TestWhatCannotBeEncodedIsNotClaimed(t *testing.T) {
	t.Parallel()
	for feature, m := range map[channel.Feature]channel.Message{
		channel.FeatureCards:    {Cards: []channel.Card{{}}},
		channel.FeatureTemplate: {Template: &channel.Template{}},
	} {
		_, err := encoded(t, "5", m)
		assert.ErrorIs(t, err, channel.ErrUnsupported)
		assert.Equal(t, channel.LevelRejected, limits.Features[feature])
	}
}
