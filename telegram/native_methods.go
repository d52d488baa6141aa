package telegram

import (
	"strconv"
	"strings"
)

// traits are what the engine must know of a method.
type traits uint8

const (
	writes     traits = 1 << iota // puts a message into the chat, or changes one
	shows                         // shows something in the chat that passes
	repeatable                    // carried out twice it is the same as once
	registers                     // is about the webhook
)

// methods are those that are otherwise than their names say, which see traitsOf. Names are case-insensitive.
var methods = map[string]traits{
	"setwebhook":    registers | repeatable,
	"deletewebhook": registers | repeatable,

	"sendchataction":            shows | repeatable,
	"sendmessagedraft":          shows | repeatable, // a preview, streamed: no message, and its draft_id is the same
	"sendrichmessagedraft":      shows | repeatable,
	"sendchatjoinrequestwebapp": 0,
	"stopmessagelivelocation":   writes | repeatable,
	"stoppoll":                  writes,

	"answercallbackquery": repeatable,
	"answerinlinequery":   repeatable,
	"setmessagereaction":  repeatable,
	"deletemessage":       repeatable,
	"deletemessages":      repeatable,
	"readbusinessmessage": repeatable,

	"setmycommands":                   repeatable,
	"deletemycommands":                repeatable,
	"setmyname":                       repeatable,
	"setmydescription":                repeatable,
	"setmyshortdescription":           repeatable,
	"setmydefaultadministratorrights": repeatable,
	"setchatmenubutton":               repeatable,

	"banchatmember":                   repeatable,
	"unbanchatmember":                 repeatable,
	"restrictchatmember":              repeatable,
	"promotechatmember":               repeatable,
	"banchatsenderchat":               repeatable,
	"unbanchatsenderchat":             repeatable,
	"setchatpermissions":              repeatable,
	"setchatadministratorcustomtitle": repeatable,
	"setchatmembertag":                repeatable,
	"unpinallchatmessages":            repeatable,
}

// traitsOf is what the method's name says, unless the table knows better: a newer method is known by its name too.
func traitsOf(method string) traits {
	method = strings.ToLower(method)
	if t, ok := methods[method]; ok {
		return t
	}
	switch {
	case strings.HasPrefix(method, "get"):
		return repeatable
	case strings.HasPrefix(method, "send"), strings.HasPrefix(method, "forwardmessage"), strings.HasPrefix(method, "copymessage"):
		return writes
	case strings.HasPrefix(method, "editmessage"):
		return writes | repeatable
	default:
		return 0
	}
}

// listFields name the list of what becomes a message each.
var listFields = map[string]string{
	"sendmediagroup":  "media",
	"forwardmessages": "message_ids",
	"copymessages":    "message_ids",
}

// number is 0 where s is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
