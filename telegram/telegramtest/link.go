package telegramtest

import (
	"net/url"
	"strings"
)

// startLink is a link that opens the bot: in a private chat, in a group that the person picks, or in a channel.
type startLink struct {
	username string
	place    chatKind // private, supergroup for any group, or broadcast
	ref      string
	admin    string // the rights that the bot is to have there
}

// parseStartLink takes apart https://t.me/<bot>?start=<ref>, that of an alias of t.me, or
// tg://resolve?domain=<bot>&start=<ref>; with startgroup or startchannel in place of start it leads elsewhere. See
// https://core.telegram.org/bots/features#deep-linking.
func parseStartLink(link string) (to startLink, ok bool) {
	if !strings.Contains(link, "://") {
		link = "https://" + link
	}
	u, err := url.Parse(link)
	if err != nil {
		return to, false
	}
	query := u.Query()
	host := strings.ToLower(u.Hostname())
	name, isSubdomain := strings.CutSuffix(host, ".t.me")
	switch {
	case u.Scheme == "tg" && host == "resolve":
		to.username = query.Get("domain")
	case u.Scheme != "https" && u.Scheme != "http":
	case host == "t.me" || host == "telegram.me" || host == "telegram.dog":
		to.username = strings.Trim(u.Path, "/")
	case isSubdomain && strings.Trim(u.Path, "/") == "":
		to.username = name
	}
	to.admin = query.Get("admin")
	switch {
	case query.Has("startapp"):
		return to, false
	case query.Has("startgroup"):
		to.place, to.ref = supergroup, query.Get("startgroup")
	case query.Has("startchannel"):
		to.place = broadcast
	default:
		to.place, to.ref = private, query.Get("start")
	}
	return to, usernameForm.MatchString(to.username)
}

// OpenInGroup follows a link with startgroup and picks this group: the bot is added unless it is there, as an
// administrator if the link asks for rights, and gets "/start@bot ref" if the link carries a reference.
func (u *User) OpenInGroup(link string, g *Group) error {
	return u.act(func() ([]*update, error) {
		to, rights, err := u.follow(link, supergroup)
		if err == nil {
			err = g.open()
		}
		if err != nil {
			return nil, err
		}
		who := g.ch.of(u)
		if who.status == "" {
			who.status = member
		}
		var made []*update
		switch {
		case len(rights) > 0:
			promoted, err := g.promotion(rights)
			if err != nil {
				return nil, err
			}
			made = g.setBot(u, promoted)
		case !g.ch.bot.in():
			made = g.setBot(u, membership{status: member})
		}
		if to.ref == "" {
			return made, nil
		}
		said, err := who.say(u.s.startCommand(to.ref), nil)
		return append(made, said...), err
	})
}

// OpenInChannel follows a link with startchannel and picks this channel: the bot is made an administrator with the
// rights that the link asks for.
func (u *User) OpenInChannel(link string, c *Channel) error {
	return u.act(func() ([]*update, error) {
		_, rights, err := u.follow(link, broadcast)
		if err == nil && len(rights) == 0 {
			err = u.cannot("a link with startchannel needs admin rights")
		}
		if err == nil {
			err = c.open()
		}
		if err != nil {
			return nil, err
		}
		promoted, err := c.promotion(rights)
		if err != nil {
			return nil, err
		}
		return c.setBot(u, promoted), nil
	})
}

func (u *User) follow(link string, place chatKind) (startLink, []Right, error) {
	to, ok := parseStartLink(link)
	if !ok || to.place != place || !strings.EqualFold(to.username, u.s.cfg.Username) {
		return to, nil, u.cannot("the link does not lead the bot there")
	}
	rights, err := linkedRights(to.admin)
	if err != nil {
		return to, nil, u.cannot(err.Error())
	}
	return to, rights, nil
}
