package telegramtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"image"
	_ "image/gif" // sizes of pictures are read from what they are
	"image/jpeg"
	_ "image/png"
	"strconv"
	"time"
)

// fileType is what Telegram calls the type of a file; a file is sent as what it is, never as another type.
type fileType struct {
	name   string // as errors call it
	dir    string // in the path of a download
	ext    string
	mime   string // unless the name or the contents tell otherwise
	prefix string // of the file ids
}

var (
	photoFile     = &fileType{"Photo", "photos", ".jpg", "image/jpeg", "AgACAgI"}
	videoFile     = &fileType{"Video", "videos", ".mp4", "video/mp4", "BAACAgI"}
	audioFile     = &fileType{"Audio", "music", ".mp3", "audio/mpeg", "CQACAgI"}
	voiceFile     = &fileType{"VoiceNote", "voice", ".oga", "audio/ogg", "AwACAgI"}
	documentFile  = &fileType{"Document", "documents", "", "", "BQACAgI"}
	animationFile = &fileType{"Animation", "animations", ".mp4", "video/mp4", "CgACAgI"}
	videoNoteFile = &fileType{"VideoNote", "video_notes", ".mp4", "video/mp4", "DQACAgI"}
	stickerFile   = &fileType{"Sticker", "stickers", ".webp", "image/webp", "CAACAgI"}
	thumbnailFile = &fileType{"Thumbnail", "thumbnails", ".jpg", "image/jpeg", "AAMCAgA"}
	profileFile   = &fileType{"ProfilePhoto", "profile_photos", ".jpg", "image/jpeg", "AQADAgA"}
)

// file is a file that the platform has and gave an id.
type file struct {
	id, unique string
	kind       *fileType
	contents
	name, mime    string
	width, height int
	of            *media // what it is sent as; nil for those that can only be downloaded
	link          string // the path of its download
	linkUntil     time.Time
}

// fileStore is all files of a server.
type fileStore struct {
	byID   map[string]*file
	byLink map[string]*file
	copies map[string]int         // how many files have the same contents and type, so that ids differ and yet recur
	stand  map[image.Point][]byte // pictures that stand for those the platform would draw
	hosted map[string]Hosted
	links  int // paths given out
}

func newFileStore() fileStore {
	return fileStore{
		byID: map[string]*file{}, byLink: map[string]*file{}, copies: map[string]int{},
		stand: map[image.Point][]byte{}, hosted: map[string]Hosted{},
	}
}

// keep gives a file its ids, which depend on the seed and on its contents and not on what else goes on.
func (s *Server) keep(f *file) *file {
	sum := sha256.Sum256(f.data)
	key := f.kind.name + string(sum[:]) + strconv.FormatInt(f.size, 10)
	n := s.files.copies[key]
	s.files.copies[key]++
	f.id = f.kind.prefix + s.signs("file", 65, key, n)
	f.unique = "AQAD" + s.signs("unique", 12, key, n)
	s.files.byID[f.id] = f
	return f
}

// signs are as many characters of base64url, settled by the seed and the parts.
func (s *Server) signs(what string, count int, parts ...any) string {
	var raw []byte
	for i := 0; len(raw) < count; i++ {
		raw = binary.BigEndian.AppendUint64(raw, s.hash(append(parts, what, i)...))
	}
	return base64.RawURLEncoding.EncodeToString(raw)[:count]
}

// dimensions reads how large a picture is; ok is false for bytes that are no picture this package can read.
func dimensions(data []byte) (width, height int, ok bool) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	return c.Width, c.Height, err == nil
}

// standIn is a picture of the given size, for what the platform would draw from the original.
func (s *Server) standIn(width, height int) []byte {
	at := image.Pt(width, height)
	if s.files.stand[at] == nil {
		var out bytes.Buffer
		_ = jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil) // a Buffer never fails
		s.files.stand[at] = out.Bytes()
	}
	return s.files.stand[at]
}

// fit scales a size down into a square.
func fit(width, height, side int) (int, int) {
	switch {
	case width <= side && height <= side:
		return width, height
	case width >= height:
		return side, max(1, height*side/width)
	}
	return max(1, width*side/height), side
}

func inMemory(data []byte) contents { return contents{data: data, size: int64(len(data))} }

// thumbnail is the small picture of a file: the given one, or one that stands for what the platform draws.
func (s *Server) thumbnail(given []byte, width, height int) *file {
	f := &file{kind: thumbnailFile, contents: inMemory(given)}
	if given != nil {
		if f.width, f.height, _ = dimensions(given); f.width == 0 {
			f.width, f.height = 320, 320
		}
		return s.keep(f)
	}
	f.width, f.height = fit(width, height, 320)
	f.contents = inMemory(s.standIn(f.width, f.height))
	return s.keep(f)
}

// photoSizes are the sizes that the platform makes of a picture, smallest first. The largest one is the original.
func (s *Server) photoSizes(original *file) []*file {
	var sizes []*file
	for _, side := range []int{90, 320, 800} {
		if original.width <= side && original.height <= side {
			break
		}
		f := &file{kind: original.kind}
		f.width, f.height = fit(original.width, original.height, side)
		f.contents = inMemory(s.standIn(f.width, f.height))
		sizes = append(sizes, s.keep(f))
	}
	return append(sizes, s.keep(original))
}
