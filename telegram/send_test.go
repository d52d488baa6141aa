package telegram

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

func TestSendPostsThePartAndNamesTheMessage(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`{"message_id":93,"chat":{"id":5512345678,"type":"private"},"date":1}`))
	sent, err := send(t, c, "5512345678", channel.Message{Text: "a & b = c; 100% 👋", Silent: true})
	require.NoError(t, err)
	assert.Equal(t, channel.Sent{MessageIDs: []string{"93"}}, sent)
	call := a.only(t)
	assert.Equal(t, "sendMessage", call.method)
	assert.Equal(t, map[string][]string{
		"chat_id": {"5512345678"}, "text": {"a & b = c; 100% 👋"}, "disable_notification": {"true"},
	}, map[string][]string(call.form))
}

func TestAScheduledMessageHasNoID(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok(`{"message_id":0}`))
	sent, err := send(t, c, "@our_news", channel.Text("x"))
	require.NoError(t, err)
	assert.Equal(t, channel.Sent{}, sent)
}

func TestAnAnswerThatCannotBeReadMayHaveBeenASend(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]answer{
		"a result of another type": ok(`true`),
		"an ID of another type":    ok(`{"message_id":"x"}`),
		"half a reply":             {status: 200, body: `{"ok":true,"result":{"mess`},
		"an empty reply":           {status: 200, body: ``},
		"a page":                   {status: 200, body: "\n<html>"},
		"a page of a gateway":      {status: 502, body: "<html>"},
		"JSON of a gateway":        {status: 504, body: `{"message":"timeout"}`},
		"a failure of the server":  refused(500, "Internal Server Error: x", ""),
		"no outcome":               {status: 200, body: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newTest(t, now)
			_, err := send(t, c, "5", channel.Text("x"))
			require.Error(t, err)
			v := c.driver.Verdict(err)
			assert.Equal(t, adapter.ExecutedMaybe, v.Executed)
			assert.Equal(t, channel.ErrUnavailable, v.Error.Reason)
		})
	}
}

func TestAnErrorOfTheTransportComesAsItIs(t *testing.T) {
	t.Parallel()
	broken := errors.New("the cable is cut")
	c, _ := newTest(t, answer{err: broken})
	_, err := send(t, c, "5", channel.Text("x"))
	assert.ErrorIs(t, err, broken)
}

func TestAPressIsAnsweredEmpty(t *testing.T) {
	t.Parallel()
	press := &channel.Event{Postback: &channel.Postback{ID: "2367890123456789012"}}
	c, a := newTest(t, ok(`true`))
	require.NoError(t, c.driver.AnswerPress(t.Context(), press))
	call := a.only(t)
	assert.Equal(t, "answerCallbackQuery", call.method)
	assert.Equal(t, map[string][]string{"callback_query_id": {"2367890123456789012"}}, map[string][]string(call.form))

	late, _ := newTest(t, refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid", ""))
	assert.NoError(t, late.driver.AnswerPress(t.Context(), press))
	refusedCh, _ := newTest(t, refused(401, "Unauthorized", ""))
	assert.Error(t, refusedCh.driver.AnswerPress(t.Context(), press))
}

func TestManySendAtOnce(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`{"message_id":93}`))
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			p := &adapter.Part{ChatID: "5", Message: channel.Text("x")}
			assert.NoError(t, c.driver.Encode(p))
			_, err := c.driver.Send(t.Context(), p)
			assert.NoError(t, err)
			_, err = c.Link(t.Context(), "r")
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Len(t, a.calls, 32)
}
