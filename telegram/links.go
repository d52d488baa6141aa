package telegram

import (
	"context"
	"slices"
	"strings"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
)

const (
	linkBase   = "https://t.me/"
	mentionURL = "tg://user?id="
)

// linkRights are those of https://core.telegram.org/api/links#groupchannel-bot-links.
var linkRights = []string{
	"change_info", "post_messages", "edit_messages", "delete_messages", "restrict_members", "invite_users", "pin_messages",
	"manage_topics", "promote_members", "manage_video_chats", "post_stories", "edit_stories", "delete_stories",
	"manage_direct_messages", "manage_tags", "anonymous", "manage_chat",
}

// Link opens the private chat with the bot; ref is up to 64 of A-Z a-z 0-9 _ -. An empty ref opens the chat alone.
func (c *Channel) Link(ctx context.Context, ref string) (string, error) {
	return c.link(ctx, "start", ref, nil)
}

// LinkGroup has the person choose a group, which the bot is added to: ref comes back from there. The rights that it asks
// for as an administrator are named as in https://core.telegram.org/api/links: delete_messages, say. One that is not among
// them is ErrInvalid: Telegram would leave it out and say nothing.
func (c *Channel) LinkGroup(ctx context.Context, ref string, rights ...string) (string, error) {
	return c.link(ctx, "startgroup", ref, rights)
}

// LinkChannel has the person choose a channel, which the bot is added to as an administrator with these rights:
// post_messages, say, as with LinkGroup. No reference comes back from there.
func (c *Channel) LinkChannel(ctx context.Context, rights ...string) (string, error) {
	if len(rights) == 0 {
		return "", named("link", refuse(channel.ErrInvalid, "a channel gives a bot no place without rights"))
	}
	return c.link(ctx, "startchannel", "", rights)
}

func (c *Channel) link(ctx context.Context, parameter, ref string, rights []string) (string, error) {
	if len(ref) > maxRef || !isWord(ref) {
		return "", named("link", refuse(channel.ErrInvalid, "the reference is not up to 64 of A-Z a-z 0-9 _ -"))
	}
	for _, right := range rights {
		if !slices.Contains(linkRights, right) {
			return "", named("link", refuse(channel.ErrInvalid, "the right %q is none that a link asks for, such as post_messages", right))
		}
	}
	username, err := c.username(ctx)
	if err != nil {
		return "", err
	}
	link := linkBase + username
	if ref == "" && parameter == "start" {
		return link, nil
	}
	link += "?" + parameter
	if ref != "" {
		link += "=" + ref
	}
	if len(rights) > 0 {
		link += "&admin=" + strings.Join(rights, "+")
	}
	return link, nil
}

// username is the bot's, asked for once.
func (c *Channel) username(ctx context.Context) (string, error) {
	if name := c.driver.knownUsername(); name != "" {
		return name, nil
	}
	call := adapter.Call{Op: "link", Costs: botCosts, Repeatable: true}
	return adapter.Do(ctx, c.engine, call, c.driver.askUsername)
}

// knownUsername is the bot's, empty if it was neither configured nor asked for.
func (d *driver) knownUsername() string {
	if name := d.username.Load(); name != nil {
		return *name
	}
	return ""
}

func (d *driver) askUsername(ctx context.Context) (string, error) {
	var me struct {
		Username string `json:"username"`
	}
	if err := d.ask(ctx, newRequest("getMe", 0, paceBot), &me); err != nil {
		return "", err
	}
	if me.Username == "" {
		return "", refuse(channel.ErrNotFound, "the bot has no username")
	}
	d.username.Store(&me.Username)
	return me.Username, nil
}

// PostLink is where a message of a group or a channel is read. That of a chat without a public name opens for its members
// alone. Private chats, and groups that are no supergroups, have none: ErrUnsupported.
func PostLink(chatID, messageID string) (string, error) {
	to, err := parseTarget(chatID)
	if err != nil {
		return "", named("link", err)
	}
	n, err := parseMessageID("message ID", messageID)
	if err != nil {
		return "", named("link", err)
	}
	link := linkBase + strings.TrimPrefix(to.name, "@")
	if to.name == "" {
		if to.id >= firstSupergroup || to.direct != 0 {
			return "", named("link", refuse(channel.ErrUnsupported, "messages of this chat have no links"))
		}
		link = linkBase + "c/" + id(firstSupergroup-to.id)
	}
	if to.topic != 0 {
		link += "/" + id(to.topic)
	}
	return link + "/" + id(n), nil
}

// firstSupergroup is what the IDs of supergroups and channels count down from.
const firstSupergroup = -1_000_000_000_000
