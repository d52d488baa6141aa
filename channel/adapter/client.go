package adapter

import (
	"net/http"
	"sync"
	"time"

	"github.com/parley-go/parley/channel"
)

// sharedTransport is one for all channels: the accounts of a platform call one host, and share its idle connections.
var sharedTransport = sync.OnceValue(func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.ResponseHeaderTimeout = 0 // a call has the timeout of its client; a poll waits for long
	return t
})

// Client is the HTTP client of a driver's calls: Options.Client, or one on a transport that all channels share, whose
// calls end after timeout (0: with their context alone). It is a copy that follows no redirect: one would carry the token
// to another host.
func Client(o channel.Options, timeout time.Duration) *http.Client {
	c := http.Client{Transport: sharedTransport(), Timeout: timeout}
	if o.Client != nil {
		c = *o.Client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}
