package telegramtest

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	defaultConnections  = 40
	maxConnections      = 100
	maxCertificateBytes = 3 << 20
	maxSecretToken      = 256
	goneRemovesAfter    = 23 * time.Hour
	singleAfter         = 10 * time.Second
)

var (
	webhookPorts    = []string{"80", "88", "443", "8443"}
	secretTokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)
)

// hookState is the webhook as the bot set it, and how it fares.
type hookState struct {
	webhookSettings
	allowed    map[string]bool // shared with getUpdates, outlives the webhook
	nextSet    time.Time       // setWebhook is refused before
	generation int             // of the settings: a delivery to an older one does not count for this one

	failingSince time.Time // first failure since the last success
	goneSince    time.Time // first of an unbroken run of 410
	errorAt      time.Time
	errorText    string
}

type webhookSettings struct {
	url         string
	secret      string
	ip          string
	connections int
	certificate bool
}

// connections is how many deliveries may run at once: one when none has succeeded for a while.
func (h *hookState) connections() int {
	if !h.failingSince.IsZero() && time.Since(h.failingSince) >= singleAfter {
		return 1
	}
	return h.webhookSettings.connections
}

func (h *hookState) note(out outcome) {
	if out.failure == "" {
		h.failingSince, h.goneSince = time.Time{}, time.Time{}
		return
	}
	now := time.Now()
	h.errorAt, h.errorText = now, out.failure
	if h.failingSince.IsZero() {
		h.failingSince = now
	}
	switch {
	case !out.gone:
		h.goneSince = time.Time{}
	case h.goneSince.IsZero():
		h.goneSince = now
	case now.Sub(h.goneSince) >= goneRemovesAfter:
		h.replace(webhookSettings{})
	}
}

func (h *hookState) replace(settings webhookSettings) {
	*h = hookState{
		webhookSettings: settings,
		allowed:         h.allowed,
		nextSet:         h.nextSet,
		generation:      h.generation + 1,
	}
}

// target is what a delivery needs to know of the webhook.
type target struct {
	webhookSettings
	generation int
}

func (h *hookState) target() *target { return &target{h.webhookSettings, h.generation} }

func (c *call) setWebhook() (any, *apiError) {
	h := &c.s.hook
	if !c.has("url") {
		return c.deleteWebhook()
	}
	now := time.Now()
	if !c.s.cfg.NoLimits && now.Before(h.nextSet) {
		return nil, tooManyRequests(1)
	}
	h.nextSet = now.Add(time.Second)
	settings, bad := c.webhookSettings()
	if bad != nil {
		return nil, bad
	}
	before := h.allowed
	c.s.allowUpdates(c.str("allowed_updates"))
	if c.flag("drop_pending_updates") {
		c.s.dropUpdates(nil)
	}
	if settings == h.webhookSettings && !settings.certificate && sameKinds(before, h.allowed) {
		c.note = "Webhook is already set"
		return true, nil
	}
	h.replace(settings)
	c.s.poll.end(conflict("terminated by setWebhook request"))
	c.s.restart()
	c.note = "Webhook was set"
	return true, nil
}

func sameKinds(a, b map[string]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for kind := range a {
		if !b[kind] {
			return false
		}
	}
	return true
}

// restart begins delivering to a new webhook: nothing waits for a repetition any more.
func (s *Server) restart() {
	for _, u := range s.updates.pending { // and not the map of queues: the order must not change from run to run
		if u.queue.retry != nil {
			u.queue.retry.Stop()
			u.queue.retry = nil
		}
		u.attempts = 0
		s.makeReady(u.queue)
	}
	s.dispatch()
}

func (c *call) webhookSettings() (webhookSettings, *apiError) {
	settings := webhookSettings{
		url:         c.str("url"),
		secret:      c.str("secret_token"),
		ip:          c.str("ip_address"),
		connections: int(c.number("max_connections", defaultConnections, 1, c.mostConnections())),
	}
	if bad := c.checkWebhookURL(settings.url); bad != nil {
		return settings, bad
	}
	if settings.ip != "" {
		if bad := c.checkAddress(settings.ip); bad != nil {
			return settings, bad
		}
	}
	certificate, uploaded := c.files["certificate"]
	switch {
	case len(settings.secret) > maxSecretToken:
		return settings, badRequest("secret token is too long")
	case !secretTokenForm.MatchString(settings.secret):
		return settings, badRequest("secret token contains unallowed characters")
	case c.has("certificate"):
		return settings, badRequest("bad webhook: certificate must be uploaded as a file")
	case certificate.size > maxCertificateBytes:
		return settings, badRequest("bad webhook: certificate size is too big")
	}
	settings.certificate = uploaded
	return settings, nil
}

func (c *call) mostConnections() int64 {
	if c.s.cfg.Local {
		return 100000
	}
	return maxConnections
}

func (c *call) checkWebhookURL(raw string) *apiError {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return badRequest("bad webhook: invalid webhook URL specified")
	}
	if c.s.cfg.Local && u.Scheme == "http" {
		return nil
	}
	if u.Scheme != "https" {
		return badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if c.s.cfg.Local {
		return nil
	}
	if port := u.Port(); port != "" && !slices.Contains(webhookPorts, port) {
		return badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return c.checkAddress(host)
	}
	return nil
}

func (c *call) checkAddress(raw string) *apiError {
	ip, err := netip.ParseAddr(raw)
	switch {
	case err != nil:
		return badRequest("bad webhook: invalid IP address specified")
	case !ip.Is4():
		return badRequest("bad webhook: IPv6-only addresses are not allowed")
	case !c.s.cfg.Local && (!ip.IsGlobalUnicast() || ip.IsPrivate()):
		return badRequest("bad webhook: IP address " + raw + " is reserved")
	}
	return nil
}

func (c *call) deleteWebhook() (any, *apiError) {
	if c.flag("drop_pending_updates") {
		c.s.dropUpdates(nil)
	}
	if c.s.hook.url == "" {
		c.note = "Webhook is already deleted"
		return true, nil
	}
	c.s.hook.replace(webhookSettings{})
	c.note = "Webhook was deleted"
	return true, nil
}

type webhookInfo struct {
	URL              string   `json:"url"`
	Certificate      bool     `json:"has_custom_certificate"`
	Pending          int      `json:"pending_update_count"`
	IPAddress        string   `json:"ip_address,omitempty"`
	LastErrorDate    int64    `json:"last_error_date,omitempty"`
	LastErrorMessage string   `json:"last_error_message,omitempty"`
	MaxConnections   int      `json:"max_connections,omitempty"`
	AllowedUpdates   []string `json:"allowed_updates,omitempty"`
}

func (c *call) getWebhookInfo() (any, *apiError) {
	h := &c.s.hook
	info := webhookInfo{
		URL: h.url, Certificate: h.certificate, Pending: len(c.s.updates.pending), IPAddress: h.ip,
		LastErrorMessage: h.errorText, MaxConnections: h.webhookSettings.connections,
		AllowedUpdates: c.s.allowedNames(),
	}
	if !h.errorAt.IsZero() {
		info.LastErrorDate = h.errorAt.Unix()
	}
	return info, nil
}

func newWebhookClient() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: maxConnections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
