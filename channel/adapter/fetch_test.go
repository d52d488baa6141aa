package adapter

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answers is a client whose every request gets this answer.
func answers(status int, header http.Header, body io.Reader, length int64) *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(body), ContentLength: length, Request: r}, nil
	})}
}

// fetched plans a URL on a platform that takes bytes of up to 1000, and opens it.
func fetched(t *testing.T, ctx context.Context, client *http.Client, address string) (string, error) {
	t.Helper()
	c := planChannel(t, &planDriver{limits: onlyUpload()}, channel.Options{Fetch: client})
	m := channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentImage, URL: address}}}
	p, err := c.plan(ctx, draft{message: m})
	require.NoError(t, err)
	a := p.parts[0].Message.Attachments[0]
	require.Empty(t, a.URL)
	require.Equal(t, address, p.rests[0].Attachments[0].URL)
	r, err := a.Open()
	if err != nil {
		return "", err
	}
	defer func() { require.NoError(t, r.Close()) }()
	content, err := io.ReadAll(r)
	return string(content), err
}

const secretive = "https://user:password@files.example/a.png?token=secret"

// requireDiscreet checks that an error tells nothing of a URL but its host.
func requireDiscreet(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{"user", "password", "token", "secret"} {
		require.NotContains(t, fmt.Sprintf("%v %+v %q", err, err, err), secret)
	}
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Message, "Attachments[0].URL: ")
}

func TestAURLIsFetchedWhereThePlatformTakesBytes(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{5, -1} {
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, http.MethodGet, r.Method)
			assert.Equal(t, "https://files.example/a.png?token=secret", r.URL.String(), "without user and password")
			assert.Empty(t, r.Header)
			body := io.NopCloser(strings.NewReader("bytes"))
			return &http.Response{StatusCode: 200, Body: body, ContentLength: length, Request: r}, nil
		})}
		content, err := fetched(t, t.Context(), client, secretive)
		require.NoError(t, err)
		assert.Equal(t, "bytes", content)
	}
}

func TestAFetchedFileHasTheNameInItsURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.example/b/c%20d.png?e": "c d.png", "https://a.example": "", "https://a.example/": "",
	} {
		assert.Equal(t, want, nameOf(address))
	}
	assert.Empty(t, nameOf("https://a.example/%zz"))
}

func TestAFetchIsCappedWhereThePlatformKnowsNoLimit(t *testing.T) {
	t.Parallel()
	limits := onlyUpload()
	limits.Upload = map[channel.AttachmentKind]int64{channel.AttachmentFile: 0}
	for name, client := range map[string]*http.Client{
		"by its header": answers(200, nil, strings.NewReader(""), maxFetch+1),
		"in the middle": answers(200, nil, endless{}, -1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := planChannel(t, &planDriver{limits: limits}, channel.Options{Fetch: client})
			a := channel.Attachment{Kind: channel.AttachmentFile, URL: "https://files.example/a"}
			p, err := c.plan(t.Context(), draft{message: channel.Message{Attachments: []channel.Attachment{a}}})
			require.NoError(t, err)
			n := int64(0)
			r, err := p.parts[0].Message.Attachments[0].Open()
			if err == nil {
				n, err = io.CopyN(io.Discard, r, 2*maxFetch)
				require.NoError(t, r.Close())
			}
			require.ErrorIs(t, err, channel.ErrTooLarge)
			assert.LessOrEqual(t, n, int64(maxFetch))

			a.Size = maxFetch + 1
			_, err = c.plan(t.Context(), draft{message: channel.Message{Attachments: []channel.Attachment{a}}})
			assert.ErrorIs(t, err, channel.ErrTooLarge, "the size that is told is looked at before anything is sent")
		})
	}
}

// endless is bytes without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestABadAnswerIsNotSentOn(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 1001)
	tests := []struct {
		name   string
		client *http.Client
		reason channel.Reason
		want   string
	}{
		{"too large by its header", answers(200, nil, strings.NewReader(large), 1001), channel.ErrTooLarge, "1001 bytes, at most 1000"},
		{"too large in the middle", answers(200, nil, strings.NewReader(large), -1), channel.ErrTooLarge, "more than 1000 bytes"},
		{"not found", answers(404, nil, strings.NewReader(""), 0), channel.ErrNotFound, "files.example answered with status 404"},
		{"forbidden", answers(403, nil, strings.NewReader(""), 0), channel.ErrInvalid, "files.example answered with status 403"},
		{"part of a file", answers(206, nil, strings.NewReader("x"), 1), channel.ErrInvalid, "files.example answered with status 206"},
		{"out of order", answers(503, nil, strings.NewReader(""), 0), channel.ErrUnavailable, "files.example answered with status 503"},
		{"a cut connection", answers(200, nil, io.MultiReader(strings.NewReader("x"), cut{}), 5), channel.ErrUnavailable, "files.example: the connection was cut"},
		{"no such host", fails(&net.DNSError{Err: "no such host", Name: "files.example"}), channel.ErrUnavailable, "files.example: the name was not found"},
		{"no connection", fails(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), channel.ErrUnavailable, "files.example: the connection failed"},
		{"an error that tells of the URL", &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("cannot get %s", r.URL)
		})}, channel.ErrUnavailable, "files.example: the download failed"},
		{"a redirect that is none", answers(302, http.Header{"Location": {"https://x\x7f/?token=secret"}}, strings.NewReader(""), 0), channel.ErrUnavailable, "files.example: the download failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := fetched(t, t.Context(), tt.client, secretive)
			require.ErrorIs(t, err, tt.reason)
			assert.ErrorContains(t, err, tt.want)
			requireDiscreet(t, err)
		})
	}
}

func fails(err error) *http.Client {
	return &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, err })}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAFetchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	waits := roundTripper(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	_, err := fetched(t, ctx, &http.Client{Transport: waits}, secretive)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, channel.ErrUnavailable)
	requireDiscreet(t, err)
}

func TestAGuardedFetchTakesNoForever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := guarded()
		client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		start := time.Now()
		_, err := fetched(t, t.Context(), client, secretive)
		require.ErrorIs(t, err, channel.ErrUnavailable)
		assert.ErrorContains(t, err, "files.example: timeout")
		requireDiscreet(t, err)
		assert.Equal(t, fetchTimeout, time.Since(start))
	})
}

func TestAGuardedFetchReachesNoPrivateAddress(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, address := range []string{server.URL, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port} {
		_, err := fetched(t, t.Context(), nil, address+"/?token=secret")
		require.ErrorIs(t, err, channel.ErrInvalid, address)
		assert.ErrorContains(t, err, "not a public address")
		requireDiscreet(t, err)
	}
	assert.False(t, reached.Load())
}

// TestAGuardedFetchIsNotLedToAPrivateAddress has a public host redirect to a private one: the first answer is made up,
// the second request goes over the guarded transport.
func TestAGuardedFetchIsNotLedToAPrivateAddress(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer server.Close()
	client := guarded()
	transport := client.Transport
	client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "files.example" {
			return redirected(r, server.URL+"/?token=secret"), nil
		}
		return transport.RoundTrip(r)
	})
	_, err := fetched(t, t.Context(), client, secretive)
	require.ErrorIs(t, err, channel.ErrInvalid)
	assert.ErrorContains(t, err, "not a public address")
	requireDiscreet(t, err)
	assert.False(t, reached.Load())
}

func redirected(r *http.Request, to string) *http.Response {
	return &http.Response{StatusCode: 302, Header: http.Header{"Location": {to}}, Body: http.NoBody, Request: r}
}

func TestAGuardedFetchFollowsAFewRedirects(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		times int
		to    string
		want  string
	}{
		{"five", 5, "https://b.example/?token=secret", ""},
		{"six", 6, "https://b.example/?token=secret", "more than 5 redirects"},
		{"to no web", 1, "ftp://b.example/?token=secret", "a redirect to what is neither http nor https"},
		{"to a user", 1, "https://user:password@b.example/", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			client := guarded()
			client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				assert.Empty(t, r.Header.Get("Referer"), "the old URL is no business of the new host")
				assert.Empty(t, r.Header.Get("Authorization"))
				if requests++; requests <= tt.times {
					return redirected(r, tt.to), nil
				}
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("x")), ContentLength: 1, Request: r}, nil
			})
			content, err := fetched(t, t.Context(), client, secretive)
			if tt.want == "" {
				require.NoError(t, err)
				assert.Equal(t, "x", content)
				return
			}
			require.ErrorIs(t, err, channel.ErrInvalid)
			assert.ErrorContains(t, err, tt.want)
			requireDiscreet(t, err)
		})
	}
}

func TestWhichAddressesArePublic(t *testing.T) {
	t.Parallel()
	for _, a := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8", "169.254.169.254",
		"172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
		"::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1",
		"fd00:ec2::254", "ff02::1", "ff0e::1", "2001::1", "2001:0:4136:e378::", "2001:db8::1", "2002:7f00:1::", "3fff::1", "100::1", "5f00::1",
		"2606:4700::1%eth0",
	} {
		assert.False(t, public(netip.MustParseAddr(a)), a)
	}
	for _, a := range []string{
		"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.255",
		"::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700:4700::1111", "2a00:1450::1",
	} {
		assert.True(t, public(netip.MustParseAddr(a)), a)
	}
}

func TestAConnectionIsRefusedByItsAddress(t *testing.T) {
	t.Parallel()
	assert.NoError(t, control("tcp4", "8.8.8.8:443", nil))
	assert.NoError(t, control("tcp6", "[2606:4700::1]:80", nil))
	for _, c := range [][2]string{{"tcp4", "127.0.0.1:80"}, {"udp4", "8.8.8.8:443"}, {"unix", "/run/docker.sock"}, {"tcp4", "files.example:80"}} {
		assert.ErrorIs(t, control(c[0], c[1], nil), channel.ErrInvalid, c)
	}
}

func TestAGuardedFetchHasTheBytesAsTheyAre(t *testing.T) {
	t.Parallel()
	transport := guarded().Transport.(*http.Transport)
	transport.DialContext = nil // the server is on this machine
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Accept-Encoding"), "what is unpacked is longer than the header says, without an end")
		w.Header().Set("Content-Length", "5")
		_, _ = io.WriteString(w, "bytes")
	}))
	defer server.Close()
	content, err := fetched(t, t.Context(), &http.Client{Transport: transport}, server.URL)
	require.NoError(t, err)
	assert.Equal(t, "bytes", content)
}

func TestAGuardedFetchUsesNoProxy(t *testing.T) {
	t.Parallel()
	assert.Nil(t, guarded().Transport.(*http.Transport).Proxy)
	assert.Nil(t, guarded().Jar)
}
