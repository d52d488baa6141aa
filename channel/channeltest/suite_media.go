package channeltest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing/iotest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mediaChecks are about files, beside those of each kind.
var mediaChecks = []check{
	{"files of all kinds arrive in order", has(hasMedia, func(h Harness) bool { return len(claimedKinds(h)) > 1 }), checkMixed},
	{"a file has its name", has(hasUser, full(channel.FeatureFile)), checkFileName},
	{"a file is opened again for a retry, and closed", has(hasUpload, can(FaultRateLimited)), checkMediaRetried},
	{"a file that does not open is not sent, and the error tells why", hasUpload, failsToRead(func(error, []byte) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return nil, errDisk }
	})},
	{"a file that breaks midway is not sent, and the error tells why", hasUpload, failsToRead(func(err error, content []byte) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(string(content)), iotest.ErrReader(err))), nil
		}
	})},
	{"a file that says it is too large is refused before the network", has(hasCalls, hasUploadLimit), checkSizeTooLarge},
	{"a file that turns out too large is not sent", has(hasUser, hasUploadLimit), checkStreamTooLarge},
	{"a send of a file whose context has ended opens nothing", has(hasCalls, hasUpload), checkMediaCancelled},
}

func full(f channel.Feature) func(Harness) bool {
	return func(h Harness) bool { return h.Channel.Limits().Features[f] == channel.LevelFull }
}

func hasUploadLimit(h Harness) bool { _, limit := smallest(h); return limit > 0 }

// smallest is the kind of file with the smallest limit that the channel tells.
func smallest(h Harness) (kind channel.AttachmentKind, limit int64) {
	for _, k := range uploadedKinds(h) {
		if l := h.Channel.Limits().Upload[k]; l > 0 && (limit == 0 || l < limit) {
			kind, limit = k, l
		}
	}
	return kind, limit
}

// kindChecks try what the channel says of each kind of attachment.
func kindChecks(probe Harness) []check {
	var all []check
	for _, kind := range mediaKinds {
		add := func(what string, needs func(Harness) bool, run func(s *scene, kind channel.AttachmentKind)) {
			all = append(all, check{"media " + string(kind) + " " + what, has(hasUser, needs), func(s *scene) { run(s, kind) }})
		}
		always := func(Harness) bool { return true }
		if !claims(probe, channel.Feature(kind)) {
			add("is shown as what stands in for it, or refused", always, checkStandIn)
			continue
		}
		add("is seen as it was, sent as bytes", always, checkMediaBytes)
		add("is seen as it was, sent by URL", always, checkMediaURL)
		add("that a person sent is got, and can be sent on", func(h Harness) bool {
			return h.person.SendFiles != nil || claims(h, channel.FeatureDownload)
		}, checkMediaReceived)
	}
	return all
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
	_, open := h.counts()
	assert.Zero(s, open, "files left open")
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
	ann := s.viewer("Ann", feature)
	s.need(ann.SendFiles != nil, "Person.SendFiles", channel.FeatureDownload)
	a, content := s.sample(kind, 0)
	ann.SendFiles("", a)
	got := s.received().Attachments
	require.Len(s, got, 1)
	if full(feature)(s.Harness) {
		assert.Equal(s, kind, got[0].Kind)
	}
	s.downloads(got[0], content)
	require.NotEmpty(s, got[0].FileID+got[0].URL, "what an attachment can be sent on by")
	_, err := s.send(ann.ChatID, channel.Message{Attachments: got})
	require.NoError(s, err)
	s.sees(ann, feature, content)
}

// received is the last message that a person sent.
func (s *scene) received() channel.Message {
	s.Helper()
	for _, e := range slices.Backward(s.in.all()) {
		if e.Kind == channel.EventMessage {
			require.NotNil(s, e.Message)
			return *e.Message
		}
	}
	require.Fail(s, "nobody wrote")
	return channel.Message{}
}

// downloads demands that a is downloaded as it was, where the channel claims that at all.
func (s *scene) downloads(a channel.Attachment, content []byte) {
	s.Helper()
	if !claims(s.Harness, channel.FeatureDownload) {
		return
	}
	r, err := ability[channel.Downloader](s).Download(s.Context(), a)
	require.NoError(s, s.note(err), a.Kind)
	got, err := io.ReadAll(r)
	require.NoError(s, s.note(err), a.Kind)
	require.NoError(s, s.note(r.Close()), a.Kind)
	assert.Equal(s, string(content), string(got), "the bytes of a %s", a.Kind)
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

func checkMixed(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.Feature(s.captioned()))
	var m channel.Message
	var contents [][]byte
	for _, kind := range claimedKinds(s.Harness) {
		a, content := s.sample(kind, 1)
		if _, uploads := s.Channel.Limits().Upload[kind]; !uploads {
			a = s.onWeb(a, content)
		}
		m.Attachments, contents = append(m.Attachments, a), append(contents, content)
	}
	sent, err := s.send(ann.ChatID, m)
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	s.sees(ann, channel.Feature(s.captioned()), contents...)
}

func checkFileName(s *scene) {
	s.open(channel.Options{})
	ann := s.viewer("Ann", channel.FeatureFile)
	a, content := s.sample(channel.AttachmentFile, 7)
	_, err := s.send(ann.ChatID, channel.Message{Attachments: []channel.Attachment{a}})
	require.NoError(s, err)
	assert.Equal(s, a.Name, s.sees(ann, channel.FeatureFile, content)[0].Name)
}

func checkMediaRetried(s *scene) {
	s.open(channel.Options{})
	kind := uploadedKinds(s.Harness)[0]
	ann := s.viewer("Ann", channel.Feature(kind))
	a, content := s.sample(kind, 0)
	var h handles
	a.Open = h.count(a.Open)
	s.Fault(Fault{Kind: FaultRateLimited, RetryAfter: 7 * time.Second})
	start := time.Now()
	_, err := s.send(ann.ChatID, channel.Message{Attachments: []channel.Attachment{a}})
	require.NoError(s, err)
	assert.GreaterOrEqual(s, time.Since(start), 7*time.Second, "the fault strikes a send of a file too")
	s.sees(ann, channel.Feature(kind), content)
	_, open := h.counts()
	assert.Zero(s, open, "files left open")
}

var errDisk = errors.New("the disk is gone")

// failsToRead sends a file that what make returns opens.
func failsToRead(make func(err error, content []byte) func() (io.ReadCloser, error)) func(s *scene) {
	return func(s *scene) {
		s.open(channel.Options{})
		ann := s.writer("Ann")
		a, content := s.sample(uploadedKinds(s.Harness)[0], 0)
		var h handles
		a.Open = h.count(make(errDisk, content))
		sent, err := s.send(ann.ChatID, channel.Message{Text: "a caption", Attachments: []channel.Attachment{a}})
		s.unsent(ann, sent, err)
		require.NotErrorIs(s, err, channel.ErrOutcomeUnknown, "nothing can have been sent")
		require.ErrorContains(s, err, errDisk.Error())
		_, open := h.counts()
		assert.Zero(s, open, "files left open")
		_, err = s.send(ann.ChatID, channel.Text("sorry"))
		require.NoError(s, err)
		assert.Equal(s, []string{"sorry"}, ann.Texts())
	}
}

// unsent demands that a send failed as one that did nothing.
func (s *scene) unsent(p Person, sent channel.Sent, err error) {
	s.Helper()
	require.Error(s, err)
	var e *channel.Error
	require.ErrorAs(s, err, &e)
	assert.Equal(s, channel.ScopeMessage, e.Scope)
	assert.Equal(s, "send", e.Op)
	assert.NotNil(s, sent.Rest, "what is still to be sent")
	assert.Empty(s, sent.MessageIDs)
	assert.Empty(s, p.Texts(), "it failed, and is seen all the same")
}

func checkSizeTooLarge(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	kind, limit := smallest(s.Harness)
	a, _ := s.sample(kind, 0)
	var h handles
	a.Size, a.Open = limit+1, h.count(a.Open)
	s.refuse(fmt.Sprintf("a %s of %d bytes", kind, a.Size), ann.ChatID, channel.Message{Attachments: []channel.Attachment{a}}, "Attachments[0]", channel.ErrTooLarge)
	opened, _ := h.counts()
	assert.Zero(s, opened, "files opened in vain")
	assert.Empty(s, ann.Texts())
}

// checkStreamTooLarge has the file go on for far longer than its limit, so that who reads all of it is found out.
func checkStreamTooLarge(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	kind, limit := smallest(s.Harness)
	a, content := s.sample(kind, 0)
	var h handles
	var read countingReader
	a.Open = h.count(func() (io.ReadCloser, error) {
		read = countingReader{Reader: io.MultiReader(strings.NewReader(string(content)), io.LimitReader(zeros{}, 2*limit+8<<20))}
		return io.NopCloser(&read), nil
	})
	sent, err := s.send(ann.ChatID, channel.Message{Attachments: []channel.Attachment{a}})
	s.unsent(ann, sent, err)
	require.ErrorIs(s, err, channel.ErrTooLarge)
	assert.Less(s, read.n, 2*limit, "it is read on after it was too large")
	_, open := h.counts()
	assert.Zero(s, open, "files left open")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type countingReader struct {
	io.Reader
	n int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n += int64(n)
	return n, err
}

func checkMediaCancelled(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	a, _ := s.sample(uploadedKinds(s.Harness)[0], 0)
	var h handles
	a.Open = h.count(a.Open)
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	calls := s.Calls()
	_, err := s.sendWithin(ctx, ann.ChatID, channel.Message{Attachments: []channel.Attachment{a}})
	require.ErrorIs(s, err, context.Canceled)
	opened, _ := h.counts()
	assert.Zero(s, opened)
	assert.Equal(s, calls, s.Calls())
	assert.Empty(s, ann.Texts())
}
