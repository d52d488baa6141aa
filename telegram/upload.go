package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Upload stores a file by sending it to Config.UploadChat, without a sound, where its message stays; without such a chat
// it is ErrUnsupported. The Kind of the result is what Telegram made of the file, and the only one that its FileID may be
// sent as. A file that has a FileID is stored already.
func (c *Channel) Upload(ctx context.Context, a channel.Attachment) (channel.Attachment, error) {
	if c.driver.uploadChat == "" {
		return a, named("upload", refuse(channel.ErrUnsupported, "Config.UploadChat is not set: Telegram stores a file only by sending it somewhere"))
	}
	source, err := adapter.Source(ctx, c.engine, "upload", "Attachment", a)
	if err != nil || source.FileID != "" {
		return a, err
	}
	chatID := c.driver.uploadChat
	p := &adapter.Part{ChatID: chatID, Message: channel.Message{Attachments: []channel.Attachment{source}, Silent: true}}
	if err := c.driver.Encode(p); err != nil {
		return a, named("upload", err)
	}
	call := adapter.Call{Op: "upload", ChatIDs: []string{chatID}, Costs: p.Costs}
	return adapter.Do(ctx, c.engine, call, func(ctx context.Context) (channel.Attachment, error) {
		result, err := c.driver.call(ctx, p.Encoded.(*request))
		if err != nil {
			return a, err
		}
		return stored(result, a)
	})
}

// stored is a, which was sent, as the message of the answer has it; what that does not tell of a file is as it was.
func stored(result json.RawMessage, a channel.Attachment) (channel.Attachment, error) {
	var m message
	if err := json.Unmarshal(result, &m); err != nil {
		return a, fmt.Errorf("sent file: %w", err)
	}
	shown := m.attachments()
	if len(shown) == 0 || shown[0].FileID == "" {
		return a, errors.New("sent file: the message has none")
	}
	got := shown[0]
	got.Thumbnail = nil // which cannot be sent
	or(&got.Name, a.Name)
	or(&got.Seconds, a.Seconds)
	if got.Kind != channel.AttachmentImage { // which Telegram makes a JPEG of another size
		or(&got.MIME, a.MIME)
		or(&got.Size, a.Size)
		or(&got.Width, a.Width)
		or(&got.Height, a.Height)
	}
	return got, nil
}

func or[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}
