package channeltest

import (
	"slices"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kindChecks try what the channel says of each kind of attachment.
func kindChecks(probe Harness) []check {
	var all []check
	for _, kind := range mediaKinds {
		add := func(what string, needs func(Harness) bool, run func(s *scene, kind channel.AttachmentKind)) {
			all = append(all, check{"media " + string(kind) + " " + what, has(hasUser, needs), func(s *scene) { run(s, kind) }})
		}
		always := func(Harness) bool { return true }
		add("that a person sent is got, and can be sent on", func(h Harness) bool {
			if !claims(h, channel.Feature(kind)) {
				return h.person.SendFiles != nil && hasMediaOf(h, kind)
			}
			return h.person.SendFiles != nil || claims(h, channel.FeatureDownload)
		}, checkMediaReceived)
		if !claims(probe, channel.Feature(kind)) {
			add("is shown as what stands in for it, or refused", always, checkStandIn)
			continue
		}
		add("is seen as it was, sent as bytes", always, checkMediaBytes)
		add("is seen as it was, sent by URL", always, checkMediaURL)
	}
	return all
}

func hasMediaOf(h Harness, kind channel.AttachmentKind) bool {
	return slices.ContainsFunc(h.Media, func(a channel.Attachment) bool { return a.Kind == kind && a.Open != nil })
}

// shows sends a file with a caption and demands that it is seen.
func (s *scene) shows(a channel.Attachment, content []byte) {
	s.Helper()
	feature := channel.Feature(a.Kind)
	ann := s.viewer("Ann", feature)
	sent, err := s.send(ann.ChatID, channel.Message{Text: "a caption", Attachments: []channel.Attachment{a}})
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	seen := s.sees(ann, feature, content)
	if full(feature)(s.Harness) {
		assert.NotContains(s, sent.Degraded, feature)
		assert.Equal(s, a.Kind, seen[0].Kind)
	}
	assert.Equal(s, "a caption", strings.Join(ann.Texts(), ""), "the caption, once")
}

func checkMediaBytes(s *scene, kind channel.AttachmentKind) {
	s.open(channel.Options{})
	a, content := s.sample(kind, 0)
	var h handles
	a.Open = h.count(a.Open)
	s.shows(a, content)
	s.closed(&h)
}

func checkMediaURL(s *scene, kind channel.AttachmentKind) {
	s.open(channel.Options{})
	a, content := s.sample(kind, 0)
	s.shows(s.onWeb(a, content), content)
}

// checkMediaReceived sends on what a person sent, as it came: the platform's own file, or its URL.
func checkMediaReceived(s *scene, kind channel.AttachmentKind) {
	s.open(channel.Options{})
	feature := channel.Feature(kind)
	ann := s.writer("Ann")
	s.need(ann.SendFiles != nil, "Person.SendFiles", channel.FeatureDownload)
	a, content := s.sample(kind, 0)
	ann.SendFiles("", a)
	got := s.received().Attachments
	require.Len(s, got, 1)
	if s.Channel.Limits().Features[feature] != channel.LevelPartial {
		assert.Equal(s, kind, got[0].Kind)
	}
	s.downloads(got[0], content)
	if !claims(s.Harness, feature) {
		return
	}
	s.need(ann.Messages != nil, "Person.Messages", feature)
	require.NotEmpty(s, got[0].FileID+got[0].URL, "what an attachment can be sent on by")
	_, err := s.send(ann.ChatID, channel.Message{Attachments: got})
	require.NoError(s, err)
	s.sees(ann, feature, content)
}

// checkStandIn allows that a kind is shown as another, if Sent says so. What nothing stands in for is refused.
func checkStandIn(s *scene, kind channel.AttachmentKind) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	a := bytesOf(kind, "a.bin", []byte("some bytes"))
	for _, m := range s.Media {
		if a.Size = 0; m.Open != nil {
			a.Name, a.MIME, a.Open = m.Name, m.MIME, m.Open
		}
		if m.Kind == kind && m.Open != nil {
			break
		}
	}
	content := s.contents(a)
	sent, err := s.send(ann.ChatID, channel.Message{Text: "a caption", Attachments: []channel.Attachment{a}})
	if err != nil {
		require.ErrorIs(s, err, channel.ErrUnsupported)
		assert.Empty(s, ann.Texts(), "refused, and sent all the same")
		return
	}
	assert.Contains(s, sent.Degraded, channel.Feature(kind), "degraded, and not said")
	assert.Equal(s, "a caption", strings.Join(ann.Texts(), ""), "the caption, once")
	s.need(ann.Messages != nil, "Person.Messages", channel.Feature(kind))
	s.sees(ann, channel.Feature(kind), []byte(content))
}
