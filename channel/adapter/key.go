package adapter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/parley-go/parley/channel"
)

const (
	keyKeep   = 24 * time.Hour
	keyPoll   = 50 * time.Millisecond // while another process sends under the key; doubled up to ten times that
	keyClose  = 5 * time.Second       // for the last words to the Store
	keepForms = 16                    // messages that may be repeated under one key: the first, and the last Rests
)

// seedOf is what the Nonces of a Key are made from, the same in every process.
func (c *Channel) seedOf(id string) uint64 {
	sum := sha256.Sum256([]byte(c.key(channel.KeySend, id).String()))
	return binary.BigEndian.Uint64(sum[:])
}

// keyed is a Send that holds the claim of its Key.
type keyed struct {
	c      *Channel
	claim  channel.Claim
	record progress
	values [][]byte // the record as the Store may have it: several after a write that failed
	wrote  bool     // something was written under this claim, or may have been
	began  bool     // a call was made under this claim
}

// once sends d under its Key, or returns what was sent under it.
func (d *outgoing) once(ctx context.Context) *channel.Error {
	c := d.c
	print, err := messagePrint(d.message)
	if err != nil {
		return c.fail(opSend, &channel.Error{Reason: channel.ErrInvalid, Message: "the message cannot be written as JSON"})
	}
	id := strconv.Itoa(len(d.asked)) + ":" + d.asked + ":" + d.message.Key
	line := c.sender.keys.enter(id)
	defer line.leave()
	if err := line.wait(ctx); err != nil {
		return c.stillRunning(err)
	}
	k, failed := d.claim(ctx, c.key(channel.KeySend, id))
	if failed != nil {
		return failed
	}
	defer d.place.leave()
	f, ok := k.record.form(print)
	if !ok && len(k.record.Forms) > 0 {
		k.release(ctx)
		return c.fail(opSend, &channel.Error{Reason: channel.ErrInvalid, Message: "the key was used for another message"})
	}
	k.record.allow(form{Print: print})
	if k.record.Done {
		d.sent = k.record.Sent
		k.finish(ctx, nil, d)
		return nil
	}
	if k.record.Sent.ChatID != "" {
		d.sent = k.record.Sent
	}
	d.key, d.first, d.seed = k, f.First, c.seedOf(id)
	_, stop := c.keepLease(context.WithoutCancel(ctx), k.claim) // where it is lost, the next write says so
	defer stop()
	failed = d.run(ctx)
	stop()
	k.finish(ctx, failed, d)
	return failed
}

func (c *Channel) stillRunning(cause error) *channel.Error {
	return c.fail(opSend, &channel.Error{
		Reason: channel.ErrConflict, Message: "a send with this key is still running: " + cause.Error(), Err: cause,
	})
}

// claim takes the key and a place in the chat's line, which is given up while another process has the key. A key that is
// committed is a claim whose record is Done.
func (d *outgoing) claim(ctx context.Context, key channel.Key) (*keyed, *channel.Error) {
	c := d.c
	for wait := keyPoll; ; wait = min(2*wait, 10*keyPoll) {
		d.enter(ctx)
		k := &keyed{c: c}
		var err error
		if k.claim, err = c.store.Claim(ctx, key, lease, keyKeep); err == nil && k.claim.State != channel.ClaimBusy {
			if err = k.read(ctx); err == nil {
				return k, nil
			}
			k.release(ctx)
		}
		d.place.leave()
		if err != nil {
			return nil, c.storeFailed(ctx, err)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, c.stillRunning(err)
		}
	}
}

// storeFailed is the failure of a send that was not begun because its Key could not be written.
func (c *Channel) storeFailed(ctx context.Context, cause error) *channel.Error {
	if ctx.Err() != nil {
		return c.ended(opSend, ctx.Err())
	}
	c.log.Warn("a send with a key was refused: the store fails", "error", cause)
	return c.fail(opSend, &channel.Error{Reason: channel.ErrUnavailable, Message: "the store does not answer"})
}

// read gets what earlier holders of the claim left. The number of the attempt does not tell whether there is any: a store
// may forget uncommitted claims when its process ends.
func (k *keyed) read(ctx context.Context) (err error) {
	value := k.claim.Answer
	k.values = [][]byte{nil}
	if k.claim.State == channel.ClaimWon {
		if value, err = k.c.store.Get(ctx, k.claim.Key); err != nil || value == nil {
			return err
		}
		k.values[0] = value
	}
	return json.Unmarshal(value, &k.record)
}

// unsure reports whether what became of the part at record.Next is not known.
func (k *keyed) unsure() bool { return k != nil && !k.record.Tried.IsZero() }

// outcome is what the caller gets of an error before the first call: that the outcome is unknown, for as long as it is.
func (k *keyed) outcome(err *channel.Error) *channel.Error {
	a := attempt{unsure: k.unsure()}
	return a.outcome(nil, err)
}

// resume has a part that an earlier holder of the claim had begun be tried again only where the platform deduplicates.
func (k *keyed) resume(a *attempt, index int) {
	if index == k.record.Next && k.unsure() {
		a.unsure, a.first = true, k.record.Tried
	}
}

// begin records that the call of a part begins, and with that what became of those before. Before the first call of all
// a Store that fails stops the send: nothing is lost, and nothing could be sent twice. Later the send goes on: a repeat
// then reads of a part under way, and sends nothing twice either.
func (k *keyed) begin(ctx context.Context, index int, first time.Time, sent *channel.Sent) *channel.Error {
	if !first.IsZero() && k.record.Next == index && !k.record.Tried.IsZero() {
		k.began = true
		return nil // another try of a call that is recorded
	}
	before := k.record
	k.record.Next, k.record.Tried, k.record.Sent = index, time.Now().UTC(), *sent
	k.record.Sent.Rest = nil
	ok, err := k.write(ctx)
	switch {
	case err == nil && ok:
	case err == nil:
		return k.c.fail(opSend, &channel.Error{Reason: channel.ErrConflict, Message: "another sends with this key"})
	case !k.began:
		k.record = before
		return k.c.storeFailed(ctx, err)
	default:
		k.c.log.Warn("the progress of a send with a key was not stored", "error", err)
	}
	k.began = true
	return nil
}

// write stores the record, and reports whether the Store had what this claim left there.
func (k *keyed) write(ctx context.Context) (bool, error) {
	value, err := json.Marshal(k.record)
	if err != nil {
		return false, err
	}
	return k.swap(ctx, value)
}

func (k *keyed) swap(ctx context.Context, value []byte) (bool, error) {
	k.wrote = true
	for _, old := range k.values {
		ok, err := k.c.store.CompareAndSwap(ctx, k.claim.Key, old, value, keyKeep)
		if err != nil {
			if !slices.ContainsFunc(k.values, func(v []byte) bool { return bytes.Equal(v, value) }) {
				k.values = append(k.values, value)
			}
			return false, err
		}
		if ok {
			k.values = [][]byte{value}
			return true, nil
		}
	}
	return false, nil
}

// sent notes that a part is sent; the next begin, or finish, stores it.
func (k *keyed) sent(index int) { k.record.Next, k.record.Tried = index+1, time.Time{} }

// failed notes that a part was not sent, which is stored by finish. One that may have been, or of which a piece was,
// stays an unknown outcome: the pieces of a part are not counted.
func (k *keyed) failed(index int, inPart bool, err *channel.Error) {
	if err.Reason != channel.ErrOutcomeUnknown && !inPart {
		k.record.Next, k.record.Tried = index, time.Time{}
	}
}

// finish leaves to the next with this Key what became of d: an answer, or how far it came.
func (k *keyed) finish(ctx context.Context, failed *channel.Error, d *outgoing) {
	if k.claim.State != channel.ClaimWon {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyClose)
	defer cancel()
	rest := d.sent.Rest
	k.record.Sent = d.sent
	k.record.Sent.Rest = nil
	if failed == nil {
		k.commit(ctx)
		return
	}
	var err error
	switch {
	case k.record.Next == 0 && k.record.Tried.IsZero() && len(d.sent.MessageIDs) == 0:
		if k.wrote || k.values[0] != nil {
			_, err = k.swap(ctx, nil)
		}
	case rest != nil:
		if print, failed := messagePrint(*rest); failed == nil {
			k.record.allow(form{Print: print, First: k.record.Next})
		}
		_, err = k.write(ctx)
	}
	if err != nil {
		k.c.log.Warn("the progress of a send with a key was not stored: a repeat will not know the outcome", "error", err)
	}
	k.release(ctx)
}

// commit records that all is sent. Where the claim cannot say so, because the lease was lost, the record does.
func (k *keyed) commit(ctx context.Context) {
	k.record.Done = true
	value, err := json.Marshal(k.record)
	if err == nil {
		err = k.c.store.Commit(ctx, k.claim, value, keyKeep)
	}
	if err == nil {
		return
	}
	ok, err := k.write(ctx)
	if err == nil && ok {
		k.release(ctx)
		return
	}
	k.c.log.Warn("a send with a key was not committed: a repeat will not know the outcome", "error", err)
}

// release gives the claim up.
func (k *keyed) release(ctx context.Context) {
	if k.claim.State != channel.ClaimWon {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyClose)
	defer cancel()
	if err := k.c.store.Release(ctx, k.claim, false); err != nil {
		k.c.sender.complain(k.c, "a claim was not released: it will lapse", err)
	}
}
