package adapter_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/stretchr/testify/assert"
)

// webhook serves all Pages of the app that the Mux has, at one URL.
func (a paperMetaApp) webhook(m *channel.Mux, log *slog.Logger) http.Handler {
	return adapter.App{Rules: paperFacebookRules(), Logger: log, Receive: func(r *http.Request, body []byte) ([]adapter.Entry, *adapter.Response, error) {
		handshake, err := a.check(r, body)
		if handshake != nil || err != nil {
			return nil, handshake, err
		}
		var b metaBatch
		if json.Unmarshal(body, &b) != nil {
			return nil, nil, channel.ErrInvalid
		}
		var entries []adapter.Entry
		for _, raw := range b.Entry {
			var entry struct{ ID string }
			if json.Unmarshal(raw, &entry) == nil {
				entries = append(entries, adapter.Entry{Account: channel.Account{Platform: "facebook", ID: entry.ID}, Native: raw})
			}
		}
		return entries, nil, nil
	}}.Webhook(m)
}

// facebookPages is a batch for two Pages of the app, one entry of a third in between.
const facebookPages = `{"object":"page","entry":[
 {"id":"100200300400500","time":1790000200000,"messaging":[{"sender":{"id":"7001000000000001"},"recipient":{"id":"100200300400500"},"timestamp":1790000199000,"message":{"mid":"m_cc01","text":"one"}}]},
 {"id":"999999999999999","time":1790000200050,"messaging":[{"sender":{"id":"7009"},"recipient":{"id":"999999999999999"},"timestamp":1790000199050,"message":{"mid":"m_zz01","text":"not ours"}}]},
 {"id":"100200300400500","time":1790000200100,"standby":[{"sender":{"id":"7001000000000003"},"recipient":{"id":"100200300400500"},"timestamp":1790000199100,"message":{"mid":"m_cc02","text":"for the other app"}}]},
 {"id":"600700800900000","time":1790000200200,"messaging":[{"recipient":{"id":"600700800900000"},"timestamp":1790000199200,"policy_enforcement":{"action":"warning","reason":"made-up reason"}}]}]}`

func TestPaperFacebookServesManyPagesAtOneURL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app := paperMetaApp{metaSecret, "verify-me"}
		var in paperInbox
		mux := &channel.Mux{Handler: &in}
		for _, page := range []string{facebookPage, "600700800900000"} {
			mux.Add(paperChannel(t, &paperFacebook{page: page, token: "EAATESTTOKEN", client: http.DefaultClient}, channel.Options{}))
		}
		var log logBuffer
		h := app.webhook(mux, slog.New(slog.NewTextHandler(&log, nil)))

		assert.Equal(t, http.StatusUnauthorized, paperPost(h, facebookPages).Code)
		assert.Equal(t, http.StatusForbidden, paperServe(h, httptest.NewRequest(http.MethodGet, "/hook?hub.mode=subscribe", nil)).Code)
		assert.Empty(t, in.all())
		for range 2 {
			assert.Equal(t, http.StatusOK, metaPost(h, facebookPages).Code)
		}
		accounts := map[string]channel.EventKind{}
		for _, e := range in.all() {
			accounts[e.Account.ID+" "+e.ID] = e.Kind
		}
		assert.Equal(t, map[string]channel.EventKind{
			"100200300400500 m_cc01":              channel.EventMessage,
			"100200300400500 standby:m_cc02":      channel.EventOther,
			"600700800900000 policy1790000199200": channel.EventAccount,
		}, accounts)
		assert.Len(t, in.all(), 3, "each once")
		assert.Contains(t, log.String(), "999999999999999", "the entry of a Page that is not ours is acknowledged and logged")
	})
}
