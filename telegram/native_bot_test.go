package telegram_test

import (
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// chatNumber is the private chat's ID as the library has it.
func chatNumber(t *testing.T, u *telegramtest.User) int64 {
	t.Helper()
	n, err := strconv.ParseInt(u.ChatID(), 10, 64)
	require.NoError(t, err)
	return n
}

func TestTheLibrarysClientSendsAtThePaceOfTheBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		began := time.Now()
		for i := range 5 {
			_, err := r.bot.API(t.Context()).Send(tgbotapi.NewMessage(chatNumber(t, ann), "native"))
			require.NoError(t, r.note(err))
			_, err = r.send(ann, channel.Text("ours "+strconv.Itoa(i)))
			require.NoError(t, err)
		}
		assert.Equal(t, 9*time.Second, time.Since(began), "one a second, together")
		assert.Equal(t, 10, r.calls("sendMessage"), "none was refused")
	})
}

func TestTheLibrarysClientUploadsAndFetches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		content := strings.Repeat("a file of some length\n", 10_000)
		file := tgbotapi.FileReader{Name: "a.txt", Reader: strings.NewReader(content)}
		sent, err := r.bot.API(t.Context()).Send(tgbotapi.NewDocument(chatNumber(t, ann), file))
		require.NoError(t, r.note(err))
		require.NotNil(t, sent.Document)
		found, err := r.bot.API(t.Context()).GetFile(tgbotapi.FileConfig{FileID: sent.Document.FileID})
		require.NoError(t, r.note(err))
		assert.Equal(t, len(content), found.FileSize)
		link := found.Link(r.bot.API(t.Context()).Token)
		r.say(link)
		body, err := r.bot.Download(t.Context(), channel.Attachment{FileID: sent.Document.FileID})
		require.NoError(t, r.note(err))
		defer body.Close()
		got, err := io.ReadAll(body)
		require.NoError(t, err)
		assert.Equal(t, content, string(got))
	})
}

func TestTheLibrarysAlbumIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		page := tgbotapi.FileBytes{Name: "page.txt", Bytes: []byte("page")}
		sent, err := r.bot.API(t.Context()).SendMediaGroup(tgbotapi.NewMediaGroup(chatNumber(t, ann), []any{
			tgbotapi.NewInputMediaDocument(page), tgbotapi.NewInputMediaDocument(page),
		}))
		require.NoError(t, r.note(err))
		assert.Len(t, sent, 2)
	})
}

func TestTheLibrarysClientLearnsWhoBlockedTheBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		ann := r.platform.NewUser("Ann")
		r.hooked()
		require.NoError(t, ann.Write("hello"))
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.DroppedUpdate})
		require.Error(t, ann.Block(), "nobody hears of it")
		_, err := r.bot.API(t.Context()).Send(tgbotapi.NewMessage(chatNumber(t, ann), "hi"))
		require.ErrorIs(t, r.note(err), channel.ErrBlocked)
		var native *tgbotapi.Error
		require.ErrorAs(t, err, &native)
		assert.Equal(t, 403, native.Code)
		learnt := r.learnt.all()
		require.NotEmpty(t, learnt)
		assert.Equal(t, channel.ErrBlocked, learnt[len(learnt)-1].Subscription.Reason)
		_, err = r.send(ann, channel.Text("hi"))
		require.ErrorIs(t, err, channel.ErrBlocked)
		assert.Equal(t, 1, r.calls("sendMessage"), "nobody is asked again")
	})
}

func TestTheLibrarysClientWaitsOutAFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		r.platform.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendMessage", RetryAfter: 5 * time.Second})
		began := time.Now()
		_, err := r.bot.API(t.Context()).Send(tgbotapi.NewMessage(chatNumber(t, ann), "hi"))
		require.NoError(t, r.note(err))
		assert.Equal(t, 5*time.Second, time.Since(began))
	})
}

func TestAnAvatarCanBeDownloaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		require.NoError(t, ann.SetPhoto([]byte("her photo")))
		u, err := r.bot.User(t.Context(), ann.ID())
		require.NoError(t, r.note(err))
		require.NotNil(t, u.Avatar)
		body, err := r.bot.Download(t.Context(), *u.Avatar)
		require.NoError(t, r.note(err))
		got, err := io.ReadAll(body)
		require.NoError(t, err)
		assert.Equal(t, "her photo", string(got))
		require.NoError(t, body.Close())
	})
}

func TestAnEventOfAWebhookHasItsUpdate(t *testing.T) {
	t.Parallel()
	r := newRig(t).hooked()
	ann := r.writer("Ann")
	require.NoError(t, ann.Start("ref"))
	for _, e := range r.events.all() {
		u, err := telegram.Update(&e)
		require.NoError(t, err)
		assert.Equal(t, ann.ID(), strconv.FormatInt(u.SentFrom().ID, 10))
		assert.Equal(t, e.ID, strconv.Itoa(u.UpdateID))
	}
	assert.NotEmpty(t, r.events.all())
}
