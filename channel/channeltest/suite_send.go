package channeltest

import (
	"context"
	"strings"
	"sync"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sendChecks are about sends that go well, or are refused before the network.
var sendChecks = []check{
	{"a text arrives as it was sent", hasUser, checkText},
	{"a text of the largest size is one message, and a longer one two", has(hasUser, hasTextLimit), checkLargestText},
	{"a long text arrives in parts that join to it", has(hasUser, hasTextLimit), checkLongText},
	{"a text without spaces is split between graphemes", has(hasUser, hasTextLimit), checkGraphemes},
	{"sends to one chat leave in the order of the calls", hasUser, checkSendOrder},
	{"a send with a key is made once", hasUser, checkKey},
	{"a send with a key, repeated at once, is made once", hasUser, checkKeyAtOnce},
	{"the same key in another chat is another send", hasUser, checkKeyApart},
	{"a send whose context has ended is not made", hasCalls, checkCancelled},
	{"a message that cannot be sent is refused before the network", hasCalls, checkInvalid},
	{"a keyboard beyond the limits is refused before the network", hasCalls, checkKeyboards},
	{"content that the platform lacks is refused before the network", hasCalls, checkUnsupported},
}

func hasTextLimit(h Harness) bool { return h.Channel.Limits().Text.Max > 0 }

func checkText(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	for _, text := range []string{"hi", "  spaces  inside and around  ", "Zażółć gęślą jaźń 👩‍👩‍👧‍👦 日本語", "a & b < c > d \"e\" 'f'", "one\n\ntwo"} {
		before := len(ann.Texts())
		sent, err := s.send(ann.ChatID, channel.Text(text))
		require.NoError(s, err, text)
		assert.Equal(s, ann.ChatID, sent.ChatID)
		assert.Nil(s, sent.Rest)
		require.Len(s, ann.Texts(), before+1)
		assert.Equal(s, strings.TrimSpace(text), strings.TrimSpace(ann.Texts()[before]), "platforms may trim, and nothing else")
	}
}

func checkLargestText(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	most := s.Channel.Limits().Text.Max
	if s.MaxText > 0 {
		assert.Equal(s, s.MaxText, most, "Limits tells what the platform takes")
	}
	whole := strings.Repeat("x", most)
	sent, err := s.send(ann.ChatID, channel.Text(whole))
	require.NoError(s, err)
	assert.Equal(s, []string{whole}, ann.Texts(), "one message")
	assert.LessOrEqual(s, len(sent.MessageIDs), 1)
	_, err = s.send(ann.ChatID, channel.Text(whole+"x"))
	require.NoError(s, err)
	require.Len(s, ann.Texts(), 3, "two messages")
	assert.Equal(s, whole+"x", ann.Texts()[1]+ann.Texts()[2])
}

// prose is text of more than n units, of words and paragraphs.
func prose(l channel.Length, n int) string {
	var b strings.Builder
	for i, length := 0, 0; length <= n; i++ {
		word := " wört"
		switch {
		case i%97 == 96:
			word = "\n\nA paragraph"
		case i%11 == 10:
			word = ". A sentence"
		}
		b.WriteString(word)
		length += l.Of(word)
	}
	return strings.TrimSpace(b.String()) + "!"
}

func checkLongText(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	limit := s.Channel.Limits().Text
	text := prose(limit, 3*limit.Max+limit.Max/2)
	sent, err := s.send(ann.ChatID, channel.Text(text))
	require.NoError(s, err)
	assert.Nil(s, sent.Rest)
	parts := ann.Texts()
	assert.GreaterOrEqual(s, len(parts), 4)
	for _, part := range parts {
		assert.LessOrEqual(s, limit.Of(part), limit.Max)
		assert.NotEmpty(s, strings.TrimSpace(part), "no part is white space alone")
	}
	assert.Equal(s, strings.Fields(text), strings.Fields(strings.Join(parts, " ")), "no word is cut, changed or lost")
	if len(sent.MessageIDs) > 0 {
		assert.Len(s, sent.MessageIDs, len(parts))
	}
}

func checkGraphemes(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	const family = "👩‍👩‍👧‍👦"
	limit := s.Channel.Limits().Text
	text := strings.Repeat(family, limit.Max/limit.Of(family)+2)
	_, err := s.send(ann.ChatID, channel.Text(text))
	require.NoError(s, err)
	assert.Equal(s, text, strings.Join(ann.Texts(), ""))
	for _, part := range ann.Texts() {
		assert.True(s, utf8.ValidString(part))
		assert.Zero(s, len(part)%len(family), "a grapheme is cut in two")
	}
}

func checkSendOrder(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	want := strings.Split("abcdefghijklmnopqrstuvwxyz", "")
	var wg sync.WaitGroup
	for _, text := range want {
		wg.Go(func() {
			_, err := s.send(ann.ChatID, channel.Text(text))
			assert.NoError(s, err)
		})
		synctest.Wait()
	}
	wg.Wait()
	assert.Equal(s, want, ann.Texts())
}

func checkKey(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	first, err := s.send(ann.ChatID, channel.Message{Text: "your order", Key: "order-7"})
	require.NoError(s, err)
	time.Sleep(time.Hour)
	second, err := s.send(ann.ChatID, channel.Message{Text: "your order", Key: "order-7"})
	require.NoError(s, err)
	assert.Equal(s, first, second, "a repeat returns the first Sent")
	assert.Equal(s, []string{"your order"}, ann.Texts())
}

func checkKeyAtOnce(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := s.send(ann.ChatID, channel.Message{Text: "your order", Key: "order-7"})
			assert.NoError(s, err)
		})
	}
	wg.Wait()
	assert.Equal(s, []string{"your order"}, ann.Texts())
}

func checkKeyApart(s *scene) {
	s.open(channel.Options{})
	for _, name := range []string{"Ann", "Bob"} {
		p := s.writer(name)
		_, err := s.send(p.ChatID, channel.Message{Text: "news", Key: "issue-1"})
		require.NoError(s, err)
		assert.Equal(s, []string{"news"}, p.Texts())
	}
}

func checkCancelled(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	calls := s.Calls()
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	_, err := s.sendWithin(ctx, ann.ChatID, channel.Text("too late"))
	require.ErrorIs(s, err, context.Canceled)
	assert.Equal(s, calls, s.Calls())
	assert.Empty(s, ann.Texts())
}

func checkKeyboards(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	limits := s.Channel.Limits()
	for inline, k := range map[bool]channel.KeyboardLimits{true: limits.Inline, false: limits.Reply} {
		feature := channel.FeatureReplyKeyboard
		if inline {
			feature = channel.FeatureInlineKeyboard
		}
		if !claims(s.Harness, feature) {
			continue
		}
		try := func(what string, rows [][]channel.Button) {
			s.refuse(what, ann.ChatID, channel.Message{Text: "Choose", Keyboard: &channel.Keyboard{Inline: inline, Rows: rows}}, "Keyboard",
				channel.ErrTooLarge, channel.ErrInvalid)
		}
		if k.Data.Max > 0 {
			try("data too long", [][]channel.Button{{{Text: "x", Data: strings.Repeat("d", k.Data.Max+1)}}})
		}
		if k.Total > 0 {
			rows := make([][]channel.Button, k.Total+1)
			for i := range rows {
				rows[i] = []channel.Button{{Text: "x", Data: "x"}}
			}
			try("too many buttons", rows)
		}
	}
	assert.Empty(s, ann.Texts())
}

func checkUnsupported(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	s.refuse("what is only received", ann.ChatID, channel.Message{Attachments: []channel.Attachment{
		{Kind: channel.AttachmentOther, URL: "https://example.com/poll"},
	}}, "Attachments[0].Kind", channel.ErrUnsupported)
	if !claims(s.Harness, channel.FeatureTemplate) {
		s.refuse("a template", ann.ChatID, channel.Message{Template: &channel.Template{Name: "greeting", Language: "en_US"}},
			"Template", channel.ErrUnsupported)
	}
	assert.Empty(s, ann.Texts())
}
