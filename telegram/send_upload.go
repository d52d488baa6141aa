package telegram

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
)

// uploadFile is a file that goes with a call. It is opened when its turn comes, once for each try.
type uploadFile struct {
	part string // its name in the form
	name string // its file name
	open func() (io.ReadCloser, error)
}

// stalled ends an upload of which nothing moved for long: how long a whole one takes depends on its size. It is a
// net.Error, as other timeouts are.
type stalled struct{}

func (stalled) Error() string   { return "the upload stalled" }
func (stalled) Timeout() bool   { return true }
func (stalled) Temporary() bool { return true }

// upload makes a call with files. They are streamed by a goroutine of the library's, which ends soon after upload does,
// whatever the server does not read: its pipe is closed then, and so is the file that it is at.
func (d *driver) upload(ctx context.Context, r *request) ([]byte, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	u := &upload{left: len(r.files), limit: d.client.Timeout}
	if u.limit <= 0 {
		u.limit = callTimeout
	}
	u.stall = time.AfterFunc(u.limit, func() { cancel(stalled{}) })
	defer u.end()
	bot := d.api(ctx, d.pollClient)
	u.client, bot.Client = bot.Client, u

	files := make([]tgbotapi.RequestFile, len(r.files))
	for i := range r.files {
		files[i] = tgbotapi.RequestFile{Name: r.files[i].part, Data: uploadData{u, &r.files[i]}}
	}
	reply, err := bot.UploadFiles(r.method, r.params, files)
	if err != nil {
		if context.Cause(ctx) == (stalled{}) && errors.Is(err, context.Canceled) {
			err = stalled{}
		}
		return nil, r.failed(u.judge(reply, err))
	}
	return reply.Result, nil
}

// upload is one try at a call with files.
type upload struct {
	client tgbotapi.HTTPClient
	limit  time.Duration
	stall  *time.Timer

	mu    sync.Mutex
	over  bool
	left  int       // files that were not read to their end
	err   error     // of a file
	body  io.Closer // of the request
	input io.Closer // the file that is being read
}

// judge says what an error of the call is. A request whose files were not all read has no end that Telegram could have
// waited for: it was not carried out. What kept a file from being read says more than what that did to the request.
func (u *upload) judge(reply *tgbotapi.APIResponse, err error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	var (
		api   *tgbotapi.Error
		other *HTTPError
		own   *channel.Error
	)
	switch {
	case errors.As(u.err, &own):
		e := *own
		e.Op = "" // the engine knows which
		return &e
	case errors.As(err, &api):
		e := *api
		if e.Code == 0 && reply != nil { // the library leaves it out
			e.Code = reply.ErrorCode
		}
		return &e
	case u.left > 0 && !errors.As(err, &other):
		if link, ok := err.(*url.Error); ok {
			err = link.Err
		}
		e := refuse(channel.ErrUnavailable, "the upload was cut: %v", err)
		e.Err = err
		return e
	}
	return err
}

// end stops the library's goroutine.
func (u *upload) end() {
	u.stall.Stop()
	u.mu.Lock()
	u.over = true
	body, input := u.body, u.input
	u.mu.Unlock()
	if body != nil {
		body.Close()
	}
	if input != nil {
		input.Close()
	}
}

// Do makes the request, whose body is known from here on.
func (u *upload) Do(r *http.Request) (*http.Response, error) {
	u.mu.Lock()
	u.body = r.Body
	u.mu.Unlock()
	r.Body = &movingBody{ReadCloser: r.Body, u: u}
	return u.client.Do(r)
}

// movingBody puts off the end of an upload as long as it moves.
type movingBody struct {
	io.ReadCloser
	u *upload
}

func (b *movingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.u.stall.Reset(b.u.limit)
	return n, err
}

// uploadData is a file as the library takes it.
type uploadData struct {
	u    *upload
	file *uploadFile
}

var _ tgbotapi.RequestFileData = uploadData{}

// NeedsUpload says that it does.
func (uploadData) NeedsUpload() bool { return true }

// SendData is of files that need no upload.
func (uploadData) SendData() string { return "" }

// UploadData opens the file.
func (d uploadData) UploadData() (string, io.Reader, error) {
	u := d.u
	u.mu.Lock()
	over := u.over
	u.mu.Unlock()
	if over {
		return "", nil, io.ErrClosedPipe
	}
	r, err := d.file.open()
	u.mu.Lock()
	defer u.mu.Unlock()
	if err != nil {
		u.err = err
		return "", nil, err
	}
	input := &inputFile{u: u, r: r}
	if u.over {
		r.Close()
		return "", nil, io.ErrClosedPipe
	}
	u.input = input
	return d.file.name, input, nil
}

// inputFile is a file that is being read. It may be closed meanwhile, so that no reading of it goes on when its call is
// over; so net/http does with the body of a request.
type inputFile struct {
	u    *upload
	r    io.ReadCloser
	once sync.Once
	read bool
}

func (f *inputFile) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil {
		f.u.mu.Lock()
		defer f.u.mu.Unlock()
		switch {
		case f.u.over, f.read:
		case err == io.EOF:
			f.read = true
			f.u.left--
		default:
			f.u.err = err
		}
	}
	return n, err
}

// Close is of no consequence to what was read.
func (f *inputFile) Close() error {
	f.once.Do(func() { f.r.Close() })
	return nil
}
