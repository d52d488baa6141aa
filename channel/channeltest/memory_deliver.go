package channeltest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/parley-go/parley/channel"
	"github.com/parley-go/parley/internal/inmem"
)

// Delivery is a webhook request that the platform made.
type Delivery struct {
	UpdateID string
	Attempt  int // from 1
	Status   int // 0: there was no answer in time
	At       time.Time
	Took     time.Duration
}

// memoryWaits lie between the deliveries of an update.
var memoryWaits = [memoryDeliveries - 1]time.Duration{
	time.Second, 2 * time.Second, 4 * time.Second, 15 * time.Second, time.Minute,
}

// Deliveries returns the webhook requests so far.
func (m *Memory) Deliveries() []Delivery {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return slices.Clone(m.server.deliveries)
}

func (s *memoryServer) serve(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

// deliver has the platform tell of what the person did, again and again until it is acknowledged.
func (u *MemoryUser) deliver(update memoryUpdate) {
	s := u.server
	s.mu.Lock()
	handler := s.handler
	s.updates++
	update.ID = "update-" + strconv.Itoa(s.updates)
	update.Seq = int64(s.updates)
	profile := u.profile
	update.Time, update.Chat, update.User = time.Now().UnixMilli(), u.chatID, &profile
	_, undelivered := s.fault(FaultUndelivered)
	_, twice := s.fault(FaultDuplicated)
	_, unanswered := s.fault(FaultUnanswered)
	s.mu.Unlock()
	if undelivered {
		return
	}
	if handler == nil {
		s.fail("channeltest: nobody to deliver to: call Serve or Handle first")
		return
	}
	body := memoryBody(update)
	var duplicate sync.WaitGroup
	defer duplicate.Wait()
	if twice {
		duplicate.Go(func() { s.attempt(handler, update.ID, 1, body) })
	}
	for i := range memoryDeliveries {
		answer := s.attempt(handler, update.ID, i+1, body)
		if answer.Status == http.StatusOK && !(unanswered && i == 0) {
			u.welcomed(update, answer.Body)
			return
		}
		if i < len(memoryWaits) {
			time.Sleep(memoryWaits[i])
		}
	}
}

// memoryBody is a webhook request's body with these updates.
func memoryBody(updates ...memoryUpdate) []byte {
	var b memoryBatch
	for _, u := range updates {
		raw, err := json.Marshal(u)
		if err != nil {
			panic(err) // of a message that the test made up
		}
		b.Updates = append(b.Updates, raw)
	}
	body, err := json.Marshal(b)
	if err != nil {
		panic(err)
	}
	return body
}

func (s *memoryServer) attempt(h http.Handler, id string, n int, body []byte) inmem.Answer {
	start := time.Now()
	answer, _ := inmem.Serve(h, s.request(body), memoryDeadline)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = append(s.deliveries, Delivery{
		UpdateID: id, Attempt: n, Status: answer.Status, At: start, Took: time.Since(start),
	})
	return answer
}

// welcomed shows the person the message that an answer carried, where it may carry one.
func (u *MemoryUser) welcomed(update memoryUpdate, body []byte) {
	var p memorySend
	if !update.Welcome || json.Unmarshal(body, &p) != nil {
		return
	}
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	if u.server.check(p.Message) == nil {
		u.last++
		p.Message.ID = strconv.Itoa(u.last)
		u.seen = append(u.seen, p.Message)
	}
}

// request is a genuine webhook request.
func (s *memoryServer) request(body []byte) *http.Request {
	account := channel.Account{Platform: memoryPlatform, ID: s.config.AccountID}
	return memoryRequest(account, s.config.Secret, body)
}

func memoryRequest(account channel.Account, secret channel.Secret, body []byte) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "https://bot.example/"+account.Platform+"/"+account.ID, bytes.NewReader(body))
	if err != nil {
		panic(err) // of an account ID that is no part of a URL
	}
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "192.0.2.1:443"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(memoryHeader, hex.EncodeToString(memoryMAC(secret, body)))
	return r
}
