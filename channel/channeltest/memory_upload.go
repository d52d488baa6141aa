package channeltest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Upload stores an attachment and returns it with a FileID.
func (m *Memory) Upload(ctx context.Context, a channel.Attachment) (channel.Attachment, error) {
	if a.Open == nil {
		return channel.Attachment{}, memoryRefusal("upload", channel.ErrInvalid, "the attachment has no Open")
	}
	if a.Size > memoryMost {
		return channel.Attachment{}, memoryRefusal("upload", channel.ErrTooLarge, "Size: at most 10 MiB")
	}
	call := adapter.Call{Op: "upload", Costs: []adapter.Cost{{Pace: paceAccount}}, Repeatable: true}
	id, err := adapter.Do(ctx, m.engine, call, func(ctx context.Context) (string, error) { return m.driver.upload(ctx, a) })
	if err != nil {
		return channel.Attachment{}, err
	}
	a.FileID, a.Open, a.URL = id, nil, ""
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
	data, err := readUpTo(memoryMost, a.Open)
	if err != nil {
		return "", err
	}
	err = d.call(ctx, "upload", memoryArgs{Name: a.Name, MIME: a.MIME, Data: data}, &id)
	return id, err
}

// readUpTo is all that open opens, if that is no more than most bytes. Its error is an *channel.Error: no call was made.
func readUpTo(most int64, open func() (io.ReadCloser, error)) ([]byte, error) {
	r, err := open()
	if err != nil {
		return nil, unreadable("open", err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, unreadable("read", err)
	}
	if int64(len(data)) > most {
		return nil, &channel.Error{Reason: channel.ErrTooLarge, Scope: channel.ScopeMessage, Message: "a file of more than 10 MiB"}
	}
	return data, nil
}

// unreadable is an error of the caller's own attachment, or what the engine said of it.
func unreadable(what string, err error) error {
	var own *channel.Error
	if errors.As(err, &own) {
		return own
	}
	return &channel.Error{Reason: channel.ErrInvalid, Scope: channel.ScopeMessage, Message: what + ": " + err.Error(), Err: err}
}
