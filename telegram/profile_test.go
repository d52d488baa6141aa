package telegram

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

func TestAPersonIsLookedUp(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok(`{"id":5512345678,"first_name":"Ann","last_name":"Lee","username":"annlee","type":"private","bio":"x","photo":{"small_file_id":"AQs","small_file_unique_id":"s","big_file_id":"AQb","big_file_unique_id":"b"}}`))
	users, err := c.driver.Users(t.Context(), []string{"5512345678"})
	require.NoError(t, err)
	assert.Equal(t, map[string]channel.User{"5512345678": {
		ID: "5512345678", Name: "Ann Lee", FirstName: "Ann", LastName: "Lee", Username: "annlee", ProfileURL: "https://t.me/annlee",
		Avatar: &channel.Attachment{Kind: channel.AttachmentImage, FileID: "AQb", Width: 640, Height: 640},
	}}, users)
	call := a.only(t)
	assert.Equal(t, "getChat", call.method)
	assert.Equal(t, "5512345678", call.form.Get("chat_id"))
}

func TestAPersonMayHaveNoPhotoAndNoName(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, ok(`{"id":5,"first_name":"","type":"private"}`))
	users, err := c.driver.Users(t.Context(), []string{"5"})
	require.NoError(t, err)
	assert.Equal(t, map[string]channel.User{"5": {ID: "5"}}, users)
}

func TestWhoIsNotKnownIsAbsent(t *testing.T) {
	t.Parallel()
	c, _ := newTest(t, refused(400, "Bad Request: chat not found", ""))
	users, err := c.driver.Users(t.Context(), []string{"5512345678"})
	require.NoError(t, err)
	assert.Empty(t, users)
}

func TestWhatIsNoIDOfAPersonIsNotAskedFor(t *testing.T) {
	t.Parallel()
	c, a := newTest(t, ok("true"))
	users, err := c.driver.Users(t.Context(), []string{"", "0", "-5", "@annlee", "05", "5x", "99999999999999999999"})
	require.NoError(t, err)
	assert.Empty(t, users)
	assert.Empty(t, a.calls)
}

func TestALookUpFails(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]answer{
		"refused":    refused(401, "Unauthorized", ""),
		"unreadable": ok(`[]`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newTest(t, now)
			_, err := c.driver.Users(t.Context(), []string{"5"})
			assert.Error(t, err)
		})
	}
}
