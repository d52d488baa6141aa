package telegramtest

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	noLoginFor     = 10 * time.Minute // in the cloud after logOut
	noCloseFor     = 10 * time.Minute // after the launch
	maxCommands    = 100
	maxDescription = 256
)

// loggedIn is the refusal of a bot that has logged out. lock says that the caller does not hold the lock.
func (s *Server) loggedIn(lock bool) *apiError {
	if lock {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	if time.Now().Before(s.loggedOut) {
		return badRequest("Logged out")
	}
	return nil
}

// logOut ends everything here, so that the bot can be served by a local server; a local one lets it back at once.
func (c *call) logOut() (any, *apiError) {
	s := c.s
	if !s.cfg.Local {
		s.loggedOut = time.Now().Add(noLoginFor)
	}
	s.hook.replace(webhookSettings{})
	s.poll.end(badRequest("Logged out"))
	return true, nil
}

// close ends the instance of the bot. The next call launches it again.
func (c *call) close() (any, *apiError) {
	s := c.s
	if wait := time.Until(s.launched.Add(noCloseFor)); wait > 0 {
		return nil, tooManyRequests(ceilSeconds(wait))
	}
	s.launched = time.Now()
	return true, nil
}

type command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

type commandScope struct{ scope, language string }

var (
	commandForm  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageForm = regexp.MustCompile(`^([a-z]{2})?$`)
	scopeTypes   = map[string]bool{
		"default": true, "all_private_chats": true, "all_group_chats": true, "all_chat_administrators": true,
		"chat": true, "chat_administrators": true, "chat_member": true,
	}
)

// commandScope reads whom a list of commands is for.
func (c *call) commandScope() (commandScope, *apiError) {
	at := commandScope{scope: "default", language: c.str("language_code")}
	if !languageForm.MatchString(at.language) {
		return at, badRequest("invalid language code specified")
	}
	raw := c.str("scope")
	if raw == "" || raw == "null" {
		return at, nil
	}
	o, ok := parseObject(raw)
	if !ok {
		return at, badRequest("can't parse BotCommandScope: expected an Object")
	}
	kind, err := o.str("type")
	if err != nil || !scopeTypes[kind] {
		return at, badRequest("can't parse BotCommandScope: unsupported type specified")
	}
	at.scope = kind
	for _, name := range []string{"chat_id", "user_id"} {
		value, err := o.str(name)
		if err != nil {
			return at, badRequest("can't parse BotCommandScope: " + err.Error())
		}
		at.scope += " " + value
	}
	at.scope = strings.TrimSpace(at.scope)
	return at, nil
}

func (c *call) setMyCommands() (any, *apiError) {
	at, bad := c.commandScope()
	if bad != nil {
		return nil, bad
	}
	var objects []object
	if json.Unmarshal([]byte(c.str("commands")), &objects) != nil {
		return nil, badRequest("expected an Array of BotCommand")
	}
	if len(objects) > maxCommands {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	list := make([]command, 0, len(objects))
	for _, o := range objects {
		one, bad := readCommand(o)
		if bad != nil {
			return nil, bad
		}
		list = append(list, one)
	}
	c.s.commands[at] = list
	return true, nil
}

func readCommand(o object) (one command, bad *apiError) {
	var err error
	if one.Command, err = o.str("command"); err == nil {
		one.Description, err = o.str("description")
	}
	one.Command = strings.TrimPrefix(one.Command, "/")
	switch {
	case err != nil:
		return one, badRequest("can't parse BotCommand: " + err.Error())
	case !commandForm.MatchString(one.Command):
		return one, badRequest("BOT_COMMAND_INVALID")
	case one.Description == "" || utf8.RuneCountInString(one.Description) > maxDescription:
		return one, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
	}
	return one, nil
}

func (c *call) getMyCommands() (any, *apiError) {
	at, bad := c.commandScope()
	if bad != nil {
		return nil, bad
	}
	return append([]command{}, c.s.commands[at]...), nil
}

func (c *call) deleteMyCommands() (any, *apiError) {
	at, bad := c.commandScope()
	if bad != nil {
		return nil, bad
	}
	delete(c.s.commands, at)
	return true, nil
}
