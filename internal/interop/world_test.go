package interop

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// transport is a way between a client and the emulator.
type transport struct {
	name     string
	loopback bool
}

var (
	memory     = transport{name: "in memory"}
	loopback   = transport{name: "on loopback", loopback: true}
	transports = []transport{memory, loopback}
)

// world is one bot, one server, and a person who has written to the bot.
type world struct {
	t      *testing.T
	ctx    context.Context
	srv    *telegramtest.Server
	client client
	url    string       // of the API
	http   *http.Client // the client's own
	ann    person

	loopback bool
	stop     context.CancelFunc
	running  sync.WaitGroup
}

type person struct {
	*telegramtest.User
	id int64
}

// everywhere runs a scenario with both clients over both transports.
func everywhere(t *testing.T, scenario func(w *world)) {
	t.Helper()
	run(t, telegramtest.Config{NoLimits: true}, transports, scenario)
}

// withWebhooks runs a scenario with both clients over both transports; only a local server delivers to loopback.
func withWebhooks(t *testing.T, scenario func(w *world)) {
	t.Helper()
	run(t, telegramtest.Config{NoLimits: true, Local: true}, transports, scenario)
}

// inBubbles runs a scenario with both clients in fake time: one that waits, or that counts on the rate limits.
func inBubbles(t *testing.T, cfg telegramtest.Config, scenario func(w *world)) {
	t.Helper()
	run(t, cfg, []transport{memory}, scenario)
}

func run(t *testing.T, cfg telegramtest.Config, over []transport, scenario func(w *world)) {
	t.Helper()
	for _, c := range clients {
		for _, way := range over {
			t.Run(c.name+" "+way.name, func(t *testing.T) {
				t.Parallel()
				if way.loopback {
					scenario(newWorld(t, cfg, c.new, true))
					return
				}
				synctest.Test(t, func(t *testing.T) { scenario(newWorld(t, cfg, c.new, false)) })
			})
		}
	}
}

func newWorld(t *testing.T, cfg telegramtest.Config, newClient func(link) client, overNetwork bool) *world {
	t.Helper()
	srv, err := telegramtest.New(cfg)
	require.NoError(t, err)
	w := &world{t: t, srv: srv, loopback: overNetwork}
	w.ctx, w.stop = context.WithCancel(t.Context())
	if overNetwork { // where nobody notices that everybody waits
		patience := time.AfterFunc(2*time.Minute, srv.Close)
		t.Cleanup(func() { patience.Stop() })
	}
	t.Cleanup(func() {
		w.stop()
		srv.Close()
		w.running.Wait()
	})
	to := link{t: t, token: srv.Token(), loopback: overNetwork}
	if overNetwork {
		network := &http.Transport{}
		t.Cleanup(network.CloseIdleConnections)
		to.url, to.http = srv.URL(), &http.Client{Transport: strict{t, network}}
	} else {
		to.url, to.http = "https://api.telegram.org", &http.Client{Transport: strict{t, srv.Client().Transport}}
	}
	w.client, w.url, w.http = newClient(to), to.url, to.http
	w.ann = w.person("Ann Lee")
	return w
}

func (w *world) person(name string) person {
	u := w.srv.NewUser(name)
	return person{u, number(w.t, u.ID())}
}

func number(t testing.TB, id string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	require.NoError(t, err)
	return n
}

// poll has the bot get its updates by long polling, and Ann start it.
func (w *world) poll() {
	w.t.Helper()
	w.running.Go(func() { w.client.poll(w.ctx) })
	w.meet()
}

// hook has the bot get its updates by webhook, and Ann start it.
func (w *world) hook() {
	w.t.Helper()
	w.setWebhook(w.serve(), webhookSecret)
	w.meet()
}

// serve brings the webhook's handler up and returns its URL.
func (w *world) serve() string {
	w.t.Helper()
	w.running.Add(1)
	handler := strictHook{w.t, w.client.webhook(w.ctx, w.running.Done)}
	if !w.loopback {
		w.srv.Serve(handler)
		return "https://bot.example/"
	}
	target := httptest.NewServer(handler)
	w.t.Cleanup(target.Close)
	return target.URL
}

func (w *world) meet() {
	w.t.Helper()
	require.NoError(w.t, w.ann.Start(""))
	require.Equal(w.t, "/start", w.next().Message.Text)
}

// next is the next update that the bot got.
func (w *world) next() update {
	w.t.Helper()
	patience, cancel := context.WithTimeout(w.ctx, time.Minute) // so that a failure says where
	defer cancel()
	select {
	case u := <-w.client.updates():
		return view[update](w.t, u)
	case <-patience.Done():
		require.Fail(w.t, "no update came")
		return update{}
	}
}

// sees is the newest message of the bot, as Ann sees it.
func (w *world) sees() telegramtest.Message {
	w.t.Helper()
	all := w.ann.Messages()
	require.NotEmpty(w.t, all)
	return all[len(all)-1]
}
