package adapter_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestARequestIsRefusedBeforeAnythingIsDoneWithIt(t *testing.T) {
	t.Parallel()
	authentic := func(method string, body io.Reader) *http.Request {
		r := httptest.NewRequest(method, "/", body)
		r.Header.Set("X-Secret", wireSecret)
		return r
	}
	wrong := request(wireEvent{ID: "1"})
	wrong.Header.Set("X-Secret", "wrong")
	none := request(wireEvent{ID: "1"})
	none.Header.Del("X-Secret")
	undeclared := authentic(http.MethodPost, struct{ io.Reader }{strings.NewReader(strings.Repeat(" ", 1<<20+1))})
	undeclared.ContentLength = -1
	tests := []struct {
		name   string
		r      *http.Request
		status int
	}{
		{"wrong method", authentic(http.MethodPut, nil), http.StatusMethodNotAllowed},
		{"declared too large", authentic(http.MethodPost, bytes.NewReader(make([]byte, 1<<20+1))), http.StatusRequestEntityTooLarge},
		{"too large without a length", undeclared, http.StatusRequestEntityTooLarge},
		{"cut off", authentic(http.MethodPost, io.MultiReader(strings.NewReader("["), errReader{})), http.StatusBadRequest},
		{"wrong secret", wrong, http.StatusUnauthorized},
		{"no secret", none, http.StatusForbidden},
		{"not JSON, though authentic", authentic(http.MethodPost, strings.NewReader("{")), http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t, adapter.Rules{}, channel.Options{})
			h := &recorder{}
			rec := w.send(h, tt.r)
			assert.Equal(t, tt.status, rec.Code)
			assert.Empty(t, rec.Body.String())
			assert.Empty(t, h.ids())
			assert.NotContains(t, w.log.String(), wireSecret)
			if tt.status == http.StatusRequestEntityTooLarge || tt.status == http.StatusBadRequest {
				assert.Equal(t, "close", rec.Header().Get("Connection"), "the rest of the body is not waited for")
			}
		})
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAWebhookWithPollOnlyIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{PollOnly: true}, channel.Options{})
	assert.Equal(t, http.StatusNotFound, w.post(&recorder{}, wireEvent{ID: "1"}).Code)
}

func TestAHandshakeIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	w := newWire(t, adapter.Rules{Methods: []string{"GET", "POST"}}, channel.Options{})
	rec := w.send(&recorder{}, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, "challenge", rec.Body.String())
}
