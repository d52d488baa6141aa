package channel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAKeyAsTextIsTheAccountTheKindAndTheID(t *testing.T) {
	t.Parallel()
	k := Key{Account: Account{"telegram", "12:3"}, Kind: KeyLimit, ID: "chat:5512345678"}
	assert.Equal(t, "telegram:12%3A3:limit:chat:5512345678", k.String())
}

func TestNoTwoKeysAreTheSameText(t *testing.T) {
	t.Parallel()
	parts := []string{"", "a", ":", "a:", ":a", "%3A", "%253A", "%", "event"}
	seen := map[string]Key{}
	for _, platform := range parts {
		for _, account := range parts {
			for _, kind := range parts {
				for _, id := range parts {
					k := Key{Account{platform, account}, KeyKind(kind), id}
					other, ok := seen[k.String()]
					assert.False(t, ok, "%#v and %#v", k, other)
					seen[k.String()] = k
				}
			}
		}
	}
}
