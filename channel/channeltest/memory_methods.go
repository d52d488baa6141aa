package channeltest

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/parley-go/parley/channel"
)

// memoryMethods carry calls out. The server's lock is held.
var memoryMethods = map[string]func(s *memoryServer, body []byte) (any, *memoryError){
	"send":          (*memoryServer).send,
	"edit":          (*memoryServer).edit,
	"delete":        withArgs((*memoryServer).delete),
	"react":         withArgs((*memoryServer).react),
	"typing":        withArgs((*memoryServer).typing),
	"answer":        withArgs((*memoryServer).answerPress),
	"users":         withArgs((*memoryServer).users),
	"subscriptions": withArgs((*memoryServer).subscriptions),
	"upload":        withArgs((*memoryServer).upload),
	"download":      withArgs((*memoryServer).download),
}

func withArgs(f func(s *memoryServer, a memoryArgs) (any, *memoryError)) func(*memoryServer, []byte) (any, *memoryError) {
	return func(s *memoryServer, body []byte) (any, *memoryError) {
		var a memoryArgs
		if err := json.Unmarshal(body, &a); err != nil {
			return nil, &memoryError{Code: memoryBad, Message: "malformed parameters"}
		}
		return f(s, a)
	}
}

// open is the chat, if it may be written to.
func (s *memoryServer) open(chatID string) (*MemoryUser, *memoryError) {
	u := s.chats[chatID]
	switch {
	case u == nil:
		return nil, &memoryError{Code: memoryNotFound, Message: "no such chat"}
	case u.blocked:
		return nil, &memoryError{Code: memoryBlocked, Message: "the person blocked the bot"}
	case !u.started:
		return nil, &memoryError{Code: memoryNotSubscribed, Message: "the person never wrote"}
	}
	return u, nil
}

func (s *memoryServer) send(body []byte) (any, *memoryError) {
	var p memorySend
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, &memoryError{Code: memoryBad, Message: "malformed message"}
	}
	u, native := s.open(p.Chat)
	if native == nil {
		native = s.check(p.Message)
	}
	if native != nil {
		return nil, native
	}
	u.last++
	p.Message.ID = strconv.Itoa(u.last)
	u.seen = append(u.seen, p.Message)
	return p.Message.ID, nil
}

func (s *memoryServer) edit(body []byte) (any, *memoryError) {
	var p memorySend
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, &memoryError{Code: memoryBad, Message: "malformed message"}
	}
	u, native := s.open(p.Chat)
	if native != nil {
		return nil, native
	}
	i := slices.IndexFunc(u.seen, func(m channel.Message) bool { return m.ID == p.MessageID })
	if i < 0 {
		return nil, &memoryError{Code: memoryNotFound, Message: "no such message"}
	}
	edited := u.seen[i]
	if edited.Keyboard = p.Message.Keyboard; p.Message.Text != "" || p.Message.Keyboard == nil {
		edited.Text, edited.Styles = p.Message.Text, p.Message.Styles
	}
	if native := s.check(edited); native != nil {
		return nil, native
	}
	u.seen[i] = edited
	return nil, nil
}

func (s *memoryServer) delete(a memoryArgs) (any, *memoryError) {
	u, native := s.open(a.Chat)
	if native != nil {
		return nil, native
	}
	u.seen = slices.DeleteFunc(u.seen, func(m channel.Message) bool { return slices.Contains(a.MessageIDs, m.ID) })
	return nil, nil
}

func (s *memoryServer) react(a memoryArgs) (any, *memoryError) {
	u, native := s.open(a.Chat)
	if native != nil {
		return nil, native
	}
	if n, err := strconv.Atoi(a.MessageID); err != nil || n < 1 || n > u.last {
		return nil, &memoryError{Code: memoryNotFound, Message: "no such message"}
	}
	if a.Emoji == "" {
		delete(u.reactions, a.MessageID)
		return nil, nil
	}
	u.reactions[a.MessageID] = a.Emoji
	return nil, nil
}

func (s *memoryServer) typing(a memoryArgs) (any, *memoryError) {
	_, native := s.open(a.Chat)
	return nil, native
}

func (s *memoryServer) answerPress(a memoryArgs) (any, *memoryError) {
	for _, u := range s.people {
		if i := slices.Index(u.presses, a.Press); i >= 0 {
			u.presses = slices.Delete(u.presses, i, i+1)
			u.answers = append(u.answers, a.Text)
			return nil, nil
		}
	}
	return nil, &memoryError{Code: memoryNotFound, Message: "no such press, or it is answered"}
}

func (s *memoryServer) users(a memoryArgs) (any, *memoryError) {
	if len(a.IDs) > 100 {
		return nil, &memoryError{Code: memoryBad, Message: "too many ids"}
	}
	found := make(map[string]memoryUser)
	for _, id := range a.IDs {
		if u := s.people[id]; u != nil {
			found[id] = u.profile
		}
	}
	return found, nil
}

func (s *memoryServer) subscriptions(a memoryArgs) (any, *memoryError) {
	if len(a.IDs) > 100 {
		return nil, &memoryError{Code: memoryBad, Message: "too many ids"}
	}
	found := make(map[string]channel.Subscription)
	for _, id := range a.IDs {
		switch _, native := s.open(id); {
		case native == nil:
			found[id] = channel.Subscription{State: channel.StateActive, Since: s.chats[id].since}
		case native.Code == memoryBlocked:
			found[id] = channel.Subscription{State: channel.StateInactive, Reason: channel.ErrBlocked, Since: s.chats[id].since}
		case native.Code == memoryNotSubscribed:
			found[id] = channel.Subscription{State: channel.StateInactive, Reason: channel.ErrNotSubscribed}
		}
	}
	return found, nil
}

func (s *memoryServer) upload(a memoryArgs) (any, *memoryError) {
	if len(a.Data) > 10<<20 {
		return nil, &memoryError{Code: memoryTooLong, Message: "more than 10 MiB"}
	}
	return s.keep(memoryFile{a.Name, a.MIME, a.Data}), nil
}

func (s *memoryServer) download(a memoryArgs) (any, *memoryError) {
	f, ok := s.file(a.File)
	if !ok {
		return nil, &memoryError{Code: memoryNotFound, Message: "no such file"}
	}
	return f.content, nil
}
