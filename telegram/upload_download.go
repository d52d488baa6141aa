package telegram

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Download opens a file by its FileID: of an attachment, of an avatar. Its reading ends with ctx. A file beyond 20 MB is
// ErrTooLarge, as Telegram gives no such to bots, but for a local server: see Config.Local. The name and type of a file
// are those of its attachment; Telegram may have lost them.
func (c *Channel) Download(ctx context.Context, a channel.Attachment) (io.ReadCloser, error) {
	switch {
	case a.FileID == "":
		return nil, named("download", refuse(channel.ErrInvalid, "Attachment.FileID is empty"))
	case !c.driver.local && a.Size > maxDownload:
		return nil, named("download", refuse(channel.ErrTooLarge, "Attachment.Size is %d bytes of %d", a.Size, maxDownload))
	}
	r := newRequest("getFile", 1, paceBot)
	r.params["file_id"] = a.FileID
	call := adapter.Call{Op: "download", Costs: botCosts, Repeatable: true}
	return adapter.Do(ctx, c.engine, call, func(ctx context.Context) (io.ReadCloser, error) {
		var file struct {
			Path string `json:"file_path"`
		}
		if err := c.driver.ask(ctx, r, &file); err != nil {
			return nil, err
		}
		if c.driver.local && filepath.IsAbs(file.Path) {
			return c.driver.openLocal(file.Path)
		}
		return c.driver.download(ctx, file.Path)
	})
}

// openLocal opens a file where a local server put it. The path has the token, as a directory.
func (d *driver) openLocal(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err == nil {
		return &download{body: f, token: d.token, cancel: func() {}}, nil
	}
	e := refuse(channel.ErrForbidden, "the local server's file cannot be opened")
	if errors.Is(err, fs.ErrNotExist) {
		e.Reason, e.Message = channel.ErrNotFound, "the local server's file is not on this disk"
	}
	e.Err = d.token.clean(err)
	return nil, e
}

// download gets a file from its path. The URL has the token, and goes nowhere but to the platform: no redirect is followed.
func (d *driver) download(ctx context.Context, path string) (io.ReadCloser, error) {
	address, err := d.fileURL(path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	patience := time.AfterFunc(callTimeout, cancel) // until it begins: a file has no limit of time
	response, err := d.get(ctx, address)
	patience.Stop()
	if err != nil {
		cancel()
		return nil, err
	}
	return &download{body: response.Body, token: d.token, cancel: cancel}, nil
}

// fileURL is where the file with this path is.
func (d *driver) fileURL(path string) (*url.URL, error) {
	if path == "" || !fs.ValidPath(path) || path == "." {
		return nil, refuse(channel.ErrNotFound, "the platform names no path of the file")
	}
	u := *d.files
	u.RawPath = ""
	u.Path = strings.TrimRight(u.Path, "/") + "/file/bot" + d.token.value() + "/" + path
	return &u, nil
}

func (d *driver) get(ctx context.Context, address *url.URL) (*http.Response, error) {
	request := (&http.Request{Method: http.MethodGet, URL: address, Host: address.Host, Header: http.Header{}}).WithContext(ctx)
	response, err := d.pollClient.Do(request)
	if err != nil {
		return nil, &failure{err: d.token.clean(err), pace: paceBot}
	}
	if response.StatusCode == http.StatusOK {
		response.Request = nil // its URL has the token
		return response, nil
	}
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		e := refuse(channel.ErrNotFound, "the file is not there any more")
		e.Code = strconv.Itoa(response.StatusCode)
		return nil, e
	case http.StatusRequestEntityTooLarge:
		return nil, refuse(channel.ErrTooLarge, "the file is too large")
	}
	e := &HTTPError{Status: response.StatusCode}
	if s, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return nil, &failure{err: e, pace: paceBot}
}

// download is the body of a file, without the token in its errors.
type download struct {
	body   io.ReadCloser
	token  *token
	cancel context.CancelFunc
}

func (d *download) Read(p []byte) (int, error) {
	n, err := d.body.Read(p)
	if err != nil && err != io.EOF {
		err = named("download", d.failed(err))
	}
	return n, err
}

func (d *download) failed(err error) error {
	e := refuse(channel.ErrUnavailable, "the file was cut")
	e.Err = d.token.clean(err)
	return e
}

func (d *download) Close() error {
	d.cancel()
	return d.body.Close()
}
