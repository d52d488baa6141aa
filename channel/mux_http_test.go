package channel_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMuxServesTheAccountThatThePathNames(t *testing.T) {
	t.Parallel()
	accounts := []channel.Account{
		muxAlpha, muxBeta, {Platform: "vk", ID: "a/b"}, {Platform: "vk", ID: "50%"}, {Platform: "vk", ID: "%2F"},
		{Platform: "vk", ID: "имя"}, {Platform: "vk", ID: "a b"}, {Platform: "my platform", ID: "1"}, {Platform: "vk", ID: "x?y#z"},
	}
	var got channel.Account
	m := channel.Mux{Handler: channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
		got = e.Account
		return nil
	})}
	for _, a := range accounts {
		m.Add(newMuxFake(a))
	}
	for path, want := range map[string]channel.Account{
		"/telegram/123456":       muxAlpha,
		"/telegram/123456/":      muxAlpha,
		"/telegram/123456?x=/":   muxAlpha,
		"/tele%67ram/12345%36":   muxAlpha,
		"/viber/pa:59250001":     muxBeta,
		"/viber/pa%3A59250001":   muxBeta,
		"/viber/pa%3a59250001/":  muxBeta,
		"/vk/a%2Fb":              accounts[2],
		"/vk/a%2fb/":             accounts[2],
		"/vk/50%25":              accounts[3],
		"/vk/%252F":              accounts[4],
		"/vk/%D0%B8%D0%BC%D1%8F": accounts[5],
		"/vk/a%20b":              accounts[6],
		"/my%20platform/1":       accounts[7],
		"/vk/x%3Fy%23z":          accounts[8],
	} {
		for prefix, h := range map[string]http.Handler{
			"":       &m,
			"/hooks": http.StripPrefix("/hooks", &m),
			"/slash": http.StripPrefix("/slash/", &m),
		} {
			got = channel.Account{}
			w := muxPost(h, prefix+path)
			assert.Equal(t, http.StatusOK, w.Code, prefix+path)
			assert.Equal(t, want, got, prefix+path)
		}
	}
}

func TestMuxAnswersNotFoundToOtherPaths(t *testing.T) {
	t.Parallel()
	m := channel.Mux{Resolve: func(_ context.Context, a channel.Account) (channel.Channel, error) {
		t.Errorf("asked for %q", a)
		return nil, channel.ErrNotFound
	}}
	m.Add(newMuxFake(muxAlpha))
	for _, path := range []string{
		"/", "//", "///", "/telegram", "/telegram/", "//telegram/123456", "/telegram//123456", "/telegram/123456//", "/telegram/123456/x",
		"/telegram%2F123456", "/telegram/123456%2F/x", "/%2Ftelegram", "/telegram/%FF", "/telegram/a%00b", "/telegram/" + strings.Repeat("1", 250),
	} {
		assert.Equal(t, http.StatusNotFound, muxPost(&m, path).Code, path)
	}
}

func TestMuxRefusesAnUnreachableAccountForNow(t *testing.T) {
	inFakeTime(t, func(t *testing.T) {
		down := true
		tenants := new(muxTenants)
		m := channel.Mux{Resolve: func(ctx context.Context, a channel.Account) (channel.Channel, error) {
			if down {
				return nil, context.DeadlineExceeded
			}
			return tenants.resolve(ctx, a)
		}}
		w := muxPost(&m, "/telegram/123456")
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.NotEmpty(t, w.Header().Get("Retry-After"))
		assert.Empty(t, w.Header().Get("Connection"))

		down = false // and nothing of it is remembered
		assert.Equal(t, http.StatusOK, muxPost(&m, "/telegram/123456").Code)
		require.NoError(t, m.Shutdown(t.Context()))
	})
}

func TestMuxMakesAWebhookOnce(t *testing.T) {
	t.Parallel()
	alpha, beta := newMuxFake(muxAlpha), newMuxFake(muxBeta)
	var m channel.Mux
	m.Add(alpha, beta)
	for range 3 {
		muxPost(&m, "/telegram/123456")
	}
	assert.EqualValues(t, 1, alpha.webhooks.Load())
	assert.EqualValues(t, 0, beta.webhooks.Load(), "nobody asked for it")
}

func FuzzMuxPath(f *testing.F) {
	for _, id := range []string{"123456", "pa:59250001", "a/b", "%2F", "имя", "..", ".", "a b", "-1001234567890", "x?y#z", "\x00"} {
		f.Add("telegram", id)
	}
	f.Fuzz(func(t *testing.T, platform, id string) {
		a := channel.Account{Platform: platform, ID: id}
		if platform == "" || id == "" {
			return
		}
		var m channel.Mux
		ch := &muxFakeRegistrar{muxFake: newMuxFake(a)}
		m.Add(ch)
		require.NoError(t, m.Register(t.Context(), "https://bots.example.com"))
		url := ch.urls[0]
		assert.Equal(t, http.StatusOK, muxPost(&m, url).Code, url)
		assert.Equal(t, http.StatusOK, muxPost(http.StripPrefix("/in", &m), strings.Replace(url, ".com/", ".com/in/", 1)).Code, url)
	})
}
