package telegramtest

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// disk is the directory of a server that keeps files where the bot can open them. It is made when it is first needed
// and goes with the server.
type disk struct {
	mu   sync.Mutex
	path string
	shut bool
}

func (d *disk) dir() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut {
		return "", ErrClosed
	}
	var err error
	if d.path == "" {
		d.path, err = os.MkdirTemp("", "telegramtest-")
	}
	return d.path, err
}

// errDisk tells what is wrong here from what is wrong with a request.
var errDisk = errors.New("no room on disk")

func (d *disk) create() (*os.File, error) {
	dir, err := d.dir()
	if err != nil {
		return nil, err
	}
	return os.CreateTemp(dir, "upload-*")
}

// put makes contents readable under a name inside the directory and tells the absolute path.
func (d *disk) put(name string, c contents) (string, error) {
	dir, err := d.dir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	if c.path != "" {
		return path, os.Link(c.path, path)
	}
	return path, os.WriteFile(path, c.data, 0o600)
}

func (d *disk) remove() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut = true
	if d.path != "" {
		_ = os.RemoveAll(d.path)
	}
}
