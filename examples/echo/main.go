// Echo is a bot that answers texts, media, buttons and starts, on every platform that Parley has, with one handler.
//
//	go run ./examples/echo
//
// rehearses it on the built-in emulators: simulated people write to it, and it exits with 1 if anything is not as it should
// be. With a token in the environment it talks to the real platform, until it is interrupted:
//
//	TELEGRAM_TOKEN=123456:ABC go run ./examples/echo -live
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/telegram"
	"github.com/parley-go/parley/telegram/telegramtest"
)

// platforms are all that echo knows; what is said of one here is all that differs.
var platforms = []platform{
	{name: "telegram", needs: []string{"TELEGRAM_TOKEN"}, live: liveTelegram, stage: stageTelegram},
}

// platform is how to talk to one, for real and on a stage.
type platform struct {
	name  string
	needs []string // variables of the environment, without which there is no live
	live  func() (channel.Channel, error)
	stage func() (*stage, error)
}

func main() {
	live := flag.Bool("live", false, "talk to the real platforms, with tokens from the environment")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := rehearse
	if *live {
		run = serve
	}
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

// bot is the bot. It names no platform.
type bot struct{ mux *channel.Mux }

// newBot is a mux with a bot as its handler.
func newBot() *channel.Mux {
	b := &bot{mux: new(channel.Mux)}
	b.mux.Handler = channel.Handlers{Started: b.started, Message: b.wrote, Postback: b.pressed}
	return b.mux
}

func (b *bot) started(ctx context.Context, e *channel.Event) error {
	text := "Hello, " + e.User.Name + "!"
	if e.Referral != nil && e.Referral.Ref != "" {
		text += " You came by " + e.Referral.Ref + "."
	}
	return b.answer(ctx, e, channel.Message{Text: text, Keyboard: &channel.Keyboard{
		Inline: true,
		Rows:   [][]channel.Button{{{Text: "A long story", Data: "story"}, {Text: "Who am I?", Data: "profile"}}},
	}})
}

func (b *bot) wrote(ctx context.Context, e *channel.Event) error {
	switch m := e.Message; {
	case len(m.Attachments) > 0 && m.Attachments[0].Kind != channel.AttachmentOther:
		a := m.Attachments[0]
		return b.answer(ctx, e, channel.Message{
			Text:        "Your " + string(a.Kind) + " is here.",
			Attachments: []channel.Attachment{{Kind: a.Kind, FileID: a.FileID, URL: a.URL}},
		})
	case m.Text != "":
		return b.answer(ctx, e, channel.Text("You wrote: "+m.Text))
	default:
		return b.answer(ctx, e, channel.Text("I have no words for that."))
	}
}

func (b *bot) pressed(ctx context.Context, e *channel.Event) error {
	if e.Postback.Data == "story" {
		return b.answer(ctx, e, channel.Text(story))
	}
	ch, err := b.mux.Channel(ctx, e.Account)
	if err != nil {
		return err
	}
	who, err := ch.User(ctx, e.User.ID)
	if err != nil {
		return err
	}
	return b.answer(ctx, e, channel.Text("You are "+who.Name+", number "+who.ID+"."))
}

// answer sends m where e came from. With a Key it is sent once, also when a crash has e handled twice.
func (b *bot) answer(ctx context.Context, e *channel.Event, m channel.Message) error {
	m.Key = e.ID
	_, err := b.mux.Send(ctx, e.Address(), m)
	return err
}

// story is longer than any platform's message.
var story = func() string {
	var b strings.Builder
	for i := range 90 {
		fmt.Fprintf(&b, "Chapter %d. Once upon a time somebody wrote to a bot, and the bot had so much to tell that one message "+
			"could not hold it.\n\n", i+1)
	}
	return b.String() + "The end."
}()

// serve runs the bot for real.
func serve(ctx context.Context, out io.Writer) error {
	mux := newBot()
	served := 0
	var missing []string
	for _, p := range platforms {
		if name := unset(p.needs); name != "" {
			missing = append(missing, p.name+" needs "+name)
			continue
		}
		ch, err := p.live()
		if err != nil {
			return err
		}
		mux.Add(ch)
		served++
		fmt.Fprintln(out, "listening as", ch.Account())
	}
	for _, m := range missing {
		fmt.Fprintln(out, "not served:", m)
	}
	if served == 0 {
		return errors.New("no platform has its token in the environment: " + strings.Join(missing, ", "))
	}
	if err := mux.Poll(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func unset(names []string) string {
	for _, name := range names {
		if os.Getenv(name) == "" {
			return name
		}
	}
	return ""
}

func liveTelegram() (channel.Channel, error) {
	return telegram.New(telegram.Config{Token: channel.Secret(os.Getenv("TELEGRAM_TOKEN")), PollOnly: true})
}

// rehearse plays the same scenes on every platform's stage, all at once, and prints them one after the other.
func rehearse(ctx context.Context, out io.Writer) error {
	for _, p := range platforms {
		if unset(p.needs) == "" {
			fmt.Fprintf(out, "(a token for %s is set: -live talks to the real one)\n", p.name)
		}
	}
	transcripts := make([]bytes.Buffer, len(platforms))
	failures := make([]error, len(platforms))
	var playing sync.WaitGroup
	for i, p := range platforms {
		playing.Go(func() { failures[i] = play(ctx, p, &transcripts[i]) })
	}
	playing.Wait()
	names := make([]string, len(platforms))
	for i, p := range platforms {
		fmt.Fprintf(out, "%s\n%s\n", p.name, transcripts[i].String())
		names[i] = p.name
	}
	if err := errors.Join(failures...); err != nil {
		return err
	}
	fmt.Fprintln(out, "ok:", strings.Join(names, " "))
	return nil
}

// stage is an emulated platform, in words that all of them share.
type stage struct {
	channel channel.Channel
	serve   func(http.Handler)       // where webhooks go
	person  func(name string) person // adds one
	loseAck func()                   // the platform will not hear the bot's next acknowledgement, and deliver again
	hurried func() int               // calls that the platform refused because they came too fast
	close   func()
}

// person is somebody who writes to the bot. A verb returns when the bot has acknowledged what it made.
type person interface {
	Open(link string) error
	Write(text string) error
	SendPhoto(photo []byte) error
	Press(label string) error
	Block() error
	ID() string
	Inbox() []letter
}

// letter is a message of the bot's, as a person sees it.
type letter struct {
	text    string
	photo   []byte
	buttons []string
}

func (l letter) String() string {
	s := l.text
	if l.photo != nil {
		s = "(a photo) " + s
	}
	for _, b := range l.buttons {
		s += " [" + b + "]"
	}
	return s
}

// play plays all scenes on a platform's stage.
func play(ctx context.Context, p platform, out io.Writer) error {
	s, err := p.stage()
	if err != nil {
		return err
	}
	defer s.close()
	mux := newBot()
	mux.Add(s.channel)
	handled := new(atomic.Int64)
	handler := mux.Handler
	mux.Handler = channel.HandlerFunc(func(ctx context.Context, e *channel.Event) error {
		handled.Add(1)
		return handler.HandleEvent(ctx, e)
	})
	s.serve(mux)
	if err := mux.Register(ctx, "https://echo.example.com"); err != nil {
		return err
	}
	play := rehearsal{stage: s, mux: mux, handled: handled, out: out, ann: s.person("Ann Lee"), bob: s.person("Bob")}
	for _, scene := range []func(context.Context) error{
		play.arrival, play.text, play.photo, play.story, play.redelivery, play.profile, play.departure,
	} {
		if err := scene(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return mux.Shutdown(ctx)
}

// rehearsal is a bot on a stage, and two people.
type rehearsal struct {
	*stage
	mux      *channel.Mux
	handled  *atomic.Int64 // events that the handler had
	out      io.Writer
	ann, bob person
	read     int // letters of Ann's that were looked at
}

func (r *rehearsal) arrival(ctx context.Context) error {
	link, err := r.link(ctx)
	if err != nil {
		return err
	}
	r.says("(opens " + link + ")")
	if err := r.ann.Open(link); err != nil {
		return err
	}
	return r.gets("Hello, Ann Lee! You came by spring.")
}

func (r *rehearsal) link(ctx context.Context) (string, error) {
	linker, ok := channel.As[channel.Linker](r.channel)
	if !ok {
		return "", errors.New("there are no links")
	}
	return linker.Link(ctx, "spring")
}

func (r *rehearsal) text(context.Context) error {
	r.says("Привіт 👋")
	if err := r.ann.Write("Привіт 👋"); err != nil {
		return err
	}
	return r.gets("You wrote: Привіт 👋")
}

func (r *rehearsal) photo(context.Context) error {
	r.says("(sends a photo)")
	if err := r.ann.SendPhoto(picture); err != nil {
		return err
	}
	if err := r.gets("Your image is here."); err != nil {
		return err
	}
	if got := r.ann.Inbox(); !bytes.Equal(got[len(got)-1].photo, picture) {
		return errors.New("the photo that came back is another")
	}
	return nil
}

// story is longer than a message: it comes in parts, at the platform's pace.
func (r *rehearsal) story(context.Context) error {
	r.says("(presses A long story)")
	start := time.Now()
	if err := r.ann.Press("A long story"); err != nil {
		return err
	}
	var whole strings.Builder
	parts := r.unread()
	for _, part := range parts {
		whole.WriteString(part.text)
		r.prints("bot", fmt.Sprintf("%.60s… (%d characters)", part.text, len([]rune(part.text))))
	}
	if len(parts) < 2 || blackened(whole.String()) != blackened(story) {
		return fmt.Errorf("the story came in %d parts, and not whole", len(parts))
	}
	if n := r.hurried(); n > 0 {
		return fmt.Errorf("the platform refused %d calls that came too fast", n)
	}
	r.prints("", fmt.Sprintf("%d parts in %.1f s: no faster than the platform allows, and not one call refused",
		len(parts), time.Since(start).Seconds()))
	return nil
}

// redelivery has the platform deliver a message twice.
func (r *rehearsal) redelivery(context.Context) error {
	before := r.handled.Load()
	r.loseAck()
	r.says("Are you open?")
	if err := r.ann.Write("Are you open?"); err != nil {
		return err
	}
	if err := r.gets("You wrote: Are you open?"); err != nil {
		return err
	}
	if n := r.handled.Load() - before; n != 1 {
		return fmt.Errorf("one message was handled %d times", n)
	}
	r.prints("", "the acknowledgement was lost, the message delivered again, and handled once")
	return nil
}

func (r *rehearsal) profile(context.Context) error {
	r.says("(presses Who am I?)")
	if err := r.ann.Press("Who am I?"); err != nil {
		return err
	}
	return r.gets("You are Ann Lee, number " + r.ann.ID() + ".")
}

// departure is of somebody who wants to hear no more.
func (r *rehearsal) departure(ctx context.Context) error {
	link, err := r.link(ctx)
	if err != nil {
		return err
	}
	if err := r.bob.Open(link); err != nil {
		return err
	}
	r.prints("Bob", "(blocks the bot)")
	if err := r.bob.Block(); err != nil {
		return err
	}
	was := len(r.bob.Inbox())
	to := channel.Address{Account: r.channel.Account(), ChatID: r.bob.ID()}
	_, err = r.mux.Send(ctx, to, channel.Text("Come back!"))
	if !errors.Is(err, channel.ErrBlocked) || len(r.bob.Inbox()) != was {
		return fmt.Errorf("a message to somebody who blocked the bot: %v", err)
	}
	r.prints("", "a message to Bob is an error now, and was not sent: "+err.Error())
	known, err := r.channel.Subscription(ctx, r.bob.ID())
	if err != nil || known.State != channel.StateInactive || known.Reason != channel.ErrBlocked {
		return fmt.Errorf("what is known of Bob is %v, %v", known, err)
	}
	return nil
}

// blackened is s without white space: platforms drop what a message ends with.
func blackened(s string) string { return strings.Join(strings.Fields(s), "") }

func (r *rehearsal) says(line string) { r.prints("Ann", line) }

// gets has Ann look at her new letters: one, with this text.
func (r *rehearsal) gets(text string) error {
	letters := r.unread()
	for _, l := range letters {
		r.prints("bot", l.String())
	}
	if len(letters) != 1 || letters[0].text != text {
		return fmt.Errorf("what came is %q, and should have been %q", letters, text)
	}
	return nil
}

func (r *rehearsal) unread() []letter {
	all := r.ann.Inbox()
	letters := all[r.read:]
	r.read = len(all)
	return letters
}

func (r *rehearsal) prints(who, line string) { fmt.Fprintf(r.out, "  %4s  %s\n", who, line) }

// picture is a small one.
var picture = func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 320, 200))); err != nil {
		panic(err)
	}
	return b.Bytes()
}()

func stageTelegram() (*stage, error) {
	server, err := telegramtest.New(telegramtest.Config{Jitter: 200 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	ch, err := telegram.New(telegram.Config{
		Token:   channel.Secret(server.Token()),
		Secret:  "made-up-webhook-secret",
		Options: channel.Options{Client: server.Client()},
	})
	if err != nil {
		server.Close()
		return nil, err
	}
	return &stage{
		channel: ch,
		serve:   server.Serve,
		person:  func(name string) person { return telegramPerson{server.NewUser(name)} },
		loseAck: func() { server.Fault(telegramtest.Fault{Kind: telegramtest.LostReply}) },
		hurried: func() (n int) {
			for _, r := range server.Requests() {
				if r.Status == http.StatusTooManyRequests {
					n++
				}
			}
			return n
		},
		close: server.Close,
	}, nil
}

type telegramPerson struct{ *telegramtest.User }

func (p telegramPerson) SendPhoto(photo []byte) error {
	return p.Send(telegramtest.Media{Kind: telegramtest.Photo, Data: photo})
}

func (p telegramPerson) Inbox() []letter {
	var letters []letter
	for _, m := range p.Messages() {
		l := letter{text: m.Text}
		if m.Media != nil {
			l.text, l.photo = m.Media.Caption, m.Media.Data
		}
		if m.Keyboard != nil {
			for _, row := range m.Keyboard.Rows {
				for _, b := range row {
					l.buttons = append(l.buttons, b.Text)
				}
			}
		}
		letters = append(letters, l)
	}
	return letters
}
