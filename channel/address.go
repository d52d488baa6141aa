package channel

import (
	"fmt"
	"strings"
)

// Account names a business account: a bot, a community, a Page, a phone number. As text it reads telegram:123456.
type Account struct {
	Platform string // telegram, viber, vk, facebook
	ID       string // the platform's own
}

// Address names a chat of an account: all that a CRM need keep to write there. As text it reads telegram:123456:789.
type Address struct {
	Account Account
	ChatID  string // a Chat.ID
}

var (
	escaper   = strings.NewReplacer("%", "%25", ":", "%3A")
	unescaper = strings.NewReplacer("%3A", ":", "%3a", ":", "%25", "%")
)

// String is the platform and the ID, joined by a colon; colons within the ID are written %3A.
func (a Account) String() string {
	if a == (Account{}) {
		return ""
	}
	return escaper.Replace(a.Platform) + ":" + escaper.Replace(a.ID)
}

// MarshalText is String.
func (a Account) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is ParseAccount.
func (a *Account) UnmarshalText(b []byte) (err error) { *a, err = ParseAccount(string(b)); return err }

// ParseAccount reads what Account.String wrote. The empty string is the zero Account.
func ParseAccount(s string) (Account, error) {
	if s == "" {
		return Account{}, nil
	}
	platform, id, ok := strings.Cut(s, ":")
	if !ok || platform == "" || strings.Contains(id, ":") {
		return Account{}, fmt.Errorf("channel: malformed account %q", s)
	}
	return Account{unescaper.Replace(platform), unescaper.Replace(id)}, nil
}

// String is the account and the chat ID, joined by a colon; colons within each of them are written %3A.
func (a Address) String() string {
	if a == (Address{}) {
		return ""
	}
	return a.Account.String() + ":" + escaper.Replace(a.ChatID)
}

// MarshalText is String.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is ParseAddress.
func (a *Address) UnmarshalText(b []byte) (err error) { *a, err = ParseAddress(string(b)); return err }

// ParseAddress reads what Address.String wrote. The empty string is the zero Address.
func ParseAddress(s string) (Address, error) {
	if s == "" {
		return Address{}, nil
	}
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return Address{}, fmt.Errorf("channel: malformed address %q", s)
	}
	account, err := ParseAccount(s[:i])
	if err != nil || account == (Account{}) {
		return Address{}, fmt.Errorf("channel: malformed address %q", s)
	}
	return Address{account, unescaper.Replace(s[i+1:])}, nil
}
