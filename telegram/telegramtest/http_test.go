package telegramtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestPathsAreChecked(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	const base = "https://api.telegram.org"
	other := strings.Replace(srv.Token(), "AAE", "BBE", 1)
	for name, c := range map[string]struct {
		path        string
		status      int
		description string
	}{
		"its own token":        {"/bot" + srv.Token() + "/getMe", 200, ""},
		"any case":             {"/bot" + srv.Token() + "/GETME", 200, ""},
		"the token of another": {"/bot" + other + "/getMe", 401, "Unauthorized"},
		"a malformed token":    {"/bot123/getMe", 404, "Not Found"},
		"no bot":               {"/" + srv.Token() + "/getMe", 404, "Not Found"},
		"no method":            {"/bot" + srv.Token(), 404, "Not Found"},
		"an unknown method":    {"/bot" + srv.Token() + "/sendTelepathy", 404, "Not Found: method not found"},
		"the test environment": {"/bot" + srv.Token() + "/test/getMe", 401, "Unauthorized"},
		"a file there is not":  {"/file/bot" + srv.Token() + "/photos/1.jpg", 404, "Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := send(t, srv, base+c.path, "", nil)
			assert.Equal(t, c.status, got.Status)
			assert.Equal(t, c.description, got.Description)
			for _, r := range srv.Requests() {
				assert.NotContains(t, r.Method, srv.Token())
			}
		})
	}
}

func TestEveryEncodingOfParametersWorks(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	require.NoError(t, w.WriteField("chat_id", ann.ID()))
	require.NoError(t, w.WriteField("text", "multipart"))
	require.NoError(t, w.Close())
	target := methodURL(srv, "sendMessage")
	send(t, srv, target, w.FormDataContentType(), form.Bytes())
	send(t, srv, target, "application/x-www-form-urlencoded", []byte("chat_id="+ann.ID()+"&text=form"))
	send(t, srv, target, "application/json; charset=utf-8", []byte(`{"chat_id":`+ann.ID()+`,"text":"json"}`))
	response, err := srv.Client().Get(target + "?chat_id=" + ann.ID() + "&text=query")
	require.NoError(t, err)
	read(t, response)
	var texts []string
	for _, m := range ann.Messages() {
		texts = append(texts, m.Text)
	}
	assert.Equal(t, []string{"multipart", "form", "json", "query"}, texts)
}

func TestABrokenBodyLosesWhatComesAfterTheBreak(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	for body, want := range map[string]string{
		`{"text":"x","chat_id":`:                "Bad Request: chat_id is empty",
		`{"chat_id":` + ann.ID() + `,"text":"x`: "Bad Request: message text is empty",
		`["chat_id"]`:                           "Bad Request: chat_id is empty",
		``:                                      "Bad Request: chat_id is empty",
		"{\"chat_id\":1,\"text\":\"" + "\xff" + "\"}": "Bad Request: chat not found",
	} {
		got := send(t, srv, methodURL(srv, "sendMessage"), "application/json", []byte(body))
		assert.Equal(t, want, got.Description, body)
	}
}

func TestTooLargeAndNotUTF8(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	got := call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "extra": strings.Repeat("x", 1<<20)})
	assert.Equal(t, 413, got.Status)
	got = call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "extra": strings.Repeat("x", 9<<20)})
	assert.Equal(t, 413, got.Status)
	got = send(t, srv, methodURL(srv, "sendMessage"), "application/x-www-form-urlencoded", []byte("chat_id=1&text=%ff"))
	assert.Equal(t, "Bad Request: strings must be encoded in UTF-8", got.Description)
}

func TestRequestsAreKeptWithoutTheToken(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	mustCall(t, srv, "sendmessage", in{"chat_id": ann.ID(), "text": "my token is " + srv.Token()})
	all := srv.Requests()
	last := all[len(all)-1]
	assert.Equal(t, "sendMessage", last.Method)
	assert.Equal(t, "my token is <token>", last.Parameters["text"])
	assert.Equal(t, 200, last.Status)
	call(t, srv, "sendMessage", in{"chat_id": 1})
	last = srv.Requests()[len(all)]
	assert.Equal(t, "Bad Request: chat not found", last.Description)
}

// watched is a testing.TB that keeps its failures.
type watched struct {
	testing.TB
	failures int
}

func (w *watched) Errorf(string, ...any) { w.failures++ }

func TestAMethodThatIsNotEmulatedFailsTheTest(t *testing.T) {
	t.Parallel()
	tb := &watched{TB: t}
	srv := telegramtest.NewServer(tb)
	assert.Equal(t, 404, call(t, srv, "sendRichMessage", in{"chat_id": 1}).Status)
	assert.Equal(t, 1, tb.failures)
	srv.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendTelepathy"})
	srv.Fault(telegramtest.Fault{})
	assert.Equal(t, 3, tb.failures)
}

func TestNewRefusesABadConfig(t *testing.T) {
	t.Parallel()
	for _, cfg := range []telegramtest.Config{{Token: "123:short"}, {Username: "nobody"}, {Token: "abc"}} {
		_, err := telegramtest.New(cfg)
		require.Error(t, err)
	}
}

func TestFaultsOfCalls(t *testing.T) {
	t.Parallel()
	type outcome struct {
		status int
		err    string
		sent   int
	}
	for name, c := range map[string]struct {
		fault telegramtest.Fault
		want  outcome
	}{
		"429":                {telegramtest.Fault{Kind: telegramtest.TooManyRequests, RetryAfter: 14 * time.Second}, outcome{429, "", 0}},
		"a gateway's page":   {telegramtest.Fault{Kind: telegramtest.ServerError}, outcome{502, "", 0}},
		"an error inside":    {telegramtest.Fault{Kind: telegramtest.ServerError, Status: 500}, outcome{500, "", 0}},
		"a lost response":    {telegramtest.Fault{Kind: telegramtest.LostResponse}, outcome{0, "connection reset", 1}},
		"a cut connection":   {telegramtest.Fault{Kind: telegramtest.CutConnection}, outcome{0, "connection reset", 0}},
		"a refused one":      {telegramtest.Fault{Kind: telegramtest.RefusedConnection}, outcome{0, "connection refused", 0}},
		"a slow response":    {telegramtest.Fault{Kind: telegramtest.DelayedResponse, Delay: time.Minute}, outcome{200, "", 1}},
		"a garbled response": {telegramtest.Fault{Kind: telegramtest.GarbledResponse}, outcome{200, "", 1}},
		"a revoked token":    {telegramtest.Fault{Kind: telegramtest.Unauthorized}, outcome{401, "", 0}},
		"another's problem":  {telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "getMe"}, outcome{200, "", 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, ann := known(t)
				srv.Fault(c.fault)
				post := func() (*http.Response, error) {
					return srv.Client().Post(methodURL(srv, "sendMessage"), "application/json",
						strings.NewReader(`{"chat_id":`+ann.ID()+`,"text":"x"}`))
				}
				response, err := post()
				if c.want.err != "" {
					require.ErrorContains(t, err, c.want.err)
				} else {
					require.NoError(t, err)
					require.NoError(t, response.Body.Close())
					assert.Equal(t, c.want.status, response.StatusCode)
				}
				assert.Len(t, ann.Messages(), c.want.sent)
				time.Sleep(c.fault.RetryAfter)
				response, err = post()
				require.NoError(t, err, "once is once")
				require.NoError(t, response.Body.Close())
				assert.Equal(t, 200, response.StatusCode)
			})
		})
	}
}

func TestAnAbandonedRequestEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		srv.Fault(telegramtest.Fault{Kind: telegramtest.DelayedResponse, Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, methodURL(srv, "getMe"), nil)
		require.NoError(t, err)
		_, err = srv.Client().Do(r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func FuzzAnyBodyIsAnsweredAndNothingPanics(f *testing.F) {
	for _, seed := range []string{
		`{"chat_id":5512345678,"text":"hi","reply_markup":{"inline_keyboard":[[{"text":"Yes","callback_data":"y:1"}]]}}`,
		`{"chat_id":5512345678,"text":"hi","entities":[{"type":"bold","offset":0,"length":2}],"reply_parameters":{"message_id":1}}`,
		`{"chat_id":5512345678,"text":null,"reply_markup":{"keyboard":[["a",{"text":"b","request_contact":true}]]}}`,
		`{"chat_id":5512345678,"text":"x","reply_markup":"{\"remove_keyboard\":true}"`,
	} {
		f.Add(seed)
	}
	srv, ann := known(f)
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ReplaceAll(body, "5512345678", ann.ID())
		got := send(t, srv, methodURL(srv, "sendMessage"), "application/json", []byte(body))
		require.Contains(t, []int{200, 400, 413}, got.Status)
	})
}

func TestATimeoutAfterTheWriteLeavesTheMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, ann := known(t)
		srv.Fault(telegramtest.Fault{Kind: telegramtest.LostResponse, Delay: time.Minute, Method: "sendMessage"})
		client := srv.Client()
		client.Timeout = 10 * time.Second
		began := time.Now()
		_, err := client.Get(methodURL(srv, "sendMessage") + "?text=x&chat_id=" + ann.ID())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 10*time.Second, time.Since(began))
		assert.Len(t, ann.Messages(), 1)
	})
}

func TestAGarbledResponseIsNoJSON(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	srv.Fault(telegramtest.Fault{Kind: telegramtest.GarbledResponse})
	response, err := srv.Client().PostForm(methodURL(srv, "sendMessage"), url.Values{"chat_id": {ann.ID()}, "text": {"x"}})
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.False(t, json.Valid(body))
	assert.Len(t, ann.Messages(), 1)
}

func TestAChatThatWasTooMuchIsRefusedUntilTheTimeIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		hooked(t, srv, nil)
		ann, bob := srv.NewUser("Ann"), srv.NewUser("Bob")
		require.NoError(t, ann.Start(""))
		require.NoError(t, bob.Start(""))
		send := func(to *telegramtest.User) result {
			return call(t, srv, "sendMessage", in{"chat_id": to.ID(), "text": "x"})
		}
		srv.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendMessage", RetryAfter: 14 * time.Second})
		assert.Equal(t, 14, send(ann).Parameters.RetryAfter)
		assert.Equal(t, 200, send(bob).Status, "another chat")
		time.Sleep(10 * time.Second)
		assert.Equal(t, 4, send(ann).Parameters.RetryAfter, "sooner than it was told")
		time.Sleep(4 * time.Second)
		assert.Equal(t, 200, send(ann).Status)
	})
}
