package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

// meaning is a row of the table of errors: the first whose code and text fit says what an error means.
type meaning struct {
	code   int    // 0: any. Albums wrap the errors of their items, under other codes
	text   string // found in the description, in lower case
	reason channel.Reason
	scope  channel.Scope
}

// meanings are the errors of the Bot API. Its texts are no contract: an unknown one means what its code means. What is
// not here, floods and failures of the server, is in apiVerdict.
var meanings = []meaning{
	{401, "", channel.ErrUnauthorized, channel.ScopeAccount},
	{404, "method not found", channel.ErrUnsupported, channel.ScopeMessage},
	{404, "", channel.ErrUnauthorized, channel.ScopeAccount}, // a malformed token
	{409, "", channel.ErrConflict, channel.ScopeAccount},
	{413, "", channel.ErrTooLarge, channel.ScopeMessage},

	{0, "bot was blocked by the user", channel.ErrBlocked, channel.ScopeChat},
	{0, "user_is_blocked", channel.ErrBlocked, channel.ScopeChat},
	{0, "user is deactivated", channel.ErrGone, channel.ScopeChat},
	{0, "input_user_deactivated", channel.ErrGone, channel.ScopeChat},
	{0, "group chat was deleted", channel.ErrGone, channel.ScopeChat},
	{0, "can't initiate conversation", channel.ErrNotSubscribed, channel.ScopeChat},
	{0, "peer_id_invalid", channel.ErrNotSubscribed, channel.ScopeChat},
	{0, "bot was kicked from", channel.ErrNotSubscribed, channel.ScopeChat},
	{0, "bot is not a member of", channel.ErrNotSubscribed, channel.ScopeChat},
	{0, "business connection not found", channel.ErrNotSubscribed, channel.ScopeChat},
	{0, "business_peer_usage_missing", channel.ErrWindowClosed, channel.ScopeChat},
	{0, "bot can't send messages to", channel.ErrForbidden, channel.ScopeChat}, // to another bot
	{0, "have no write access to the chat", channel.ErrForbidden, channel.ScopeChat},
	{0, "not enough rights to send text messages", channel.ErrForbidden, channel.ScopeChat},
	{0, "not enough rights", channel.ErrForbidden, channel.ScopeMessage}, // to send photos, to delete
	{0, "need administrator rights", channel.ErrForbidden, channel.ScopeChat},
	{0, "chat_write_forbidden", channel.ErrForbidden, channel.ScopeChat},
	{0, "allow_payment_required", channel.ErrForbidden, channel.ScopeChat},
	{0, "voice_messages_forbidden", channel.ErrForbidden, channel.ScopeMessage},

	{0, "chat not found", channel.ErrNotFound, channel.ScopeChat},
	{0, "chat_id is empty", channel.ErrNotFound, channel.ScopeChat},
	{0, "user not found", channel.ErrNotFound, channel.ScopeChat},
	{0, "upgraded to a supergroup", channel.ErrNotFound, channel.ScopeChat},
	{0, "message thread not found", channel.ErrNotFound, channel.ScopeChat},
	{0, "message to edit not found", channel.ErrNotFound, channel.ScopeMessage},
	{0, "message to delete not found", channel.ErrNotFound, channel.ScopeMessage},
	{0, "message to forward not found", channel.ErrNotFound, channel.ScopeMessage},
	{0, "message to copy not found", channel.ErrNotFound, channel.ScopeMessage},
	{0, "message to react not found", channel.ErrNotFound, channel.ScopeMessage},
	{0, "message to pin not found", channel.ErrNotFound, channel.ScopeMessage},
	{0, "message to be replied not found", channel.ErrNotFound, channel.ScopeMessage},
	{0, textTooOld, channel.ErrNotFound, channel.ScopeMessage},
	{0, "wrong file identifier", channel.ErrNotFound, channel.ScopeMessage},
	{0, "wrong remote file identifier", channel.ErrNotFound, channel.ScopeMessage},
	{0, "invalid file_id", channel.ErrNotFound, channel.ScopeMessage},
	{0, "wrong file_id or the file is temporarily unavailable", channel.ErrNotFound, channel.ScopeMessage},

	{0, "message is too long", channel.ErrTooLarge, channel.ScopeMessage},
	{0, "caption is too long", channel.ErrTooLarge, channel.ScopeMessage},
	{0, "text is too long", channel.ErrTooLarge, channel.ScopeMessage},
	{0, "file is too big", channel.ErrTooLarge, channel.ScopeMessage},
	{0, "request entity too large", channel.ErrTooLarge, channel.ScopeMessage},

	{0, "message can't be edited", channel.ErrForbidden, channel.ScopeMessage},
	{0, "message can't be deleted", channel.ErrForbidden, channel.ScopeMessage},
	{0, "message text is empty", channel.ErrInvalid, channel.ScopeMessage},
	{0, "must be non-empty", channel.ErrInvalid, channel.ScopeMessage},
	{0, "can't parse entities", channel.ErrInvalid, channel.ScopeMessage},
	{0, textNotModified, channel.ErrInvalid, channel.ScopeMessage},
	{0, textNoText, channel.ErrInvalid, channel.ScopeMessage},
	{0, "button_data_invalid", channel.ErrInvalid, channel.ScopeMessage},
	{0, "keyboard button url", channel.ErrInvalid, channel.ScopeMessage},
	{0, "reply markup is too long", channel.ErrInvalid, channel.ScopeMessage},
	{0, "wrong http url specified", channel.ErrInvalid, channel.ScopeMessage},
	{0, "failed to get http url content", channel.ErrInvalid, channel.ScopeMessage},
	{0, "wrong type of the web page content", channel.ErrInvalid, channel.ScopeMessage},
	{0, "can't upload file by url", channel.ErrInvalid, channel.ScopeMessage},

	{403, "", channel.ErrForbidden, channel.ScopeChat},
	{400, "", channel.ErrInvalid, channel.ScopeMessage},
}

// Descriptions that are no failure to some of the calls.
const (
	textNotModified    = "message is not modified"
	textDeleteNotFound = "message to delete not found"
	textChatNotFound   = "chat not found"
	textTooOld         = "query is too old"
	textNoText         = "there is no text in the message to edit"
)

// notFetched are what an URL that Telegram could not fetch, or did not take for what it is to be, is refused with.
var notFetched = []string{
	"http url specified", "failed to get http url content", "wrong type of the web page content", "can't upload file by url",
}

// wrapped is how an album tells of the first of its messages that failed. The others may be out, whichever that is: what
// is wrong with one file stops no other. What is wrong with the chat stops all of them.
const wrapped = "failed to send message #"

// failure is an error of a call, and what its meaning depends on beside.
type failure struct {
	err   error
	pace  string // that a 429 pauses
	paid  bool   // the call is a broadcast that Stars are paid for
	aside aside
}

// aside is whom a call names beside its chat: what is said may be said of them.
type aside int8

const (
	asideNobody aside = iota
	asidePerson       // a member of the chat, or whose topic of it that is
	asideSource       // the chat that a message is copied from
)

// maybeOf reports whether an error about a chat may be meant for who is named beside that.
func (a aside) maybeOf(text string, reason channel.Reason) bool {
	switch a {
	case asidePerson:
		return !isMembership(text)
	case asideSource: // nobody is written to there, but whoever is not allowed in cannot read
		return isMembership(text) || reason == channel.ErrNotFound || strings.Contains(text, "peer_id_invalid")
	default:
		return false
	}
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// isMembership reports whether an error says that the bot is not in a group or a channel.
func isMembership(text string) bool {
	return strings.Contains(text, "bot was kicked from") || strings.Contains(text, "bot is not a member of") ||
		strings.Contains(text, "group chat was deleted")
}

// refuse is an error found before any call.
func refuse(reason channel.Reason, format string, args ...any) *channel.Error {
	return &channel.Error{
		Reason: reason, Scope: channel.ScopeMessage, Platform: platform, Message: fmt.Sprintf(format, args...),
	}
}

// describes reports whether err is the Bot API's, with text in its description.
func describes(err error, text string) bool {
	var e *tgbotapi.Error
	return errors.As(err, &e) && strings.Contains(strings.ToLower(e.Message), text)
}

func (d *driver) Verdict(err error) adapter.Verdict {
	f := &failure{pace: paceChat}
	errors.As(err, &f)
	var (
		ours  *channel.Error
		api   *tgbotapi.Error
		other *HTTPError
	)
	switch {
	case errors.As(err, &ours):
		return adapter.Verdict{Error: *ours, Executed: adapter.ExecutedNo}
	case errors.As(err, &api):
		return apiVerdict(api, f)
	case errors.As(err, &other):
		return httpVerdict(other, f)
	default:
		return adapter.Verdict{Error: channel.Error{
			Reason: channel.ErrUnavailable, Scope: channel.ScopeMessage, Message: err.Error(), Err: err,
		}}
	}
}

func apiVerdict(e *tgbotapi.Error, f *failure) adapter.Verdict {
	v := adapter.Verdict{Executed: adapter.ExecutedNo, Error: channel.Error{
		Scope: channel.ScopeMessage, Code: strconv.Itoa(e.Code), Message: description(e), Err: e,
	}}
	text := strings.ToLower(e.Message)
	if wait, flood := floodWait(e, text); flood {
		if strings.Contains(text, wrapped) {
			v.Executed = adapter.ExecutedMaybe
		}
		v = limited(v, wait, f)
		if strings.Contains(text, "slow mode") || strings.Contains(text, "slowmode") {
			v.Widens = "" // of this group alone
		}
		return v
	}
	if e.Code >= 500 {
		v.Error.Reason, v.Executed = channel.ErrUnavailable, adapter.ExecutedMaybe
		return v
	}
	for _, m := range meanings {
		if (m.code == 0 || m.code == e.Code) && strings.Contains(text, m.text) {
			v.Error.Reason, v.Error.Scope = m.reason, m.scope
			v.Refetch = slices.ContainsFunc(notFetched, func(s string) bool { return strings.Contains(text, s) })
			beside := m.scope == channel.ScopeChat && f.aside.maybeOf(text, m.reason)
			if beside {
				v.Error.Scope = channel.ScopeMessage
			}
			if v.Error.Scope == channel.ScopeMessage && strings.Contains(text, wrapped) {
				v.Executed = adapter.ExecutedMaybe
			}
			if e.MigrateToChatID != 0 && (!beside || f.aside == asidePerson) {
				v.MovedTo = strconv.FormatInt(e.MigrateToChatID, 10)
			}
			return v
		}
	}
	v.Error.Reason = channel.ErrInvalid
	if e.Code < 400 {
		v.Error.Reason, v.Executed = channel.ErrUnavailable, adapter.ExecutedMaybe
	}
	return v
}

// floodWait tells a flood, which is a 429 by itself and may be a 400 inside an album, and how long it lasts; 0: not told.
func floodWait(e *tgbotapi.Error, text string) (wait time.Duration, flood bool) {
	const marker = "too many requests: retry after "
	i := strings.Index(text, marker)
	if e.Code != http.StatusTooManyRequests && i < 0 {
		return 0, false
	}
	seconds := e.RetryAfter
	if seconds <= 0 && i >= 0 {
		digits := text[i+len(marker):]
		end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
		if end >= 0 {
			digits = digits[:end]
		}
		seconds, _ = strconv.Atoi(digits)
	}
	return time.Duration(max(seconds, 0)) * time.Second, true
}

// limited makes v a 429. Telegram does not say what it limits: the chat is paused, or, for a call without one, the bot,
// and that too when several chats in a row are limited.
func limited(v adapter.Verdict, wait time.Duration, f *failure) adapter.Verdict {
	v.Error.Reason, v.Error.Scope, v.Pause = channel.ErrRateLimited, channel.ScopeChat, f.pace
	switch f.pace {
	case paceBot, pacePaid, paceRegister:
		v.Error.Scope = channel.ScopeAccount
	default:
		v.Widens = accountPace(f.paid)
	}
	if wait > 0 {
		v.Error.RetryAt = time.Now().Add(wait).UTC()
	}
	return v
}

// httpVerdict is for what stands before the Bot API: what it refused did not reach that.
func httpVerdict(e *HTTPError, f *failure) adapter.Verdict {
	v := adapter.Verdict{Executed: adapter.ExecutedNo, Error: channel.Error{
		Reason: channel.ErrUnavailable, Scope: channel.ScopeMessage,
		Code: strconv.Itoa(e.Status), Message: e.what(), Err: e,
	}}
	switch {
	case e.Status == http.StatusTooManyRequests:
		return limited(v, e.RetryAfter, f)
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusNotFound:
		v.Error.Reason, v.Error.Scope = channel.ErrUnauthorized, channel.ScopeAccount
	case e.Status == http.StatusRequestEntityTooLarge:
		v.Error.Reason = channel.ErrTooLarge
	case e.Status < 300, e.Status >= 500, e.Status == http.StatusRequestTimeout:
		v.Executed = adapter.ExecutedMaybe
		if e.RetryAfter > 0 {
			v.Error.RetryAt = time.Now().Add(e.RetryAfter).UTC()
		}
	}
	return v
}

// description is the text of e without the name of its code, which it begins with.
func description(e *tgbotapi.Error) string {
	return strings.TrimPrefix(e.Message, http.StatusText(e.Code)+": ")
}
