package adapter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

const tokenURL = "https://api.example/bot123:SECRET/sendMessage"

func overHTTP(err error) error { return &url.Error{Op: "Post", URL: tokenURL, Err: err} }

func TestTransportErrorsAreJudgedTheSameForAllPlatforms(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	for name, test := range map[string]struct {
		err      error
		executed Executed
	}{
		"refused":                   {&net.OpError{Op: "dial", Err: &os.SyscallError{Syscall: "connect", Err: syscall.ECONNREFUSED}}, ExecutedNo},
		"no route":                  {&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, ExecutedNo},
		"dial cancelled":            {&net.OpError{Op: "dial", Err: context.Canceled}, ExecutedNo},
		"proxy refused":             {&net.OpError{Op: "proxyconnect", Err: errors.New("no")}, ExecutedNo},
		"name not found":            {&net.DNSError{Err: "no such host", Name: "api.example"}, ExecutedNo},
		"certificate of a stranger": {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, ExecutedNo},
		"handshake refused":         {&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, ExecutedNo},
		"not TLS":                   {http.ErrSchemeMismatch, ExecutedNo},
		"handshake timeout":         {errors.New("net/http: TLS handshake timeout"), ExecutedNo},
		"alert in a session":        {&net.OpError{Op: "remote error", Err: tls.AlertError(20)}, ExecutedMaybe},
		"closed":                    {io.EOF, ExecutedMaybe},
		"reset":                     {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, ExecutedMaybe},
		"broken pipe":               {&net.OpError{Op: "write", Err: syscall.EPIPE}, ExecutedMaybe},
		"timeout":                   {os.ErrDeadlineExceeded, ExecutedMaybe},
		"context ended":             {context.DeadlineExceeded, ExecutedMaybe},
		"anything of the client":    {errors.New("http2: the peer is confused"), ExecutedMaybe},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, err := range []error{overHTTP(test.err), fmt.Errorf("calling %w", overHTTP(test.err))} {
				v := c.verdict("send", err)
				assert.Equal(t, test.executed, v.Executed)
				assert.Equal(t, channel.ErrUnavailable, v.Error.Reason)
				assert.Equal(t, channel.ScopeMessage, v.Error.Scope)
				assert.Equal(t, "test", v.Error.Platform)
				assert.ErrorIs(t, v.Error.Err, test.err)
				requireNoURL(t, &v.Error)
			}
		})
	}
	for name, err := range map[string]error{
		"a cut body": fmt.Errorf("reading the answer: %w", io.ErrUnexpectedEOF), "a bare reset": syscall.ECONNRESET,
		"a bare end of the context": context.Canceled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := c.verdict("send", err)
			assert.Equal(t, ExecutedMaybe, v.Executed)
			assert.ErrorIs(t, v.Error.Err, err)
		})
	}
}

func requireNoURL(t *testing.T, err error) {
	t.Helper()
	var u *url.Error
	require.False(t, errors.As(err, &u), "a *url.Error is in the chain")
	for ; err != nil; err = next(err) {
		require.NotContains(t, err.Error(), "SECRET")
		require.NotContains(t, fmt.Sprintf("%+v", err), "SECRET")
	}
}

func next(err error) error {
	if e, ok := err.(*channel.Error); ok {
		return e.Err
	}
	return errors.Unwrap(err)
}

func TestNoErrorHoldsAURL(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	malformed := tokenURL + fmt.Sprintf("%c", 127)
	_, parse := url.Parse(malformed)
	for name, err := range map[string]error{
		"nested":                    overHTTP(overHTTP(io.EOF)),
		"joined":                    errors.Join(overHTTP(io.EOF), overHTTP(io.ErrUnexpectedEOF)),
		"repeated by what it wraps": overHTTP(errors.New("no answer from " + tokenURL)),
		"without a cause":           &url.Error{Op: "Get", URL: tokenURL},
		"malformed":                 parse,
		"repeated by a wrapper":     fmt.Errorf("%w: calling %s", context.Canceled, tokenURL),
		"in the driver's verdict": &channel.Error{
			Reason: channel.ErrUnavailable, Err: fmt.Errorf("uploading: %w", overHTTP(io.EOF)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &sendDriver{send: func(context.Context, int, *Part) error { return err }}
			c := newSender(t, d, channel.Options{})
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			e := failure(t, err)
			var u *url.Error
			require.False(t, errors.As(e, &u))
			require.NotContains(t, e.Error(), "SECRET")
		})
	}
	v := c.verdict("send", overHTTP(io.EOF))
	assert.Equal(t, "test: send: no answer: EOF", v.Error.Error())
}

// judge is a driver that makes its errors *channel.Error itself.
type judge struct{ sendDriver }

func (d *judge) Verdict(err error) Verdict {
	var e *channel.Error
	if errors.As(err, &e) {
		return Verdict{Error: *e, Executed: ExecutedNo}
	}
	return d.sendDriver.Verdict(err)
}

func TestDriverMayJudgeATransportErrorOfAnotherServer(t *testing.T) {
	t.Parallel()
	d := &judge{}
	d.send = func(context.Context, int, *Part) error {
		return &channel.Error{Reason: channel.ErrInvalid, Message: "the file cannot be fetched", Err: overHTTP(io.EOF)}
	}
	c, err := New(d, channel.Options{})
	require.NoError(t, err)
	_, err = c.Send(t.Context(), "chat", channel.Text("hi"))
	assert.ErrorIs(t, err, channel.ErrInvalid)
	assert.ErrorIs(t, err, io.EOF)
	requireNoURL(t, err)
}

func TestRealConnectionThatIsRefusedOrClosed(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	closing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			_ = conn.Close()
		}
	}))
	defer closing.Close()
	gone := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	gone.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for url, executed := range map[string]Executed{closing.URL: ExecutedMaybe, gone.URL: ExecutedNo, untrusted.URL: ExecutedNo} {
		_, err := client.Post(url, "text/plain", nil)
		require.Error(t, err)
		assert.Equal(t, executed, c.verdict("send", err).Executed, "%v", err)
	}
}
