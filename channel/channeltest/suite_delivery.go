package channeltest

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deliveryChecks are about when the handler gets an event, and how often.
var deliveryChecks = []check{
	{"messages of one chat are handled one at a time, in order", hasUser, checkOrder},
	{"messages of one chat in one request are handled one at a time, in order", has(hasUser, hasRequest, func(h Harness) bool { return h.Batch != nil }), checkBatchOrder},
	{"what a message came to is told once it is better than what is known", has(hasUser, hasRequest, func(h Harness) bool { return h.Receipt != nil }), checkReceipts},
	{"chats do not wait for one another", hasUser, checkApart},
	{"a platform is answered in time and the handler goes on", hasUser, checkTwoClocks},
	{"a handler's context outlives the request and ends at its timeout", hasUser, checkHandlerContext},
	{"an event that is delivered twice at once is handled once", can(FaultDuplicated), checkDuplicated},
	{"an event whose acknowledgement was lost is handled once", can(FaultUnanswered), checkUnanswered},
	{"a store that fails has the event delivered again", hasUser, checkStoreFails},
	{"a commit that fails does not repeat the handler", hasUser, checkCommitFails},
	{"two webhooks of a channel share what they know", hasRequest, checkTwoWebhooks},
	{"a Mux serves the channel and sends to its addresses", hasRequest, checkMux},
	{"replicas with one store handle an event once", hasRequest, checkReplicas},
}

func checkOrder(s *scene) {
	s.open(channel.Options{})
	var running atomic.Int32
	s.in.handle(func(context.Context, *channel.Event) error {
		assert.Equal(s, int32(1), running.Add(1), "two events of a chat at a time")
		time.Sleep(500 * time.Millisecond)
		running.Add(-1)
		return nil
	})
	ann := s.User("Ann")
	want := []string{"one", "two", "three", "four", "five"}
	var wg sync.WaitGroup
	for _, text := range want {
		wg.Go(func() { ann.Write(text) })
		synctest.Wait()
	}
	wg.Wait()
	assert.Equal(s, want, s.in.messages())
}

// checkBatchOrder has one of them fail: it comes late, and the rest only once.
func checkBatchOrder(s *scene) {
	s.open(channel.Options{})
	ann := s.User("Ann")
	want := []string{"one", "two", "three", "four", "five"}
	body := s.Batch(ann, want...)
	wait := 500 * time.Millisecond
	failed := false
	var running atomic.Int32
	s.in.handle(func(_ context.Context, e *channel.Event) error {
		assert.Equal(s, int32(1), running.Add(1), "two events of a chat at a time")
		defer running.Add(-1)
		time.Sleep(wait)
		wait -= 50 * time.Millisecond // so that each would overtake the one before
		if !failed && e.Message != nil && e.Message.Text == "two" {
			failed = true
			return channel.ErrUnavailable
		}
		return nil
	})
	a := s.deliver(s.Request(body))
	assert.False(s, acknowledged(a), "one of them must come again: status %d", a.Status)
	assert.Equal(s, want, s.in.messages())
	time.Sleep(time.Minute)
	s.take(body)
	assert.Equal(s, append(want, "two"), s.in.messages())
}

// checkReceipts tells of one message as it went, and of another what came last first.
func checkReceipts(s *scene) {
	s.open(channel.Options{})
	ann := s.writer("Ann")
	var statuses []channel.ReceiptStatus
	for _, status := range []channel.ReceiptStatus{channel.ReceiptSent, channel.ReceiptDelivered, channel.ReceiptRead} {
		if s.Receipt(ann, "1", status) != nil {
			statuses = append(statuses, status)
		}
	}
	require.NotEmpty(s, statuses, "Receipt makes none")
	told := func(id string, statuses ...channel.ReceiptStatus) []channel.ReceiptStatus {
		time.Sleep(time.Minute)
		s.in.forget()
		for _, status := range statuses {
			s.take(s.Receipt(ann, id, status))
		}
		var all []channel.ReceiptStatus
		for _, e := range s.in.all() {
			require.Equal(s, channel.EventReceipt, e.Kind)
			assert.Equal(s, ann.ChatID, e.Chat.ID)
			assert.True(s, slices.Contains(e.Receipt.MessageIDs, id) || !e.Receipt.Until.IsZero(), "it says of what")
			all = append(all, e.Receipt.Status)
		}
		return all
	}
	assert.Equal(s, statuses, told(s.sentTo(ann, "one"), statuses...))
	last := statuses[len(statuses)-1]
	slices.Reverse(statuses)
	assert.Equal(s, []channel.ReceiptStatus{last}, told(s.sentTo(ann, "two"), statuses...), "of a lower rank than is known")
}

func checkApart(s *scene) {
	s.open(channel.Options{})
	ann, bob := s.User("Ann"), s.User("Bob")
	s.in.handle(func(_ context.Context, e *channel.Event) error {
		if e.Message != nil && e.Message.Text == "slow" {
			time.Sleep(3 * time.Second)
		}
		return nil
	})
	var wg sync.WaitGroup
	wg.Go(func() { ann.Write("slow") })
	synctest.Wait()
	start := time.Now()
	bob.Write("fast")
	assert.Less(s, time.Since(start), time.Second, "one chat's handler holds another's up")
	wg.Wait()
}

func checkTwoClocks(s *scene) {
	s.open(channel.Options{HandlerTimeout: time.Hour})
	work := 4 * s.Deadline
	var finished atomic.Int32
	s.in.handle(func(ctx context.Context, e *channel.Event) error {
		if e.Kind == channel.EventMessage {
			time.Sleep(work)
			finished.Add(1)
		}
		return ctx.Err()
	})
	s.User("Ann").Write("long work")
	time.Sleep(2 * work)
	assert.Equal(s, int32(1), finished.Load(), "the handler goes on past the platform's deadline, once")
	assert.Equal(s, []string{"long work"}, s.in.messages())
	if !hasRequest(s.Harness) || len(s.Payloads[0].Kinds) == 0 {
		return
	}
	s.in.handle(func(context.Context, *channel.Event) error {
		time.Sleep(work)
		return nil
	})
	start := time.Now()
	a := s.deliver(s.Request(s.Payloads[0].Body))
	assert.False(s, acknowledged(a), "acknowledged while the handler runs")
	assert.NotZero(s, a.Status, "not answered in twice the platform's deadline")
	assert.LessOrEqual(s, time.Since(start), s.Deadline)
	time.Sleep(work)
	assert.True(s, acknowledged(s.deliver(s.Request(s.Payloads[0].Body))), "the redelivery is told the outcome")
}

func checkHandlerContext(s *scene) {
	s.open(channel.Options{HandlerTimeout: 3 * time.Second})
	ends := make(chan time.Duration, 1)
	s.in.handle(func(ctx context.Context, e *channel.Event) error {
		if e.Kind != channel.EventMessage {
			return nil
		}
		start := time.Now()
		<-ctx.Done()
		select {
		case ends <- time.Since(start):
		default:
		}
		return nil
	})
	s.User("Ann").Write("hi")
	assert.Equal(s, 3*time.Second, <-ends)
	if !hasRequest(s.Harness) || len(s.Payloads[0].Kinds) == 0 {
		return
	}
	ctx, hangUp := context.WithCancel(s.Context())
	s.in.handle(func(ctx context.Context, _ *channel.Event) error {
		hangUp()
		synctest.Wait()
		assert.NoError(s, ctx.Err(), "the platform hung up, and with it the handler's context ended")
		return nil
	})
	s.deliver(s.Request(s.Payloads[0].Body).WithContext(ctx))
	hangUp()
}

func checkDuplicated(s *scene) {
	s.open(channel.Options{})
	s.Fault(Fault{Kind: FaultDuplicated})
	s.in.handle(func(context.Context, *channel.Event) error {
		time.Sleep(time.Second)
		return nil
	})
	s.User("Ann").Write("hi")
	assert.Equal(s, []string{"hi"}, s.in.messages())
}

func checkUnanswered(s *scene) {
	s.open(channel.Options{})
	s.Fault(Fault{Kind: FaultUnanswered})
	s.User("Ann").Write("hi")
	assert.Equal(s, []string{"hi"}, s.in.messages())
}

func checkStoreFails(s *scene) {
	s.open(channel.Options{})
	s.store.fail("Claim", 1)
	ann := s.User("Ann")
	ann.Write("hi")
	assert.Equal(s, []string{"hi"}, s.in.messages(), "delivered again when the store is back")
	if hasRequest(s.Harness) && len(s.Payloads[0].Kinds) > 0 {
		s.in.forget()
		s.store.fail("Claim", 1000)
		assert.False(s, acknowledged(s.deliver(s.Request(s.Payloads[0].Body))))
		assert.Empty(s, s.in.kinds(), "what cannot be claimed is not handled")
	}
}

func checkCommitFails(s *scene) {
	s.open(channel.Options{})
	s.store.fail("Commit", 4)
	s.User("Ann").Write("hi")
	assert.Equal(s, []string{"hi"}, s.in.messages(), "handled once, though recording that failed at first")
}

func checkTwoWebhooks(s *scene) {
	s.open(channel.Options{})
	p := s.Payloads[0]
	s.take(p.Body)
	s.handler = s.Channel.Webhook(s.in)
	s.take(p.Body)
	assert.ElementsMatch(s, p.Kinds, s.in.kinds())
}

func checkReplicas(s *scene) {
	s.open(channel.Options{})
	first := s.handler
	s.open(channel.Options{}) // with the same store
	p := s.Payloads[0]
	s.in.handle(func(context.Context, *channel.Event) error {
		time.Sleep(time.Second)
		return nil
	})
	second := s.handler
	var wg sync.WaitGroup
	for i := range 8 {
		handler := first
		if i%2 == 1 {
			handler = second
		}
		wg.Go(func() {
			a := s.deliverTo(handler, s.Request(p.Body))
			assert.True(s, acknowledged(a), "status %d", a.Status)
		})
	}
	wg.Wait()
	require.ElementsMatch(s, p.Kinds, s.in.kinds())
}

func checkMux(s *scene) {
	s.open(channel.Options{})
	mux := &channel.Mux{Handler: s.in}
	mux.Add(s.Channel)
	s.handler = mux
	account := s.Channel.Account()
	p := s.Payloads[0]
	for range 2 {
		r := s.Request(p.Body)
		r.URL.Path, r.URL.RawPath = "/"+account.Platform+"/"+account.ID, ""
		a := s.deliver(r)
		assert.True(s, acknowledged(a), "status %d", a.Status)
	}
	assert.ElementsMatch(s, p.Kinds, s.in.kinds())
	stranger := s.Request(p.Body)
	stranger.URL.Path, stranger.URL.RawPath = "/"+account.Platform+"/another", ""
	assert.Equal(s, http.StatusNotFound, s.deliver(stranger).Status)
	if !hasUser(s.Harness) {
		return
	}
	s.Serve(s.Channel.Webhook(s.in))
	ann := s.writer("Ann")
	_, err := mux.Send(s.Context(), channel.Address{Account: account, ChatID: ann.ChatID}, channel.Text("hi"))
	require.NoError(s, s.note(err))
	assert.Equal(s, []string{"hi"}, ann.Texts())
}
