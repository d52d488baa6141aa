package telegram

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// updates are one of each kind, and of each kind of content, as the Bot API documents them, about people who do not exist.
//
//go:embed testdata/updates.jsonl
var updates []byte

func allUpdates() [][]byte { return bytes.Split(bytes.TrimSpace(updates), []byte("\n")) }

// kindsOfUpdates are those of allUpdates, in order.
var kindsOfUpdates = strings.Fields(`
	started started message message message message message message message message message message message message
	message message message message message message message message message message message message message message
	message message message message message message other other other message
	postback subscription other other other other other chat_moved chat_moved
	message_edited message_edited message message_edited
	other message echo other message_edited message_deleted message_deleted other
	postback postback postback postback postback reaction other
	subscription subscription subscription subscription other subscription
	other other other other other other other other other other other other other`)

func TestEveryUpdateIsAnEventOfItsKind(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	var kinds []string
	seen := map[string]bool{}
	for _, native := range allUpdates() {
		events, err := c.driver.Decode(native)
		require.NoError(t, err)
		for _, in := range events {
			e := in.Event
			kinds = append(kinds, string(e.Kind))
			assert.False(t, seen[e.ID], e.ID)
			seen[e.ID] = true
			assert.False(t, e.Time.IsZero(), string(native))
			if len(events) == 1 {
				assert.Equal(t, string(native), string(e.Raw), "nothing is lost")
			}
			if e.Chat.ID != "" {
				_, err := parseTarget(e.Chat.ID)
				assert.NoError(t, err, "what a chat is called can be sent to")
			}
			if e.Message != nil {
				assert.Equal(t, e.ID == "710038", e.Message.ID == "", "an ephemeral message alone cannot be answered")
				checkStyles(t, e.Message)
			}
		}
	}
	assert.Equal(t, kindsOfUpdates, kinds)
}

// keeper is a handler that keeps what it got.
type keeper struct{ events []channel.Event }

func (k *keeper) HandleEvent(_ context.Context, e *channel.Event) error {
	k.events = append(k.events, *e)
	return nil
}

func TestAPollGivesTheEventsOfTheWebhook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hooked, polled := new(keeper), new(keeper)
		cfg := testConfig()
		c, _ := newTestOf(t, cfg, ok("true"))
		h := c.Webhook(hooked)
		for _, native := range allUpdates() {
			r := webhook(testSecret)
			r.Body = io.NopCloser(bytes.NewReader(native))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code)
		}

		ctx, cancel := context.WithCancel(t.Context())
		left := allUpdates()
		c = unlucky(t, func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			if !strings.HasSuffix(r.URL.Path, "/getUpdates") { // it answers a press
				_, err := w.WriteString(`{"ok":true,"result":true}`)
				return w.Result(), err
			}
			if len(left) == 0 {
				cancel()
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			_, err := w.WriteString(`{"ok":true,"result":[` + string(left[0]) + `]}`)
			left = left[1:]
			return w.Result(), err
		})
		require.ErrorIs(t, c.Poll(ctx, polled), context.Canceled)
		require.Len(t, hooked.events, len(kindsOfUpdates))
		require.Len(t, polled.events, len(kindsOfUpdates))
		for i := range hooked.events {
			require.Equal(t, asJSON(t, hooked.events[i]), asJSON(t, polled.events[i]))
		}
	})
}

// asJSON is an event as it crosses a queue, which changes nothing in it.
func asJSON(t *testing.T, e channel.Event) string {
	t.Helper()
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var back channel.Event
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, e, back)
	return string(text)
}

func TestNoUpdateLeavesAnythingForTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTest(t, ok("true"))
		told := func(native []byte) (all []string) {
			events, err := c.driver.Decode(native)
			require.NoError(t, err)
			for _, in := range events {
				all = append(all, asJSON(t, in.Event))
			}
			return all
		}
		natives := append(allUpdates(), []byte(`{}`), []byte(`{"update_id":1,"message":{"message_id":2,"text":5}}`),
			[]byte(`{"update_id":1,"message":null}`), []byte(textUpdate))
		var first [][]string
		for _, native := range natives {
			first = append(first, told(native))
		}
		for i := len(natives) - 1; i >= 0; i-- {
			assert.Equal(t, first[i], told(natives[i]))
		}
		for i, native := range natives {
			_, _ = c.driver.Decode(natives[4]) // photos, entities, an album
			assert.Equal(t, first[i], told(native))
		}
	})
}
