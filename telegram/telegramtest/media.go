package telegramtest

// MediaKind is a kind of file that a message carries, named as the field of the message.
type MediaKind string

// Kinds of media. They differ in more than their contents: a file is sent again only as what it is.
const (
	Photo     MediaKind = "photo"
	Video     MediaKind = "video"
	Audio     MediaKind = "audio"
	Voice     MediaKind = "voice"
	Document  MediaKind = "document"
	Animation MediaKind = "animation"
	VideoNote MediaKind = "video_note"
	Sticker   MediaKind = "sticker"
)

// Media is a file in a message, in both directions: what a person sends, and what she sees.
type Media struct {
	Kind MediaKind
	// Data is the contents of the file; must not be changed. It is nil when a local server keeps a large file on disk.
	Data []byte
	// Caption is the text that goes with it. A sticker and a video note have none.
	Caption string
	// Name and MIME of the file. A photo and a voice message have no name.
	Name, MIME string
	// Size in bytes. A person may pretend a larger file than Data, to see what the bot makes of it; 0 is len(Data).
	Size int64
	// Width and Height in pixels, and Duration in seconds. 0 from a person: those of the picture, or made-up ones.
	Width, Height, Duration int
	// Title and Performer of an Audio.
	Title, Performer string
	// Emoji of a Sticker.
	Emoji string
	// Thumbnail is the JPEG shown before the file is loaded; what the platform would draw is a grey picture.
	Thumbnail []byte
	// Spoiler hides the media until it is tapped.
	Spoiler bool

	// FileID is what the bot knows the file by. Set by the server.
	FileID string
	// Path is where a local server keeps a file that is too large for memory.
	Path string
	// CaptionAbove is show_caption_above_media.
	CaptionAbove bool
}

// mediaKind is what the platform settles per kind of media.
type mediaKind struct {
	file    *fileType
	noun    string   // as "there is no … in the request" calls it
	byURL   []string // MIME types that the platform takes from a URL; none: it takes no URL
	maxURL  int64
	caption bool
	square  bool // length instead of width and height
	drawn   bool // has a thumbnail even if none was given
	moving  bool // has a duration
	sending sending
	input   bool   // may be given to editMessageMedia
	album   string // only kinds with the same one make an album; none: it stands alone
}

const (
	maxPhotoURL = 5 << 20
	maxURL      = 20 << 20
	maxVoiceURL = 1 << 20 // of what is still a voice message
)

// mediaKinds follow https://core.telegram.org/bots/api#sending-files and the methods' own pages.
var mediaKinds = map[MediaKind]mediaKind{
	Photo: {
		file: photoFile, noun: "photo", sending: sending{SendPhotos, "photos"},
		byURL: []string{"image/jpeg", "image/png", "image/webp"}, maxURL: maxPhotoURL,
		caption: true, input: true, album: "visual",
	},
	Video: {
		file: videoFile, noun: "video", sending: sending{SendVideos, "videos"},
		byURL: []string{"video/mp4"}, maxURL: maxURL,
		caption: true, drawn: true, moving: true, input: true, album: "visual",
	},
	Audio: {
		file: audioFile, noun: "audio", sending: sending{SendAudios, "music"},
		maxURL: maxURL, caption: true, moving: true, input: true, album: "audio",
		byURL: []string{"audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a"},
	},
	Voice: {
		file: voiceFile, noun: "voice", sending: sending{SendVoiceNotes, "voice notes"},
		byURL: []string{"audio/ogg", "application/ogg"}, maxURL: maxURL,
		caption: true, moving: true,
	},
	Document: {
		file: documentFile, noun: "document", sending: sending{SendDocuments, "documents"},
		byURL: []string{"application/pdf", "application/zip"}, maxURL: maxURL,
		caption: true, input: true, album: "document",
	},
	Animation: {
		file: animationFile, noun: "animation", sending: sending{SendOther, "animations"},
		byURL: []string{"image/gif", "video/mp4"}, maxURL: maxURL,
		caption: true, drawn: true, moving: true, input: true,
	},
	VideoNote: {file: videoNoteFile, noun: "video note", sending: sending{SendVideoNotes, "video notes"}, square: true, drawn: true, moving: true},
	Sticker: {
		file: stickerFile, noun: "sticker", sending: sending{SendOther, "stickers"},
		byURL: []string{"image/webp"}, maxURL: maxURL, square: true, drawn: true,
	},
}

// media is a file as messages carry it: shared by all that do, and never changed.
type media struct {
	kind             MediaKind
	file             *file   // of a photo: the largest size
	sizes            []*file // of a photo, smallest first
	thumb            *file
	duration         int
	title, performer string
	emoji            string
	url              string // where the platform fetched it
}

// newMedia makes media of a file that is not known yet. Zero fields of about are made up as the platform would find
// them in the file.
func (s *Server) newMedia(kind MediaKind, c contents, about Media) *media {
	k := mediaKinds[kind]
	m := &media{
		kind: kind, duration: about.Duration, title: about.Title, performer: about.Performer, emoji: about.Emoji,
	}
	m.file = &file{kind: k.file, contents: c, name: about.Name, mime: about.MIME, width: about.Width, height: about.Height}
	m.measure(k)
	if kind == Photo {
		m.file.name = ""
		m.sizes = s.photoSizes(m.file)
		for _, f := range m.sizes {
			f.of = m
		}
		return m
	}
	if s.keep(m.file).of = m; about.Thumbnail != nil || k.drawn {
		m.thumb = s.thumbnail(about.Thumbnail, m.file.width, m.file.height)
	}
	return m
}

// measure finds out, or makes up, what the sender did not say.
func (m *media) measure(k mediaKind) {
	f := m.file
	if f.mime == "" {
		if f.mime = k.file.mime; f.mime == "" || f.name != "" {
			f.mime = mimeType(f.name, f.data)
		}
	}
	if k.moving && m.duration == 0 {
		m.duration = 5
	}
	if m.kind == Audio || m.kind == Voice || m.kind == Document {
		f.width, f.height = 0, 0
		return
	}
	if width, height, ok := dimensions(f.data); ok && m.kind != VideoNote {
		f.width, f.height = width, height
	}
	if k.square && f.height == 0 {
		f.height = f.width
	}
	if f.width == 0 || f.height == 0 {
		f.width, f.height = 1280, 960
		if k.square {
			f.width, f.height = 512, 512
		}
	}
}

// seen is the media as a person sees it.
func (m *media) seen() *Media {
	out := &Media{
		Kind: m.kind, FileID: m.file.id, Data: m.file.data, Path: m.file.contents.path, Name: m.file.name, MIME: m.file.mime,
		Size: m.file.size, Width: m.file.width, Height: m.file.height, Duration: m.duration,
		Title: m.title, Performer: m.performer, Emoji: m.emoji,
	}
	if m.thumb != nil {
		out.Thumbnail = m.thumb.data
	}
	return out
}
