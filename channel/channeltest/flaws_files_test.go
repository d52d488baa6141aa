package channeltest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/parley-go/parley/channel"
)

// fileFlaws are about files at the platform, edits, and what people send.
var fileFlaws = []flaw{
	{"leaves the bytes beside the file's ID", "an uploaded file can be sent again and again", "it has one source", func(b *broken, _ channel.Options) {
		b.upload = func(ctx context.Context, a channel.Attachment) (channel.Attachment, error) {
			uploaded, err := b.Memory.Upload(ctx, a)
			uploaded.Open = a.Open
			return uploaded, err
		}
	}},
	{"returns an ID that is no file", "an uploaded file can be sent again and again", "no such file", func(b *broken, _ channel.Options) {
		b.upload = func(ctx context.Context, a channel.Attachment) (channel.Attachment, error) {
			uploaded, err := b.Memory.Upload(ctx, a)
			uploaded.FileID += "0"
			return uploaded, err
		}
	}},
	{"uploads whatever its size", "an upload that is too large, or cannot be read, is an error", "that says it is too large", func(b *broken, _ channel.Options) {
		b.upload = func(ctx context.Context, a channel.Attachment) (channel.Attachment, error) {
			a.Size = 0
			return b.Memory.Upload(ctx, a)
		}
	}},
	{"downloads for nobody", "a download whose context has ended is not made", "in chain but got nil", func(b *broken, _ channel.Options) {
		b.download = func(ctx context.Context, a channel.Attachment) (io.ReadCloser, error) {
			return b.Memory.Download(context.WithoutCancel(ctx), a)
		}
	}},
	{"downloads nothing as an empty file", "a download of what is not there is an error", "a file that is not there", func(b *broken, _ channel.Options) {
		b.download = func(ctx context.Context, a channel.Attachment) (io.ReadCloser, error) {
			r, err := b.Memory.Download(ctx, a)
			if err != nil {
				return io.NopCloser(strings.NewReader("")), nil
			}
			return r, nil
		}
	}},
	{"has a token in the error of a download", "a download of what is not there is an error", "seen in errors", func(b *broken, _ channel.Options) {
		b.download = func(ctx context.Context, a channel.Attachment) (io.ReadCloser, error) {
			r, err := b.Memory.Download(ctx, a)
			if err != nil {
				return nil, errors.Join(err, errors.New("get https://memory.example/file/bot"+canaryToken+"/a"))
			}
			return r, nil
		}
	}},
	{"knows no pictures", "the picture of a person is found", "Expected value not to be nil", func(b *broken, _ channel.Options) {
		b.user = func(ctx context.Context, id string) (channel.User, error) {
			u, err := b.Memory.User(ctx, id)
			u.Avatar = nil
			return u, err
		}
	}},
	{"edits words alone", "an edit changes the styles and the buttons", "Not equal", func(b *broken, _ channel.Options) {
		b.edit = func(ctx context.Context, chatID, messageID string, m channel.Message) error {
			return b.Memory.Edit(ctx, chatID, messageID, channel.Text(m.Text))
		}
	}},
	{"takes a caption for a text", "an edit of a caption changes the caption alone", "there is no text in the message", func(b *broken, _ channel.Options) {
		b.edit = func(context.Context, string, string, channel.Message) error {
			return &channel.Error{Reason: channel.ErrInvalid, Scope: channel.ScopeMessage, Message: "there is no text in the message"}
		}
	}},
	{"keeps quiet about an edit that was refused", "an edit that cannot be made is refused", "An error is expected", func(b *broken, _ channel.Options) {
		b.edit = func(ctx context.Context, chatID, messageID string, m channel.Message) error {
			_ = b.Memory.Edit(ctx, chatID, messageID, m)
			return nil
		}
	}},
	{"drops the captions of people", "a file that a person sent has its caption and its name", "Not equal", func(b *broken, _ channel.Options) {
		b.retold(func(m *channel.Message) { m.Text = "" })
	}},
	{"tells of an album's first file", "files that a person sent together are told as an album", "should have 2 item(s)", func(b *broken, _ channel.Options) {
		b.retold(func(m *channel.Message) { m.Attachments = m.Attachments[:min(len(m.Attachments), 1)] })
	}},
	{"takes latitude for longitude", "a place that a person shared is told", "Max difference", func(b *broken, _ channel.Options) {
		b.retold(func(m *channel.Message) {
			if l := m.Location; l != nil {
				l.Latitude, l.Longitude = l.Longitude, l.Latitude
			}
		})
	}},
	{"vouches for any number", "a contact that a person shared is told, and vouched for by nobody", "it may be anybody's", func(b *broken, _ channel.Options) {
		b.retold(func(m *channel.Message) {
			for i := range m.Contacts {
				m.Contacts[i].Verified = true
			}
		})
	}},
	{"downloads half of a payload's file", "payload photo and place decodes to events that say what they are", "the bytes of a image", halfDownload},
	{"does not tell what a file is", "payload photo and place decodes to events that say what they are", "the kind of an attachment", func(b *broken, _ channel.Options) {
		b.retold(func(m *channel.Message) {
			for i := range m.Attachments {
				m.Attachments[i].Kind = ""
			}
		})
	}},
	{"does not say which field is wrong", "a message that cannot be sent is refused before the network", "the field that is wrong", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			sent, err := b.Memory.Send(ctx, chatID, m)
			var e *channel.Error
			if errors.As(err, &e) {
				e.Message = "bad request"
			}
			return sent, err
		}
	}},
	{"lets styles cross", "a message that cannot be sent is refused before the network", "styles that cross", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			if len(m.Styles) > 1 {
				m.Styles = slices.Clone(m.Styles[:1])
			}
		})
	}},
}
