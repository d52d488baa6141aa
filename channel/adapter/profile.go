package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	opUser = "user"

	keepMissing = time.Hour // how long it is believed that there is no such person
)

// profile is what is known of a person, as the Store has it.
type profile struct {
	User    channel.User `json:"user,omitzero"`
	Full    time.Time    `json:"full,omitzero"`     // until then User is what the platform answered; later, what events told
	Missing time.Time    `json:"missing,omitzero"`  // until then the platform is believed that there is no such person
	AliasOf string       `json:"alias_of,omitzero"` // the ID under which the person is known; nothing else is set then
}

// User looks a person up: in the Store, then at the platform. Where that cannot tell, or not now, what events told of
// the person serves; that there is no such person, and that the account is refused, are errors all the same.
func (c *Channel) User(ctx context.Context, userID string) (channel.User, error) {
	if userID == "" {
		return channel.User{}, c.fail(opUser, &channel.Error{Reason: channel.ErrInvalid, Message: "no user ID"})
	}
	p, err := c.profile(ctx, userID)
	if err != nil {
		if ctx.Err() != nil {
			return channel.User{}, c.ended(opUser, ctx.Err())
		}
		c.sender.complain(c, "the store does not tell profiles", err)
	}
	now := time.Now()
	switch {
	case now.Before(p.Missing):
		return channel.User{}, c.fail(opUser, channel.ErrNotFound)
	case now.Before(p.Full):
		return p.User, nil
	case p.User.ID != "":
		userID = p.User.ID // it may have been asked for by an alias
	}
	u, failed := c.askUser(ctx, userID)
	if failed == nil {
		return u, nil
	}
	if p.User.ID != "" && ctx.Err() == nil && failed.Reason != channel.ErrNotFound && failed.Reason != channel.ErrUnauthorized {
		return p.User, nil
	}
	return channel.User{}, failed
}

// profile is what the Store has of a person, found by any ID.
func (c *Channel) profile(ctx context.Context, userID string) (profile, error) {
	p, _, err := c.profileOne(ctx, userID)
	if err == nil && p.AliasOf != "" {
		p, _, err = c.profileOne(ctx, p.AliasOf)
	}
	return p, err
}

func (c *Channel) profileOne(ctx context.Context, userID string) (profile, []byte, error) {
	var p profile
	value, err := c.store.Get(ctx, c.key(channel.KeyProfile, userID))
	if err != nil || value == nil {
		return p, value, err
	}
	if json.Unmarshal(value, &p) != nil { // of another version: it is looked up anew
		p = profile{}
	}
	return p, value, nil
}

// askUser asks the platform, and keeps the answer.
func (c *Channel) askUser(ctx context.Context, userID string) (channel.User, *channel.Error) {
	u, found, err := c.people.users.get(ctx, userID, c.rules.UserBatch, surviving(c, c.lookUp))
	if err != nil {
		return channel.User{}, c.lookupFailed(ctx, opUser, err)
	}
	if !found {
		return channel.User{}, c.fail(opUser, channel.ErrNotFound)
	}
	u.Aliases = slices.Clone(u.Aliases) // several may have this answer
	if u.Avatar != nil {
		avatar := *u.Avatar
		u.Avatar = &avatar
	}
	return u, nil
}

// lookUp asks the platform about people, and keeps each answer once, whoever waits for it. Those whose answer was kept
// since their look-up was asked for are left out.
func (c *Channel) lookUp(ctx context.Context, asked []string) (map[string]channel.User, error) {
	known := make(map[string]channel.User)
	ids := make([]string, 0, len(asked))
	for _, id := range asked {
		p, err := c.profile(ctx, id)
		switch now := time.Now(); {
		case err == nil && now.Before(p.Full):
			known[id] = p.User
		case err == nil && now.Before(p.Missing):
		default:
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return known, nil
	}
	var found map[string]channel.User
	err := c.carryOut(ctx, &attempt{
		op: opUser, chatIDs: ids, costs: c.rules.UserCosts, repeatable: true, bulk: channel.IsBulk(ctx), patience: c.patience(),
		job: callFunc(func(ctx context.Context) (err error) {
			found, err = c.driver.Users(ctx, ids)
			return err
		}),
	})
	if err != nil && !(len(ids) == 1 && errors.Is(err, channel.ErrNotFound)) {
		return nil, err
	}
	now := time.Now().UTC()
	for _, id := range ids {
		u, ok := found[id]
		if !ok {
			c.keep(ctx, id, keepMissing, func(p *profile) { *p = profile{Missing: now.Add(keepMissing)} })
			continue
		}
		setDefault(&u.ID, id)
		p := c.keep(ctx, u.ID, c.rules.UserKeep, func(p *profile) {
			*p = profile{User: merged(u, p.User), Full: now.Add(c.rules.UserKeep)}
		})
		c.pointProfiles(ctx, u.ID, append([]string{id}, p.User.Aliases...))
		known[id] = p.User
	}
	return known, nil
}

// learnProfile notes what an event tells of a person. It fails no event: the next one tells it again.
func (c *Channel) learnProfile(ctx context.Context, u *channel.User, now time.Time) {
	if !c.people.news(u.ID, told{printOf(u), now}, c.rules.UserKeep/2) {
		return
	}
	p := c.keep(ctx, u.ID, c.rules.UserKeep, func(p *profile) {
		p.User, p.Missing, p.AliasOf = merged(*u, p.User), time.Time{}, ""
		if !now.Before(p.Full) {
			p.Full = time.Time{}
		}
	})
	c.pointProfiles(ctx, u.ID, p.User.Aliases)
}

// told is a profile that was kept, and when.
type told struct {
	print uint64
	at    time.Time
}

// news reports whether this process did not keep the same of a person lately, and notes that it will.
func (p *people) news(userID string, is told, lately time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was, ok := p.profiles[userID]; ok && was.print == is.print && is.at.Sub(was.at) < lately {
		return false
	}
	if p.profiles == nil || len(p.profiles) >= maxMemos {
		p.profiles = make(map[string]told)
	}
	p.profiles[userID] = is
	return true
}

func (p *people) forgetProfile(userID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.profiles, userID)
}

// keep changes what the Store has of a person, and returns that, also when the Store fails.
func (c *Channel) keep(ctx context.Context, userID string, ttl time.Duration, change func(p *profile)) profile {
	var p profile
	var err error
	for range maxSwaps {
		var old []byte
		if p, old, err = c.profileOne(ctx, userID); err != nil {
			break
		}
		change(&p)
		var value []byte
		if value, err = json.Marshal(p); err != nil {
			break
		}
		var ok bool
		if ok, err = c.store.CompareAndSwap(ctx, c.key(channel.KeyProfile, userID), old, value, ttl); ok || err != nil {
			break
		}
	}
	if p.User.ID == "" { // also when an event told of the person just before: the next one tells again
		c.people.forgetProfile(userID)
	}
	if err != nil {
		c.people.forgetProfile(userID)
		p = profile{}
		change(&p)
		if ctx.Err() == nil {
			c.sender.complain(c, "the store does not keep profiles", err)
		}
	}
	return p
}

// pointProfiles has other IDs of a person find the profile.
func (c *Channel) pointProfiles(ctx context.Context, userID string, aliases []string) {
	for _, alias := range aliases {
		if alias == "" || alias == userID {
			continue
		}
		c.keep(ctx, alias, c.rules.UserKeep, func(p *profile) { *p = profile{AliasOf: userID} })
	}
}

// merged is u, with what it does not tell from what was known.
func merged(u, was channel.User) channel.User {
	if was.ID != u.ID {
		return u
	}
	for _, alias := range was.Aliases {
		if !slices.Contains(u.Aliases, alias) {
			u.Aliases = append(slices.Clip(u.Aliases), alias)
		}
	}
	for _, field := range []struct{ is, was *string }{
		{&u.Name, &was.Name}, {&u.FirstName, &was.FirstName}, {&u.LastName, &was.LastName}, {&u.Username, &was.Username},
		{&u.ProfileURL, &was.ProfileURL}, {&u.Language, &was.Language}, {&u.Country, &was.Country},
		{&u.Timezone, &was.Timezone}, {&u.Phone, &was.Phone},
	} {
		setDefault(field.is, *field.was)
	}
	if u.Avatar == nil {
		u.Avatar = was.Avatar
	}
	u.Bot = u.Bot || was.Bot
	return u
}

var printSeed = maphash.MakeSeed()

// printOf tells apart what events tell of a person. Of an avatar it has the file alone: its URL may change each time.
func printOf(u *channel.User) uint64 {
	print := maphash.Comparable(printSeed, [...]string{
		u.ID, u.Name, u.FirstName, u.LastName, u.Username, u.ProfileURL, u.Language, u.Country, u.Timezone, u.Phone,
	})
	if len(u.Aliases) == 0 && u.Avatar == nil {
		return print
	}
	var file string
	if u.Avatar != nil {
		file = u.Avatar.FileID
	}
	return maphash.Comparable(printSeed, struct {
		print         uint64
		aliases, file string
	}{print, strings.Join(u.Aliases, "\x00"), file})
}
