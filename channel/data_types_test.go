package channel_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// dataTypes are the exported types that cross a queue or sit in a database: their JSON round trip is exact.
var dataTypes = []reflect.Type{
	reflect.TypeFor[channel.Account](),
	reflect.TypeFor[channel.Address](),
	reflect.TypeFor[channel.Attachment](),
	reflect.TypeFor[channel.BatchResult](),
	reflect.TypeFor[channel.Button](),
	reflect.TypeFor[channel.Card](),
	reflect.TypeFor[channel.Chat](),
	reflect.TypeFor[channel.Contact](),
	reflect.TypeFor[channel.Error](),
	reflect.TypeFor[channel.Event](),
	reflect.TypeFor[channel.Keyboard](),
	reflect.TypeFor[channel.KeyboardLimits](),
	reflect.TypeFor[channel.Length](),
	reflect.TypeFor[channel.Limits](),
	reflect.TypeFor[channel.Location](),
	reflect.TypeFor[channel.Message](),
	reflect.TypeFor[channel.Postback](),
	reflect.TypeFor[channel.Reaction](),
	reflect.TypeFor[channel.Receipt](),
	reflect.TypeFor[channel.Referral](),
	reflect.TypeFor[channel.Registration](),
	reflect.TypeFor[channel.Sent](),
	reflect.TypeFor[channel.Style](),
	reflect.TypeFor[channel.Subscription](),
	reflect.TypeFor[channel.Template](),
	reflect.TypeFor[channel.User](),
}

// notData are the exported structs that are not marshalled, and why.
var notData = map[string]string{
	"Bucket":      "an argument of Store, made for one call",
	"Claim":       "a lease of this process",
	"Handlers":    "functions",
	"Key":         "an argument of Store, with a text of its own",
	"MemoryStore": "state",
	"Mux":         "state",
	"Options":     "configuration: functions, clients and durations",
}

// asText are the data types that are one string in JSON, so that their fields have no names there.
var asText = []reflect.Type{reflect.TypeFor[channel.Account](), reflect.TypeFor[channel.Address]()}

func exportedStructs(t *testing.T) map[string]bool {
	t.Helper()
	files, err := fs.Glob(sources, "*.go")
	require.NoError(t, err)
	structs := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(sources, name)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() {
				if _, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = true
				}
			}
			return true
		})
	}
	return structs
}

func TestEveryExportedStructIsDataOrKnownNotToBe(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, typ := range dataTypes {
		assert.NotContains(t, notData, typ.Name())
		listed[typ.Name()] = true
	}
	for name, reason := range notData {
		assert.NotEmpty(t, reason, name)
		listed[name] = true
	}
	found := exportedStructs(t)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(found)), slices.Collect(maps.Keys(listed)))
}

// sources is the package itself.
var sources = os.DirFS(".")

var snakeCase = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)

func TestEveryFieldOfDataHasItsNameInSnakeCaseAndIsOmittedWhenZero(t *testing.T) {
	t.Parallel()
	for _, typ := range dataTypes {
		names := map[string]bool{}
		for f := range typ.Fields() {
			field := typ.Name() + "." + f.Name
			assert.True(t, f.IsExported(), "%s: data has no hidden fields", field)
			assert.False(t, mentions(f.Type, reflect.TypeFor[time.Duration]()), "%s: no durations in data", field)
			tag, tagged := f.Tag.Lookup("json")
			if tag == "-" || slices.Contains(asText, typ) {
				continue
			}
			assert.True(t, tagged, "%s has no tag", field)
			name, options, _ := strings.Cut(tag, ",")
			assert.Equal(t, "omitzero", options, field)
			assert.Regexp(t, snakeCase, name, field)
			assert.Equal(t, strings.ToLower(f.Name), strings.ReplaceAll(name, "_", ""), field)
			assert.False(t, names[name], "%s: the name is there twice", field)
			names[name] = true
		}
	}
}

// mentions reports whether values of typ hold values of other, short of looking into structs.
func mentions(typ, other reflect.Type) bool {
	if typ == other {
		return true
	}
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return mentions(typ.Elem(), other)
	case reflect.Map:
		return mentions(typ.Key(), other) || mentions(typ.Elem(), other)
	default:
		return false
	}
}

func TestEveryStructInsideDataIsDataToo(t *testing.T) {
	t.Parallel()
	for _, typ := range dataTypes {
		for f := range typ.Fields() {
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[time.Time]() {
				assert.Contains(t, dataTypes, inner, "%s.%s", typ.Name(), f.Name)
			}
		}
	}
}
