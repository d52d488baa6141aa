package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func uploading(t *testing.T, answers ...answer) (*Channel, *api) {
	t.Helper()
	cfg := testConfig()
	cfg.UploadChat = "-1001111222233"
	return newTestOf(t, cfg, answers...)
}

func TestAnUploadFollowsItsChat(t *testing.T) {
	t.Parallel()
	c, a := uploading(t,
		refused(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1002233445566}`),
		ok(`{"message_id":5,"document":{"file_id":"right"}}`))
	for range 2 {
		kept, err := c.Upload(t.Context(), bytesOf(channel.AttachmentFile, "all of it"))
		require.NoError(t, err)
		assert.Equal(t, "right", kept.FileID)
	}
	calls := a.made()
	require.Len(t, calls, 3)
	for i, chatID := range []string{"-1001111222233", "-1002233445566", "-1002233445566"} {
		assert.Equal(t, chatID, calls[i].form.Get("chat_id"))
		assert.Equal(t, "all of it", calls[i].files["document"].content)
	}
}

func TestAnUploadedFileCanBeSentByItsID(t *testing.T) {
	t.Parallel()
	for kind, message := range map[channel.AttachmentKind]string{
		channel.AttachmentImage:     `"photo":[{"file_id":"small","width":90,"height":67},{"file_id":"right","file_size":180000,"width":1280,"height":960},{"file_id":"mid","width":320,"height":240}]`,
		channel.AttachmentVideo:     `"video":{"file_id":"right","duration":7,"width":640,"height":480,"mime_type":"video/mp4","file_size":5}`,
		channel.AttachmentAudio:     `"audio":{"file_id":"right","duration":7}`,
		channel.AttachmentVoice:     `"voice":{"file_id":"right","duration":7,"mime_type":"audio/ogg"}`,
		channel.AttachmentFile:      `"document":{"file_id":"right","file_name":"a.pdf","mime_type":"application/pdf"}`,
		channel.AttachmentSticker:   `"sticker":{"file_id":"right","width":512,"height":512,"type":"regular"}`,
		channel.AttachmentAnimation: `"document":{"file_id":"wrong"},"animation":{"file_id":"right","duration":7,"width":1,"height":1}`,
		channel.AttachmentVideoNote: `"video_note":{"file_id":"right","length":240,"duration":7}`,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			c, a := uploading(t, ok(`{"message_id":5,"chat":{"id":-1001111222233,"type":"channel"},"date":1,`+message+`}`))
			thumbnail := bytesOf("", "t")
			file := bytesOf(kind, "bytes")
			file.Name, file.Thumbnail = "mine.x", &thumbnail
			stored, err := c.Upload(t.Context(), file)
			require.NoError(t, err)
			assert.Equal(t, "right", stored.FileID)
			assert.Equal(t, kind, stored.Kind)
			assert.Nil(t, stored.Open)
			assert.Nil(t, stored.Thumbnail)
			assert.Empty(t, stored.URL)
			assert.NotEmpty(t, stored.Name)
			call := a.only(t)
			assert.Equal(t, mediaKinds[kind].method, call.method)
			assert.Equal(t, "-1001111222233", call.form.Get("chat_id"))
			assert.Equal(t, "true", call.form.Get("disable_notification"))
			assert.Equal(t, formFile{"mine.x", "bytes"}, call.files[mediaKinds[kind].param])
			_, err = encoded(t, "5", one(stored))
			assert.NoError(t, err)
		})
	}
}

func TestAStoredFileIsOfTheKindThatTelegramMadeOfIt(t *testing.T) {
	t.Parallel()
	c, _ := uploading(t, ok(`{"message_id":5,"document":{"file_id":"right","file_size":2000000}}`))
	stored, err := c.Upload(t.Context(), bytesOf(channel.AttachmentVoice, "bytes"))
	require.NoError(t, err)
	assert.Equal(t, channel.AttachmentFile, stored.Kind)
	assert.Equal(t, int64(2000000), stored.Size)
}

func TestAnUploadThatFails(t *testing.T) {
	t.Parallel()
	without, a := newTest(t, ok(`true`))
	_, err := without.Upload(t.Context(), bytesOf(channel.AttachmentImage, "x"))
	require.ErrorIs(t, err, channel.ErrUnsupported)
	assert.ErrorContains(t, err, "telegram: upload: Config.UploadChat is not set")
	assert.Empty(t, a.made())

	for name, test := range map[string]struct {
		a      channel.Attachment
		now    answer
		reason channel.Reason
		says   string
		calls  int
	}{
		"no source":           {channel.Attachment{Kind: channel.AttachmentImage}, ok(`{}`), channel.ErrInvalid, "telegram: upload: Attachment: no source", 0},
		"too large":           {channel.Attachment{Kind: channel.AttachmentFile, Size: 51 << 20, Open: bytesOf("", "").Open}, ok(`{}`), channel.ErrTooLarge, "telegram: upload: Attachment.Size", 0},
		"a broken file":       {channel.Attachment{Kind: channel.AttachmentFile, Open: func() (io.ReadCloser, error) { return nil, os.ErrNotExist }}, ok(`{}`), channel.ErrNotFound, "telegram: upload: Attachment.Open", 0},
		"a chat that is gone": {bytesOf(channel.AttachmentFile, "x"), refused(403, "Forbidden: bot is not a member of the channel chat", ""), channel.ErrNotSubscribed, "telegram: upload: bot is not a member", 1},
		"no file":             {bytesOf(channel.AttachmentFile, "x"), ok(`{"message_id":5}`), channel.ErrOutcomeUnknown, "the message has none", 1},
		"no message":          {bytesOf(channel.AttachmentFile, "x"), ok(`true`), channel.ErrOutcomeUnknown, "telegram: upload: sendDocument: ", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := uploading(t, test.now)
			_, err := c.Upload(t.Context(), test.a)
			require.ErrorIs(t, err, test.reason)
			assert.ErrorContains(t, err, test.says)
			assert.Len(t, a.made(), test.calls)
		})
	}
	c, a := uploading(t, ok(`true`))
	kept, err := c.Upload(t.Context(), withID(channel.AttachmentImage, "AgAC"))
	require.NoError(t, err)
	assert.Equal(t, withID(channel.AttachmentImage, "AgAC"), kept)
	assert.Empty(t, a.made(), "it is stored")
}

// disk is a platform with a file.
type disk struct {
	endpoint string // with its path
	path     string
	answer   answer // to the download
	body     io.ReadCloser
	asked    []string
}

func (d *disk) RoundTrip(r *http.Request) (*http.Response, error) {
	address := r.URL.String()
	d.asked = append(d.asked, address)
	if address == d.endpoint+"/bot"+testToken+"/getFile" {
		if d.path == "" {
			return replied(r, d.answer), nil
		}
		return replied(r, ok(`{"file_id":"x","file_path":"`+d.path+`"}`)), nil
	}
	if d.answer.err != nil {
		return nil, fmt.Errorf("get %s: %w", address, d.answer.err)
	}
	response := replied(r, d.answer)
	if d.body != nil {
		response.Body = d.body
	}
	return response, nil
}

func (d *disk) channel(t *testing.T, cfg Config) *Channel {
	t.Helper()
	if d.endpoint == "" {
		d.endpoint = "https://api.telegram.org"
	}
	cfg.Client = &http.Client{Transport: d}
	c, err := New(cfg)
	require.NoError(t, err)
	return c
}

func storedAs(fileID string) channel.Attachment { return withID(channel.AttachmentFile, fileID) }

func TestADownloadComesFromTheEndpoint(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"https://api.telegram.org", "http://localhost:8081/prefix", "http://localhost:8081/a%20b/"} {
		d := &disk{endpoint: strings.TrimRight(endpoint, "/"), path: "documents/a b#1?.pdf", answer: answer{status: 200, body: "bytes"}}
		cfg := testConfig()
		cfg.Endpoint = endpoint
		r, err := d.channel(t, cfg).Download(t.Context(), storedAs("x"))
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		assert.Equal(t, "bytes", string(content))
		assert.Equal(t, d.endpoint+"/file/bot"+testToken+"/documents/a%20b%231%3F.pdf", d.asked[1])
	}
}

func requireNoToken(t *testing.T, err error) {
	t.Helper()
	var ours *channel.Error
	require.ErrorAs(t, err, &ours)
	for _, e := range []error{err, ours, ours.Err} {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", e, e, e), "canary")
	}
}

func TestADownloadThatFails(t *testing.T) {
	t.Parallel()
	page := func(status int) answer { return answer{status: status, body: "<html>"} }
	broken := errors.New("the cable is cut")
	for name, test := range map[string]struct {
		a      channel.Attachment
		disk   disk
		reason channel.Reason
		says   string
		asked  int
	}{
		"no ID":                {channel.Attachment{URL: "https://a.io/"}, disk{}, channel.ErrInvalid, "Attachment.FileID is empty", 0},
		"a size":               {channel.Attachment{FileID: "x", Size: 20<<20 + 1}, disk{}, channel.ErrTooLarge, "Attachment.Size is 20971521 bytes of 20971520", 0},
		"an unknown ID":        {storedAs("x"), disk{answer: refused(400, "Bad Request: invalid file_id", "")}, channel.ErrNotFound, "invalid file_id (400)", 1},
		"a file too big":       {storedAs("x"), disk{answer: refused(400, "Bad Request: file is too big", "")}, channel.ErrTooLarge, "file is too big (400)", 1},
		"no path":              {storedAs("x"), disk{answer: ok(`{"file_id":"x"}`)}, channel.ErrNotFound, "no path", 1},
		"a path of this disk":  {storedAs("x"), disk{path: "/etc/passwd"}, channel.ErrNotFound, "no path", 1},
		"a path out of it":     {storedAs("x"), disk{path: "../../bot/getMe"}, channel.ErrNotFound, "no path", 1},
		"a file that is gone":  {storedAs("x"), disk{path: "a/b", answer: refused(404, "Not Found", "")}, channel.ErrNotFound, "not there any more (404)", 2},
		"a file in excess":     {storedAs("x"), disk{path: "a/b", answer: page(413)}, channel.ErrTooLarge, "too large", 2},
		"a redirect":           {storedAs("x"), disk{path: "a/b", answer: answer{status: 302, header: http.Header{"Location": {"https://evil.example/"}}}}, channel.ErrUnavailable, "302", 6},
		"a token that is dead": {storedAs("x"), disk{path: "a/b", answer: page(401)}, channel.ErrUnauthorized, "401", 2},
		"a failing gateway":    {storedAs("x"), disk{path: "a/b", answer: page(502)}, channel.ErrUnavailable, "502", 6},
		"a broken connection":  {storedAs("x"), disk{path: "a/b", answer: answer{err: broken}}, channel.ErrUnavailable, "no answer", 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := test.disk.channel(t, testConfig())
				_, err := c.Download(t.Context(), test.a)
				require.ErrorIs(t, err, test.reason)
				assert.ErrorContains(t, err, "telegram: download: ")
				assert.ErrorContains(t, err, test.says)
				assert.Len(t, test.disk.asked, test.asked)
				requireNoToken(t, err)
			})
		})
	}
}

func TestADownloadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r, w := io.Pipe()
		d := &disk{path: "a/b", answer: answer{status: 200}, body: r}
		c := d.channel(t, testConfig())
		go func() {
			_, _ = io.WriteString(w, "some")
			<-ctx.Done()
			w.CloseWithError(fmt.Errorf("get https://api.telegram.org/file/bot%s/x: %w", testToken, ctx.Err()))
		}()
		file, err := c.Download(ctx, storedAs("x"))
		require.NoError(t, err)
		time.AfterFunc(time.Hour, cancel) // however long a file takes
		content, err := io.ReadAll(file)
		assert.Equal(t, "some", string(content))
		require.ErrorIs(t, err, channel.ErrUnavailable)
		require.ErrorIs(t, err, context.Canceled)
		requireNoToken(t, err)
		require.NoError(t, file.Close())
	})
}

func TestADownloadThatIsCutIsAnError(t *testing.T) {
	t.Parallel()
	body := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))
	d := &disk{path: "a/b", answer: answer{status: 200}, body: io.NopCloser(body)}
	r, err := d.channel(t, testConfig()).Download(t.Context(), storedAs("x"))
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.EqualError(t, err, "telegram: download: the file was cut")
	require.NoError(t, r.Close())
}

func TestADownloadThatNeverBeginsEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "getFile") {
				return replied(r, ok(`{"file_path":"a/b"}`)), nil
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		c, err := New(cfg)
		require.NoError(t, err)
		_, err = c.Download(t.Context(), storedAs("x"))
		require.ErrorIs(t, err, channel.ErrUnavailable)
	})
}

func TestALocalServersFilesAreReadFromTheDisk(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), testToken) // as such a server does
	require.NoError(t, os.Mkdir(dir, 0o700))
	path := filepath.Join(dir, "file_0.pdf")
	require.NoError(t, os.WriteFile(path, []byte("bytes"), 0o600))
	cfg := testConfig()
	cfg.Local, cfg.Endpoint = true, "http://localhost:8081"
	d := &disk{endpoint: "http://localhost:8081", path: path}
	c := d.channel(t, cfg)
	large := storedAs("x")
	large.Size = 1 << 31
	r, err := c.Download(t.Context(), large)
	require.NoError(t, err)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Equal(t, "bytes", string(content))
	assert.Len(t, d.asked, 1)

	_, err = r.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrClosed)
	requireNoToken(t, err)

	d.path = path + ".gone"
	_, err = c.Download(t.Context(), large)
	require.ErrorIs(t, err, channel.ErrNotFound)
	require.ErrorIs(t, err, os.ErrNotExist)
	requireNoToken(t, err)
	d.path = filepath.Dir(path) + "/\\u0000"
	_, err = c.Download(t.Context(), large)
	require.ErrorIs(t, err, channel.ErrForbidden)
	assert.Equal(t, int64(2000<<20), c.Limits().Upload[channel.AttachmentVideo])
	assert.Equal(t, int64(10<<20), c.Limits().Upload[channel.AttachmentImage])

	d.path, d.answer = "documents/a.pdf", answer{status: 200, body: "bytes"} // one that was not started with --local
	r, err = c.Download(t.Context(), large)
	require.NoError(t, err)
	require.NoError(t, r.Close())
}

func FuzzFileURL(f *testing.F) {
	f.Add("documents/file_0.pdf")
	f.Add("../../bot770011:x/getMe")
	f.Add("/etc/passwd")
	f.Add("a?b#c%2e%2e/d")
	f.Add("http://evil.example/")
	f.Fuzz(func(t *testing.T, path string) {
		c, err := New(testConfig())
		require.NoError(t, err)
		u, err := c.driver.fileURL(path)
		if err != nil {
			require.ErrorIs(t, err, channel.ErrNotFound)
			return
		}
		back, err := u.Parse(u.String())
		require.NoError(t, err)
		require.Equal(t, "api.telegram.org", back.Host)
		require.Equal(t, "/file/bot"+testToken+"/"+path, back.Path)
		require.Empty(t, back.RawQuery)
	})
}
