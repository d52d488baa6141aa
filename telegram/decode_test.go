package telegram

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// inPrivate is an update with a message of Ann's with these fields.
func inPrivate(fields string) string {
	return `{"update_id":1,"message":{"message_id":13,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"date":1795300030,` + fields + `}}`
}

func TestAStartByALinkBringsItsReference(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	in := decode(t, c.driver, `{"update_id":700001,"message":{"message_id":11,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann","last_name":"Lee","username":"annlee","language_code":"uk"},"chat":{"id":5512345678,"first_name":"Ann","last_name":"Lee","username":"annlee","type":"private"},"date":1795300000,"text":"/start ref_42-A","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}`)
	e := in.Event
	e.Raw = nil
	at := time.Unix(1795300000, 0).UTC()
	assert.Equal(t, channel.Event{
		ID: "700001", Kind: channel.EventStarted, Account: channel.Account{Platform: "telegram", ID: "770011"}, Time: at,
		Chat: channel.Chat{ID: "5512345678", Kind: channel.ChatPrivate},
		User: channel.User{
			ID: "5512345678", Name: "Ann Lee", FirstName: "Ann", LastName: "Lee", Username: "annlee",
			ProfileURL: "https://t.me/annlee", Language: "uk",
		},
		Message:  &channel.Message{ID: "11", Text: "/start ref_42-A"},
		Referral: &channel.Referral{Ref: "ref_42-A"},
	}, e)
	assert.Equal(t, &channel.Subscription{State: channel.StateActive, Since: at}, in.Implies)
}

func TestTheCommandStartIsToldFromOtherTexts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields string
		own    string // the bot's username, if it is known
		start  bool
		ref    string
	}{
		"alone":                        {`"text":"/start","entities":[{"offset":0,"length":6,"type":"bot_command"}]`, "shop_bot", true, ""},
		"with a space alone":           {`"text":"/start ","entities":[{"offset":0,"length":6,"type":"bot_command"}]`, "shop_bot", true, ""},
		"with a reference":             {`"text":"/start a-B_9","entities":[{"offset":0,"length":6,"type":"bot_command"}]`, "shop_bot", true, "a-B_9"},
		"with what a person typed":     {`"text":"/start привіт 👋","entities":[{"offset":0,"length":6,"type":"bot_command"}]`, "shop_bot", true, "привіт 👋"},
		"for us by name":               {`"text":"/start@Shop_Bot x","entities":[{"offset":0,"length":15,"type":"bot_command"}]`, "shop_bot", true, "x"},
		"by a name we do not know":     {`"text":"/start@Shop_Bot x","entities":[{"offset":0,"length":15,"type":"bot_command"}]`, "", true, "x"},
		"for another bot":              {`"text":"/start@evil_bot x","entities":[{"offset":0,"length":15,"type":"bot_command"}]`, "shop_bot", false, ""},
		"another command":              {`"text":"/started x","entities":[{"offset":0,"length":8,"type":"bot_command"}]`, "shop_bot", false, ""},
		"in another case":              {`"text":"/Start x","entities":[{"offset":0,"length":6,"type":"bot_command"}]`, "shop_bot", false, ""},
		"without an entity":            {`"text":"/start x"`, "shop_bot", false, ""},
		"later in the text":            {`"text":"a /start x","entities":[{"offset":2,"length":6,"type":"bot_command"}]`, "shop_bot", false, ""},
		"on a line of its own":         {`"text":"/start\nx","entities":[{"offset":0,"length":6,"type":"bot_command"}]`, "shop_bot", true, ""},
		"with an entity beyond it":     {`"text":"/start","entities":[{"offset":0,"length":60,"type":"bot_command"}]`, "shop_bot", false, ""},
		"with an entity inside a rune": {`"text":"/start@п x","entities":[{"offset":0,"length":8,"type":"bot_command"}]`, "", true, ""},
		"forwarded":                    {`"text":"/start x","entities":[{"offset":0,"length":6,"type":"bot_command"}],"forward_origin":{"type":"hidden_user","sender_user_name":"B","date":1}`, "shop_bot", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			cfg.Username = test.own
			c, _ := newTestOf(t, cfg, ok("true"))
			e := decode(t, c.driver, inPrivate(test.fields)).Event
			require.NotNil(t, e.Message)
			if !test.start {
				assert.Equal(t, channel.EventMessage, e.Kind)
				assert.Nil(t, e.Referral)
				return
			}
			assert.Equal(t, channel.EventStarted, e.Kind)
			if test.ref == "" {
				assert.Nil(t, e.Referral)
				return
			}
			assert.Equal(t, &channel.Referral{Ref: test.ref}, e.Referral)
		})
	}
}

func TestAMessageOfATopicIsAnsweredThere(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	in := decode(t, c.driver, `{"update_id":700002,"message":{"message_id":88,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":-1002233445566,"title":"Support","is_forum":true,"type":"supergroup"},"date":1795300010,"message_thread_id":17,"is_topic_message":true,"reply_to_message":{"message_id":80,"from":{"id":770011,"is_bot":true,"first_name":"Shop","username":"shop_bot"},"chat":{"id":-1002233445566,"title":"Support","is_forum":true,"type":"supergroup"},"date":1795299000,"text":"Hi"},"text":"Привет 👋 https://a.io","entities":[{"offset":10,"length":12,"type":"url"}]}}`)
	assert.Equal(t, channel.EventMessage, in.Event.Kind)
	assert.Equal(t, channel.Chat{ID: "-1002233445566/17", Kind: channel.ChatGroup, Title: "Support"}, in.Event.Chat)
	assert.Equal(t, &channel.Message{ID: "88", Text: "Привет 👋 https://a.io", ReplyTo: "80"}, in.Event.Message)
	assert.Nil(t, in.Implies, "who writes in a group did not agree to be written to")
}

func TestThePlaceOfAMessageIsInItsChatID(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for name, test := range map[string]struct{ fields, want string }{
		"a topic":             {`"message_thread_id":17,"is_topic_message":true`, "-1001/17"},
		"the general topic":   {`"message_thread_id":1,"is_topic_message":true`, "-1001"},
		"a thread of replies": {`"message_thread_id":17`, "-1001"},
		"a direct message":    {`"direct_messages_topic":{"topic_id":5512345678}`, "-1001/d5512345678"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := decode(t, c.driver, `{"update_id":1,"message":{"message_id":2,"from":{"id":5,"is_bot":false,"first_name":"A"},"chat":{"id":-1001,"type":"supergroup"},"date":3,"text":"x",`+test.fields+`}}`)
			assert.Equal(t, test.want, in.Event.Chat.ID)
			_, err := parseTarget(in.Event.Chat.ID)
			assert.NoError(t, err)
		})
	}
}

func TestContentBecomesAttachments(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for name, test := range map[string]struct {
		fields string
		want   channel.Message
	}{
		"a photo is its largest size, with its caption": {
			`"media_group_id":"13900000000000001","photo":[{"file_id":"AgACsmall","file_unique_id":"AQADs","width":90,"height":67,"file_size":1200},{"file_id":"AgACbig","file_unique_id":"AQADb","width":1280,"height":960,"file_size":180000}],"caption":"two pics","caption_entities":[{"type":"bold","offset":4,"length":4}]`,
			channel.Message{
				Text: "two pics", AlbumID: "13900000000000001", Styles: []channel.Style{{Kind: channel.StyleBold, Start: 4, End: 8}},
				Attachments: []channel.Attachment{{Kind: channel.AttachmentImage, FileID: "AgACbig", Width: 1280, Height: 960, Size: 180000}},
			},
		},
		"a document": {
			`"document":{"file_id":"BQ","file_unique_id":"u","file_name":"a.pdf","mime_type":"application/pdf","file_size":5000000000,"thumbnail":{"file_id":"T","file_unique_id":"t","width":10,"height":20}}`,
			channel.Message{Attachments: []channel.Attachment{{
				Kind: channel.AttachmentFile, FileID: "BQ", Name: "a.pdf", MIME: "application/pdf", Size: 5000000000,
				Thumbnail: &channel.Attachment{Kind: channel.AttachmentImage, FileID: "T", Width: 10, Height: 20},
			}}},
		},
		"an animation is no document": {
			`"animation":{"file_id":"CgA","width":320,"height":240,"duration":3,"mime_type":"video/mp4"},"document":{"file_id":"CgD"}`,
			channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentAnimation, FileID: "CgA", Width: 320, Height: 240, Seconds: 3, MIME: "video/mp4"}}},
		},
		"a video":      {`"video":{"file_id":"V","duration":7}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentVideo, FileID: "V", Seconds: 7}}}},
		"an audio":     {`"audio":{"file_id":"A","duration":7}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentAudio, FileID: "A", Seconds: 7}}}},
		"a voice":      {`"voice":{"file_id":"O","duration":7}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentVoice, FileID: "O", Seconds: 7}}}},
		"a video note": {`"video_note":{"file_id":"N","length":240,"duration":7}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentVideoNote, FileID: "N", Width: 240, Height: 240, Seconds: 7}}}},
		"a sticker":    {`"sticker":{"file_id":"S","emoji":"👍","type":"regular","width":512,"height":512}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentSticker, FileID: "S", Width: 512, Height: 512}}}},
		"a live photo is a video with a photo of it": {
			`"live_photo":{"file_id":"L","width":720,"height":1280,"duration":3,"photo":[{"file_id":"P","width":9,"height":16}]},"photo":[{"file_id":"P","width":9,"height":16}]`,
			channel.Message{Attachments: []channel.Attachment{{
				Kind: channel.AttachmentVideo, FileID: "L", Width: 720, Height: 1280, Seconds: 3,
				Thumbnail: &channel.Attachment{Kind: channel.AttachmentImage, FileID: "P", Width: 9, Height: 16},
			}}},
		},
		"a live photo without one": {`"live_photo":{"file_id":"L","duration":3}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentVideo, FileID: "L", Seconds: 3}}}},
		"a live location":          {`"location":{"latitude":1.5,"longitude":2.5,"live_period":900,"heading":90}`, channel.Message{Location: &channel.Location{Latitude: 1.5, Longitude: 2.5}}},
		"paid media with a caption": {
			`"paid_media":{"star_count":5,"paid_media":[]},"caption":"c"`,
			channel.Message{Text: "c", Attachments: []channel.Attachment{{Kind: channel.AttachmentOther}}},
		},
		"a poll":     {`"poll":{"id":"1","question":"?"}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentOther}}}},
		"dice":       {`"dice":{"emoji":"🎲","value":6}`, channel.Message{Attachments: []channel.Attachment{{Kind: channel.AttachmentOther}}}},
		"a location": {`"location":{"latitude":0,"longitude":-30.5234}`, channel.Message{Location: &channel.Location{Longitude: -30.5234}}},
		"a venue": {
			`"location":{"latitude":50.4501,"longitude":30.5234},"venue":{"location":{"latitude":50.4501,"longitude":30.5234},"title":"Cafe","address":"Main St 1"}`,
			channel.Message{Location: &channel.Location{Latitude: 50.4501, Longitude: 30.5234, Title: "Cafe", Address: "Main St 1"}},
		},
		"a forwarded text":                {`"text":"x","forward_date":1`, channel.Message{Text: "x", Forwarded: true}},
		"one forwarded with its origin":   {`"text":"x","forward_origin":{"type":"chat"}`, channel.Message{Text: "x", Forwarded: true}},
		"one forwarded from a person":     {`"text":"x","forward_from":{"id":5}`, channel.Message{Text: "x", Forwarded: true}},
		"one forwarded from a channel":    {`"text":"x","forward_from_chat":{"id":-5}`, channel.Message{Text: "x", Forwarded: true}},
		"one forwarded from who is hid":   {`"text":"x","forward_sender_name":"B"`, channel.Message{Text: "x", Forwarded: true}},
		"a reply":                         {`"text":"x","reply_to_message":{"message_id":9,"date":1,"message_thread_id":4,"rich_message":{}},"quote":{"text":"q","position":0}`, channel.Message{Text: "x", ReplyTo: "9"}},
		"a reply to what is out of reach": {`"text":"x","reply_to_message":{"chat":{"id":5512345678},"message_id":9,"date":0}`, channel.Message{Text: "x", ReplyTo: "9"}},
		"one in a topic is no reply":      {`"text":"x","reply_to_message":{"message_id":17,"forum_topic_created":{"name":"T"}}`, channel.Message{Text: "x"}},
		"a reply to another topic":        {`"text":"x","external_reply":{"origin":{"type":"user"},"chat":{"id":5512345678},"message_id":9}`, channel.Message{Text: "x", ReplyTo: "9"}},
		"a reply to another chat":         {`"text":"x","external_reply":{"origin":{"type":"user"},"chat":{"id":-7},"message_id":9}`, channel.Message{Text: "x"}},
		"a reply to nobody's chat":        {`"text":"x","external_reply":{"origin":{"type":"hidden_user"},"photo":[]}`, channel.Message{Text: "x"}},
		"a reply to a story":              {`"text":"x","reply_to_story":{"chat":{"id":-7},"id":9}`, channel.Message{Text: "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := decode(t, c.driver, inPrivate(test.fields))
			test.want.ID = "13"
			assert.Equal(t, channel.EventMessage, in.Event.Kind)
			assert.Equal(t, &test.want, in.Event.Message)
			assert.NotNil(t, in.Implies)
		})
	}
}

func TestAContactIsVerifiedWhenItIsTheSendersOwn(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for name, test := range map[string]struct {
		fields   string
		phone    string
		verified bool
	}{
		"their own":                      {`"contact":{"phone_number":"+380501112233","first_name":"Ann","last_name":"Lee","user_id":5512345678}`, "+380501112233", true},
		"their own without plus":         {`"contact":{"phone_number":"380501112233","first_name":"Ann","user_id":5512345678}`, "+380501112233", true},
		"another's":                      {`"contact":{"phone_number":"380501112233","first_name":"Bob","user_id":99}`, "380501112233", false},
		"nobody's in particular":         {`"contact":{"phone_number":"0501112233","first_name":"Bob"}`, "0501112233", false},
		"their own by way of a bot":      {`"contact":{"phone_number":"+380501112233","first_name":"Ann","user_id":5512345678},"via_bot":{"id":9,"is_bot":true,"first_name":"B"}`, "+380501112233", false},
		"their own from a hidden sender": {`"contact":{"phone_number":"+380501112233","first_name":"Ann","user_id":5512345678},"forward_sender_name":"B"`, "+380501112233", false},
		"their own but forwarded":        {`"contact":{"phone_number":"+380501112233","first_name":"Ann","user_id":5512345678},"forward_origin":{"type":"user"}`, "+380501112233", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := decode(t, c.driver, inPrivate(test.fields)).Event
			require.Len(t, e.Message.Contacts, 1)
			assert.Equal(t, test.phone, e.Message.Contacts[0].Phone)
			assert.Equal(t, test.verified, e.Message.Contacts[0].Verified)
			assert.Equal(t, test.verified, e.User.Phone == test.phone)
		})
	}
}

func TestMessagesThatAreNotToBeAnswered(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for name, test := range map[string]struct {
		native      string
		kind        channel.EventKind
		user, chat  string
		withMessage bool
	}{
		"of a bot":               {`{"update_id":1,"message":{"message_id":2,"from":{"id":9,"is_bot":true,"first_name":"B"},"chat":{"id":-5,"type":"group"},"date":3,"text":"x"}}`, channel.EventOther, "9", "-5", true},
		"of an anonymous admin":  {`{"update_id":1,"message":{"message_id":2,"from":{"id":1087968824,"is_bot":true,"first_name":"Group"},"sender_chat":{"id":-5,"type":"supergroup"},"chat":{"id":-5,"type":"supergroup"},"date":3,"text":"x"}}`, channel.EventOther, "", "-5", true},
		"of a linked channel":    {`{"update_id":1,"message":{"message_id":2,"from":{"id":777000,"is_bot":false,"first_name":"Telegram"},"sender_chat":{"id":-6,"type":"channel"},"chat":{"id":-5,"type":"supergroup"},"date":3,"text":"x"}}`, channel.EventOther, "", "-5", true},
		"of the service":         {inPrivate(`"new_chat_title":"x"`), channel.EventOther, "5512345678", "5512345678", false},
		"edited":                 {`{"update_id":700009,"edited_message":{"message_id":12,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"date":1795300020,"edit_date":1795300080,"text":"fixed"}}`, channel.EventMessageEdited, "5512345678", "5512345678", true},
		"edited by a bot":        {`{"update_id":1,"edited_message":{"message_id":2,"from":{"id":9,"is_bot":true,"first_name":"B"},"chat":{"id":-5,"type":"group"},"date":3,"text":"x"}}`, channel.EventOther, "9", "-5", true},
		"edited in a channel":    {`{"update_id":1,"edited_channel_post":{"message_id":301,"sender_chat":{"id":-1001111222233,"type":"channel"},"chat":{"id":-1001111222233,"type":"channel"},"date":1,"edit_date":2,"text":"x"}}`, channel.EventMessageEdited, "", "-1001111222233", true},
		"a title of a channel":   {`{"update_id":1,"channel_post":{"message_id":301,"sender_chat":{"id":-1001111222233,"type":"channel"},"chat":{"id":-1001111222233,"type":"channel"},"date":1,"new_chat_title":"x"}}`, channel.EventOther, "", "-1001111222233", false},
		"the owner's own":        {`{"update_id":1,"business_message":{"business_connection_id":"bc_AbCdEf01","message_id":4022,"from":{"id":55,"is_bot":false,"first_name":"Owner"},"chat":{"id":6600000001,"type":"private"},"date":1,"text":"Yes"}}`, channel.EventEcho, "55", "6600000001/bbc_AbCdEf01", true},
		"the owner's own edited": {`{"update_id":1,"edited_business_message":{"business_connection_id":"bc_AbCdEf01","message_id":4022,"from":{"id":55,"is_bot":false,"first_name":"Owner"},"chat":{"id":6600000001,"type":"private"},"date":1,"text":"Yes"}}`, channel.EventOther, "55", "6600000001/bbc_AbCdEf01", true},
		"our own for the owner":  {`{"update_id":1,"business_message":{"business_connection_id":"bc_AbCdEf01","message_id":4023,"from":{"id":55,"is_bot":false,"first_name":"Owner"},"sender_business_bot":{"id":770011,"is_bot":true,"first_name":"Shop"},"chat":{"id":6600000001,"type":"private"},"date":1,"text":"Yes"}}`, channel.EventOther, "55", "6600000001/bbc_AbCdEf01", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := decode(t, c.driver, test.native)
			assert.Equal(t, test.kind, in.Event.Kind)
			assert.Equal(t, test.user, in.Event.User.ID)
			assert.Equal(t, test.chat, in.Event.Chat.ID)
			assert.Equal(t, test.withMessage, in.Event.Message != nil)
			if !strings.HasPrefix(test.native, `{"update_id":1,"message":{"message_id":13`) {
				assert.Nil(t, in.Implies)
			}
		})
	}
}

func TestWhatHasNoDateHappenedNow(t *testing.T) {
	t.Parallel()
	for name, native := range map[string]string{
		"of a year beyond all":  strings.Replace(textUpdate, "1795300200", "99999999999999", 1),
		"before the beginning":  strings.Replace(textUpdate, "1795300200", "-1", 1),
		"of none":               strings.Replace(textUpdate, "1795300200", "0", 1),
		"of a kind without":     `{"update_id":6,"inline_query":{"id":"1","from":{"id":55,"is_bot":false,"first_name":"A"},"query":"q","offset":""}}`,
		"of deletions":          `{"update_id":6,"deleted_business_messages":{"business_connection_id":"bc_1","chat":{"id":66,"type":"private"},"message_ids":[1]}}`,
		"of an unknown kind":    `{"update_id":7,"hologram":{}}`,
		"of a field of no kind": `{"update_id":8,"message":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := newTest(t, ok("true"))
				in := decode(t, c.driver, native)
				assert.Equal(t, time.Now().UTC(), in.Event.Time)
				if in.Implies != nil {
					assert.Equal(t, in.Event.Time, in.Implies.Since)
				}
			})
		})
	}
}

func TestAnEditIsTimedByIt(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	e := decode(t, c.driver, `{"update_id":700009,"edited_message":{"message_id":12,"from":{"id":5512345678,"is_bot":false,"first_name":"Ann"},"chat":{"id":5512345678,"first_name":"Ann","type":"private"},"date":1795300020,"edit_date":1795300080,"text":"fixed"}}`).Event
	assert.Equal(t, time.Unix(1795300080, 0).UTC(), e.Time)
	assert.Equal(t, "fixed", e.Message.Text)
}

func TestAPostOfAChannelIsAMessageOfNobody(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	e := decode(t, c.driver, `{"update_id":700010,"channel_post":{"message_id":301,"author_signature":"Ed","sender_chat":{"id":-1001111222233,"title":"News","username":"our_news","type":"channel"},"chat":{"id":-1001111222233,"title":"News","username":"our_news","type":"channel"},"date":1795300090,"text":"Post"}}`).Event
	assert.Equal(t, channel.EventMessage, e.Kind)
	assert.Equal(t, channel.User{}, e.User)
	assert.Equal(t, channel.Chat{ID: "-1001111222233", Kind: channel.ChatChannel, Title: "News"}, e.Chat)
}

func TestAMessageOfACustomerOpensTheWindow(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	in := decode(t, c.driver, `{"update_id":700012,"business_message":{"business_connection_id":"bc_AbCdEf01","message_id":4021,"from":{"id":6600000001,"is_bot":false,"first_name":"Customer"},"chat":{"id":6600000001,"first_name":"Customer","type":"private"},"date":1795300110,"text":"Is it open?"}}`)
	assert.Equal(t, channel.EventMessage, in.Event.Kind)
	assert.Equal(t, "6600000001/bbc_AbCdEf01", in.Event.Chat.ID)
	at := time.Unix(1795300110, 0).UTC()
	assert.Equal(t, &channel.Subscription{State: channel.StateActive, Since: at, WindowEnds: at.Add(24 * time.Hour)}, in.Implies)
}

func TestAGroupThatBecameASupergroupMoved(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	for _, native := range []string{
		`{"update_id":1,"message":{"message_id":2,"from":{"id":9,"is_bot":false,"first_name":"B"},"chat":{"id":-5,"type":"group","title":"G"},"date":3,"migrate_to_chat_id":-1002233445566}}`,
		`{"update_id":1,"message":{"message_id":2,"from":{"id":9,"is_bot":false,"first_name":"B"},"chat":{"id":-1002233445566,"type":"supergroup","title":"G"},"date":3,"migrate_from_chat_id":-5}}`,
	} {
		e := decode(t, c.driver, native).Event
		assert.Equal(t, channel.EventChatMoved, e.Kind)
		assert.Equal(t, channel.Chat{ID: "-1002233445566", Kind: channel.ChatGroup, Title: "G", FormerID: "-5"}, e.Chat)
	}
}

func TestAPersonMayAgreeAndPressOutsideOfMessages(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok("true"))
	agreed := decode(t, c.driver, inPrivate(`"write_access_allowed":{"from_request":true}`)).Event
	assert.Equal(t, channel.EventSubscription, agreed.Kind)
	assert.Equal(t, channel.StateActive, agreed.Subscription.State)

	pressed := decode(t, c.driver, inPrivate(`"web_app_data":{"data":"d","button_text":"Open"}`)).Event
	assert.Equal(t, channel.EventPostback, pressed.Kind)
	assert.Equal(t, &channel.Postback{Data: "d", Text: "Open"}, pressed.Postback)
}
