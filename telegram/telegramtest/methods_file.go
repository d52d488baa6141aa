package telegramtest

import (
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

const (
	maxDownloadBytes = 20 << 20
	linkLives        = time.Hour
	downloadName     = "file" // of a download in Requests and in Fault.Method
)

type fileResult struct {
	ID     string `json:"file_id"`
	Unique string `json:"file_unique_id"`
	Size   int64  `json:"file_size,omitempty"`
	Path   string `json:"file_path"`
}

func (c *call) getFile() (any, *apiError) {
	id := strings.TrimSpace(c.str("file_id"))
	if id == "" {
		return nil, badRequest("file_id not specified")
	}
	f := c.s.files.byID[id]
	if f == nil {
		return nil, badRequest("wrong file_id or the file is temporarily unavailable")
	}
	if f.size > maxDownloadBytes && !c.s.cfg.Local {
		return nil, badRequest("file is too big")
	}
	out := fileResult{ID: f.id, Unique: f.unique, Size: f.size}
	var err error
	if out.Path, err = c.s.publish(f); err != nil {
		return nil, errInternal
	}
	return out, nil
}

// publish gives a file the path it is downloaded from: one of the API, or one on the disk that a local server shares
// with the bot.
func (s *Server) publish(f *file) (string, error) {
	if f.link == "" {
		name := f.kind.dir + "/file_" + strconv.Itoa(s.files.links) + extension(f)
		s.files.links++
		if s.cfg.Local {
			absolute, err := s.disk.put(name, f.contents)
			if err != nil {
				return "", err
			}
			name = absolute
		}
		f.link = name
		s.files.byLink[name] = f
	}
	f.linkUntil = time.Now().Add(linkLives)
	return f.link, nil
}

func extension(f *file) string {
	if ext := path.Ext(f.name); ext != "" && strings.Trim(ext[1:], startRefSigns) == "" {
		return ext
	}
	return f.kind.ext
}

// downloadOf finds out whether a path is that of a download, /file/bot<token>/<file_path>, and of which.
func (s *Server) downloadOf(urlPath string) (name string, bad *apiError, ok bool) {
	rest, ok := strings.CutPrefix(urlPath, "/file/bot")
	if !ok {
		return "", nil, false
	}
	token, name, _ := strings.Cut(rest, "/")
	switch {
	case !tokenForm.MatchString(token):
		return name, errNotFound, true
	case token != s.cfg.Token:
		return name, errUnauthorized, true
	case name == "":
		return name, errNotFound, true
	}
	return name, nil, true
}

// download answers with the file that getFile gave a path to.
func (s *Server) download(name string, fault *Fault) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files.byLink[name]
	if fault.is(GarbledResponse) {
		return page(http.StatusOK)
	}
	if s.cfg.Local || f == nil || !time.Now().Before(f.linkUntil) {
		return refuse(errNotFound)
	}
	return reply{
		status: http.StatusOK, header: http.Header{"Content-Type": {"application/octet-stream"}}, body: f.data,
	}
}
