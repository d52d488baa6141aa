package telegramtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hookURL = "https://bot.example/hook"

// result is an answer of the API.
type result struct {
	Status      int
	Header      http.Header
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int         `json:"retry_after"`
		MigrateTo  json.Number `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

type in = map[string]any

func methodURL(srv *telegramtest.Server, method string) string {
	return "https://api.telegram.org/bot" + srv.Token() + "/" + method
}

// call sends a request with a JSON body and checks that the answer holds together.
func call(t testing.TB, srv *telegramtest.Server, method string, parameters in) result {
	t.Helper()
	body, err := json.Marshal(parameters)
	require.NoError(t, err)
	return send(t, srv, methodURL(srv, method), "application/json", body)
}

func send(t testing.TB, srv *telegramtest.Server, url, contentType string, body []byte) result {
	t.Helper()
	response, err := srv.Client().Post(url, contentType, bytes.NewReader(body))
	require.NoError(t, err)
	return read(t, response)
}

func read(t testing.TB, response *http.Response) result {
	t.Helper()
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	got := result{Status: response.StatusCode, Header: response.Header}
	require.NoError(t, json.Unmarshal(raw, &got), "%s", raw)
	require.Equal(t, response.StatusCode == http.StatusOK, got.OK)
	if !got.OK {
		require.Equal(t, response.StatusCode, got.Code)
	}
	return got
}

func mustCall(t testing.TB, srv *telegramtest.Server, method string, parameters in) result {
	t.Helper()
	got := call(t, srv, method, parameters)
	require.True(t, got.OK, got.Description)
	return got
}

// bot is a bot that keeps the updates it got and answers as it is told.
type bot struct {
	mu      sync.Mutex
	updates []in
	headers []http.Header
	answer  func(w http.ResponseWriter, n int) // n counts deliveries from 1; nil answers 200
}

func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var update in
	if err := json.NewDecoder(r.Body).Decode(&update); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.updates = append(b.updates, update)
	b.headers = append(b.headers, r.Header)
	n, answer := len(b.updates), b.answer
	b.mu.Unlock()
	if answer != nil {
		answer(w, n)
	}
}

func (b *bot) got() []in {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]in(nil), b.updates...)
}

// hooked is a server whose updates go to the bot that comes with it.
func hooked(t testing.TB, srv *telegramtest.Server, parameters in) *bot {
	t.Helper()
	b := &bot{}
	srv.Serve(b)
	all := in{"url": hookURL}
	for name, value := range parameters {
		all[name] = value
	}
	mustCall(t, srv, "setWebhook", all)
	return b
}

// unlimited is a server without rate limits, for tests about other things.
func unlimited(t testing.TB) *telegramtest.Server {
	t.Helper()
	return telegramtest.NewServerWith(t, telegramtest.Config{NoLimits: true})
}
