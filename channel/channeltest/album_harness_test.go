package channeltest

import (
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

// oneByOne is the harness of a platform whose albums are a message for each file, with one AlbumID.
func oneByOne(h Harness) Harness {
	return peopled(h, func(p *Person) {
		seen, send := p.Messages, p.SendFiles
		p.Messages = func() []channel.Message {
			var all []channel.Message
			for i, m := range seen() {
				all = append(all, divided(m, "album-"+strconv.Itoa(i))...)
			}
			return all
		}
		p.Texts = func() []string {
			var texts []string
			for _, m := range p.Messages() {
				texts = append(texts, m.Text)
			}
			return texts
		}
		p.SendFiles = func(caption string, files ...channel.Attachment) {
			for i, f := range files {
				if i > 0 {
					caption = ""
				}
				send(caption, f)
			}
		}
	})
}

// divided is a message as one for each file.
func divided(m channel.Message, album string) []channel.Message {
	if len(m.Attachments) < 2 {
		return []channel.Message{m}
	}
	var all []channel.Message
	for i, a := range m.Attachments {
		one := m
		one.AlbumID, one.Attachments = album, []channel.Attachment{a}
		if i > 0 {
			one.Text, one.Styles, one.Keyboard = "", nil, nil
		}
		all = append(all, one)
	}
	return all
}

func TestAnAlbumMayBeAMessageForEachFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"several files are an album", "more files than an album takes arrive in order", "files of all kinds arrive in order",
		"a caption of the largest size stands with its file", "a caption that is too long goes before its file",
		"Rest is exactly what was not sent, and completes it", "a send with a key goes on at the first unsent part",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				assert.Empty(t, report(t, name, func(o channel.Options) Harness {
					_, h := memoryHarness(t, o)
					return oneByOne(h)
				}))
			})
		})
	}
}

func TestFilesThatASeriesOfMessagesBringsAreAnAlbumByTheirID(t *testing.T) {
	t.Parallel()
	for album, says := range map[string]string{"": "Should NOT be empty", "album-1": ""} {
		t.Run("with the ID "+strconv.Quote(album), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				found := report(t, "files that a person sent together are told as an album", func(o channel.Options) Harness {
					m, h := memoryHarness(t, o)
					b := &broken{Memory: m}
					b.retold(func(m *channel.Message) { m.AlbumID = album })
					h.Channel = b
					return oneByOne(h)
				})
				if says == "" {
					assert.Empty(t, found)
				}
				assert.Contains(t, found, says)
			})
		})
	}
}
