package telegramtest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestCommandsOfTheBot(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServer(t)
	set := func(parameters in) string { return call(t, srv, "setMyCommands", parameters).Description }
	one := []in{{"command": "start", "description": "Begin"}}
	assert.Empty(t, set(in{"commands": one}))
	assert.Empty(t, set(in{"commands": []in{{"command": "/hilfe", "description": "Hilfe"}}, "language_code": "de", "scope": in{"type": "all_group_chats"}}))
	get := func(parameters in) string { return string(mustCall(t, srv, "getMyCommands", parameters).Result) }
	assert.JSONEq(t, `[{"command":"start","description":"Begin"}]`, get(nil))
	assert.JSONEq(t, `[{"command":"hilfe","description":"Hilfe"}]`, get(in{"language_code": "de", "scope": in{"type": "all_group_chats"}}))
	assert.JSONEq(t, `[]`, get(in{"language_code": "de"}))
	for want, parameters := range map[string]in{
		"BOT_COMMAND_INVALID":                                                 {"commands": []in{{"command": "Über", "description": "x"}}},
		"BOT_COMMAND_DESCRIPTION_INVALID":                                     {"commands": []in{{"command": "a", "description": strings.Repeat("x", 257)}}},
		"BOT_COMMANDS_TOO_MUCH":                                               {"commands": make([]in, 101)},
		"expected an Array of BotCommand":                                     {"commands": "start"},
		`can't parse BotCommand: Field "command" must be of type String`:      {"commands": []in{{"command": true}}},
		"invalid language code specified":                                     {"commands": one, "language_code": "deu"},
		"can't parse BotCommandScope: expected an Object":                     {"commands": one, "scope": "all"},
		"can't parse BotCommandScope: unsupported type specified":             {"commands": one, "scope": in{"type": "all"}},
		`can't parse BotCommandScope: Field "chat_id" must be of type String`: {"commands": one, "scope": in{"type": "chat", "chat_id": true}},
	} {
		assert.Equal(t, "Bad Request: "+want, set(parameters))
	}
	mustCall(t, srv, "deleteMyCommands", nil)
	assert.JSONEq(t, `[]`, get(nil))
	assert.Equal(t, 400, call(t, srv, "getMyCommands", in{"language_code": "x"}).Status)
	assert.Equal(t, 400, call(t, srv, "deleteMyCommands", in{"language_code": "x"}).Status)
}

func TestLoggingOutAndClosing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		got := call(t, srv, "close", nil)
		assert.Equal(t, 429, got.Status)
		assert.Equal(t, 600, got.Parameters.RetryAfter)
		time.Sleep(10 * time.Minute)
		mustCall(t, srv, "close", nil)
		assert.Equal(t, 429, call(t, srv, "close", nil).Status, "launched again by the call")
		mustCall(t, srv, "logOut", nil)
		for _, method := range []string{"getMe", "getUpdates", "sendMessage"} {
			assert.Equal(t, "Bad Request: Logged out", call(t, srv, method, nil).Description, method)
		}
		go func() { _ = srv.NewUser("Ann").Write("hi") }()
		synctest.Wait()
		assert.Empty(t, b.got(), "the webhook is gone")
		time.Sleep(10 * time.Minute)
		mustCall(t, srv, "getMe", nil)
		ids, texts := poll(t, srv, nil)
		assert.Equal(t, []string{"hi"}, texts)
		poll(t, srv, in{"offset": ids[0] + 1})
	})
}

func TestALocalServerLetsTheBotBackAtOnce(t *testing.T) {
	t.Parallel()
	srv := telegramtest.NewServerWith(t, telegramtest.Config{Local: true})
	mustCall(t, srv, "logOut", nil)
	mustCall(t, srv, "getMe", nil)
}

func TestGetMeTellsThePrivacyMode(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		srv := telegramtest.NewServerWith(t, telegramtest.Config{ReadsAll: all})
		var me in
		require.NoError(t, json.Unmarshal(mustCall(t, srv, "getMe", nil).Result, &me))
		assert.Equal(t, all, me["can_read_all_group_messages"])
		assert.Equal(t, true, me["can_join_groups"])
		assert.Equal(t, true, me["can_connect_to_business"])
	}
}
