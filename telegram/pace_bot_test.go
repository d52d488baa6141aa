package telegram_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
)

// strict is a Bot API that knows nothing but its limits: at most so many messages in any window of that length.
// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
type strict struct {
	mu      sync.Mutex
	sent    map[string][]time.Time // by what is limited
	refused int
	total   int
	last    time.Time
}

type strictLimit struct {
	of  string
	n   int
	per time.Duration
}

// strictLimits are those that a message to a native chat counts for.
func strictLimits(chatID string) []strictLimit {
	limits := []strictLimit{{"bot", 30, time.Second}, {"chat" + chatID, 1, time.Second}}
	if strings.HasPrefix(chatID, "-") {
		limits = append(limits, strictLimit{"group" + chatID, 20, time.Minute})
	}
	return limits
}

func (s *strict) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	body, status := `{"ok":true,"result":{"message_id":1}}`, http.StatusOK
	if !s.take(r.PostForm.Get("chat_id")) {
		body, status = `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}`, 429
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}

func (s *strict) take(chatID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	limits := strictLimits(chatID)
	for _, l := range limits {
		if sent := s.sent[l.of]; len(sent) >= l.n && now.Sub(sent[len(sent)-l.n]) < l.per {
			s.refused++
			return false
		}
	}
	for _, l := range limits {
		sent := s.sent[l.of]
		s.sent[l.of] = append(sent[max(0, len(sent)-l.n+1):], now)
	}
	s.total++
	s.last = now
	return true
}

// paced is a bot at a strict Bot API, and what was sent by it.
func paced(t *testing.T) (*telegram.Channel, *strict) {
	t.Helper()
	platform := &strict{sent: make(map[string][]time.Time)}
	bot, err := telegram.New(telegram.Config{
		Token: "7700110011:AAE-made-up-token-for-parley-tests0", PollOnly: true,
		Options: channel.Options{
			Client: &http.Client{Transport: platform}, Logger: slog.New(slog.DiscardHandler), Store: channel.NewMemoryStore(),
		},
	})
	require.NoError(t, err)
	return bot, platform
}

// allowedTime is what that many messages to each native chat take at least: a limit of N lets n go in ⌈n/N⌉−1 windows.
func allowedTime(messages map[string]int) (longest time.Duration) {
	taken := make(map[strictLimit]int)
	for chatID, n := range messages {
		for _, l := range strictLimits(chatID) {
			taken[l] += n
		}
	}
	for l, n := range taken {
		longest = max(longest, time.Duration((n+l.n-1)/l.n-1)*l.per)
	}
	return longest
}

// assertPaced checks that nothing was refused, and all was sent at no less than 98 % of the allowed rate.
func assertPaced(t *testing.T, platform *strict, start time.Time, messages map[string]int) {
	t.Helper()
	total := 0
	for _, n := range messages {
		total += n
	}
	allowed, took := allowedTime(messages), platform.last.Sub(start)
	rate := 100 * allowed.Seconds() / took.Seconds()
	t.Logf("paced: %d messages, %d refused, %.2f %% of the allowed rate", platform.total, platform.refused, rate)
	assert.Zero(t, platform.refused)
	assert.Equal(t, total, platform.total)
	assert.GreaterOrEqual(t, rate, 98.0)
	assert.LessOrEqual(t, rate, 100.0, "or the limits were not counted")
}

// mixed is chats of all kinds.
func mixed(private, groups, forums, topics int) (chats []string) {
	for i := range private {
		chats = append(chats, strconv.Itoa(5_512_345_000+i))
	}
	for i := range groups {
		chats = append(chats, strconv.Itoa(-1_001_987_654_000-i))
	}
	for i := range forums {
		for topic := range topics {
			chats = append(chats, fmt.Sprintf("%d/%d", -1_002_000_000_000-i, 100+topic))
		}
	}
	return chats
}

func TestMessagesToMixedChatsGoAsFastAsTheyMay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		chats []string
		each  int
	}{
		{"ten thousand, which the bot's limit holds up", mixed(840, 100, 12, 5), 10},
		// 81 to each: a message on its own in the last window, because those before go out a second apart.
		{"to forums, which the limit of groups holds up", mixed(50, 5, 5, 9), 9},
		{"to one person, which the limit of a chat holds up", mixed(1, 0, 0, 0), 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				bot, platform := paced(t)
				start := time.Now()
				messages := make(map[string]int)
				var wg sync.WaitGroup
				for range c.each {
					for _, chatID := range c.chats {
						native, _, _ := strings.Cut(chatID, "/")
						messages[native]++
						wg.Go(func() {
							_, err := bot.Send(t.Context(), chatID, channel.Text("news"))
							assert.NoError(t, err)
						})
					}
				}
				wg.Wait()
				assertPaced(t, platform, start, messages)
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
		const workers = 60 // as many as go in two seconds
		bot, platform := paced(t)
		ctx := channel.WithBulk(context.Background())
		to := make(chan string)
		start := time.Now()
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for chatID := range to {
					_, err := bot.Send(ctx, chatID, channel.Text("news"))
					assert.NoError(t, err)
				}
			})
		}
		messages := make(map[string]int)
		for i := range recipients {
			chatID := strconv.Itoa(5_512_345_000 + i)
			messages[chatID] = 1
			to <- chatID
		}
		close(to)
		wg.Wait()
		assertPaced(t, platform, start, messages)
	})
}
