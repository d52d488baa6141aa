package telegramtest

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"
)

const maxSentBytes = 2000 << 20

// captionable is why nobody can send this caption.
func captionable(text string) error {
	if utf8.RuneCountInString(text) > maxCaptionRunes || !utf8.ValidString(text) {
		return errors.New("a caption holds 1024 characters of UTF-8")
	}
	return nil
}

// carry makes a message of a file that the person sends.
func (s *Server) carry(m Media) (*message, error) {
	k, known := mediaKinds[m.Kind]
	caption, entities := trim(m.Caption, nil)
	if m.Size == 0 {
		m.Size = int64(len(m.Data))
	}
	switch {
	case !known:
		return nil, errors.New("no kind of media is called " + strconv.Quote(string(m.Kind)))
	case m.Size == 0:
		return nil, errors.New("a file holds something")
	case m.Size > maxSentBytes:
		return nil, errors.New("a file is 2000 MB at most")
	case caption != "" && !k.caption:
		return nil, errors.New("a " + k.noun + " has no caption")
	}
	if err := captionable(caption); err != nil {
		return nil, err
	}
	out := &message{text: caption, entities: withFound(caption, entities)}
	out.media = s.newMedia(m.Kind, contents{data: bytes.Clone(m.Data), size: m.Size}, m)
	out.spoiler, out.captionAbove = m.Spoiler, m.CaptionAbove
	return out, nil
}
