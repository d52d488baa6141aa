package telegramtest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// ErrClosed is what a person's verb returns when the server was closed before the bot acknowledged the update.
var ErrClosed = errors.New("telegramtest: server closed")

// ErrExpired is what a person's verb returns when the bot did not acknowledge the update in the time that the
// platform keeps it: 24 hours, 150 seconds for a pressed button. The error that wraps it says what the last
// delivery met.
var ErrExpired = errors.New("update expired before the bot acknowledged it")

// apiError is a refusal as the Bot API words it. The HTTP status equals the code.
type apiError struct {
	code        int
	description string
	retryAfter  int   // whole seconds, only with 429
	migrateTo   int64 // the supergroup that a group has become
}

func (e *apiError) Error() string { return e.description }

func badRequest(description string) *apiError {
	return &apiError{code: http.StatusBadRequest, description: "Bad Request: " + description}
}

func forbidden(description string) *apiError {
	return &apiError{code: http.StatusForbidden, description: "Forbidden: " + description}
}

func conflict(description string) *apiError {
	return &apiError{code: http.StatusConflict, description: "Conflict: " + description}
}

func tooManyRequests(seconds int) *apiError {
	return &apiError{
		code:        http.StatusTooManyRequests,
		description: "Too Many Requests: retry after " + strconv.Itoa(seconds),
		retryAfter:  seconds,
	}
}

var (
	errUnauthorized     = &apiError{code: http.StatusUnauthorized, description: "Unauthorized"}
	errNotFound         = &apiError{code: http.StatusNotFound, description: "Not Found"}
	errMethodNotFound   = &apiError{code: http.StatusNotFound, description: "Not Found: method not found"}
	errMethodNotAllowed = &apiError{code: http.StatusMethodNotAllowed, description: "Method Not Allowed"}
	errTooLarge         = &apiError{code: http.StatusRequestEntityTooLarge, description: "Request Entity Too Large"}
	errInternal         = &apiError{code: http.StatusInternalServerError, description: "Internal Server Error: storage is not available"}
	errChatNotFound     = badRequest("chat not found")
)

// wording is an error in the platform's own words, which begin with a capital.
type wording string

func (w wording) Error() string { return string(w) }

func words(format string, args ...any) error { return wording(fmt.Sprintf(format, args...)) }
