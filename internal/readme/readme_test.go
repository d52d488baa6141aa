// Package readme holds the README to the code: the table of features is what each platform's Limits say.
package readme

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
)

var update = flag.Bool("update", false, "write the table of features into the README")

const (
	file  = "../../README.md"
	begin = "<!-- features: go test ./internal/readme -update -->\n"
	end   = "<!-- /features -->\n"
)

// platform is a column of the table.
type platform struct {
	name   string
	limits channel.Limits
}

func platforms(t *testing.T) []platform {
	t.Helper()
	tg, err := telegram.New(telegram.Config{Token: "1:made-up", PollOnly: true})
	require.NoError(t, err)
	return []platform{{"Telegram", tg.Limits()}}
}

func TestTheTableOfFeaturesIsWhatThePlatformsClaim(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(readme), begin)
	require.True(t, found, "the README has no table of features")
	was, after, found := strings.Cut(rest, end)
	require.True(t, found, "the README's table of features has no end")

	want := table(features(t), platforms(t))
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+want+end+after), 0o644))
		return
	}
	assert.Equal(t, want, was, "run go test ./internal/readme -update")
}

// levels is how the table words a level.
var levels = map[channel.Level]string{
	channel.LevelFull:     "yes",
	channel.LevelPartial:  "partly",
	channel.LevelDropped:  "left out",
	channel.LevelRejected: "–",
}

func table(features []channel.Feature, platforms []platform) string {
	var b strings.Builder
	row := func(first string, cell func(p platform) string) {
		b.WriteString("| " + first + " |")
		for _, p := range platforms {
			b.WriteString(" " + cell(p) + " |")
		}
		b.WriteByte('\n')
	}
	row("", func(p platform) string { return p.name })
	row("---", func(platform) string { return "---" })
	for _, f := range features {
		row(strings.ReplaceAll(string(f), "_", " "), func(p platform) string { return levels[p.limits.Features[f]] })
	}
	row("text of one message", func(p platform) string { return length(p.limits.Text) })
	row("caption", func(p platform) string { return length(p.limits.Caption) })
	row("attachments of an album", func(p platform) string { return number(p.limits.Album) })
	row("buttons under a message", func(p platform) string { return number(p.limits.Inline.Total) })
	row("reference of a link", func(p platform) string { return length(p.limits.Ref) })
	return b.String()
}

func length(l channel.Length) string {
	if l.Max <= 0 {
		return "–"
	}
	unit := l.Unit
	if unit == "" {
		unit = channel.UnitRune
	}
	return fmt.Sprintf("%d %ss", l.Max, unit)
}

func number(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// features are all that the vocabulary has, in its order.
func features(t *testing.T) []channel.Feature {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "../../channel/limits.go", nil, 0)
	require.NoError(t, err)
	var all []channel.Feature
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Feature" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			all = append(all, channel.Feature(value))
		}
		return true
	})
	require.Contains(t, all, channel.FeatureOptOut)
	return all
}
