package telegram

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// uploads is a platform that takes uploads too: it answers as api does.
type uploads struct {
	mu      sync.Mutex
	answers []answer
	calls   []uploadCall
}

type uploadCall struct {
	method string
	fields url.Values
	files  map[string]string
}

func (u *uploads) RoundTrip(r *http.Request) (*http.Response, error) {
	call := uploadCall{method: path.Base(r.URL.Path), files: map[string]string{}}
	if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
		return nil, err
	}
	call.fields = r.PostForm
	if r.MultipartForm != nil {
		call.fields = r.MultipartForm.Value
		for name, files := range r.MultipartForm.File {
			f, err := files[0].Open()
			if err != nil {
				return nil, err
			}
			b, err := io.ReadAll(f)
			if err != nil {
				return nil, err
			}
			call.files[name] = files[0].Filename + ":" + string(b)
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls = append(u.calls, call)
	now := u.answers[0]
	if len(u.answers) > 1 {
		u.answers = u.answers[1:]
	}
	if now.err != nil {
		return nil, now.err
	}
	return &http.Response{StatusCode: now.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(now.body)), Request: r}, nil
}

func (u *uploads) methods() (methods []string) {
	for _, call := range u.calls {
		methods = append(methods, call.method)
	}
	return methods
}

func newUploads(t *testing.T, o channel.Options, answers ...answer) (*Channel, *uploads) {
	t.Helper()
	u := &uploads{answers: answers}
	cfg := testConfig()
	cfg.Options = o
	cfg.Client = &http.Client{Transport: u}
	c, err := New(cfg)
	require.NoError(t, err)
	return c, u
}

var (
	sentMessage = ok(`{"message_id":7,"date":1,"chat":{"id":5,"type":"private"},"text":"hi"}`)
	tooMany     = refused(429, "Too Many Requests: retry after 14", `{"retry_after":14}`)
	aFile       = tgbotapi.FileBytes{Name: "a.txt", Bytes: []byte("content")}
)

func TestTheLibrarysCallsArrive(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer answer
		do     func(*tgbotapi.BotAPI) error
		method string
		field  string
		value  string
	}{
		"Send": {sentMessage, func(b *tgbotapi.BotAPI) error {
			m, err := b.Send(tgbotapi.NewMessage(5, "hi & ü"))
			assert.Equal(t, 7, m.MessageID)
			return err
		}, "sendMessage", "text", "hi & ü"},
		"Request": {ok("true"), func(b *tgbotapi.BotAPI) error {
			_, err := b.Request(tgbotapi.NewDeleteMessage(5, 7))
			return err
		}, "deleteMessage", "message_id", "7"},
		"GetFile": {ok(`{"file_id":"x","file_path":"a/b"}`), func(b *tgbotapi.BotAPI) error {
			f, err := b.GetFile(tgbotapi.FileConfig{FileID: "x"})
			assert.Equal(t, "a/b", f.FilePath)
			return err
		}, "getFile", "file_id", "x"},
		"GetUpdates": {ok(`[{"update_id":9}]`), func(b *tgbotapi.BotAPI) error {
			updates, err := b.GetUpdates(tgbotapi.NewUpdate(9))
			assert.Len(t, updates, 1)
			return err
		}, "getUpdates", "offset", "9"},
		"SendMediaGroup of known files": {ok(`[{"message_id":7},{"message_id":8}]`), func(b *tgbotapi.BotAPI) error {
			messages, err := b.SendMediaGroup(tgbotapi.NewMediaGroup(5, []any{
				tgbotapi.NewInputMediaPhoto(tgbotapi.FileID("x")), tgbotapi.NewInputMediaPhoto(tgbotapi.FileID("y")),
			}))
			assert.Len(t, messages, 2)
			return err
		}, "sendMediaGroup", "chat_id", "5"},
		"SendMediaGroup of new files": {ok(`[{"message_id":7},{"message_id":8}]`), func(b *tgbotapi.BotAPI) error {
			_, err := b.SendMediaGroup(tgbotapi.NewMediaGroup(5, []any{
				tgbotapi.NewInputMediaPhoto(aFile), tgbotapi.NewInputMediaPhoto(aFile),
			}))
			return err
		}, "sendMediaGroup", "chat_id", "5"},
		"UploadFiles": {sentMessage, func(b *tgbotapi.BotAPI) error {
			reply, err := b.UploadFiles("sendDocument", tgbotapi.Params{"chat_id": "5", "caption": "ü"}, []tgbotapi.RequestFile{{Name: "document", Data: aFile}})
			assert.True(t, reply.Ok)
			return err
		}, "sendDocument", "caption", "ü"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, u := newUploads(t, channel.Options{}, test.answer)
			require.NoError(t, test.do(c.API(t.Context())))
			require.Len(t, u.calls, 1)
			assert.Equal(t, test.method, u.calls[0].method)
			assert.Equal(t, test.value, u.calls[0].fields.Get(test.field))
			if strings.HasPrefix(name, "Upload") {
				assert.Equal(t, map[string]string{"document": "a.txt:content"}, u.calls[0].files)
			}
		})
	}
}

func TestALibrarysCallSharesThePaceWithSend(t *testing.T) {
	t.Parallel()
	c, u := newUploads(t, channel.Options{MaxWait: -1}, sentMessage)
	_, err := c.Send(t.Context(), "5", channel.Text("hi"))
	require.NoError(t, err)
	_, err = c.API(t.Context()).Send(tgbotapi.NewMessage(5, "hi"))
	require.ErrorIs(t, err, channel.ErrRateLimited)
	_, err = c.API(t.Context()).Send(tgbotapi.NewDocument(5, aFile))
	require.ErrorIs(t, err, channel.ErrRateLimited, "an upload that waits for nobody to read it ends")
	_, err = c.API(t.Context()).Send(tgbotapi.NewMessage(6, "hi"))
	require.NoError(t, err)
	_, err = c.Send(t.Context(), "6", channel.Text("hi"))
	require.ErrorIs(t, err, channel.ErrRateLimited)
	assert.Equal(t, []string{"sendMessage", "sendMessage"}, u.methods())
}

func TestALibrarysCallInBulkLetsAnswersGoFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, u := newUploads(t, channel.Options{}, sentMessage)
		_, err := c.Send(t.Context(), "5", channel.Text("first"))
		require.NoError(t, err)
		var all sync.WaitGroup
		all.Go(func() {
			_, err := c.API(channel.WithBulk(t.Context())).Send(tgbotapi.NewMessage(5, "bulk"))
			assert.NoError(t, err)
		})
		synctest.Wait()
		_, err = c.API(t.Context()).Send(tgbotapi.NewMessage(5, "answer"))
		require.NoError(t, err)
		all.Wait()
		var texts []string
		for _, call := range u.calls {
			texts = append(texts, call.fields.Get("text"))
		}
		assert.Equal(t, []string{"first", "answer", "bulk"}, texts)
	})
}

func TestOnlyWhatIsSafeOfTheLibrarysCallsIsRepeated(t *testing.T) {
	t.Parallel()
	message := func(b *tgbotapi.BotAPI) error { _, err := b.Send(tgbotapi.NewMessage(5, "hi")); return err }
	document := func(b *tgbotapi.BotAPI) error { _, err := b.Send(tgbotapi.NewDocument(5, aFile)); return err }
	me := func(b *tgbotapi.BotAPI) error { _, err := b.GetMe(); return err }
	dial := answer{err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}
	cut := answer{err: io.ErrUnexpectedEOF}
	for name, test := range map[string]struct {
		do     func(*tgbotapi.BotAPI) error
		first  answer
		calls  int
		reason channel.Reason // empty: it succeeds
	}{
		"a message that was too many":      {message, tooMany, 2, ""},
		"a message that did not go out":    {message, dial, 2, ""},
		"a message without an answer":      {message, cut, 1, channel.ErrOutcomeUnknown},
		"a message with half an answer":    {message, answer{status: 200, body: `{"ok":tr`}, 1, channel.ErrOutcomeUnknown},
		"a message with a gateway's page":  {message, answer{status: 502, body: "<html>"}, 1, channel.ErrOutcomeUnknown},
		"an upload that was too many":      {document, tooMany, 1, channel.ErrRateLimited},
		"an upload that did not go out":    {document, dial, 1, channel.ErrUnavailable},
		"an upload without an answer":      {document, cut, 1, channel.ErrOutcomeUnknown},
		"a question without an answer":     {me, cut, 2, ""},
		"a question to a server that fell": {me, refused(500, "Internal Server Error: restart", ""), 2, ""},
		"a question with half an answer":   {me, answer{status: 200, body: `{"ok":tr`}, 2, ""},
		"a success that is none":           {me, answer{status: 200, body: `{"ok":false,"error_code":400,"description":"Bad Request: x"}`}, 1, channel.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, u := newUploads(t, channel.Options{}, test.first, sentMessage)
				began := time.Now()
				err := test.do(c.API(t.Context()))
				assert.Len(t, u.calls, test.calls)
				if test.reason == "" {
					require.NoError(t, err)
					if test.first.status == 429 {
						assert.Equal(t, 14*time.Second, time.Since(began))
					}
					return
				}
				require.ErrorIs(t, err, test.reason)
				var e *channel.Error
				require.ErrorAs(t, err, &e)
				assert.NotContains(t, shown(t, err), "canary")
				if test.reason == channel.ErrRateLimited {
					assert.Equal(t, began.Add(14*time.Second).UTC(), e.RetryAt)
					limited, cancel := context.WithTimeout(t.Context(), 13*time.Second)
					defer cancel()
					_, err = c.Send(limited, "5", channel.Text("hi"))
					require.ErrorIs(t, err, channel.ErrRateLimited, "the chat is paused")
				}
			})
		})
	}
}

func TestTheLibrarysCallerGetsBothErrors(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*tgbotapi.BotAPI) error{
		"of a message": func(b *tgbotapi.BotAPI) error { _, err := b.Send(tgbotapi.NewMessage(-5, "hi")); return err },
		"of an upload": func(b *tgbotapi.BotAPI) error { _, err := b.Send(tgbotapi.NewDocument(-5, aFile)); return err },
		"of a request": func(b *tgbotapi.BotAPI) error { _, err := b.Request(tgbotapi.NewMessage(-5, "hi")); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := newUploads(t, channel.Options{}, refused(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1002233445566}`))
				err := do(c.API(t.Context()))
				var e *channel.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, channel.ErrNotFound, e.Reason)
				assert.Equal(t, "400", e.Code)
				assert.Equal(t, "telegram", e.Platform)
				assert.Regexp(t, `^telegram: send(Message|Document): group chat was upgraded to a supergroup chat \(400\)$`, err.Error())
				var native *tgbotapi.Error
				require.ErrorAs(t, err, &native)
				assert.Equal(t, 400, native.Code)
				assert.Equal(t, int64(-1002233445566), native.MigrateToChatID)
			})
		})
	}
}

func TestARevokedTokenIsTheAccounts(t *testing.T) {
	t.Parallel()
	c, _ := newUploads(t, channel.Options{}, refused(401, "Unauthorized", ""))
	_, err := c.API(t.Context()).GetMe()
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, channel.ErrUnauthorized, e.Reason)
	assert.Equal(t, channel.ScopeAccount, e.Scope)
}

func TestAnEndedContextIsRecognised(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, u := newUploads(t, channel.Options{}, sentMessage)
	_, err := c.API(ctx).Send(tgbotapi.NewMessage(5, "hi"))
	require.ErrorIs(t, err, context.Canceled)
	_, err = c.API(ctx).Send(tgbotapi.NewDocument(5, aFile))
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, u.calls)
}

func TestGetUpdatesWaitsLongerThanTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig()
		cfg.Client = &http.Client{Timeout: time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(pollSeconds * time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"ok":true,"result":[]}`))}, nil
		})}
		c, err := New(cfg)
		require.NoError(t, err)
		_, err = c.API(t.Context()).GetUpdates(tgbotapi.UpdateConfig{Timeout: pollSeconds})
		require.NoError(t, err)
		_, err = c.API(t.Context()).GetMe()
		require.ErrorIs(t, err, channel.ErrUnavailable)
	})
}

func TestAFailureOfALibrarysCallTeaches(t *testing.T) {
	t.Parallel()
	blocked := refused(403, "Forbidden: bot was blocked by the user", "")
	for name, test := range map[string]struct {
		method, chat string
		params       tgbotapi.Params
		answer       answer
		learnt       channel.Reason // empty: nothing
	}{
		"of a message":                   {"sendMessage", "5", tgbotapi.Params{"text": "hi"}, blocked, channel.ErrBlocked},
		"of a copy":                      {"copyMessage", "5", tgbotapi.Params{"from_chat_id": "-6", "message_id": "7"}, blocked, channel.ErrBlocked},
		"of the source of a copy":        {"copyMessage", "-5", tgbotapi.Params{"from_chat_id": "-6", "message_id": "7"}, refused(403, "Forbidden: bot was kicked from the supergroup chat", ""), ""},
		"of a group":                     {"sendMessage", "-5", tgbotapi.Params{"text": "hi"}, refused(403, "Forbidden: bot was kicked from the supergroup chat", ""), channel.ErrNotSubscribed},
		"of a member":                    {"restrictChatMember", "-5", tgbotapi.Params{"user_id": "6"}, refused(400, "Bad Request: USER_DEACTIVATED: user is deactivated", ""), ""},
		"of a group with a member in it": {"getChatMember", "-5", tgbotapi.Params{"user_id": "6"}, refused(403, "Forbidden: bot is not a member of the supergroup chat", ""), channel.ErrNotSubscribed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told []channel.Event
			o := channel.Options{OnSubscription: channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
				told = append(told, *e)
				return nil
			})}
			c, u := newUploads(t, o, test.answer)
			test.params["chat_id"] = test.chat
			_, err := c.API(t.Context()).MakeRequest(test.method, test.params)
			require.Error(t, err)
			if test.learnt == "" {
				assert.Empty(t, told)
				return
			}
			require.Len(t, told, 1)
			assert.Equal(t, test.learnt, told[0].Subscription.Reason)
			assert.Equal(t, test.chat, told[0].Chat.ID)
			_, err = c.Send(t.Context(), test.chat, channel.Text("hi"))
			require.ErrorIs(t, err, test.learnt)
			assert.Len(t, u.calls, 1, "nobody is asked again")
		})
	}
}

func TestALibrarysCallFollowsAGroupThatMoved(t *testing.T) {
	t.Parallel()
	moved := refused(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1002233445566}`)
	for name, test := range map[string]struct {
		do    func(*tgbotapi.BotAPI) error
		chats []string // asked
	}{
		"of a message":   {func(b *tgbotapi.BotAPI) error { _, err := b.Send(tgbotapi.NewMessage(-5, "hi")); return err }, []string{"-5", "-1002233445566"}},
		"of typing":      {func(b *tgbotapi.BotAPI) error { _, err := b.Request(tgbotapi.NewChatAction(-5, "typing")); return err }, []string{"-5", "-1002233445566"}},
		"not an upload":  {func(b *tgbotapi.BotAPI) error { _, err := b.Send(tgbotapi.NewDocument(-5, aFile)); return err }, []string{"-5"}},
		"not of an edit": {func(b *tgbotapi.BotAPI) error { _, err := b.Send(tgbotapi.NewEditMessageText(-5, 7, "hi")); return err }, []string{"-5"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, u := newUploads(t, channel.Options{}, moved, sentMessage)
			err := test.do(c.API(t.Context()))
			assert.Equal(t, len(test.chats) == 1, err != nil)
			sent, err := c.Send(t.Context(), "-5", channel.Text("hi"))
			require.NoError(t, err)
			assert.Equal(t, "-1002233445566", sent.ChatID, "it is remembered")
			var chats []string
			for _, call := range u.calls {
				chats = append(chats, call.fields.Get("chat_id"))
			}
			assert.Equal(t, append(test.chats, "-1002233445566"), chats)
		})
	}
	t.Run("not the source of a copy", func(t *testing.T) {
		t.Parallel()
		c, _ := newUploads(t, channel.Options{}, moved, sentMessage)
		_, err := c.API(t.Context()).CopyMessage(tgbotapi.NewCopyMessage(5, -6, 7))
		require.ErrorIs(t, err, channel.ErrNotFound)
		sent, err := c.Send(t.Context(), "5", channel.Text("hi"))
		require.NoError(t, err)
		assert.Equal(t, "5", sent.ChatID)
	})
}
