package channeltest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
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
	{"a file of another size than it says arrives whole, or not at all", hasUpload, checkSizeWrong},
	{"a picture of a file does not take its place", has(hasUpload, claim(channel.FeatureImage)), checkThumbnail},
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
	s.closed(&h)
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
		s.closed(&h)
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
	var read atomic.Int64
	a.Open = h.count(func() (io.ReadCloser, error) {
		read.Store(0)
		whole := io.MultiReader(strings.NewReader(string(content)), io.LimitReader(zeros{}, 2*limit+8<<20))
		return io.NopCloser(countingReader{whole, &read}), nil
	})
	sent, err := s.send(ann.ChatID, channel.Message{Attachments: []channel.Attachment{a}})
	s.unsent(ann, sent, err)
	require.ErrorIs(s, err, channel.ErrTooLarge)
	assert.Less(s, read.Load(), 2*limit+1<<20, "it is read on after it was too large")
	s.closed(&h)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type countingReader struct {
	io.Reader
	n *atomic.Int64
}

func (r countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n.Add(int64(n))
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

func checkSizeWrong(s *scene) {
	s.open(channel.Options{})
	kind := uploadedKinds(s.Harness)[0]
	for _, more := range []int64{-3, 3} {
		p := s.viewer(fmt.Sprintf("Reader of %d more", more), channel.Feature(kind))
		a, content := s.sample(kind, 0)
		var h handles
		a.Size, a.Open = int64(len(content))+more, h.count(a.Open)
		sent, err := s.send(p.ChatID, channel.Message{Attachments: []channel.Attachment{a}})
		if err != nil {
			s.unsent(p, sent, err)
		} else {
			s.sees(p, channel.Feature(kind), content)
		}
		s.closed(&h)
	}
}

func checkThumbnail(s *scene) {
	s.open(channel.Options{})
	kind := uploadedKinds(s.Harness)[0]
	for _, k := range []channel.AttachmentKind{channel.AttachmentVideo, channel.AttachmentFile, channel.AttachmentAudio} {
		if slices.Contains(uploadedKinds(s.Harness), k) {
			kind = k
		}
	}
	ann := s.viewer("Ann", channel.Feature(kind))
	a, content := s.sample(kind, 0)
	thumbnail, _ := s.sample(channel.AttachmentImage, 1)
	var h handles
	thumbnail.Open = h.count(thumbnail.Open)
	a.Thumbnail = &thumbnail
	_, err := s.send(ann.ChatID, channel.Message{Attachments: []channel.Attachment{a}})
	require.NoError(s, err)
	assert.Equal(s, kind, s.sees(ann, channel.Feature(kind), content)[0].Kind)
	s.closed(&h)
}
