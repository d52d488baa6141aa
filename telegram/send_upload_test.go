package telegram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// source is a file of a size, which counts what is done with it.
type source struct {
	size                 int64
	fails                error // in place of its end
	hangs                bool  // in place of its end, until it is closed
	opened, closed, read atomic.Int64
}

func (s *source) attachment(kind channel.AttachmentKind) channel.Attachment {
	return channel.Attachment{Kind: kind, Open: func() (io.ReadCloser, error) {
		s.opened.Add(1)
		return &sourceReader{s: s, left: s.size, shut: make(chan struct{})}, nil
	}}
}

type sourceReader struct {
	s    *source
	left int64
	shut chan struct{}
	once sync.Once
}

func (r *sourceReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		if r.s.hangs {
			<-r.shut
			return 0, errors.New("closed")
		}
		if r.s.fails != nil {
			return 0, r.s.fails
		}
		return 0, io.EOF
	}
	n := copy(p, bytes.Repeat([]byte{'x'}, int(min(r.left, int64(len(p)), 8<<10))))
	r.left -= int64(n)
	r.s.read.Add(int64(n))
	return n, nil
}

func (r *sourceReader) Close() error {
	r.once.Do(func() { close(r.shut); r.s.closed.Add(1) })
	return nil
}

// transport is a platform that does with a request what it likes.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func replied(r *http.Request, a answer) *http.Response {
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}
}

func newOn(t *testing.T, f transport) *Channel {
	t.Helper()
	cfg := testConfig()
	cfg.Client = &http.Client{Transport: f}
	c, err := New(cfg)
	require.NoError(t, err)
	return c
}

func one(a channel.Attachment) channel.Message {
	return channel.Message{Attachments: []channel.Attachment{a}}
}

func requireReason(t *testing.T, err error, reason channel.Reason) *channel.Error {
	t.Helper()
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, reason, e.Reason, "%v", err)
	require.Equal(t, "telegram", e.Platform)
	require.Equal(t, "send", e.Op)
	return e
}

func TestAnUploadIsStreamed(t *testing.T) {
	t.Parallel()
	file := &source{size: 40 << 20}
	c := newOn(t, func(r *http.Request) (*http.Response, error) {
		assert.Zero(t, r.ContentLength, "which is not known")
		first := make([]byte, 1000)
		_, err := io.ReadFull(r.Body, first)
		require.NoError(t, err)
		assert.Less(t, file.read.Load(), int64(256<<10), "no more is read than the platform takes")
		n, err := io.Copy(io.Discard, r.Body)
		require.NoError(t, err)
		assert.Greater(t, n, file.size-1000)
		return replied(r, ok(`{"message_id":93}`)), nil
	})
	sent, err := c.Send(t.Context(), "5", one(file.attachment(channel.AttachmentVideo)))
	require.NoError(t, err)
	assert.Equal(t, []string{"93"}, sent.MessageIDs)
	assert.Equal(t, file.size, file.read.Load())
	assert.Equal(t, int64(1), file.closed.Load())
}

func TestARetryOpensTheFileAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := &source{size: 100_000}
		c, a := newTest(t, refused(429, "Too Many Requests: retry after 3", `{"retry_after":3}`), ok(`{"message_id":93}`))
		began := time.Now()
		_, err := c.Send(t.Context(), "5", one(file.attachment(channel.AttachmentFile)))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(began), 3*time.Second)
		for _, call := range a.made() {
			assert.Len(t, call.files["document"].content, 100_000)
		}
		assert.Equal(t, int64(2), file.opened.Load())
		assert.Equal(t, int64(2), file.closed.Load())
	})
}

// The library's errors of uploads have no code.
func TestARefusedUploadHasItsCode(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, refused(403, "Forbidden: bot was blocked by the user", ""))
	_, err := c.Send(t.Context(), "5", one(bytesOf(channel.AttachmentImage, "x")))
	e := requireReason(t, err, channel.ErrBlocked)
	assert.EqualError(t, e, "telegram: send: bot was blocked by the user (403)")
	assert.Equal(t, channel.ScopeChat, e.Scope)
}

func TestAFileBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	for kind, limit := range map[channel.AttachmentKind]int64{channel.AttachmentImage: 10 << 20, channel.AttachmentVideo: 50 << 20} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				c := newOn(t, func(r *http.Request) (*http.Response, error) {
					calls++
					if _, err := io.Copy(io.Discard, r.Body); err != nil {
						return nil, err
					}
					return replied(r, ok(`{"message_id":93}`)), nil
				})
				exact := &source{size: limit}
				_, err := c.Send(t.Context(), "5", one(exact.attachment(kind)))
				require.NoError(t, err)

				long := &source{size: limit + 1}
				sent, err := c.Send(t.Context(), "5", one(long.attachment(kind)))
				e := requireReason(t, err, channel.ErrTooLarge)
				assert.Contains(t, e.Error(), "Attachments[0]: more than "+id(limit)+" bytes")
				require.NotNil(t, sent.Rest, "nothing was sent")
				assert.Equal(t, 2, calls, "and nothing is tried again")
				assert.Equal(t, int64(1), long.closed.Load())

				known := long.attachment(kind)
				known.Size = limit + 1
				_, err = c.Send(t.Context(), "5", one(known))
				assert.Contains(t, requireReason(t, err, channel.ErrTooLarge).Error(), "Attachments[0].Size")
				assert.Equal(t, 2, calls, "before the network")
			})
		})
	}
}

func TestAFileThatCannotBeReadIsNotSent(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	for name, a := range map[string]channel.Attachment{
		"opening": {Kind: channel.AttachmentFile, Open: func() (io.ReadCloser, error) { return nil, broken }},
		"reading": (&source{size: 100_000, fails: broken}).attachment(channel.AttachmentFile),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				c := newOn(t, func(r *http.Request) (*http.Response, error) {
					calls++
					_, err := io.Copy(io.Discard, r.Body)
					return nil, err
				})
				_, err := c.Send(t.Context(), "5", one(a))
				e := requireReason(t, err, channel.ErrUnavailable)
				assert.ErrorIs(t, e, broken)
				assert.EqualError(t, e, "telegram: send: Attachments[0].Open: it cannot be read: the disk is broken")
				assert.Equal(t, 3, calls, "it was not carried out, so it is tried again")
			})
		})
	}
}

func TestAURLThatTelegramDoesNotFetchIsUploaded(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	cfg := testConfig()
	cfg.Fetch = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		return replied(r, answer{status: status, body: "the bytes of " + r.URL.Path}), nil
	})}
	c, a := newTestOf(t, cfg, ok(`{"message_id":93}`))
	docx := channel.Attachment{Kind: channel.AttachmentFile, URL: "https://a.io/dir/price.docx?token=secret"}
	_, err := c.Send(t.Context(), "5", one(docx))
	require.NoError(t, err)
	assert.Equal(t, map[string]formFile{"document": {"price.docx", "the bytes of /dir/price.docx"}}, a.only(t).files)

	status = http.StatusNotFound
	_, err = c.Send(t.Context(), "6", one(docx))
	assert.EqualError(t, requireReason(t, err, channel.ErrNotFound), "telegram: send: Attachments[0].URL: a.io answered with status 404")
}

func TestACancelledUploadEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := &source{size: 100_000, hangs: true}
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		c := newOn(t, func(r *http.Request) (*http.Response, error) {
			calls++
			go io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		time.AfterFunc(time.Second, cancel)
		_, err := c.Send(ctx, "5", one(file.attachment(channel.AttachmentVideo)))
		e := requireReason(t, err, channel.ErrUnavailable)
		assert.ErrorIs(t, e, context.Canceled)
		assert.Contains(t, e.Error(), "the upload was cut")
		assert.Equal(t, 1, calls)
		synctest.Wait()
		assert.Equal(t, int64(1), file.closed.Load())
	})
}

func TestAConnectionThatIsCutBeforeTheEndIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := &source{size: 100_000}
		calls := 0
		c := newOn(t, func(r *http.Request) (*http.Response, error) {
			if calls++; calls == 1 {
				_, err := io.CopyN(io.Discard, r.Body, 5000)
				return nil, errors.Join(err, io.ErrUnexpectedEOF) // and the body is left open
			}
			_, err := io.Copy(io.Discard, r.Body)
			return replied(r, ok(`{"message_id":93}`)), err
		})
		sent, err := c.Send(t.Context(), "5", one(file.attachment(channel.AttachmentVideo)))
		require.NoError(t, err)
		assert.Equal(t, []string{"93"}, sent.MessageIDs)
		synctest.Wait()
		assert.Equal(t, int64(2), file.closed.Load())
	})
}

func TestAConnectionThatIsCutAfterTheEndMayHaveBeenASend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := &source{size: 100_000}
		calls := 0
		c := newOn(t, func(r *http.Request) (*http.Response, error) {
			calls++
			_, err := io.Copy(io.Discard, r.Body)
			return nil, errors.Join(err, io.ErrUnexpectedEOF)
		})
		_, err := c.Send(t.Context(), "5", one(file.attachment(channel.AttachmentVideo)))
		requireReason(t, err, channel.ErrOutcomeUnknown)
		assert.Equal(t, 1, calls)
	})
}

func TestAPlatformThatDoesNotReadLeaksNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // whose bubble ends when all of its goroutines have
		file := &source{size: 1 << 20}
		c := newOn(t, func(r *http.Request) (*http.Response, error) {
			return replied(r, refused(400, "Bad Request: chat not found", "")), nil
		})
		_, err := c.Send(t.Context(), "5", one(file.attachment(channel.AttachmentVideo)))
		assert.EqualError(t, requireReason(t, err, channel.ErrNotFound), "telegram: send: chat not found (400)")
		synctest.Wait()
		assert.Equal(t, file.opened.Load(), file.closed.Load())
	})
}

func TestAnUploadThatStallsEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		read   bool // the whole of it
		reason channel.Reason
	}{
		"in its midst":           {false, channel.ErrUnavailable},
		"waiting for its answer": {true, channel.ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				file := &source{size: 1 << 20}
				c := newOn(t, func(r *http.Request) (*http.Response, error) {
					if test.read {
						for range 10 { // slowly, but it moves
							time.Sleep(time.Minute)
							_, _ = io.CopyN(io.Discard, r.Body, 100<<10)
						}
						_, _ = io.Copy(io.Discard, r.Body)
					}
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_, err := c.Send(ctx, "5", one(file.attachment(channel.AttachmentVideo)))
				e := requireReason(t, err, test.reason)
				assert.Contains(t, e.Error(), "stalled")
				require.NoError(t, ctx.Err())
				synctest.Wait()
				assert.Equal(t, file.opened.Load(), file.closed.Load())
			})
		})
	}
}

func TestManyUploadAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := &source{size: 50_000}
		album := channel.Message{Text: "x", Attachments: []channel.Attachment{
			file.attachment(channel.AttachmentImage), withID(channel.AttachmentImage, "x"), file.attachment(channel.AttachmentImage),
		}}
		c, a := newTest(t, ok(`[{"message_id":93},{"message_id":94},{"message_id":95}]`))
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				sent, err := c.Send(t.Context(), id(int64(100+i)), album)
				assert.NoError(t, err)
				assert.Equal(t, []string{"93", "94", "95"}, sent.MessageIDs)
			})
		}
		all.Wait()
		for _, call := range a.made() {
			assert.Len(t, call.files["file0"].content, 50_000)
			assert.Len(t, call.files["file2"].content, 50_000)
		}
		assert.Equal(t, int64(40), file.opened.Load())
		assert.Equal(t, int64(40), file.closed.Load())
	})
}

func TestALargeFileOverARealConnection(t *testing.T) {
	t.Parallel()
	const size = 30 << 20
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, []string{"chunked"}, r.TransferEncoding)
		form, err := r.MultipartReader()
		if !assert.NoError(t, err) {
			return
		}
		read := make(map[string]int64)
		for part, err := form.NextPart(); err == nil; part, err = form.NextPart() {
			read[part.FormName()], err = io.Copy(io.Discard, part)
			assert.NoError(t, err)
		}
		assert.Equal(t, map[string]int64{"chat_id": 1, "caption": 2, "video": size}, read)
		_, _ = io.WriteString(w, ok(`{"message_id":93}`).body)
	}))
	defer server.Close()
	cfg := testConfig()
	cfg.Endpoint, cfg.Client = server.URL, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	c, err := New(cfg)
	require.NoError(t, err)
	file := &source{size: size}
	m := one(file.attachment(channel.AttachmentVideo))
	m.Text = "hi"
	sent, err := c.Send(t.Context(), "5", m)
	require.NoError(t, err)
	assert.Equal(t, []string{"93"}, sent.MessageIDs)
	assert.Equal(t, int64(1), file.closed.Load())
}

// Over a real connection the transport of net/http closes what it does not need any more, in its own time.
func TestAServerThatAnswersBeforeItReads(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, `{"ok":false,"error_code":413,"description":"Request Entity Too Large"}`)
	}))
	defer server.Close()
	cfg := testConfig()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	cfg.Endpoint, cfg.Client = server.URL, client
	c, err := New(cfg)
	require.NoError(t, err)
	file := &source{size: 20 << 20}
	_, err = c.Send(t.Context(), "5", one(file.attachment(channel.AttachmentVideo)))
	require.Error(t, err)
	assert.NotErrorIs(t, err, channel.ErrOutcomeUnknown, "an answer, or a cut: never a doubt")
	assert.Eventually(t, func() bool { return file.opened.Load() == file.closed.Load() }, 10*time.Second, time.Millisecond)
}
