package channeltest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/parley-go/parley/channel"
)

// flaw is something wrong with a channel, and the check that finds it.
type flaw struct {
	name  string
	check string
	says  string // in what the check reports
	in    func(b *broken, o channel.Options)
}

var flaws = []flaw{
	{"does not verify", "a request that is not genuine is refused", "200", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler { return resigned(b.Memory, h) }
	}},
	{"does not verify all of the body", "a body that was changed is refused", "200", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler { return resigned(b.Memory, h) }
	}},
	{"takes any method", "a request by another method is refused with 405", "405", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler {
			next := b.Memory.Webhook(h)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Method = http.MethodPost
				next.ServeHTTP(w, r)
			})
		}
	}},
	{"handles a redelivery again", "payload text twice is one event", "extra elements", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler { return forgetful(b.Memory, h) }
	}},
	{"handles duplicates at once", "payload text 32 times at once is one event", "extra elements", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler { return forgetful(b.Memory, h) }
	}},
	{"acknowledges what its handler failed", "payload text comes again after its handler failed", "acknowledged", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				_ = h.HandleEvent(ctx, e)
				return nil
			})
		})
	}},
	{"answers before its handler is done", "a handler that failed gets the event again", "expected", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
				go h.HandleEvent(context.Background(), e)
				return nil
			})
		})
	}},
	{"loses the order", "messages of one chat are handled one at a time, in order", "two events of a chat at a time", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(_ context.Context, e *channel.Event) error {
				go h.HandleEvent(context.Background(), e)
				return nil
			})
		})
	}},
	{"has one queue for all chats", "chats do not wait for one another", "holds another's up", func(b *broken, _ channel.Options) {
		turn := make(chan struct{}, 1) // not a Mutex: one that is waited for stops a bubble's clock
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				turn <- struct{}{}
				defer func() { <-turn }()
				return h.HandleEvent(ctx, e)
			})
		})
	}},
	{"retries what no repeat can mend", "a permanent error goes to the dead letters and does not block the chat", "poison", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				if err := h.HandleEvent(ctx, e); err != nil {
					return errors.New(err.Error())
				}
				return nil
			})
		})
	}},
	{"buries events of a revoked token", "an error of the account is no dead letter", "the event is not bad", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				if err := h.HandleEvent(ctx, e); err != nil {
					return &channel.Error{Reason: channel.ErrForbidden, Scope: channel.ScopeMessage}
				}
				return nil
			})
		})
	}},
	{"repeats a send of unknown outcome", "a send of unknown outcome is never made twice", "hi", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			sent, err := b.Memory.Send(ctx, chatID, m)
			if errors.Is(err, channel.ErrOutcomeUnknown) {
				return b.Memory.Send(ctx, chatID, m)
			}
			return sent, err
		}
	}},
	{"ignores keys", "a send with a key is made once", "your order", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			m.Key = ""
			return b.Memory.Send(ctx, chatID, m)
		}
	}},
	{"cuts what is too long", "a long text arrives in parts that join to it", "greater than or equal", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			if r := []rune(m.Text); len(r) > 4096 {
				m.Text = string(r[:4096])
			}
			return b.Memory.Send(ctx, chatID, m)
		}
	}},
	{"asks for a person each time", "a person is looked up once", "asked again", func(b *broken, _ channel.Options) {
		b.user = func(ctx context.Context, id string) (channel.User, error) {
			found, err := b.driver.Users(ctx, []string{id})
			return found[id], err
		}
	}},
	{"claims what it cannot do", "an ability is there if and only if it is claimed", "Batcher", func(b *broken, _ channel.Options) {
		b.limits = func(l channel.Limits) channel.Limits {
			l.Features = map[channel.Feature]channel.Level{channel.FeatureBatch: channel.LevelFull}
			return l
		}
	}},
	{"keeps what was not sent to itself", "a person who leaves midway gets no more, and Rest is what was not sent", "what is still to be sent", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			sent, err := b.Memory.Send(ctx, chatID, m)
			sent.Rest = nil
			return sent, err
		}
	}},
	{"styles what stands before too", "a style covers the text that it was asked for", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i, st := range m.Styles {
				m.Styles[i].Start, m.Styles[i].End = 0, st.End
			}
		})
	}},
	{"has one look for all styles", "a style covers the text that it was asked for", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i := range m.Styles {
				m.Styles[i].Kind = channel.StyleBold
			}
		})
	}},
	{"styles the first part alone", "a style goes on over the parts of a long text", "not bold", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			for i, st := range m.Styles {
				m.Styles[i].End = min(st.End, 4000)
			}
		})
	}},
	{"shows a keyboard in one row", "a keyboard is shown as it was sent", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) {
			if m.Keyboard != nil {
				m.Keyboard = &channel.Keyboard{Inline: m.Keyboard.Inline, Rows: [][]channel.Button{slices.Concat(m.Keyboard.Rows...)}}
			}
		})
	}},
	{"forgets what it answers", "a reply shows what it answers", "Not equal", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) { m.ReplyTo = "" })
	}},
	{"is always silent", "a message makes a sound unless it is silent", "Should be false", func(b *broken, _ channel.Options) {
		b.mangled(func(m *channel.Message) { m.Silent = true })
	}},
	{"believes what came last", "news of a subscription that come late change nothing", "came late", func(b *broken, _ channel.Options) {
		b.retimed(func(u *memoryUpdate) { u.Time = time.Now().UnixMilli() })
	}},
	{"keeps what came first of one second", "of news of one second the platform's last wins", "she came back at once", func(b *broken, _ channel.Options) {
		b.retimed(func(u *memoryUpdate) { u.Seq = -u.Seq })
	}},
	{"believes what came last of one second", "of news of one second the platform's last wins", "had left came late", func(b *broken, _ channel.Options) {
		b.retimed(func(u *memoryUpdate) { u.Seq = 0 })
	}},
	{"tells when an event came", "an event tells when it happened", "Not equal", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				e.Time = time.Now().UTC()
				return h.HandleEvent(ctx, e)
			})
		})
	}},
	{"takes seconds for milliseconds", "payload text decodes to events that say what they are", "Not equal", func(b *broken, _ channel.Options) {
		b.retimed(func(u *memoryUpdate) { u.Time /= 1000 })
	}},
	{"does not tell a block from a farewell", "a person who blocks the account is known to have left", "not subscribed", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				if e.Subscription != nil && e.Subscription.State == channel.StateInactive {
					e.Subscription.Reason = channel.ErrNotSubscribed
				}
				return h.HandleEvent(ctx, e)
			})
		})
	}},
	{"splits what fits", "a text of the largest size is one message, and a longer one two", "one message", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			if len(m.Text) < 4096 {
				return b.Memory.Send(ctx, chatID, m)
			}
			if sent, err := b.Memory.Send(ctx, chatID, channel.Text(m.Text[:4095])); err != nil {
				return sent, err
			}
			return b.Memory.Send(ctx, chatID, channel.Text(m.Text[4095:]))
		}
	}},
	{"tells a limit of its own", "a text of the largest size is one message, and a longer one two", "what the platform takes", func(b *broken, _ channel.Options) {
		b.limits = func(l channel.Limits) channel.Limits {
			l.Text.Max--
			return l
		}
	}},
	{"sends one at a time", "the pace of the account is kept and used in full", "slower than the limit demands", func(b *broken, _ channel.Options) {
		b.paced(time.Second / 50)
	}},
	{"sends to a chat as to a group", "the pace of a chat is kept and used in full", "slower than the limit demands", func(b *broken, _ channel.Options) {
		b.paced(time.Second / 10)
	}},
	{"learns its pace from refusals", "the pace of the account is kept and used in full", "it is too much", func(b *broken, _ channel.Options) {
		b.unpaced()
	}},
	{"does not tell a broadcast from answers", "an answer does not wait behind a broadcast", "not for what will be", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			return b.Memory.Send(answering{ctx}, chatID, m)
		}
	}},
	{"repeats what the platform failed at", "a send that the platform failed at is not believed to be undone", "in chain but got nil", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			sent, err := b.Memory.Send(ctx, chatID, m)
			if errors.Is(err, channel.ErrOutcomeUnknown) {
				m.Key = ""
				return b.Memory.Send(ctx, chatID, m)
			}
			return sent, err
		}
	}},
	{"sends later what it said it could not", "a send whose connection broke is made once at most", "nothing later by itself", func(b *broken, _ channel.Options) {
		b.send = func(ctx context.Context, chatID string, m channel.Message) (channel.Sent, error) {
			if len(b.kept) > 0 {
				_, _ = b.Memory.Send(ctx, chatID, b.kept[0])
				b.kept = nil
			}
			sent, err := b.Memory.Send(ctx, chatID, m)
			if err != nil {
				b.kept = append(b.kept, m)
			}
			return sent, err
		}
	}},
	{"turns a batch around", "messages of one chat in one request are handled one at a time, in order", "Not equal", func(b *broken, _ channel.Options) {
		b.rebatched(slices.Reverse)
	}},
	{"tells of all receipts", "what a message came to is told once it is better than what is known", "lower rank", func(b *broken, _ channel.Options) {
		n := 0
		b.retimed(func(u *memoryUpdate) {
			if u.Type == "receipt" { // as if of a message that nothing is known of
				n++
				u.Receipt.MessageIDs = append(u.Receipt.MessageIDs, strconv.Itoa(1000+n))
			}
		})
	}},
	{"tells of reading alone", "what a message came to is told once it is better than what is known", "Not equal", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				if e.Receipt != nil && e.Receipt.Status != channel.ReceiptRead {
					return nil
				}
				return h.HandleEvent(ctx, e)
			})
		})
	}},
	{"refuses for ever what it cannot read", "payload text with a wrong value anywhere does no harm", "status 503", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler { return strict(b.Memory, h) }
	}},
	{"repeats a whole batch", "payload batch with a wrong type in it comes again for the event that failed alone", "should have 1 item(s)", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler { return forgetful(b.Memory, h) }
	}},
	{"has a token in an error", "a text arrives as it was sent", "seen in errors", func(b *broken, _ channel.Options) {
		b.send = func(context.Context, string, channel.Message) (channel.Sent, error) {
			return channel.Sent{}, fmt.Errorf("post: %w", &channel.Error{
				Reason: channel.ErrUnavailable, Err: errors.New("https://memory.example/" + canaryToken),
			})
		}
	}},
	{"has a secret in base64 in an event", "payload text decodes to events that say what they are", "seen in events", func(b *broken, _ channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				e.Raw = []byte(strconv.Quote(base64.StdEncoding.EncodeToString([]byte("user:" + canarySecret + "!"))))
				return h.HandleEvent(ctx, e)
			})
		})
	}},
	{"logs a secret", "a request by another method is refused with 405", "seen in the log", func(b *broken, o channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler {
			o.Logger.Info("serving", "secret", canarySecret)
			return b.Memory.Webhook(h)
		}
	}},
	{"stores a secret", "payload text twice is one event", "seen in the store", func(b *broken, o channel.Options) {
		b.rewired(func(h channel.Handler) channel.Handler {
			key := channel.Key{Account: b.Account(), Kind: channel.KeyDriver, ID: "token"}
			return channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
				_, _ = o.Store.CompareAndSwap(ctx, key, nil, fmt.Appendf(nil, "%x", canaryToken), 0)
				return h.HandleEvent(ctx, e)
			})
		})
	}},
	{"answers with a secret", "a request that is not genuine is refused", "seen in answers", func(b *broken, _ channel.Options) {
		b.webhook = func(h channel.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, "expected "+canarySecret, http.StatusUnauthorized)
			})
		}
	}},
}
