package channel_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	jsonx "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

const canary = "123456:AAcanary-Zq9"

type secretConfig struct {
	Token  channel.Secret            `json:"token"`
	Old    []channel.Secret          `json:"old"`
	Next   *channel.Secret           `json:"next"`
	ByName map[string]channel.Secret `json:"by_name"`
	Inner  struct {
		Key channel.Secret `json:"key"`
	} `json:"inner"`
	Any any `json:"any"`
}

func newSecretConfig() secretConfig {
	s := channel.Secret(canary)
	c := secretConfig{Token: s, Old: []channel.Secret{s}, Next: &s, ByName: map[string]channel.Secret{"a": s}, Any: s}
	c.Inner.Key = s
	return c
}

func assertHidden(t *testing.T, shown, where string) {
	t.Helper()
	for _, form := range []string{
		canary, "canary", hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary))),
		fmt.Sprintf("% x", canary), base64.StdEncoding.EncodeToString([]byte(canary)), fmt.Sprint([]byte(canary)),
	} {
		assert.NotContains(t, shown, form, where)
	}
}

func TestNoVerbShowsASecret(t *testing.T) {
	t.Parallel()
	c := newSecretConfig()
	for _, v := range []any{c.Token, &c.Token, c.Old, [1]channel.Secret{c.Token}, c.ByName, c, &c, c.Any, map[channel.Secret]int{c.Token: 1}} {
		for _, flags := range []string{"", "#", "+", "-", " ", "0", "30", ".3", "# "} {
			for verb := '!'; verb <= '~'; verb++ {
				if strings.ContainsRune("%#+- 0123456789.*[", verb) || strings.ContainsRune("pw", verb) {
					continue // no verbs; and the two that fmt refuses without asking the value
				}
				format := "%" + flags + string(verb)
				assertHidden(t, fmt.Sprintf(format, v), format)
			}
		}
		assertHidden(t, fmt.Sprint(v), "Print")
		assertHidden(t, fmt.Sprintln(v), "Println")
		assertHidden(t, fmt.Errorf("config %v", v).Error(), "Errorf")
	}
}

func TestASecretShowsThatItIsThere(t *testing.T) {
	t.Parallel()
	s := channel.Secret(canary)
	assert.Equal(t, "[secret]", s.String())
	assert.Equal(t, "[secret]", fmt.Sprintf("%s", s))
	assert.Equal(t, "[secret]", fmt.Sprintf("%x", s))
	assert.Equal(t, `channel.Secret("[secret]")`, fmt.Sprintf("%#v", s))
	assert.Equal(t, canary, s.Reveal())
	assert.Empty(t, channel.Secret("").String())
	assert.Equal(t, `channel.Secret("")`, fmt.Sprintf("%#v", channel.Secret("")))
}

func TestNoLoggerShowsASecret(t *testing.T) {
	t.Parallel()
	c := newSecretConfig()
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		log := slog.New(handler(&b)).With("token", c.Token)
		log.Info("started", "again", c.Token, "config", c, "pointer", &c, "old", c.Old, slog.Group("g", "key", c.Inner.Key))
		log.Info("failed", "err", fmt.Errorf("token %s", c.Token))
		assertHidden(t, b.String(), name)
		assert.Contains(t, b.String(), "[secret]", name)
	}
}

func TestNoEncoderShowsASecretAndBothReadOne(t *testing.T) {
	t.Parallel()
	for _, e := range encoders {
		b, err := e.marshal(newSecretConfig())
		require.NoError(t, err)
		assertHidden(t, string(b), e.name)
		assert.Contains(t, string(b), `"token":"[secret]"`)

		var c secretConfig
		require.NoError(t, e.unmarshal([]byte(`{"token":"`+canary+`","by_name":{"a":"`+canary+`"}}`), &c))
		assert.Equal(t, canary, c.Token.Reveal(), e.name)
		assert.Equal(t, canary, c.ByName["a"].Reveal(), e.name)

		err = e.unmarshal([]byte(`{"token":["canary"]}`), &c)
		require.Error(t, err, e.name)
		assertHidden(t, err.Error(), e.name)
	}
}

func TestASecretComparesAsAString(t *testing.T) {
	t.Parallel()
	m := map[channel.Secret]string{canary: "telegram"}
	assert.Equal(t, "telegram", m[channel.Secret(canary)])
	assert.NotContains(t, m, channel.Secret("[secret]"))
	b, err := jsonx.Marshal(m) // encoding/json asks no key that is a string
	require.NoError(t, err)
	assertHidden(t, string(b), "a key")
}

func TestASecretBehindAPointerInAnUnexportedFieldIsHidden(t *testing.T) {
	t.Parallel()
	s := channel.Secret(canary)
	type client struct{ token *channel.Secret }
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		assertHidden(t, fmt.Sprintf(format, client{&s}), format)
	}
	assertHidden(t, errors.Join(fmt.Errorf("%+v", &client{&s})).Error(), "join")
}
