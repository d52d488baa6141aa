package telegram

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testToken  = "770011:AAcanary_token-0123456789abcdefghijk"
	testSecret = "canary_webhook-secret"
)

// nativeCall is a call as the platform got it.
type nativeCall struct {
	method string
	form   url.Values
	files  map[string]formFile // by their parts
}

// formFile is an uploaded file.
type formFile struct{ name, content string }

// api is the platform, in memory: it answers calls one after another, and the last answer again and again.
type api struct {
	mu      sync.Mutex
	answers []answer
	calls   []nativeCall
}

type answer struct {
	status int
	body   string
	header http.Header
	err    error
}

func ok(result string) answer {
	return answer{status: 200, body: `{"ok":true,"result":` + result + `}`}
}

func refused(code int, description, parameters string) answer {
	body := `{"ok":false,"error_code":` + id(int64(code)) + `,"description":"` + description + `"`
	if parameters != "" {
		body += `,"parameters":` + parameters
	}
	return answer{status: code, body: body + `}`}
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	prefix := "/bot" + testToken + "/"
	if !strings.HasPrefix(r.URL.Path, prefix) {
		return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: io.ErrUnexpectedEOF}
	}
	files, err := formFiles(r)
	if err != nil {
		return nil, err
	}
	a.calls = append(a.calls, nativeCall{strings.TrimPrefix(r.URL.Path, prefix), r.PostForm, files})
	now := a.answers[0]
	if len(a.answers) > 1 {
		a.answers = a.answers[1:]
	}
	if now.err != nil {
		return nil, now.err
	}
	header := now.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: now.status, Header: header, Body: io.NopCloser(strings.NewReader(now.body)), Request: r,
	}, nil
}

// formFiles reads the files of a request, after which its PostForm has the rest.
func formFiles(r *http.Request) (map[string]formFile, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return nil, nil
	}
	if err := r.ParseMultipartForm(100 << 20); err != nil {
		return nil, err
	}
	files := make(map[string]formFile)
	for part, list := range r.MultipartForm.File {
		f, err := list[0].Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(f)
		if err != nil {
			return nil, err
		}
		files[part] = formFile{list[0].Filename, string(content)}
	}
	return files, nil
}

// made is the calls so far.
func (a *api) made() []nativeCall {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// only is the one call that was made.
func (a *api) only(t *testing.T) nativeCall {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	require.Len(t, a.calls, 1)
	return a.calls[0]
}

func testConfig() Config {
	return Config{Token: testToken, Secret: testSecret, Username: "shop_bot"}
}

// newTest is a channel whose platform gives these answers.
func newTest(t *testing.T, answers ...answer) (*Channel, *api) {
	t.Helper()
	return newTestOf(t, testConfig(), answers...)
}

func newTestOf(t *testing.T, cfg Config, answers ...answer) (*Channel, *api) {
	t.Helper()
	a := &api{answers: answers}
	cfg.Client = &http.Client{Transport: a}
	c, err := New(cfg)
	require.NoError(t, err)
	return c, a
}

// decode is the one event of an update.
func decode(t *testing.T, d *driver, native string) adapter.Incoming {
	t.Helper()
	events, err := d.Decode([]byte(native))
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0]
}

// send encodes and sends a part.
func send(t *testing.T, c *Channel, chatID string, m channel.Message) (channel.Sent, error) {
	t.Helper()
	p := &adapter.Part{ChatID: chatID, Message: m}
	if err := c.driver.Encode(p); err != nil {
		return channel.Sent{}, err
	}
	return c.driver.Send(t.Context(), p)
}
