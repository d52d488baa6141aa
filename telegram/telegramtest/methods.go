package telegramtest

import "context"

// method is one method of the API.
type method struct {
	name string
	// run does it, with the server's lock held unless waits is set.
	run   func(*call) (any, *apiError)
	waits bool
	// notInReply marks the methods that an answer to a webhook cannot call.
	notInReply bool
	path       string // of a file to be downloaded, which has no run
}

// call is one call of a method.
type call struct {
	s   *Server
	ctx context.Context
	params
	placement
	note string // the description that goes with a success
}

func (c *call) do(m method) (any, *apiError) {
	if !m.waits {
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
	}
	if bad := c.s.loggedIn(m.waits); bad != nil {
		return nil, bad
	}
	return m.run(c)
}

// methodTable is keyed by the name in lower case: names are case-insensitive.
func methodTable() map[string]method {
	return map[string]method{
		"getme":                  {name: "getMe", run: (*call).getMe, notInReply: true},
		"sendmessage":            {name: "sendMessage", run: (*call).sendMessage},
		"editmessagetext":        {name: "editMessageText", run: (*call).editMessageText},
		"editmessagereplymarkup": {name: "editMessageReplyMarkup", run: (*call).editMessageReplyMarkup},
		"deletemessage":          {name: "deleteMessage", run: (*call).deleteMessage},
		"deletemessages":         {name: "deleteMessages", run: (*call).deleteMessages},
		"setmessagereaction":     {name: "setMessageReaction", run: (*call).setMessageReaction},
		"sendchataction":         {name: "sendChatAction", run: (*call).sendChatAction},
		"answercallbackquery":    {name: "answerCallbackQuery", run: (*call).answerCallbackQuery},
		"getchat":                {name: "getChat", run: (*call).getChat, notInReply: true},
		"logout":                 {name: "logOut", run: (*call).logOut, notInReply: true},
		"close":                  {name: "close", run: (*call).close, notInReply: true},
		"setmycommands":          {name: "setMyCommands", run: (*call).setMyCommands},
		"getmycommands":          {name: "getMyCommands", run: (*call).getMyCommands, notInReply: true},
		"deletemycommands":       {name: "deleteMyCommands", run: (*call).deleteMyCommands},
		"forwardmessage":         {name: "forwardMessage", run: (*call).forwardMessage},
		"forwardmessages":        {name: "forwardMessages", run: (*call).forwardMessages},
		"copymessage":            {name: "copyMessage", run: (*call).copyMessage},
		"copymessages":           {name: "copyMessages", run: (*call).copyMessages},
		"pinchatmessage":         {name: "pinChatMessage", run: (*call).pinChatMessage},
		"leavechat":              {name: "leaveChat", run: (*call).leaveChat},
		"getchatmember":          {name: "getChatMember", run: (*call).getChatMember, notInReply: true},
		"getchatadministrators":  {name: "getChatAdministrators", run: (*call).getChatAdministrators, notInReply: true},
		"getchatmembercount":     {name: "getChatMemberCount", run: (*call).getChatMemberCount, notInReply: true},
		// the older name, which is still taken
		"getchatmemberscount":    {name: "getChatMembersCount", run: (*call).getChatMemberCount, notInReply: true},
		"approvechatjoinrequest": {name: "approveChatJoinRequest", run: (*call).approveChatJoinRequest},
		"declinechatjoinrequest": {name: "declineChatJoinRequest", run: (*call).declineChatJoinRequest},
		"getbusinessconnection":  {name: "getBusinessConnection", run: (*call).getBusinessConnection, notInReply: true},
		"readbusinessmessage":    {name: "readBusinessMessage", run: (*call).readBusinessMessage},
		"deletebusinessmessages": {name: "deleteBusinessMessages", run: (*call).deleteBusinessMessages},
		"getuserprofilephotos":   {name: "getUserProfilePhotos", run: (*call).getUserProfilePhotos, notInReply: true},
		"setwebhook":             {name: "setWebhook", run: (*call).setWebhook, notInReply: true},
		"deletewebhook":          {name: "deleteWebhook", run: (*call).deleteWebhook, notInReply: true},
		"getwebhookinfo":         {name: "getWebhookInfo", run: (*call).getWebhookInfo, notInReply: true},
		"getupdates":             {name: "getUpdates", run: (*call).getUpdates, waits: true, notInReply: true},

		"sendphoto":          {name: "sendPhoto", run: sendMedia(Photo)},
		"sendvideo":          {name: "sendVideo", run: sendMedia(Video)},
		"sendaudio":          {name: "sendAudio", run: sendMedia(Audio)},
		"sendvoice":          {name: "sendVoice", run: sendMedia(Voice)},
		"senddocument":       {name: "sendDocument", run: sendMedia(Document)},
		"sendanimation":      {name: "sendAnimation", run: sendMedia(Animation)},
		"sendvideonote":      {name: "sendVideoNote", run: sendMedia(VideoNote)},
		"sendsticker":        {name: "sendSticker", run: sendMedia(Sticker)},
		"sendmediagroup":     {name: "sendMediaGroup", run: (*call).sendMediaGroup},
		"sendlocation":       {name: "sendLocation", run: (*call).sendLocation},
		"sendvenue":          {name: "sendVenue", run: (*call).sendVenue},
		"sendcontact":        {name: "sendContact", run: (*call).sendContact},
		"senddice":           {name: "sendDice", run: (*call).sendDice},
		"sendpoll":           {name: "sendPoll", run: (*call).sendPoll},
		"getfile":            {name: "getFile", run: (*call).getFile, notInReply: true},
		"editmessagecaption": {name: "editMessageCaption", run: (*call).editMessageCaption},
		"editmessagemedia":   {name: "editMessageMedia", run: (*call).editMessageMedia},
	}
}

// notEmulated are methods of the platform that this version does not stand in for. A test that calls one fails
// with that reason, instead of looking for a typo.
var notEmulated = map[string]bool{
	"sendrichmessage": true, "sendmessagedraft": true, "sendpaidmedia": true, "unpinchatmessage": true,
	"banchatmember": true, "restrictchatmember": true, "promotechatmember": true,
	"createforumtopic": true, "closeforumtopic": true, "deleteforumtopic": true,
	"editmessagelivelocation": true, "stopmessagelivelocation": true, "stoppoll": true,
}
