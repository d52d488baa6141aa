package telegram

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
)

// libraryBody is the body of a request with files.
type libraryBody struct {
	body   io.ReadCloser
	token  *token
	read   bytes.Buffer // what was read to find the fields, and is still to send
	stall  *time.Timer  // ends a call whose body nobody reads
	long   time.Duration
	failed atomic.Pointer[channel.Error] // the library could not read a file. The transport may still be reading
}

// fields reads as far as the first file. It keeps what it read, which is little more than the fields.
func (b *libraryBody) fields(boundary string) (url.Values, error) {
	fields := make(url.Values)
	parts := multipart.NewReader(io.TeeReader(fileReader{b}, &b.read), boundary)
	for left := int64(maxFields); ; {
		part, err := parts.NextRawPart()
		switch {
		case err == io.EOF, err == nil && part.FileName() != "":
			return fields, nil
		case b.failed.Load() != nil:
			return nil, b.failed.Load()
		case err != nil:
			return nil, refuse(channel.ErrInvalid, "the parameters are no form")
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		switch left -= int64(len(value)); {
		case b.failed.Load() != nil:
			return nil, b.failed.Load()
		case err != nil:
			return nil, refuse(channel.ErrInvalid, "the parameters are no form")
		case left < 0:
			return nil, tooLong()
		}
		fields.Set(part.FormName(), string(value))
	}
}

func (b *libraryBody) Read(p []byte) (int, error) {
	b.stall.Reset(b.long)
	if b.read.Len() > 0 {
		return b.read.Read(p)
	}
	return fileReader{b}.Read(p)
}

func (b *libraryBody) Close() error { return b.body.Close() }

// watch calls end when nothing was read for long, until the function that it returns is called.
func (b *libraryBody) watch(long time.Duration, end func()) (stop func() bool) {
	if long <= 0 {
		long = callTimeout
	}
	b.long, b.stall = long, time.AfterFunc(long, end)
	return b.stall.Stop
}

// fileReader reads what is left of an upload, and tells a file that cannot be read from a request that failed.
type fileReader struct{ *libraryBody }

func (r fileReader) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrClosedPipe) {
		e := refuse(channel.ErrInvalid, "a file cannot be read")
		e.Err = r.token.clean(err)
		r.failed.CompareAndSwap(nil, e)
	}
	return n, err
}
