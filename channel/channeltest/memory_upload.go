package channeltest

import (
	"bytes"
	"context"
	"io"
	"slices"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Upload stores an attachment and returns it with a FileID.
func (m *Memory) Upload(ctx context.Context, a channel.Attachment) (channel.Attachment, error) {
	a, err := adapter.Source(ctx, m.engine, "upload", "Attachment", a)
	if err != nil {
		return channel.Attachment{}, err
	}
	if a.Open == nil {
		return channel.Attachment{}, memoryRefusal("upload", channel.ErrInvalid, "Attachment: it is not bytes")
	}
	call := adapter.Call{Op: "upload", Costs: []adapter.Cost{{Pace: paceAccount}}, Repeatable: true}
	id, err := adapter.Do(ctx, m.engine, call, func(ctx context.Context) (string, error) { return m.driver.upload(ctx, a) })
	if err != nil {
		return channel.Attachment{}, err
	}
	a.FileID, a.Open = id, nil
	return a, nil
}

// Download opens an attachment that has a FileID.
func (m *Memory) Download(ctx context.Context, a channel.Attachment) (io.ReadCloser, error) {
	if a.FileID == "" {
		return nil, memoryRefusal("download", channel.ErrInvalid, "the attachment has no FileID")
	}
	call := adapter.Call{Op: "download", Costs: []adapter.Cost{{Pace: paceAccount}}, Repeatable: true}
	data, err := adapter.Do(ctx, m.engine, call, func(ctx context.Context) (data []byte, err error) {
		err = m.driver.call(ctx, "download", memoryArgs{File: a.FileID}, &data)
		return data, err
	})
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// memoryRefusal is an error before any call.
func memoryRefusal(op string, reason channel.Reason, message string) *channel.Error {
	return &channel.Error{Reason: reason, Scope: channel.ScopeMessage, Platform: memoryPlatform, Op: op, Message: message}
}

// uploads is how many files of a message are bytes.
func uploads(m *channel.Message) (n int) {
	count := func(a *channel.Attachment) {
		for ; a != nil; a = a.Thumbnail {
			if a.Open != nil {
				n++
			}
		}
	}
	for i := range m.Attachments {
		count(&m.Attachments[i])
	}
	for i := range m.Cards {
		count(m.Cards[i].Image)
	}
	return n
}

// uploadAll makes the bytes in a message files of the platform.
func (d *memoryDriver) uploadAll(ctx context.Context, m *channel.Message) error {
	m.Attachments, m.Cards = slices.Clone(m.Attachments), slices.Clone(m.Cards)
	for i := range m.Attachments {
		if err := d.uploadOne(ctx, &m.Attachments[i]); err != nil {
			return err
		}
	}
	for i, card := range m.Cards {
		if card.Image == nil {
			continue
		}
		image := *card.Image
		if err := d.uploadOne(ctx, &image); err != nil {
			return err
		}
		m.Cards[i].Image = &image
	}
	return nil
}

func (d *memoryDriver) uploadOne(ctx context.Context, a *channel.Attachment) error {
	if a.Thumbnail != nil {
		thumbnail := *a.Thumbnail
		if err := d.uploadOne(ctx, &thumbnail); err != nil {
			return err
		}
		a.Thumbnail = &thumbnail
	}
	if a.Open == nil {
		return nil
	}
	id, err := d.upload(ctx, *a)
	a.FileID, a.Open = id, nil
	return err
}

func (d *memoryDriver) upload(ctx context.Context, a channel.Attachment) (id string, err error) {
	data, err := readAll(a.Open) // no more than Limits allow: the engine sees to that, and to what its errors say
	if err != nil {
		return "", err
	}
	err = d.call(ctx, "upload", memoryArgs{Name: a.Name, MIME: a.MIME, Data: data}, &id)
	return id, err
}
