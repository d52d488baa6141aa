package telegram_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// paced is a bot whose platform counts what it sends, and nothing else slows down.
type paced struct {
	t        *testing.T
	platform *telegramtest.Server
	bot      *telegram.Channel
	owner    *telegramtest.User // of its groups
	start    time.Time
}

func newPaced(t *testing.T, cfg telegramtest.Config) *paced {
	t.Helper()
	p := &paced{t: t, platform: telegramtest.NewServerWith(t, cfg)}
	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(p.platform.Token()), Secret: webhookSecret,
		Options: channel.Options{Client: p.platform.Client(), Logger: slog.New(slog.DiscardHandler)},
	})
	require.NoError(t, err)
	p.bot = bot
	p.platform.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})) // all is acknowledged
	require.NoError(t, bot.Register(t.Context(), webhookURL))
	p.owner = p.platform.NewUser("Owner")
	return p
}

// crowd is chats of all kinds that may be written to. From then on time is taken.
func (p *paced) crowd(private, groups, forums, topics int) (chats []string) {
	p.t.Helper()
	for i := range private {
		u := p.platform.NewUser(fmt.Sprintf("Person %d", i))
		require.NoError(p.t, u.Start(""))
		chats = append(chats, u.ChatID())
	}
	for i := range groups {
		g := p.platform.NewSupergroup(fmt.Sprintf("Group %d", i))
		require.NoError(p.t, g.AddBot(p.owner))
		chats = append(chats, g.ChatID())
	}
	for i := range forums {
		g := p.platform.NewForum(fmt.Sprintf("Forum %d", i))
		require.NoError(p.t, g.AddBot(p.owner))
		for j := range topics {
			topic, err := g.NewTopic(p.owner, fmt.Sprintf("Topic %d", j))
			require.NoError(p.t, err)
			chats = append(chats, g.ChatID()+"/"+topic.ID())
		}
	}
	p.start = time.Now()
	return chats
}

func (p *paced) send(ctx context.Context, chatID string, m channel.Message) {
	_, err := p.bot.Send(ctx, chatID, m)
	assert.NoError(p.t, err)
}

// rule is a limit of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, for what is limited.
type rule struct {
	of  string
	n   int
	per time.Duration
}

// rules are those that a message to a native chat counts for.
func rules(chatID string, aSecond int) []rule {
	all := []rule{{"bot", aSecond, time.Second}, {"chat" + chatID, 1, time.Second}}
	if strings.HasPrefix(chatID, "-") {
		all = append(all, rule{"group" + chatID, 20, time.Minute})
	}
	return all
}

// assertAsFastAsItMay checks that so many messages were sent, none was refused, and all went out at no less than 98 % of
// the allowed rate: a limit of N lets n go in ⌈n/N⌉−1 windows, whoever else counts.
func (p *paced) assertAsFastAsItMay(messages, aSecond int) {
	p.t.Helper()
	sent := make(map[rule][]time.Time)
	refused, total := 0, 0
	for _, request := range p.platform.Requests() {
		switch {
		case request.Method != "sendMessage":
			continue
		case request.Status != http.StatusOK:
			refused++
			continue
		}
		total++
		for _, r := range rules(request.Parameters["chat_id"], aSecond) {
			sent[r] = append(sent[r], request.At)
		}
	}
	var allowed, took time.Duration
	for r, at := range sent {
		allowed = max(allowed, time.Duration((len(at)+r.n-1)/r.n-1)*r.per)
		took = max(took, at[len(at)-1].Sub(p.start))
		for i := r.n; i < len(at); i++ {
			if at[i].Sub(at[i-r.n]) < r.per {
				p.t.Errorf("more than %d within %v to %s", r.n, r.per, r.of)
				break
			}
		}
	}
	rate := 100 * allowed.Seconds() / took.Seconds()
	p.t.Logf("paced: %d messages, %d refused, %.2f %% of the allowed rate", total, refused, rate)
	assert.Zero(p.t, refused)
	assert.Equal(p.t, messages, total)
	assert.GreaterOrEqual(p.t, rate, 98.0)
	assert.LessOrEqual(p.t, rate, 100.0)
}

func TestMessagesToMixedChatsGoAsFastAsTheyMay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                            string
		private, groups, forums, topics int
		each                            int
	}{
		{"ten thousand, which the bot's limit holds up", 840, 100, 12, 5, 10},
		// 81 to each: a message on its own in the last window, because those before go out a second apart.
		{"to forums, which the limit of groups holds up", 50, 5, 5, 9, 9},
		{"to one person, which the limit of a chat holds up", 1, 0, 0, 0, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPaced(t, telegramtest.Config{})
				chats := p.crowd(c.private, c.groups, c.forums, c.topics)
				var wg sync.WaitGroup
				for range c.each {
					for _, chatID := range chats {
						wg.Go(func() { p.send(t.Context(), chatID, channel.Text("news")) })
					}
				}
				wg.Wait()
				p.assertAsFastAsItMay(c.each*len(chats), 30)
			})
		})
	}
}

func TestABroadcastGoesAsFastAsItMay(t *testing.T) {
	t.Parallel()
	recipients := 100_000
	if testing.Short() {
		recipients = 5_000
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, telegramtest.Config{})
		p.broadcast(p.crowd(recipients, 0, 0, 0), 60, channel.Text("news")) // as many at once as go in two seconds
		p.assertAsFastAsItMay(recipients, 30)
	})
}

func (p *paced) broadcast(chats []string, workers int, m channel.Message) {
	ctx := channel.WithBulk(p.t.Context())
	to := make(chan string)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for chatID := range to {
				p.send(ctx, chatID, m)
			}
		})
	}
	for _, chatID := range chats {
		to <- chatID
	}
	close(to)
	wg.Wait()
}

// The platform of these does not sell broadcasts: it refuses nothing, and when what arrived is looked at.
func TestABroadcastThatIsPaidForGoesAsFastAsItMay(t *testing.T) {
	t.Parallel()
	paid := channel.Text("news")
	paid.Native = telegram.Extra{PaidBroadcast: true}.Native()
	t.Run("to ten thousand people", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newPaced(t, telegramtest.Config{NoLimits: true})
			p.broadcast(p.crowd(10_000, 0, 0, 0), 2000, paid)
			p.assertAsFastAsItMay(10_000, 1000)
		})
	})
	t.Run("to groups, whose own limits it has none to pass by", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newPaced(t, telegramtest.Config{NoLimits: true})
			chats := p.crowd(50, 40, 2, 3)
			var wg sync.WaitGroup
			for range 7 {
				for _, chatID := range chats {
					wg.Go(func() { p.send(t.Context(), chatID, paid) })
				}
			}
			wg.Wait()
			p.assertAsFastAsItMay(7*len(chats), 1000)
		})
	})
	t.Run("by the library too", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newPaced(t, telegramtest.Config{NoLimits: true})
			var wg sync.WaitGroup
			chats := p.crowd(3000, 0, 0, 0)
			for _, chatID := range chats {
				wg.Go(func() {
					params := tgbotapi.Params{"chat_id": chatID, "text": "news", "allow_paid_broadcast": "true"}
					_, err := p.bot.API(t.Context()).MakeRequest("sendMessage", params)
					assert.NoError(t, err)
				})
			}
			wg.Wait()
			p.assertAsFastAsItMay(len(chats), 1000)
		})
	})
	t.Run("beside what is free", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			p := newPaced(t, telegramtest.Config{NoLimits: true})
			chats := p.crowd(60, 0, 0, 0)
			for _, chatID := range chats[:29] { // Register took one of the 30
				p.send(t.Context(), chatID, channel.Text("hello"))
			}
			for _, chatID := range chats[30:] {
				p.send(t.Context(), chatID, paid)
			}
			assert.Equal(t, p.start, time.Now(), "neither waits for the other")
		})
	})
}
