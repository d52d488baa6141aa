package channel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestAnAccountAsText(t *testing.T) {
	t.Parallel()
	for text, a := range map[string]channel.Account{
		"":                      {},
		"telegram:123456":       {Platform: "telegram", ID: "123456"},
		"viber:":                {Platform: "viber"},
		"vk:-12%3A34":           {Platform: "vk", ID: "-12:34"},
		"vk:%253A":              {Platform: "vk", ID: "%3A"},
		"vk:100%25":             {Platform: "vk", ID: "100%"},
		"my%3Aown:%3A%3A":       {Platform: "my:own", ID: "::"},
		"facebook:сторінка / 1": {Platform: "facebook", ID: "сторінка / 1"},
	} {
		assert.Equal(t, text, a.String())
		parsed, err := channel.ParseAccount(text)
		require.NoError(t, err, text)
		assert.Equal(t, a, parsed)
	}
}

func TestAnAddressAsText(t *testing.T) {
	t.Parallel()
	bot := channel.Account{Platform: "telegram", ID: "123456"}
	for text, a := range map[string]channel.Address{
		"":                         {},
		"telegram:123456:789":      {Account: bot, ChatID: "789"},
		"telegram:123456:-100%3A5": {Account: bot, ChatID: "-100:5"},
		"telegram:123456:%253A%25": {Account: bot, ChatID: "%3A%"},
		"telegram:123456:":         {Account: bot},
		"telegram::789":            {Account: channel.Account{Platform: "telegram"}, ChatID: "789"},
		"telegram::":               {Account: channel.Account{Platform: "telegram"}},
		"a%3Ab:c%3Ad:e%3Af":        {Account: channel.Account{Platform: "a:b", ID: "c:d"}, ChatID: "e:f"},
	} {
		assert.Equal(t, text, a.String())
		parsed, err := channel.ParseAddress(text)
		require.NoError(t, err, text)
		assert.Equal(t, a, parsed)
	}
}

func TestLowerCaseEscapesAreReadToo(t *testing.T) {
	t.Parallel()
	a, err := channel.ParseAddress("vk:1%3a2:3%3a4")
	require.NoError(t, err)
	assert.Equal(t, channel.Address{Account: channel.Account{Platform: "vk", ID: "1:2"}, ChatID: "3:4"}, a)
}

func TestMalformedAccountsAndAddressesAreErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"telegram", ":", ":1", "telegram:1:2", "telegram:1:"} {
		a, err := channel.ParseAccount(text)
		assert.ErrorContains(t, err, "channel: malformed account", text)
		assert.Zero(t, a)
	}
	for _, text := range []string{"telegram", "telegram:1", ":", "::", ":1:2", "::2", "a:b:c:d"} {
		a, err := channel.ParseAddress(text)
		assert.ErrorContains(t, err, "channel: malformed address", text)
		assert.Zero(t, a)
	}
}

func TestAccountsAndAddressesAreTextInJSON(t *testing.T) {
	t.Parallel()
	type row struct {
		To     channel.Address         `json:"to"`
		Counts map[channel.Account]int `json:"counts"`
	}
	bot := channel.Account{Platform: "telegram", ID: "12:34"}
	want := row{To: channel.Address{Account: bot, ChatID: "5"}, Counts: map[channel.Account]int{bot: 3}}
	for _, e := range encoders {
		b, err := e.marshal(want)
		require.NoError(t, err)
		assert.Equal(t, `{"to":"telegram:12%3A34:5","counts":{"telegram:12%3A34":3}}`, string(b), e.name)
		var got row
		require.NoError(t, e.unmarshal(b, &got))
		assert.Equal(t, want, got)
		assert.Error(t, e.unmarshal([]byte(`{"to":"telegram"}`), &got), e.name)
		assert.Error(t, e.unmarshal([]byte(`{"counts":{"telegram":1}}`), &got), e.name)
	}
}

func FuzzParseAccount(f *testing.F) {
	for _, s := range []string{"", "telegram:123456", "vk:%3A%253a%25", "viber:", ":1", "a:b:c", "%", "facebook:%3"} {
		f.Add(s, "telegram", s)
	}
	f.Fuzz(func(t *testing.T, text, platform, id string) {
		if a, err := channel.ParseAccount(text); err == nil {
			again, err := channel.ParseAccount(a.String())
			require.NoError(t, err)
			assert.Equal(t, a, again, "parse, print, parse")
		}
		if platform != "" {
			a := channel.Account{Platform: platform, ID: id}
			parsed, err := channel.ParseAccount(a.String())
			require.NoError(t, err)
			assert.Equal(t, a, parsed, "print, parse")
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"", "telegram:123456:789", "telegram:1:-100%3A5", "vk:%3A%253a:%25", "viber::", "::1", "a:b:c:d", "%:%:%3"} {
		f.Add(s, "telegram", s, s)
	}
	f.Fuzz(func(t *testing.T, text, platform, id, chat string) {
		if a, err := channel.ParseAddress(text); err == nil {
			again, err := channel.ParseAddress(a.String())
			require.NoError(t, err)
			assert.Equal(t, a, again, "parse, print, parse")
		}
		if platform != "" {
			a := channel.Address{Account: channel.Account{Platform: platform, ID: id}, ChatID: chat}
			parsed, err := channel.ParseAddress(a.String())
			require.NoError(t, err)
			assert.Equal(t, a, parsed, "print, parse")
		}
	})
}
