package adapter

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

const fetchable = "https://files.example/a.png"

// fetchesPNG is a platform that takes bytes, and fetches PNG images, but no thumbnails.
func fetchesPNG() *planDriver {
	return &planDriver{limits: everything(), rules: Rules{Fetches: func(a *channel.Attachment, thumbnail bool) bool {
		return strings.HasSuffix(a.URL, ".png") && !thumbnail
	}}}
}

func fetching(content string) *http.Client {
	return answers(http.StatusOK, nil, strings.NewReader(content), -1)
}

func TestTheEngineFetchesAURLThatThePlatformDoesNot(t *testing.T) {
	t.Parallel()
	c := planChannel(t, fetchesPNG(), channel.Options{Fetch: fetching("bytes")})
	p, err := c.plan(t.Context(), draft{message: channel.Message{Attachments: []channel.Attachment{
		{Kind: channel.AttachmentImage, URL: fetchable, Thumbnail: &channel.Attachment{URL: fetchable}},
		{Kind: channel.AttachmentImage, URL: "https://files.example/a.webp", Size: 900},
	}}})
	require.NoError(t, err)
	sent := p.parts[0].Message.Attachments
	assert.Equal(t, fetchable, sent[0].URL)
	assert.Nil(t, sent[0].Open)
	assert.Empty(t, sent[0].Thumbnail.URL)
	assert.NotNil(t, sent[0].Thumbnail.Open)
	assert.Empty(t, sent[1].URL)
	assert.Equal(t, "a.webp", sent[1].Name)
	r, err := sent[1].Open()
	require.NoError(t, err)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "bytes", string(content))
	require.NoError(t, r.Close())
}

func TestTheLimitOfAURLIsThatOfWhoFetchesIt(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		fetchable:                      "plan: send: Attachments[0].Size: 600 bytes, at most 500 of \"image\"",
		"https://files.example/a.webp": "",
	} {
		c := planChannel(t, fetchesPNG(), channel.Options{})
		a := channel.Attachment{Kind: channel.AttachmentImage, URL: address, Size: 600}
		_, err := c.plan(t.Context(), draft{message: channel.Message{Attachments: []channel.Attachment{a}}})
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, channel.ErrTooLarge)
		assert.EqualError(t, err, want)
	}
}

func TestAURLThatThePlatformDoesNotFetchIsPublishedWhereItTakesNoBytes(t *testing.T) {
	t.Parallel()
	d := fetchesPNG()
	d.limits.Upload = nil
	c := planChannel(t, d, channel.Options{
		Fetch: fetching("bytes"),
		Publish: func(_ context.Context, a channel.Attachment) (string, error) {
			r, err := a.Open()
			if err != nil {
				return "", err
			}
			defer r.Close()
			content, err := io.ReadAll(r)
			return "https://cdn.example/" + string(content) + ".png", err
		},
	})
	a, err := Source(t.Context(), c, "edit", "the file", channel.Attachment{Kind: channel.AttachmentImage, URL: "https://files.example/a.webp"})
	require.NoError(t, err)
	assert.Equal(t, "https://cdn.example/bytes.png", a.URL)
	assert.Nil(t, a.Open)
}

func TestSourceChecksAsSendDoes(t *testing.T) {
	t.Parallel()
	c := planChannel(t, fetchesPNG(), channel.Options{Fetch: fetching("bytes")})
	for name, test := range map[string]struct {
		a      channel.Attachment
		reason channel.Reason
		says   string
	}{
		"no source":       {channel.Attachment{Kind: channel.AttachmentImage}, channel.ErrInvalid, "photo: no source"},
		"two sources":     {channel.Attachment{Kind: channel.AttachmentImage, URL: fetchable, FileID: "1"}, channel.ErrInvalid, "photo: 2 sources"},
		"no kind":         {channel.Attachment{FileID: "1"}, channel.ErrInvalid, "photo.Kind"},
		"a received kind": {channel.Attachment{Kind: channel.AttachmentOther, FileID: "1"}, channel.ErrUnsupported, "photo.Kind"},
		"too large":       {channel.Attachment{Kind: channel.AttachmentImage, Size: 1001, Open: opened("", "x").Open}, channel.ErrTooLarge, "photo.Size: 1001 bytes, at most 1000"},
	} {
		_, err := Source(t.Context(), c, "edit", "photo", test.a)
		require.ErrorIs(t, err, test.reason, name)
		assert.ErrorContains(t, err, "plan: edit: "+test.says, name)
	}
	thumbnail := opened("", "t")
	a, err := Source(t.Context(), c, "edit", "photo", channel.Attachment{Kind: channel.AttachmentVideo, FileID: "1", Thumbnail: &thumbnail})
	require.NoError(t, err)
	assert.NotNil(t, a.Thumbnail.Open)
}

// What a driver gets of a file that cannot be read is an error of the message: the platform has not executed the call.
func TestWhatCannotBeReadNamesTheField(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	ours := refuse(channel.ErrForbidden, "not yours")
	for name, test := range map[string]struct {
		open   func() (io.ReadCloser, error)
		reason channel.Reason
		says   string
		is     error
	}{
		"a file that is not there": {func() (io.ReadCloser, error) {
			return nil, &fs.PathError{Op: "open", Path: "/a.png", Err: fs.ErrNotExist}
		}, channel.ErrNotFound, "send: Attachments[0].Open: it cannot be read: open /a.png: file does not exist", fs.ErrNotExist},
		"a file that breaks": {func() (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(broken)), nil }, channel.ErrUnavailable, "send: Attachments[0].Open: it cannot be read: the disk is broken", broken},
		"a URL in an error": {func() (io.ReadCloser, error) {
			return nil, &url.Error{Op: "Get", URL: "https://a.example/?sig=secret", Err: broken}
		}, channel.ErrUnavailable, "send: Attachments[0].Open: it cannot be read: the disk is broken", broken},
		"a typed error": {func() (io.ReadCloser, error) { return nil, ours }, channel.ErrForbidden, "send: not yours", nil},
		"nothing":       {func() (io.ReadCloser, error) { return nil, nil }, channel.ErrInvalid, "send: Attachments[0].Open: it opened nothing", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := planChannel(t, &planDriver{limits: everything()}, channel.Options{})
			a := channel.Attachment{Kind: channel.AttachmentImage, Open: test.open}
			p, err := c.plan(t.Context(), draft{message: channel.Message{Attachments: []channel.Attachment{a}}})
			require.NoError(t, err)
			r, err := p.parts[0].Message.Attachments[0].Open()
			if err == nil {
				_, err = io.ReadAll(r)
			}
			require.ErrorIs(t, err, test.reason)
			assert.EqualError(t, err, test.says)
			if test.is != nil {
				assert.ErrorIs(t, err, test.is)
			}
		})
	}
}
