package telegram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// reply is a response to one getUpdates.
func reply(status int, body string) func(r *http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		w.WriteHeader(status)
		_, err := w.WriteString(body)
		return w.Result(), err
	}
}

// cutShort is a response whose connection breaks in its middle.
func cutShort(r *http.Request) (*http.Response, error) {
	resp, err := reply(200, "")(r)
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"ok":true,"result":[{"update_id":1,`), broken{}))
	return resp, err
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestWhatMayPassIsWaitedOutByAPoll(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fails func(r *http.Request) (*http.Response, error)
		waits time.Duration // at least
	}{
		"a flood":                 {reply(429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 14","parameters":{"retry_after":14}}`), 14 * time.Second},
		"a failure of the server": {reply(500, `{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}`), 0},
		"HTML of a proxy":         {reply(502, "<html>Bad Gateway</html>"), 0},
		"HTML that is fine":       {reply(200, "<html>Welcome</html>"), 0},
		"a result of no updates":  {reply(200, `{"ok":true,"result":{}}`), 0},
		"an empty reply":          {reply(200, ""), 0},
		"a reply cut short":       {cutShort, 0},
		"a network that is down": {func(r *http.Request) (*http.Response, error) {
			return nil, errors.New("dial " + r.URL.String() + ": no route to host")
		}, 0},
		"no answer at all": {func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, 70 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var offsets []string
				var log bytes.Buffer
				cfg := testConfig()
				cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
				cfg.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					if err := r.ParseForm(); err != nil {
						return nil, err
					}
					offsets = append(offsets, r.PostForm.Get("offset"))
					switch n := len(offsets); {
					case n <= 8: // more than one call is tried
						return test.fails(r)
					case n == 9:
						return reply(200, `{"ok":true,"result":[`+textUpdate+`]}`)(r)
					default:
						cancel()
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
				})}
				c, err := New(cfg)
				require.NoError(t, err)
				k := new(keeper)
				began := time.Now()
				require.ErrorIs(t, c.Poll(ctx, k), context.Canceled)
				require.Len(t, k.events, 1)
				assert.Equal(t, "700020", k.events[0].ID)
				assert.Equal(t, []string{"", "", "", "", "", "", "", "", "", "700021"}, offsets)
				assert.GreaterOrEqual(t, time.Since(began), max(test.waits, 2*time.Second), "it is not asked again and again at once")
				assert.Less(t, time.Since(began), 20*time.Minute)
				assert.NotContains(t, log.String(), "canary_token")
			})
		})
	}
}

func TestWhatWillNotPassEndsAPoll(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		text   string
		want   error
	}{
		"a token that is revoked": {401, "Unauthorized", channel.ErrUnauthorized},
		"a token that is none":    {404, "Not Found", channel.ErrUnauthorized},
		"another poller":          {409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", channel.ErrConflict},
		"a webhook":               {409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", channel.ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newTest(t, refused(test.status, test.text, ""))
				began := time.Now()
				err := c.Poll(t.Context(), nil)
				require.ErrorIs(t, err, test.want)
				assert.Contains(t, err.Error(), "telegram: poll: ")
				assert.Zero(t, time.Since(began))
				assert.Len(t, a.calls, 1)
			})
		})
	}
}

func TestAPollThatEndsWaitsForItsHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newTest(t, ok("["+textUpdate+"]"))
		ctx, cancel := context.WithCancel(t.Context())
		handled := false
		err := c.Poll(ctx, channel.HandlerFunc(func(ctx context.Context, _ *channel.Event) error {
			cancel()
			time.Sleep(3 * time.Second)
			handled = ctx.Err() == nil
			return nil
		}))
		require.ErrorIs(t, err, context.Canceled)
		assert.True(t, handled, "what it began it ends")
		assert.Len(t, a.calls, 1, "and Telegram is not told: the update comes again, and is skipped")
	})
}
