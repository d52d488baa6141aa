package telegramtest

import (
	"net/url"
	"strconv"
	"strings"
)

// mentions makes text_mention of the links to people, tg://user?id=…, and tells who they are. Whoever the bot does not
// know cannot be mentioned: the text stays, without the entity.
func (s *Server) mentions(entities []Entity) []Entity {
	var kept []Entity
	for _, e := range entities {
		if id, mentions := e.mentioned(); mentions {
			e.Type, e.URL, e.User = "text_mention", "", s.known(id)
			if e.User == nil {
				continue
			}
		}
		kept = append(kept, e)
	}
	return kept
}

// mentioned is the id of the person that an entity leads to.
func (e Entity) mentioned() (id int64, mentions bool) {
	switch e.Type {
	case "text_mention":
		if e.User != nil {
			id = e.User.ID
		}
		return id, true
	case "text_link":
		u, err := url.Parse(e.URL)
		if err != nil || !strings.EqualFold(u.Scheme, "tg") || !strings.EqualFold(u.Host, "user") {
			return 0, false
		}
		id, err = strconv.ParseInt(u.Query().Get("id"), 10, 64)
		return id, err == nil && id > 0
	}
	return 0, false
}

// known is the user with this id if the bot has ever been told of her. A language is told with updates alone.
func (s *Server) known(id int64) *From {
	if id == s.botID {
		return s.bot()
	}
	u := s.usersByID[id]
	if u == nil || !u.met {
		return nil
	}
	return u.profile()
}
