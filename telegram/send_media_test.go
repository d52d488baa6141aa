package telegram

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// numbered is a platform that gives messages the IDs 1, 2, 3 and writes down what came: [photo2 "text" +keyboard].
type numbered struct {
	last int
	said []string
	fail func(method string, form map[string][]string) *answer // nil: it fails nothing
}

func (n *numbered) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	if _, err := formFiles(r); err != nil {
		return nil, err
	}
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	if n.fail != nil {
		if a := n.fail(method, r.PostForm); a != nil {
			return replied(r, *a), nil
		}
	}
	said := []string{strings.ToLower(strings.TrimPrefix(method, "send"))}
	messages := 1
	text := r.PostForm.Get("text") + r.PostForm.Get("caption")
	if media := r.PostForm.Get("media"); media != "" {
		var items []struct{ Type, Media, Caption string }
		if err := json.Unmarshal([]byte(media), &items); err != nil {
			return nil, err
		}
		messages, said = len(items), nil
		for _, i := range items {
			said, text = append(said, i.Type), text+i.Caption
		}
	}
	if text != "" {
		said = append(said, fmt.Sprintf("%.9q", text))
	}
	if r.PostForm.Has("reply_markup") {
		said = append(said, "+keyboard")
	}
	if r.PostForm.Has("reply_parameters") {
		said = append(said, "reply")
	}
	n.said = append(n.said, strings.Join(said, " "))
	ids := make([]string, messages)
	for i := range ids {
		n.last++
		ids[i] = fmt.Sprintf(`{"message_id":%d}`, n.last)
	}
	if method == methodAlbum {
		return replied(r, ok("["+strings.Join(ids, ",")+"]")), nil
	}
	return replied(r, ok(ids[0])), nil
}

func (n *numbered) channel(t *testing.T) *Channel {
	t.Helper()
	cfg := testConfig()
	cfg.Client = &http.Client{Transport: n}
	c, err := New(cfg)
	require.NoError(t, err)
	return c
}

func files(kinds ...channel.AttachmentKind) (all []channel.Attachment) {
	for i, kind := range kinds {
		all = append(all, withID(kind, fmt.Sprint("id", i)))
	}
	return all
}

func TestEveryMessageComesOutInOrderWithItsKeyboard(t *testing.T) {
	t.Parallel()
	const (
		image, video, audio, voice = channel.AttachmentImage, channel.AttachmentVideo, channel.AttachmentAudio, channel.AttachmentVoice
		document, sticker          = channel.AttachmentFile, channel.AttachmentSticker
	)
	inline := &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "A"}}}}
	replies := &channel.Keyboard{Rows: [][]channel.Button{{{Text: "A"}}}}
	none := &channel.Keyboard{}
	long := strings.Repeat("words ", 200)
	photo := withID("", "id")
	eleven := make([]channel.AttachmentKind, 11)
	for i := range eleven {
		eleven[i] = image
	}
	for name, test := range map[string]struct {
		m    channel.Message
		want []string
	}{
		"one file":                         {channel.Message{Text: "hi", Attachments: files(image), Keyboard: inline}, []string{`photo "hi" +keyboard`}},
		"a caption that is too long":       {channel.Message{Text: long, Attachments: files(image), Keyboard: inline}, []string{`message "words wor"`, `photo +keyboard`}},
		"a sticker with a text":            {channel.Message{Text: "hi", Attachments: files(sticker), Keyboard: inline}, []string{`message "hi"`, `sticker +keyboard`}},
		"an album":                         {channel.Message{Text: "hi", Attachments: files(image, video, image), ReplyTo: "9"}, []string{`photo video photo "hi" reply`}},
		"an album with an inline keyboard": {channel.Message{Text: "hi", Attachments: files(image, video, image), Keyboard: inline}, []string{`photo video "hi"`, `photo +keyboard`}},
		"two files with a reply keyboard":  {channel.Message{Text: "hi", Attachments: files(image, image), Keyboard: replies, ReplyTo: "9"}, []string{`photo "hi" reply`, `photo +keyboard`}},
		"an album that takes one away":     {channel.Message{Attachments: files(audio, audio, audio), Keyboard: none}, []string{`audio audio`, `audio +keyboard`}},
		"an empty inline keyboard is none": {channel.Message{Attachments: files(image, image), Keyboard: &channel.Keyboard{Inline: true}}, []string{`photo photo`}},
		"files that do not go together":    {channel.Message{Text: "hi", Attachments: files(image, video, document, document, audio, voice, voice, image)}, []string{`photo video "hi"`, `document document`, `audio`, `voice`, `voice`, `photo`}},
		"the same with a keyboard":         {channel.Message{Attachments: files(image, video, document, document), Keyboard: inline}, []string{`photo video`, `document`, `document +keyboard`}},
		"a sticker before an album":        {channel.Message{Text: "hi", Attachments: files(sticker, image, image), Keyboard: inline}, []string{`message "hi"`, `sticker`, `photo`, `photo +keyboard`}},
		"eleven":                           {channel.Message{Text: "hi", Attachments: files(eleven...)}, []string{strings.TrimSuffix(strings.Repeat("photo ", 10), " ") + ` "hi"`, `photo`}},
		"an album with a long text":        {channel.Message{Text: long, Attachments: files(image, image), Keyboard: inline}, []string{`message "words wor"`, `photo`, `photo +keyboard`}},
		"cards": {channel.Message{Text: "hi", Keyboard: inline, Cards: []channel.Card{
			{Title: "Tea", Subtitle: "Green", Image: &photo, Buttons: []channel.Button{{Text: "Buy"}}}, {Title: "Cup", Image: &photo},
		}}, []string{`message "hi"`, `photo "Tea\nGreen" +keyboard`, `photo "Cup" +keyboard`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &numbered{}
				sent, err := n.channel(t).Send(t.Context(), "5", test.m)
				require.NoError(t, err)
				assert.Equal(t, test.want, n.said)
				assert.Nil(t, sent.Rest)
				require.Len(t, sent.MessageIDs, n.last, "each message is named once")
				for i, got := range sent.MessageIDs {
					assert.Equal(t, fmt.Sprint(i+1), got)
				}
			})
		})
	}
}

func TestWhatIsWrongWithAFileIsSaidBeforeTheNetwork(t *testing.T) {
	t.Parallel()
	n := &numbered{}
	c := n.channel(t)
	both := withID(channel.AttachmentImage, "x")
	both.URL = "https://a.io/"
	for name, test := range map[string]struct {
		chatID string
		m      channel.Message
		reason channel.Reason
		says   string
	}{
		"no source":         {"5", one(channel.Attachment{Kind: channel.AttachmentImage}), channel.ErrInvalid, "Attachments[0]: no source"},
		"two sources":       {"5", one(both), channel.ErrInvalid, "Attachments[0]: 2 sources"},
		"a size":            {"5", one(channel.Attachment{Kind: channel.AttachmentImage, Size: 10<<20 + 1, Open: both.Open, URL: "https://a.io/"}), channel.ErrTooLarge, "Attachments[0].Size: 10485761 bytes, at most 10485760"},
		"a chat ID":         {"5 ", one(withID(channel.AttachmentImage, "x")), channel.ErrInvalid, "the chat ID"},
		"nothing":           {"5", channel.Message{}, channel.ErrInvalid, "nothing to send"},
		"a keyboard alone":  {"5", channel.Message{Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "x"}}}}}, channel.ErrInvalid, "Keyboard: nothing to stand with"},
		"a bad second file": {"5", channel.Message{Text: "hi", Attachments: []channel.Attachment{withID(channel.AttachmentImage, "x"), {Kind: "x"}}}, channel.ErrInvalid, "Attachments[1].Kind"},
		"data of a button":  {"5", channel.Message{Attachments: files(channel.AttachmentImage, channel.AttachmentImage), Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "x", Data: strings.Repeat("x", 65)}}}}}, channel.ErrTooLarge, "Data: 65 bytes, at most 64"},
		"a URL of a button": {"5", channel.Message{Attachments: files(channel.AttachmentImage, channel.AttachmentImage), Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "x", URL: "https://localhost/"}}}}}, channel.ErrInvalid, "Keyboard.Rows[0][0]: URL"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Send(t.Context(), test.chatID, test.m)
			assert.Contains(t, requireReason(t, err, test.reason).Error(), test.says)
		})
	}
	assert.Empty(t, n.said)
}

func TestAnAlbumOfWhichAnItemFailedMayBeOutInPart(t *testing.T) {
	t.Parallel()
	const wrapped = `failed to send message #%s with the error message \"%s\"`
	for name, test := range map[string]struct {
		now    answer
		calls  int
		reason channel.Reason
	}{
		"the first is refused":       {refused(400, "Bad Request: "+fmt.Sprintf(wrapped, "1", "WEBPAGE_MEDIA_EMPTY"), ""), 1, channel.ErrOutcomeUnknown},
		"the first is for nobody":    {refused(400, "Bad Request: "+fmt.Sprintf(wrapped, "1", "USER_IS_BLOCKED"), ""), 1, channel.ErrBlocked},
		"the first is too much":      {refused(400, "Bad Request: "+fmt.Sprintf(wrapped, "1", "Too Many Requests: retry after 3"), ""), 1, channel.ErrOutcomeUnknown},
		"the second is refused":      {refused(400, "Bad Request: "+fmt.Sprintf(wrapped, "2", "WEBPAGE_MEDIA_EMPTY"), ""), 1, channel.ErrOutcomeUnknown},
		"the second is too much":     {refused(400, "Bad Request: "+fmt.Sprintf(wrapped, "2", "Too Many Requests: retry after 3"), ""), 1, channel.ErrOutcomeUnknown},
		"an item that is no number":  {refused(400, "Bad Request: "+fmt.Sprintf(wrapped, "x", "FAILED"), ""), 1, channel.ErrOutcomeUnknown},
		"the album itself is wrong":  {refused(400, "Bad Request: chat not found", ""), 1, channel.ErrNotFound},
		"the album is a flood":       {refused(429, "Too Many Requests: retry after 3", `{"retry_after":3}`), 5, channel.ErrRateLimited},
		"a file in it is not there":  {refused(400, "Bad Request: wrong file identifier/HTTP URL specified", ""), 1, channel.ErrNotFound},
		"the answer is not an album": {ok(`{"message_id":5}`), 1, channel.ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				n := &numbered{fail: func(string, map[string][]string) *answer { calls++; return &test.now }}
				sent, err := n.channel(t).Send(t.Context(), "5", channel.Message{Text: "hi", Attachments: files(channel.AttachmentImage, channel.AttachmentImage)})
				requireReason(t, err, test.reason)
				assert.Equal(t, test.calls, calls)
				require.NotNil(t, sent.Rest)
				assert.Len(t, sent.Rest.Attachments, 2)
			})
		})
	}
}

func TestABlockThatALaterItemMetIsLearnt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		blocked := refused(400, `Bad Request: failed to send message #2 with the error message \"USER_IS_BLOCKED\"`, "")
		n := &numbered{fail: func(string, map[string][]string) *answer { return &blocked }}
		c := n.channel(t)
		_, err := c.Send(t.Context(), "5", channel.Message{Attachments: files(channel.AttachmentImage, channel.AttachmentImage)})
		requireReason(t, err, channel.ErrBlocked)
		known, err := c.Subscription(t.Context(), "5")
		require.NoError(t, err)
		assert.Equal(t, channel.ErrBlocked, known.Reason)
	})
}

func TestAlbumsToAGroupKeepItsPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &numbered{}
		c := n.channel(t)
		began := time.Now()
		album := channel.Message{Attachments: files(channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage, channel.AttachmentImage)}
		for range 2 {
			_, err := c.Send(t.Context(), "-5", album)
			require.NoError(t, err)
		}
		assert.Equal(t, time.Second, time.Since(began), "two albums are two calls to the chat")
		_, err := c.Send(t.Context(), "-5", channel.Text("the 21st"))
		require.NoError(t, err)
		assert.Equal(t, time.Minute, time.Since(began), "and twenty messages to the group")
	})
}

func TestAKeyContinuesAfterThePartThatWentOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &numbered{}
		down := true
		n.fail = func(method string, form map[string][]string) *answer {
			if down && len(form["reply_markup"]) > 0 {
				no := refused(400, "Bad Request: not enough rights to send photos to the chat", "")
				return &no
			}
			return nil
		}
		c := n.channel(t)
		m := channel.Message{
			Key: "k", Text: "hi", Attachments: []channel.Attachment{bytesOf(channel.AttachmentImage, "a"), bytesOf(channel.AttachmentImage, "b"), bytesOf(channel.AttachmentImage, "c")},
			Keyboard: &channel.Keyboard{Inline: true, Rows: [][]channel.Button{{{Text: "A"}}}},
		}
		sent, err := c.Send(t.Context(), "5", m)
		requireReason(t, err, channel.ErrForbidden)
		assert.Equal(t, []string{"1", "2"}, sent.MessageIDs)
		require.NotNil(t, sent.Rest)
		assert.Len(t, sent.Rest.Attachments, 1)
		assert.Empty(t, sent.Rest.Text)
		down = false
		sent, err = c.Send(t.Context(), "5", m)
		require.NoError(t, err)
		assert.Equal(t, []string{"1", "2", "3"}, sent.MessageIDs)
		assert.Equal(t, []string{`photo photo "hi"`, `photo +keyboard`}, n.said)
	})
}

func TestWhatTelegramCannotFetchIsUploaded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		says string
		want error // nil: it is sent
	}{
		"an address that it cannot reach":   {"Bad Request: failed to get HTTP URL content", nil},
		"what it does not take for a photo": {"Bad Request: wrong type of the web page content", nil},
		"an address that it does not like":  {"Bad Request: wrong HTTP URL specified", nil},
		"or takes for an ID":                {"Bad Request: wrong file identifier/HTTP URL specified", nil},
		"a file that it took back":          {"Bad Request: wrong remote file identifier specified: Wrong string length", channel.ErrNotFound},
		"a photo that is none":              {"Bad Request: IMAGE_PROCESS_FAILED", channel.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			cfg.Fetch = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("picture of " + r.URL.Path)), Request: r}, nil
			})}
			c, a := newTestOf(t, cfg, refused(400, test.says, ""), ok(`{"message_id":5}`))
			image := channel.Attachment{Kind: channel.AttachmentImage, URL: "https://a.io/me.jpg"}
			_, err := c.Send(t.Context(), "-5", channel.Message{Text: "me", Attachments: []channel.Attachment{image}})
			calls := a.made()
			assert.Equal(t, "https://a.io/me.jpg", calls[0].form.Get("photo"))
			if test.want != nil {
				require.ErrorIs(t, err, test.want)
				assert.Len(t, calls, 1)
				return
			}
			require.NoError(t, err)
			require.Len(t, calls, 2)
			assert.Equal(t, map[string]formFile{"photo": {"me.jpg", "picture of /me.jpg"}}, calls[1].files)
			assert.Equal(t, "me", calls[1].form.Get("caption"))
		})
	}
}
