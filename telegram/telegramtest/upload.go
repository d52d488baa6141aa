package telegramtest

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
)

const (
	maxUploadBytes      = 50 << 20
	maxLocalUploadBytes = 2000 << 20 // of a server started with --local
	maxPhotoBytes       = 10 << 20
	maxInMemory         = 64 << 20 // a larger file is kept on disk
	// maxBodyBytes is far above what a request may carry, and ends a client that never does.
	maxBodyBytes      = 256 << 20
	maxLocalBodyBytes = maxLocalUploadBytes + maxBodyBytes
)

// upload is a file as it came in a request.
type upload struct {
	name string // the file name that the client gave
	contents
	tooLarge bool
}

// contents are the bytes of a file: in memory, or on disk if they are many.
type contents struct {
	data []byte
	path string
	size int64
}

// faithful remembers the error of a body, to tell a client that went away from a body that is malformed.
type faithful struct {
	io.Reader
	err error
}

func (f *faithful) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// readRequest reads the body to its end while it comes in, and its parameters. An error means that the client went
// away.
func (s *Server) readRequest(r *http.Request) (params, *apiError, error) {
	kind := r.Header.Get("Content-Type")
	limit := int64(maxFormBytes)
	switch multipart := strings.HasPrefix(strings.ToLower(kind), "multipart/"); {
	case multipart && s.cfg.Local:
		limit = maxLocalBodyBytes
	case multipart:
		limit = maxBodyBytes
	}
	var source io.Reader = http.NoBody
	if r.Body != nil {
		source = r.Body
	}
	body := &faithful{Reader: source}
	limited := &io.LimitedReader{R: body, N: limit + 1}
	p, bad := s.readParams(r.URL.Query(), kind, limited)
	// A client that is still writing would not see the refusal.
	_, _ = io.Copy(io.Discard, limited)
	if limited.N <= 0 {
		bad = errTooLarge
	}
	return p, bad, body.err
}

func (p params) addMultipart(body io.Reader, boundary string, take func(io.Reader) (upload, error)) *apiError {
	malformed := badRequest("can't parse multipart/form-data")
	r := multipart.NewReader(body, boundary)
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return malformed
		}
		if part.FileName() == "" {
			value, err := io.ReadAll(io.LimitReader(part, maxFormBytes))
			if err != nil {
				return malformed
			}
			p.add(part.FormName(), string(value))
			continue
		}
		file, err := take(part)
		if errors.Is(err, errDisk) {
			return errInternal
		}
		if err != nil {
			return malformed
		}
		if file.name = part.FileName(); file.tooLarge {
			return errTooLarge
		}
		if _, taken := p.files[part.FormName()]; !taken {
			p.files[part.FormName()] = file
		}
	}
}

// takeUpload reads one file. What does not fit into memory goes to disk, and what is too large to nowhere.
func (s *Server) takeUpload(r io.Reader) (upload, error) {
	var head bytes.Buffer
	limit := int64(maxUploadBytes)
	if s.cfg.Local {
		limit = maxLocalUploadBytes
	}
	size, err := io.Copy(&head, io.LimitReader(r, min(limit, maxInMemory)+1))
	switch {
	case err != nil:
		return upload{}, err
	case size > limit:
		return upload{tooLarge: true}, nil
	case size <= maxInMemory:
		return upload{contents: contents{data: head.Bytes(), size: size}}, nil
	}
	return s.spool(&head, r, limit)
}

func (s *Server) spool(head io.Reader, rest io.Reader, limit int64) (upload, error) {
	file, err := s.disk.create()
	if err != nil {
		return upload{}, errors.Join(errDisk, err)
	}
	size, err := io.Copy(file, io.LimitReader(io.MultiReader(head, rest), limit+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return upload{}, err
	}
	if size > limit {
		return upload{tooLarge: true}, os.Remove(file.Name())
	}
	return upload{contents: contents{path: file.Name(), size: size}}, nil
}
