package telegram

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

// memberUpdate is what happened to the bot in a chat; now is its status, and what follows that.
func memberUpdate(chat, old, now string) string {
	status, rights, _ := strings.Cut(now, ",")
	if rights != "" {
		rights = "," + rights
	}
	return `{"update_id":700007,"my_chat_member":{"chat":` + chat + `,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"date":1795300060,"old_chat_member":{"user":{"id":770011,"is_bot":true,"first_name":"Shop"},"status":"` + old + `"},"new_chat_member":{"user":{"id":770011,"is_bot":true,"first_name":"Shop"},"status":"` + status + `","until_date":0` + rights + `}}}`
}

func TestMembershipOfTheBotIsTheRightToWrite(t *testing.T) {
	t.Parallel()
	const private = `{"id":5512345678,"first_name":"Ann","type":"private"}`
	const group = `{"id":-1002233445566,"title":"Support","type":"supergroup"}`
	const news = `{"id":-1001111222233,"title":"News","type":"channel"}`
	since := time.Unix(1795300060, 0).UTC()
	active := &channel.Subscription{State: channel.StateActive, Since: since}
	left := &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed, Since: since}
	blocked := &channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked, Since: since}
	for name, test := range map[string]struct {
		native string
		want   *channel.Subscription // nil: it is not told
	}{
		"a person blocked it":                {memberUpdate(private, "member", "kicked"), blocked},
		"a person unblocked it":              {memberUpdate(private, "kicked", "member"), active},
		"a group took it in":                 {memberUpdate(group, "left", "member"), active},
		"a group made it admin":              {memberUpdate(group, "member", "administrator"), active},
		"a group put it out":                 {memberUpdate(group, "member", "kicked"), left},
		"it left a group":                    {memberUpdate(group, "member", "left"), left},
		"a group silenced it":                {memberUpdate(group, "member", `restricted,"is_member":true,"can_send_messages":false`), left},
		"a group restricted it elsewise":     {memberUpdate(group, "member", `restricted,"is_member":true,"can_send_messages":true,"can_send_polls":false`), active},
		"a group put it out with limits":     {memberUpdate(group, "member", `restricted,"is_member":false,"can_send_messages":true`), left},
		"a group restricted it somehow":      {memberUpdate(group, "member", "restricted"), nil},
		"a channel let it post":              {memberUpdate(news, "left", `administrator,"can_post_messages":true`), active},
		"a channel let it do all but that":   {memberUpdate(news, "left", `administrator,"can_post_messages":false,"can_edit_messages":true`), left},
		"a channel has it read alone":        {memberUpdate(news, "administrator", "member"), left},
		"a channel put it out":               {memberUpdate(news, "administrator", "kicked"), left},
		"an unknown status":                  {memberUpdate(private, "member", "frozen"), nil},
		"rights that are not as they should": {memberUpdate(group, "member", `restricted,"can_send_messages":"no"`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newTest(t, ok("true"))
			in := decode(t, c.driver, test.native)
			kind := channel.EventSubscription
			if test.want == nil {
				kind = channel.EventOther
			}
			assert.Equal(t, kind, in.Event.Kind)
			assert.Equal(t, test.want, in.Event.Subscription)
			assert.Nil(t, in.Implies)
			assert.Equal(t, int64(700007), in.Seq)
			assert.Equal(t, since, in.Event.Time)
			assert.Equal(t, "5512345678", in.Event.User.ID)
			assert.NotEmpty(t, in.Event.Chat.ID)
		})
	}
}

const joinUpdate = `{"update_id":700014,"chat_join_request":{"chat":{"id":-1002233445566,"title":"Support","type":"supergroup"},"from":{"id":5512345678,"is_bot":false,"first_name":"Ann","username":"annlee"},"user_chat_id":5512345678,"date":1795300120,"bio":"hi","invite_link":{"invite_link":"https://t.me/+AbCd…","creator":{"id":55},"creates_join_request":true}}}`

func TestWhoAsksToJoinMayBeWrittenToForAWhile(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	in := decode(t, c.driver, joinUpdate)
	at := time.Unix(1795300120, 0).UTC()
	assert.Equal(t, channel.EventSubscription, in.Event.Kind)
	assert.Equal(t, channel.Chat{ID: "5512345678", Kind: channel.ChatPrivate}, in.Event.Chat)
	assert.Equal(t, "annlee", in.Event.User.Username)
	assert.Equal(t, at, in.Event.Time)
	assert.Equal(t, &channel.Subscription{State: channel.StateActive, Since: at, WindowEnds: at.Add(5 * time.Minute)}, in.Event.Subscription)
	assert.True(t, in.Passing)
	assert.Nil(t, in.Implies)

	old := decode(t, c.driver, strings.Replace(joinUpdate, `"user_chat_id":5512345678,`, "", 1))
	assert.Equal(t, channel.EventOther, old.Event.Kind, "a server that does not tell where to write")
	assert.Equal(t, "-1002233445566", old.Event.Chat.ID)
	assert.Equal(t, "5512345678", old.Event.User.ID)
	assert.False(t, old.Passing)
}
