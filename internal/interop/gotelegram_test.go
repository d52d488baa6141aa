package interop

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/stretchr/testify/require"
)

// goTelegramClient is a bot of github.com/go-telegram/bot.
type goTelegramClient struct {
	bot *bot.Bot
	got chan any
}

func newGoTelegram(to link) client {
	c := &goTelegramClient{got: make(chan any, 100)}
	var err error
	c.bot, err = bot.New(to.token,
		bot.WithServerURL(to.url),
		bot.WithHTTPClient(10*time.Second, to.http),
		bot.WithWebhookSecretToken(webhookSecret),
		bot.WithNotAsyncHandlers(),
		bot.WithErrorsHandler(func(err error) { to.t.Log(err) }),
		bot.WithDefaultHandler(func(_ context.Context, _ *bot.Bot, u *models.Update) { c.got <- u }),
	)
	require.NoError(to.t, err)
	return c
}

func (c *goTelegramClient) api() any                 { return c.bot }
func (c *goTelegramClient) poll(ctx context.Context) { c.bot.Start(ctx) }
func (c *goTelegramClient) updates() <-chan any      { return c.got }

func (c *goTelegramClient) webhook(ctx context.Context, got func()) http.Handler {
	go func() {
		defer got()
		c.bot.StartWebhook(ctx)
	}()
	return c.bot.WebhookHandler()
}

func (c *goTelegramClient) fileURL(path string) string {
	return c.bot.FileDownloadLink(&models.File{FilePath: path})
}

var goTelegramCodes = map[error]int{
	bot.ErrorBadRequest: 400, bot.ErrorUnauthorized: 401, bot.ErrorForbidden: 403, bot.ErrorNotFound: 404,
	bot.ErrorConflict: 409,
}

func (c *goTelegramClient) refusal(err error) (refusal, bool) {
	if flood := (*bot.TooManyRequestsError)(nil); errors.As(err, &flood) {
		return refusal{Code: 429, Text: flood.Message, RetryAfter: flood.RetryAfter}, true
	}
	if moved := (*bot.MigrateError)(nil); errors.As(err, &moved) {
		return refusal{Code: 400, Text: moved.Message, MigrateToChatID: int64(moved.MigrateToChatID)}, true
	}
	for sentinel, code := range goTelegramCodes {
		if errors.Is(err, sentinel) {
			return refusal{Code: code, Text: err.Error()}, true
		}
	}
	return refusal{}, false
}
