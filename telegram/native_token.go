package telegram

import (
	"errors"
	"net/url"
	"reflect"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const hidden = "hidden" // stands where the secret half of the token was

// sealed is a secret as a function: no verb, also no wrong one, and no encoder follows it, wherever it lies.
type sealed func() string

func seal(s string) sealed { return func() string { return s } }

// token keeps the token out of whatever is printed.
type token struct {
	value   sealed
	secret  sealed // its half after the colon, by which it is found also where the colon is escaped
	standIn string // what the library has in its place
}

func newToken(value string) *token {
	id, secret, _ := strings.Cut(value, ":")
	if len(secret) < 8 { // too short to be told from other text
		secret = value
	}
	return &token{value: seal(value), secret: seal(secret), standIn: id + ":" + hidden}
}

func (t *token) in(s string) bool { return strings.Contains(s, t.secret()) }

func (t *token) hide(s string) string { return strings.ReplaceAll(s, t.secret(), hidden) }

// refused is the error of a reply that is not ok.
func (t *token) refused(reply *tgbotapi.APIResponse) error {
	e := &tgbotapi.Error{Code: reply.ErrorCode, Message: t.hide(reply.Description)}
	if reply.Parameters != nil {
		e.ResponseParameters = *reply.Parameters
	}
	return e
}

// clean returns err without the token, still good for errors.Is and errors.As.
func (t *token) clean(err error) error {
	if u, ok := err.(*url.Error); ok {
		return &url.Error{Op: u.Op, URL: t.hide(u.URL), Err: t.clean(u.Err)}
	}
	if e, ok := err.(*tgbotapi.Error); ok {
		return &tgbotapi.Error{Code: e.Code, Message: t.hide(e.Message), ResponseParameters: e.ResponseParameters}
	}
	text := err.Error()
	if !t.in(text) {
		return err
	}
	return &cleanError{
		text: t.hide(text),
		is:   func(target error) bool { return errors.Is(err, target) },
		as: func(target any) bool {
			if !errors.As(err, target) {
				return false
			}
			found := reflect.ValueOf(target).Elem()
			if e, ok := found.Interface().(error); ok && t.in(e.Error()) {
				found.SetZero()
				return false
			}
			return true
		},
	}
}

// cleanError stands for an error whose text had the token. It holds that in functions alone: no verb and no encoder
// follows them, and it has no Unwrap.
type cleanError struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *cleanError) Error() string        { return e.text }
func (e *cleanError) Is(target error) bool { return e.is(target) }
func (e *cleanError) As(target any) bool   { return e.as(target) }
