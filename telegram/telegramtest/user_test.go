package telegramtest_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestPeopleAreTheSameInEveryRun(t *testing.T) {
	t.Parallel()
	one, two := telegramtest.NewServer(t), telegramtest.NewServer(t)
	two.NewUser("Bob")
	assert.Equal(t, one.NewUser("Ann").ID(), two.NewUser("Ann").ID())
	assert.Same(t, one.NewUser("Ann"), one.NewUser("Ann"))
	assert.NotEqual(t, one.NewUser("Ann").ID(), one.NewUser("Bob").ID())
	assert.Equal(t, one.NewUser("Ann").ID(), one.NewUser("Ann").ChatID())
}

func TestStartCarriesOnlyWhatALinkCan(t *testing.T) {
	t.Parallel()
	srv, ann := known(t)
	require.NoError(t, ann.Start("ref_42-A"))
	require.NoError(t, ann.Start(strings.Repeat("a", 65)))
	require.NoError(t, ann.Start("ref 42"))
	var texts []string
	for _, m := range ann.Sent() {
		texts = append(texts, m.Text)
	}
	assert.Equal(t, []string{"/start", "/start ref_42-A", "/start", "/start"}, texts)
	assert.Len(t, srv.Requests(), 1)
}

func TestBlockAndStartOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		ann := srv.NewUser("Ann")
		require.NoError(t, ann.Start(""))
		require.NoError(t, ann.Block())
		require.NoError(t, ann.Start("again"))
		got := b.got()
		require.Len(t, got, 4)
		member := got[1]["my_chat_member"].(in)
		assert.Equal(t, "member", member["old_chat_member"].(in)["status"])
		assert.Equal(t, in{"status": "kicked", "until_date": 0.0, "user": member["old_chat_member"].(in)["user"]}, member["new_chat_member"])
		kinds := map[string]int{}
		for _, u := range got[2:] {
			for kind := range u {
				kinds[kind]++
			}
		}
		assert.Equal(t, map[string]int{"update_id": 2, "my_chat_member": 1, "message": 1}, kinds)
	})
}

func TestPressingButtons(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		ann := srv.NewUser("Ann")
		require.NoError(t, ann.Start(""))
		send := func(markup any) {
			mustCall(t, srv, "sendMessage", in{"chat_id": ann.ID(), "text": "x", "reply_markup": markup})
		}
		send(inline(in{"text": "Yes", "callback_data": "old"}))
		send(inline(in{"text": "Yes", "callback_data": "new"}, in{"text": "Site", "url": "https://a.io"}))
		require.NoError(t, ann.Press("Yes"))
		query := b.got()[1]["callback_query"].(in)
		assert.Equal(t, "new", query["data"])
		assert.Equal(t, 3.0, query["message"].(in)["message_id"])
		assert.NotNil(t, query["message"].(in)["reply_markup"])
		mustCall(t, srv, "answerCallbackQuery", in{"callback_query_id": query["id"]})
		assert.Equal(t, []string{""}, ann.Answers())
		assert.Equal(t, 400, call(t, srv, "answerCallbackQuery", in{"callback_query_id": query["id"], "text": strings.Repeat("я", 201)}).Status)
		time.Sleep(150 * time.Second)
		assert.Equal(t, "Bad Request: query is too old and response timeout expired or query ID is invalid",
			call(t, srv, "answerCallbackQuery", in{"callback_query_id": query["id"]}).Description)

		require.NoError(t, ann.Press("Site"))
		require.Len(t, b.got(), 2, "a link makes no update")
		require.ErrorContains(t, ann.Press("No"), "no button")

		send(in{"keyboard": [][]any{{"Menu", in{"text": "Phone", "request_contact": true}}}})
		require.NoError(t, ann.Press("Menu"))
		assert.Equal(t, "Menu", b.got()[2]["message"].(in)["text"])
		require.ErrorContains(t, ann.Press("Phone"), "SharePhone")
		send(in{"remove_keyboard": true})
		require.ErrorContains(t, ann.Press("Menu"), "no button")
		send(in{"keyboard": [][]any{{"Menu"}}})
		send(in{"keyboard": [][]any{{"Other"}}})
		require.ErrorContains(t, ann.Press("Menu"), "no button")
	})
}

func TestSharingAPhoneAndEditing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		ann := srv.NewUser("Ann")
		require.NoError(t, ann.SharePhone("+380501112233"))
		message := b.got()[0]["message"].(in)
		assert.Equal(t, message["from"].(in)["id"], message["contact"].(in)["user_id"])
		require.NoError(t, ann.Write("helo"))
		time.Sleep(time.Second)
		require.NoError(t, ann.Edit(ann.Sent()[1].ID, "hello"))
		edited := b.got()[2]["edited_message"].(in)
		assert.Equal(t, "hello", edited["text"])
		assert.Equal(t, edited["date"].(float64)+1, edited["edit_date"])
		require.Error(t, ann.Edit(ann.Sent()[0].ID, "a contact has no text"))
		require.Error(t, ann.Edit("99", "x"))
		require.Error(t, ann.Write(strings.Repeat("x", 4097)))
		require.Error(t, ann.Write(" "))
	})
}

func TestFaultsOfDeliveries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind telegramtest.FaultKind
		want []string
	}{
		"a duplicate":     {telegramtest.DuplicateDelivery, []string{"one", "one", "two"}},
		"a lost reply":    {telegramtest.LostReply, []string{"one", "one", "two"}},
		"another order":   {telegramtest.ReorderedDelivery, []string{"two", "one"}},
		"a late delivery": {telegramtest.DelayedDelivery, []string{"one", "two"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := telegramtest.NewServer(t)
				b := hooked(t, srv, nil)
				srv.Fault(telegramtest.Fault{Kind: c.kind, Delay: 10 * time.Second})
				ann := srv.NewUser("Ann")
				var wg sync.WaitGroup
				wg.Go(func() { assert.NoError(t, ann.Write("one")) })
				synctest.Wait()
				wg.Go(func() { assert.NoError(t, ann.Write("two")) })
				wg.Wait()
				var texts []string
				for _, u := range b.got() {
					texts = append(texts, u["message"].(in)["text"].(string))
				}
				assert.Equal(t, c.want, texts)
			})
		})
	}
}

func TestAReorderedUpdateWithNothingBehindItComesLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		hooked(t, srv, nil)
		srv.Fault(telegramtest.Fault{Kind: telegramtest.ReorderedDelivery})
		began := time.Now()
		require.NoError(t, srv.NewUser("Ann").Write("alone"))
		assert.Equal(t, time.Second, time.Since(began))
	})
}

func TestManyPeopleAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := telegramtest.NewServer(t)
		b := hooked(t, srv, nil)
		b.answer = func(w http.ResponseWriter, n int) {
			if n%3 == 0 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}
		var wg sync.WaitGroup
		for _, name := range strings.Split("abcdefghijklmnopqrst", "") {
			wg.Go(func() {
				for _, text := range []string{"1", "2", "3"} {
					assert.NoError(t, srv.NewUser(name).Write(text))
				}
			})
		}
		wg.Wait()
		last := map[any]float64{}
		seen := map[any]bool{}
		for _, u := range b.got() {
			from := u["message"].(in)["from"].(in)["id"]
			id := u["update_id"].(float64)
			assert.GreaterOrEqual(t, id, last[from], "a chat's updates come in order")
			last[from], seen[id] = id, true
		}
		assert.Len(t, seen, 60)
	})
}
