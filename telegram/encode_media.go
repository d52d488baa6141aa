package telegram

import (
	"encoding/json"
	"mime"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/parley-go/parley/channel"
)

const (
	methodAlbum = "sendMediaGroup"

	albumVisual   = "visual" // photos and videos go together
	albumDocument = "document"
	albumAudio    = "audio"
)

// mediaKind is how Telegram takes a kind of attachment.
type mediaKind struct {
	method    string
	param     string // of the file, and the type of an InputMedia
	file      string // its name where it has none: Telegram looks at the ending
	album     string // what it goes together with; empty: nothing
	editable  bool   // editMessageMedia takes it
	caption   bool
	pixels    bool // it has width and height
	seconds   bool // it has duration
	thumbnail bool
}

var mediaKinds = map[channel.AttachmentKind]mediaKind{
	channel.AttachmentImage:     {method: "sendPhoto", param: "photo", file: "photo.jpg", album: albumVisual, editable: true, caption: true},
	channel.AttachmentVideo:     {method: "sendVideo", param: "video", file: "video.mp4", album: albumVisual, editable: true, caption: true, pixels: true, seconds: true, thumbnail: true},
	channel.AttachmentAudio:     {method: "sendAudio", param: "audio", file: "audio.mp3", album: albumAudio, editable: true, caption: true, seconds: true, thumbnail: true},
	channel.AttachmentFile:      {method: "sendDocument", param: "document", file: "file", album: albumDocument, editable: true, caption: true, thumbnail: true},
	channel.AttachmentAnimation: {method: "sendAnimation", param: "animation", file: "animation.mp4", editable: true, caption: true, pixels: true, seconds: true, thumbnail: true},
	channel.AttachmentVoice:     {method: "sendVoice", param: "voice", file: "voice.ogg", caption: true, seconds: true},
	channel.AttachmentVideoNote: {method: "sendVideoNote", param: "video_note", file: "video_note.mp4", seconds: true, thumbnail: true},
	channel.AttachmentSticker:   {method: "sendSticker", param: "sticker", file: "sticker.webp"},
}

// putMedia makes r a message of one file.
func putMedia(r *request, m *channel.Message) error {
	a := &m.Attachments[0]
	kind, err := mediaKindOf(0, a)
	if err != nil {
		return err
	}
	if m.Text != "" && !kind.caption {
		return refuse(channel.ErrUnsupported, "Text cannot stand beside a %s", a.Kind)
	}
	r.method = kind.method
	if err := putCaption(r.params, m); err != nil {
		return err
	}
	if value := r.put(kind.param, a); !uploaded(a) {
		r.params[kind.param] = value
	}
	for _, f := range kind.facts(a) {
		r.params[f.name] = strconv.Itoa(f.value)
	}
	if thumbnail := r.putThumbnail(0, kind, a); thumbnail != "" {
		r.params["thumbnail"] = thumbnail
	}
	if a.Kind == channel.AttachmentFile && uploaded(a) {
		r.params["disable_content_type_detection"] = "true" // what is sent as a file stays one
	}
	return nil
}

// putAlbum makes r a message of several files. The text stands at the first.
func putAlbum(r *request, m *channel.Message) error {
	if n := len(m.Attachments); n > maxAlbum {
		return refuse(channel.ErrTooLarge, "Attachments are %d of %d", n, maxAlbum)
	}
	album := ""
	for i := range m.Attachments {
		kind, err := mediaKindOf(i, &m.Attachments[i])
		if err != nil {
			return err
		}
		if i == 0 {
			album = kind.album
		}
		if album == "" || kind.album != album {
			return refuse(channel.ErrUnsupported, "Attachments[%d]: a %s does not go together with what is before it", i, kind.param)
		}
	}
	fields, err := nativeOf(m)
	if err != nil {
		return err
	}
	r.method = methodAlbum
	b := make([]byte, 0, 128*len(m.Attachments))
	for i := range m.Attachments {
		b = append(b, opening(i)...)
		if b, err = r.appendInput(b, i, m, fields); err != nil {
			return err
		}
	}
	r.params[paramMedia] = string(append(b, ']'))
	return nil
}

// putInput makes r an edit to one file.
func putInput(r *request, m *channel.Message) error {
	kind, err := mediaKindOf(0, &m.Attachments[0])
	if err != nil {
		return err
	}
	if !kind.editable {
		return refuse(channel.ErrUnsupported, "Attachments[0].Kind: no message can be edited to be a %s", kind.param)
	}
	fields, err := nativeOf(m)
	if err != nil {
		return err
	}
	b, err := r.appendInput(nil, 0, m, fields)
	r.params[paramMedia] = string(b)
	return err
}

// appendInput appends attachment i of m as an InputMedia with the native parameters that it has, the first with the text.
func (r *request) appendInput(b []byte, i int, m *channel.Message, fields map[string]json.RawMessage) ([]byte, error) {
	a := &m.Attachments[i]
	kind, err := mediaKindOf(i, a)
	if err != nil {
		return nil, err
	}
	b = append(b, `{"type":`...)
	b = appendString(b, kind.param)
	b = appendField(b, paramMedia, r.put("file"+strconv.Itoa(i), a))
	if thumbnail := r.putThumbnail(i, kind, a); thumbnail != "" {
		b = appendField(b, "thumbnail", thumbnail)
	}
	for _, f := range kind.facts(a) {
		b = strconv.AppendInt(append(b, `,"`+f.name+`":`...), int64(f.value), 10)
	}
	captioned := i == 0 && m.Text != ""
	if captioned {
		p := tgbotapi.Params{}
		if err := putCaption(p, m); err != nil {
			return nil, err
		}
		b = appendField(b, paramCaption, p[paramCaption])
		if entities := p[paramCaptionEntities]; entities != "" {
			b = append(b, `,"caption_entities":`+entities...)
		}
	}
	for _, name := range itemFields {
		if value, set := fields[name]; set && (name != paramMode || captioned) {
			b = append(append(b, `,"`+name+`":`...), value...)
		}
	}
	return append(b, '}'), nil
}

// itemFields are the native parameters that an album, and an edit of media, have in each of the files.
var itemFields = []string{
	paramMode, "has_spoiler", "show_caption_above_media", "supports_streaming", "disable_content_type_detection",
}

// dropItemFields takes off r what is in its files.
func (r *request) dropItemFields() {
	for _, name := range itemFields {
		delete(r.params, name)
	}
}

func mediaKindOf(i int, a *channel.Attachment) (mediaKind, error) {
	kind, ok := mediaKinds[a.Kind]
	if !ok {
		return kind, refuse(channel.ErrUnsupported, "Attachments[%d].Kind: Telegram has no %q", i, a.Kind)
	}
	if a.FileID == "" && a.URL == "" && a.Open == nil {
		return kind, refuse(channel.ErrInvalid, "Attachments[%d]: no source: set one of URL, FileID, Open", i)
	}
	if a.Kind == channel.AttachmentImage && a.FileID == "" {
		return kind, checkPhoto(i, a.Width, a.Height)
	}
	return kind, nil
}

// attached begins the value of a file that is uploaded with the call; the name of its part follows.
const attached = "attach://"

// uploaded reports whether the file of a goes with the call.
func uploaded(a *channel.Attachment) bool { return a.FileID == "" && a.URL == "" }

// put returns what names the file of a, and has it uploaded under that name if it must be.
func (r *request) put(part string, a *channel.Attachment) string {
	switch {
	case a.FileID != "":
		return a.FileID
	case a.URL != "":
		return a.URL
	}
	r.files = append(r.files, uploadFile{part: part, name: fileName(a), open: a.Open})
	return attached + part
}

// putThumbnail returns the name of the thumbnail, which goes only with a file that is uploaded, and only as JPEG: any
// other is left out, as Telegram makes one by itself.
func (r *request) putThumbnail(i int, kind mediaKind, a *channel.Attachment) string {
	t := a.Thumbnail
	if !kind.thumbnail || !uploaded(a) || t == nil || t.Open == nil || t.Size > maxThumbnail || t.MIME != "" && t.MIME != "image/jpeg" {
		return ""
	}
	part := "thumbnail" + strconv.Itoa(i)
	r.files = append(r.files, uploadFile{part: part, name: part + ".jpg", open: t.Open})
	return attached + part
}

type fact struct {
	name  string
	value int
}

// facts are what is known of a file of this kind.
func (k mediaKind) facts(a *channel.Attachment) []fact {
	var all []fact
	add := func(has bool, name string, value int) {
		if has && value > 0 {
			all = append(all, fact{name, value})
		}
	}
	add(k.pixels, "width", a.Width)
	add(k.pixels, "height", a.Height)
	add(k.seconds, "duration", a.Seconds)
	add(a.Kind == channel.AttachmentVideoNote && a.Width == a.Height, "length", a.Width)
	return all
}

// extensions are the file names' endings of types that people send, beside what mediaKinds has.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
	"video/mp4": ".mp4", "video/webm": ".webm", "video/quicktime": ".mov",
	"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg",
	"application/pdf": ".pdf", "application/zip": ".zip", "text/plain": ".txt", "text/csv": ".csv",
	"application/x-tgsticker": ".tgs",
}

// fileName is the name that an uploaded file gets.
func fileName(a *channel.Attachment) string {
	if a.Name != "" {
		return a.Name
	}
	name := mediaKinds[a.Kind].file
	if extension := extensions[mediaType(a.MIME)]; extension != "" {
		return strings.TrimSuffix(name, path.Ext(name)) + extension
	}
	return name
}

// mediaType is a MIME type without its parameters; empty if it is none.
func mediaType(s string) string {
	t, _, err := mime.ParseMediaType(s)
	if err != nil {
		return ""
	}
	return t
}

// fetched are the types, and the endings of names without a type, that Telegram fetches where it does not fetch all.
var fetched = map[channel.AttachmentKind][]string{
	channel.AttachmentFile:    {"application/pdf", "application/zip", ".pdf", ".zip"},
	channel.AttachmentVoice:   {"audio/ogg", ".ogg", ".oga"},
	channel.AttachmentSticker: {"image/webp", ".webp"},
}

// fetches is Telegram's rule for files by URL: https://core.telegram.org/bots/api#sending-files. What it would not fetch,
// or is too large for that, is uploaded.
func fetches(a *channel.Attachment, thumbnail bool) bool {
	if thumbnail || a.Size > limits.Fetch[a.Kind] {
		return false
	}
	only, some := fetched[a.Kind]
	if !some {
		return true
	}
	is := mediaType(a.MIME)
	if is == "" {
		u, err := url.Parse(a.URL)
		if err != nil {
			return false
		}
		is = strings.ToLower(path.Ext(u.Path))
	}
	return slices.Contains(only, is)
}
