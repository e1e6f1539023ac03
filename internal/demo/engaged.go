package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/view"
)

// engaged is the story of a year in which nobody at the brand listened. Nothing goes wrong by any rule, so nothing stops
// it but the list of signals that nobody acted on.
func (t *teller) engaged(ctx context.Context) error {
	ting := customer{"yating", "Ya-ting", "Chen", "yating.chen@example.tw", "Asia/Taipei", "zh-TW", "TW"}
	t.title("5. Engaged, and a year without one word that fits")
	if err := t.meet(ctx, ting); err != nil {
		return err
	}
	const bio = "我們訂婚了！明年春天舉行婚禮。"
	t.quote("Ya-ting, in her profile", bio+" (We are engaged! The wedding is next spring.)")
	seq, err := t.api.track(ctx, t.api.keys.Shop, "identify", object{"messageId": t.id(), "userId": ting.user, "traits": object{"bio": bio}})
	if err != nil {
		return err
	}
	if err := t.chunk(ctx, seq, ting); err != nil {
		return err
	}
	t.tell("The campaign team sends what it sends to everybody, month after month:")
	subjects := []string{"roaming", "router", "insurance", "television", "roaming", "cloud", "router", "headphones", "insurance", "television", "roaming", "cloud"}
	arrived := 0
	for month, subject := range subjects {
		o, err := t.api.offer(ctx, object{"person": ting.ref(), "channel": "email", "class": "commercial", "theme": fmt.Sprintf("%s-%d", subject, month+1), "team": "campaigns",
			"content": object{"text": "Deals of the month: " + subject}})
		if err != nil {
			return err
		}
		if o.Answer.Verdict == orrery.Allow {
			if _, err := t.receive(ctx, ting, o.Intent); err != nil {
				return err
			}
			arrived++
		}
		if err := t.pass(ctx, 30*orrery.Day); err != nil {
			return err
		}
		if err := t.missed(ctx, ting); err != nil {
			return err
		}
	}
	t.line("                 %-11s %d of %d messages, and none of them about her wedding", "arrived", arrived, len(subjects))
	signals, err := t.signalsOf(ctx, ting)
	if err != nil {
		return err
	}
	t.tell("It is %s. Nothing broke a rule. What the year was, one list says:", day(orrery.InstantOf(t.clock.Now())))
	for _, s := range signals {
		t.line("                 %-11s %s of %s, raised on %s, due by %s: %s", "signal", s.Signal, ting.first, day(s.RaisedAt), day(s.Due), s.State)
	}
	t.closer(ting.ref(), "/v1/signals")
	return nil
}

// missed waits until the list shows that the time of the engagement's signal has passed.
func (t *teller) missed(ctx context.Context, c customer) error {
	return t.until(ctx, "the list shows the missed signal", func() (bool, error) {
		signals, err := t.signalsOf(ctx, c)
		return slices.ContainsFunc(signals, func(s view.Signal) bool { return s.State == "missed" }), err
	})
}

// signalsOf is a person's part of the list of signals nobody acted on.
func (t *teller) signalsOf(ctx context.Context, c customer) ([]view.Signal, error) {
	all, err := list[view.Signal](ctx, t.api, "/v1/signals?limit=200")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(s view.Signal) bool { return t.names[s.Fragment] != c.first }), nil
}
