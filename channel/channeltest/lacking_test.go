package channeltest

import (
	"maps"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// poorer is the platform of memoryDriver without a feature.
type poorer struct {
	*memoryDriver
	lacks channel.Feature
}

func (d poorer) Limits() channel.Limits {
	l := memoryLimits
	l.Features = maps.Clone(l.Features)
	delete(l.Features, d.lacks)
	return l
}

func TestThePlatformThatLacksAFeaturePassesTheSuiteToo(t *testing.T) {
	t.Parallel()
	for _, lacks := range []channel.Feature{
		channel.FeatureBold, channel.FeatureLink, channel.FeatureQuote, channel.FeatureSpoiler,
		channel.FeatureSilent, channel.FeatureNoPreview, channel.FeatureLocation, channel.FeatureContact, channel.FeatureCards,
	} {
		t.Run(string(lacks), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				open := func(o channel.Options) Harness {
					m, h := memoryHarness(t, o)
					engine, err := adapter.New(poorer{m.driver, lacks}, o)
					require.NoError(t, err)
					m.Channel, m.engine = engine, engine
					return h
				}
				assert.Empty(t, report(t, "feature "+string(lacks)+" is degraded or refused, as claimed", open))
			})
		})
	}
}
