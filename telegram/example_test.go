package telegram_test

import (
	"fmt"

	"github.com/parley-go/parley/telegram"
)

func ExampleNew() {
	bot, err := telegram.New(telegram.Config{
		Token:  "770011:AAExampleOfATokenFromBotFather_0123",
		Secret: "chosen-by-us_and-told-to-Telegram",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bot.Account())
	// Output: telegram:770011
}

func ExampleNew_refused() {
	_, err := telegram.New(telegram.Config{Token: "770011:AAExampleOfATokenFromBotFather_0123"})
	fmt.Println(err)
	// Output: telegram: new: Config.Secret is required unless PollOnly is set
}

func ExampleExtra_Native() {
	native := telegram.Extra{Protect: true}.Native()
	fmt.Println(string(native["telegram"]))
	// Output: {"protect_content":true}
}
