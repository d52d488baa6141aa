package adapter

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	fetchTimeout = 2 * time.Minute // of a whole file
	maxRedirects = 5
	maxFetch     = 50 << 20 // bytes of a file where no limit of the platform is known: its URL may come from anybody
)

// fetcher gets the bytes of an attachment from its URL, for a platform that takes only bytes. The URL may come from
// anybody, so the client is one that cannot reach what only this machine can, unless there is one of the user's.
type fetcher struct {
	client *http.Client // nil: guarded
	field  string       // of the message, for errors
	limit  int64        // bytes
}

// open starts the download. Its reader fails, rather than ends, when the file is too large or the connection breaks. No
// error holds the URL, whose query may be a secret, but for the host.
func (f *fetcher) open(ctx context.Context, address string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || !isHTTP(address) || req.URL.Hostname() == "" {
		return nil, invalid("%s.URL: not an http or https URL", f.field)
	}
	req.URL.User = nil // Go would send it
	client := f.client
	if client == nil {
		client = guarded()
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, f.failed(req.URL.Hostname(), err)
	}
	if err := f.refused(resp); err != nil {
		resp.Body.Close()
		return nil, err
	}
	body := &fetchedBody{ReadCloser: resp.Body, f: f, host: req.URL.Hostname()}
	r, err := capped(func() (io.ReadCloser, error) { return body, nil }, f.field+".URL", f.limit)()
	return r, err
}

// refused says why an answer is no file that can be sent.
func (f *fetcher) refused(resp *http.Response) error {
	status, host := resp.StatusCode, resp.Request.URL.Hostname()
	switch {
	case status == http.StatusOK && resp.ContentLength > f.limit:
		return refuse(channel.ErrTooLarge, "%s.URL: %d bytes, at most %d", f.field, resp.ContentLength, f.limit)
	case status == http.StatusOK:
		return nil
	case status == http.StatusNotFound, status == http.StatusGone:
		return refuse(channel.ErrNotFound, "%s.URL: %s answered with status %d", f.field, host, status)
	case status == http.StatusTooManyRequests, status >= 500:
		return refuse(channel.ErrUnavailable, "%s.URL: %s answered with status %d", f.field, host, status)
	}
	return invalid("%s.URL: %s answered with status %d", f.field, host, status)
}

// failed is an error of the client without what it says of the URL.
func (f *fetcher) failed(host string, err error) error {
	var e *channel.Error
	if errors.As(err, &e) {
		copied := *e
		copied.Message = f.field + ".URL: " + copied.Message
		return &copied
	}
	e = refuse(channel.ErrUnavailable, "%s.URL: %s: %s", f.field, host, cause(err))
	switch {
	case errors.Is(err, context.Canceled):
		e.Err = context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		e.Err = context.DeadlineExceeded
	}
	return e
}

// cause names what went wrong, if that is of a kind that cannot tell of the URL.
func cause(err error) string {
	var (
		dns *net.DNSError
		op  *net.OpError
		own interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled.Error()
	case errors.As(err, &own) && own.Timeout():
		return "timeout"
	case errors.As(err, &dns):
		return "the name was not found"
	case errors.As(err, &op):
		return "the connection failed"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut"
	}
	return "the download failed"
}

// fetchedBody makes the errors of a body ones that tell nothing of the URL.
type fetchedBody struct {
	io.ReadCloser
	f    *fetcher
	host string
}

func (b *fetchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = b.f.failed(b.host, err)
	}
	return n, err
}

// guarded is a client that reaches public addresses only, through no proxy. It keeps no connections, as one file after
// another comes from one host after another.
func guarded() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: control}
	return &http.Client{
		Timeout: fetchTimeout,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 30 * time.Second,
			DisableKeepAlives:     true,
			DisableCompression:    true, // so that the length in the header is that of the file
		},
		CheckRedirect: redirect,
	}
}

// redirect follows a few redirects to http and https, and tells the new host nothing of the old.
func redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return invalid("more than %d redirects", maxRedirects)
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return invalid("a redirect to what is neither http nor https")
	}
	req.URL.User = nil
	req.Header.Del("Referer")
	return nil
}

// control refuses a connection by the address that a name turned out to have, so that no answer of a name server after
// a check matters.
func control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" || !public(ap.Addr()) {
		return invalid("not a public address")
	}
	return nil
}

// public reports whether an address is one that anybody on the internet could reach.
func public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && !global.Contains(a) {
		return false
	}
	if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: an IPv4 address in its last bytes
	global = netip.MustParsePrefix("2000::/3")     // all that is given out of IPv6

	// special is what the IANA registries of special addresses have beyond what netip knows.
	special = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),        // this network
		netip.MustParsePrefix("100.64.0.0/10"),    // shared by carriers (RFC 6598)
		netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments
		netip.MustParsePrefix("192.0.2.0/24"),     // documentation
		netip.MustParsePrefix("192.88.99.0/24"),   // 6to4 relays
		netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
		netip.MustParsePrefix("198.51.100.0/24"),  // documentation
		netip.MustParsePrefix("203.0.113.0/24"),   // documentation
		netip.MustParsePrefix("240.0.0.0/4"),      // reserved, and broadcast
		netip.MustParsePrefix("168.63.129.16/32"), // metadata of Azure
		netip.MustParsePrefix("2001::/23"),        // protocol assignments, Teredo among them
		netip.MustParsePrefix("2001:db8::/32"),    // documentation
		netip.MustParsePrefix("2002::/16"),        // 6to4: an IPv4 address within
		netip.MustParsePrefix("3fff::/20"),        // documentation
	}
)
