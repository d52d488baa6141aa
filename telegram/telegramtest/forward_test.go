package telegramtest_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/telegram/telegramtest"
)

func TestForwardingAndCopying(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, g, ann := grouped(t, telegramtest.Config{})
		user := ann.User()
		require.NoError(t, user.Write("one"))
		require.NoError(t, user.AllowWriting(""))
		mustCall(t, srv, "sendMessage", in{"chat_id": user.ID(), "text": "secret", "protect_content": true})
		mustCall(t, srv, "sendMessage", in{"chat_id": user.ID(), "text": "own"})
		do := func(method string, parameters in) result {
			all := in{"chat_id": number(g.ID()), "from_chat_id": number(user.ID())}
			for name, value := range parameters {
				all[name] = value
			}
			return call(t, srv, method, all)
		}
		forward := func(id int) (m in) {
			got := do("forwardMessage", in{"message_id": id})
			require.True(t, got.OK, got.Description)
			require.NoError(t, json.Unmarshal(got.Result, &m))
			return m
		}
		m := forward(1)
		assert.Equal(t, "one", m["text"])
		assert.Equal(t, "user", m["forward_origin"].(in)["type"])
		assert.Equal(t, "Ann", m["forward_from"].(in)["first_name"])
		assert.Equal(t, true, forward(4)["forward_origin"].(in)["sender_user"].(in)["is_bot"])
		c := srv.NewChannel("News")
		require.NoError(t, c.AddBot(user))
		_, err := c.Post(user, "news")
		require.NoError(t, err)
		require.NoError(t, g.WriteAnonymously("as the group"))
		for _, from := range []struct{ chat, id, want string }{{c.ID(), "1", "channel"}, {g.ID(), "4", "chat"}} {
			got := do("forwardMessage", in{"from_chat_id": number(from.chat), "message_id": number(from.id)})
			require.True(t, got.OK, got.Description)
			require.NoError(t, json.Unmarshal(got.Result, &m))
			assert.Equal(t, from.want, m["forward_origin"].(in)["type"])
			assert.NotNil(t, m["forward_from_chat"])
		}
		user.HideForwards()
		m = forward(1)
		assert.Equal(t, "hidden_user", m["forward_origin"].(in)["type"])
		assert.Equal(t, "Ann", m["forward_sender_name"])
		assert.NotContains(t, m, "forward_from")

		for _, c := range []struct {
			method     string
			parameters in
			want       string
		}{
			{"forwardMessage", in{"message_id": 9}, "message to forward not found"},
			{"copyMessage", in{"message_id": 9}, "message to copy not found"},
			{"forwardMessage", nil, "message identifier is not specified"},
			{"forwardMessage", in{"message_id": 2}, "message can't be forwarded"},
			{"forwardMessage", in{"message_id": 3}, "message can't be forwarded"},
			{"copyMessage", in{"message_id": 3}, "message can't be copied"},
			{"copyMessage", in{"message_id": 1, "reply_markup": "1"}, "object expected as reply markup"},
			{"forwardMessage", in{"from_chat_id": "", "message_id": 1}, "from_chat_id is empty"},
			{"forwardMessage", in{"from_chat_id": 7, "message_id": 1}, "chat not found"},
			{"copyMessages", nil, "message identifiers are not specified"},
			{"copyMessages", in{"message_ids": []int{4, 1}}, "message identifiers must be in a strictly increasing order"},
			{"forwardMessages", in{"message_ids": []int{1, 1}}, "message identifiers must be in a strictly increasing order"},
			{"forwardMessages", in{"message_ids": make([]int, 101)}, "too many message identifiers specified"},
			{"forwardMessages", in{"message_ids": []int{2, 3}}, "there are no messages to forward"},
		} {
			assert.Equal(t, "Bad Request: "+c.want, do(c.method, c.parameters).Description, "%s %v", c.method, c.parameters)
		}
		before := len(g.Messages())
		asJSON(t, `[{"message_id":8},{"message_id":9}]`, json.RawMessage(do("copyMessages", in{"message_ids": []int{1, 2, 3, 4, 99}}).Result))
		asJSON(t, `[{"message_id":10}]`, json.RawMessage(do("forwardMessages", in{"message_ids": []int{4}, "disable_notification": true}).Result))
		asJSON(t, `{"message_id":11}`, json.RawMessage(do("copyMessage", in{"message_id": 1, "reply_markup": inline(in{"text": "b", "callback_data": "1"})}).Result))
		all := g.Messages()[before:]
		assert.Equal(t, []string{"one", "own", "own", "one"}, []string{all[0].Text, all[1].Text, all[2].Text, all[3].Text})
		assert.True(t, all[2].Silent && all[2].Forwarded && !all[1].Forwarded)
		assert.NotNil(t, all[3].Keyboard)
	})
}

func TestPeopleForwardToTheBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := unlimited(t)
		b := hooked(t, srv, nil)
		ann, bob, c := srv.NewUser("Ann"), srv.NewUser("Bob Brown"), srv.NewChannel("News")
		require.NoError(t, ann.Forward(bob, "said Bob"))
		asJSON(t, bob.ID(), newest(t, b, "message")["forward_origin"].(in)["sender_user"].(in)["id"])
		bob.HideForwards()
		require.NoError(t, ann.Forward(bob, "said Bob"))
		assert.Equal(t, "Bob Brown", newest(t, b, "message")["forward_origin"].(in)["sender_user_name"])
		c.SignPosts()
		id, err := c.Post(bob, "news")
		require.NoError(t, err)
		require.NoError(t, ann.ForwardPost(c, id))
		m := newest(t, b, "message")
		assert.Equal(t, "channel", m["forward_origin"].(in)["type"])
		assert.Equal(t, "Bob", m["forward_origin"].(in)["author_signature"])
		assert.Equal(t, "News", m["forward_from_chat"].(in)["title"])
		assert.Equal(t, "Ann", m["from"].(in)["first_name"])
		g := srv.NewGroup("Friends")
		require.NoError(t, g.PromoteBot(ann))
		require.NoError(t, g.Member(ann).Forward(bob, "said Bob"))
		assert.Equal(t, "hidden_user", newest(t, b, "message")["forward_origin"].(in)["type"])
		require.Error(t, g.Member(ann).Forward(bob, ""))
		require.Error(t, ann.ForwardPost(c, "99"))
		require.Error(t, ann.Forward(bob, ""))
	})
}
