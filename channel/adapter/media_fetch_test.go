package adapter

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

// web is what is at each URL.
type web map[string]string

func (w web) RoundTrip(r *http.Request) (*http.Response, error) {
	content, ok := w[r.URL.String()]
	status := http.StatusOK
	if !ok {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, ContentLength: -1, Body: io.NopCloser(strings.NewReader(content)), Request: r}, nil
}

// picky is a platform that takes files in any way, but fetches none, whatever it says. It notes what it got of each.
func picky(got *[]string, executed Executed) *sendDriver {
	d := &sendDriver{limits: everything()}
	d.limits.Upload[channel.AttachmentImage] = 100
	delete(d.limits.Upload, channel.AttachmentVideo)
	d.send = func(_ context.Context, _ int, p *Part) error {
		refused := false
		for _, a := range p.Message.Attachments {
			switch {
			case a.FileID != "":
				*got = append(*got, "ID "+a.FileID)
			case a.URL != "":
				*got = append(*got, a.URL)
				refused = true
			default:
				r, err := a.Open()
				if err != nil {
					return &native{Verdict{Error: *err.(*channel.Error), Executed: ExecutedNo}}
				}
				content, err := io.ReadAll(r)
				r.Close()
				if err != nil {
					return err
				}
				*got = append(*got, a.Name+": "+string(content))
			}
		}
		if refused {
			return &native{Verdict{
				Error: channel.Error{Reason: channel.ErrInvalid, Message: "cannot be fetched"}, Executed: executed, Refetch: true,
			}}
		}
		return nil
	}
	return d
}

func TestWhatThePlatformCannotFetchIsUploaded(t *testing.T) {
	t.Parallel()
	const here, gone = "https://a.example/pics/b.png?c=d", "https://a.example/gone.png"
	image := channel.Attachment{Kind: channel.AttachmentImage, URL: here}
	with := func(change func(a *channel.Attachment)) channel.Attachment {
		a := image
		change(&a)
		return a
	}
	for name, test := range map[string]struct {
		files    []channel.Attachment
		executed Executed
		got      []string
		fails    string // empty: it does not
	}{
		"a file": {[]channel.Attachment{image}, ExecutedNo, []string{here, "b.png: picture"}, ""},
		"one with a name": {
			[]channel.Attachment{with(func(a *channel.Attachment) { a.Name = "me.png" })}, ExecutedNo, []string{here, "me.png: picture"}, "",
		},
		"several, beside one that the platform has": {
			[]channel.Attachment{image, {Kind: channel.AttachmentImage, FileID: "7"}, image}, ExecutedNo,
			[]string{here, "ID 7", here, "b.png: picture", "ID 7", "b.png: picture"}, "",
		},
		"one that nobody can fetch": {
			[]channel.Attachment{with(func(a *channel.Attachment) { a.URL = gone })}, ExecutedNo, []string{gone},
			"test: send: Attachments.URL: a.example answered with status 404",
		},
		"one of a kind that is taken by URL alone": {
			[]channel.Attachment{with(func(a *channel.Attachment) { a.Kind = channel.AttachmentVideo })}, ExecutedNo, []string{here}, "cannot be fetched",
		},
		"one too large to upload": {
			[]channel.Attachment{with(func(a *channel.Attachment) { a.Size = 101 })}, ExecutedNo, []string{here}, "cannot be fetched",
		},
		"one too large beside another": {
			[]channel.Attachment{image, with(func(a *channel.Attachment) { a.Size = 101 })}, ExecutedNo,
			[]string{here, here, "b.png: picture", here}, "cannot be fetched",
		},
		"what may be out": {[]channel.Attachment{image}, ExecutedMaybe, []string{here}, "cannot be fetched"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			client := &http.Client{Transport: web{here: "picture"}}
			c := newSender(t, picky(&got, test.executed), channel.Options{Fetch: client})
			m := channel.Message{Text: "look", Attachments: test.files}
			sent, err := c.Send(t.Context(), "c", m)
			assert.Equal(t, test.got, got)
			if test.fails == "" {
				require.NoError(t, err)
				assert.Len(t, sent.MessageIDs, 1)
				return
			}
			require.ErrorContains(t, err, test.fails)
			assert.Equal(t, m, *sent.Rest, "as it was asked for")
		})
	}
}
