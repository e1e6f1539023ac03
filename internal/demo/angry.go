package demo

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
)

// angry is the story of a customer who complains for somebody else: both are protected, an apology goes first, and only
// a solved case, a satisfied answer and a rest bring them back.
func (t *teller) angry(ctx context.Context) error {
	maya := customer{"maya", "Maya", "Lindgren", "maya.lindgren@example.com", "Europe/London", "en-GB", "GB"}
	ingrid := customer{"ingrid", "Ingrid", "Lindgren", "ingrid.lindgren@example.com", "Europe/London", "en-GB", "GB"}
	t.title("1. The angry customer, whose mother was wronged")
	for _, c := range []customer{maya, ingrid} {
		if err := t.meet(ctx, c); err != nil {
			return err
		}
		seq, err := t.look(ctx, c, "phone-nova-9", "tablet-aria")
		if err != nil {
			return err
		}
		t.tell("%s looks at a phone and a tablet, and agreed to adverts. So adverts follow:", c.first)
		if err := t.chunk(ctx, seq, c); err != nil {
			return err
		}
		if err := t.acknowledged(ctx, orrery.PushAdd, c); err != nil {
			return err
		}
	}
	const text = "My mother has been your customer for eleven years. Yesterday your shop charged her 240 pounds for a tablet she never ordered " +
		"and laughed at her when she complained. She cried all evening. This is disgraceful and I am furious."
	t.quote("Maya, by e-mail", text)
	seq, err := t.write(ctx, maya, object{"text": text, "channel": "email", "product": "tablet-aria", "affected": object{"userId": ingrid.user}})
	if err != nil {
		return err
	}
	t.tell("One commit, number %d, before Maya's mail was even acknowledged. It concerns two people:", seq)
	if err := t.chunk(ctx, seq, maya, ingrid); err != nil {
		return err
	}
	t.tell("What others hold is asked for, and true only once they have said yes:")
	if err := t.acknowledged(ctx, orrery.PushRemove, maya, ingrid); err != nil {
		return err
	}
	if err := t.apologise(ctx, maya, ingrid); err != nil {
		return err
	}
	if err := t.putRight(ctx, maya); err != nil {
		return err
	}
	if err := t.comeBack(ctx, maya, ingrid); err != nil {
		return err
	}
	t.closer(maya.ref(), "/v1/cases", "/v1/holds", "/v1/ledger?destination=search-ads")
	return nil
}

// apologise tries an offer, which has to wait, and then says sorry to both.
func (t *teller) apologise(ctx context.Context, maya, ingrid customer) error {
	t.tell("The campaign team would like to send its autumn offer now:")
	if _, err := t.offerTo(ctx, maya, "an autumn offer", object{"class": "commercial", "theme": "autumn", "team": "campaigns", "content": object{"text": "Autumn deals on phones"}}); err != nil {
		return err
	}
	t.tell("An apology may go, and goes, to both:")
	for _, c := range []customer{maya, ingrid} {
		o, err := t.offerTo(ctx, c, "an apology", object{"class": "recovery", "team": "care",
			"content": object{"text": "Dear " + c.first + ", what happened in our shop was wrong. We are sorry. The 240 pounds are on their way back, and a person who listens will call."}})
		if err != nil {
			return err
		}
		if err := t.delivered(ctx, c, o.Intent, "the apology to "+c.first); err != nil {
			return err
		}
		p, err := t.personIs(ctx, c, "has received the apology", func(p *api.Profile) bool { return !p.State.ApologyDue })
		if err != nil {
			return err
		}
		t.line("                 %-11s paid to %s; still held: %d, because the case is open", "apology", c.first, len(p.State.Holds))
	}
	return nil
}

// putRight resolves the case, and lets Maya answer the question by its signed link.
func (t *teller) putRight(ctx context.Context, maya customer) error {
	p, err := t.api.person(ctx, maya.ref(), 0)
	if err != nil {
		return err
	}
	if len(p.State.OpenCases) != 1 {
		return fmt.Errorf("one open case of Maya was expected, there are %d", len(p.State.OpenCases))
	}
	id := p.State.OpenCases[0].ID
	t.tell("The money is paid back; the care desk says it is solved:")
	seq, err := t.api.care(ctx, "/v1/cases/"+id.String()+"/resolve", object{"note": "240.00 paid back"})
	if err != nil {
		return err
	}
	if err := t.chunk(ctx, seq, maya); err != nil {
		return err
	}
	t.tell("Solved is not satisfied. An hour later Northline asks, and the link in the question is signed:")
	if err := t.pass(ctx, orrery.Hour+orrery.Minute); err != nil {
		return err
	}
	question, err := t.letterOf(ctx, func(l *letter) bool { return l.Class == orrery.CaseSurvey && l.Case == id })
	if err != nil {
		return fmt.Errorf("the question whether Maya is satisfied: %w", err)
	}
	t.line("                 %-11s %s, with a right signature: the question to Maya", "arrived", question.kind)
	seq, err = t.api.track(ctx, t.api.keys.Browser, "track", object{"messageId": t.id(), "userId": maya.user, "event": "survey_answer",
		"properties": object{"survey": question.Survey.Survey, "case": id.String(), "score": 5, "scale": 5, "token": question.Survey.Token}})
	if err != nil {
		return err
	}
	t.tell("Maya follows the link and gives 5 of 5. Now both rest from Northline for a while:")
	return t.chunk(ctx, seq, maya)
}

// comeBack lets the rest pass.
func (t *teller) comeBack(ctx context.Context, people ...customer) error {
	var until orrery.Instant
	for _, c := range people {
		p, err := t.api.person(ctx, c.ref(), 0)
		if err != nil {
			return err
		}
		for _, h := range p.State.Holds {
			if h.Kind == orrery.HoldRest {
				until = max(until, h.Until)
			}
		}
	}
	if until == 0 {
		return fmt.Errorf("after a satisfied answer a rest was expected, and there is none")
	}
	days := (until-orrery.InstantOf(t.clock.Now()))/orrery.Instant(orrery.Day) + 1
	if err := t.pass(ctx, orrery.Span(days)*orrery.Day); err != nil {
		return err
	}
	for _, c := range people {
		p, err := t.personIs(ctx, c, "has rested", func(p *api.Profile) bool {
			for _, h := range p.State.Holds {
				if h.Kind == orrery.HoldRest {
					return false
				}
			}
			return true
		})
		if err != nil {
			return err
		}
		t.tell("%d days later %s has rested.", days, c.first)
		for _, h := range p.State.Holds {
			t.note(orrery.Seq(p.Seq), "held", fmt.Sprintf("%s of %s, until %s%s", h.Product, c.first, day(h.Until), why(h.Reason)))
		}
	}
	maya := people[0]
	seq, err := t.look(ctx, maya, "phone-nova-9", "phone-nova-10")
	if err != nil {
		return err
	}
	t.tell("Maya looks at phones again, of her own accord:")
	if err := t.chunk(ctx, seq, maya); err != nil {
		return err
	}
	return t.acknowledged(ctx, orrery.PushAdd, maya)
}
