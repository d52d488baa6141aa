package telegramtest

import (
	"net/url"
	"strings"
)

// parseStartLink takes apart a link that opens a private chat: https://t.me/<bot>?start=<ref>, that of an alias of
// t.me, or tg://resolve?domain=<bot>&start=<ref>.
func parseStartLink(link string) (username, ref string, ok bool) {
	if !strings.Contains(link, "://") {
		link = "https://" + link
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", "", false
	}
	query := u.Query()
	host := strings.ToLower(u.Hostname())
	name, isSubdomain := strings.CutSuffix(host, ".t.me")
	switch {
	case u.Scheme == "tg" && host == "resolve":
		username = query.Get("domain")
	case u.Scheme != "https" && u.Scheme != "http":
	case host == "t.me" || host == "telegram.me" || host == "telegram.dog":
		username = strings.Trim(u.Path, "/")
	case isSubdomain && strings.Trim(u.Path, "/") == "":
		username = name
	}
	for _, elsewhere := range []string{"startgroup", "startchannel", "startapp"} {
		if query.Has(elsewhere) {
			return "", "", false
		}
	}
	return username, query.Get("start"), usernameForm.MatchString(username)
}
