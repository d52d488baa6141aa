package telegramtest_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

// town is a server with the bot in all kinds of places, and an inline button in each.
type town struct {
	srv      *telegramtest.Server
	ann, bob *telegramtest.User
	group    *telegramtest.Group
	forum    *telegramtest.Group
	topic    *telegramtest.Topic
	channel  *telegramtest.Channel
	shop     *telegramtest.Business
}

// stubborn is a bot that refuses the first update that comes after it was told to, until that is called off.
type stubborn struct {
	mu      sync.Mutex
	on      bool
	refused float64
	all     bool
	got     []in
}

func (s *stubborn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var u in
	_ = json.NewDecoder(r.Body).Decode(&u)
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := u["update_id"].(float64)
	if s.on && s.refused == 0 {
		s.refused = id
	}
	if s.on && (s.all || id == s.refused) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	s.got = append(s.got, u)
}

func (s *stubborn) set(on, all bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on, s.all = on, all
	return len(s.got)
}

func (s *stubborn) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.got)
}

func newTown(t testing.TB) (*town, *stubborn) {
	t.Helper()
	w := &town{srv: telegramtest.NewServerWith(t, telegramtest.Config{NoLimits: true, ReadsAll: true})}
	s := &stubborn{}
	w.srv.Serve(s)
	mustCall(t, w.srv, "setWebhook", in{"url": hookURL, "allowed_updates": []string{
		"message", "edited_message", "channel_post", "edited_channel_post", "my_chat_member", "chat_member", "chat_join_request",
		"message_reaction", "callback_query", "business_connection", "business_message", "edited_business_message", "deleted_business_messages",
	}})
	w.ann, w.bob = w.srv.NewUser("Ann"), w.srv.NewUser("Bob")
	w.group, w.forum, w.channel = w.srv.NewSupergroup("Group"), w.srv.NewForum("Forum"), w.srv.NewChannel("News")
	require.NoError(t, w.group.PromoteBot(w.ann))
	require.NoError(t, w.forum.PromoteBot(w.ann))
	require.NoError(t, w.channel.AddBot(w.ann))
	var err error
	w.topic, err = w.forum.NewTopic(w.ann, "Topic")
	require.NoError(t, err)
	w.shop, err = w.bob.ConnectBusiness(telegramtest.BusinessRights{Reply: true})
	require.NoError(t, err)
	require.NoError(t, w.ann.Start(""))
	for _, chat := range []string{w.ann.ChatID(), w.group.ID(), w.channel.ID()} {
		mustCall(t, w.srv, "sendMessage", in{"chat_id": chat, "text": "x", "reply_markup": inline(in{"text": "Yes", "callback_data": "y"})})
	}
	return w, s
}

func (w *town) react(emoji string) error {
	return w.group.Member(w.ann).React(w.group.Messages()[0].ID, emoji)
}

func (w *town) post() error {
	_, err := w.channel.Post(w.ann, "post")
	return err
}

func TestWhatWaitsForWhat(t *testing.T) {
	t.Parallel()
	type act func(w *town) error
	annInGroup := func(w *town) error { return w.group.Member(w.ann).Write("one") }
	annToBot := func(w *town) error { return w.ann.Write("private") }
	annToShop := func(w *town) error { return w.shop.Customer(w.ann).Write("customer") }
	annPresses := func(w *town) error { return w.group.Member(w.ann).Press("Yes") }
	promote := func(w *town) error {
		return w.group.Member(w.srv.NewUser("Kim")).Promote(w.ann, telegramtest.PinMessages)
	}
	demoteBot := func(w *town) error { return w.group.DemoteBot(w.ann) }
	for name, c := range map[string]struct {
		first, second act
		waits         bool
	}{
		"another member of the group":     {annInGroup, func(w *town) error { return w.group.Member(w.bob).Write("two") }, true},
		"the same person in another chat": {annInGroup, annToBot, false},
		"another topic of the forum": {
			func(w *town) error { return w.topic.Member(w.ann).Write("one") },
			func(w *town) error { return w.forum.Member(w.bob).Write("general") }, true,
		},
		"the bot's place in the group":     {annInGroup, demoteBot, false},
		"a reaction in the group":          {annInGroup, func(w *town) error { return w.react("👍") }, false},
		"a second reaction":                {func(w *town) error { return w.react("👍") }, func(w *town) error { return w.react("🔥") }, true},
		"a post and the next":              {(*town).post, (*town).post, true},
		"a customer who writes to the bot": {annToShop, annToBot, false},
		"a customer's next message":        {annToShop, annToShop, true},
		"the end of the connection":        {annToShop, func(w *town) error { return w.shop.Disconnect() }, false},
		"a press elsewhere by the same":    {annPresses, func(w *town) error { return w.ann.Press("Yes") }, true},
		"a press there by another":         {annPresses, func(w *town) error { return w.group.Member(w.bob).Press("Yes") }, false},
		"a press in the channel":           {annPresses, func(w *town) error { return w.channel.Member(w.bob).Press("Yes") }, false},
		"a change of members by the same":  {promote, promote, true},
		"a join request by another":        {promote, func(w *town) error { return w.forum.RequestToJoin(w.bob, "") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, s := newTown(t)
				before := s.set(true, false)
				var both sync.WaitGroup
				both.Go(func() { assert.NoError(t, c.first(w)) })
				synctest.Wait()
				both.Go(func() { assert.NoError(t, c.second(w)) })
				synctest.Wait()
				assert.Equal(t, c.waits, s.count() == before)
				s.set(false, false)
				both.Wait()
				assert.GreaterOrEqual(t, s.count(), before+2)
			})
		})
	}
}

func TestHowLongUpdatesAreKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		act  func(w *town) error
		want time.Duration
	}{
		"a message in a group":  {func(w *town) error { return w.group.Member(w.ann).Write("x") }, day},
		"a post":                {(*town).post, day},
		"a pressed button":      {func(w *town) error { return w.group.Member(w.ann).Press("Yes") }, 150 * time.Second},
		"a pressed post":        {func(w *town) error { return w.channel.Member(w.ann).Press("Yes") }, 150 * time.Second},
		"the bot's own place":   {func(w *town) error { return w.group.DemoteBot(w.ann) }, day},
		"a change of members":   {func(w *town) error { return w.group.Member(w.bob).Promote(w.ann) }, day},
		"a join request":        {func(w *town) error { return w.group.RequestToJoin(w.srv.NewUser("Kim"), "") }, day},
		"a reaction":            {func(w *town) error { return w.react("👍") }, day},
		"a customer's message":  {func(w *town) error { return w.shop.Customer(w.ann).Write("x") }, day},
		"a business connection": {func(w *town) error { return w.shop.Disconnect() }, day},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, s := newTown(t)
				s.set(true, true)
				began := time.Now()
				require.ErrorIs(t, c.act(w), telegramtest.ErrExpired)
				assert.Equal(t, c.want, time.Since(began))
			})
		})
	}
}

const day = 24 * time.Hour
