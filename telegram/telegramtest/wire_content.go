package telegramtest

import (
	"path"
	"strconv"
)

// wireContent writes what a message has instead of a text.
func (s *Server) wireContent(m *message, w *wireMessage) {
	c := m.content
	w.AlbumID, w.Spoiler, w.CaptionAbove = c.album, c.spoiler, c.captionAbove
	w.Contact, w.Location, w.Venue, w.Dice, w.Story = c.contact, c.location, c.venue, c.dice, c.story
	if c.venue != nil {
		w.Location = &c.venue.Location // the API tells it twice
	}
	if c.poll != nil {
		w.Poll = s.wirePoll(m)
	}
	if c.media == nil {
		return
	}
	w.Caption, w.CaptionEntities, w.Text, w.Entities = m.text, m.entities, "", nil
	switch f := c.media.wire(); c.media.kind {
	case Photo:
		for _, size := range c.media.sizes {
			w.Photo = append(w.Photo, size.wireSize())
		}
	case Video:
		w.Video = f
	case Audio:
		w.Audio = f
	case Voice:
		w.Voice = f
	case Document:
		w.Document = f
	case Animation:
		w.Animation = f
		document := *f
		document.Duration, document.Width, document.Height = nil, 0, 0
		w.Document = &document // the API tells it twice
	case VideoNote:
		w.VideoNote = f
	case Sticker:
		w.Sticker = f
	}
}

func (f *file) wireSize() *photoSize {
	return &photoSize{ID: f.id, Unique: f.unique, Size: f.size, Width: f.width, Height: f.height}
}

func (m *media) wire() *wireFile {
	k, f := mediaKinds[m.kind], m.file
	w := &wireFile{ID: f.id, Unique: f.unique, Size: f.size, Title: m.title, Performer: m.performer}
	if m.kind != Voice && m.kind != VideoNote && m.kind != Sticker {
		w.Name = f.name
	}
	if m.kind != VideoNote && m.kind != Sticker {
		w.MIME = f.mime
	}
	if k.moving {
		w.Duration = &m.duration
	}
	w.Width, w.Height = f.width, f.height
	if m.kind == VideoNote {
		w.Width, w.Height, w.Length = 0, 0, f.width
	}
	if m.kind == Sticker {
		animated, video := path.Ext(f.name) == ".tgs", path.Ext(f.name) == ".webm"
		w.Type, w.Emoji, w.Animated, w.IsVideo = "regular", m.emoji, &animated, &video
	}
	if m.thumb != nil {
		w.Thumbnail, w.Thumb = m.thumb.wireSize(), m.thumb.wireSize()
	}
	return w
}

func (s *Server) wirePoll(m *message) *wirePoll {
	p := m.poll
	w := &wirePoll{
		ID:       strconv.FormatUint(5_000_000_000_000_000_000+s.hash("poll", m.chat.id, m.id)%1_000_000_000_000_000_000, 10),
		Question: p.Question, Anonymous: p.Anonymous, Multiple: p.Multiple, Revoting: !p.Final, Members: p.MembersOnly,
		Type: "regular", Options: []pollOption{},
	}
	if p.Quiz {
		w.Type, w.CorrectIDs = "quiz", []int{p.Correct}
	}
	for i, text := range p.Options {
		w.Options = append(w.Options, pollOption{ID: strconv.Itoa(i), Text: text})
	}
	return w
}

// show copies what a person sees instead of a text.
func (c content) show(out *Message) {
	out.AlbumID = c.album
	out.Location, out.Venue, out.Contact, out.Dice = clone(c.location), clone(c.venue), clone(c.contact), clone(c.dice)
	if out.Poll = clone(c.poll); c.poll != nil {
		out.Poll.Options = append([]string(nil), c.poll.Options...)
	}
	if c.media != nil {
		out.Media = c.media.seen()
		out.Media.Caption, out.Text = out.Text, ""
		out.Media.Spoiler, out.Media.CaptionAbove = c.spoiler, c.captionAbove
	}
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
