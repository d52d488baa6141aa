package telegramtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestLegacyMarkdownBecomesEntities(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "Markdown",
		"text": "v1.2! *b. x* _i \\* _ `c*` [l _x_](https://x.io/a_b) [plain] \\_ \\a \\[\n```go\nx_y```"})
	m := ann.Messages()[0]
	assert.Equal(t, "v1.2! b. x i \\*  c* l _x_ plain _ \\a [\nx_y", m.Text)
	assert.Equal(t, []telegramtest.Entity{
		{Type: "bold", Offset: 6, Length: 4}, {Type: "italic", Offset: 11, Length: 5}, {Type: "code", Offset: 17, Length: 2},
		{Type: "text_link", Offset: 20, Length: 5, URL: "https://x.io/a_b"}, {Type: "pre", Offset: 39, Length: 3, Language: "go"},
	}, m.Entities)
	for text, at := range map[string]string{"*x": "0", "a _x": "2", "`x": "0", "ab ```x``": "3", "[x": "0", "a*b*c*": "5"} {
		got := call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "markdown", "text": text})
		assert.Equal(t, "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset "+at, got.Description, text)
	}
}
