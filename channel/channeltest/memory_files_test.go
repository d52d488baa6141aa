package channeltest_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
)

func TestAFileOnTheWebIsSeenWithItsContents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chat := channeltest.New(t)
		chat.Handle(&log{})
		ann := chat.NewUser("Ann")
		ann.Write("hi")
		for _, url := range []string{chat.Host("map.png", []byte("a map")), "https://example.com/other.png"} {
			_, err := chat.Send(t.Context(), ann.ChatID(), channel.Message{Attachments: []channel.Attachment{
				{Kind: channel.AttachmentImage, URL: url},
			}})
			require.NoError(t, err)
		}
		seen := ann.Messages()
		require.Len(t, seen, 2)
		assert.Equal(t, "a map", string(ann.Contents(seen[0].Attachments[0])))
		assert.Equal(t, "map.png", seen[0].Attachments[0].Name)
		assert.Nil(t, seen[1].Attachments[0].Open)
		assert.Equal(t, "https://example.com/other.png", seen[1].Attachments[0].URL)
	})
}

func TestThePictureOfAPersonIsFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chat := channeltest.New(t)
		chat.Handle(&log{})
		ann := chat.NewUser("Ann")
		ann.SetAvatar([]byte("a face"))
		u, err := chat.User(t.Context(), ann.ID())
		require.NoError(t, err)
		require.NotNil(t, u.Avatar)
		r, err := chat.Download(t.Context(), *u.Avatar)
		require.NoError(t, err)
		defer r.Close()
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, "a face", string(content))
	})
}

func TestAFileThatCannotBeReadIsNotSent(t *testing.T) {
	t.Parallel()
	gone := errors.New("the disk is gone")
	for name, tt := range map[string]struct {
		open func() (io.ReadCloser, error)
	}{
		"one that does not open": {func() (io.ReadCloser, error) { return nil, gone }},
		"one that breaks": {func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("half"), iotest.ErrReader(gone))), nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chat := channeltest.New(t)
				chat.Handle(&log{})
				ann := chat.NewUser("Ann")
				ann.Write("hi")
				_, err := chat.Send(t.Context(), ann.ChatID(), channel.Message{Attachments: []channel.Attachment{
					{Kind: channel.AttachmentFile, Open: tt.open},
				}})
				require.ErrorIs(t, err, channel.ErrUnavailable, "it may be readable later")
				require.ErrorIs(t, err, gone)
				assert.EqualError(t, err, "memory: send: Attachments[0].Open: it cannot be read: the disk is gone")
				assert.Empty(t, ann.Messages())
			})
		})
	}
}
