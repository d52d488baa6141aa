package interop

import (
	"fmt"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/mymmrac/telego"
	tu "github.com/mymmrac/telego/telegoutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every style of the platform's page about formatting, one after the other and inside one another.
func TestEveryStyle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source string
		html   bool
		text   string
		want   []entity
	}{
		"each tag of HTML": {
			`<b>bb</b> <em>ii</em> <ins>u</ins> <del>s</del> <tg-spoiler>h</tg-spoiler> <code>c</code> ` +
				`<pre><code class="language-go">x := 1</code></pre> <strong>id</strong> &lt;&amp;&gt;`, true,
			"bb ii u s h c x := 1 id <&>",
			[]entity{
				{Type: "bold", Offset: 0, Length: 2}, {Type: "italic", Offset: 3, Length: 2}, {Type: "underline", Offset: 6, Length: 1},
				{Type: "strikethrough", Offset: 8, Length: 1}, {Type: "spoiler", Offset: 10, Length: 1}, {Type: "code", Offset: 12, Length: 1},
				{Type: "pre", Offset: 14, Length: 6, Language: "go"}, {Type: "bold", Offset: 21, Length: 2},
			},
		},
		"HTML inside HTML": {
			"<b>bold <i>both 👋</i></b> <blockquote>quote <b>b</b></blockquote>", true, "bold both 👋 quote b",
			[]entity{
				{Type: "bold", Offset: 0, Length: 12}, {Type: "italic", Offset: 5, Length: 7},
				{Type: "blockquote", Offset: 13, Length: 7}, {Type: "bold", Offset: 19, Length: 1},
			},
		},
		"each mark of MarkdownV2": {
			"*b* _i_ __u__ ~s~ ||h|| `c` ```go\nx := 1```\n[link](https://a.example/\\)) \\.\\!\\\\", false,
			"b i u s h c x := 1\nlink .!\\",
			[]entity{
				{Type: "bold", Offset: 0, Length: 1}, {Type: "italic", Offset: 2, Length: 1}, {Type: "underline", Offset: 4, Length: 1},
				{Type: "strikethrough", Offset: 6, Length: 1}, {Type: "spoiler", Offset: 8, Length: 1}, {Type: "code", Offset: 10, Length: 1},
				{Type: "pre", Offset: 12, Length: 6, Language: "go"},
				{Type: "text_link", Offset: 19, Length: 4, URL: "https://a.example/)"},
			},
		},
		"quotes and custom emoji of MarkdownV2": {
			">one *b*\n>two\n**>three\n>more||\n![👍](tg://emoji?id=5368324170671202286)", false, "one b\ntwo\nthree\nmore\n👍",
			[]entity{
				{Type: "blockquote", Offset: 0, Length: 9}, {Type: "bold", Offset: 4, Length: 1},
				{Type: "expandable_blockquote", Offset: 10, Length: 10},
				{Type: "custom_emoji", Offset: 21, Length: 2, CustomEmoji: "5368324170671202286"},
			},
		},
		"what is found in plain text": {
			"@shop_bot #tea /help me@a.example https://a.example/?q=1", true, "@shop_bot #tea /help me@a.example https://a.example/?q=1",
			[]entity{
				{Type: "mention", Offset: 0, Length: 9}, {Type: "hashtag", Offset: 10, Length: 4}, {Type: "bot_command", Offset: 15, Length: 5},
				{Type: "email", Offset: 21, Length: 12}, {Type: "url", Offset: 34, Length: 22},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everywhere(t, func(w *world) {
				w.poll()
				mode, teleMode := models.ParseModeMarkdown, telego.ModeMarkdownV2
				if c.html {
					mode, teleMode = models.ParseModeHTML, telego.ModeHTML
				}
				sent := must[message](w, &bot.SendMessageParams{ChatID: w.ann.id, Text: c.source, ParseMode: mode},
					tu.Message(tu.ID(w.ann.id), c.source).WithParseMode(teleMode))
				assert.Equal(w.t, c.text, sent.Text)
				assert.Equal(w.t, c.want, sent.Entities)
			})
		})
	}
}

func TestTheOldMarkdown(t *testing.T) {
	t.Parallel()
	everywhere(t, func(w *world) {
		w.poll()
		const source = "*b* _i_ `c` [link](https://a.example/) 1.5!"
		sent := must[message](w, &bot.SendMessageParams{ChatID: w.ann.id, Text: source, ParseMode: models.ParseModeMarkdownV1},
			tu.Message(tu.ID(w.ann.id), source).WithParseMode(telego.ModeMarkdown))
		assert.Equal(w.t, "b i c link 1.5!", sent.Text)
		assert.Equal(w.t, []entity{
			{Type: "bold", Length: 1}, {Type: "italic", Offset: 2, Length: 1}, {Type: "code", Offset: 4, Length: 1},
			{Type: "text_link", Offset: 6, Length: 4, URL: "https://a.example/"},
		}, sent.Entities)
	})
}

func TestALinkToAPersonIsAMention(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source   string
		mode     models.ParseMode
		teleMode string
	}{
		"in HTML":       {`ask <a href="tg://user?id=%d">her</a>`, models.ParseModeHTML, telego.ModeHTML},
		"in MarkdownV2": {"ask [her](tg://user?id=%d)", models.ParseModeMarkdown, telego.ModeMarkdownV2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everywhere(t, func(w *world) {
				w.poll()
				say := func(id int64) message {
					text := fmt.Sprintf(c.source, id)
					return must[message](w, &bot.SendMessageParams{ChatID: w.ann.id, Text: text, ParseMode: c.mode},
						tu.Message(tu.ID(w.ann.id), text).WithParseMode(c.teleMode))
				}
				sent := say(w.ann.id)
				require.Len(w.t, sent.Entities, 1)
				mention := sent.Entities[0]
				assert.Equal(w.t, "text_mention", mention.Type)
				assert.Equal(w.t, 4, mention.Offset)
				require.NotNil(w.t, mention.User)
				assert.Equal(w.t, w.ann.id, mention.User.ID)
				assert.Empty(w.t, say(number(w.t, w.srv.NewUser("Stranger").ID())).Entities, "whom the bot does not know")
			})
		})
	}
}
