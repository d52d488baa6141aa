package telegramtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func filePath(t testing.TB, srv *telegramtest.Server, id string) string {
	t.Helper()
	var f struct {
		ID   string `json:"file_id"`
		Path string `json:"file_path"`
	}
	require.NoError(t, json.Unmarshal(mustCall(t, srv, "getFile", in{"file_id": id}).Result, &f))
	require.Equal(t, id, f.ID)
	return f.Path
}

func fetch(t testing.TB, client *http.Client, url string) (int, []byte) {
	t.Helper()
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, body
}

func download(t testing.TB, srv *telegramtest.Server, id string) []byte {
	t.Helper()
	status, body := fetch(t, srv.Client(), "https://api.telegram.org/file/bot"+srv.Token()+"/"+filePath(t, srv, id))
	require.Equal(t, 200, status)
	return body
}

func TestGetFileRefuses(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Video, Data: []byte("x"), Size: 20 << 20}))
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Video, Data: []byte("x"), Size: 20<<20 + 1}))
	filePath(t, srv, ann.Sent()[1].Media.FileID)
	for want, id := range map[string]string{
		"file_id not specified":                                "",
		"wrong file_id or the file is temporarily unavailable": "BAAC",
		"file is too big":                                      ann.Sent()[2].Media.FileID,
	} {
		got := call(t, srv, "getFile", in{"file_id": id})
		assert.Equal(t, "Bad Request: "+want, got.Description)
		assert.Equal(t, 400, got.Status)
	}
}

func TestADownloadLinkLivesAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, ann := known(t)
		require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Photo, Data: []byte("x")}))
		path := filePath(t, srv, ann.Sent()[1].Media.FileID)
		assert.Equal(t, "photos/file_0.jpg", path)
		base := "https://api.telegram.org/file/bot"
		for name, c := range map[string]struct {
			url  string
			want int
		}{
			"the file":          {base + srv.Token() + "/" + path, 200},
			"another file":      {base + srv.Token() + "/photos/file_1.jpg", 404},
			"no file":           {base + srv.Token() + "/", 404},
			"no path":           {base + srv.Token(), 404},
			"another bot":       {base + "99:AAE-made-up-token-for-parley-tests0/" + path, 401},
			"a malformed token": {base + "99:x/" + path, 404},
			"no token":          {"https://api.telegram.org/file/" + path, 404},
		} {
			status, _ := fetch(t, srv.Client(), c.url)
			assert.Equal(t, c.want, status, name)
		}
		time.Sleep(time.Hour - time.Second)
		status, body := fetch(t, srv.Client(), base+srv.Token()+"/"+path)
		assert.Equal(t, 200, status)
		assert.Equal(t, "x", string(body))
		time.Sleep(time.Second)
		status, _ = fetch(t, srv.Client(), base+srv.Token()+"/"+path)
		assert.Equal(t, 404, status)
		assert.Equal(t, path, filePath(t, srv, ann.Sent()[1].Media.FileID))
		status, _ = fetch(t, srv.Client(), base+srv.Token()+"/"+path)
		assert.Equal(t, 200, status, "asked for again")
	})
}

func TestFaultsOfDownloads(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	hooked(t, srv, nil)
	ann := srv.NewUser("Ann")
	require.NoError(t, ann.Send(telegramtest.Media{Kind: telegramtest.Voice, Data: []byte("x")}))
	url := srv.URL() + "/file/bot" + srv.Token() + "/" + filePath(t, srv, ann.Sent()[0].Media.FileID)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	srv.Fault(telegramtest.Fault{Kind: telegramtest.ServerError, Method: "file"})
	srv.Fault(telegramtest.Fault{Kind: telegramtest.GarbledResponse, Method: "file"})
	status, _ := fetch(t, client, url)
	assert.Equal(t, 502, status)
	status, body := fetch(t, client, url)
	assert.Equal(t, 200, status)
	assert.Contains(t, string(body), "<html>")
	_, body = fetch(t, client, url)
	assert.Equal(t, "x", string(body))
	all := srv.Requests()
	last := all[len(all)-1]
	assert.Equal(t, "file", last.Method)
	assert.Equal(t, "voice/file_0.oga", last.Parameters["file_path"])
	assert.Equal(t, 200, last.Status)
}

func TestALocalServerSharesItsDisk(t *testing.T) {
	t.Parallel()
	srv, err := telegramtest.New(telegramtest.Config{Local: true, NoLimits: true})
	require.NoError(t, err)
	defer srv.Close()
	hooked(t, srv, nil)
	ann := srv.NewUser("Ann")
	require.NoError(t, ann.Start(""))
	mine := filepath.Join(t.TempDir(), "mine.pdf")
	require.NoError(t, os.WriteFile(mine, []byte("%PDF"), 0o600))
	mustCall(t, srv, "sendDocument", in{"chat_id": ann.ID(), "document": "file://" + mine})
	seen := ann.Messages()[0].Media
	assert.Equal(t, "%PDF", string(seen.Data))
	assert.Equal(t, "mine.pdf", seen.Name)
	path := filePath(t, srv, seen.FileID)
	assert.True(t, filepath.IsAbs(path))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "%PDF", string(data))
	status, _ := fetch(t, srv.Client(), "https://api.telegram.org/file/bot"+srv.Token()+"/"+path)
	assert.Equal(t, 404, status, "it serves no files")
	assert.Equal(t, "Bad Request: wrong file identifier/HTTP URL specified",
		call(t, srv, "sendDocument", in{"chat_id": ann.ID(), "document": "file://" + mine + "x"}).Description)

	big := bytes.Repeat([]byte("0123456789abcdef"), 65<<16)
	got := post(t, srv, "sendDocument", in{"chat_id": ann.ID()}, parts{"document": big})
	require.True(t, got.OK, got.Description)
	seen = ann.Messages()[1].Media
	assert.Nil(t, seen.Data)
	assert.EqualValues(t, len(big), seen.Size)
	kept, err := os.ReadFile(filePath(t, srv, seen.FileID))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(big, kept))
	srv.Close()
	_, err = os.Stat(path)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestProfilePhotos(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	assert.NotContains(t, string(mustCall(t, srv, "getChat", in{"chat_id": ann.ID()}).Result), "photo")
	chatPhoto := func() (small, big string) {
		var c struct {
			Photo struct {
				Small string `json:"small_file_id"`
				Big   string `json:"big_file_id"`
			}
		}
		require.NoError(t, json.Unmarshal(mustCall(t, srv, "getChat", in{"chat_id": ann.ID()}).Result, &c))
		return c.Photo.Small, c.Photo.Big
	}
	require.NoError(t, ann.SetPhoto(pngOf(t, 640, 640)))
	small, old := chatPhoto()
	assert.NotEmpty(t, download(t, srv, small))
	assert.Equal(t, "Bad Request: can't use file of type ProfilePhoto as Photo",
		call(t, srv, "sendPhoto", in{"chat_id": ann.ID(), "photo": old}).Description)
	require.NoError(t, ann.SetPhoto([]byte("me")))
	_, big := chatPhoto()
	assert.Equal(t, "me", string(download(t, srv, big)))
	assert.Contains(t, call(t, srv, "getFile", in{"file_id": old}).Description, "wrong file_id")

	photos := func(parameters in) (total int, widths []int) {
		parameters["user_id"] = ann.ID()
		var p struct {
			Total  int `json:"total_count"`
			Photos [][]struct{ Width int }
		}
		require.NoError(t, json.Unmarshal(mustCall(t, srv, "getUserProfilePhotos", parameters).Result, &p))
		for _, sizes := range p.Photos {
			widths = append(widths, len(sizes))
		}
		return p.Total, widths
	}
	total, sizes := photos(in{})
	assert.Equal(t, 2, total)
	assert.Equal(t, []int{3, 3}, sizes)
	total, sizes = photos(in{"offset": 1, "limit": 1})
	assert.Equal(t, 2, total)
	assert.Len(t, sizes, 1)
	_, sizes = photos(in{"offset": 9})
	assert.Empty(t, sizes)
}

func TestAClientThatLeavesDuringAnUploadIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	body, writer := io.Pipe()
	go func() {
		_, _ = io.WriteString(writer, "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"x\"\r\n\r\nxx")
		_ = writer.CloseWithError(io.ErrUnexpectedEOF)
	}()
	_, err := srv.Client().Post(methodURL(srv, "sendPhoto")+"?chat_id="+ann.ID(), "multipart/form-data; boundary=b", body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Empty(t, ann.Messages())
	response := send(t, srv, methodURL(srv, "sendPhoto"), "multipart/form-data; boundary=b", []byte("--b\r\nname"))
	assert.Equal(t, "Bad Request: can't parse multipart/form-data", response.Description)
}
