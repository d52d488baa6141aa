package channeltest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

var mediaFlaws = []flaw{
	{"sends files the other way round", "files of all kinds arrive in order", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) { slices.Reverse(m.Attachments) })
	}},
	{"forgets the names of files", "a file has its name", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i := range m.Attachments {
				m.Attachments[i].Name = ""
			}
		})
	}},
	{"opens a file once", "a file is opened again for a retry, and closed", "the contents of file 1", func(b *broken, _ channel.Options) {
		b.reopened(func(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
			var kept io.ReadCloser
			return func() (r io.ReadCloser, err error) {
				if kept == nil {
					kept, err = open()
				}
				return kept, err
			}
		})
	}},
	{"leaves a file open after a refusal", "a file is opened again for a retry, and closed", "files left open", neverCloses},
	{"sends the words without a file that does not open", "a file that does not open is not sent, and the error tells why", "An error is expected", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			m.Attachments = slices.DeleteFunc(m.Attachments, func(a channel.Attachment) bool {
				r, err := a.Open()
				if err == nil {
					r.Close()
				}
				return err != nil
			})
		})
	}},
	{"does not tell why a file does not open", "a file that does not open is not sent, and the error tells why", "the disk is gone", func(b *broken, _ channel.Options) {
		b.reopened(func(func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
			return func() (io.ReadCloser, error) { return nil, errors.New("?") }
		})
	}},
	{"sends what it could read", "a file that breaks midway is not sent, and the error tells why", "An error is expected", func(b *broken, _ channel.Options) {
		b.reopened(func(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
			return func() (io.ReadCloser, error) {
				content, _ := readAll(open)
				return io.NopCloser(bytes.NewReader(content)), nil
			}
		})
	}},
	{"does not look at sizes", "a file that says it is too large is refused before the network", "An error is expected", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i := range m.Attachments {
				m.Attachments[i].Size = 0
			}
		})
	}},
	{"cuts a large file", "a file that turns out too large is not sent", "An error is expected", func(b *broken, _ channel.Options) {
		b.reopened(func(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
			return func() (io.ReadCloser, error) {
				r, err := open()
				return io.NopCloser(io.LimitReader(r, 1000)), err
			}
		})
	}},
	{"reads all of a file first", "a file that turns out too large is not sent", "it is read on", func(b *broken, _ channel.Options) {
		b.reopened(func(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
			content, err := readAll(open)
			return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), err }
		})
	}},
	{"cuts a file to the size that it says", "a file of another size than it says arrives whole, or not at all", "the contents of file 1", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i, a := range m.Attachments {
				m.Attachments[i].Open = func() (io.ReadCloser, error) {
					r, err := a.Open()
					return struct {
						io.Reader
						io.Closer
					}{io.LimitReader(r, a.Size), r}, err
				}
			}
		})
	}},
	{"sends the picture of a file instead", "a picture of a file does not take its place", "the contents of file 1", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i, a := range m.Attachments {
				if a.Thumbnail != nil {
					m.Attachments[i].Open = a.Thumbnail.Open
				}
			}
		})
	}},
	{"opens files in vain", "a send of a file whose context has ended opens nothing", "Should be zero", func(b *broken, _ channel.Options) {
		b.reopened(func(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
			_, _ = readAll(open)
			return open
		})
	}},
	{"sends everything as a file", "media image is seen as it was, sent as bytes", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i := range m.Attachments {
				m.Attachments[i].Kind = channel.AttachmentFile
			}
		})
	}},
	{"leaves files open", "media voice is seen as it was, sent as bytes", "files left open", neverCloses},
	{"drops captions", "media video is seen as it was, sent as bytes", "the caption, once", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			if len(m.Attachments) > 0 {
				m.Text = ""
			}
		})
	}},
	{"changes URLs", "media image is seen as it was, sent by URL", "unknown contents", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i := range m.Attachments {
				m.Attachments[i].URL += "?"
			}
		})
	}},
	{"takes every file for a file", "media audio that a person sent is got, and can be sent on", "Not equal", func(b *broken, _ channel.Options) {
		b.retold(func(m *channel.Message) {
			for i := range m.Attachments {
				m.Attachments[i].Kind = channel.AttachmentFile
			}
		})
	}},
	{"gives a download's first bytes", "media image that a person sent is got, and can be sent on", "the bytes of a image", halfDownload},
	{"does not say what stands in", "media image is shown as what stands in for it, or refused", "degraded, and not said", func(b *broken, o channel.Options) {
		b.lacking(channel.FeatureImage, o)
		b.untold()
	}},
	{"moves places", "a place is where it was said to be", "Max difference", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			if m.Location != nil {
				m.Location.Latitude = math.Trunc(m.Location.Latitude)
			}
		})
	}},
	{"drops the names of places", "a venue has a name", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			if m.Location != nil {
				m.Location.Title = ""
			}
		})
	}},
	{"mixes contacts up", "contacts are those that were sent, in order", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) { slices.Reverse(m.Contacts) })
	}},
	{"writes half of a place", "a place that the platform lacks is written", "Gaußplatz", func(b *broken, o channel.Options) {
		b.lacking(channel.FeatureLocation, o)
		b.mangled(func(m *channel.Message) {
			if m.Location != nil {
				m.Location.Address = ""
			}
		})
	}},
	{"writes numbers of nobody", "contacts that the platform lacks are written", "Оля", func(b *broken, o channel.Options) {
		b.lacking(channel.FeatureContact, o)
		b.mangled(func(m *channel.Message) {
			for i := range m.Contacts {
				m.Contacts[i].FirstName = ""
			}
		})
	}},
	{"drops the pictures of cards", "cards are shown as they were sent", "the picture is lost", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i := range m.Cards {
				m.Cards[i].Image = nil
			}
		})
	}},
	{"drops the buttons of cards", "a message stands for each card that the platform lacks", "the buttons are lost", func(b *broken, o channel.Options) {
		b.lacking(channel.FeatureCards, o)
		b.mangled(func(m *channel.Message) {
			for i := range m.Cards {
				m.Cards[i].Buttons = nil
			}
		})
	}},
	{"drops the data of cards' buttons", "the button of a card can be pressed", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i, c := range m.Cards {
				m.Cards[i].Buttons = []channel.Button{{Text: c.Buttons[0].Text}}
			}
		})
	}},
}

func neverCloses(b *broken, _ channel.Options) {
	b.reopened(func(open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			r, err := open()
			return io.NopCloser(r), err
		}
	})
}

func halfDownload(b *broken, _ channel.Options) {
	b.download = func(ctx context.Context, a channel.Attachment) (io.ReadCloser, error) {
		r, err := b.Memory.Download(ctx, a)
		if err != nil {
			return nil, err
		}
		return io.NopCloser(io.LimitReader(r, 3)), nil
	}
}

var albumFlaws = []flaw{
	{"tells a limit of captions of its own", "a caption of the largest size stands with its file", "one message", func(b *broken, _ channel.Options) {
		b.limits = func(l channel.Limits) channel.Limits {
			l.Caption.Max++
			return l
		}
	}},
	{"sends the words after the file", "a caption that is too long goes before its file", "the text is first", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			if len(m.Attachments) > 0 {
				if sent, err := b.Memory.Send(ctx, chatID, channel.Message{Attachments: m.Attachments}); err != nil {
					return sent, err
				}
			}
			return b.Memory.Send(ctx, chatID, channel.Text(m.Text))
		}
	}},
	{"has no styles in captions", "a caption has its styles", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			if len(m.Attachments) > 0 {
				m.Styles = nil
			}
		})
	}},
	{"makes no albums", "several files are an album", "an album, told by its AlbumID", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (sent channel.Sent, err error) {
			rest := m
			for len(rest.Attachments) > 1 {
				one := rest
				one.Attachments = rest.Attachments[:1]
				if sent, err = b.Memory.Send(ctx, chatID, one); err != nil {
					return sent, err
				}
				rest.Text, rest.Attachments = "", rest.Attachments[1:]
			}
			return b.Memory.Send(ctx, chatID, rest)
		}
	}},
	{"cuts albums", "more files than an album takes arrive in order", "should have 12 item(s)", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) { m.Attachments = m.Attachments[:min(len(m.Attachments), 10)] })
	}},
	{"does not say that there are no albums", "files without an album arrive one by one", "degraded, and not said", func(b *broken, o channel.Options) {
		b.lacking(channel.FeatureAlbum, o)
		b.untold()
	}},
	{"has keyboards with words alone", "a keyboard is never lost, whatever it comes with", "the keyboard is lost", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			if m.Text == "" {
				m.Keyboard = nil
			}
		})
	}},
	{"is silent at first", "every part of a silent message is silent", "part 2", func(b *broken, o channel.Options) {
		b.driven(encoding{b.driver, func(p *adapter.Part) { p.Message.Silent = p.Message.Silent && p.Index == 0 }}, o)
	}},
	{"always shows previews", "a link shows a preview unless it is to have none", "NoPreview", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) { m.NoPreview = false })
	}},
	{"returns the whole as Rest", "Rest is exactly what was not sent, and completes it", "no more and no less", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			sent, err := b.Memory.Send(ctx, chatID, m)
			if err != nil {
				sent.Rest = &m
			}
			return sent, err
		}
	}},
	{"begins again under a key", "a send with a key goes on at the first unsent part", "sent twice", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) { m.Key = "" })
	}},
}
