package adapter

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// planDriver is a platform as far as planning asks it.
type planDriver struct {
	Base
	limits  channel.Limits
	rules   Rules
	encode  func(p *Part) error // nil: all is good
	encoded int                 // calls of Encode
}

func (d *planDriver) Account() channel.Account { return channel.Account{Platform: "plan", ID: "1"} }
func (d *planDriver) Limits() channel.Limits   { return d.limits }
func (d *planDriver) Rules() Rules             { return d.rules }
func (d *planDriver) Verdict(error) Verdict    { return Verdict{} }

func (d *planDriver) Receive(*http.Request, []byte) (Delivery, error) { return Delivery{}, nil }
func (d *planDriver) Decode([]byte) ([]Incoming, error)               { return nil, nil }

func (d *planDriver) Send(context.Context, *Part) (channel.Sent, error) {
	return channel.Sent{}, channel.ErrUnsupported
}

func (d *planDriver) Encode(p *Part) error {
	d.encoded++
	if d.encode != nil {
		if err := d.encode(p); err != nil {
			return err
		}
	}
	p.Encoded = p.Message // as it was at that time
	return nil
}

type noStore struct{ channel.Store }

// everything is limits of a platform that has it all, and bounds nothing.
func everything() channel.Limits {
	l := channel.Limits{
		Album:    10,
		Upload:   map[channel.AttachmentKind]int64{},
		Fetch:    map[channel.AttachmentKind]int64{},
		Features: map[channel.Feature]channel.Level{},
	}
	for kind := range fallbacks {
		l.Upload[kind], l.Fetch[kind] = 1000, 500
		l.Features[channel.Feature(kind)] = channel.LevelFull
	}
	for _, f := range []channel.Feature{
		channel.FeatureBold, channel.FeatureItalic, channel.FeatureUnderline, channel.FeatureStrike, channel.FeatureCode,
		channel.FeaturePre, channel.FeatureLink, channel.FeatureQuote, channel.FeatureSpoiler, channel.FeatureAlbum,
		channel.FeatureLocation, channel.FeatureContact, channel.FeatureCards, channel.FeatureTemplate,
		channel.FeatureInlineKeyboard, channel.FeatureReplyKeyboard, channel.FeatureReplyTo, channel.FeatureSilent,
		channel.FeatureNoPreview,
	} {
		l.Features[f] = channel.LevelFull
	}
	return l
}

// without is everything but some features.
func without(features ...channel.Feature) channel.Limits {
	l := everything()
	for _, f := range features {
		delete(l.Features, f)
		delete(l.Upload, channel.AttachmentKind(f))
		delete(l.Fetch, channel.AttachmentKind(f))
	}
	return l
}

func planChannel(t testing.TB, d *planDriver, o channel.Options) *Channel {
	t.Helper()
	o.Store = noStore{}
	c, err := New(d, o)
	require.NoError(t, err)
	return c
}

// planned plans m on d, and checks what holds for every plan.
func planned(t testing.TB, d *planDriver, m channel.Message) (plan, error) {
	t.Helper()
	c := planChannel(t, d, channel.Options{})
	p, err := c.plan(t.Context(), draft{chatID: "7", message: m, seed: 42})
	if err != nil {
		requireSendError(t, err)
		return p, err
	}
	requireSound(t, c, m, p)
	return p, nil
}

func requireSendError(t testing.TB, err error) {
	t.Helper()
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, channel.ScopeMessage, e.Scope)
	require.Equal(t, "send", e.Op)
	require.Equal(t, "plan", e.Platform)
}

// requireSound checks that each part was encoded as it is, and that planning each rest gives the parts that were left.
func requireSound(t testing.TB, c *Channel, m channel.Message, p plan) {
	t.Helper()
	require.NotEmpty(t, p.parts)
	require.Len(t, p.rests, len(p.parts))
	require.Equal(t, asJSON(t, m), asJSON(t, p.rests[0]), "the first rest is the whole message")
	for i, part := range p.parts {
		require.Equal(t, part.Message, part.Encoded, "what is sent is what was encoded")
		require.Equal(t, i, part.Index)
		require.NotZero(t, part.Nonce)
		again, err := c.plan(t.Context(), draft{chatID: "7", message: p.rests[i], seed: 42, first: i})
		require.NoError(t, err, "rest %d: %+v", i, p.rests[i])
		require.Len(t, again.parts, len(p.parts)-i, "parts of rest %d: %+v", i, p.rests[i])
		for j, left := range again.parts {
			want := p.parts[i+j]
			require.Equal(t, asJSON(t, want.Message), asJSON(t, left.Message), "part %d of rest %d", j, i)
			require.Equal(t, want.Index, left.Index)
			require.Equal(t, want.Nonce, left.Nonce)
		}
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// texts is the text of each part.
func texts(p plan) []string {
	var list []string
	for _, part := range p.parts {
		list = append(list, part.Message.Text)
	}
	return list
}
