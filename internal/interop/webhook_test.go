package interop

import (
	"github.com/go-telegram/bot"
	"github.com/mymmrac/telego"
)

func (w *world) setWebhook(url, secret string) {
	w.t.Helper()
	done(w, &bot.SetWebhookParams{URL: url, SecretToken: secret}, &telego.SetWebhookParams{URL: url, SecretToken: secret})
}
