package telegramtest

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Config says what kind of Bot API a [Server] stands in for. The zero value is a good one.
type Config struct {
	// Token is the token of the server's bot, "<numeric id>:<secret of 35 letters>". Default: a made-up one.
	Token string
	// Username of the bot, without "@"; default "parley_test_bot".
	Username string
	// Name is the bot's first name; default "Parley".
	Name string
	// Seed settles what the platform chooses at random: the first update id, ids of people and of callback
	// queries, and the cap of the redelivery delay.
	Seed uint64
	// ReadsAll switches the group privacy mode off, which is on unless somebody told @BotFather otherwise: the bot
	// then sees every message of its groups, and not only commands and answers to it.
	ReadsAll bool
	// SeesBots lets messages of other bots reach the bot; see [Server.NewBot].
	SeesBots bool
	// PaidBroadcasts lets a message with allow_paid_broadcast count for 1000 messages a second in all and not for 30, as
	// a bot has it that pays for them, https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
	PaidBroadcasts bool
	// NoLimits switches the rate limits off.
	NoLimits bool
	// Jitter is by how much too early a message may come before a rate limit refuses it. In real time, calls that leave
	// a second apart do not arrive a second apart; in a testing/synctest bubble they do. Default: not at all.
	Jitter time.Duration
	// Local makes the server behave as Telegram's own server started with --local: webhooks may be plain
	// http, on any address and port; uploads may have 2000 MB; a file may be named as file://<path>, and is
	// downloaded from a path on disk, which is gone once the server is closed.
	Local bool
	// WebhookClient sends webhook requests over the network while no handler is set with [Server.Serve].
	// Default: a client that follows no redirect.
	WebhookClient *http.Client
}

// Server is a Bot API with one bot. Its methods may be called from any goroutine.
type Server struct {
	cfg     Config
	tb      testing.TB // nil in programs
	botID   int64
	methods map[string]method
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	listening listener
	webhooks  *http.Client

	mu         sync.Mutex // never held while waiting
	closed     bool
	handler    http.Handler
	users      map[string]*User
	usersByID  map[int64]*User
	chats      map[int64]*chat
	groups     map[string]*Group
	channels   map[string]*Channel
	accounts   map[string]*Business // by the id of the connection
	commands   map[commandScope][]command
	launched   time.Time
	loggedOut  time.Time // until when the bot cannot log in here
	requests   []*Request
	faults     []*Fault
	sent       sendLog
	callbacks  map[string]*callback
	lastUpdate int64
	updates    updateQueue
	hook       hookState
	poll       pollState
	files      fileStore
	disk       disk // has its own lock
}

var (
	tokenForm    = regexp.MustCompile(`^[1-9][0-9]{0,15}:[A-Za-z0-9_-]{35}$`)
	usernameForm = regexp.MustCompile(`^(?i)[a-z][a-z0-9_]{1,28}bot$`)
)

// New starts a server for a program. The caller must Close it. A Config with a malformed Token or Username is an error.
func New(cfg Config) (*Server, error) { return newServer(cfg, nil) }

// NewServer starts a server for a test, with the zero [Config]; it is closed when the test ends. Misuse that the
// platform has no answer to, such as a call of a method that is not emulated, fails the test.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	return NewServerWith(tb, Config{})
}

// NewServerWith is [NewServer] with a Config of the test's choice.
func NewServerWith(tb testing.TB, cfg Config) *Server {
	tb.Helper()
	s, err := newServer(cfg, tb)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

func newServer(cfg Config, tb testing.TB) (*Server, error) {
	if cfg.Token == "" {
		cfg.Token = "7700110011:AAE-made-up-token-for-parley-tests0"
	}
	if cfg.Username == "" {
		cfg.Username = "parley_test_bot"
	}
	if cfg.Name == "" {
		cfg.Name = "Parley"
	}
	if !tokenForm.MatchString(cfg.Token) {
		return nil, fmt.Errorf("telegramtest: malformed Config.Token")
	}
	if !usernameForm.MatchString(cfg.Username) {
		return nil, fmt.Errorf("telegramtest: Config.Username %q: 5 to 32 letters, digits or _, ending in \"bot\"", cfg.Username)
	}
	id, _, _ := strings.Cut(cfg.Token, ":")
	botID, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("telegramtest: malformed Config.Token")
	}
	s := &Server{
		cfg: cfg, tb: tb, botID: botID,
		users: map[string]*User{}, usersByID: map[int64]*User{}, chats: map[int64]*chat{},
		groups: map[string]*Group{}, channels: map[string]*Channel{}, accounts: map[string]*Business{},
		commands: map[commandScope][]command{}, launched: time.Now(),
		callbacks: map[string]*callback{},
	}
	s.methods = methodTable()
	s.files = newFileStore()
	if s.webhooks = cfg.WebhookClient; s.webhooks == nil {
		s.webhooks = newWebhookClient()
	}
	s.updates.queues = map[queueKey]*queue{}
	s.lastUpdate = 700_000_000 + int64(s.hash("update")%100_000_000)
	s.hook.allowed = defaultUpdates()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Close stops the server: people who wait get [ErrClosed], requests in flight are cut, and handlers that still
// work on a webhook see their context cancelled and are waited for. Closing twice does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.running.Wait()
		return
	}
	s.closed = true
	s.dropUpdates(ErrClosed)
	s.mu.Unlock()
	s.cancel()
	s.listening.close()
	s.running.Wait()
	if s.cfg.WebhookClient == nil {
		s.webhooks.CloseIdleConnections()
	}
	s.disk.remove()
}

// Token is the token of the server's bot.
func (s *Server) Token() string { return s.cfg.Token }

// Serve makes webhook requests go to h in memory instead of over the network; the bot still has to call
// setWebhook. An answer counts as received once it is complete: when ServeHTTP returns, or earlier when the
// whole Content-Length is written and flushed. nil goes back to the network.
func (s *Server) Serve(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

// Request is one request that reached the API.
type Request struct {
	// Method as the documentation spells it; what the client wrote if there is no such method; "" if the path
	// named none; "file" for the download of a file, which has the parameter file_path.
	Method string
	// Parameters as they were understood: nested values are JSON text. The token is never among them.
	Parameters map[string]string
	// Status is the HTTP status of the answer; 0 if the client did not get one (yet).
	Status int
	// Description is the text of a refusal.
	Description string
	// At is when the request arrived.
	At time.Time
}

// Requests are all requests so far, in the order of their arrival. Each call copies all of them.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Request, 0, len(s.requests))
	for _, r := range s.requests {
		c := *r
		c.Parameters = maps.Clone(r.Parameters)
		all = append(all, c)
	}
	return all
}

// misuse fails the test for something that is a mistake of the test, or that the emulator cannot judge.
func (s *Server) misuse(format string, args ...any) {
	if s.tb != nil {
		s.tb.Errorf("telegramtest: "+format, args...)
	}
}

// note tells the test of what may be as it should, and costs hours to find when it is not: a webhook that answers 404
// because its path is not mounted is delivered to again for a day.
func (s *Server) note(format string, args ...any) {
	if s.tb != nil {
		s.tb.Logf("telegramtest: "+format, args...)
	}
}

// hash is a number that depends on the seed and on parts alone, so that it is the same in whatever order
// concurrent parts of a test run.
func (s *Server) hash(parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, s.cfg.Seed)
	for _, part := range parts {
		fmt.Fprintf(h, "|%v", part)
	}
	// FNV leaves the high bits of short inputs alike; one multiplication round spreads them.
	x := h.Sum64()
	x ^= x >> 32
	x *= 0x9E3779B97F4A7C15
	return x ^ x>>29
}
