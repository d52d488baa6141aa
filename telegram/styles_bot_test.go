package telegram_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// looks are what the platform calls the styles.
var looks = map[channel.StyleKind]string{
	channel.StyleBold: "bold", channel.StyleItalic: "italic", channel.StyleUnderline: "underline",
	channel.StyleStrike: "strikethrough", channel.StyleSpoiler: "spoiler", channel.StyleQuote: "blockquote",
	channel.StyleCode: "code", channel.StylePre: "pre", channel.StyleLink: "text_link",
}

func TestEachStyleArrivesWhereItWasAsked(t *testing.T) {
	t.Parallel()
	for kind, look := range looks {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t).hooked()
				ann := r.writer("Ann")
				style := channel.Style{Kind: kind, Start: len("👋 Привет, "), End: len("👋 Привет, 👩‍👩‍👧‍👦 мир")}
				want := telegramtest.Entity{Type: look, Offset: 11, Length: 15}
				switch kind {
				case channel.StyleLink:
					style.URL, want.URL = "https://a.io/?x=\"1\"", "https://a.io/?x=\"1\""
				case channel.StylePre:
					style.Language, want.Language = "go", "go"
				}
				_, err := r.send(ann, channel.Message{Text: "👋 Привет, 👩‍👩‍👧‍👦 мир!", Styles: []channel.Style{style}})
				require.NoError(t, err)
				assert.Equal(t, []telegramtest.Entity{want}, ann.Messages()[0].Entities)
			})
		})
	}
}

// Every character of a text of many messages looks as it was asked to, over every cut.
func TestStylesOfALongTextSurviveTheCuts(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t).hooked()
				ann := r.writer("Ann")
				m := styledText(rand.New(rand.NewPCG(seed, 1)))
				sent, err := r.send(ann, m)
				require.NoError(t, err)
				assert.Empty(t, sent.Degraded)
				var got []string
				for _, part := range ann.Messages() {
					got = append(got, seen(part)...)
				}
				assert.Equal(t, asked(m), got)
			})
		})
	}
}

func styledText(random *rand.Rand) channel.Message {
	words := strings.Fields("a Привет 👋 https://a.io/x?y=1 👩‍👩‍👧‍👦 word. sentence, b")
	spaces := []string{" ", " ", " ", " ", "\n", "\n\n"}
	kinds := []channel.StyleKind{channel.StyleBold, channel.StyleItalic, channel.StyleSpoiler, channel.StyleLink, ""}
	var m channel.Message
	for len(m.Text) < 20_000 {
		start := len(m.Text)
		for range 1 + random.IntN(60) {
			m.Text += words[random.IntN(len(words))] + spaces[random.IntN(len(spaces))]
		}
		if s := (channel.Style{Kind: kinds[random.IntN(len(kinds))], Start: start, End: len(m.Text) - 1}); s.Kind != "" {
			if s.Kind == channel.StyleLink {
				s.URL = "https://a.io/"
			}
			m.Styles = append(m.Styles, s)
		}
	}
	m.Text = strings.TrimSpace(m.Text)
	return m
}

// asked is each character of a text that can be seen, and how it looks.
func asked(m channel.Message) []string {
	var all []string
	for i, c := range m.Text {
		look := string(c)
		for _, s := range m.Styles {
			if s.Start <= i && i < s.End {
				look += looks[s.Kind]
			}
		}
		if !unicode.IsSpace(c) {
			all = append(all, look)
		}
	}
	return all
}

// seen is the same of a message that arrived. That the platform finds URLs by itself is no look.
func seen(m telegramtest.Message) []string {
	var all []string
	at := 0
	for _, c := range m.Text {
		look := string(c)
		for _, e := range m.Entities {
			if e.Offset <= at && at < e.Offset+e.Length && e.Type != "url" {
				look += e.Type
			}
		}
		at += utf16.RuneLen(c)
		if !unicode.IsSpace(c) {
			all = append(all, look)
		}
	}
	return all
}

func TestWhatAMessageAsksForBesideItsTextArrives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t).hooked()
		ann := r.writer("Ann")
		_, err := r.send(ann, channel.Message{
			Text: "Menu", Silent: true, ReplyTo: ann.Sent()[0].ID, Native: telegram.Extra{Protect: true}.Native(),
			Keyboard: &channel.Keyboard{OneTime: true, Rows: [][]channel.Button{
				{{Text: "Tea"}, {Text: "My phone", Kind: channel.ButtonPhone}}, {{Text: "I am here", Kind: channel.ButtonLocation}},
			}},
		})
		require.NoError(t, err)
		got := ann.Messages()[0]
		assert.True(t, got.Silent)
		assert.True(t, got.Protected)
		assert.Equal(t, ann.Sent()[0].ID, got.ReplyTo)
		assert.Equal(t, "Tea", got.Keyboard.Rows[0][0].Text)
		assert.True(t, got.Keyboard.Rows[0][1].RequestContact)
		assert.True(t, got.Keyboard.Rows[1][0].RequestLocation)
		assert.True(t, got.Keyboard.OneTime)

		require.NoError(t, ann.Press("Tea"))
		require.NoError(t, ann.SharePhone("380501112233"))
		events := r.events.all()
		assert.Equal(t, "Tea", events[1].Message.Text)
		shared := events[2].Message.Contacts[0]
		assert.True(t, shared.Verified)
		assert.Equal(t, "+380501112233", shared.Phone)
	})
}
