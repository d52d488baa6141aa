package interop

import (
	"bytes"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// Both libraries write an upload into a pipe while the request is on its way: whatever becomes of the request, nobody may
// be left waiting at the other end, which the bubble and the search for leaked goroutines would tell.
func TestAnUploadThatFailsLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		send := func() (any, error) {
			return ask(w, &bot.SendDocumentParams{ChatID: w.ann.id, Document: upload(data, "big.pdf").gotelegram},
				tu.Document(tu.ID(w.ann.id), upload(data, "big.pdf").telego))
		}
		for _, fault := range []telegramtest.Fault{
			{Kind: telegramtest.CutConnection},
			{Kind: telegramtest.RefusedConnection},
			{Kind: telegramtest.ServerError},
			{Kind: telegramtest.Unauthorized},
		} {
			fault.Method = "sendDocument"
			w.srv.Fault(fault)
			_, err := send()
			require.Error(w.t, err)
		}
		assert.Empty(w.t, w.ann.Messages())
		_, err := send()
		require.NoError(w.t, err)
		assert.True(w.t, bytes.Equal(data, w.sees().Media.Data))
	})
}

func TestAnUploadIsThrottledWithTheTimeToWait(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		w.srv.Fault(telegramtest.Fault{Kind: telegramtest.TooManyRequests, Method: "sendPhoto", RetryAfter: 7 * time.Second})
		gotelegram, tele := media[0].send(w.ann.id, upload(picture(w.t, 20, 20), "p.jpg"), "")
		assert.Equal(w.t, 7, refused(w, gotelegram, tele).RetryAfter)
	})
}

func TestAPhotoOfMoreThanTenMegabytesIsRefused(t *testing.T) {
	t.Parallel()
	inBubbles(t, telegramtest.Config{NoLimits: true}, func(w *world) {
		w.poll()
		gotelegram, tele := media[0].send(w.ann.id, upload(make([]byte, 10<<20+1), "p.jpg"), "")
		_, err := ask(w, gotelegram, tele)
		require.ErrorContains(w.t, err, "Request Entity Too Large")
	})
}

func TestAnEmptyFileIsRefused(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		gotelegram, tele := media[4].send(w.ann.id, upload(nil, "empty.pdf"), "")
		r := refused(w, gotelegram, tele)
		assert.Equal(w.t, 400, r.Code)
		assert.Contains(w.t, r.Text, "file must be non-empty")
	})
}
