package telegram

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// Channel is a bot. It is safe for concurrent use.
type Channel struct {
	channel.Channel
	engine *adapter.Channel
	driver *driver
}

var (
	_ channel.Channel      = (*Channel)(nil)
	_ channel.Editor       = (*Channel)(nil)
	_ channel.Reactor      = (*Channel)(nil)
	_ channel.TypingSender = (*Channel)(nil)
	_ channel.Answerer     = (*Channel)(nil)
	_ channel.Uploader     = (*Channel)(nil)
	_ channel.Downloader   = (*Channel)(nil)
	_ channel.Linker       = (*Channel)(nil)
	_ channel.Registrar    = (*Channel)(nil)
	_ channel.Poller       = (*Channel)(nil)
)

// driver is Telegram's wire format.
type driver struct {
	adapter.Base
	id         int64
	account    channel.Account
	token      *token
	secret     sealed
	secretHash [sha256.Size]byte
	pollOnly   bool
	local      bool
	uploadChat string
	limits     channel.Limits
	files      *url.URL        // where file paths begin, but for the token
	bot        tgbotapi.BotAPI // copied for each call
	client     *http.Client
	pollClient *http.Client
	username   atomic.Pointer[string]
}

var _ adapter.Driver = (*driver)(nil)

func newDriver(botID string, cfg Config) *driver {
	id, err := strconv.ParseInt(botID, 10, 64)
	if err != nil { // Config.check saw to it
		panic(err)
	}
	d := &driver{
		id:         id,
		account:    channel.Account{Platform: platform, ID: botID},
		token:      newToken(cfg.Token.Reveal()),
		secret:     seal(cfg.Secret.Reveal()),
		secretHash: sha256.Sum256([]byte(cfg.Secret.Reveal())),
		pollOnly:   cfg.PollOnly,
		local:      cfg.Local,
		uploadChat: cfg.UploadChat,
		limits:     limits,
	}
	if cfg.Local {
		d.limits = localLimits
	}
	endpoint := cfg.Endpoint
	if endpoint == "" {
		endpoint = defaultEndpoint
	}
	d.bot = newBot(d.token, endpoint)
	if d.files, err = url.Parse(endpoint); err != nil { // Config.check saw to it
		panic(err)
	}
	d.client, d.pollClient = httpClients(cfg.Options)
	if cfg.Username != "" {
		d.username.Store(&cfg.Username)
	}
	return d
}

func (d *driver) Account() channel.Account { return d.account }

// Unwrap returns the channel without Telegram's abilities.
func (c *Channel) Unwrap() channel.Channel { return c.engine }

// Delete takes messages back: those of the bot, and, in a group, anybody's where it is an administrator. Telegram allows
// that for 48 hours. In a chat of a business connection the business must have given it the right to. Like Edit and React
// it does not follow a group that became a supergroup, where another message may have the same ID: the chat of a message
// is Sent.ChatID.
func (c *Channel) Delete(ctx context.Context, chatID string, messageIDs ...string) error {
	to, err := parseTarget(chatID)
	if err != nil {
		return named("delete", err)
	}
	ids := make([]int64, len(messageIDs))
	for i, s := range messageIDs {
		if ids[i], err = parseMessageID("message ID", s); err != nil {
			return named("delete", err)
		}
	}
	call := adapter.Call{Op: "delete", ChatIDs: []string{chatID}, Costs: botCosts, Repeatable: true}
	for len(ids) > 0 {
		n := min(len(ids), maxDelete)
		if err := c.do(ctx, call, deleteRequest(to, ids[:n]), textDeleteNotFound); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// deleteRequest names in a chat of a business connection no chat but that: the numbers of its messages are those of the
// business, and in the bot's own chat with the same person they are of others.
func deleteRequest(to target, ids []int64) *request {
	r := newRequest("deleteMessages", 2, to.pace())
	if to.connection != "" {
		r.method = "deleteBusinessMessages"
		r.params[paramConnection] = to.connection
	} else {
		to.putChat(r.params)
	}
	r.params["message_ids"] = intsJSON(ids)
	return r
}

// React sets the bot's reaction: one of the emoji that Telegram allows, or the ID of a custom emoji. In a chat of a
// business connection there are none: ErrUnsupported.
func (c *Channel) React(ctx context.Context, chatID, messageID, emoji string) error {
	to, err := parseTarget(chatID)
	if err != nil {
		return named("react", err)
	}
	if to.connection != "" { // the call would mean the bot's own chat with the person
		return named("react", refuse(channel.ErrUnsupported, "a bot has no reactions in a chat of a business connection"))
	}
	id, err := parseMessageID("message ID", messageID)
	if err != nil {
		return named("react", err)
	}
	r := newRequest("setMessageReaction", 3, to.pace())
	to.putChat(r.params)
	r.params["message_id"] = strconv.FormatInt(id, 10)
	r.params["reaction"] = reactionJSON(emoji)
	call := adapter.Call{Op: "react", ChatIDs: []string{chatID}, Costs: botCosts, Repeatable: true}
	return c.do(ctx, call, r, "")
}

// SendTyping shows for five seconds, or until a message is sent, that the bot is writing. It does nothing in channels.
func (c *Channel) SendTyping(ctx context.Context, chatID string) error {
	to, err := parseTarget(chatID)
	if err != nil {
		return named("typing", err)
	}
	r := typingRequest(to)
	call := adapter.Call{Op: "typing", ChatIDs: []string{chatID}, Costs: botCosts, Repeatable: true}
	call.Move = func(chatID string) ([]adapter.Cost, error) {
		to, err := parseTarget(chatID)
		*r = *typingRequest(to)
		return botCosts, err
	}
	return c.do(ctx, call, r, "")
}

func typingRequest(to target) *request {
	r := newRequest("sendChatAction", 4, to.pace())
	to.put(r.params)
	delete(r.params, paramDirect) // the one parameter of a place that this call does not know
	r.params["action"] = "typing"
	return r
}

// Answer shows a text of up to 200 characters to the person who pressed. A press older than some minutes, which nobody
// waits at any more, is no error.
func (c *Channel) Answer(ctx context.Context, e *channel.Event, text string) error {
	if e == nil || e.Postback == nil || e.Postback.ID == "" {
		return named("answer", refuse(channel.ErrInvalid, "the event is no press that waits for an answer"))
	}
	if n := utf8.RuneCountInString(text); n > maxAnswer {
		return named("answer", refuse(channel.ErrTooLarge, "the text has %d characters of %d", n, maxAnswer))
	}
	call := adapter.Call{Op: "answer", Costs: botCosts, Repeatable: true, Answers: e.Postback.ID}
	return c.do(ctx, call, answerRequest(e.Postback.ID, text), textTooOld)
}

// Register has Telegram deliver to a URL, with the Config's Secret: HTTPS on port 443, 80, 88 or 8443, but for a local
// server. It asks for all kinds of updates but chat_member and message_reaction_count, which only a bot that makes use of
// their Raw needs: such a bot calls setWebhook itself, by API.
func (c *Channel) Register(ctx context.Context, webhook string) error {
	if c.driver.pollOnly {
		return named("register", refuse(channel.ErrUnsupported, "Config.PollOnly is set"))
	}
	if u, err := url.Parse(webhook); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return named("register", refuse(channel.ErrInvalid, "the URL is not an absolute http or https URL"))
	}
	r := newRequest("setWebhook", 3, paceRegister)
	r.params["url"] = webhook
	r.params["secret_token"] = c.driver.secret()
	r.params["allowed_updates"] = allowedUpdates
	return c.do(ctx, adapter.Call{Op: "register", Costs: registerCosts, Repeatable: true}, r, "")
}

// Registered tells where Telegram delivers to.
func (c *Channel) Registered(ctx context.Context) (channel.Registration, error) {
	call := adapter.Call{Op: "registered", Costs: botCosts, Repeatable: true}
	return adapter.Do(ctx, c.engine, call, func(ctx context.Context) (channel.Registration, error) {
		var info struct {
			URL         string `json:"url"`
			Pending     int    `json:"pending_update_count"`
			LastError   string `json:"last_error_message"`
			LastErrorAt int64  `json:"last_error_date"`
		}
		if err := c.driver.ask(ctx, newRequest("getWebhookInfo", 0, paceBot), &info); err != nil {
			return channel.Registration{}, err
		}
		return channel.Registration{
			URL: info.URL, Pending: info.Pending, LastError: info.LastError, LastErrorAt: date(info.LastErrorAt),
		}, nil
	})
}

// Unregister takes the webhook away, so that Poll may be used. What waits to be delivered goes on waiting.
func (c *Channel) Unregister(ctx context.Context) error {
	r := newRequest("deleteWebhook", 0, paceRegister)
	return c.do(ctx, adapter.Call{Op: "unregister", Costs: registerCosts, Repeatable: true}, r, "")
}

// do makes a call whose result is of no use. A failure with the description fine is none.
func (c *Channel) do(ctx context.Context, call adapter.Call, r *request, fine string) error {
	_, err := adapter.Do(ctx, c.engine, call, func(ctx context.Context) (struct{}, error) {
		_, err := c.driver.call(ctx, r)
		if fine != "" && describes(err, fine) {
			err = nil
		}
		return struct{}{}, err
	})
	return err
}

// named gives an error found before the call the name of what was tried.
func named(op string, err error) error {
	if e, ok := err.(*channel.Error); ok {
		e.Op = op
	}
	return err
}
