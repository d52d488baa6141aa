package channeltest

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

// peopled is a harness whose people are what f makes of them.
func peopled(h Harness, f func(p *Person)) Harness {
	user := h.User
	h.User = func(name string) Person {
		p := user(name)
		f(&p)
		return p
	}
	return h
}

// blind is a harness that tells less of what is seen.
func blind(h Harness, f func(m *channel.Message)) Harness {
	return peopled(h, func(p *Person) {
		messages := p.Messages
		p.Messages = func() []channel.Message {
			all := messages()
			for i := range all {
				f(&all[i])
			}
			return all
		}
	})
}

func TestAHarnessThatCannotTellWhatIsClaimedFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		check, says string
		without     func(h Harness) Harness
	}{
		"without Messages": {"media image is seen as it was, sent as bytes", "Person.Messages is needed to check feature image", func(h Harness) Harness {
			return peopled(h, func(p *Person) { p.Messages = nil })
		}},
		"without Messages to see styles in": {"a style covers the text that it was asked for", "Person.Messages is needed to check feature", func(h Harness) Harness {
			return peopled(h, func(p *Person) { p.Messages = nil })
		}},
		"without Media of a kind": {"media voice is seen as it was, sent by URL", "Harness.Media is needed to check feature voice", func(h Harness) Harness {
			h.Media = slices.DeleteFunc(h.Media, func(a channel.Attachment) bool { return a.Kind == channel.AttachmentVoice })
			return h
		}},
		"without Host": {"media image is seen as it was, sent by URL", "Harness.Host is needed to check feature image", func(h Harness) Harness {
			h.Host = nil
			return h
		}},
		"without SendFiles": {"media image that a person sent is got, and can be sent on", "Person.SendFiles is needed to check feature download", func(h Harness) Harness {
			return peopled(h, func(p *Person) { p.SendFiles = nil })
		}},
		"without Attachments": {"several files are an album", "Person.Messages, is needed to check feature album", func(h Harness) Harness {
			return blind(h, func(m *channel.Message) { m.Attachments = nil })
		}},
		"without Location": {"a venue has a name", "Person.Messages, is needed to check feature location", func(h Harness) Harness {
			return blind(h, func(m *channel.Message) { m.Location = nil })
		}},
		"without Contacts": {"contacts are those that were sent, in order", "Person.Messages, is needed to check feature contact", func(h Harness) Harness {
			return blind(h, func(m *channel.Message) { m.Contacts = nil })
		}},
		"without Cards": {"cards are shown as they were sent", "Person.Messages, is needed to check feature cards", func(h Harness) Harness {
			return blind(h, func(m *channel.Message) { m.Cards = nil })
		}},
		"without NoPreview": {"a link shows a preview unless it is to have none", "NoPreview in Person.Messages is needed to check feature no_preview", func(h Harness) Harness {
			return blind(h, func(m *channel.Message) { m.NoPreview = false })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				open := func(o channel.Options) Harness {
					_, h := memoryHarness(t, o)
					return tt.without(h)
				}
				assert.Contains(t, report(t, tt.check, open), tt.says)
			})
		})
	}
}
