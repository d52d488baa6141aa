package channeltest

import (
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// poorer is the platform of memoryDriver with less.
type poorer struct {
	*memoryDriver
	limits channel.Limits
}

func (d poorer) Limits() channel.Limits { return d.limits }

// without is what the platform accepts if it lacks a feature.
func without(lacks channel.Feature) channel.Limits {
	l := memoryLimits
	l.Features = maps.Clone(l.Features)
	delete(l.Features, lacks)
	l.Upload, l.Fetch = maps.Clone(l.Upload), maps.Clone(l.Fetch)
	delete(l.Upload, channel.AttachmentKind(lacks))
	delete(l.Fetch, channel.AttachmentKind(lacks))
	return l
}

// poorerOpen opens the channel with these limits.
func poorerOpen(t *testing.T, l channel.Limits) func(o channel.Options) Harness {
	return func(o channel.Options) Harness {
		m, h := memoryHarness(t, o)
		engine, err := adapter.New(poorer{m.driver, l}, o)
		require.NoError(t, err)
		m.Channel, m.engine = engine, engine
		return h
	}
}

func TestThePlatformThatLacksAFeaturePassesTheSuiteToo(t *testing.T) {
	t.Parallel()
	for lacks, names := range map[channel.Feature][]string{
		channel.FeatureBold: nil, channel.FeatureLink: nil, channel.FeatureQuote: nil, channel.FeatureSpoiler: nil,
		channel.FeatureSilent: nil, channel.FeatureNoPreview: nil,
		channel.FeatureLocation: {"a place that the platform lacks is written"},
		channel.FeatureContact:  {"contacts that the platform lacks are written"},
		channel.FeatureCards: {
			"a message stands for each card that the platform lacks", "the button of a card can be pressed",
			"Rest is exactly what was not sent, and completes it",
		},
		channel.FeatureAlbum: {
			"files without an album arrive one by one", "files of all kinds arrive in order", "a keyboard is never lost, whatever it comes with",
			"a send with a key goes on at the first unsent part",
		},
		channel.FeatureImage:     {"a keyboard is never lost, whatever it comes with", "cards are shown as they were sent"},
		channel.FeatureFile:      {"a file that a person sent has its caption and its name"},
		channel.FeatureVideo:     nil,
		channel.FeatureAudio:     nil,
		channel.FeatureVoice:     nil,
		channel.FeatureSticker:   nil,
		channel.FeatureAnimation: nil,
		channel.FeatureVideoNote: nil,
	} {
		switch {
		case slices.Contains(mediaKinds, channel.AttachmentKind(lacks)):
			names = append(names, "media "+string(lacks)+" is shown as what stands in for it, or refused",
				"media "+string(lacks)+" that a person sent is got, and can be sent on")
		case lacks != channel.FeatureAlbum:
			names = append(names, "feature "+string(lacks)+" is degraded or refused, as claimed")
		}
		for _, name := range names {
			t.Run(string(lacks)+": "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { assert.Empty(t, report(t, name, poorerOpen(t, without(lacks)))) })
			})
		}
	}
}

func TestThePlatformWithItsOwnWaysPassesTheSuiteToo(t *testing.T) {
	t.Parallel()
	limited := func(change func(l *channel.Limits)) channel.Limits {
		l := memoryLimits
		change(&l)
		return l
	}
	for what, tt := range map[string]struct {
		limits channel.Limits
		names  []string
	}{
		"one that takes URLs alone": {limited(func(l *channel.Limits) { l.Upload = nil }), []string{
			"media image is seen as it was, sent as bytes", "media image is seen as it was, sent by URL", "files of all kinds arrive in order",
			"cards are shown as they were sent",
		}},
		"one that takes bytes alone": {limited(func(l *channel.Limits) { l.Fetch = nil }), []string{
			"media image is seen as it was, sent as bytes", "media image is seen as it was, sent by URL",
		}},
		"one without captions": {limited(func(l *channel.Limits) { l.Caption.Max = -1 }), []string{
			"a caption that is too long goes before its file", "media image is seen as it was, sent as bytes", "a caption has its styles",
			"several files are an album", "Rest is exactly what was not sent, and completes it",
		}},
		"one with small albums": {limited(func(l *channel.Limits) { l.Album = 3 }), []string{
			"more files than an album takes arrive in order",
		}},
	} {
		for _, name := range tt.names {
			t.Run(what+": "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { assert.Empty(t, report(t, name, poorerOpen(t, tt.limits))) })
			})
		}
	}
}
