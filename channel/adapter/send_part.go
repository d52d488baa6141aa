package adapter

import (
	"context"
	"slices"

	"github.com/parley-go/parley/channel"
)

// sendPart sends d.part, and notes what became of it.
func (d *outgoing) sendPart(ctx context.Context) *channel.Error {
	c, p := d.c, d.part
	d.got = channel.Sent{}
	if p.ChatID != d.sent.ChatID {
		if err := d.readdress(d.sent.ChatID); err != nil {
			return err
		}
	}
	d.chat[0] = p.ChatID
	d.try = attempt{
		job: d, op: opSend, chatIDs: d.chat[:], costs: p.Costs, bulk: channel.IsBulk(ctx),
		patience: d.patience, deduplicates: c.rules.Deduplicates,
	}
	if d.key != nil {
		d.key.resume(&d.try, p.Index)
	}
	err := c.carry(ctx, &d.try)
	d.patience = d.try.patience
	if d.sent.MessageIDs == nil {
		d.sent.MessageIDs = slices.Clip(d.got.MessageIDs)
	} else {
		d.sent.MessageIDs = append(d.sent.MessageIDs, d.got.MessageIDs...)
	}
	if d.got.Billing != "" {
		d.sent.Billing = d.got.Billing
	}
	if err == nil && d.key != nil {
		d.key.sent(p.Index)
	}
	return err
}

func (d *outgoing) begin(ctx context.Context) *channel.Error {
	if d.key == nil {
		return nil
	}
	return d.key.begin(ctx, d.part.Index, d.try.first, &d.sent)
}

func (d *outgoing) call(ctx context.Context) (err error) {
	d.got, err = d.c.driver.Send(ctx, d.part)
	d.got.MessageIDs = slices.DeleteFunc(d.got.MessageIDs, func(id string) bool { return id == "" })
	return err
}

func (d *outgoing) undone() bool { return len(d.got.MessageIDs) == 0 }

func (d *outgoing) move(to string) ([]Cost, bool, *channel.Error) {
	err := d.readdress(to)
	return d.part.Costs, true, err
}

// readdress makes the part one for another chat, where it answers nothing: the ID of a message is good in its chat alone.
func (d *outgoing) readdress(chatID string) *channel.Error {
	d.part.ChatID, d.sent.ChatID = chatID, chatID
	if d.part.Message.ReplyTo != "" && d.moved() {
		d.part.Message.ReplyTo = ""
		d.degrade(channel.FeatureReplyTo)
	}
	if err := d.c.driver.Encode(d.part); err != nil {
		return d.c.fail(opSend, err)
	}
	return nil
}

func (d *outgoing) fetch(ctx context.Context) ([]Cost, bool, *channel.Error) {
	if !d.c.fetchAll(ctx, &d.part.Message) {
		return nil, false, nil
	}
	if err := d.c.driver.Encode(d.part); err != nil {
		return nil, false, d.c.fail(opSend, err)
	}
	return d.part.Costs, true, nil
}

// keepRest notes what is still to send when the i-th part of p, which is d.part, failed. Where some of an album went out
// nevertheless that is the others of it: the caption, and what else the album had, went with the first.
func (d *outgoing) keepRest(p *plan, i int, err *channel.Error) {
	left := p.rests[i]
	if n := len(d.got.MessageIDs); n > 0 && n < len(d.part.Message.Attachments) {
		all := left.Attachments
		left = *p.after(i)
		left.Attachments = all[n:]
	}
	d.leave(left)
	if d.key != nil {
		d.key.failed(d.part.Index, !d.undone(), err)
	}
}
