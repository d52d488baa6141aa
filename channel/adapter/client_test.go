package adapter

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestAClientFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/start" {
			t.Errorf("the token went on to %s", r.URL.Path)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	for name, o := range map[string]channel.Options{"of its own": {Client: server.Client()}, "the shared one": {}} {
		c := Client(o, time.Minute)
		resp, err := c.Get(server.URL + "/start")
		require.NoError(t, err, name)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusFound, resp.StatusCode, name)
		c.CloseIdleConnections()
	}
	given := &http.Client{Timeout: time.Hour}
	assert.Equal(t, time.Hour, Client(channel.Options{Client: given}, time.Minute).Timeout, "a client of one's own keeps its timeout")
	assert.Nil(t, given.CheckRedirect, "and is not changed")
	assert.Equal(t, time.Minute, Client(channel.Options{}, time.Minute).Timeout)
}
