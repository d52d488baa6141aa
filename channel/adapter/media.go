package adapter

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"path"
	"strconv"

	"github.com/parley-go/parley/channel"
)

// fallbacks is every kind of attachment that can be sent, and what stands in for it, the closest first.
var fallbacks = map[channel.AttachmentKind][]channel.AttachmentKind{
	channel.AttachmentImage:     {channel.AttachmentFile},
	channel.AttachmentVideo:     {channel.AttachmentFile},
	channel.AttachmentAudio:     {channel.AttachmentFile},
	channel.AttachmentVoice:     {channel.AttachmentAudio, channel.AttachmentFile},
	channel.AttachmentFile:      nil,
	channel.AttachmentSticker:   {channel.AttachmentImage},
	channel.AttachmentAnimation: {channel.AttachmentVideo, channel.AttachmentFile},
	channel.AttachmentVideoNote: {channel.AttachmentVideo, channel.AttachmentFile},
}

func (p *planner) attachments(list []channel.Attachment) ([]channel.Attachment, error) {
	var sent []channel.Attachment
	for i := range list {
		a, err := p.attachment(fmt.Sprintf("Attachments[%d]", i), list[i], false)
		if err != nil {
			return nil, err
		}
		sent = append(sent, a)
	}
	return sent, nil
}

// Source is a, checked and as c's platform takes it, for a method that sends one outside of Send: a URL that the platform
// does not fetch becomes an Open, whose reading ends with ctx, and bytes that it takes by URL only are published. The op
// and the field are what errors name.
func Source(ctx context.Context, c *Channel, op, field string, a channel.Attachment) (channel.Attachment, error) {
	a, err := c.source(ctx, field, a)
	if err != nil {
		e := c.fail(op, err)
		e.Op = op
		return a, e
	}
	return a, nil
}

func (c *Channel) source(ctx context.Context, field string, a channel.Attachment) (channel.Attachment, error) {
	if err := checkAttachment(field, &a); err != nil {
		return a, err
	}
	p := planner{c: c, ctx: ctx}
	a, err := p.attachment(field, a, false)
	if err != nil {
		return a, err
	}
	for _, file := range []*channel.Attachment{&a, a.Thumbnail} {
		for i := range p.publish {
			if file == nil || file.URL != standIn(i) {
				continue
			}
			if file.URL, err = c.publishOne(ctx, p.publish[i]); err != nil {
				return a, err
			}
		}
	}
	return a, nil
}

// attachment is a as the platform takes it: of a kind that it has, from a source that it knows.
func (p *planner) attachment(field string, a channel.Attachment, thumbnail bool) (channel.Attachment, error) {
	asked := a.Kind
	for _, kind := range append([]channel.AttachmentKind{asked}, fallbacks[asked]...) {
		if !p.takes(kind, &a) {
			continue
		}
		if kind != asked {
			p.note(channel.Feature(asked)) // they have the same names
		}
		a.Kind = kind
		err := p.source(field, &a, thumbnail)
		if err == nil {
			a.Thumbnail, err = p.thumbnail(field+".Thumbnail", a.Thumbnail)
		}
		return a, err
	}
	return a, refuse(channel.ErrUnsupported, "%s.Kind: the platform takes no %q, nor what could stand in for it", field, asked)
}

// takes reports whether the platform has a kind of attachment.
func (p *planner) takes(kind channel.AttachmentKind, a *channel.Attachment) bool {
	l := &p.c.limits
	_, upload := l.Upload[kind]
	_, fetch := l.Fetch[kind]
	return upload || fetch || a.FileID != "" && supports(l, channel.Feature(kind))
}

// picture is an attachment that is an image by its place.
func (p *planner) picture(field string, a *channel.Attachment, thumbnail bool) (*channel.Attachment, error) {
	if a == nil {
		return nil, nil
	}
	image := *a
	image.Kind = channel.AttachmentImage
	sent, err := p.attachment(field, image, thumbnail)
	return &sent, err
}

// thumbnail is left out where there are no images at all: it shows nothing that its attachment does not.
func (p *planner) thumbnail(field string, a *channel.Attachment) (*channel.Attachment, error) {
	if a == nil || !p.takes(channel.AttachmentImage, a) {
		return nil, nil
	}
	return p.picture(field, a, true)
}

// source makes the source of a one that the platform takes, and checks its size as far as it is known.
func (p *planner) source(field string, a *channel.Attachment, thumbnail bool) error {
	upload, uploads := p.c.limits.Upload[a.Kind]
	fetch, fetches := p.c.limits.Fetch[a.Kind]
	if fetches && a.URL != "" && p.c.rules.Fetches != nil {
		fetches = p.c.rules.Fetches(a, thumbnail)
	}
	limit := upload
	if !uploads || fetches && a.URL != "" {
		limit = fetch
	}
	fetched := a.URL != "" && !fetches
	if fetched && limit <= 0 {
		limit = maxFetch
	}
	switch {
	case a.FileID != "":
		return nil
	case limit > 0 && a.Size > limit:
		return refuse(channel.ErrTooLarge, "%s.Size: %d bytes, at most %d of %q", field, a.Size, limit, a.Kind)
	case a.URL != "" && !fetched:
		return nil
	case fetched:
		p.c.fetch(p.ctx, field, a, limit)
	default:
		a.Open = capped(blaming(a.Open, field), field, limit)
	}
	if uploads {
		return nil
	}
	if p.c.options.Publish == nil {
		return refuse(channel.ErrUnsupported, "%s: the platform takes %q by URL only: set Options.Publish", field, a.Kind)
	}
	p.publish = append(p.publish, *a)
	a.Open, a.URL = nil, standIn(len(p.publish)-1)
	return nil
}

// fetch has a be what is at its URL, opened within ctx.
func (c *Channel) fetch(ctx context.Context, field string, a *channel.Attachment, limit int64) {
	get := fetcher{client: c.options.Fetch, field: field, limit: limit}
	address := a.URL
	a.Open = func() (io.ReadCloser, error) { return get.open(ctx, address) }
	if a.Name == "" {
		a.Name = nameOf(address)
	}
	a.URL = ""
}

// fetchAll is for a part whose URLs the platform could not fetch: it fetches those of files that may be uploaded, and
// reports whether there is one.
func (c *Channel) fetchAll(ctx context.Context, m *channel.Message) (some bool) {
	for _, a := range mediaOf(m) {
		limit, uploads := c.limits.Upload[a.Kind]
		if a.URL == "" || a.FileID != "" || !uploads || limit > 0 && a.Size > limit {
			continue
		}
		if limit <= 0 {
			limit = maxFetch
		}
		c.fetch(ctx, "Attachments", a, limit)
		some = true
	}
	return some
}

// nameOf is the file name in a URL; empty: there is none.
func nameOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	name := path.Base(u.Path)
	if name == "/" || name == "." {
		return ""
	}
	return name
}

// standIn is the URL in place of the i-th that is to be published. Nothing can be there: RFC 2606.
func standIn(i int) string { return "https://publish.invalid/" + strconv.Itoa(i) }

// publish publishes what stand-in URLs in the parts of p stand for, and encodes those again. Its error is an
// *channel.Error.
func (c *Channel) publish(ctx context.Context, p *plan) error {
	if len(p.publish) == 0 {
		return nil
	}
	urls := make(map[string]int, len(p.publish))
	for i := range p.publish {
		urls[standIn(i)] = i
	}
	for _, part := range p.parts {
		changed := false
		for _, a := range mediaOf(&part.Message) {
			i, ok := urls[a.URL]
			if !ok {
				continue
			}
			address, err := c.publishOne(ctx, p.publish[i])
			if err != nil {
				return err
			}
			a.URL, changed = address, true
		}
		if !changed {
			continue
		}
		part.Encoded, part.Costs = nil, nil
		if err := c.driver.Encode(part); err != nil {
			return c.fail("send", err)
		}
	}
	return nil
}

func (c *Channel) publishOne(ctx context.Context, a channel.Attachment) (string, error) {
	address, err := c.options.Publish(ctx, a)
	if err != nil {
		e := c.fail("send", err)
		setDefault(&e.Message, "Options.Publish failed")
		return "", e
	}
	if !isHTTP(address) {
		return "", c.fail("send", invalid("Options.Publish returned no http or https URL"))
	}
	return address, nil
}

// mediaOf is every file in a message.
func mediaOf(m *channel.Message) []*channel.Attachment {
	var all []*channel.Attachment
	add := func(a *channel.Attachment) {
		for ; a != nil; a = a.Thumbnail {
			all = append(all, a)
		}
	}
	for i := range m.Attachments {
		add(&m.Attachments[i])
	}
	for i := range m.Cards {
		add(m.Cards[i].Image)
	}
	return all
}
