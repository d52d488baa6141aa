package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unlucky is a channel over a transport of its own.
func unlucky(t *testing.T, f roundTrip) *Channel {
	t.Helper()
	cfg := testConfig()
	cfg.Client = &http.Client{Transport: f}
	c, err := New(cfg)
	require.NoError(t, err)
	return c
}

// leaky is an error of a transport that shows its request in every way.
type leaky struct{ URL string }

func (e leaky) Error() string { return "cannot reach " + e.URL }

// shown is all that err shows: itself, what is in it, and what is printed of each.
func shown(t *testing.T, err error) string {
	t.Helper()
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		fmt.Fprintf(&b, verb+"\n", err)
	}
	asJSON, jsonErr := json.Marshal(err)
	require.NoError(t, jsonErr)
	b.Write(asJSON)
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if in := e.Unwrap(); in != nil {
			b.WriteString(shown(t, in))
		}
	case interface{ Unwrap() []error }:
		for _, in := range e.Unwrap() {
			b.WriteString(shown(t, in))
		}
	}
	return b.String()
}

func TestNoErrorShowsTheToken(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	reply := func(status int, body string) roundTrip {
		return func(r *http.Request) (*http.Response, error) {
			return (&api{answers: []answer{{status: status, body: strings.ReplaceAll(body, "URL", r.URL.String()), header: http.Header{
				"Location": {"https://evil.example" + r.URL.Path},
			}}}}).RoundTrip(r)
		}
	}
	for name, f := range map[string]roundTrip{
		"a refused connection":         func(*http.Request) (*http.Response, error) { return nil, dial },
		"a transport that shows it":    func(r *http.Request) (*http.Response, error) { return nil, leaky{r.URL.String()} },
		"one that shows it, wrapped":   func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("x: %w", leaky{r.URL.String()}) },
		"one that escapes it":          func(r *http.Request) (*http.Response, error) { return nil, leaky{url.QueryEscape(r.URL.Path)} },
		"a deadline":                   func(r *http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded },
		"a redirect":                   reply(302, ""),
		"a page that shows it":         reply(404, "<html>URL not found"),
		"a refusal that shows it":      reply(404, `{"ok":false,"error_code":404,"description":"Not Found: URL"}`),
		"a page instead of a result":   reply(200, "<html>URL"),
		"half a reply":                 reply(200, `{"ok":true,"result":"URL`),
		"a result that cannot be read": reply(200, `{"ok":true,"result":"URL"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := unlucky(t, f)
			_, err := send(t, c, "5", channel.Text("x"))
			require.Error(t, err)
			verdict := c.driver.Verdict(err)
			_, native := c.API(t.Context()).GetChat(tgbotapi.ChatInfoConfig{})
			require.Error(t, native)
			for _, e := range []error{err, &verdict.Error, native} {
				assert.NotContains(t, shown(t, e), "canary")
				assert.NotContains(t, shown(t, e), "evil")
			}
		})
	}
}

func TestAnErrorWithoutTheTokenIsStillFound(t *testing.T) {
	t.Parallel()
	inner := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	c := unlucky(t, func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("to %s: %w: %w", r.URL, leaky{r.URL.String()}, inner)
	})
	_, err := send(t, c, "5", channel.Text("x"))
	assert.ErrorIs(t, err, inner)
	var op *net.OpError
	assert.ErrorAs(t, err, &op)
	var u *url.Error
	require.ErrorAs(t, err, &u)
	assert.Equal(t, "https://api.telegram.org/bot770011:hidden/sendMessage", u.URL)
	var leak leaky
	assert.False(t, errors.As(err, &leak), "it shows the token")
	assert.Empty(t, leak)
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var calls int
	c := unlucky(t, func(r *http.Request) (*http.Response, error) {
		calls++
		return (&api{answers: []answer{{status: 307, header: http.Header{"Location": {"https://evil.example/"}}}}}).RoundTrip(r)
	})
	_, err := send(t, c, "5", channel.Text("x"))
	require.Error(t, err)
	assert.Equal(t, 1, calls)
}

func TestAReplyThatIsTooLargeIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, answer{status: 200, body: `{"ok":true,"result":"` + strings.Repeat("x", maxReply) + `"}`})
	_, err := send(t, c, "5", channel.Text("x"))
	var native *HTTPError
	require.ErrorAs(t, err, &native)
	assert.True(t, native.TooLarge)
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := unlucky(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.API(ctx).GetMe()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = c.driver.Users(ctx, []string{"5"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestTheDefaultClientWaitsLongerThanTheServer(t *testing.T) {
	t.Parallel()
	calls, polls := httpClients(channel.Options{})
	assert.Equal(t, 90*time.Second, calls.Timeout)
	assert.Zero(t, polls.Timeout, "a poll has a timeout of its own")
	assert.Same(t, calls.Transport, polls.Transport)
	other, _ := httpClients(channel.Options{})
	assert.Same(t, calls.Transport, other.Transport, "all bots share it")

	given := &http.Client{Timeout: time.Second}
	calls, polls = httpClients(channel.Options{Client: given})
	assert.Equal(t, time.Second, calls.Timeout)
	assert.Zero(t, polls.Timeout)
	assert.Nil(t, given.CheckRedirect, "the caller's client is as it was")
}

func TestTheLibrarysClientWorksWithTheBot(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`{"id":770011,"is_bot":true,"first_name":"Shop","username":"shop_bot"}`))
	bot := c.API(t.Context())
	assert.Equal(t, int64(770011), bot.Self.ID)
	assert.Equal(t, "shop_bot", bot.Self.UserName)
	me, err := bot.GetMe()
	require.NoError(t, err)
	assert.Equal(t, "Shop", me.FirstName)
	assert.Equal(t, "getMe", a.only(t).method)
}

func TestTheEndpointIsWhereCallsGo(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"":                                   "https://api.telegram.org/bot" + testToken + "/getMe",
		"http://localhost:8081":              "http://localhost:8081/bot" + testToken + "/getMe",
		"https://proxy.example/tele%20gram/": "https://proxy.example/tele%20gram/bot" + testToken + "/getMe",
	} {
		var got string
		cfg := testConfig()
		cfg.Endpoint = endpoint
		cfg.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, errors.New("enough")
		})}
		c, err := New(cfg)
		require.NoError(t, err)
		_, err = c.API(t.Context()).GetMe()
		require.Error(t, err)
		assert.Equal(t, want, got)
	}
}

func TestWhatIsForFilesGoesWithFilesAndWhatIsForATextWithThat(t *testing.T) {
	t.Parallel()
	extra := Extra{
		Protect: true, Effect: "5104841245755180586", Spoiler: true, CaptionAbove: true,
		Preview: Preview{URL: "https://a.io/", Small: true, Large: true, AboveText: true},
	}.Native()
	photo := channel.Attachment{Kind: channel.AttachmentImage, FileID: "x"}
	const preview = `{"prefer_large_media":true,"prefer_small_media":true,"show_above_text":true,"url":"https://a.io/"}`
	for name, test := range map[string]struct {
		m                 channel.Message
		spoiler, options  string
		inMedia, captions bool
	}{
		"a text":    {channel.Message{Text: "hi", Native: extra}, "", preview, false, false},
		"no link":   {channel.Message{Text: "hi", Native: extra, NoPreview: true}, "", `{"is_disabled":true}`, false, false},
		"a photo":   {channel.Message{Text: "hi", Native: extra, Attachments: []channel.Attachment{photo}}, "true", "", false, true},
		"two of it": {channel.Message{Text: "hi", Native: extra, Attachments: []channel.Attachment{photo, photo}}, "", "", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := encoded(t, "5", test.m)
			require.NoError(t, err)
			assert.Equal(t, "true", r.params["protect_content"])
			assert.Equal(t, "5104841245755180586", r.params["message_effect_id"])
			assert.Equal(t, test.spoiler, r.params["has_spoiler"])
			assert.Equal(t, test.captions, r.params["show_caption_above_media"] == "true")
			assert.Equal(t, test.options, r.params["link_preview_options"])
			assert.Equal(t, test.inMedia, strings.Contains(r.params[paramMedia], `"has_spoiler":true`))
		})
	}
}

func TestAnEmptyExtraChangesNothing(t *testing.T) {
	t.Parallel()
	assert.JSONEq(t, `{}`, string(Extra{}.Native()[platform]))
	assert.JSONEq(t, `{"allow_paid_broadcast":true,"parse_mode":"HTML"}`, string(Extra{PaidBroadcast: true, ParseMode: "HTML"}.Native()[platform]))
}
