package adapter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/parley-go/parley/channel"
)

// progress is how far the send under a Key came, as the Store has it: written before each part's call, so that the
// holder's crash in the middle of one is an unknown outcome to the next.
type progress struct {
	Forms []form       `json:"forms,omitzero"`
	Next  int          `json:"next,omitzero"`  // those before are sent
	Tried time.Time    `json:"tried,omitzero"` // when the call of Next was first begun; zero: what became of it is known
	Done  bool         `json:"done,omitzero"`
	Sent  channel.Sent `json:"sent,omitzero"`
}

// form is a message that is good under the key: the one first sent, or a Rest that was returned.
type form struct {
	Print string `json:"print,omitzero"`
	First int    `json:"first,omitzero"` // Part.Index of its first part
}

// messagePrint tells messages apart. Bytes that an attachment would open are not in it.
func messagePrint(m channel.Message) (string, error) {
	m.Key = ""
	b, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}

func (p *progress) form(print string) (form, bool) {
	i := slices.IndexFunc(p.Forms, func(f form) bool { return f.Print == print })
	if i < 0 {
		return form{}, false
	}
	return p.Forms[i], true
}

func (p *progress) allow(f form) {
	if _, ok := p.form(f.Print); ok {
		return
	}
	if p.Forms = append(p.Forms, f); len(p.Forms) > keepForms {
		p.Forms = slices.Delete(p.Forms, 1, 2)
	}
}
