package adapter

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// onlyFetch is a platform that takes files by URL alone, onlyUpload one that takes bytes alone.
func onlyFetch() channel.Limits  { l := everything(); l.Upload = nil; return l }
func onlyUpload() channel.Limits { l := everything(); l.Fetch = nil; return l }

func TestASourceThatThePlatformTakesIsPassedOn(t *testing.T) {
	t.Parallel()
	const address = "https://a.example/b.png?c=d"
	p, err := planned(t, &planDriver{limits: everything()}, channel.Message{Attachments: []channel.Attachment{
		{Kind: channel.AttachmentImage, FileID: "1", Size: 1 << 40},
		{Kind: channel.AttachmentImage, URL: address, Size: 500},
	}})
	require.NoError(t, err)
	sent := p.parts[0].Message.Attachments
	assert.Equal(t, "1", sent[0].FileID, "whose size the platform accepted already")
	assert.Equal(t, address, sent[1].URL)
	assert.Nil(t, sent[1].Open)
}

func TestBytesBeyondTheLimitFailToBeRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		size    int
		tooMany bool
	}{
		{"an empty file", 0, false}, {"less than the limit", 999, false}, {"the limit", 1000, false},
		{"one more", 1001, true}, {"many more", 5000, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := planChannel(t, &planDriver{limits: everything()}, channel.Options{})
			a := opened(channel.AttachmentFile, strings.Repeat("x", tt.size))
			p, err := c.plan(t.Context(), draft{message: channel.Message{Attachments: []channel.Attachment{a}}})
			require.NoError(t, err)
			for range 2 { // a retry opens again
				r, err := p.parts[0].Message.Attachments[0].Open()
				require.NoError(t, err)
				content, err := io.ReadAll(r)
				require.NoError(t, r.Close())
				if !tt.tooMany {
					require.NoError(t, err)
					assert.Len(t, content, tt.size)
					continue
				}
				require.ErrorIs(t, err, channel.ErrTooLarge)
				assert.ErrorContains(t, err, "Attachments[0]: more than 1000 bytes")
				assert.LessOrEqual(t, len(content), 1000)
				_, err = r.Read(make([]byte, 1))
				assert.ErrorIs(t, err, channel.ErrTooLarge, "and stays so")
			}
		})
	}
}

func TestAnErrorOfOpenIsReturned(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	open := capped(func() (io.ReadCloser, error) { return nil, gone }, "Attachments[0]", 10)
	_, err := open()
	assert.ErrorIs(t, err, gone)
}

func TestBytesBecomeAURLWhereThePlatformTakesNoBytes(t *testing.T) {
	t.Parallel()
	var published []channel.Attachment
	o := channel.Options{Publish: func(_ context.Context, a channel.Attachment) (string, error) {
		published = append(published, a)
		return "https://cdn.example/" + a.Name, nil
	}}
	a, thumbnail, image := opened(channel.AttachmentVideo, "v"), opened("", "t"), opened("", "i")
	a.Name, thumbnail.Name, image.Name = "video", "thumbnail", "image"
	a.Thumbnail = &thumbnail
	m := channel.Message{Text: "hi", Attachments: append(photos(1), a), Cards: []channel.Card{{Title: "A", Image: &image}}}
	c := planChannel(t, &planDriver{limits: onlyFetch()}, o)
	p, err := c.plan(t.Context(), draft{message: m})
	require.NoError(t, err)
	require.Empty(t, published)
	require.NoError(t, c.publish(t.Context(), &p))
	require.Len(t, p.parts, 2)
	sent := p.parts[0].Message.Attachments[1]
	assert.Equal(t, "https://cdn.example/video", sent.URL)
	assert.Equal(t, "https://cdn.example/thumbnail", sent.Thumbnail.URL)
	assert.Nil(t, sent.Open)
	assert.Equal(t, "https://cdn.example/image", p.parts[1].Message.Cards[0].Image.URL)
	for _, part := range p.parts {
		assert.Equal(t, part.Message, part.Encoded, "encoded again with the URL")
	}
	require.Len(t, published, 3)
	assert.NotNil(t, published[0].Open)
	assert.NotNil(t, p.rests[0].Attachments[1].Open, "the rest is as it was asked for")
	assert.Empty(t, p.rests[0].Attachments[1].URL)
	assert.Empty(t, p.rests[0].Attachments[1].Thumbnail.URL)
	assert.Empty(t, p.rests[1].Cards[0].Image.URL)
}

func TestNothingIsPublishedThatIsNotSent(t *testing.T) {
	t.Parallel()
	published := 0
	publish := func(context.Context, channel.Attachment) (string, error) {
		published++
		return "https://cdn.example/", nil
	}
	d := &sendDriver{limits: onlyFetch()}
	d.limits.Album = 1
	c := newSender(t, d, channel.Options{Publish: publish})
	m := channel.Message{Key: "k", Attachments: []channel.Attachment{
		opened(channel.AttachmentImage, "a"), opened(channel.AttachmentImage, "b"), {},
	}}
	_, err := c.Send(t.Context(), "chat", m)
	require.ErrorIs(t, err, channel.ErrInvalid)
	assert.Zero(t, published, "the last attachment has no source")

	m.Attachments = m.Attachments[:2]
	require.NoError(t, c.learn(t.Context(), optOut("left", time.Now())))
	_, err = c.Send(t.Context(), "left", m)
	require.ErrorIs(t, err, channel.ErrNotSubscribed)
	assert.Zero(t, published, "the person left")

	d.send = func(_ context.Context, n int, _ *Part) error {
		if n == 2 {
			return refusal(channel.ErrForbidden, channel.ScopeMessage)
		}
		return nil
	}
	_, err = c.Send(t.Context(), "chat", m)
	require.ErrorIs(t, err, channel.ErrForbidden)
	require.Equal(t, 2, published)
	_, err = c.Send(t.Context(), "chat", m)
	require.NoError(t, err)
	assert.Equal(t, 3, published, "a repeat publishes what is not sent yet")
}

func TestPublishingCanFail(t *testing.T) {
	t.Parallel()
	full := errors.New("bucket full")
	tests := []struct {
		name    string
		publish func(context.Context, channel.Attachment) (string, error)
		reason  channel.Reason
		want    string
	}{
		{"there is no Publish", nil, channel.ErrUnsupported, `plan: send: Attachments[0]: the platform takes "image" by URL only: set Options.Publish`},
		{"it fails", func(context.Context, channel.Attachment) (string, error) { return "", full }, channel.ErrUnavailable, "plan: send: Options.Publish failed"},
		{"it returns no URL of the web", func(context.Context, channel.Attachment) (string, error) { return "file:///a", nil }, channel.ErrInvalid, "plan: send: Options.Publish returned no http or https URL"},
		{"it returns nothing", func(context.Context, channel.Attachment) (string, error) { return "", nil }, channel.ErrInvalid, "plan: send: Options.Publish returned no http or https URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := planChannel(t, &planDriver{limits: onlyFetch()}, channel.Options{Publish: tt.publish})
			a := opened(channel.AttachmentImage, "x")
			p, err := c.plan(t.Context(), draft{message: channel.Message{Attachments: []channel.Attachment{a}}})
			if tt.publish != nil {
				require.NoError(t, err)
				err = c.publish(t.Context(), &p)
			}
			require.ErrorIs(t, err, tt.reason)
			assert.EqualError(t, err, tt.want)
			if tt.reason == channel.ErrUnavailable {
				assert.ErrorIs(t, err, full)
			}
		})
	}
}

func TestAThumbnailIsLeftOutWhereThereAreNoImages(t *testing.T) {
	t.Parallel()
	thumbnail := opened("", "x")
	m := channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentVideo, FileID: "1", Thumbnail: &thumbnail}}}
	p, err := planned(t, &planDriver{limits: without(channel.FeatureImage)}, m)
	require.NoError(t, err)
	assert.Nil(t, p.parts[0].Message.Attachments[0].Thumbnail)
	assert.NotNil(t, m.Attachments[0].Thumbnail, "the message is not changed")
}
