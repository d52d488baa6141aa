package telegramtest

import (
	"fmt"
	"slices"
	"strings"
)

// status is what somebody is in a chat, as ChatMember has it.
type status string

const (
	creator       status = "creator"
	administrator status = "administrator"
	member        status = "member"
	restricted    status = "restricted"
	left          status = "left"
	kicked        status = "kicked"
)

// Right is something that an administrator may do, named as in ChatMemberAdministrator,
// https://core.telegram.org/bots/api#chatmemberadministrator.
type Right string

// The rights that an administrator can have.
const (
	ManageChat           Right = "can_manage_chat"
	ChangeInfo           Right = "can_change_info"
	PostMessages         Right = "can_post_messages" // in channels
	EditMessages         Right = "can_edit_messages" // in channels
	DeleteMessages       Right = "can_delete_messages"
	RestrictMembers      Right = "can_restrict_members"
	InviteUsers          Right = "can_invite_users"
	PinMessages          Right = "can_pin_messages"  // in groups
	ManageTopics         Right = "can_manage_topics" // in groups
	PromoteMembers       Right = "can_promote_members"
	ManageVideoChats     Right = "can_manage_video_chats"
	PostStories          Right = "can_post_stories"
	EditStories          Right = "can_edit_stories"
	DeleteStories        Right = "can_delete_stories"
	ManageDirectMessages Right = "can_manage_direct_messages" // in channels
	ManageTags           Right = "can_manage_tags"            // in groups
	Anonymous            Right = "is_anonymous"
)

// everyRight is told for each administrator, but for those that the other kind of chat has.
var everyRight = []Right{
	ManageChat, ChangeInfo, DeleteMessages, RestrictMembers, InviteUsers, PromoteMembers, ManageVideoChats,
	PostStories, EditStories, DeleteStories, Anonymous,
}

var (
	channelRights = []Right{PostMessages, EditMessages, ManageDirectMessages}
	groupRights   = []Right{PinMessages, ManageTopics, ManageTags}
)

func rightsIn(kind chatKind) []Right {
	if kind == broadcast {
		return append(slices.Clone(everyRight), channelRights...)
	}
	return append(slices.Clone(everyRight), groupRights...)
}

// usualRights is what whoever names no rights gives: all but to promote others and to hide behind the chat.
func usualRights(kind chatKind) []Right {
	return slices.DeleteFunc(rightsIn(kind), func(r Right) bool { return r == PromoteMembers || r == Anonymous })
}

// linkedRights reads the names in the admin parameter of a link, https://core.telegram.org/bots/features#deep-linking.
func linkedRights(names string) (rights []Right, err error) {
	for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == '+' || r == ' ' }) {
		right := Right("can_" + name)
		if name == "anonymous" {
			right = Anonymous
		}
		if !slices.Contains(rightsIn(broadcast), right) && !slices.Contains(rightsIn(supergroup), right) {
			return nil, fmt.Errorf("no right is called %q", name)
		}
		rights = append(rights, right)
	}
	return rights, nil
}

// Permission is something that a restricted member may do, named as in ChatMemberRestricted,
// https://core.telegram.org/bots/api#chatmemberrestricted.
type Permission string

// The permissions that decide what may be sent.
const (
	SendMessages   Permission = "can_send_messages" // texts, contacts, locations and venues
	SendAudios     Permission = "can_send_audios"
	SendDocuments  Permission = "can_send_documents"
	SendPhotos     Permission = "can_send_photos"
	SendVideos     Permission = "can_send_videos"
	SendVideoNotes Permission = "can_send_video_notes"
	SendVoiceNotes Permission = "can_send_voice_notes"
	SendPolls      Permission = "can_send_polls"
	SendOther      Permission = "can_send_other_messages" // stickers, animations and dice
)

var permissions = []Permission{
	SendMessages, SendAudios, SendDocuments, SendPhotos, SendVideos, SendVideoNotes, SendVoiceNotes, SendPolls, SendOther,
	"can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
	"can_pin_messages", "can_manage_topics",
}

// membership is what somebody is in a chat. The zero value is somebody who has never been there.
type membership struct {
	status  status
	rights  []Right      // of an administrator
	allowed []Permission // to a restricted member
}

// in tells those who are in the chat now.
func (m membership) in() bool { return m.status != "" && m.status != left && m.status != kicked }

func (m membership) admin() bool { return m.status == administrator || m.status == creator }

func (m membership) can(r Right) bool {
	if m.status == administrator && r == ManageChat {
		return true // any other right implies it
	}
	return m.status == creator || m.status == administrator && slices.Contains(m.rights, r)
}

func (m membership) may(p Permission) bool {
	return m.status != restricted || slices.Contains(m.allowed, p)
}

// wire is the ChatMember of this person.
func (m membership) wire(who *From, kind chatKind) map[string]any {
	out := map[string]any{"user": who, "status": m.status}
	switch m.status {
	case "":
		out["status"] = left
	case creator:
		out["is_anonymous"] = slices.Contains(m.rights, Anonymous)
	case administrator:
		out["can_be_edited"] = false
		for _, r := range rightsIn(kind) {
			out[string(r)] = m.can(r)
		}
	case restricted:
		out["is_member"], out["until_date"] = true, 0
		for _, p := range permissions {
			out[string(p)] = m.may(p)
		}
	case kicked:
		out["until_date"] = 0
	}
	return out
}
