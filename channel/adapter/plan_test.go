package adapter

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// file is an attachment that the platform has already.
func file(kind channel.AttachmentKind, id string) channel.Attachment {
	return channel.Attachment{Kind: kind, FileID: id}
}

func photos(n int) []channel.Attachment {
	var list []channel.Attachment
	for i := range n {
		list = append(list, file(channel.AttachmentImage, fmt.Sprint(i)))
	}
	return list
}

func inline(buttons ...channel.Button) *channel.Keyboard {
	return &channel.Keyboard{Inline: true, Rows: [][]channel.Button{buttons}}
}

// shape tells what each part holds: text, attachments, and so on.
func shape(p plan) string {
	var parts []string
	for _, part := range p.parts {
		m := part.Message
		var has []string
		if m.Text != "" {
			has = append(has, m.Text)
		}
		if n := len(m.Attachments); n > 0 {
			var ids []string
			for _, a := range m.Attachments {
				ids = append(ids, string(a.Kind)+a.FileID)
			}
			has = append(has, "["+strings.Join(ids, " ")+"]")
		}
		if m.Location != nil {
			has = append(has, "location")
		}
		for _, c := range m.Contacts {
			has = append(has, "contact "+c.Phone)
		}
		if n := len(m.Cards); n > 0 {
			has = append(has, fmt.Sprintf("%d cards", n))
		}
		if m.Template != nil {
			has = append(has, "template "+m.Template.Name)
		}
		if k := m.Keyboard; k != nil {
			var rows []string
			for _, row := range k.Rows {
				for _, b := range row {
					rows = append(rows, string(b.Kind)+" "+b.Text)
				}
			}
			has = append(has, "{"+strings.Join(rows, ", ")+"}")
		}
		parts = append(parts, strings.Join(has, " + "))
	}
	return strings.Join(parts, " | ")
}

func TestAMessageBecomesPartsInOrder(t *testing.T) {
	t.Parallel()
	ok := channel.Button{Text: "OK"}
	noCaptions := func(l *channel.Limits) { l.Caption.Max = -1 }
	short := func(text, caption int) func(l *channel.Limits) {
		return func(l *channel.Limits) { l.Text.Max, l.Caption.Max = text, caption }
	}
	albumsHaveNoKeyboard := func(p *Part) error {
		if len(p.Message.Attachments) > 1 && p.Message.Keyboard != nil {
			return channel.ErrUnsupported
		}
		return nil
	}
	oneKind := func(p *Part) error {
		for _, a := range p.Message.Attachments {
			if a.Kind != p.Message.Attachments[0].Kind {
				return channel.ErrUnsupported
			}
		}
		return nil
	}
	tests := []struct {
		name    string
		message channel.Message
		limits  func(l *channel.Limits)
		encode  func(p *Part) error
		want    string
	}{
		{"a text", channel.Text("hello"), nil, nil, "hello"},
		{"a caption", channel.Message{Text: "look", Attachments: photos(1)}, nil, nil, "look + [image0]"},
		{"no captions", channel.Message{Text: "look", Attachments: photos(1)}, noCaptions, nil, "look | [image0]"},
		{"a caption too long", channel.Message{Text: "look here", Attachments: photos(1)}, short(20, 5), nil, "look here | [image0]"},
		{"a caption too long for a text", channel.Message{Text: "one two three four five", Attachments: photos(1)}, short(20, 5), nil, "one two three four  | five + [image0]"},
		{"a caption that the driver refuses", channel.Message{Text: "look", Attachments: photos(1)}, nil, func(p *Part) error {
			if p.Message.Text != "" && p.Message.Attachments != nil {
				return channel.ErrUnsupported
			}
			return nil
		}, "look | [image0]"},
		{"an album", channel.Message{Text: "look", Attachments: photos(3)}, nil, nil, "look + [image0 image1 image2]"},
		{"more than an album", channel.Message{Text: "look", Attachments: photos(5)}, func(l *channel.Limits) { l.Album = 2 }, nil, "look + [image0 image1] | [image2 image3] | [image4]"},
		{"no album", channel.Message{Attachments: photos(2)}, func(l *channel.Limits) { l.Album = 0 }, nil, "[image0] | [image1]"},
		{"kinds that do not go together", channel.Message{Attachments: append(photos(3), file(channel.AttachmentFile, "a"), file(channel.AttachmentFile, "b"))}, nil, oneKind, "[image0 image1 image2] | [filea fileb]"},
		{"everything", channel.Message{
			Text: "hi", Attachments: photos(1), Location: &channel.Location{}, Contacts: []channel.Contact{{Phone: "+1"}, {Phone: "+2"}},
			Cards: []channel.Card{{Title: "a"}, {Title: "b"}}, Keyboard: inline(ok),
		}, nil, nil, "hi + [image0] | location | contact +1 | contact +2 | 2 cards + {callback OK}"},
		{"a template", channel.Message{Template: &channel.Template{Name: "welcome"}}, nil, nil, "template welcome"},
		{"a keyboard with the last part", channel.Message{Text: "one two", Keyboard: inline(ok)}, short(4, 0), nil, "one  | two + {callback OK}"},
		{"a keyboard that an album cannot carry", channel.Message{Text: "hi", Attachments: photos(3), Keyboard: inline(ok)}, nil, albumsHaveNoKeyboard, "hi + [image0 image1] | [image2] + {callback OK}"},
		{"a keyboard with the rest of an album", channel.Message{Attachments: photos(3), Keyboard: inline(ok)}, func(l *channel.Limits) { l.Album = 2 }, albumsHaveNoKeyboard, "[image0 image1] | [image2] + {callback OK}"},
		{"a keyboard that a caption leaves no room for", channel.Message{Text: "hi", Attachments: photos(1), Keyboard: inline(ok)}, nil, func(p *Part) error {
			if p.Message.Keyboard != nil && p.Message.Text != "" {
				return channel.ErrUnsupported
			}
			return nil
		}, "hi | [image0] + {callback OK}"},
		{"a text too long beside a keyboard", channel.Message{Text: "one two three", Keyboard: inline(ok)}, nil, func(p *Part) error {
			if p.Message.Keyboard != nil && len(p.Message.Text) > 8 {
				return channel.ErrTooLarge
			}
			return nil
		}, "one two  | three + {callback OK}"},
		{"kinds of buttons", channel.Message{Text: "hi", Keyboard: inline(ok, channel.Button{Text: "Go", URL: "https://a.example"})}, nil, nil, "hi + {callback OK, url Go}"},
		{"kinds of reply buttons", channel.Message{Text: "hi", Keyboard: &channel.Keyboard{Rows: [][]channel.Button{{ok, {Kind: channel.ButtonPhone, Text: "Phone"}}}}}, nil, nil, "hi + {reply OK, phone Phone}"},
		{"what is received only is ignored", channel.Message{ID: "1", AlbumID: "2", Forwarded: true, Forwards: []channel.Message{{Text: "x"}}, Text: "hi"}, nil, nil, "hi"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &planDriver{limits: everything(), encode: tt.encode}
			if tt.limits != nil {
				tt.limits(&d.limits)
			}
			p, err := planned(t, d, tt.message)
			require.NoError(t, err)
			assert.Equal(t, tt.want, shape(p))
			assert.Empty(t, p.degraded)
			for _, part := range p.parts {
				assert.Empty(t, part.Message.ID+part.Message.AlbumID)
				assert.Empty(t, part.Message.Forwards)
			}
		})
	}
}

func TestPartsHaveWhatTheyShare(t *testing.T) {
	t.Parallel()
	l := everything()
	l.Text.Max = 4
	c := planChannel(t, &planDriver{limits: l}, channel.Options{})
	sub := channel.Subscription{State: channel.StateActive}
	m := channel.Message{
		Text: "one two", ReplyTo: "9", Silent: true, NoPreview: true, Purpose: channel.PurposeUpdate, Key: "k",
		Native: channel.Native{"plan": []byte(`{}`)},
	}
	p, err := c.plan(t.Context(), draft{chatID: "7", message: m, sub: sub, first: 3, seed: 5})
	require.NoError(t, err)
	require.Len(t, p.parts, 2)
	assert.Equal(t, "9", p.parts[0].Message.ReplyTo)
	assert.Empty(t, p.parts[1].Message.ReplyTo, "the first part answers")
	for i, part := range p.parts {
		assert.Equal(t, "7", part.ChatID)
		assert.Equal(t, "k", part.Key)
		assert.Equal(t, 3+i, part.Index)
		assert.Equal(t, sub, part.Subscription)
		assert.True(t, part.Message.Silent && part.Message.NoPreview)
		assert.Equal(t, channel.PurposeUpdate, part.Message.Purpose)
		assert.Equal(t, m.Native, part.Message.Native)
	}
	assert.NotEqual(t, p.parts[0].Nonce, p.parts[1].Nonce)
	assert.Equal(t, "k", p.rests[1].Key)
	assert.Equal(t, m.Native, p.rests[1].Native)
	assert.Equal(t, "two", p.rests[1].Text)
}

func TestAShortTextIsEncodedOnce(t *testing.T) {
	t.Parallel()
	d := &planDriver{limits: everything()}
	d.limits.Text.Max = 4096
	c := planChannel(t, d, channel.Options{})
	for i, m := range []channel.Message{
		channel.Text("hello"),
		{Text: "hello", Styles: []channel.Style{{Kind: channel.StyleBold, End: 5}}, Keyboard: inline(channel.Button{Text: "OK"})},
		{Text: "hello", Attachments: photos(10)},
	} {
		d.encoded = 0
		_, err := c.plan(t.Context(), draft{message: m})
		require.NoError(t, err)
		assert.Equal(t, 1, d.encoded, "message %d", i)
	}
}

func TestAnErrorOfTheDriverIsReturned(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]channel.Message{
		"text":  channel.Text("hello"),
		"album": {Attachments: photos(3)},
	} {
		_, err := planned(t, &planDriver{limits: everything(), encode: func(*Part) error {
			return &channel.Error{Reason: channel.ErrInvalid, Message: "Native: not an object"}
		}}, m)
		require.ErrorIs(t, err, channel.ErrInvalid, name)
		assert.EqualError(t, err, "plan: send: Native: not an object")
	}
}

func TestWhatCannotCarryTheKeyboardIsTheDriversError(t *testing.T) {
	t.Parallel()
	d := &planDriver{limits: everything(), encode: func(p *Part) error {
		if p.Message.Keyboard != nil {
			return &channel.Error{Reason: channel.ErrUnsupported, Message: "Keyboard: not beside this"}
		}
		return nil
	}}
	for _, m := range []channel.Message{{Text: "hi"}, {Text: "hi", Attachments: photos(2)}, {Location: &channel.Location{}}} {
		m.Keyboard = inline(channel.Button{Text: "OK"})
		_, err := planned(t, d, m)
		require.ErrorIs(t, err, channel.ErrUnsupported)
		assert.ErrorContains(t, err, "Keyboard: not beside this")
	}
}

// TestAnyMessageIsPlannedTheSameFromAnyPart plans random messages on random platforms, and each rest of them again.
func TestPlanningEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	encoded := 0
	d := &planDriver{limits: without(channel.FeatureImage), encode: func(*Part) error {
		if encoded++; encoded == 5 {
			cancel()
		}
		return nil
	}}
	d.limits.Text = channel.Length{Max: 10}
	_, err := planChannel(t, d, channel.Options{}).plan(ctx, draft{message: channel.Text(strings.Repeat("word ", 1000))})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, channel.ErrUnavailable)
	assert.Equal(t, 5, encoded)
}

func TestAnyMessageIsPlannedTheSameFromAnyPart(t *testing.T) {
	t.Parallel()
	n := uint64(2_000)
	if testing.Short() {
		n = 500
	}
	done := 0
	for seed := range n {
		r := rand.New(rand.NewPCG(seed, 2))
		d := &planDriver{limits: randomLimits(r), encode: randomEncode(r)}
		if _, err := planned(t, d, randomMessage(r)); err == nil {
			done++
		} else {
			require.True(t, apart(err), "seed %d: %v", seed, err)
		}
	}
	assert.Greater(t, done, int(n)/2, "most can be sent")
}

func randomLimits(r *rand.Rand) channel.Limits {
	l := everything()
	for _, f := range slices.Sorted(maps.Keys(l.Features)) {
		if r.IntN(3) == 0 {
			l.Features[f] = channel.LevelDropped
		}
	}
	l.Features[channel.FeatureInlineKeyboard] = []channel.Level{channel.LevelFull, channel.LevelRejected}[r.IntN(2)]
	for _, kind := range slices.Sorted(maps.Keys(l.Upload)) {
		if kind != channel.AttachmentFile && kind != channel.AttachmentImage && r.IntN(2) == 0 {
			delete(l.Upload, kind)
			delete(l.Fetch, kind)
			delete(l.Features, channel.Feature(kind))
		}
	}
	l.Text = channel.Length{Max: 30 + r.IntN(300), Unit: channel.UnitUTF16}
	l.Caption = channel.Length{Max: []int{-1, 0, 20 + r.IntN(100)}[r.IntN(3)], Unit: channel.UnitUTF16}
	l.Album = r.IntN(5)
	return l
}

// randomEncode is a platform on which some things do not go together.
func randomEncode(r *rand.Rand) func(p *Part) error {
	kinds, album, caption, bytes := r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(3) == 0, 100+r.IntN(400)
	return func(p *Part) error {
		m := p.Message
		for _, a := range m.Attachments {
			if kinds && a.Kind != m.Attachments[0].Kind || a.Kind == channel.AttachmentSticker && m.Text != "" {
				return channel.ErrUnsupported
			}
		}
		if album && m.Keyboard != nil && len(m.Attachments)+len(m.Cards) > 1 {
			return channel.ErrUnsupported
		}
		if caption && m.Keyboard != nil && m.Text != "" && len(m.Attachments) > 0 {
			return channel.ErrTooLarge
		}
		if m.Keyboard != nil && len(m.Text) > bytes/2 {
			return channel.ErrTooLarge
		}
		return jsonRuler(bytes)(p)
	}
}

func randomMessage(r *rand.Rand) channel.Message {
	m := channel.Message{Key: "key", ReplyTo: "5", Silent: r.IntN(2) == 0, Attachments: photos(r.IntN(4))}
	if r.IntN(4) > 0 {
		m.Text = randomText(r)
		m.Styles = randomStyles(r, m.Text)
	}
	for _, kind := range []channel.AttachmentKind{channel.AttachmentVoice, channel.AttachmentSticker, channel.AttachmentAnimation} {
		if r.IntN(4) == 0 {
			m.Attachments = append(m.Attachments, file(kind, "x"))
		}
	}
	if r.IntN(3) == 0 {
		m.Location = &channel.Location{Latitude: 50.45, Longitude: 30.52, Title: "Київ", Address: strings.Repeat("Хрещатик 1, ", r.IntN(20))}
	}
	for i := range r.IntN(3) {
		m.Contacts = append(m.Contacts, channel.Contact{Phone: fmt.Sprint("+38000", i), FirstName: "Оля"})
	}
	for i := range r.IntN(4) {
		c := channel.Card{Title: fmt.Sprint("Card ", i), Subtitle: strings.Repeat("Lorem ipsum. ", r.IntN(20)), URL: "https://shop.example"}
		if r.IntN(2) == 0 {
			image := file("", fmt.Sprint("card", i))
			c.Image = &image
		}
		if r.IntN(2) == 0 {
			c.Buttons = []channel.Button{{Text: "Buy", URL: "https://shop.example/buy"}}
		}
		m.Cards = append(m.Cards, c)
	}
	if r.IntN(2) == 0 || m.Text == "" && m.Location == nil && len(m.Contacts)+len(m.Cards)+len(m.Attachments) == 0 {
		m.Keyboard = inline(channel.Button{Text: "Site", URL: "https://shop.example"}, channel.Button{Text: "Help", URL: "https://help.example"})
		if m.Text == "" && len(m.Attachments)+len(m.Cards) == 0 {
			m.Text = "Choose:"
		}
	}
	return m
}

// opened is an attachment of bytes.
func opened(kind channel.AttachmentKind, content string) channel.Attachment {
	return channel.Attachment{Kind: kind, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}
