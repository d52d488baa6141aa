// Package layers holds the project to its structure: who may import whom, and what is called what.
package layers

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/parley-go/parley"

var platforms = []string{"telegram", "viber", "vk", "facebook", "whatsapp", "instagram", "max"}

// may lists, for each room, the rooms that its code (tests apart) may import. The first pattern that matches counts.
var may = []struct{ room, imports string }{
	{"channel", ""},
	{"channel/adapter", "channel"},
	{"channel/broadcast", "channel"},
	{"channel/channeltest", "channel channel/adapter internal/inmem"},
	{"channel/boltstore", "channel"},
	{"channel/redisstore", "channel"},
	{"*/*test", "internal/*"}, // an emulator knows neither its adapter nor the vocabulary
	{"internal/*", "channel channel/adapter internal/*"},
	{"examples/*", "channel channel/* * */*"},
	{"*", "channel channel/adapter internal/*"}, // an adapter
}

func TestEveryPackageImportsOnlyWhatItsRoomMay(t *testing.T) {
	t.Parallel()
	files := goFiles(t)
	require.NotEmpty(t, files)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		room := path.Dir(file)
		allowed, known := allowance(room)
		if !assert.True(t, known, "%s is in no room of the house", file) {
			continue
		}
		for _, imported := range imports(t, file) {
			if room == imported {
				continue
			}
			assert.True(t, matchesAny(imported, allowed), "%s imports %s", file, imported)
		}
	}
}

func allowance(room string) (string, bool) {
	for _, m := range may {
		if ok, _ := path.Match(m.room, room); ok {
			return m.imports, true
		}
	}
	return "", false
}

func matchesAny(name, patterns string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool {
		ok, _ := path.Match(p, name)
		return ok
	})
}

// files of an adapter, so that a newcomer who read one can guess where anything is in the next. One that grew too long is
// split by its ideas: encode.go has encode_keyboard.go beside it.
var (
	always    = strings.Fields("doc.go config.go channel.go receive.go decode.go send.go encode.go profile.go errors.go limits.go links.go")
	sometimes = strings.Fields("poll.go upload.go native.go app.go")
)

func TestEveryAdapterHasTheSameFiles(t *testing.T) {
	t.Parallel()
	adapters := 0
	for _, platform := range platforms {
		entries, err := os.ReadDir(filepath.Join(root(t), platform))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		adapters++
		var files []string
		for _, e := range entries {
			if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				files = append(files, name)
				assert.True(t, slices.Contains(always, trunk(name)) || slices.Contains(sometimes, trunk(name)),
					"%s/%s is not a file that every adapter has", platform, name)
			}
		}
		for _, name := range always {
			assert.Contains(t, files, name, platform)
		}
		for _, name := range files {
			assert.Contains(t, files, trunk(name), "%s/%s has nothing to stand beside", platform, name)
		}
	}
	assert.NotZero(t, adapters)
}

// trunk is the file that a file such as encode_keyboard.go stands beside; the file itself where it is no such.
func trunk(name string) string {
	idea, _, split := strings.Cut(name, "_")
	if !split {
		return name
	}
	return idea + ".go"
}

func TestTheTopLevelHoldsTheHouseAlone(t *testing.T) {
	t.Parallel()
	allowed := append(strings.Fields("channel internal examples go.mod go.sum README.md LICENSE CHANGELOG.md"), platforms...)
	entries, err := os.ReadDir(root(t))
	require.NoError(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		assert.Contains(t, allowed, e.Name())
	}
}

func TestEveryPackageIsDocumented(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, file := range goFiles(t) {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root(t), file), nil, parser.ParseComments|parser.PackageClauseOnly)
		require.NoError(t, err)
		documented[path.Dir(file)] = documented[path.Dir(file)] || f.Doc != nil
	}
	for dir, ok := range documented {
		assert.True(t, ok, "%s has no package comment", dir)
	}
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "go.mod"))
	return dir
}

// goFiles are the module's Go files, as slash-separated paths below its root.
func goFiles(t *testing.T) []string {
	t.Helper()
	top := root(t)
	var files []string
	require.NoError(t, filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != top {
			_, nested := os.Stat(filepath.Join(file, "go.mod"))
			if strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || nested == nil {
				return fs.SkipDir
			}
		}
		if strings.HasSuffix(file, ".go") {
			rel, err := filepath.Rel(top, file)
			if err != nil {
				return err
			}
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	}))
	return files
}

// imports are the packages of this module that a file imports, below its root.
func imports(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root(t), file), nil, parser.ImportsOnly)
	require.NoError(t, err)
	var ours []string
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if rest, ok := strings.CutPrefix(name, module+"/"); ok {
			ours = append(ours, rest)
		}
	}
	return ours
}
