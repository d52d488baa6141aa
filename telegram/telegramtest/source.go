package telegramtest

import (
	"bytes"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
)

const (
	maxThumbnailBytes = 200 << 10
	maxThumbnailSide  = 320
	maxPhotoSides     = 10000 // width and height together
	maxPhotoRatio     = 20
)

// Hosted is what lies at a URL that a bot gives instead of a file.
type Hosted struct {
	Data []byte
	// MIME is the Content-Type; default: what the name in the URL or the first bytes tell.
	MIME string
	// Size pretends a larger file than Data; 0 is len(Data).
	Size int64
}

// Host has something lie at a URL: the emulator goes to no network, and what was not hosted cannot be fetched.
func (s *Server) Host(link string, h Hosted) {
	if h.Size == 0 {
		h.Size = int64(len(h.Data))
	}
	if h.MIME == "" {
		h.MIME = mimeType(nameOf(link), h.Data)
	}
	h.Data = bytes.Clone(h.Data)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files.hosted[link] = h
}

func nameOf(link string) string {
	u, err := url.Parse(link)
	if err != nil || strings.HasSuffix(u.Path, "/") {
		return ""
	}
	return strings.TrimPrefix(path.Base(u.Path), ".")
}

// draft is media that has been checked; a new file gets its ids only when the message is sent.
type draft struct {
	known *media // sent again; nil: a new file
	kind  MediaKind
	contents
	about Media
	url   string
}

func (d *draft) media(s *Server) *media {
	if d.known != nil {
		return d.known
	}
	m := s.newMedia(d.kind, d.contents, d.about)
	m.url = d.url
	return m
}

// draft reads the file that a parameter names: by its id, by a URL, or as an upload.
func (c *call) draft(kind MediaKind, raw string, up upload, uploaded bool) (*draft, *apiError) {
	if name, attached := strings.CutPrefix(raw, "attach://"); attached {
		up, uploaded = c.files[name]
		raw = ""
	}
	local, onDisk := strings.CutPrefix(raw, "file://")
	switch {
	case raw == "" && uploaded:
		return c.uploaded(kind, up)
	case raw == "":
		return nil, badRequest("there is no " + mediaKinds[kind].noun + " in the request")
	case onDisk && c.s.cfg.Local:
		return c.fromDisk(kind, local)
	case strings.Contains(raw, "://"):
		return c.fromURL(kind, raw)
	}
	return c.byID(kind, raw)
}

func (c *call) byID(kind MediaKind, id string) (*draft, *apiError) {
	f := c.s.files.byID[id]
	switch {
	case f == nil && strings.Trim(id, startRefSigns) != "":
		return nil, badRequest("wrong remote file identifier specified: Wrong character in the string")
	case f == nil:
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	case f.kind != mediaKinds[kind].file || f.of == nil:
		return nil, badRequest("can't use file of type " + f.kind.name + " as " + mediaKinds[kind].file.name)
	}
	return &draft{known: f.of, kind: kind}, nil
}

// fromURL is a file that the platform fetches.
func (c *call) fromURL(kind MediaKind, raw string) (*draft, *apiError) {
	k := mediaKinds[kind]
	link, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, badRequest("wrong HTTP URL specified: Failed to parse URL")
	case link.Scheme != "http" && link.Scheme != "https":
		return nil, badRequest("wrong HTTP URL specified: Unsupported URL protocol")
	case link.Host == "":
		return nil, badRequest("wrong HTTP URL specified: URL host is empty")
	case k.byURL == nil:
		return nil, badRequest("can't upload file by URL")
	}
	h, found := c.s.files.hosted[raw]
	mime, _, _ := strings.Cut(h.MIME, ";")
	switch {
	case !found || h.Size == 0 || h.Size > k.maxURL:
		return nil, badRequest("failed to get HTTP URL content")
	case !slices.Contains(k.byURL, mime):
		return nil, badRequest("wrong type of the web page content")
	case kind == Photo:
		if bad := checkPicture(h.Data); bad != nil {
			return nil, bad
		}
	case kind == Voice && h.Size > maxVoiceURL:
		kind = Document // a long one is shown as a file
	}
	about := c.about(kind)
	about.Name, about.MIME = nameOf(raw), mime
	return &draft{kind: kind, contents: contents{data: h.Data, size: h.Size}, about: about, url: raw}, nil
}

func (c *call) uploaded(kind MediaKind, up upload) (*draft, *apiError) {
	switch {
	case up.size == 0:
		return nil, badRequest("file must be non-empty")
	case kind == Photo && up.size > maxPhotoBytes:
		return nil, errTooLarge
	case kind == Photo:
		if bad := checkPicture(up.data); bad != nil {
			return nil, bad
		}
	}
	about := c.about(kind)
	about.Name = up.name
	var bad *apiError
	about.Thumbnail, bad = c.newThumbnail()
	return &draft{kind: kind, contents: up.contents, about: about}, bad
}

// fromDisk is a file on the disk that a local server shares with the bot.
func (c *call) fromDisk(kind MediaKind, name string) (*draft, *apiError) {
	file, err := os.Open(name)
	if err != nil {
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	}
	defer file.Close()
	up, err := c.s.takeUpload(file)
	switch {
	case err != nil:
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	case up.tooLarge:
		return nil, errTooLarge
	}
	up.name = path.Base(name)
	return c.uploaded(kind, up)
}

// about reads what the bot says of a new file.
func (c *call) about(kind MediaKind) Media {
	count := func(name string) int { return int(c.number(name, 0, 0, 1<<24)) }
	about := Media{
		Width: count("width"), Height: count("height"), Duration: count("duration"),
		Title: c.str("title"), Performer: c.str("performer"), Emoji: c.str("emoji"),
	}
	if kind == VideoNote {
		about.Width, about.Height = count("length"), count("length")
	}
	return about
}

// checkPicture checks the size in pixels of what can be read as PNG, JPEG or GIF, and takes anything else on trust.
func checkPicture(data []byte) *apiError {
	width, height, ok := dimensions(data)
	if ok && (width+height > maxPhotoSides || max(width, height) > maxPhotoRatio*min(width, height)) {
		return badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	return nil
}

// newThumbnail reads the thumbnail, which is always a new upload: nil is none.
func (c *call) newThumbnail() ([]byte, *apiError) {
	for _, name := range []string{"thumbnail", "thumb"} {
		up, uploaded := c.files[name]
		raw := c.str(name)
		if attached, ok := strings.CutPrefix(raw, "attach://"); ok {
			up, uploaded = c.files[attached]
			raw = ""
			if !uploaded {
				return nil, badRequest("there is no thumbnail in the request")
			}
		}
		switch {
		case raw != "":
			return nil, badRequest("thumbnail can't be reused and can be only uploaded as a new file")
		case uploaded:
			return up.data, checkThumbnail(up)
		}
	}
	return nil, nil
}

func checkThumbnail(up upload) *apiError {
	switch {
	case up.size == 0:
		return badRequest("file must be non-empty")
	case up.size >= maxThumbnailBytes:
		return badRequest("thumbnail is too big")
	case !bytes.HasPrefix(up.data, []byte{0xFF, 0xD8, 0xFF}):
		return badRequest("thumbnail must be a JPEG file")
	}
	if width, height, ok := dimensions(up.data); ok && max(width, height) > maxThumbnailSide {
		return badRequest("thumbnail width and height must not exceed 320")
	}
	return nil
}
