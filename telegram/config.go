package telegram

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const (
	platform        = "telegram"
	defaultEndpoint = "https://api.telegram.org"
	maxSecret       = 256 // characters: https://core.telegram.org/bots/api#setwebhook
)

// Config is one bot.
type Config struct {
	// Token is what @BotFather gave: the bot's ID, a colon, a secret.
	Token channel.Secret `json:"token,omitzero"`

	// Secret is what Telegram proves itself with on each webhook request: 1–256 of A-Z a-z 0-9 _ -, chosen by us and told
	// to Telegram by Register. It is required unless PollOnly is set.
	Secret channel.Secret `json:"secret,omitzero"`

	// Username is the bot's, without @; links are made from it without a call, and a command that names another bot is
	// told apart. Empty: Link asks Telegram, once.
	Username string `json:"username,omitzero"`

	// PollOnly is for a bot that receives with Poll alone: its Webhook answers 404.
	PollOnly bool `json:"poll_only,omitzero"`

	// Endpoint is where the Bot API is, a URL without the token. Empty: https://api.telegram.org. A local Bot API server
	// speaks plain HTTP, so that is allowed.
	Endpoint string `json:"endpoint,omitzero"`

	// Local is for a Bot API server at Endpoint that was started with --local and shares its disk with this process: files
	// of up to 2000 MB are uploaded (photos: 10 MB, as ever), and Download reads those of any size where the server put
	// them. https://core.telegram.org/bots/api#using-a-local-bot-api-server
	Local bool `json:"local,omitzero"`

	// UploadChat is where Upload sends the files that it stores, without a sound: the ID of a private channel, say, in
	// which the bot may post. Empty: Upload is ErrUnsupported, as Telegram stores nothing but what is sent.
	UploadChat string `json:"upload_chat,omitzero"`

	channel.Options
}

// New makes a channel of a bot. It makes no call. Its error names the field that is wrong, and never shows what is in it.
func New(cfg Config) (*Channel, error) {
	id, err := cfg.check()
	if err != nil {
		return nil, err
	}
	d := newDriver(id, cfg)
	engine, err := adapter.New(d, cfg.Options)
	if err != nil {
		return nil, err
	}
	return &Channel{Channel: engine, engine: engine, driver: d}, nil
}

// check returns the bot's ID.
func (c *Config) check() (id string, err error) {
	id, ok := botID(c.Token.Reveal())
	switch {
	case !ok:
		return "", wrongConfig("Token is not of the form <bot ID>:<secret>")
	case c.Secret == "" && !c.PollOnly:
		return "", wrongConfig("Secret is required unless PollOnly is set")
	case len(c.Secret) > maxSecret:
		return "", wrongConfig("Secret is longer than 256 characters")
	case !isWord(c.Secret.Reveal()):
		return "", wrongConfig("Secret has characters other than A-Z a-z 0-9 _ -")
	case !isUsername(c.Username) && c.Username != "":
		return "", wrongConfig("Username is not 4 to 32 of A-Z a-z 0-9 _, without @")
	case c.Endpoint != "" && !isEndpoint(c.Endpoint):
		return "", wrongConfig("Endpoint is not an absolute http or https URL without user, query and fragment")
	case c.Local && c.Endpoint == "":
		return "", wrongConfig("Endpoint is required where Local is set")
	case c.UploadChat != "" && !isTarget(c.UploadChat):
		return "", wrongConfig("UploadChat is not a chat ID that Send takes")
	default:
		return id, nil
	}
}

func isTarget(chatID string) bool {
	_, err := parseTarget(chatID)
	return err == nil
}

func wrongConfig(message string) error {
	e := refuse(channel.ErrInvalid, "Config.%s", message)
	e.Op, e.Scope = "new", channel.ScopeAccount
	return e
}

// botID takes the ID off a token.
func botID(token string) (id string, ok bool) {
	id, secret, ok := strings.Cut(token, ":")
	n, err := strconv.ParseInt(id, 10, 64)
	ok = ok && err == nil && n > 0 && id == strconv.FormatInt(n, 10) && secret != "" && isWord(secret)
	return id, ok
}

// isWord reports whether s is made of the characters of secrets and references alone; so is the empty string.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && c != '-' {
			return false
		}
	}
	return true
}

func isUsername(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return len(s) >= 4 && len(s) <= 32
}

// isLetter is for the letters of usernames.
func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func isEndpoint(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}
