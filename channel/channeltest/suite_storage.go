package channeltest

import (
	"context"
	"io"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// storageChecks are about files at the platform.
var storageChecks = []check{
	{"an uploaded file can be sent again and again", has(hasUpload, claim(channel.FeatureUpload)), checkUpload},
	{"an upload that is too large, or cannot be read, is an error", has(hasUpload, claim(channel.FeatureUpload)), checkUploadRefused},
	{"a download whose context has ended is not made", has(hasMedia, claim(channel.FeatureDownload)), checkDownloadCancelled},
	{"a download of what is not there is an error", has(hasUser, claim(channel.FeatureDownload)), checkDownloadNothing},
	{"the picture of a person is found", has(hasUser, func(h Harness) bool { return h.person.SetAvatar != nil },
		claim(channel.FeatureProfile), claim(channel.FeatureDownload)), checkAvatar},
}

func checkUpload(s *scene) {
	s.open(channel.Options{})
	uploader := ability[channel.Uploader](s)
	for _, kind := range uploadedKinds(s.Harness) {
		p := s.viewer("the reader of a "+string(kind), channel.Feature(kind))
		a, content := s.sample(kind, 0)
		var h handles
		a.Open = h.count(a.Open)
		uploaded, err := uploader.Upload(s.Context(), a)
		require.NoError(s, s.note(err), kind)
		s.closed(&h)
		require.NotEmpty(s, uploaded.FileID, kind)
		assert.Equal(s, kind, uploaded.Kind)
		assert.Nil(s, uploaded.Open, "it has one source")
		assert.Empty(s, uploaded.URL, "it has one source")
		for range 2 {
			_, err = s.send(p.ChatID, channel.Message{Attachments: []channel.Attachment{uploaded}})
			require.NoError(s, err, kind)
		}
		opened, _ := h.counts()
		assert.LessOrEqual(s, opened, 1, "it is uploaded once")
		s.sees(p, channel.Feature(kind), content, content)
		s.downloads(uploaded, content)
	}
}

func checkUploadRefused(s *scene) {
	s.open(channel.Options{})
	s.User("Ann")
	uploader := ability[channel.Uploader](s)
	fails := func(a channel.Attachment, what string) error {
		s.Helper()
		_, err := uploader.Upload(s.Context(), a)
		require.Error(s, s.note(err), what)
		var e *channel.Error
		require.ErrorAs(s, err, &e, what)
		assert.Equal(s, channel.ScopeMessage, e.Scope, what)
		return err
	}
	kind := uploadedKinds(s.Harness)[0]
	fails(channel.Attachment{Kind: kind}, "without a source")
	a, _ := s.sample(kind, 0)
	a.Open = func() (io.ReadCloser, error) { return nil, errDisk }
	require.ErrorContains(s, fails(a, "that does not open"), errDisk.Error())
	if !hasUploadLimit(s.Harness) {
		return
	}
	kind, limit := smallest(s.Harness)
	a, _ = s.sample(kind, 0)
	a.Size = limit + 1
	require.ErrorIs(s, fails(a, "that says it is too large"), channel.ErrTooLarge)
	a.Size, a.Open = 0, func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, limit+1)), nil }
	require.ErrorIs(s, fails(a, "that turns out too large"), channel.ErrTooLarge)
}

// sentFile is a file that a person sent, as the event has it.
func (s *scene) sentFile() (channel.Attachment, []byte) {
	s.Helper()
	ann := s.writer("Ann")
	s.need(ann.SendFiles != nil, "Person.SendFiles", channel.FeatureDownload)
	a, content := s.sample(s.captioned(), 0)
	ann.SendFiles("look", a)
	require.Len(s, s.received().Attachments, 1)
	return s.received().Attachments[0], content
}

func checkDownloadCancelled(s *scene) {
	s.open(channel.Options{})
	a, content := s.sentFile()
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	calls := 0
	if s.Calls != nil {
		calls = s.Calls()
	}
	_, err := ability[channel.Downloader](s).Download(ctx, a)
	require.ErrorIs(s, s.note(err), context.Canceled)
	if s.Calls != nil {
		assert.Equal(s, calls, s.Calls())
	}
	s.downloads(a, content)

	// What ends midway may have been read already. No error of it shows a secret.
	ctx, cancel = context.WithCancel(s.Context())
	r, err := ability[channel.Downloader](s).Download(ctx, a)
	require.NoError(s, s.note(err))
	cancel()
	_, err = io.ReadAll(r)
	_ = s.note(err)
	require.NoError(s, s.note(r.Close()))
}

func checkDownloadNothing(s *scene) {
	s.open(channel.Options{})
	s.writer("Ann")
	for what, a := range map[string]channel.Attachment{
		"a file that is not there": {Kind: channel.AttachmentFile, FileID: "no-such-file-" + strings.Repeat("0", 40)},
		"nothing":                  {Kind: channel.AttachmentFile},
	} {
		r, err := ability[channel.Downloader](s).Download(s.Context(), a)
		if !assert.Error(s, s.note(err), what) {
			r.Close()
			continue
		}
		var e *channel.Error
		require.ErrorAs(s, err, &e, what)
		assert.Equal(s, s.Channel.Account().Platform, e.Platform, what)
		assert.Contains(s, []channel.Reason{channel.ErrNotFound, channel.ErrInvalid, channel.ErrUnsupported}, e.Reason, what)
	}
}

func checkAvatar(s *scene) {
	s.open(channel.Options{})
	ann := s.User("Ann")
	image := []byte("\xff\xd8\xff a face \xff\xd9")
	if hasMediaOf(s.Harness, channel.AttachmentImage) {
		_, image = s.sample(channel.AttachmentImage, 0)
	}
	ann.SetAvatar(image)
	ann.Write("hello")
	u, err := s.Channel.User(s.Context(), ann.ID)
	require.NoError(s, s.note(err))
	require.NotNil(s, u.Avatar)
	assert.Equal(s, channel.AttachmentImage, u.Avatar.Kind)
	s.downloads(*u.Avatar, image)

	bob := s.writer("Bob")
	u, err = s.Channel.User(s.Context(), bob.ID)
	require.NoError(s, s.note(err))
	assert.Nil(s, u.Avatar, "a person without a picture")
}
