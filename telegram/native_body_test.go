package telegram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// endless counts what is read of it.
type endless struct {
	read atomic.Int64
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := min(int64(len(p)), e.left)
	if n == 0 {
		return 0, io.EOF
	}
	e.left -= n
	e.read.Add(n)
	return int(n), nil
}

func TestAnUploadIsNotHeldInMemory(t *testing.T) {
	t.Parallel()
	const size = 32 << 20
	film := &endless{left: size}
	var got int64
	c := unlucky(t, func(r *http.Request) (*http.Response, error) {
		assert.Less(t, film.read.Load(), int64(128<<10), "of the file no more than came with the fields")
		n, err := io.Copy(io.Discard, r.Body)
		got = n
		require.NoError(t, err)
		return (&api{answers: []answer{sentMessage}}).RoundTrip(&http.Request{URL: r.URL})
	})
	_, err := c.API(t.Context()).Send(tgbotapi.NewVideo(5, tgbotapi.FileReader{Name: "film", Reader: film}))
	require.NoError(t, err)
	assert.Greater(t, got, int64(size))
	assert.Equal(t, int64(size), film.read.Load())
}

func TestAnUploadMayTakeLongButNotStall(t *testing.T) {
	t.Parallel()
	for name, stalls := range map[string]bool{"slow": false, "stalled": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := testConfig()
				cfg.Client = &http.Client{Timeout: 10 * time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					defer r.Body.Close()
					for {
						_, err := io.CopyN(io.Discard, r.Body, 1<<20)
						if err != nil {
							break
						}
						time.Sleep(9 * time.Second)
					}
					if stalls {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					return (&api{answers: []answer{sentMessage}}).RoundTrip(&http.Request{URL: r.URL})
				})}
				c, err := New(cfg)
				require.NoError(t, err)
				film := &endless{left: 10 << 20}
				_, err = c.API(t.Context()).Send(tgbotapi.NewVideo(5, tgbotapi.FileReader{Name: "film", Reader: film}))
				if !stalls {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, channel.ErrOutcomeUnknown)
				require.ErrorIs(t, err, stalled{})
				require.NotErrorIs(t, err, context.Canceled, "nobody cancelled it")
			})
		})
	}
}

func TestAFileThatCannotBeReadIsNotThePlatformsFault(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	late := io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), readerFunc(func([]byte) (int, error) { return 0, broken }))
	leak := &url.Error{Op: "Get", URL: "https://api.telegram.org/file/bot" + testToken + "/x", Err: io.ErrUnexpectedEOF}
	for name, test := range map[string]struct {
		file tgbotapi.RequestFileData
		want error
	}{
		"missing":              {tgbotapi.FilePath("/no/such/file"), os.ErrNotExist},
		"broken at once":       {tgbotapi.FileReader{Name: "x", Reader: readerFunc(func([]byte) (int, error) { return 0, broken })}, broken},
		"broken late":          {tgbotapi.FileReader{Name: "x", Reader: late}, broken},
		"with a token in that": {tgbotapi.FileReader{Name: "x", Reader: readerFunc(func([]byte) (int, error) { return 0, leak })}, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, u := newUploads(t, channel.Options{}, sentMessage)
			_, err := c.API(t.Context()).Send(tgbotapi.NewDocument(5, test.file))
			require.ErrorIs(t, err, channel.ErrInvalid)
			require.ErrorIs(t, err, test.want)
			require.EqualError(t, err, "telegram: sendDocument: a file cannot be read")
			assert.NotContains(t, shown(t, err), "canary")
			assert.Empty(t, u.calls)
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestParametersThatTheServerWouldRefuseAreNotSent(t *testing.T) {
	t.Parallel()
	c, u := newUploads(t, channel.Options{}, sentMessage)
	long := strings.Repeat("x", maxForm+1)
	_, err := c.API(t.Context()).UploadFiles("sendDocument", tgbotapi.Params{"chat_id": "5", "caption": long}, []tgbotapi.RequestFile{{Name: "document", Data: aFile}})
	require.ErrorIs(t, err, channel.ErrTooLarge)
	_, err = c.API(t.Context()).MakeRequest("sendMessage", tgbotapi.Params{"chat_id": "5", "text": long})
	require.ErrorIs(t, err, channel.ErrTooLarge)
	require.EqualError(t, err, "telegram: sendMessage: the parameters have more than 1048576 bytes")
	assert.Empty(t, u.calls)
}

func TestAFormThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "%zz",
		"multipart/form-data; boundary=x":   "--x\r\nno header",
	} {
		r, err := http.NewRequest(http.MethodPost, "https://api.example/sendMessage", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", kind)
		_, err = newLibraryCall(r, "sendMessage", newToken(testToken))
		require.ErrorIs(t, err, channel.ErrInvalid, kind)
	}
}

func TestAnEndedContextEndsTheWaitForAFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c, u := newUploads(t, channel.Options{}, sentMessage)
		_, err := c.API(ctx).Send(tgbotapi.NewDocument(5, lateFile{}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, u.calls)
		time.Sleep(2 * time.Second) // the library's own goroutine ends with the file
	})
}

// lateFile takes two seconds to open.
type lateFile struct{}

func (lateFile) NeedsUpload() bool { return true }
func (lateFile) SendData() string  { return "" }

func (lateFile) UploadData() (string, io.Reader, error) {
	time.Sleep(2 * time.Second)
	return "late", strings.NewReader("late"), nil
}

func FuzzTheFieldsOfAnUploadAreFoundAndItsBodyIsSentAsItWas(f *testing.F) {
	f.Add("--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n5\r\n--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\nContent-Type: application/octet-stream\r\n\r\nbytes\r\n--x--\r\n")
	f.Add("--x--\r\n")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		u := &libraryBody{body: io.NopCloser(strings.NewReader(body)), token: newToken(testToken)}
		if _, err := u.fields("x"); err != nil {
			require.ErrorIs(t, err, channel.ErrInvalid)
		}
		defer u.watch(time.Hour, func() {})()
		got, err := io.ReadAll(u)
		require.NoError(t, err)
		require.Equal(t, body, string(got))
	})
}
