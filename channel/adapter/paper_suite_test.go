package adapter_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/channel/adapter"
	"github.com/parley-go/parley/channel/channeltest"
	"github.com/stretchr/testify/require"
)

// paperOpen is a harness of a paper driver: it has no emulator, so the suite looks at what is received alone.
func paperOpen(d adapter.Driver, h channeltest.Harness) func(t *testing.T, o channel.Options) channeltest.Harness {
	return func(t *testing.T, o channel.Options) channeltest.Harness {
		ch, err := adapter.New(d, o)
		require.NoError(t, err)
		mine := h
		mine.Channel = ch
		return mine
	}
}

func paperWith(body []byte, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://bot.example/hook", bytes.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func paperQuery(query string) func() *http.Request {
	return func() *http.Request {
		return httptest.NewRequest(http.MethodGet, "https://bot.example/hook?"+query, nil)
	}
}

func unsigned(body []byte) *http.Request { return paperWith(body) }

func payload(name, body string, kinds ...channel.EventKind) channeltest.Payload {
	return channeltest.Payload{Name: name, Body: []byte(body), Kinds: kinds}
}

func TestPaperViberPassesTheSuite(t *testing.T) {
	t.Parallel()
	sign := func(body []byte) *http.Request {
		k, v := viberSign(string(body))
		return paperWith(body, k, v)
	}
	channeltest.Run(t, paperOpen(&paperViber{token: viberToken, client: paperClient(viberSent)}, channeltest.Harness{
		Request: sign, Signed: true,
		Forgeries: map[string]func([]byte) *http.Request{"without a signature": unsigned},
		Handshakes: []channeltest.Handshake{{Name: "the probe of set_webhook", Request: func() *http.Request {
			return sign([]byte(`{"event":"webhook","timestamp":1763800000001,"message_token":6123456789012340001}`))
		}}},
		Payloads: []channeltest.Payload{
			payload("message", viberMessage, channel.EventMessage),
			payload("conversation_started", viberStarted, channel.EventStarted),
			payload("unsubscribed", `{"event":"unsubscribed","timestamp":1700000000123,"chat_hostname":"SN-CHAT-07_","user_id":"AbCdEf0123456789+/ABCg==","message_token":5923456789012345678}`, channel.EventSubscription),
			payload("client_status", `{"event":"client_status","timestamp":1763800007000,"message_token":6123456789012340007,"user":{"id":"AbCdEf0123456789+/ABCg=="},"status":{"type":"payment","code":0}}`, channel.EventOther),
		},
		Secrets: []string{viberToken},
	}))
}

func TestPaperVKPassesTheSuite(t *testing.T) {
	t.Parallel()
	d := &paperVK{secret: vkSecret, token: "vk1.a.TOKEN", confirmation: "1a2b3c4d", client: paperClient(`{"response":1}`)}
	press := payload("message_event", vkPress, channel.EventPostback)
	press.Opaque = []string{"payload"}
	channeltest.Run(t, paperOpen(d, channeltest.Harness{
		Request: func(body []byte) *http.Request { return paperWith(body) },
		Forgeries: map[string]func([]byte) *http.Request{
			"with another secret": func(body []byte) *http.Request {
				return paperWith(bytes.ReplaceAll(body, []byte(vkSecret), []byte("another")))
			},
			"of another community": func(body []byte) *http.Request {
				return paperWith(bytes.ReplaceAll(body, []byte(`"group_id":700100200`), []byte(`"group_id":1`)))
			},
		},
		Handshakes: []channeltest.Handshake{
			{Name: "confirmation", Answer: "1a2b3c4d", Request: func() *http.Request {
				return paperWith([]byte(`{"type":"confirmation","group_id":700100200}`))
			}},
			{Name: "confirmation of a stranger", Status: http.StatusForbidden, Request: func() *http.Request {
				return paperWith([]byte(`{"type":"confirmation","group_id":7}`))
			}},
		},
		Payloads: []channeltest.Payload{
			payload("message_new", vkMessageNew, channel.EventMessage),
			payload("message_reply", vkReply, channel.EventEcho),
			press,
		},
		Secrets: []string{vkSecret, "vk1.a.TOKEN"},
	}))
}

func TestPaperFacebookPassesTheSuite(t *testing.T) {
	t.Parallel()
	d := &paperFacebook{
		paperMetaApp: paperMetaApp{metaSecret, "verify-me"}, page: facebookPage, token: "EAATESTTOKEN", client: paperClient(facebookSent),
	}
	at := time.UnixMilli(1790000000500)
	channeltest.Run(t, paperOpen(d, channeltest.Harness{
		Request: metaRequest, Signed: true,
		Forgeries:  map[string]func([]byte) *http.Request{"without a signature": unsigned},
		Handshakes: metaHandshakes,
		Payloads: []channeltest.Payload{
			payload("message", facebookBody(at, facebookText), channel.EventMessage),
			payload("reaction", facebookBody(at, facebookReaction), channel.EventReaction),
			payload("message and echo", facebookBody(at, facebookText+","+facebookEcho), channel.EventMessage, channel.EventEcho),
		},
		Secrets: []string{metaSecret, "verify-me", "EAATESTTOKEN"},
	}))
}

func TestPaperWhatsAppPassesTheSuite(t *testing.T) {
	t.Parallel()
	d := &paperWhatsApp{
		paperMetaApp: paperMetaApp{metaSecret, "verify-me"}, number: whatsAppNumber, token: "EAATESTTOKEN", client: paperClient(whatsAppSent),
	}
	at := time.Unix(1795300000, 0)
	channeltest.Run(t, paperOpen(d, channeltest.Harness{
		Request: metaRequest, Signed: true,
		Forgeries:  map[string]func([]byte) *http.Request{"without a signature": unsigned},
		Handshakes: metaHandshakes,
		Payloads: []channeltest.Payload{
			payload("text", whatsAppBody(whatsAppText("wamid.1", at)), channel.EventMessage),
			payload("failed", whatsAppBody(whatsAppFailed(131047, at)), channel.EventReceipt),
			payload("batch", whatsAppBody(whatsAppText("wamid.1", at), whatsAppFailed(131026, at), whatsAppText("wamid.2", at)),
				channel.EventMessage, channel.EventReceipt, channel.EventMessage),
		},
		Secrets: []string{metaSecret, "verify-me", "EAATESTTOKEN"},
	}))
}

var metaHandshakes = []channeltest.Handshake{
	{Name: "subscribe", Request: paperQuery("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=42"), Answer: "42"},
	{Name: "stranger", Request: paperQuery("hub.mode=subscribe&hub.verify_token=guess&hub.challenge=42"), Status: http.StatusForbidden},
}

func metaRequest(body []byte) *http.Request {
	return paperWith(body, "X-Hub-Signature-256", metaSign(string(body)))
}

func paperClient(always string) *http.Client {
	return &http.Client{Transport: &paperAPI{always: strings.TrimSpace(always)}}
}
