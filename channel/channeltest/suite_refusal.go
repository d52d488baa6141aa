package channeltest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/internal/inmem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusalChecks are about requests that never reach the handler.
var refusalChecks = []check{
	{"a request that is not genuine is refused", has(hasRequest, func(h Harness) bool { return len(h.Forgeries) > 0 }), checkForgeries},
	{"a body that was changed is refused", has(hasRequest, func(h Harness) bool { return h.Signed }), checkFlippedBits},
	{"a request by another method is refused with 405", hasRequest, checkMethod},
	{"a body that is too large is refused with 413", hasRequest, checkTooLarge},
	{"a body of the largest size is taken whole", hasRequest, checkLargest},
	{"a body that ends early is refused with 400", hasRequest, checkShortRead},
	{"a handshake is answered in the platform's words", hasHandshake, checkHandshakes},
	{"a body that is no JSON reaches nobody", hasRequest, checkGarbage},
}

func checkForgeries(s *scene) {
	s.open(channel.Options{})
	before := s.store.uses()
	for _, name := range slices.Sorted(maps.Keys(s.Forgeries)) {
		for _, p := range s.Payloads {
			a := s.deliver(s.Forgeries[name](p.Body))
			assert.True(s, refused(a), "%s, %s: %d", name, p.Name, a.Status)
		}
	}
	assert.Empty(s, s.in.kinds())
	assert.Equal(s, before, s.store.uses(), "nothing may be done before a request is verified")
}

func checkFlippedBits(s *scene) {
	s.open(channel.Options{})
	for _, p := range s.Payloads {
		step := max(1, len(p.Body)/64)
		for i := 0; i < len(p.Body); i += step {
			r := s.Request(p.Body)
			changed := bytes.Clone(p.Body)
			changed[i] ^= 1 << (i % 8)
			setBody(r, changed)
			a := s.deliver(r)
			assert.True(s, refused(a), "%s, byte %d: %d", p.Name, i, a.Status)
		}
	}
	assert.Empty(s, s.in.kinds())
}

func setBody(r *http.Request, body []byte) {
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

func checkMethod(s *scene) {
	s.open(channel.Options{})
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		r := s.Request(s.Payloads[0].Body)
		r.Method = method
		assert.Equal(s, http.StatusMethodNotAllowed, s.deliver(r).Status, method)
	}
	assert.Empty(s, s.in.kinds())
}

const smallBody = 64 << 10

// spaced is the body with as much white space behind it as makes n bytes.
func spaced(body []byte, n int) []byte {
	return append(bytes.Clone(body), bytes.Repeat([]byte(" "), max(0, n-len(body)))...)
}

func checkTooLarge(s *scene) {
	s.open(channel.Options{MaxBody: smallBody})
	body := spaced(s.Payloads[0].Body, smallBody+1)
	declared := s.Request(body)
	assert.Equal(s, http.StatusRequestEntityTooLarge, s.deliver(declared).Status)
	chunked := s.Request(body)
	chunked.ContentLength = -1
	assert.Equal(s, http.StatusRequestEntityTooLarge, s.deliver(chunked).Status, "of a length that was not declared")
	assert.Empty(s, s.in.kinds(), "no body is cut to fit")
}

func checkLargest(s *scene) {
	s.open(channel.Options{MaxBody: smallBody})
	a := s.deliver(s.Request(spaced(s.Payloads[0].Body, smallBody)))
	assert.True(s, acknowledged(a), "%d", a.Status)
	assert.ElementsMatch(s, s.Payloads[0].Kinds, s.in.kinds())
}

func checkShortRead(s *scene) {
	s.open(channel.Options{})
	body := s.Payloads[0].Body
	cut := s.Request(body)
	cut.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), brokenReader{}))
	assert.Equal(s, http.StatusBadRequest, s.deliver(cut).Status)
	short := s.Request(body)
	short.ContentLength++
	assert.Equal(s, http.StatusBadRequest, s.deliver(short).Status, "of less than was declared")
	assert.Empty(s, s.in.kinds())
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func checkGarbage(s *scene) {
	s.open(channel.Options{})
	for _, body := range []string{"", " ", "null", "0", `""`, "[]", "{}", "{", "\x00", "<xml/>", `{"a":`, "[[[[[[[["} {
		a := s.deliver(s.Request([]byte(body)))
		assert.True(s, refused(a) || acknowledged(a), "%q: %d has it delivered again for ever", body, a.Status)
	}
	for _, kind := range s.in.kinds() {
		assert.Equal(s, channel.EventOther, kind)
	}
}

func checkHandshakes(s *scene) {
	s.open(channel.Options{})
	for _, shake := range s.Handshakes {
		for range 2 {
			answer, err := inmem.Serve(s.handler, shake.Request(), s.Deadline) // which may show what only the platform may know
			require.NoError(s, s.note(err), shake.Name)
			if shake.Status != 0 && shake.Status != http.StatusOK {
				assert.Equal(s, shake.Status, answer.Status, shake.Name)
				s.say(string(answer.Body))
				continue
			}
			assert.Equal(s, http.StatusOK, answer.Status, shake.Name)
			assert.Equal(s, shake.Answer, string(answer.Body), shake.Name)
		}
	}
	assert.Empty(s, s.in.kinds())
}
