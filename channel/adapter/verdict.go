package adapter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/parley-go/parley/channel"
)

// verdict says what an error of a call means. Errors of the context and of the transport mean the same on every platform
// and are judged here; all others are the driver's, and so is one that the driver made an *channel.Error itself: it may
// know that only an upload, or somebody else's server, failed.
func (c *Channel) verdict(op string, err error) Verdict {
	var judged *channel.Error
	var v Verdict
	switch {
	case errors.As(err, &judged):
		v = c.driver.Verdict(err)
	case err == channel.ErrUnsupported: // of Base: no call was made
		v = Verdict{Error: channel.Error{Reason: channel.ErrUnsupported}, Executed: ExecutedNo}
	case notReached(err):
		v = Verdict{Error: ofTransport("not reached", err), Executed: ExecutedNo}
	case isTransport(err):
		v = Verdict{Error: ofTransport("no answer", err)}
	default:
		v = c.driver.Verdict(err)
	}
	setDefault(&v.Error.Reason, channel.ErrUnavailable)
	setDefault(&v.Error.Scope, channel.ScopeMessage)
	setDefault(&v.Error.Platform, c.account.Platform)
	setDefault(&v.Error.Op, op)
	v.Error.Err = withoutURL(v.Error.Err)
	return v
}

// ofTransport is ErrUnavailable in the transport's words, but for those that name a URL: it may hold a token.
func ofTransport(what string, err error) channel.Error {
	err = withoutURL(err)
	if text := err.Error(); !strings.Contains(text, "://") {
		what += ": " + text
	}
	return channel.Error{Reason: channel.ErrUnavailable, Scope: channel.ScopeMessage, Message: what, Err: err}
}

// withoutURL is err without the *url.Error in it, whose URL holds the token on some platforms, and without what wraps
// that, which repeats its text.
func withoutURL(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
		if err == nil || strings.Contains(err.Error(), u.URL) || u.Op == "parse" {
			return errors.New("malformed request")
		}
	}
	return err
}

// beforeRequest has the alerts that end a TLS handshake before a request can be written.
var beforeRequest = []tls.AlertError{40, 70, 71, 112, 120}

// notReached reports whether the transport failed before the request could be written: its name was not resolved, its
// connection not made, or its peer not trusted.
func notReached(err error) bool {
	var (
		op      *net.OpError
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
		alert   tls.AlertError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")),
		errors.As(err, &dns), errors.As(err, &cert), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid),
		errors.As(err, &alert) && slices.Contains(beforeRequest, alert),
		errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, http.ErrSchemeMismatch):
		return true
	}
	var u *url.Error
	return errors.As(err, &u) && u.Err != nil && u.Err.Error() == "net/http: TLS handshake timeout" // has no name
}

// isTransport reports whether err is the transport's or the context's, not the platform's.
func isTransport(err error) bool {
	var (
		u *url.Error
		n net.Error
	)
	if errors.As(err, &u) || errors.As(err, &n) {
		return true
	}
	for _, known := range []error{
		context.Canceled, context.DeadlineExceeded, os.ErrDeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe,
		net.ErrClosed, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ETIMEDOUT,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// ended is the failure of a call that was not begun because its context ended.
func (c *Channel) ended(op string, cause error) *channel.Error {
	return &channel.Error{
		Reason: channel.ErrUnavailable, Scope: channel.ScopeMessage, Platform: c.account.Platform, Op: op,
		Message: "not begun: " + cause.Error(), Err: cause,
	}
}
