package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
)

// teller lives the stories through the API and tells them.
type teller struct {
	*narrator
	api      *client
	receiver *Receiver
	clock    *Clock
	names    map[orrery.FragmentID]string
	next     int // of message ids
}

// name is what a person is called in the stories, else the id.
func (t *teller) name(id orrery.FragmentID) string {
	if n := t.names[id]; n != "" {
		return n
	}
	return id.String()
}

// customer is somebody in a story.
type customer struct {
	user, first, last, email, zone, locale, country string
}

func (c customer) ref() string { return "user_id:" + c.user }

// meet makes a customer known as the shop does: name, address and what they agreed to.
func (t *teller) meet(ctx context.Context, c customer) error {
	seq, err := t.api.track(ctx, t.api.keys.Shop, "identify", object{"messageId": t.id(), "userId": c.user,
		"traits": object{"firstName": c.first, "lastName": c.last, "email": c.email, "country": c.country},
		"context": object{"locale": c.locale, "timezone": c.zone,
			"consent": object{"categoryPreferences": object{"marketing": true, "advertising": true}}}})
	if err != nil {
		return fmt.Errorf("introducing %s: %w", c.first, err)
	}
	p, err := t.api.person(ctx, c.ref(), seq)
	if err != nil {
		return err
	}
	var id orrery.FragmentID
	if err := id.UnmarshalText([]byte(p.ID)); err != nil {
		return fmt.Errorf("reading the id of %s: %w", c.first, err)
	}
	t.names[id] = c.first
	for _, i := range p.Identifiers {
		if err := id.UnmarshalText([]byte(i.Fragment)); err == nil {
			t.names[id] = c.first
		}
	}
	return nil
}

// id is a message id that no other run or source gives.
func (t *teller) id() string {
	t.next++
	return fmt.Sprintf("story-%d", t.next)
}

// look is a look at a product in the shop's pages.
func (t *teller) look(ctx context.Context, c customer, products ...string) (seq orrery.Seq, err error) {
	for _, product := range products {
		if seq, err = t.api.track(ctx, t.api.keys.Shop, "track", object{"messageId": t.id(), "userId": c.user, "event": "Product Viewed",
			"properties": object{"product_id": product}}); err != nil {
			return 0, err
		}
	}
	return seq, nil
}

// write is a message of a customer.
func (t *teller) write(ctx context.Context, c customer, properties object) (orrery.Seq, error) {
	return t.api.track(ctx, t.api.keys.Shop, "track", object{"messageId": t.id(), "userId": c.user, "event": "message", "properties": properties,
		"context": object{"locale": c.locale, "timezone": c.zone}})
}

// chunk tells what one chunk did to a person, oldest first, leaving out what was told already.
func (t *teller) chunk(ctx context.Context, seq orrery.Seq, people ...customer) error {
	told := map[noted]bool{}
	for _, c := range people {
		entries, err := t.api.timeline(ctx, c.ref(), seq)
		if err != nil {
			return err
		}
		slices.Reverse(entries)
		for i := range entries {
			if entries[i].seq() != seq {
				continue
			}
			lines, err := t.say(&entries[i])
			if err != nil {
				return err
			}
			for _, l := range lines {
				if l.word != "" && !told[l] {
					told[l] = true
					t.note(seq, l.word, l.text)
				}
			}
		}
	}
	return nil
}

// patience is how long the stories wait for something that the server does by itself.
const patience = 20 * time.Second

// until waits for something that the server does by itself.
func (t *teller) until(ctx context.Context, what string, is func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		ok, err := is()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// personIs waits for a state of a person and returns it.
func (t *teller) personIs(ctx context.Context, c customer, what string, is func(*api.Profile) bool) (p *api.Profile, err error) {
	err = t.until(ctx, c.first+" "+what, func() (bool, error) {
		p, err = t.api.person(ctx, c.ref(), 0)
		return err == nil && is(p), err
	})
	return p, err
}

// acknowledged waits until every destination has said yes to what was asked for these people, and tells when.
func (t *teller) acknowledged(ctx context.Context, word orrery.PushKind, people ...customer) error {
	for _, c := range people {
		p, err := t.personIs(ctx, c, "is as wished at every destination", func(p *api.Profile) bool {
			return !slices.ContainsFunc(p.Lists, func(l api.ProfileList) bool { return l.State != "accepted" })
		})
		if err != nil {
			return err
		}
		for _, l := range p.Lists {
			if l.Desired != word.String() {
				continue
			}
			var asked, said orrery.Instant
			if err := asked.UnmarshalText([]byte(l.RequestedAt)); err != nil {
				return err
			}
			if err := said.UnmarshalText([]byte(l.AcceptedAt)); err != nil {
				return err
			}
			t.line("                 %-11s %s: %s %s on list %s; requested %s, accepted %s", "accepted", l.Destination, verb(word), c.first, l.List, clockTime(asked), clockTime(said))
		}
	}
	return nil
}

// pass lets time pass, and wakes the server with a look at the clock.
func (t *teller) pass(ctx context.Context, d orrery.Span) error {
	t.clock.Advance(time.Duration(d) * time.Millisecond)
	_, err := t.api.track(ctx, t.api.keys.Shop, "track", object{"messageId": t.id(), "userId": "northline-clock", "event": "Clock Looked At"})
	return err
}

// offerTo asks the gate and tells its answer.
func (t *teller) offerTo(ctx context.Context, c customer, what string, message object) (*offered, error) {
	message["person"], message["channel"] = c.ref(), "email"
	o, err := t.api.offer(ctx, message)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s to %s: %s%s", what, c.first, o.Answer.Verdict, why(o.Answer.Reason))
	if o.Answer.Until != 0 {
		text += ", until " + day(o.Answer.Until)
	}
	t.note(o.Seq, "the gate", text)
	return o, nil
}

// delivered waits until a message has come to the receiver and tells that it did.
func (t *teller) delivered(ctx context.Context, c customer, intent orrery.IntentID, what string) error {
	l, err := t.receive(ctx, c, intent)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	t.line("                 %-11s %s, with a right signature: %s", "arrived", l.kind, what)
	return nil
}

// receive waits until a message has come to the receiver and the server has recorded that it did.
func (t *teller) receive(ctx context.Context, c customer, intent orrery.IntentID) (*letter, error) {
	l, err := t.letterOf(ctx, func(l *letter) bool { return l.Intent == intent })
	if err != nil {
		return nil, err
	}
	_, err = t.personIs(ctx, c, "has the message", func(p *api.Profile) bool {
		return !slices.ContainsFunc(p.Waiting, func(w api.ProfileWaiting) bool { return w.Intent == intent.String() })
	})
	return l, err
}
