package telegramtest_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestHTMLBecomesEntities(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "html", "text": `a &lt;<b>b <i>c</i></b> <a href="https://x.io/?a&amp;b">l</a>` +
		`<pre><code class="language-go">go</code></pre><span class="tg-spoiler">s</span><blockquote expandable>q</blockquote>&nbsp;`})
	m := ann.Messages()[0]
	assert.Equal(t, "a <b c lgosq&nbsp;", m.Text)
	assert.Equal(t, []telegramtest.Entity{
		{Type: "bold", Offset: 3, Length: 3}, {Type: "italic", Offset: 5, Length: 1},
		{Type: "text_link", Offset: 7, Length: 1, URL: "https://x.io/?a&b"}, {Type: "pre", Offset: 8, Length: 2, Language: "go"},
		{Type: "spoiler", Offset: 10, Length: 1}, {Type: "expandable_blockquote", Offset: 11, Length: 1},
	}, m.Entities)
}

func TestMarkdownV2BecomesEntities(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "MarkdownV2", "text": "a\\.\\\\ *b _c_* __u__ ~s~ ||p|| `1 \\` 2` [l](https://x.io/\\))\n```go\nx.y```"})
	m := ann.Messages()[0]
	assert.Equal(t, "a.\\ b c u s p 1 ` 2 l\nx.y", m.Text)
	assert.Equal(t, []telegramtest.Entity{
		{Type: "bold", Offset: 4, Length: 3}, {Type: "italic", Offset: 6, Length: 1}, {Type: "underline", Offset: 8, Length: 1},
		{Type: "strikethrough", Offset: 10, Length: 1}, {Type: "spoiler", Offset: 12, Length: 1}, {Type: "code", Offset: 14, Length: 5},
		{Type: "text_link", Offset: 20, Length: 1, URL: "https://x.io/)"}, {Type: "pre", Offset: 22, Length: 3, Language: "go"},
	}, m.Entities)
	for text, want := range map[string]string{
		"v1.2":                  "Character '.' is reserved and must be escaped with the preceding '\\'",
		"a > b":                 "Character '>' is reserved and must be escaped with the preceding '\\'",
		">> a":                  "Character '>' is reserved and must be escaped with the preceding '\\'",
		">*a\nb*":               "Can't find end of Bold entity at byte offset 1",
		">_a":                   "Can't find end of Italic entity at byte offset 1",
		"*a\n>b*":               "Can't find end of BlockQuote entity at byte offset 3",
		"![x]":                  "Custom emoji entity must contain a tg://emoji URL",
		"![x](tg://user?id=1)":  "Custom emoji entity must contain a tg://emoji URL",
		"![x](tg://emoji?id=y)": "Invalid custom emoji identifier specified",
		"![x](tg://emoji?id=1":  "Can't find end of a custom emoji URL at byte offset 5",
		"*x":                    "Can't find end of Bold entity at byte offset 0",
		"*a _b* c":              "Can't find end of Italic entity at byte offset 3",
		"`x":                    "Can't find end of Code entity at byte offset 0",
		"[x](y":                 "Can't find end of a URL at byte offset 4",
	} {
		got := call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "MarkdownV2", "text": text})
		assert.Equal(t, "Bad Request: can't parse entities: "+want, got.Description)
	}
}

func TestQuotesOfMarkdownV2(t *testing.T) {
	t.Parallel()
	quote := func(offset, length int) telegramtest.Entity {
		return telegramtest.Entity{Type: "blockquote", Offset: offset, Length: length}
	}
	expandable := func(offset, length int) telegramtest.Entity {
		return telegramtest.Entity{Type: "expandable_blockquote", Offset: offset, Length: length}
	}
	bold := func(offset, length int) telegramtest.Entity {
		return telegramtest.Entity{Type: "bold", Offset: offset, Length: length}
	}
	for name, c := range map[string]struct {
		source, text string
		want         []telegramtest.Entity
	}{
		"lines and what comes after": {">one\n>two\nafter", "one\ntwo\nafter", []telegramtest.Entity{quote(0, 7)}},
		"after a text":               {"x\n>one", "x\none", []telegramtest.Entity{quote(2, 3)}},
		"two, kept apart":            {">one\n**>two\n>more||", "one\ntwo\nmore", []telegramtest.Entity{quote(0, 3), expandable(4, 8)}},
		"expandable":                 {"**>one\n>two||\nx", "one\ntwo\nx", []telegramtest.Entity{expandable(0, 7)}},
		"with bold inside":           {">a *b*\n>*c* \\>", "a b\nc >", []telegramtest.Entity{quote(0, 7), bold(2, 1), bold(4, 1)}},
		"a spoiler is no end":        {">a ||b||", "a b", []telegramtest.Entity{quote(0, 3), {Type: "spoiler", Offset: 2, Length: 1}}},
		"a spoiler over two lines":   {">a||\n>b||", "a\nb", []telegramtest.Entity{quote(0, 3), {Type: "spoiler", Offset: 1, Length: 2}}},
		"a spoiler and expandable":   {">||b||||", "b", []telegramtest.Entity{{Type: "spoiler", Length: 1}, expandable(0, 1)}},
		"nothing":                    {">\nx", "x", nil},
		"not in code":                {"`a\n>b` c", "a\n>b c", []telegramtest.Entity{{Type: "code", Length: 4}}},
		"a custom emoji": {"a ![👍](tg://emoji?id=5368324170671202286)\\!", "a 👍!", []telegramtest.Entity{
			{Type: "custom_emoji", Offset: 2, Length: 2, CustomEmoji: "5368324170671202286"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, ann := known(t)
			got := call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "MarkdownV2", "text": c.source})
			require.True(t, got.OK, got.Description)
			assert.Equal(t, c.text, ann.Messages()[0].Text)
			assert.Equal(t, c.want, ann.Messages()[0].Entities)
		})
	}
}

func TestALinkToAPersonMentionsWhomTheBotKnows(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	stranger := srv.NewUser("Stranger")
	link := func(u *telegramtest.User) string { return "tg://user?id=" + u.ID() }
	for mode, write := range map[string]func(url string) in{
		"HTML":       func(url string) in { return in{"text": `<a href="` + url + `">you</a>`} },
		"MarkdownV2": func(url string) in { return in{"text": "[you](" + url + ")"} },
		"Markdown":   func(url string) in { return in{"text": "[you](" + url + ")"} },
		"": func(url string) in {
			return in{"text": "you", "entities": []in{{"type": "text_link", "offset": 0, "length": 3, "url": url}}}
		},
	} {
		for _, u := range []*telegramtest.User{ann, stranger} {
			parameters := write(link(u))
			parameters["chat_id"], parameters["parse_mode"] = ann.ID(), mode
			mustCall(t, srv, "sendMessage", parameters)
		}
		all := ann.Messages()
		assert.Equal(t, []telegramtest.Entity{{Type: "text_mention", Length: 3, User: &telegramtest.From{ID: userID(t, ann), FirstName: "Ann"}}},
			all[len(all)-2].Entities, mode)
		assert.Equal(t, "you", all[len(all)-1].Text)
		assert.Empty(t, all[len(all)-1].Entities, "nobody is mentioned whom the bot does not know")
	}
	for u, want := range map[*telegramtest.User]int{ann: 1, stranger: 0} {
		mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "you", "entities": []in{
			{"type": "text_mention", "offset": 0, "length": 3, "user": in{"id": userID(t, u), "first_name": "X"}},
		}})
		all := ann.Messages()
		assert.Len(t, all[len(all)-1].Entities, want)
	}
	group := srv.NewGroup("Group")
	require.NoError(t, group.AddBot(ann))
	require.NoError(t, group.Member(stranger).Write("/help"))
	mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "parse_mode": "HTML", "text": `<a href="` + link(stranger) + `">you</a>`})
	all := ann.Messages()
	assert.Equal(t, "Stranger", all[len(all)-1].Entities[0].User.FirstName, "whom it has met in a group")
}

func userID(t testing.TB, u *telegramtest.User) int64 {
	t.Helper()
	id, err := strconv.ParseInt(u.ID(), 10, 64)
	require.NoError(t, err)
	return id
}

func FuzzMarkupNeverPanicsAndNeverPointsOutsideTheText(f *testing.F) {
	for _, seed := range []string{
		`<b>bold</b> &lt;3`, `<a href="https://a.io/?x=1&amp;y=2">link</a>`, `<pre><code class="language-go">x := 1</code></pre>`,
		`<blockquote expandable>long</blockquote>`, `<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`, `<b><i>crossed</b></i>`, `a < b && c`,
	} {
		f.Add(seed, "HTML")
	}
	for _, seed := range []string{`*bold _both_* \.`, "```go\nx```", "[l](https://a.io/)", "||x|| __y__ ~z~ `c`", ">a\n>*b*||\n**>c", "![👍](tg://emoji?id=5368324170671202286) [x](tg://user?id=1)"} {
		f.Add(seed, "MarkdownV2")
	}
	for _, seed := range []string{`*bold* _italic \_ [l](https://a.io/) [x`, "```go\nx``` `c` \\*", "[a](b", "[a] (b)"} {
		f.Add(seed, "Markdown")
	}
	srv, ann := known(f)
	f.Fuzz(func(t *testing.T, text, mode string) {
		got := call(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": text, "parse_mode": mode})
		if !got.OK {
			require.Equal(t, 400, got.Status)
			return
		}
		var m struct {
			Text     string
			Entities []telegramtest.Entity
		}
		require.NoError(t, json.Unmarshal(got.Result, &m))
		for _, e := range m.Entities {
			require.True(t, e.Offset >= 0 && e.Length > 0 && e.Offset+e.Length <= len(utf16.Encode([]rune(m.Text))), "%+v in %q", e, m.Text)
		}
	})
}
