package adapter

import (
	"errors"
	"io"
	"io/fs"

	"github.com/parley-go/parley/channel"
)

// blaming opens what fails with an error of the message's own, which names the field, so that a driver can tell it from
// one of the platform: what could not be read was not sent.
func blaming(open func() (io.ReadCloser, error), field string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r, err := open()
		switch {
		case err != nil:
			return nil, unreadable(field, err)
		case r == nil:
			return nil, invalid("%s.Open: it opened nothing", field)
		}
		return &blamingReader{ReadCloser: r, field: field}, nil
	}
}

type blamingReader struct {
	io.ReadCloser
	field string
}

func (r *blamingReader) Read(b []byte) (int, error) {
	n, err := r.ReadCloser.Read(b)
	if err != nil && err != io.EOF {
		err = unreadable(r.field, err)
	}
	return n, err
}

// unreadable is an error of an attachment's Open, or of reading what it opened.
func unreadable(field string, err error) error {
	var e *channel.Error
	if errors.As(err, &e) {
		return err
	}
	e = refuse(channel.ErrUnavailable, "%s.Open: %s", field, ofTransport("it cannot be read", err).Message)
	if errors.Is(err, fs.ErrNotExist) {
		e.Reason = channel.ErrNotFound
	}
	e.Err = withoutURL(err)
	return e
}

// capped opens what fails with ErrTooLarge where it goes on beyond limit, so that it is never silently cut. A limit of 0
// is none.
func capped(open func() (io.ReadCloser, error), field string, limit int64) func() (io.ReadCloser, error) {
	if limit <= 0 {
		return open
	}
	return func() (io.ReadCloser, error) {
		r, err := open()
		if err != nil {
			return nil, err
		}
		return &cappedReader{ReadCloser: r, left: limit, err: tooManyBytes(field, limit)}, nil
	}
}

func tooManyBytes(field string, limit int64) error {
	return refuse(channel.ErrTooLarge, "%s: more than %d bytes", field, limit)
}

type cappedReader struct {
	io.ReadCloser
	left int64 // -1: it went on too far
	err  error
}

func (r *cappedReader) Read(b []byte) (int, error) {
	if r.left < 0 {
		return 0, r.err
	}
	if int64(len(b)) > r.left+1 {
		b = b[:r.left+1] // one more than may come, to see whether it does
	}
	n, err := r.ReadCloser.Read(b)
	if int64(n) > r.left {
		n, err = int(r.left), r.err
		r.left = -1
		return n, err
	}
	r.left -= int64(n)
	return n, err
}
