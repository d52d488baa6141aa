package telegramtest

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// FaultKind says what goes wrong.
type FaultKind int

// Faults of API calls come first, then those of deliveries to the bot.
const (
	// TooManyRequests answers 429 with RetryAfter; the call is not carried out, nor is any message to the chat that it
	// names, if it names one, before that time is over.
	TooManyRequests FaultKind = iota + 1
	// ServerError answers Status, with an HTML body as a gateway does; 500 is the API's own, in JSON. The call is not
	// carried out.
	ServerError
	// LostResponse carries the call out and cuts the connection instead of answering, Delay later: a client with
	// a shorter timeout meets that one.
	LostResponse
	// CutConnection cuts the connection before the call is carried out.
	CutConnection
	// RefusedConnection refuses the connection. On loopback, where the server does listen, it is cut at once.
	RefusedConnection
	// DelayedResponse waits for Delay and then carries the call out.
	DelayedResponse
	// GarbledResponse carries the call out and answers 200 with an HTML body, as a broken gateway does.
	GarbledResponse
	// Unauthorized refuses the token once, as if it had been revoked; the call is not carried out.
	Unauthorized

	// DuplicateDelivery sends one update twice at the same time.
	DuplicateDelivery
	// ReorderedDelivery holds an update back until the next one of its queue has been delivered, for Delay
	// (default one second) at the most.
	ReorderedDelivery
	// LostReply delivers an update and loses the bot's answer, so the update comes again.
	LostReply
	// DelayedDelivery delivers an update Delay later.
	DelayedDelivery

	// DroppedUpdate has the next update given up before it is delivered, as one that expired while the bot was down:
	// the person's verb returns [ErrExpired].
	DroppedUpdate
)

// Fault is something that goes wrong on purpose.
type Fault struct {
	Kind FaultKind
	// Method limits a fault of API calls to one method; "" is any, "file" the download of a file.
	Method string
	// Count says how often it happens; 0 is once.
	Count int
	// RetryAfter is what TooManyRequests asks for, in whole seconds, rounded up; default one second.
	RetryAfter time.Duration
	// Status of a ServerError; default 502.
	Status int
	// Delay of a LostResponse, DelayedResponse, DelayedDelivery or ReorderedDelivery.
	Delay time.Duration
}

var (
	apiFaults = []FaultKind{
		TooManyRequests, ServerError, LostResponse, CutConnection, RefusedConnection, DelayedResponse, GarbledResponse,
		Unauthorized,
	}
	deliveryFaults = []FaultKind{DuplicateDelivery, ReorderedDelivery, LostReply, DelayedDelivery}
	updateFaults   = []FaultKind{DroppedUpdate}
)

// Fault queues a fault. Each API call and each delivery meets at most one: the oldest that fits it.
func (s *Server) Fault(f Fault) {
	if f.Count == 0 {
		f.Count = 1
	}
	if f.Status == 0 {
		f.Status = http.StatusBadGateway
	}
	wrong := ""
	switch {
	case f.Kind < TooManyRequests || f.Kind > DroppedUpdate:
		wrong = "unknown Kind"
	case f.Count < 0 || f.Delay < 0 || f.RetryAfter < 0:
		wrong = "negative Count, Delay or RetryAfter"
	case f.Method != "" && f.Kind >= DuplicateDelivery:
		wrong = "a delivery has no Method"
	case f.Kind == ServerError && f.Status < 500:
		wrong = "Status below 500"
	case f.Method != "" && f.Method != downloadName && s.methods[strings.ToLower(f.Method)].run == nil:
		wrong = "unknown Method " + f.Method
	}
	if wrong != "" {
		if s.tb == nil {
			panic("telegramtest: Fault: " + wrong)
		}
		s.misuse("Fault: %s", wrong)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// takeFault takes the oldest fault of these kinds that fits; nil is no fault, and all its methods work on nil.
func (s *Server) takeFault(method string, kinds []FaultKind) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeFaultLocked(method, kinds)
}

func (s *Server) takeFaultLocked(method string, kinds []FaultKind) *Fault {
	for i, f := range s.faults {
		if f.Kind < kinds[0] || f.Kind > kinds[len(kinds)-1] || f.Method != "" && !strings.EqualFold(f.Method, method) {
			continue
		}
		if f.Count--; f.Count == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		return f
	}
	return nil
}

func (f *Fault) is(kind FaultKind) bool { return f != nil && f.Kind == kind }

// before is the failure of a call that never reaches the server.
func (f *Fault) before() error {
	switch {
	case f.is(RefusedConnection):
		return errRefused
	case f.is(CutConnection):
		return errCut
	}
	return nil
}

func (f *Fault) wait(ctx context.Context) error {
	if !f.is(DelayedResponse) && !f.is(DelayedDelivery) {
		return nil
	}
	return f.sleep(ctx)
}

func (f *Fault) sleep(ctx context.Context) error {
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// instead is the answer of a call that is not carried out.
func (f *Fault) instead() (reply, bool) {
	switch {
	case f.is(TooManyRequests):
		return refuse(tooManyRequests(max(1, ceilSeconds(f.RetryAfter)))), true
	case f.is(Unauthorized):
		return refuse(errUnauthorized), true
	case f.is(ServerError) && f.Status == http.StatusInternalServerError:
		return refuse(errInternal), true
	case f.is(ServerError):
		return page(f.Status), true
	}
	return reply{}, false
}

// page is what a gateway answers.
func page(status int) reply {
	text := http.StatusText(status)
	return reply{
		status:      status,
		header:      http.Header{"Content-Type": {"text/html"}},
		body:        []byte("<html>\r\n<head><title>" + text + "</title></head>\r\n<body><h1>" + text + "</h1></body>\r\n</html>\r\n"),
		description: text,
	}
}

// holdBack has the platform go on refusing messages to the chat of a call that was too much.
func (s *Server) holdBack(f *Fault, p params) {
	if !f.is(TooManyRequests) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch, bad := (&call{s: s, params: p}).chat(); bad == nil {
		ch.floodUntil = time.Now().Add(time.Duration(max(1, ceilSeconds(f.RetryAfter))) * time.Second)
	}
}

// after is the failure of a call that was carried out.
func (f *Fault) after(ctx context.Context) error {
	if !f.is(LostResponse) {
		return nil
	}
	if err := f.sleep(ctx); err != nil {
		return err
	}
	return errCut
}

func ceilSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
