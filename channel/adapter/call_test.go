package adapter

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/parley-go/parley/channel"
)

var errRefused = &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}

// failingFirst fails the first n calls.
func failingFirst(n int, err error) func(context.Context, int, *Part) error {
	return func(_ context.Context, call int, _ *Part) error {
		if call <= n {
			return err
		}
		return nil
	}
}

func TestOnlyWhatIsSafeIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		calls  int
		reason channel.Reason // of a call that fails for ever
	}{
		"refused connection":                  {overHTTP(errRefused), 3, channel.ErrUnavailable},
		"declared unavailable":                {refusal(channel.ErrUnavailable, channel.ScopeMessage), 3, channel.ErrUnavailable},
		"rate limited":                        {refusal(channel.ErrRateLimited, channel.ScopeMessage), 5, channel.ErrRateLimited},
		"written and not answered":            {overHTTP(io.EOF), 1, channel.ErrOutcomeUnknown},
		"unavailable, maybe carried out":      {&native{Verdict{Error: channel.Error{Reason: channel.ErrUnavailable}}}, 1, channel.ErrOutcomeUnknown},
		"an answer that could not be read":    {&native{Verdict{}}, 1, channel.ErrOutcomeUnknown},
		"unauthorized":                        {refusal(channel.ErrUnauthorized, channel.ScopeAccount), 1, channel.ErrUnauthorized},
		"invalid":                             {refusal(channel.ErrInvalid, channel.ScopeMessage), 1, channel.ErrInvalid},
		"blocked":                             {refusal(channel.ErrBlocked, channel.ScopeChat), 1, channel.ErrBlocked},
		"quota used up":                       {refusal(channel.ErrQuota, channel.ScopeAccount), 1, channel.ErrQuota},
		"what no driver knows of: a bare EOF": {io.EOF, 1, channel.ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &sendDriver{send: failingFirst(1000, test.err)}
				_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
				e := failure(t, err)
				assert.Equal(t, test.reason, e.Reason)
				assert.Equal(t, "send", e.Op)
				assert.Equal(t, "test", e.Platform)
				assert.Len(t, d.all(), test.calls)
			})
			synctest.Test(t, func(t *testing.T) {
				d := &sendDriver{send: failingFirst(1, test.err)}
				_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
				assert.Equal(t, test.calls > 1, err == nil, "%v", err)
			})
		})
	}
}

func TestUnknownOutcomeKeepsWhatThePlatformSaid(t *testing.T) {
	t.Parallel()
	d := &sendDriver{send: failingFirst(1, &native{Verdict{Error: channel.Error{
		Reason: channel.ErrUnavailable, Code: "500", Message: "internal", Err: io.ErrUnexpectedEOF,
	}}})}
	_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
	e := failure(t, err)
	assert.Equal(t, channel.ErrOutcomeUnknown, e.Reason)
	assert.Equal(t, "test: send: internal (500)", e.Error())
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestRetriesBackOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &sendDriver{send: failingFirst(2, errRefused)}
		_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
		require.NoError(t, err)
		calls := d.all()
		require.Len(t, calls, 3)
		assert.Equal(t, 500*time.Millisecond, calls[1].at.Sub(calls[0].at))
		assert.Equal(t, time.Second, calls[2].at.Sub(calls[1].at))
	})
}

func TestRetryWaitsForTheTimeThatThePlatformNamed(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]string{"with a pause": "account", "without": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				until := time.Now().Add(7 * time.Second)
				d := paced(perAccount)
				d.send = failingFirst(1, &native{Verdict{
					Error:    channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount, RetryAt: until},
					Executed: ExecutedNo, Pause: pause,
				}})
				_, err := newSender(t, d, channel.Options{}).Send(t.Context(), "chat", channel.Text("hi"))
				require.NoError(t, err)
				assert.Equal(t, until, time.Now())
			})
			synctest.Test(t, func(t *testing.T) {
				until := time.Now().Add(7 * time.Second)
				d := paced(perAccount)
				d.send = failingFirst(1, &native{Verdict{
					Error:    channel.Error{Reason: channel.ErrRateLimited, Scope: channel.ScopeAccount, RetryAt: until, Code: "429"},
					Executed: ExecutedNo, Pause: pause,
				}})
				began := time.Now()
				_, err := newSender(t, d, channel.Options{MaxWait: 5 * time.Second}).Send(t.Context(), "chat", channel.Text("hi"))
				e := failure(t, err)
				assert.Equal(t, "429", e.Code, "the platform's own words, not those of the wait that was not begun")
				assert.Equal(t, until.UTC(), e.RetryAt.UTC())
				assert.Equal(t, began, time.Now())
			})
		})
	}
}

func TestRetriesStayWithinMaxWait(t *testing.T) {
	t.Parallel()
	for maxWait, calls := range map[time.Duration]int{-1: 1, 499 * time.Millisecond: 1, 500 * time.Millisecond: 2, 2 * time.Second: 3} {
		t.Run(maxWait.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &sendDriver{send: failingFirst(10, errRefused)}
				_, err := newSender(t, d, channel.Options{MaxWait: maxWait}).Send(t.Context(), "chat", channel.Text("hi"))
				assert.ErrorIs(t, err, channel.ErrUnavailable)
				assert.Len(t, d.all(), calls)
			})
		})
	}
}

func TestContextThatEnds(t *testing.T) {
	t.Parallel()
	t.Run("before: nothing is called", func(t *testing.T) {
		t.Parallel()
		d := paced(perAccount)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		sent, err := newSender(t, d, channel.Options{}).Send(ctx, "chat", channel.Text("hi"))
		assert.ErrorIs(t, err, channel.ErrUnavailable)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, "hi", sent.Rest.Text)
		assert.Empty(t, d.all())
	})
	t.Run("during a wait: nothing is called", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := paced(perChat)
			c := newSender(t, d, channel.Options{})
			_, err := c.Send(t.Context(), "chat", channel.Text("hi"))
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			began := time.Now()
			time.AfterFunc(300*time.Millisecond, cancel)
			_, err = c.Send(ctx, "chat", channel.Text("hi"))
			assert.ErrorIs(t, err, channel.ErrUnavailable)
			assert.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, 300*time.Millisecond, time.Since(began))
			assert.Len(t, d.all(), 1)
		})
	})
	t.Run("between two tries: the failure is that of the first", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{send: failingFirst(10, errRefused)}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(300*time.Millisecond, cancel)
			_, err := newSender(t, d, channel.Options{}).Send(ctx, "chat", channel.Text("hi"))
			assert.ErrorIs(t, err, syscall.ECONNREFUSED)
			assert.Len(t, d.all(), 1)
		})
	})
	t.Run("during a call: the outcome is unknown", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{send: func(ctx context.Context, _ int, _ *Part) error {
				<-ctx.Done()
				return overHTTP(ctx.Err())
			}}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := newSender(t, d, channel.Options{}).Send(ctx, "chat", channel.Text("hi"))
			assert.ErrorIs(t, err, channel.ErrOutcomeUnknown)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Len(t, d.all(), 1)
			requireNoURL(t, err)
		})
	})
	t.Run("in the line of the chat: nothing is called", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			d := &sendDriver{send: func(context.Context, int, *Part) error {
				time.Sleep(time.Minute)
				return nil
			}}
			c := newSender(t, d, channel.Options{})
			go func() { _, _ = c.Send(t.Context(), "chat", channel.Text("first")) }()
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Send(ctx, "chat", channel.Text("second"))
			assert.ErrorIs(t, err, channel.ErrUnavailable)
			assert.Equal(t, []string{"first"}, d.texts())
			time.Sleep(time.Minute)
		})
	})
}

func TestDoRetriesAnUnknownOutcomeOnlyOfWhatIsRepeatable(t *testing.T) {
	t.Parallel()
	for repeatable, calls := range map[bool]int32{true: 3, false: 1} {
		synctest.Test(t, func(t *testing.T) {
			c := newSender(t, &sendDriver{}, channel.Options{})
			var n atomic.Int32
			_, err := Do(t.Context(), c, Call{Op: "edit", Repeatable: repeatable}, func(context.Context) (int, error) {
				n.Add(1)
				return 0, overHTTP(io.EOF)
			})
			e := failure(t, err)
			assert.Equal(t, calls, n.Load())
			assert.Equal(t, "edit", e.Op)
			want := channel.ErrOutcomeUnknown
			if repeatable {
				want = channel.ErrUnavailable
			}
			assert.Equal(t, want, e.Reason)
		})
	}
}

func TestDoTeachesAboutItsOnlyChat(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	fail := func(context.Context) (int, error) { return 0, refusal(channel.ErrBlocked, channel.ScopeChat) }
	_, err := Do(t.Context(), c, Call{Op: "typing", ChatIDs: []string{"one"}}, fail)
	require.ErrorIs(t, err, channel.ErrBlocked)
	_, err = Do(t.Context(), c, Call{Op: "forward", ChatIDs: []string{"two", "three"}}, fail)
	require.ErrorIs(t, err, channel.ErrBlocked)
	for chat, state := range map[string]channel.State{"one": channel.StateInactive, "two": "", "three": ""} {
		s, err := c.Subscription(t.Context(), chat)
		require.NoError(t, err)
		assert.Equal(t, state, s.State, chat)
	}
}

func TestDoThatAnswersAPressTakesItFromTheEngine(t *testing.T) {
	t.Parallel()
	c := newSender(t, &sendDriver{}, channel.Options{})
	for _, failed := range []error{refusal(channel.ErrInvalid, channel.ScopeMessage), nil} {
		c.receiver.presses.add("press")
		_, err := Do(t.Context(), c, Call{Op: "answer", Answers: "press"}, func(context.Context) (int, error) { return 0, failed })
		assert.Equal(t, failed == nil, err == nil)
		assert.Equal(t, failed != nil, c.receiver.presses.take("press"), "the engine answers what is not answered")
	}
}
