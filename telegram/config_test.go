package telegram

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestNewRefusesAWrongConfigAndShowsNothingOfIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*Config)
		field  string
	}{
		"no token":                       {func(c *Config) { c.Token = "" }, "Token"},
		"a token without a colon":        {func(c *Config) { c.Token = "770011canary" }, "Token"},
		"a token without an ID":          {func(c *Config) { c.Token = ":canary" }, "Token"},
		"a token without a secret":       {func(c *Config) { c.Token = "770011:" }, "Token"},
		"a token of a negative bot":      {func(c *Config) { c.Token = "-770011:canary" }, "Token"},
		"a token with a padded ID":       {func(c *Config) { c.Token = "0770011:canary" }, "Token"},
		"a token with a slash":           {func(c *Config) { c.Token = "770011:canary/x" }, "Token"},
		"a token with a line break":      {func(c *Config) { c.Token = "770011:canary\n" }, "Token"},
		"a token with a second colon":    {func(c *Config) { c.Token = "770011:canary:x" }, "Token"},
		"no secret":                      {func(c *Config) { c.Secret = "" }, "Secret"},
		"a secret that is too long":      {func(c *Config) { c.Secret = channel.Secret(strings.Repeat("c", 257)) }, "Secret"},
		"a secret with a space":          {func(c *Config) { c.Secret = "canary secret" }, "Secret"},
		"a secret with a letter of ours": {func(c *Config) { c.Secret = "canaryї" }, "Secret"},
		"a username with an at sign":     {func(c *Config) { c.Username = "@canary_bot" }, "Username"},
		"a username that is too short":   {func(c *Config) { c.Username = "can" }, "Username"},
		"a relative endpoint":            {func(c *Config) { c.Endpoint = "/canary" }, "Endpoint"},
		"an endpoint of another kind":    {func(c *Config) { c.Endpoint = "ftp://canary.example" }, "Endpoint"},
		"an endpoint without a host":     {func(c *Config) { c.Endpoint = "https:///canary" }, "Endpoint"},
		"an endpoint with a password":    {func(c *Config) { c.Endpoint = "https://u:canary@a.example" }, "Endpoint"},
		"an endpoint with a query":       {func(c *Config) { c.Endpoint = "https://a.example?canary" }, "Endpoint"},
		"a local server without one":     {func(c *Config) { c.Local = true }, "Endpoint"},
		"a chat for uploads of no form":  {func(c *Config) { c.UploadChat = "canary" }, "UploadChat"},
		"an endpoint that is no URL":     {func(c *Config) { c.Endpoint = "http://canary.example/%zz" }, "Endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			test.change(&cfg)
			c, err := New(cfg)
			require.ErrorIs(t, err, channel.ErrInvalid)
			assert.Nil(t, c)
			assert.ErrorContains(t, err, "telegram: new: Config."+test.field)
			assert.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "canary")
		})
	}
}

func TestNewTakesAGoodConfig(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"with a token and a secret":   func(*Config) {},
		"with the longest secret":     func(c *Config) { c.Secret = channel.Secret(strings.Repeat("-", 256)) },
		"without a secret for polls":  func(c *Config) { c.Secret, c.PollOnly = "", true },
		"without a username":          func(c *Config) { c.Username = "" },
		"with a local server":         func(c *Config) { c.Endpoint = "http://localhost:8081" },
		"with its files":              func(c *Config) { c.Endpoint, c.Local = "http://localhost:8081", true },
		"with a chat for uploads":     func(c *Config) { c.UploadChat = "-1001111222233" },
		"with a path in the endpoint": func(c *Config) { c.Endpoint = "https://proxy.example/tele%20gram/" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			change(&cfg)
			c, err := New(cfg)
			require.NoError(t, err)
			assert.Equal(t, channel.Account{Platform: "telegram", ID: "770011"}, c.Account())
			assert.Equal(t, cfg.PollOnly, c.driver.Rules().PollOnly)
		})
	}
}

func TestNothingPrintedShowsASecret(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	cfg := testConfig()
	asJSON, err := json.Marshal(cfg)
	require.NoError(t, err)
	bot := c.API(t.Context())
	for _, v := range []any{cfg, &cfg, c, *c, c.driver, c.engine, bot, *bot, bot.Client} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			assert.NotContains(t, fmt.Sprintf(verb, v), "canary")
		}
	}
	assert.NotContains(t, string(asJSON), "canary")
}

func TestAConfigIsReadFromJSON(t *testing.T) {
	t.Parallel()
	var cfg Config
	require.NoError(t, json.Unmarshal([]byte(`{"token":"`+testToken+`","secret":"`+testSecret+`","max_attempts":3}`), &cfg))
	assert.Equal(t, testToken, cfg.Token.Reveal())
	assert.Equal(t, testSecret, cfg.Secret.Reveal())
	assert.Equal(t, 3, cfg.MaxAttempts)
}
