package telegram_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/channeltest"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

const (
	secretHeader  = "X-Telegram-Bot-Api-Secret-Token"
	webhookSecret = "canary_webhook-secret_of_the_suite"
	webhookURL    = "https://bot.example/telegram/7700110011"
)

func TestChannel(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, harness)
}

func harness(t *testing.T, o channel.Options) channeltest.Harness {
	platform := telegramtest.NewServer(t)
	o.Client = platform.Client()
	bot, err := telegram.New(telegram.Config{
		Token: channel.Secret(platform.Token()), Secret: webhookSecret, UploadChat: keeper(t, platform), Options: o,
	})
	require.NoError(t, err)
	before := len(platform.Requests())
	_, tokenSecret, _ := strings.Cut(platform.Token(), ":")
	var hooked sync.Once
	return channeltest.Harness{
		Channel: bot,
		Serve: func(h http.Handler) {
			platform.Serve(h)
			hooked.Do(func() { setWebhook(t, platform) }) // Telegram takes it once a second
		},
		User:        people(t, platform),
		Request:     func(body []byte) *http.Request { return webhookRequest(body, webhookSecret) },
		Forgeries:   forgeries(),
		Payloads:    payloads,
		Subscribed:  subscribed(),
		Ordered:     true,
		BlockReason: channel.ErrBlocked,
		MaxText:     4096,
		Rate:        channeltest.Rate{N: 30, Per: time.Second},
		ChatRate:    channeltest.Rate{N: 1, Per: time.Second},
		Deadline:    50 * time.Second,
		Faults:      slices.Collect(maps.Keys(faults)),
		Fault: func(f channeltest.Fault) {
			native := faults[f.Kind]
			native.RetryAfter, native.Status = f.RetryAfter, f.Status
			platform.Fault(native)
		},
		Media: media(t),
		Host: func(name string, content []byte) string {
			address := "https://files.example/" + name
			platform.Host(address, telegramtest.Hosted{Data: content})
			return address
		},
		Calls:     func() int { return len(platform.Requests()) - before },
		Throttled: func() int { return throttled(platform) },
		Secrets:   []string{platform.Token(), tokenSecret, webhookSecret},
	}
}

// keeper is a chat for the bot's files. What began it is read off by a poll, so that no time passes.
func keeper(t *testing.T, platform *telegramtest.Server) (chatID string) {
	t.Helper()
	u := platform.NewUser("Keeper of files")
	began := make(chan error)
	go func() { began <- u.Start("") }()
	synctest.Wait()
	poll := func(offset string) (id int64) {
		response, err := platform.Client().PostForm("https://api.telegram.org/bot"+platform.Token()+"/getUpdates", url.Values{"offset": {offset}})
		require.NoError(t, err)
		defer response.Body.Close()
		var reply struct {
			Result []struct {
				ID int64 `json:"update_id"`
			}
		}
		require.NoError(t, json.NewDecoder(response.Body).Decode(&reply))
		for _, update := range reply.Result {
			id = update.ID
		}
		return id
	}
	poll(strconv.FormatInt(poll("0")+1, 10))
	require.NoError(t, <-began)
	return u.ChatID()
}

// setWebhook is not the channel's Register, so that the channel has done nothing yet when a check begins.
func setWebhook(t *testing.T, platform *telegramtest.Server) {
	t.Helper()
	response, err := platform.Client().PostForm("https://api.telegram.org/bot"+platform.Token()+"/setWebhook",
		url.Values{"url": {webhookURL}, "secret_token": {webhookSecret}})
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func people(t *testing.T, platform *telegramtest.Server) func(name string) channeltest.Person {
	return func(name string) channeltest.Person {
		u := platform.NewUser(name)
		did := func(err error) {
			if err != nil && !errors.Is(err, telegramtest.ErrExpired) && !errors.Is(err, telegramtest.ErrClosed) {
				assert.NoError(t, err)
			}
		}
		return channeltest.Person{
			ID: u.ID(), ChatID: u.ChatID(),
			Write:     func(text string) { did(u.Write(text)) },
			Texts:     func() []string { return texts(u) },
			Messages:  func() []channel.Message { return seenBy(platform, u) },
			Start:     func(ref string) { did(u.Start(ref)) },
			Open:      func(link string) { did(u.Open(link)) },
			Press:     func(label string) { did(u.Press(label)) },
			Answers:   u.Answers,
			SendFiles: func(caption string, files ...channel.Attachment) { did(sendFiles(t, u, caption, files)) },
			Block:     func() { did(u.Block()) },
			Unblock:   func() { did(u.Unblock()) },
		}
	}
}

// texts are those of the messages that the person sees.
func texts(u *telegramtest.User) []string {
	var seen []string
	for _, m := range u.Messages() {
		if !m.Deleted {
			seen = append(seen, textOf(m))
		}
	}
	return seen
}

// seenBy is the messages of texts in the suite's words.
func seenBy(platform *telegramtest.Server, u *telegramtest.User) []channel.Message {
	none := previews(platform, u)
	var all []channel.Message
	for _, m := range u.Messages() {
		if m.Deleted {
			continue
		}
		shown := channel.Message{
			ID: m.ID, Text: textOf(m), Styles: stylesOf(m), Keyboard: keyboardOf(m.Keyboard), ReplyTo: m.ReplyTo, Silent: m.Silent,
			AlbumID: m.AlbumID,
		}
		if rest := none[m.Text]; len(rest) > 0 {
			shown.NoPreview, none[m.Text] = rest[0], rest[1:]
		}
		if m.Media != nil {
			shown.Attachments = []channel.Attachment{seenFile(m.Media)}
		}
		if l := m.Location; l != nil {
			shown.Location = &channel.Location{Latitude: l.Latitude, Longitude: l.Longitude}
		}
		if v := m.Venue; v != nil {
			shown.Location = &channel.Location{
				Latitude: v.Location.Latitude, Longitude: v.Location.Longitude, Title: v.Title, Address: v.Address,
			}
		}
		if c := m.Contact; c != nil {
			shown.Contacts = []channel.Contact{{Phone: c.Phone, FirstName: c.FirstName, LastName: c.LastName, VCard: c.VCard}}
		}
		all = append(all, shown)
	}
	return all
}

// previews tells of each text that a person was sent whether its links show none, by the text, in order: that is in the
// requests alone.
func previews(platform *telegramtest.Server, u *telegramtest.User) map[string][]bool {
	none := map[string][]bool{}
	for _, r := range platform.Requests() {
		if p := r.Parameters; r.Method == "sendMessage" && r.Status == http.StatusOK && p["chat_id"] == u.ChatID() {
			none[p["text"]] = append(none[p["text"]], strings.Contains(p["link_preview_options"], `"is_disabled":true`))
		}
	}
	return none
}

// textOf is the text of a message, or its caption.
func textOf(m telegramtest.Message) string {
	if m.Media != nil {
		return m.Media.Caption
	}
	return m.Text
}

func seenFile(m *telegramtest.Media) channel.Attachment {
	for kind, native := range kinds {
		if native == m.Kind {
			a := of(kind, m.Data)
			a.Name = m.Name
			return a
		}
	}
	return channel.Attachment{Kind: channel.AttachmentOther}
}

// media is a file of each kind. The emulator looks into pictures alone.
func media(t *testing.T) (all []channel.Attachment) {
	for kind, name := range map[channel.AttachmentKind]string{
		channel.AttachmentImage: "a.jpg", channel.AttachmentVideo: "a.mp4", channel.AttachmentAudio: "a.mp3",
		channel.AttachmentVoice: "a.ogg", channel.AttachmentFile: "a.pdf", channel.AttachmentSticker: "a.webp",
		channel.AttachmentAnimation: "b.mp4", channel.AttachmentVideoNote: "c.mp4",
	} {
		content := []byte("the bytes of a " + kind)
		if kind == channel.AttachmentImage {
			content = picture(t, 64, 48)
		}
		a := of(kind, content)
		a.Name = name
		all = append(all, a)
	}
	return all
}

// sendFiles has the person send one file, or an album.
func sendFiles(t *testing.T, u *telegramtest.User, caption string, files []channel.Attachment) error {
	var items []telegramtest.Media
	for i, a := range files {
		r, err := a.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		item := telegramtest.Media{Kind: kinds[a.Kind], Data: content, Name: a.Name}
		if a.Kind == channel.AttachmentImage || a.Kind == channel.AttachmentVoice || a.Kind == channel.AttachmentVideoNote || a.Kind == channel.AttachmentSticker {
			item.Name = ""
		}
		if i == 0 {
			item.Caption = caption
		}
		items = append(items, item)
	}
	if len(items) == 1 {
		return u.Send(items[0])
	}
	return u.SendAlbum(items...)
}

// stylesOf leaves out what the platform found by itself.
func stylesOf(m telegramtest.Message) []channel.Style {
	text := textOf(m)
	bytesBefore := []int{} // by UTF-16 code units
	for i, c := range text {
		for range utf16.RuneLen(c) {
			bytesBefore = append(bytesBefore, i)
		}
	}
	bytesBefore = append(bytesBefore, len(text))
	var styles []channel.Style
	for _, e := range m.Entities {
		for kind, look := range looks {
			if look == e.Type {
				styles = append(styles, channel.Style{
					Kind: kind, Start: bytesBefore[e.Offset], End: bytesBefore[e.Offset+e.Length], URL: e.URL, Language: e.Language,
				})
			}
		}
	}
	return styles
}

func keyboardOf(k *telegramtest.Keyboard) *channel.Keyboard {
	if k == nil {
		return nil
	}
	shown := &channel.Keyboard{Inline: k.Inline, OneTime: k.OneTime}
	for _, row := range k.Rows {
		var buttons []channel.Button
		for _, b := range row {
			buttons = append(buttons, channel.Button{Text: b.Text, URL: b.URL})
		}
		shown.Rows = append(shown.Rows, buttons)
	}
	return shown
}

func throttled(platform *telegramtest.Server) (n int) {
	for _, r := range platform.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func webhookRequest(body []byte, secrets ...string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, webhookURL, bytes.NewReader(body))
	if err != nil {
		panic(err) // of the constant URL
	}
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "149.154.167.220:40000"
	r.Header.Set("Content-Type", "application/json")
	for _, secret := range secrets {
		r.Header.Add(secretHeader, secret)
	}
	return r
}

func forgeries() map[string]func(body []byte) *http.Request {
	with := func(secrets ...string) func(body []byte) *http.Request {
		return func(body []byte) *http.Request { return webhookRequest(body, secrets...) }
	}
	return map[string]func(body []byte) *http.Request{
		"without a secret":         with(),
		"with an empty secret":     with(""),
		"with another secret":      with("another-secret"),
		"with part of the secret":  with(webhookSecret[:len(webhookSecret)-1]),
		"with more than it":        with(webhookSecret + "x"),
		"in capitals":              with(strings.ToUpper(webhookSecret)),
		"with another one first":   with("another-secret", webhookSecret),
		"with it in the URL alone": func(body []byte) *http.Request { return inURL(webhookRequest(body)) },
	}
}

func inURL(r *http.Request) *http.Request {
	r.URL.RawQuery = url.Values{secretHeader: {webhookSecret}, "secret_token": {webhookSecret}}.Encode()
	r.RequestURI = r.URL.RequestURI()
	return r
}

// faults are the emulator's for those of the suite. There is none for FaultUnavailable: the Bot API refuses with a 5xx,
// after which nobody knows what was done.
var faults = map[channeltest.FaultKind]telegramtest.Fault{
	channeltest.FaultRateLimited:  {Kind: telegramtest.TooManyRequests},
	channeltest.FaultRefused:      {Kind: telegramtest.RefusedConnection},
	channeltest.FaultLost:         {Kind: telegramtest.LostResponse},
	channeltest.FaultGarbled:      {Kind: telegramtest.GarbledResponse},
	channeltest.FaultFailed:       {Kind: telegramtest.ServerError},
	channeltest.FaultCut:          {Kind: telegramtest.CutConnection},
	channeltest.FaultUnauthorized: {Kind: telegramtest.Unauthorized},
	channeltest.FaultUndelivered:  {Kind: telegramtest.DroppedUpdate},
	channeltest.FaultDuplicated:   {Kind: telegramtest.DuplicateDelivery},
	channeltest.FaultUnanswered:   {Kind: telegramtest.LostReply},
}
